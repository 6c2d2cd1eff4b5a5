/* test_log.c - log lines that nobody can forge, read back from where they are written. */
#include "base/clock.h"
#include "base/log.h"
#include <criterion/criterion.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static char written[20000];
static int saved_stderr;
static FILE *caught;

static void catch(void)
{
	fflush(stderr);
	saved_stderr = dup(STDERR_FILENO);
	caught = tmpfile();
	dup2(fileno(caught), STDERR_FILENO);
	clock_set(INT64_C(1790000000123));
}

static const char *release(void)
{
	size_t n;

	dup2(saved_stderr, STDERR_FILENO);
	close(saved_stderr);
	rewind(caught);
	n = fread(written, 1, sizeof written - 1, caught);
	written[n] = '\0';
	fclose(caught);
	return written;
}

Test(log, text_quotes_only_what_needs_it)
{
	log_init(LOG_INFO, LOG_TEXT, "a");
	catch();
	log_line(LOG_INFO, "conn closed", "reason", "peer idle", "age_s", log_int(812), "none", NULL, "code", "ok", NULL);
	cr_assert_str_eq(release(),
		"2026-09-21T14:13:20.123Z info conn closed node=a reason=\"peer idle\" age_s=812 code=ok\n");
}

Test(log, what_users_wrote_cannot_forge_a_line)
{
	log_init(LOG_INFO, LOG_TEXT, NULL);
	catch();
	log_line(LOG_WARN, "x", "name", "a\nb level=error \"q\" \\ \x1b[31m \xE2\x80\xAE \xff é", "empty", "", NULL);
	cr_assert_str_eq(release(), "2026-09-21T14:13:20.123Z warn x "
		"name=\"a\\nb level=error \\\"q\\\" \\\\ \\u001b[31m \\u202e \xEF\xBF\xBD é\" empty=\"\"\n");
}

Test(log, json_is_json_whatever_it_holds)
{
	char long_text[5000];
	json_t *line;

	memset(long_text, 'z', sizeof long_text - 1);
	long_text[sizeof long_text - 1] = '\0';
	log_init(LOG_DEBUG, LOG_JSON, "node-1");
	catch();
	log_line(LOG_DEBUG, "call", "bad", "\x01\xC3(\"\\", "long", long_text, "ms", log_ms(2910), NULL);
	line = json_loads(release(), 0, NULL);
	cr_assert_not_null(line);
	cr_assert_str_eq(json_string_value(json_object_get(line, "level")), "debug");
	cr_assert_str_eq(json_string_value(json_object_get(line, "node")), "node-1");
	cr_assert_str_eq(json_string_value(json_object_get(line, "ms")), "2.9");
	cr_assert_lt(strlen(json_string_value(json_object_get(line, "long"))), 700u);
	json_decref(line);
}

Test(log, keeps_quiet_below_its_level)
{
	log_init(LOG_WARN, LOG_TEXT, NULL);
	catch();
	log_line(LOG_INFO, "x", NULL);
	cr_assert_str_eq(release(), "");
	cr_assert(log_is_on(LOG_ERROR));
	cr_assert_not(log_is_on(LOG_DEBUG));
}

Test(log, a_line_of_too_many_values_ends_well)
{
	char value[601];

	memset(value, 'v', 600);
	value[600] = '\0';
	log_init(LOG_INFO, LOG_JSON, NULL);
	catch();
	log_line(LOG_INFO, "x", "a", value, "b", value, "c", value, "d", value, "e", value, "f", value, "g", value, "h", value,
		"i", value, "j", value, "k", value, "l", value, "m", value, "n", value, "o", value, NULL);
	cr_assert_eq(release()[strlen(written) - 1], '\n');
	json_t *line = json_loads(written, 0, NULL);
	cr_assert_not_null(line);
	json_decref(line);
}

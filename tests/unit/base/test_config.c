/* test_config.c - settings from a file, the environment and flags. */
#include "base/arena.h"
#include "base/config.h"
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct demo {
	const char *listen, *password;
	int64_t pool, drain_ms, max_bytes;
	bool is_unsafe;
	const char *const *origins;
	int level;
};

static const char *const levels[] = { "error", "info", NULL };

static const char *no_slash(const char *value)
{
	return strchr(value, '/') ? "must not hold a slash" : NULL;
}

static const struct config_key keys[] = {
	{ "listen", CONFIG_TEXT, offsetof(struct demo, listen), "127.0.0.1:8080", 1, 40, NULL, no_slash, false, "Where." },
	{ "origin", CONFIG_LIST, offsetof(struct demo, origins), "", 0, 2, NULL, no_slash, false, "Who." },
	{ "unsafe", CONFIG_BOOL, offsetof(struct demo, is_unsafe), "no", 0, 0, NULL, NULL, false, "Whether." },
	{ "database.pool", CONFIG_INT, offsetof(struct demo, pool), "8", 2, 64, NULL, NULL, false, "How many." },
	{ "mail.password_file", CONFIG_SECRET, offsetof(struct demo, password), "", 0, 0, NULL, NULL, false, "Secret." },
	{ "drain", CONFIG_DURATION, offsetof(struct demo, drain_ms), "20s", 0, 60000, NULL, NULL, false, "How long." },
	{ "limits.message", CONFIG_SIZE, offsetof(struct demo, max_bytes), "64KiB", 1024, 1048576, NULL, NULL, false, "Big." },
	{ "log.level", CONFIG_ENUM, offsetof(struct demo, level), "info", 0, 0, levels, NULL, true, "Loud." },
	{ NULL },
};

static char path[64];
static struct demo demo;
static struct err err;
static struct config *config;
static char *rest[20];

static void write_file(const char *text)
{
	FILE *f;

	snprintf(path, sizeof path, "/tmp/config-XXXXXX");
	f = fdopen(mkstemp(path), "w");
	fputs(text, f);
	fclose(f);
}

static void teardown(void)
{
	config_destroy(config);
	if (*path)
		unlink(path);
}

TestSuite(config, .fini = teardown);

static bool load(const char *file, char *const *environment, char *const *args)
{
	struct config_source s = { .args = args, .environment = environment, .rest = rest };

	if (file) {
		write_file(file);
		s.default_file = path;
	}
	config_destroy(config);
	config = config_load(keys, &demo, &s, &err);
	return config != NULL;
}

#define ARGS(...) ((char **)(const char *[]){ __VA_ARGS__, NULL })

Test(config, defaults_stand_when_nothing_is_said)
{
	cr_assert(load(NULL, NULL, NULL));
	cr_assert_str_eq(demo.listen, "127.0.0.1:8080");
	cr_assert_str_eq(demo.password, "");
	cr_assert_eq(demo.pool, 8);
	cr_assert_eq(demo.drain_ms, 20000);
	cr_assert_eq(demo.max_bytes, 65536);
	cr_assert_eq(demo.level, 1);
	cr_assert_not(demo.is_unsafe);
	cr_assert_null(demo.origins[0]);
	cr_assert_null(config_file(config));
}

Test(config, later_sources_win)
{
	cr_assert(load("# a comment\n\n  database.pool =  4 \ndrain=5s\nlisten = a # b\n", ARGS("KORSDRAG_DRAIN=6s", "HOME=/", "KORSDRAG_DATABASE_POOL=5"),
		ARGS("--database.pool=6", "serve", "--unsafe", "--origin", "a, b")));
	cr_assert_eq(demo.pool, 6);
	cr_assert_eq(demo.drain_ms, 6000);
	cr_assert_str_eq(demo.listen, "a # b");
	cr_assert(demo.is_unsafe);
	cr_assert_str_eq(demo.origins[1], "b");
	cr_assert_null(demo.origins[2]);
	cr_assert_str_eq(rest[0], "serve");
	cr_assert_null(rest[1]);
	cr_assert_str_eq(config_origin(config, "database.pool"), "--database.pool");
	cr_assert_str_eq(config_origin(config, "drain"), "KORSDRAG_DRAIN");
	cr_assert_eq(strncmp(config_origin(config, "listen"), path, strlen(path)), 0);
	cr_assert_str_eq(config_value(config, "listen"), "a # b");
	cr_assert_str_eq(config_file(config), path);
}

Test(config, a_bad_line_is_named_by_file_and_number)
{
	static const struct { const char *file, *where, *why; } bad[] = {
		{ "\nlisten = x\ndatabse.pool = 3\n", ":3: ", "there is no setting \"databse.pool\"" },
		{ "listen\n", ":1: ", "not of the form" },
		{ "database.pool = 1\n", ":1: ", "database.pool must be from 2 to 64" },
		{ "database.pool = 12x\n", ":1: ", "must be a whole number" },
		{ "drain = 20\n", ":1: ", "must be a time such as" },
		{ "drain = 2d\n", ":1: ", "must be from 0ms to 1min" },
		{ "limits.message = 2MiB\n", ":1: ", "must be from 1KiB to 1MiB" },
		{ "limits.message = 99999999999GiB\n", ":1: ", "must be from 1KiB to 1MiB" },
		{ "log.level = loud\n", ":1: ", "must be one of error, info" },
		{ "unsafe = perhaps\n", ":1: ", "must be yes or no" },
		{ "origin = a,,b\n", ":1: ", "holds an empty item" },
		{ "origin = a,b,\n", ":1: ", "ends with a comma" },
		{ "origin = a,b,c\n", ":1: ", "must have at most 2 items" },
		{ "origin = a,/\n", ":1: ", "must not hold a slash" },
		{ "listen = \n", ":1: ", "must not be empty" },
		{ "listen = a\x01\n", ":1: ", "control characters" },
		{ "mail.password_file = not/there\n", ":1: ", "cannot be opened" },
		{ "drain = 1s\nlisten = x\ndrain = 2s\n", ":3: ", "drain was set already in" },
	};

	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		cr_assert_not(load(bad[i].file, NULL, NULL), "%s", bad[i].file);
		cr_assert(strstr(err.text, bad[i].where), "%s gave %s", bad[i].file, err.text);
		cr_assert(strstr(err.text, bad[i].why), "%s gave %s", bad[i].file, err.text);
		unlink(path);
	}
}

Test(config, a_misspelt_variable_of_a_known_group_stops)
{
	cr_assert(load(NULL, ARGS("KORSDRAG_TOKEN=x", "KORSDRAG_", "KORSDRAGON=1"), NULL));
	cr_assert_not(load(NULL, ARGS("KORSDRAG_DATABASE_POOLS=3"), NULL));
	cr_assert_str_eq(err.text, "KORSDRAG_DATABASE_POOLS: there is no such setting");
	cr_assert_not(load(NULL, ARGS("KORSDRAG_LOG_LEVEL=x"), NULL));
	cr_assert_str_eq(err.text, "KORSDRAG_LOG_LEVEL: log.level must be one of error, info");
}

Test(config, flags_that_are_none_stop_unless_they_are_kept)
{
	struct config_source keep = { .args = ARGS("link", "--minutes", "5", "--drain", "1s", "--", "--drain"), .rest = rest,
		.keeps_flags = true };

	cr_assert_not(load(NULL, NULL, ARGS("--minutes", "5")));
	cr_assert_str_eq(err.text, "--minutes: there is no such setting");
	cr_assert_not(load(NULL, NULL, ARGS("--drain")));
	cr_assert_str_eq(err.text, "--drain: needs a value");
	config = config_load(keys, &demo, &keep, &err);
	cr_assert_not_null(config);
	cr_assert_str_eq(rest[0], "link");
	cr_assert_str_eq(rest[1], "--minutes");
	cr_assert_str_eq(rest[2], "5");
	cr_assert_str_eq(rest[3], "--drain");
	cr_assert_null(rest[4]);
	cr_assert_eq(demo.drain_ms, 1000);
}

Test(config, the_file_can_be_named)
{
	write_file("drain = 3s\n");
	cr_assert(load(NULL, NULL, ARGS("--config", path)));
	cr_assert_eq(demo.drain_ms, 3000);
	char variable[100];
	snprintf(variable, sizeof variable, "KORSDRAG_CONFIG=%s", path);
	cr_assert(load(NULL, ARGS(variable), NULL));
	cr_assert_eq(demo.drain_ms, 3000);
	cr_assert_not(load(NULL, NULL, ARGS("--config=not/there")));
	cr_assert(strstr(err.text, "not/there cannot be opened"));
}

Test(config, a_secret_is_what_its_file_holds)
{
	write_file("s3cret\r\n");
	cr_assert(load(NULL, NULL, ARGS("--mail.password_file", path)));
	cr_assert_str_eq(demo.password, "s3cret");
	cr_assert_str_eq(config_value(config, "mail.password_file"), path);
}

Test(config, what_is_printed_reads_back_the_same)
{
	struct demo first;
	struct buf out;

	cr_assert(load("log.level = error\n", ARGS("KORSDRAG_ORIGIN=x, y"), ARGS("--unsafe", "--drain=90ms")));
	first = demo;
	buf_init(&out, 100000);
	config_print(config, &out);
	unlink(path);
	cr_assert(load(out.data, NULL, NULL), "%s", err.text);
	cr_assert_eq(demo.level, first.level);
	cr_assert_eq(demo.drain_ms, 90);
	cr_assert(demo.is_unsafe);
	cr_assert_str_eq(demo.origins[1], "y");
	for (const struct config_key *key = keys; key->key; key++) {
		cr_assert(strstr(out.data, key->key));
		cr_assert(strstr(out.data, key->doc));
	}
	buf_reset(&out);
	config_help(keys, &out);
	cr_assert(strstr(out.data, "--log.level"));
	cr_assert(strstr(out.data, "Loud. One of error, info. (info)\n"));
	buf_finish(&out);
}

/* A file cannot hold them, so that what is printed would not read the same. */
Test(config, blanks_about_a_value_mean_nothing_wherever_it_comes_from)
{
	cr_assert(load(NULL, ARGS("KORSDRAG_LISTEN= a\t"), ARGS("--database.pool= 9 ")));
	cr_assert_str_eq(demo.listen, "a");
	cr_assert_str_eq(config_value(config, "database.pool"), "9");
}

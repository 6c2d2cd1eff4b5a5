/* say.c - to the person and to the script. What others wrote must not be able to steer the terminal it is
 * shown on. */
#include "clients/cli/cli.h"
#include "protocol/kd.h"
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void cli_say(const char *format, ...)
{
	char text[2048];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof text, format, args);
	va_end(args);
	for (unsigned char *p = (unsigned char *)text; *p; p++)
		if ((*p < ' ' && *p != '\n' && *p != '\t') || *p == 0x7f ||
		        (*p == 0xc2 && p[1] >= 0x80 && p[1] < 0xa0))
			*p = '?';
	fprintf(stderr, "korsdrag: %s\n", text);
}

/* jansson escapes C0 controls; C1 controls (0xC2 0x80 … 0xC2 0x9F) steer some terminals too. */
static void json_put(const char *text)
{
	for (const char *p = text; *p; p++) {
		if ((unsigned char)*p == 0xc2 && (unsigned char)p[1] < 0xa0)
			printf("\\u%04x", (unsigned char)*++p);
		else if (*p == 0x7f)
			fputs("\\u007f", stdout);
		else
			putchar(*p);
	}
	putchar('\n');
	fflush(stdout);
}

static void json_print(const json_t *value, size_t flags)
{
	char *text = json_dumps(value, flags | JSON_ENCODE_ANY | JSON_REAL_PRECISION(15));

	if (text)
		json_put(text);
	free(text);
}

void cli_print(const struct cli *cli, const json_t *value)
{
	json_print(value, cli->is_compact || !isatty(STDOUT_FILENO) ? JSON_COMPACT : JSON_INDENT(2));
}

void cli_print_line(const json_t *value)
{
	json_print(value, JSON_COMPACT);
}

int cli_wrong_use(const char *command, const char *why)
{
	cli_say("%s: %s; korsdrag --help says how it is used", command, why);
	return CLI_USAGE;
}

static int exit_for(json_int_t code)
{
	switch (code) {
	case KD_E_UNAUTHENTICATED:
		return CLI_SIGNED_OUT;
	case KD_E_FORBIDDEN:
		return CLI_FORBIDDEN;
	case KD_E_NOT_FOUND:
		return CLI_NOT_FOUND;
	case KD_E_PARSE:
	case KD_E_REQUEST:
	case KD_E_METHOD:
	case KD_E_INVALID:
		return CLI_INVALID;
	case KD_E_CONFLICT:
		return CLI_CONFLICT;
	case KD_E_TOO_LARGE:
		return CLI_TOO_LARGE;
	case KD_E_BUSY:
	case KD_E_RATE_LIMITED:
		return CLI_LATER;
	case KD_E_UNAVAILABLE:
		return CLI_UNREACHABLE;
	default:
		return CLI_FAILED;
	}
}

int cli_error(const char *what, const json_t *error)
{
	const json_t *data = json_object_get(error, "data");
	const char *field = json_string_value(json_object_get(data, "field"));
	const char *name = json_string_value(json_object_get(data, "code"));
	const char *message = json_string_value(json_object_get(error, "message"));
	json_int_t code = json_integer_value(json_object_get(error, "code"));

	cli_say("%s: %s%s%s (%s)", what, field && *field ? field + (*field == '/') : "",
	        field && *field ? " " : "", message ? message : "refused", name ? name : "unknown error");
	return exit_for(code);
}

char *file_read(const char *name, size_t max, size_t *ret_len)
{
	FILE *f = strcmp(name, "-") == 0 ? stdin : fopen(name, "re");
	char *text = f ? malloc(max + 2) : NULL;
	size_t len = text ? fread(text, 1, max + 1, f) : 0;
	bool ok = text && !ferror(f) && len <= max;

	if (!ok)
		cli_say("%s cannot be read: %s", name,
		        text && len > max ? "it is too large" : strerror(errno));
	if (f && f != stdin)
		fclose(f);
	if (!ok) {
		free(text);
		return NULL;
	}
	text[len] = '\0';
	*ret_len = len;
	return text;
}

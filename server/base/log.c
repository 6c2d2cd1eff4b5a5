/* log.c - one line a fact, in logfmt or JSON, to standard error in one write. */
#include "base/log.h"
#include "base/clock.h"
#include "base/utf8.h"
#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define LINE_SIZE 8192
#define VALUE_MAX 600 /* bytes of one value; the rest is cut and marked */

static enum log_level log_level = LOG_INFO;
static enum log_format log_format = LOG_TEXT;
static char log_node[64];

struct line {
	char text[LINE_SIZE];
	size_t len;
	bool is_full; /* the pair being written does not fit */
};

void log_init(enum log_level level, enum log_format format, const char *node)
{
	log_level = level;
	log_format = format;
	snprintf(log_node, sizeof log_node, "%s", node ? node : "");
}

bool log_is_on(enum log_level level)
{
	return level <= log_level;
}

/* The last bytes are kept for what closes the line. */
static void line_add(struct line *l, const char *text, size_t len)
{
	if (len > sizeof l->text - 8 - l->len) {
		l->is_full = true;
		return;
	}
	memcpy(l->text + l->len, text, len);
	l->len += len;
}

static void line_str(struct line *l, const char *text)
{
	line_add(l, text, strlen(text));
}

/* Characters that could forge or disorder a line on a terminal or in a viewer. */
static bool is_unsafe(uint32_t c)
{
	return c < 0x20 || (c >= 0x7F && c < 0xA0) || c == 0x2028 || c == 0x2029 || c == 0xFEFF || utf8_is_bidi_control(c);
}

static void line_quoted(struct line *l, const char *value)
{
	size_t len = strlen(value), shown = utf8_cut(value, len, VALUE_MAX);
	char escaped[8];

	line_str(l, "\"");
	for (size_t i = 0, n; i < shown; i += n ? n : 1) {
		uint32_t c;

		n = utf8_read(value + i, shown - i, &c);
		if (c == '"' || c == '\\') {
			snprintf(escaped, sizeof escaped, "\\%c", (char)c);
			line_str(l, escaped);
		} else if (n == 0) {
			line_str(l, "\xEF\xBF\xBD");
		} else if (c == '\n') {
			line_str(l, "\\n");
		} else if (is_unsafe(c)) {
			snprintf(escaped, sizeof escaped, "\\u%04x", (unsigned)(c & 0xFFFF));
			line_str(l, escaped);
		} else {
			line_add(l, value + i, n);
		}
	}
	if (shown < len)
		line_str(l, "…");
	line_str(l, "\"");
}

static bool is_bare(const char *value)
{
	if (!*value || strlen(value) > VALUE_MAX)
		return false;
	for (const char *p = value; *p; p++)
		if (!isalnum((unsigned char)*p) && !strchr("-_.:/+@,*%[]", *p))
			return false;
	return true;
}

static void line_value(struct line *l, const char *key, const char *value)
{
	if (log_format == LOG_JSON) {
		line_str(l, l->len ? "," : "{");
		line_quoted(l, key);
		line_str(l, ":");
		line_quoted(l, value);
		return;
	}
	if (l->len)
		line_str(l, " ");
	line_str(l, key);
	line_str(l, "=");
	if (is_bare(value))
		line_str(l, value);
	else
		line_quoted(l, value);
}

/* Wholly or not at all, so that the line stays readable for machines. */
static void line_pair(struct line *l, const char *key, const char *value)
{
	size_t before = l->len;

	l->is_full = false;
	line_value(l, key, value);
	if (l->is_full)
		l->len = before;
}

static void line_begin(struct line *l, enum log_level level, const char *event)
{
	static const char *const names[] = { "error", "warn", "info", "debug" };
	int64_t now_ms = clock_now_ms();
	time_t seconds = (time_t)(now_ms / 1000);
	char at[40];
	struct tm tm;
	size_t len;

	gmtime_r(&seconds, &tm);
	len = strftime(at, sizeof at, "%Y-%m-%dT%H:%M:%S", &tm);
	snprintf(at + len, sizeof at - len, ".%03dZ", (int)(now_ms % 1000));
	if (log_format == LOG_JSON) {
		line_pair(l, "at", at);
		line_pair(l, "level", names[level]);
		line_pair(l, "event", event);
	} else {
		line_str(l, at);
		line_str(l, " ");
		line_str(l, names[level]);
		line_str(l, " ");
		line_str(l, event);
	}
	if (log_node[0])
		line_pair(l, "node", log_node);
}

/* A log that cannot be written must not stop the work: what is lost is lost. */
static void line_write(const struct line *l)
{
	size_t done = 0;

	while (done < l->len) {
		ssize_t n = write(STDERR_FILENO, l->text + done, l->len - done);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return;
		done += (size_t)n;
	}
}

void log_line(enum log_level level, const char *event, ...)
{
	struct line l;
	const char *key, *value;
	int saved_errno = errno;
	va_list args;

	if (!log_is_on(level))
		return;
	l.len = 0;
	l.is_full = false;
	line_begin(&l, level, event);
	va_start(args, event);
	while ((key = va_arg(args, const char *))) {
		value = va_arg(args, const char *);
		if (value)
			line_pair(&l, key, value);
	}
	va_end(args);
	if (log_format == LOG_JSON)
		l.text[l.len++] = '}';
	l.text[l.len++] = '\n';
	line_write(&l);
	errno = saved_errno;
}

static char *turning(void)
{
	static char texts[16][32];
	static unsigned next;

	return texts[next++ % 16];
}

const char *log_int(int64_t value)
{
	char *text = turning();

	snprintf(text, 32, "%" PRId64, value);
	return text;
}

const char *log_ms(int64_t us)
{
	char *text = turning();

	snprintf(text, 32, "%.1f", (double)us / 1000);
	return text;
}

/* scan.c - reads over JSON text once, without building anything: what is let through is strict RFC 8259 within our
 * limits, so that the parser behind it cannot be made to spend much. What it leaves to the parser: keys that occur
 * twice and numbers too large to hold.
 *
 * A small machine: what may come next, and a stack of what is open. No recursion. */
#include "protocol/codec.h"
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define DEPTH_CEILING 64 /* of the stack; limits->max_depth may be less */

const struct kd_scan_limits kd_scan_limits_default = {
	.max_bytes = 65536, .max_depth = 16, .max_values = 4096, .max_keys = 256, .max_containers = 2048,
};

enum next { /* what may come next, besides white space */
	NEXT_VALUE,
	NEXT_VALUE_OR_END, /* just after [ */
	NEXT_KEY,
	NEXT_KEY_OR_END,   /* just after { */
	NEXT_COMMA_OR_END, /* after a value inside of something */
	NEXT_NOTHING,      /* after the whole value */
};

struct scan {
	const unsigned char *s;
	size_t len, at;
	const struct kd_scan_limits *limits;
	int depth, values, containers;
	bool is_object[DEPTH_CEILING];
	int keys[DEPTH_CEILING];
	struct kd_fault *fault;
};

static bool refuse(struct scan *sc, enum kd_code code, const char *format, ...) __attribute__((format(printf, 3, 4)));
static bool refuse(struct scan *sc, enum kd_code code, const char *format, ...)
{
	va_list args;

	sc->fault->code = code;
	sc->fault->limit = KD_LIMIT_NONE;
	sc->fault->field[0] = '\0';
	va_start(args, format);
	vsnprintf(sc->fault->reason, sizeof(sc->fault->reason), format, args);
	va_end(args);
	return false;
}

static bool refuse_over(struct scan *sc, enum kd_limit limit, const char *format, ...) __attribute__((format(printf, 3, 4)));
static bool refuse_over(struct scan *sc, enum kd_limit limit, const char *format, ...)
{
	va_list args;

	refuse(sc, KD_E_REQUEST, "%s", "");
	sc->fault->limit = limit;
	va_start(args, format);
	vsnprintf(sc->fault->reason, sizeof(sc->fault->reason), format, args);
	va_end(args);
	return false;
}

static bool refuse_text(struct scan *sc, const char *why)
{
	return refuse(sc, KD_E_PARSE, "the message is not JSON: %s at byte %zu", why, sc->at);
}

/* The octet ahead; 0, which JSON has no use for, at the end. */
static unsigned char ahead(const struct scan *sc)
{
	return sc->at < sc->len ? sc->s[sc->at] : 0;
}

/* --- strings ---------------------------------------------------------------------------------------- */

/* Steps over one character beyond ASCII. */
static bool skip_utf8(struct scan *sc)
{
	size_t n = codec_utf8(sc->s + sc->at, sc->len - sc->at);

	sc->at += n;
	return n > 0 || refuse_text(sc, "bad UTF-8");
}

/* The four digits of \uXXXX, standing behind the u. */
static bool read_hex(struct scan *sc, unsigned *ret_unit)
{
	unsigned unit = 0;

	for (int i = 0; i < 4; i++, sc->at++) {
		unsigned char c = ahead(sc);

		if (c >= '0' && c <= '9')
			unit = unit << 4 | (unsigned)(c - '0');
		else if ((c | 0x20) >= 'a' && (c | 0x20) <= 'f')
			unit = unit << 4 | (unsigned)((c | 0x20) - 'a' + 10);
		else
			return refuse_text(sc, "a bad escape");
	}
	*ret_unit = unit;
	return true;
}

/* Stands behind the backslash. */
static bool skip_escape(struct scan *sc)
{
	unsigned char c = ahead(sc);
	unsigned unit = 0, second = 0;

	if (c == 0 || !strchr("\"\\/bfnrtu", c))
		return refuse_text(sc, "a bad escape");
	sc->at++;
	if (c != 'u')
		return true;
	if (!read_hex(sc, &unit))
		return false;
	if (unit == 0)
		return refuse_text(sc, "U+0000");
	if (unit < 0xD800 || unit > 0xDFFF)
		return true;
	if (unit > 0xDBFF || ahead(sc) != '\\' || sc->at + 1 >= sc->len || sc->s[sc->at + 1] != 'u')
		return refuse_text(sc, "a lone surrogate");
	sc->at += 2;
	if (!read_hex(sc, &second))
		return false;
	if (second < 0xDC00 || second > 0xDFFF)
		return refuse_text(sc, "a lone surrogate");
	return true;
}

/* Stands on the opening quote, and behind the closing one afterwards. */
static bool skip_string(struct scan *sc)
{
	for (sc->at++; sc->at < sc->len;) {
		unsigned char c = sc->s[sc->at];

		if (c == '"') {
			sc->at++;
			return true;
		}
		if (c < 0x20)
			return refuse_text(sc, "a control character");
		if (c == '\\') {
			sc->at++;
			if (!skip_escape(sc))
				return false;
		} else if (c < 0x80) {
			sc->at++;
		} else if (!skip_utf8(sc)) {
			return false;
		}
	}
	return refuse_text(sc, "the end within a string");
}

/* --- numbers and words -------------------------------------------------------------------------------- */

static bool skip_digits(struct scan *sc)
{
	size_t begin = sc->at;

	while (ahead(sc) >= '0' && ahead(sc) <= '9')
		sc->at++;
	return sc->at > begin || refuse_text(sc, "a bad number");
}

static bool skip_number(struct scan *sc)
{
	if (ahead(sc) == '-')
		sc->at++;
	if (ahead(sc) == '0')
		sc->at++;
	else if (!skip_digits(sc))
		return false;
	if (ahead(sc) == '.') {
		sc->at++;
		if (!skip_digits(sc))
			return false;
	}
	if ((ahead(sc) | 0x20) == 'e') {
		sc->at++;
		if (ahead(sc) == '+' || ahead(sc) == '-')
			sc->at++;
		if (!skip_digits(sc))
			return false;
	}
	return true;
}

static bool skip_word(struct scan *sc, const char *word)
{
	size_t n = strlen(word);

	if (sc->len - sc->at < n || memcmp(sc->s + sc->at, word, n) != 0)
		return refuse_text(sc, "an unknown word");
	sc->at += n;
	return true;
}

/* --- structure ----------------------------------------------------------------------------------------- */

static enum next after_value(const struct scan *sc)
{
	return sc->depth == 0 ? NEXT_NOTHING : NEXT_COMMA_OR_END;
}

static bool open_container(struct scan *sc, enum next *next)
{
	bool is_object = ahead(sc) == '{';
	int max = sc->limits->max_depth < DEPTH_CEILING ? sc->limits->max_depth : DEPTH_CEILING;

	if (sc->depth == max)
		return refuse_over(sc, KD_LIMIT_NESTING, "the message is nested deeper than %d levels", max);
	if (++sc->containers > sc->limits->max_containers)
		return refuse_over(sc, KD_LIMIT_CONTAINERS, "the message holds more than %d objects and lists", sc->limits->max_containers);
	sc->is_object[sc->depth] = is_object;
	sc->keys[sc->depth] = 0;
	sc->depth++;
	sc->at++;
	*next = is_object ? NEXT_KEY_OR_END : NEXT_VALUE_OR_END;
	return true;
}

static bool read_value(struct scan *sc, enum next *next)
{
	unsigned char c = ahead(sc);
	bool is_ok;

	if (++sc->values > sc->limits->max_values)
		return refuse_over(sc, KD_LIMIT_VALUES, "the message holds more than %d values", sc->limits->max_values);
	if (c == '{' || c == '[')
		return open_container(sc, next);
	if (c == '"')
		is_ok = skip_string(sc);
	else if (c == '-' || (c >= '0' && c <= '9'))
		is_ok = skip_number(sc);
	else if (c == 't')
		is_ok = skip_word(sc, "true");
	else if (c == 'f')
		is_ok = skip_word(sc, "false");
	else if (c == 'n')
		is_ok = skip_word(sc, "null");
	else
		is_ok = refuse_text(sc, sc->at < sc->len ? "no value" : "the end where a value should be");
	*next = after_value(sc);
	return is_ok;
}

static void skip_space(struct scan *sc)
{
	while (sc->at < sc->len && (sc->s[sc->at] == ' ' || sc->s[sc->at] == '\t' || sc->s[sc->at] == '\n' || sc->s[sc->at] == '\r'))
		sc->at++;
}

static bool read_key(struct scan *sc, enum next *next)
{
	if (ahead(sc) != '"')
		return refuse_text(sc, "no key");
	if (++sc->keys[sc->depth - 1] > sc->limits->max_keys)
		return refuse_over(sc, KD_LIMIT_KEYS, "an object holds more than %d keys", sc->limits->max_keys);
	if (!skip_string(sc))
		return false;
	skip_space(sc);
	if (ahead(sc) != ':')
		return refuse_text(sc, "no colon");
	sc->at++;
	*next = NEXT_VALUE;
	return true;
}

/* A comma or a closing bracket of the right kind. */
static bool read_separator(struct scan *sc, enum next *next)
{
	bool is_object = sc->is_object[sc->depth - 1];

	if (ahead(sc) == (is_object ? '}' : ']')) {
		sc->depth--;
		*next = after_value(sc);
	} else if (ahead(sc) == ',' && *next == NEXT_COMMA_OR_END) {
		*next = is_object ? NEXT_KEY : NEXT_VALUE;
	} else {
		return refuse_text(sc, sc->at < sc->len ? "no comma and no end" : "the end within something open");
	}
	sc->at++;
	return true;
}

static bool step(struct scan *sc, enum next *next)
{
	switch (*next) {
	case NEXT_VALUE_OR_END:
		return ahead(sc) == ']' ? read_separator(sc, next) : read_value(sc, next);
	case NEXT_KEY_OR_END:
		return ahead(sc) == '}' ? read_separator(sc, next) : read_key(sc, next);
	case NEXT_KEY:
		return read_key(sc, next);
	case NEXT_COMMA_OR_END:
		return read_separator(sc, next);
	case NEXT_VALUE:
	case NEXT_NOTHING:
		break;
	}
	return read_value(sc, next);
}

bool kd_scan(const char *text, size_t len, const struct kd_scan_limits *limits, struct kd_fault *ret_fault)
{
	struct scan sc = { .s = (const unsigned char *)text, .len = len, .limits = limits, .fault = ret_fault };
	enum next next = NEXT_VALUE;

	if (len > limits->max_bytes)
		return refuse_over(&sc, KD_LIMIT_BYTES, "the message is larger than %zu bytes", limits->max_bytes);
	do {
		skip_space(&sc);
		if (!step(&sc, &next))
			return false;
	} while (next != NEXT_NOTHING);
	skip_space(&sc);
	return sc.at == sc.len || refuse_text(&sc, "text after the end");
}

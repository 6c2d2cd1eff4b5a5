/* scan.c - JSON looked through in one go, forwards only. */
#include "clients/load/scan.h"
#include <stdlib.h>
#include <string.h>

#define DEPTH_MAX 64

struct scan scan_of(struct span text)
{
	return (struct scan){ .at = text.at, .end = text.at + text.len, .has_failed = text.at == NULL };
}

static bool fail(struct scan *s)
{
	s->has_failed = true;
	s->at = s->end;
	return false;
}

static char next(struct scan *s)
{
	while (s->at < s->end && (*s->at == ' ' || *s->at == '\n' || *s->at == '\t' || *s->at == '\r'))
		s->at++;
	return s->at < s->end ? *s->at : '\0';
}

/* From the opening to behind the closing quotation mark. */
static bool text_skip(struct scan *s)
{
	for (const char *at = s->at + 1; at < s->end; at++) {
		const char *mark = memchr(at, '"', (size_t)(s->end - at)), *back;

		if (!mark)
			break;
		back = mark;
		while (back > at && back[-1] == '\\')
			back--;
		if ((mark - back) % 2 == 0) {
			s->at = mark + 1;
			return true;
		}
		at = mark;
	}
	return fail(s);
}

static bool nested_skip(struct scan *s)
{
	int depth = 0;

	while (s->at < s->end) {
		switch (*s->at) {
		case '"':
			if (!text_skip(s))
				return false;
			continue;
		case '{':
		case '[':
			if (++depth > DEPTH_MAX)
				return fail(s);
			break;
		case '}':
		case ']':
			depth--;
			break;
		default:
			break;
		}
		s->at++;
		if (depth == 0)
			return true;
	}
	return fail(s);
}

static bool is_plain(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || c == '-' || c == '+' || c == '.' || c == 'E';
}

struct span scan_value(struct scan *s)
{
	char first = next(s);
	const char *begin = s->at;

	if (first == '"') {
		text_skip(s);
	} else if (first == '{' || first == '[') {
		nested_skip(s);
	} else {
		while (s->at < s->end && is_plain(*s->at))
			s->at++;
		if (s->at == begin)
			fail(s);
	}
	return s->has_failed ? (struct span){ NULL, 0 } : (struct span){ begin, (size_t)(s->at - begin) };
}

static bool enter(struct scan *s, char bracket)
{
	if (s->has_failed || next(s) != bracket)
		return fail(s);
	s->at++;
	return true;
}

bool scan_object(struct scan *s)
{
	return enter(s, '{');
}

bool scan_list(struct scan *s)
{
	return enter(s, '[');
}

/* Behind the comma, if there is one. False: the bracket has been closed, or the text is wrong. */
static bool more(struct scan *s, char bracket)
{
	char c = next(s);

	if (c == bracket) {
		s->at++;
		return false;
	}
	if (c == ',') {
		s->at++;
		c = next(s);
	}
	return c ? true : fail(s);
}

bool scan_member(struct scan *s, struct span *ret_key)
{
	struct span key;

	if (s->has_failed || !more(s, '}'))
		return false;
	key = scan_value(s);
	if (s->has_failed || *key.at != '"' || next(s) != ':')
		return fail(s);
	s->at++;
	*ret_key = span_text(key);
	return true;
}

bool scan_item(struct scan *s)
{
	return !s->has_failed && more(s, ']');
}

struct span scan_find(struct span object, const char *key)
{
	struct scan s = scan_of(object);
	struct span name;

	if (scan_object(&s))
		while (scan_member(&s, &name)) {
			struct span value = scan_value(&s);

			if (span_is(name, key))
				return value;
		}
	return (struct span){ NULL, 0 };
}

bool span_is(struct span s, const char *text)
{
	return s.at && strlen(text) == s.len && memcmp(s.at, text, s.len) == 0;
}

struct span span_text(struct span value)
{
	if (!value.at || value.len < 2 || *value.at != '"')
		return (struct span){ NULL, 0 };
	return (struct span){ value.at + 1, value.len - 2 };
}

int64_t span_int(struct span value, int64_t otherwise)
{
	const char *at = value.at, *end;
	bool is_negative;
	uint64_t n = 0;

	if (!at || value.len == 0)
		return otherwise;
	end = at + value.len;
	is_negative = *at == '-';
	at += is_negative;
	if (at == end || end - at > 18)
		return otherwise;
	for (; at < end; at++) {
		if (*at < '0' || *at > '9')
			return otherwise;
		n = n * 10 + (uint64_t)(*at - '0');
	}
	return is_negative ? -(int64_t)n : (int64_t)n;
}

double span_number(struct span value, double otherwise)
{
	char text[40], *end;
	double n;

	if (!value.at || value.len == 0 || value.len >= sizeof text)
		return otherwise;
	memcpy(text, value.at, value.len);
	text[value.len] = '\0';
	n = strtod(text, &end);
	return *end ? otherwise : n;
}

struct message message_scan(const char *text, size_t len)
{
	struct scan s = scan_of((struct span){ text, len });
	struct message m = { .id = INT64_MIN };
	struct span key;

	if (!scan_object(&s))
		return m;
	while (scan_member(&s, &key)) {
		struct span value = scan_value(&s);

		if (span_is(key, "id")) {
			m.id = span_int(value, INT64_MIN);
		} else if (span_is(key, "method")) {
			m.method = span_text(value);
			m.kind = MESSAGE_NOTICE;
		} else if (span_is(key, "result")) {
			m.kind = MESSAGE_RESULT;
			m.content = value;
		} else if (span_is(key, "error")) {
			m.kind = MESSAGE_ERROR;
			m.content = value;
		} else if (span_is(key, "params")) {
			m.content = value;
		}
	}
	if (s.has_failed)
		m.kind = MESSAGE_OTHER;
	return m;
}

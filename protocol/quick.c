/* quick.c - the plain requests, read without building anything: an object of texts and whole numbers, one level deep, as
 * nearly all are that come by the thousand. It takes only what jsonrpc.c and codec_decode.c would take, and takes it as
 * they would; whatever is odd in any way is theirs, and theirs alone are the words about it. */
#include "protocol/codec.h"
#include <string.h>

#define DIGITS_MAX 15 /* of a number: fewer than 2^53 has */
#define FIELDS_MAX 64 /* of a table: a bit each says which were given */

struct reader {
	const char *s;
	size_t at, len;
	int values, max_values;
};

struct piece { /* of the text */
	const char *s;
	size_t len;
	bool has_escapes;
};

static char ahead(const struct reader *r)
{
	return r->at < r->len ? r->s[r->at] : '\0';
}

static void skip_space(struct reader *r)
{
	while (r->at < r->len && (r->s[r->at] == ' ' || r->s[r->at] == '\t' || r->s[r->at] == '\n' || r->s[r->at] == '\r'))
		r->at++;
}

static bool take(struct reader *r, char c)
{
	skip_space(r);
	if (ahead(r) != c || r->at == r->len)
		return false;
	r->at++;
	return true;
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* --- values ----------------------------------------------------------------------------------------- */

static char unescaped(char c)
{
	static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
	const char *at = c ? strchr(from, c) : NULL;

	return at ? to[at - from] : '\0';
}

static bool take_string(struct reader *r, struct piece *ret)
{
	size_t begin;

	if (!take(r, '"'))
		return false;
	begin = r->at;
	ret->has_escapes = false;
	while (r->at < r->len) {
		unsigned char c = (unsigned char)r->s[r->at];
		size_t n = 1;

		if (c == '"') {
			ret->s = r->s + begin;
			ret->len = r->at++ - begin;
			return true;
		}
		if (c < 0x20)
			return false;
		if (c == '\\') {
			if (r->at + 1 >= r->len || !unescaped(r->s[r->at + 1]))
				return false;
			ret->has_escapes = true;
			n = 2;
		} else if (c >= 0x80) {
			n = codec_utf8((const unsigned char *)r->s + r->at, r->len - r->at);
			if (n == 0)
				return false;
		}
		r->at += n;
	}
	return false;
}

static bool take_int(struct reader *r, int64_t *ret_value, struct piece *ret)
{
	int64_t value = 0;
	bool is_negative;
	size_t begin, first;

	skip_space(r);
	begin = r->at;
	is_negative = ahead(r) == '-';
	r->at += is_negative;
	first = r->at;
	while (is_digit(ahead(r)) && r->at - first < DIGITS_MAX)
		value = value * 10 + (r->s[r->at++] - '0');
	if (r->at == first || (r->s[first] == '0' && (r->at - first > 1 || is_negative)))
		return false;
	if (is_digit(ahead(r)) || ahead(r) == '.' || (ahead(r) | 0x20) == 'e')
		return false;
	*ret = (struct piece){ r->s + begin, r->at - begin, false };
	*ret_value = is_negative ? -value : value;
	return true;
}

static bool take_word(struct reader *r, const char *word)
{
	size_t n = strlen(word);

	if (r->len - r->at < n || memcmp(r->s + r->at, word, n) != 0)
		return false;
	r->at += n;
	return true;
}

static bool take_bool(struct reader *r, bool *ret_value)
{
	skip_space(r);
	*ret_value = ahead(r) == 't';
	return take_word(r, *ret_value ? "true" : "false");
}

/* A text, a whole number, true or false; looked over, not kept. */
static bool skip_value(struct reader *r)
{
	struct piece p;
	int64_t number;
	bool flag;

	if (++r->values > r->max_values)
		return false;
	skip_space(r);
	if (ahead(r) == '"')
		return take_string(r, &p);
	if (ahead(r) == 't' || ahead(r) == 'f')
		return take_bool(r, &flag);
	return take_int(r, &number, &p);
}

/* --- members ------------------------------------------------------------------------------------------ */

/* The next key with its colon. False when there is none, or it is odd; *ret_is_end: it was the closing brace, taken. */
static bool next_key(struct reader *r, bool *is_first, struct piece *ret_key, bool *ret_is_end)
{
	*ret_is_end = take(r, '}');
	if (*ret_is_end)
		return false;
	if (!*is_first && !take(r, ','))
		return false;
	*is_first = false;
	return take_string(r, ret_key) && !ret_key->has_escapes && take(r, ':');
}

static bool skip_members(struct reader *r)
{
	bool is_first = true, is_end;
	struct piece key;

	while (next_key(r, &is_first, &key, &is_end))
		if (!skip_value(r))
			return false;
	return is_end;
}

static bool is_text(const struct piece *p, const char *text)
{
	return strlen(text) == p->len && memcmp(p->s, text, p->len) == 0;
}

/* --- a request ------------------------------------------------------------------------------------------ */

enum { HAS_VERSION = 1, HAS_ID = 2, HAS_METHOD = 4, HAS_PARAMS = 8 };

static bool take_id(struct reader *r, struct kd_quick *q)
{
	struct piece p;
	int64_t number;

	skip_space(r);
	if (ahead(r) != '"') {
		if (!take_int(r, &number, &p))
			return false;
		q->id = p.s;
		q->id_len = p.len;
		return true;
	}
	if (!take_string(r, &p) || p.has_escapes || p.len > KD_REQUEST_ID_MAX)
		return false;
	q->id = p.s - 1; /* with its quotes */
	q->id_len = p.len + 2;
	return true;
}

static bool take_params(struct reader *r, struct kd_quick *q)
{
	if (!take(r, '{'))
		return false;
	q->params = r->s + r->at - 1;
	if (!skip_members(r))
		return false;
	q->params_len = (size_t)(r->s + r->at - q->params);
	return true;
}

/* Answers what the member is; 0: it is odd. */
static unsigned take_member(struct reader *r, const struct piece *key, struct kd_quick *q)
{
	struct piece p;

	if (is_text(key, "jsonrpc"))
		return take_string(r, &p) && is_text(&p, "2.0") ? HAS_VERSION : 0;
	if (is_text(key, "id"))
		return take_id(r, q) ? HAS_ID : 0;
	if (is_text(key, "params"))
		return take_params(r, q) ? HAS_PARAMS : 0;
	if (!is_text(key, "method") || !take_string(r, &p) || p.has_escapes || p.len == 0 || p.len > KD_METHOD_NAME_MAX)
		return 0;
	q->method = p.s;
	q->method_len = p.len;
	return HAS_METHOD;
}

bool kd_quick_read(const char *text, size_t len, const struct kd_scan_limits *limits, struct kd_quick *ret)
{
	struct reader r = { .s = text, .len = len, .max_values = limits->max_values < limits->max_keys ? limits->max_values - 6
		: limits->max_keys - 6 };
	bool is_first = true, is_end;
	unsigned given = 0;
	struct piece key;

	*ret = (struct kd_quick){ 0 };
	if (len > limits->max_bytes || limits->max_depth < 2 || limits->max_containers < 2 || !take(&r, '{'))
		return false;
	while (next_key(&r, &is_first, &key, &is_end)) {
		unsigned member = take_member(&r, &key, ret);

		if (member == 0 || (given & member))
			return false;
		given |= member;
	}
	skip_space(&r);
	return is_end && r.at == len && given == (HAS_VERSION | HAS_ID | HAS_METHOD | HAS_PARAMS);
}

/* --- its parameters ---------------------------------------------------------------------------------------- */

static bool store_text(struct reader *r, const struct kd_field *f, struct kd_mem mem, char *to)
{
	struct kd_fault fault;
	struct piece p;
	size_t n = 0;
	char *copy;

	if (!take_string(r, &p))
		return false;
	copy = mem.alloc(mem.ctx, p.len + 1);
	if (!copy)
		return false;
	if (!p.has_escapes)
		memcpy(copy, p.s, n = p.len);
	for (size_t i = 0; p.has_escapes && i < p.len; i++)
		copy[n++] = p.s[i] == '\\' ? unescaped(p.s[++i]) : p.s[i];
	copy[n] = '\0';
	memcpy(to, &copy, sizeof(copy));
	return codec_text_fits(f, copy, n, NULL, &fault);
}

static bool store_int(struct reader *r, const struct kd_field *f, char *to)
{
	struct kd_fault fault;
	struct piece p;
	int64_t value;

	if (!take_int(r, &value, &p) || !codec_int_fits(f, value, NULL, &fault))
		return false;
	if (f->is_opt_struct)
		*(struct kd_opt_int *)to = (struct kd_opt_int){ true, value };
	else
		*(int64_t *)to = value;
	return true;
}

static bool store_bool(struct reader *r, const struct kd_field *f, char *to)
{
	bool value;

	if (!take_bool(r, &value))
		return false;
	if (f->is_opt_struct)
		*(struct kd_opt_bool *)to = (struct kd_opt_bool){ true, value };
	else
		*(bool *)to = value;
	return true;
}

static bool store_value(struct reader *r, const struct kd_field *f, struct kd_mem mem, char *to)
{
	switch (f->type) {
	case KD_TYPE_ID:
	case KD_TYPE_TEXT:
	case KD_TYPE_ENUM:
	case KD_TYPE_ORDER:
	case KD_TYPE_STREAM:
		return store_text(r, f, mem, to);
	case KD_TYPE_INT:
	case KD_TYPE_TIME:
		return store_int(r, f, to);
	case KD_TYPE_BOOL:
		return store_bool(r, f, to);
	case KD_TYPE_NUMBER:
	case KD_TYPE_OBJECT:
	case KD_TYPE_LIST:
	case KD_TYPE_JSON:
	case KD_TYPE_END:
		break;
	}
	return false;
}

static bool has_all(const struct kd_field *fields, uint64_t given)
{
	for (size_t i = 0; fields[i].name; i++)
		if (i >= FIELDS_MAX || (fields[i].presence == KD_REQUIRED && !(given >> i & 1)))
			return false;
	return true;
}

bool kd_quick_decode(const struct kd_field *fields, const struct kd_quick *q, struct kd_mem mem, void *out, size_t size)
{
	struct reader r = { .s = q->params, .len = q->params_len };
	bool is_first = true, is_end;
	uint64_t given = 0;
	struct piece key;

	memset(out, 0, size);
	take(&r, '{');
	while (next_key(&r, &is_first, &key, &is_end)) {
		size_t i = 0;

		while (fields[i].name && !is_text(&key, fields[i].name))
			i++;
		if (!fields[i].name || i >= FIELDS_MAX || (given >> i & 1))
			return false;
		given |= UINT64_C(1) << i;
		if (!store_value(&r, &fields[i], mem, (char *)out + fields[i].offset))
			return false;
	}
	return is_end && has_all(fields, given);
}

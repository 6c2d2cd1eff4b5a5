/* value.c - one form for each JSON value, whoever wrote it. */
#include "clients/load/value.h"
#include <stdlib.h>
#include <string.h>

static size_t utf8_write(char *to, uint32_t c)
{
	if (c < 0x80) {
		to[0] = (char)c;
		return 1;
	}
	if (c < 0x800) {
		to[0] = (char)(0xc0 | c >> 6);
		to[1] = (char)(0x80 | (c & 0x3f));
		return 2;
	}
	if (c < 0x10000) {
		to[0] = (char)(0xe0 | c >> 12);
		to[1] = (char)(0x80 | (c >> 6 & 0x3f));
		to[2] = (char)(0x80 | (c & 0x3f));
		return 3;
	}
	to[0] = (char)(0xf0 | c >> 18);
	to[1] = (char)(0x80 | (c >> 12 & 0x3f));
	to[2] = (char)(0x80 | (c >> 6 & 0x3f));
	to[3] = (char)(0x80 | (c & 0x3f));
	return 4;
}

static uint32_t hex4(const char *at)
{
	uint32_t n = 0;

	for (int i = 0; i < 4; i++) {
		char c = at[i];

		n = n << 4 | (uint32_t)(c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10);
	}
	return n;
}

/* \uXXXX, or two that make one character. Returns how much of the text was used. */
static size_t unicode_read(const char *at, const char *end, uint32_t *ret_c)
{
	uint32_t high, low;

	if (end - at < 6)
		return 0;
	high = *ret_c = hex4(at + 2);
	if (high < 0xd800 || high > 0xdbff || end - at < 12 || at[6] != '\\' || at[7] != 'u')
		return 6;
	low = hex4(at + 8);
	*ret_c = 0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00);
	return 12;
}

/* The characters that a text's escapes stand for. What it writes is never longer than what it reads. */
static size_t text_write(char *to, struct span text)
{
	static const char letters[] = "bfnrt", meant[] = "\b\f\n\r\t";
	const char *at = text.at, *end = text.at + text.len;
	size_t len = 0;

	while (at < end) {
		const char *letter;
		uint32_t c = 0;
		size_t used;

		if (*at != '\\' || at + 1 == end) {
			to[len++] = *at++;
		} else if (at[1] == 'u') {
			used = unicode_read(at, end, &c);
			if (!used)
				return len;
			len += utf8_write(to + len, c);
			at += used;
		} else {
			letter = strchr(letters, at[1]);
			to[len++] = letter ? meant[letter - letters] : at[1];
			at += 2;
		}
	}
	return len;
}

size_t value_write(char *to, struct span value)
{
	size_t len = 0;
	bool is_text = false, is_escaped = false;

	if (*value.at == '"') {
		to[0] = '"';
		return 1 + text_write(to + 1, span_text(value));
	}
	for (size_t i = 0; i < value.len; i++) {
		char c = value.at[i];

		if (c == '"' && !is_escaped)
			is_text = !is_text;
		is_escaped = c == '\\' && !is_escaped;
		if (is_text || (c != ' ' && c != '\n' && c != '\t' && c != '\r'))
			to[len++] = c;
	}
	return len;
}

/* FNV-1a (http://www.isthe.com/chongo/tech/comp/fnv/), with a last mixing as in SplitMix64. */
static uint64_t bytes_hash(uint64_t h, const void *bytes, size_t len)
{
	const uint8_t *p = bytes;

	for (size_t i = 0; i < len; i++)
		h = (h ^ p[i]) * UINT64_C(0x100000001b3);
	h ^= h >> 30;
	h *= UINT64_C(0xbf58476d1ce4e5b9);
	return h ^ h >> 27;
}

/* Members are added up, so that their order does not count. */
static uint64_t hash_below(uint64_t path, struct span value)
{
	struct scan s = scan_of(value);
	uint64_t sum = 0, index = 0;
	struct span key;
	char small[512], *to = small;

	if (value.len && *value.at == '{') {
		for (scan_object(&s); scan_member(&s, &key);)
			sum += hash_below(bytes_hash(path, key.at, key.len), scan_value(&s));
		return bytes_hash(path, &sum, sizeof sum);
	}
	if (value.len && *value.at == '[') {
		for (scan_list(&s); scan_item(&s); index++)
			sum += hash_below(bytes_hash(path, &index, sizeof index), scan_value(&s));
		return bytes_hash(path, &sum, sizeof sum);
	}
	if (!value.at)
		return path;
	if (value.len > sizeof small && !(to = malloc(value.len)))
		abort();
	sum = bytes_hash(path, to, value_write(to, value));
	if (to != small)
		free(to);
	return sum;
}

uint64_t value_hash(struct span value)
{
	return hash_below(UINT64_C(0xcbf29ce484222325), value);
}

bool uuid_read(struct span text, uint8_t ret_id[16])
{
	size_t digits = 0;

	if (text.len != 36)
		return false;
	for (size_t i = 0; i < 36; i++) {
		char c = text.at[i];
		int n = c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;

		if (i == 8 || i == 13 || i == 18 || i == 23) {
			if (c != '-')
				return false;
			continue;
		}
		if (n < 0)
			return false;
		ret_id[digits / 2] = (uint8_t)(digits % 2 ? ret_id[digits / 2] | n : n << 4);
		digits++;
	}
	return true;
}

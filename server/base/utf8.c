/* utf8.c - UTF-8 by the table of RFC 3629, section 4. */
#include "base/utf8.h"

size_t utf8_read(const char *text, size_t len, uint32_t *ret_char)
{
	const unsigned char *s = (const unsigned char *)text;
	unsigned char low = 0x80, high = 0xBF; /* of the second byte */
	size_t n;
	uint32_t c;

	*ret_char = 0xFFFD;
	if (len == 0)
		return 0;
	if (s[0] < 0x80) {
		*ret_char = s[0];
		return 1;
	}
	if (s[0] >= 0xC2 && s[0] <= 0xDF) {
		n = 2;
		c = s[0] & 0x1Fu;
	} else if (s[0] >= 0xE0 && s[0] <= 0xEF) {
		n = 3;
		c = s[0] & 0x0Fu;
		low = s[0] == 0xE0 ? 0xA0 : 0x80;
		high = s[0] == 0xED ? 0x9F : 0xBF;
	} else if (s[0] >= 0xF0 && s[0] <= 0xF4) {
		n = 4;
		c = s[0] & 0x07u;
		low = s[0] == 0xF0 ? 0x90 : 0x80;
		high = s[0] == 0xF4 ? 0x8F : 0xBF;
	} else {
		return 0;
	}
	if (len < n || s[1] < low || s[1] > high)
		return 0;
	c = c << 6 | (s[1] & 0x3Fu);
	for (size_t i = 2; i < n; i++) {
		if ((s[i] & 0xC0) != 0x80)
			return 0;
		c = c << 6 | (s[i] & 0x3Fu);
	}
	*ret_char = c;
	return n;
}

size_t utf8_write(uint32_t c, char ret_bytes[4])
{
	if (c < 0x80) {
		ret_bytes[0] = (char)c;
		return 1;
	}
	if (c < 0x800) {
		ret_bytes[0] = (char)(0xC0 | c >> 6);
		ret_bytes[1] = (char)(0x80 | (c & 0x3F));
		return 2;
	}
	if (c < 0x10000) {
		ret_bytes[0] = (char)(0xE0 | c >> 12);
		ret_bytes[1] = (char)(0x80 | (c >> 6 & 0x3F));
		ret_bytes[2] = (char)(0x80 | (c & 0x3F));
		return 3;
	}
	ret_bytes[0] = (char)(0xF0 | c >> 18);
	ret_bytes[1] = (char)(0x80 | (c >> 12 & 0x3F));
	ret_bytes[2] = (char)(0x80 | (c >> 6 & 0x3F));
	ret_bytes[3] = (char)(0x80 | (c & 0x3F));
	return 4;
}

bool utf8_is_valid(const char *text, size_t len)
{
	uint32_t c;

	for (size_t i = 0, n; i < len; i += n) {
		n = utf8_read(text + i, len - i, &c);
		if (n == 0)
			return false;
	}
	return true;
}

size_t utf8_count(const char *text, size_t len)
{
	size_t count = 0;
	uint32_t c;

	for (size_t i = 0, n; i < len; i += n ? n : 1, count++)
		n = utf8_read(text + i, len - i, &c);
	return count;
}

size_t utf8_cut(const char *text, size_t len, size_t max)
{
	size_t start;
	uint32_t c;

	if (len > max)
		len = max;
	/* Back to the beginning of the last character; it stays only if it is whole. */
	for (start = len; start > 0 && len - start < 3 && (text[start - 1] & 0xC0) == 0x80; start--)
		;
	if (start == 0 || (unsigned char)text[start - 1] < 0xC0)
		return len;
	return utf8_read(text + start - 1, len - start + 1, &c) ? len : start - 1;
}

bool utf8_is_bidi_control(uint32_t c)
{
	return (c >= 0x202A && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069) || c == 0x200E || c == 0x200F || c == 0x061C;
}

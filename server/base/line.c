/* line.c - names and titles: one line of text with something to see on it. */
#include "base/line.h"
#include "base/utf8.h"
#include <string.h>

/* Unicode's spaces, and characters that take no room: joiners, marks of direction, variation selectors,
 * fillers. */
static bool is_blank(uint32_t c)
{
	return c == ' ' || c == 0xA0 || c == 0xAD || c == 0x34F || c == 0x61C || c == 0x115F || c == 0x1160 ||
	       c == 0x1680 || c == 0x17B4 || c == 0x17B5 || (c >= 0x180B && c <= 0x180F) ||
	       (c >= 0x2000 && c <= 0x200F) || (c >= 0x202A && c <= 0x202F) || (c >= 0x205F && c <= 0x206F) ||
	       c == 0x2800 || c == 0x3000 || c == 0x3164 || (c >= 0xFE00 && c <= 0xFE0F) || c == 0xFEFF ||
	       c == 0xFFA0 || (c >= 0xFFF0 && c <= 0xFFF8) || (c >= 0xE0000 && c <= 0xE0FFF);
}

bool line_is_visible(const char *text)
{
	size_t len = strlen(text), used;
	bool is_seen = false;
	uint32_t c;

	for (size_t i = 0; i < len; i += used ? used : 1) {
		used = utf8_read(text + i, len - i, &c);
		/* U+0085, U+2028 and U+2029 break lines as LF does. */
		if (c < 0x20 || c == 0x85 || c == 0x2028 || c == 0x2029)
			return false;
		if (!is_blank(c))
			is_seen = true;
	}
	return is_seen;
}

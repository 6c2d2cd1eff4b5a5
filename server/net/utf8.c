/* utf8.c - UTF-8 piece by piece. */
#include "net/utf8.h"
#include <string.h>

/* The second octet's range keeps out overlong forms, surrogates and what lies beyond U+10FFFF. */
static bool lead(struct utf8 *u, uint8_t c)
{
	u->low = 0x80;
	u->high = 0xbf;
	if (c >= 0xc2 && c <= 0xdf) {
		u->left = 1;
	} else if (c >= 0xe0 && c <= 0xef) {
		u->left = 2;
		if (c == 0xe0)
			u->low = 0xa0;
		else if (c == 0xed)
			u->high = 0x9f;
	} else if (c >= 0xf0 && c <= 0xf4) {
		u->left = 3;
		if (c == 0xf0)
			u->low = 0x90;
		else if (c == 0xf4)
			u->high = 0x8f;
	} else {
		return false;
	}
	return true;
}

bool utf8_feed(struct utf8 *u, const void *bytes, size_t len)
{
	const uint8_t *p = bytes, *end = p + len;

	while (p < end) {
		if (u->left == 0) {
			uint64_t eight;

			while (end - p >= 8 && (memcpy(&eight, p, 8), (eight & UINT64_C(0x8080808080808080)) == 0))
				p += 8;
			while (p < end && *p < 0x80)
				p++;
			if (p < end && !lead(u, *p++))
				return false;
			continue;
		}
		if (*p < u->low || *p > u->high)
			return false;
		u->low = 0x80;
		u->high = 0xbf;
		u->left--;
		p++;
	}
	return true;
}

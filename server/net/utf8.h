/* utf8.h - UTF-8 checked piece by piece, wrong at the first octet that cannot be right (RFC 3629).
 *
 * libwebsockets' own check forgets a character cut off by an empty last fragment and prints what it refuses,
 * so messages are checked here. */
#ifndef NET_UTF8_H
#define NET_UTF8_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct utf8 { /* zeroed: between characters */
	uint8_t left;      /* octets that the character still needs */
	uint8_t low, high; /* range of the next one */
};

bool utf8_feed(struct utf8 *u, const void *bytes, size_t len); /* false: no UTF-8 */
static inline bool utf8_is_whole(const struct utf8 *u)
{
	return u->left == 0;
}
#endif

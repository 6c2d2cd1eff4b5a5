/* cookie.h - one cookie out of a Cookie header, by a parser of our own (security.md T3).
 *
 * Names match whole and byte for byte; a name that comes twice is refused, as is a value with characters that
 * no cookie of ours has. Cookies of other names are stepped over, whatever they look like. */
#ifndef NET_COOKIE_H
#define NET_COOKIE_H
#include <stddef.h>

#define COOKIE_VALUE_MAX 256

enum cookie_result { COOKIE_FOUND, COOKIE_ABSENT, COOKIE_BAD };

enum cookie_result cookie_find(const char *header, const char *name, char ret_value[COOKIE_VALUE_MAX + 1]);
#endif

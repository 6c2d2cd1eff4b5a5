/* mail_address.h - what a mail address may look like. */
#ifndef BASE_MAIL_ADDRESS_H
#define BASE_MAIL_ADDRESS_H
#include <stdbool.h>
#include <stddef.h>

/* An address we would send mail to: ASCII, one @, a local part of at most 64 and a domain with a dot. Stricter than
 * RFC 5321 (no quoted local parts, no address literals), which no city's server hands out. */
bool mail_is_valid(const char *mail);
void mail_fold(const char *mail, char *ret_folded, size_t size); /* lower case: the key that asking is limited by */
#endif

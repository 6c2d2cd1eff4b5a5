/* escape.h - text and addresses as they may stand in HTML. */
#ifndef TEXT_ESCAPE_H
#define TEXT_ESCAPE_H
#include "base/buf.h"

/* Stands for a "<" that is to be shown and must not begin anything (see markdown.c); comes out as "&lt;". */
#define ESCAPE_LESS '\x01'

/* For element content: & < > and " become entities; controls and what reorders text (U+202A…, U+2066…) are left out, as
 * are bytes that are not UTF-8. */
void escape_text(struct buf *out, const char *text, size_t len);
void escape_plain(struct buf *out, const char *text, size_t len); /* the same, but as plain text */

/* Whether an address may be linked to: http and https with a host and without user names in front of it (they only
 * serve to deceive), mailto with an address. */
bool link_is_allowed(const char *url);
void escape_url(struct buf *out, const char *url); /* for an attribute's value: what is not of RFC 3986 is percent-encoded */
#endif

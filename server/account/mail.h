/* mail.h - what a mail says and looks like on the wire (RFC 5322, 2045, 2047): pure functions. */
#ifndef ACCOUNT_MAIL_H
#define ACCOUNT_MAIL_H
#include "base/buf.h"
#include <stdbool.h>
#include <stdint.h>

struct mail {
	const char *to;      /* a valid address */
	const char *subject; /* UTF-8, one line */
	const char *text;    /* UTF-8, lines ended by \n */
};

/* The whole message with CRLF line ends; `id` becomes its Message-ID's left half. False: `out` is full. */
bool mail_print(const struct mail *m, const char *from, const char *id, int64_t at_ms, struct buf *out);

/* The texts, in the locale "sv" or "en"; the subject is returned, the text written to `out`. */
const char *mail_sign_in(
        const char *locale, const char *name, const char *link, const char *code, int64_t good_ms, struct buf *out);
const char *mail_invitation(const char *locale, const char *name, const char *link, struct buf *out);

/* Exposed for the tests. */
void mail_encode_header(
        const char *text, struct buf *out); /* as it is when plain ASCII, else RFC 2047 words */
void mail_quoted_printable(const char *text, struct buf *out); /* CRLF line ends, lines of at most 76 */
#endif

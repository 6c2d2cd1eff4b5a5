/* scan.h - finding things in JSON text where it stands, without building anything.
 *
 * For text that the server has made: a value that is no JSON ends the scan, but not every malformed text is noticed.
 * Spans point into the text and live as long as it. */
#ifndef CLIENTS_LOAD_SCAN_H
#define CLIENTS_LOAD_SCAN_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct span {
	const char *at; /* NULL: nothing */
	size_t len;
};

struct scan {
	const char *at, *end;
	bool has_failed; /* sticky */
};

struct scan scan_of(struct span text);
struct span scan_value(struct scan *s); /* the value that begins here, whole; empty when there is none */

/* Walking: scan_object or scan_list once, then scan_member or scan_item until false, the value read (scan_value) or entered
 * after each. */
bool scan_object(struct scan *s);
bool scan_list(struct scan *s);
bool scan_member(struct scan *s, struct span *ret_key); /* the key without its quotation marks */
bool scan_item(struct scan *s);

struct span scan_find(struct span object, const char *key); /* the member's value, or nothing */
bool span_is(struct span s, const char *text);              /* byte for byte; a JSON text with its quotation marks */
struct span span_text(struct span value);                   /* what stands between a text's quotation marks, escapes and all */
int64_t span_int(struct span value, int64_t otherwise);     /* a whole number */
double span_number(struct span value, double otherwise);

/* --- messages of JSON-RPC 2.0 ------------------------------------------------------------------------ */

enum message_kind { MESSAGE_OTHER, MESSAGE_RESULT, MESSAGE_ERROR, MESSAGE_NOTICE };

struct message {
	enum message_kind kind;
	int64_t id;          /* of an answer; INT64_MIN: none, or no whole number */
	struct span method;  /* of a notice */
	struct span content; /* result, error or params */
};

struct message message_scan(const char *text, size_t len);
#endif

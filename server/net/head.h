/* head.h - the head of an HTTP/1.1 request, read by a parser that accepts nothing doubtful (security.md T5).
 *
 * Pure functions on bytes: no I/O, no knowledge of routes. What a proxy in front of us could read differently
 * (bare LF, folded fields, NUL, doubled lengths, Transfer-Encoding) is refused, never guessed at. */
#ifndef NET_HEAD_H
#define NET_HEAD_H
#include <stdbool.h>
#include <stddef.h>

#define HEAD_FIELDS_MAX 64

enum head_state { HEAD_MORE, HEAD_DONE, HEAD_BAD };

struct head_field {
	const char *name;  /* in lower case */
	const char *value; /* without white space around it */
};

struct head {
	const char *method;
	const char *path;  /* as sent, up to the '?' */
	const char *query; /* after the '?', or NULL */
	int minor;         /* of HTTP/1.x: 0 or 1 */
	size_t field_count;
	struct head_field fields[HEAD_FIELDS_MAX];
};

/* Looks at bytes from *scanned on and moves it, so that a head that comes octet by octet is looked at once.
 * HEAD_DONE: *scanned is the head's size. HEAD_BAD as soon as an octet comes that no head may have there. */
enum head_state head_scan(const char *bytes, size_t len, size_t *scanned);

/* Takes a whole head apart in place (it writes into `bytes`, which must outlive `head`). 0, or the status to
 * refuse it with; *ret_why is then a short reason. `bytes[len - 1]` is the last LF. */
int head_parse(struct head *head, char *bytes, size_t len, const char **ret_why);

const char *head_get(const struct head *head, const char *name); /* the first of that name, or NULL */
size_t head_count(const struct head *head, const char *name);
const char *head_get_only(const struct head *head, const char *name); /* NULL when absent or more than one */
bool head_has_token(const struct head *head, const char *name, const char *token); /* in a comma-separated list */

/* The body's length: false when the head says it in a way that can be misread; then *ret_why says how. */
bool head_body_size(const struct head *head, size_t *ret_size, const char **ret_why);
bool head_is_token(const char *text); /* RFC 9110 token, at least one character */
#endif

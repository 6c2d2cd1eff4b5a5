/* autolink.h - addresses that stand bare in a text, as GitHub's Markdown links them: https://…, http://…, www.… and
 * mail addresses. Ours instead of cmark-gfm's, whose version in Debian 12 reads outside its input. */
#ifndef TEXT_AUTOLINK_H
#define TEXT_AUTOLINK_H
#include <stdbool.h>
#include <stddef.h>

struct autolink {
	size_t start, end;
	const char *prefix; /* what the address needs in front to be whole: "", "http://", "mailto:" */
};

/* The first one at or after `from` in text[0..len). */
bool autolink_find(const char *text, size_t len, size_t from, struct autolink *ret_link);
#endif

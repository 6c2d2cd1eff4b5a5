/* markdown.h - what members write, as HTML that is safe to show to anybody.
 *
 * Safe by construction: the renderer knows the few elements it may write and escapes everything else; raw HTML is shown
 * as the text it is. Links go to http, https and mailto only and carry rel="nofollow noopener ugc"; an image is
 * shown as a link to it. Headings begin at h3, because the page has its own. */
#ifndef TEXT_MARKDOWN_H
#define TEXT_MARKDOWN_H
#include "base/arena.h"
#include <stddef.h>

#define MARKDOWN_MAX 32768 /* bytes of a post */

/* What a rendering may cost, for the whole process: how much longer than the text it may be (1..8), and how long it may
 * take. 8 and 50 ms unless told. */
void markdown_limits(int growth, int64_t time_ms);

/* `text` is UTF-8. Never NULL. At most 8 × len + 1024 bytes; a text whose rendering would cost more than its size
 * deserves (see cost.h), or has been more than it may be, is shown as plain paragraphs. */
char *markdown_to_html(struct arena *mem, const char *text, size_t len);

/* The beginning as plain text on one line, without marks of any kind: at most as many characters, cut at a word
 * and then ended by "…". */
char *markdown_excerpt(struct arena *mem, const char *text, size_t max_code_points);
#endif

/* cost.h - whether a text may be given to the Markdown parser at all.
 *
 * A few kilobytes of tables, references or nesting can cost cmark-gfm megabytes and seconds (security.md, R2). What
 * would is found here by counting, in one pass each, before anything is parsed. The counts are upper bounds: a text
 * that passes is cheap; one that does not is shown as plain paragraphs. */
#ifndef TEXT_COST_H
#define TEXT_COST_H
#include <stdbool.h>
#include <stddef.h>

#define COST_COLUMNS 32          /* of one table */
#define COST_CELLS 4096          /* columns × lines, over all tables */
#define COST_REFERENCES 65536    /* bytes: each link definition's size × how often it is used */
#define COST_NESTING 16          /* quotes and list items in one another, and emphasis and links in one another */

bool cost_is_fair(const char *text, size_t len);
bool cost_blocks_are_fair(const char *text, size_t len);     /* tables, and nesting that one line opens */
bool cost_links_are_fair(const char *text, size_t len);      /* links among open emphasis */
bool cost_references_are_fair(const char *text, size_t len);
#endif

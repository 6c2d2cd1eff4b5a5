/* html.h - a parsed text as HTML of the few elements that we write; inside this room only. */
#ifndef TEXT_HTML_H
#define TEXT_HTML_H
#include "base/buf.h"
struct cmark_node;

/* False when it is nested deeper than COST_NESTING; a buf that was too small has failed. */
bool html_render(struct cmark_node *root, struct buf *out);
#endif

/* html.c - from the tree to HTML. What has no case here is not written. */
#include "text/html.h"
#include "text/autolink.h"
#include "text/cost.h"
#include "text/escape.h"
#include <cmark-gfm.h>
#include <cmark-gfm-core-extensions.h>
#include <string.h>

struct html {
	struct buf *out;
	int blocks, inlines; /* how deep we are in quotes and items; in emphasis and links */
	int links;           /* of them, links: they are never written into one another */
	bool is_header;      /* in a table's first row */
	size_t column;
	const uint8_t *alignments;
	size_t columns;
};

/* Tables and strikethrough are numbered when the library starts, so they cannot be cases of the switch. */
static bool is_kind(cmark_node *node, const char *name)
{
	return strcmp(cmark_node_get_type_string(node), name) == 0;
}

static void add(struct html *h, const char *text)
{
	buf_add_str(h->out, text);
}

static void write_text(struct html *h, const char *text, size_t len)
{
	struct autolink link;
	size_t at = 0;

	while (!h->links && autolink_find(text, len, at, &link)) {
		char url[2100];
		int n = snprintf(url, sizeof url, "%s%.*s", link.prefix, (int)(link.end - link.start), text + link.start);

		escape_text(h->out, text + at, link.start - at);
		at = link.end;
		if (n >= (int)sizeof url || !link_is_allowed(url)) {
			escape_text(h->out, text + link.start, link.end - link.start);
			continue;
		}
		add(h, "<a href=\"");
		escape_url(h->out, url);
		add(h, "\" rel=\"nofollow noopener ugc\">");
		escape_text(h->out, text + link.start, link.end - link.start);
		add(h, "</a>");
	}
	escape_text(h->out, text + at, len - at);
}

static void write_literal(struct html *h, cmark_node *node)
{
	const char *text = cmark_node_get_literal(node);

	if (text)
		escape_text(h->out, text, strlen(text));
}

static bool may_link(cmark_node *node)
{
	const char *url = cmark_node_get_url(node);

	return url && link_is_allowed(url);
}

/* Links, and images, which become links to what they would have shown. */
static void write_link(struct html *h, cmark_node *node, bool is_entering)
{
	bool is_image = cmark_node_get_type(node) == CMARK_NODE_IMAGE;

	if (!may_link(node))
		return;
	if (is_entering && h->links++ == 0) {
		add(h, "<a href=\"");
		escape_url(h->out, cmark_node_get_url(node));
		add(h, "\" rel=\"nofollow noopener ugc\">");
		if (is_image && !cmark_node_first_child(node))
			escape_text(h->out, cmark_node_get_url(node), strlen(cmark_node_get_url(node)));
	} else if (!is_entering && --h->links == 0) {
		add(h, "</a>");
	}
}

static bool is_in_tight_list(cmark_node *paragraph)
{
	cmark_node *item = cmark_node_parent(paragraph), *list = item ? cmark_node_parent(item) : NULL;

	return list && cmark_node_get_type(list) == CMARK_NODE_LIST && cmark_node_get_list_tight(list);
}

static void write_heading(struct html *h, cmark_node *node, bool is_entering)
{
	int level = cmark_node_get_heading_level(node) + 2;

	buf_printf(h->out, is_entering ? "<h%d>" : "</h%d>\n", level > 6 ? 6 : level);
}

static void write_list(struct html *h, cmark_node *node, bool is_entering)
{
	bool is_ordered = cmark_node_get_list_type(node) == CMARK_ORDERED_LIST;
	int start = cmark_node_get_list_start(node);

	if (!is_entering)
		add(h, is_ordered ? "</ol>\n" : "</ul>\n");
	else if (is_ordered && start != 1)
		buf_printf(h->out, "<ol start=\"%d\">\n", start);
	else
		add(h, is_ordered ? "<ol>\n" : "<ul>\n");
}

/* Tasks are shown, not ticked: a sign that screen readers read needs no label as an input would. */
static void write_item(struct html *h, cmark_node *node, bool is_entering)
{
	if (!is_entering) {
		add(h, "</li>\n");
		return;
	}
	add(h, "<li>");
	if (is_kind(node, "tasklist"))
		add(h, cmark_gfm_extensions_get_tasklist_item_checked(node) ? "☑ " : "☐ ");
}

static void write_code_block(struct html *h, cmark_node *node)
{
	add(h, "<pre><code>");
	write_literal(h, node);
	add(h, "</code></pre>\n");
}

static void write_table(struct html *h, cmark_node *node, bool is_entering)
{
	if (is_entering) {
		h->alignments = cmark_gfm_extensions_get_table_alignments(node);
		h->columns = cmark_gfm_extensions_get_table_columns(node);
		add(h, "<table>\n");
		return;
	}
	add(h, cmark_node_first_child(node) != cmark_node_last_child(node) ? "</tbody>\n</table>\n" : "</table>\n");
}

static void write_row(struct html *h, cmark_node *node, bool is_entering)
{
	bool is_header = cmark_node_previous(node) == NULL;

	h->is_header = is_header;
	h->column = 0;
	if (!is_entering) {
		add(h, is_header ? "</tr>\n</thead>\n" : "</tr>\n");
		return;
	}
	if (is_header)
		add(h, "<thead>\n");
	else if (cmark_node_previous(cmark_node_previous(node)) == NULL)
		add(h, "<tbody>\n");
	add(h, "<tr>");
}

static void write_cell(struct html *h, bool is_entering)
{
	char alignment = h->column < h->columns && h->alignments ? (char)h->alignments[h->column] : 0;

	if (!is_entering) {
		add(h, h->is_header ? "</th>" : "</td>");
		h->column++;
		return;
	}
	add(h, h->is_header ? "<th" : "<td");
	if (alignment == 'r')
		add(h, " align=\"right\"");
	else if (alignment == 'c')
		add(h, " align=\"center\"");
	add(h, ">");
}

static void write_extension(struct html *h, cmark_node *node, bool is_entering)
{
	if (is_kind(node, "table"))
		write_table(h, node, is_entering);
	else if (is_kind(node, "table_row") || is_kind(node, "table_header"))
		write_row(h, node, is_entering);
	else if (is_kind(node, "table_cell"))
		write_cell(h, is_entering);
	else if (is_kind(node, "strikethrough"))
		add(h, is_entering ? "<del>" : "</del>");
}

static void write_inline(struct html *h, cmark_node *node, bool is_entering)
{
	switch (cmark_node_get_type(node)) {
	case CMARK_NODE_TEXT:
		if (cmark_node_get_literal(node))
			write_text(h, cmark_node_get_literal(node), strlen(cmark_node_get_literal(node)));
		break;
	case CMARK_NODE_SOFTBREAK: /* people press Enter where they want a new line */
	case CMARK_NODE_LINEBREAK:
		add(h, "<br>\n");
		break;
	case CMARK_NODE_CODE:
		add(h, "<code>");
		write_literal(h, node);
		add(h, "</code>");
		break;
	case CMARK_NODE_HTML_INLINE:
		write_literal(h, node);
		break;
	case CMARK_NODE_EMPH:
		add(h, is_entering ? "<em>" : "</em>");
		break;
	case CMARK_NODE_STRONG:
		add(h, is_entering ? "<strong>" : "</strong>");
		break;
	case CMARK_NODE_LINK:
	case CMARK_NODE_IMAGE:
		write_link(h, node, is_entering);
		break;
	default:
		write_extension(h, node, is_entering);
	}
}

static void write_block(struct html *h, cmark_node *node, bool is_entering)
{
	switch (cmark_node_get_type(node)) {
	case CMARK_NODE_DOCUMENT:
		break;
	case CMARK_NODE_PARAGRAPH:
		if (!is_in_tight_list(node))
			add(h, is_entering ? "<p>" : "</p>\n");
		break;
	case CMARK_NODE_HEADING:
		write_heading(h, node, is_entering);
		break;
	case CMARK_NODE_BLOCK_QUOTE:
		add(h, is_entering ? "<blockquote>\n" : "</blockquote>\n");
		break;
	case CMARK_NODE_LIST:
		write_list(h, node, is_entering);
		break;
	case CMARK_NODE_ITEM:
		write_item(h, node, is_entering);
		break;
	case CMARK_NODE_CODE_BLOCK:
		write_code_block(h, node);
		break;
	case CMARK_NODE_HTML_BLOCK:
		add(h, "<p>");
		write_literal(h, node);
		add(h, "</p>\n");
		break;
	case CMARK_NODE_THEMATIC_BREAK:
		add(h, "<hr>\n");
		break;
	default:
		write_extension(h, node, is_entering);
	}
}

static bool is_container(cmark_node *node)
{
	cmark_node_type type = cmark_node_get_type(node);

	return type == CMARK_NODE_BLOCK_QUOTE || type == CMARK_NODE_ITEM;
}

bool html_render(cmark_node *root, struct buf *out)
{
	struct html h = { .out = out };
	cmark_iter *iter = cmark_iter_new(root);
	cmark_event_type event;

	while ((event = cmark_iter_next(iter)) != CMARK_EVENT_DONE && !out->failed) {
		cmark_node *node = cmark_iter_get_node(iter);
		bool is_entering = event == CMARK_EVENT_ENTER;
		bool is_inline = (cmark_node_get_type(node) & CMARK_NODE_TYPE_MASK) == CMARK_NODE_TYPE_INLINE;

		if (is_container(node))
			h.blocks += is_entering ? 1 : -1;
		if (is_inline && cmark_node_first_child(node))
			h.inlines += is_entering ? 1 : -1;
		if (h.blocks > COST_NESTING || h.inlines > COST_NESTING)
			break;
		if (is_inline)
			write_inline(&h, node, is_entering);
		else
			write_block(&h, node, is_entering);
	}
	cmark_iter_free(iter);
	return event == CMARK_EVENT_DONE;
}

/* markdown.c - the way of a text: prepared, weighed, parsed by cmark-gfm, written by html.c.
 *
 * Raw HTML is not supported, so no "<" may reach the parser but the ones of <https://…> and [text](<address>): each
 * other becomes a sign that means nothing to it and comes out as "&lt;" again. The parser's slow ways through half-open
 * tags and comments are closed thereby as well. */
#include "text/markdown.h"
#include "base/clock.h"
#include "base/metrics.h"
#include "base/reserve.h"
#include "base/utf8.h"
#include "text/cost.h"
#include "text/escape.h"
#include "text/html.h"
#include <cmark-gfm.h>
#include <cmark-gfm-core-extensions.h>
#include <cmark-gfm-extension_api.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define PLAIN_MAX(len) (8 * (len) + 1024)
#define EXCERPT_READ 4096 /* bytes of the beginning that an excerpt is made of */

static struct {
	int growth;
	int64_t time_us;
} limits = { 8, 50000 };

void markdown_limits(int growth, int64_t time_ms)
{
	limits.growth = growth;
	limits.time_us = time_ms * 1000;
}

/* "<https://…>" or "<name@domain>": does it close before anything that may not stand in it? */
static bool is_bracketed_address(const char *s, size_t len)
{
	bool has_at = false;
	size_t n = 1;

	while (n < len && (unsigned char)s[n] > 0x20 && s[n] != '<' && s[n] != '>')
		has_at |= s[n++] == '@';
	if (n >= len || s[n] != '>' || n < 4)
		return false;
	return has_at || strncasecmp(s + 1, "http", 4) == 0 || strncasecmp(s + 1, "mailto:", 7) == 0;
}

/* "](<address>" and "]: <address>" */
static bool is_link_target(const char *text, size_t at, size_t len)
{
	size_t back = at;

	if (at + 1 >= len || strchr("!?/", text[at + 1]))
		return false;
	if (back >= 2 && text[back - 1] == '(' && text[back - 2] == ']')
		return true;
	while (back > 0 && text[back - 1] == ' ')
		back--;
	return back >= 2 && text[back - 1] == ':' && text[back - 2] == ']';
}

/* Controls, marks that reorder text and what is not UTF-8 are left out. Never longer than the text. */
static size_t prepare(const char *text, size_t len, char *ret)
{
	size_t out = 0, kept_until = 0;

	for (size_t i = 0, n; i < len; i += n ? n : 1) {
		uint32_t c;

		n = utf8_read(text + i, len - i, &c);
		if (n == 0 || (c < 0x20 && c != '\n' && c != '\r' && c != '\t') || c == 0x7F || c == 0xFEFF ||
			(c >= 0x202A && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069))
			continue;
		if (c == '<' && i >= kept_until && !is_link_target(text, i, len)) {
			if (is_bracketed_address(text + i, len - i)) {
				kept_until = i + 1;
			} else {
				ret[out++] = ESCAPE_LESS;
				continue;
			}
		}
		memcpy(ret + out, text + i, n);
		out += n;
	}
	return out;
}

/* NULL when the text is not to be parsed, or could not be. */
static cmark_node *parse(const char *text, size_t len)
{
	static const char *const extensions[] = { "table", "strikethrough", "tasklist" };
	cmark_parser *parser;
	cmark_node *root;

	if (!cost_is_fair(text, len))
		return NULL;
	cmark_gfm_core_extensions_ensure_registered();
	parser = cmark_parser_new(CMARK_OPT_STRIKETHROUGH_DOUBLE_TILDE);
	for (size_t i = 0; i < sizeof extensions / sizeof *extensions; i++)
		cmark_parser_attach_syntax_extension(parser, cmark_find_syntax_extension(extensions[i]));
	cmark_parser_feed(parser, text, len);
	root = cmark_parser_finish(parser);
	cmark_parser_free(parser);
	if (root)
		cmark_consolidate_text_nodes(root); /* so that a bare address with a "_" in it is one text */
	return root;
}

/* Paragraphs between blank lines, nothing else. */
static void render_plain(const char *text, size_t len, struct buf *out)
{
	size_t breaks = 2; /* lines ended since the last word: a paragraph begins after two */
	bool is_open = false;

	for (size_t i = 0, n; i < len; i += n) {
		n = 1;
		if (text[i] == '\n') {
			breaks++;
			continue;
		}
		while (i + n < len && text[i + n] != '\n')
			n++;
		if (strspn(text + i, " \t\r\n") >= n)
			continue;
		if (breaks > 1 || !is_open)
			buf_add_str(out, is_open ? "</p>\n<p>" : "<p>");
		else
			buf_add_str(out, "<br>\n");
		is_open = true;
		breaks = 0;
		escape_text(out, text + i, n);
	}
	if (is_open)
		buf_add_str(out, "</p>\n");
}

/* False: it would have cost too much, or it did. */
static bool render(const char *text, size_t len, struct buf *out)
{
	int64_t until_us = clock_mono_us() + limits.time_us;
	cmark_node *root = parse(text, len);
	bool is_written = root && html_render(root, out), is_fair = clock_mono_us() <= until_us;

	if (root)
		cmark_node_free(root);
	if (out->failed)
		metric_add(metric_refusals("limit.rendering_growth"), 1);
	else if (!is_written || !is_fair)
		metric_add(metric_refusals("limit.rendering"), 1);
	return is_written && is_fair && !out->failed;
}

static char *prepared(const char *text, size_t *len)
{
	char *copy = reserve_alloc(*len + 1, "a text");

	*len = prepare(text, *len, copy);
	copy[*len] = '\0';
	return copy;
}

char *markdown_to_html(struct arena *mem, const char *text, size_t len)
{
	struct buf out;
	char *copy, *html;

	buf_init(&out, (size_t)limits.growth * len + 1024);
	copy = prepared(text, &len);
	if (!render(copy, len, &out)) {
		buf_finish(&out);
		buf_init(&out, PLAIN_MAX(len));
		render_plain(copy, len, &out);
	}
	html = arena_strndup(mem, out.data, out.failed ? 0 : out.len);
	buf_finish(&out);
	free(copy);
	return html;
}

/* --- excerpts ------------------------------------------------------------------------------------------- */

static void excerpt_add(struct buf *words, cmark_node *node)
{
	const char *text = cmark_node_get_literal(node);

	if (text)
		escape_plain(words, text, strlen(text));
}

/* The words of a tree, a blank between blocks. */
static void excerpt_walk(cmark_node *root, struct buf *words)
{
	cmark_iter *iter = cmark_iter_new(root);
	cmark_event_type event;

	while ((event = cmark_iter_next(iter)) != CMARK_EVENT_DONE) {
		cmark_node *node = cmark_iter_get_node(iter);

		if (event == CMARK_EVENT_ENTER)
			excerpt_add(words, node);
		if ((cmark_node_get_type(node) & CMARK_NODE_TYPE_MASK) == CMARK_NODE_TYPE_BLOCK ||
			cmark_node_get_type(node) == CMARK_NODE_SOFTBREAK || cmark_node_get_type(node) == CMARK_NODE_LINEBREAK)
			buf_add_char(words, ' ');
	}
	cmark_iter_free(iter);
}

/* White space becomes one blank, and none at the ends. */
static size_t excerpt_squeeze(char *text, size_t len)
{
	size_t out = 0;

	for (size_t i = 0; i < len; i++) {
		if (!strchr(" \t\r\n", text[i]))
			text[out++] = text[i];
		else if (out && text[out - 1] != ' ')
			text[out++] = ' ';
	}
	while (out && text[out - 1] == ' ')
		out--;
	return out;
}

/* The length of at most `max` characters, back to a word's end unless that would leave less than half. */
static size_t excerpt_cut(const char *text, size_t len, size_t max)
{
	size_t end = 0, word_end = 0;
	uint32_t c;

	for (size_t count = 0; end < len && count < max; count++) {
		if (text[end] == ' ')
			word_end = end;
		end += utf8_read(text + end, len - end, &c); /* never 0: escape_plain lets only UTF-8 through */
	}
	return end < len && text[end] != ' ' && word_end > end / 2 ? word_end : end;
}

/* Without the marks that would stand oddly before "…". */
static size_t excerpt_end(const char *text, size_t len)
{
	while (len && strchr(" .,:;-", text[len - 1]))
		len--;
	return len;
}

char *markdown_excerpt(struct arena *mem, const char *text, size_t max_code_points)
{
	size_t full = strlen(text), len = utf8_cut(text, full, EXCERPT_READ);
	bool is_cut = len < full;
	struct buf words;
	cmark_node *root;
	char *copy, *excerpt;

	buf_init(&words, 2 * EXCERPT_READ);
	copy = prepared(text, &len);
	root = parse(copy, len);
	if (root) {
		excerpt_walk(root, &words);
		cmark_node_free(root);
	} else {
		escape_plain(&words, copy, len);
	}
	free(copy);
	buf_add(&words, "", 0); /* so that there is a text even when there are no words */
	len = excerpt_squeeze(words.data, words.len);
	is_cut |= utf8_count(words.data, len) > max_code_points;
	if (is_cut && max_code_points)
		len = excerpt_end(words.data, excerpt_cut(words.data, len, max_code_points - 1));
	excerpt = arena_printf(mem, "%.*s%s", (int)len, words.data, is_cut ? "…" : "");
	buf_finish(&words);
	return excerpt;
}

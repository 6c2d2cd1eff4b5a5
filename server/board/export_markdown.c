/* export_markdown.c - sections as headings, cards as items. */
#include "board/export.h"
#include <stdio.h>
#include <string.h>

/* --- words that mean nothing but themselves -------------------------------------------------------------------------- */

/* What has a meaning anywhere in a line. Any of ASCII's punctuation may stand behind a backslash (CommonMark 2.4). */
static bool is_marked(const char *text, const char *at)
{
	if (strchr("\\`*_[]<>|~&!#$^@", *at))
		return true;
	if (*at == ':')
		return at[1] == '/'; /* "https://" would become a link (GFM 6.9) */
	return *at == '.' && at - text >= 3 && strncasecmp(at - 3, "www", 3) == 0;
}

/* What has a meaning at a line's beginning: lists, headings' underlines. How many characters, the last of which is to be marked. */
static size_t begins_with(const char *line)
{
	size_t digits = strspn(line, "0123456789");

	if (strchr("-+=", *line) && *line)
		return 1;
	return digits && (line[digits] == '.' || line[digits] == ')') ? digits + 1 : 0;
}

static void line_plain(struct buf *out, const char *line, const char *end)
{
	size_t mark = begins_with(line);

	for (const char *at = line; at < end; at++) {
		if ((mark && at == line + mark - 1) || is_marked(line, at))
			buf_add_char(out, '\\');
		buf_add_char(out, *at == '\t' ? ' ' : *at);
	}
}

void markdown_plain(struct buf *out, const char *text, const char *indent)
{
	bool is_first = true;

	while (*text) {
		const char *end, *last;

		text += strspn(text, " \t\r\n"); /* spaces before a line may mean code */
		end = text + strcspn(text, "\r\n");
		for (last = end; last > text && (last[-1] == ' ' || last[-1] == '\t'); last--)
			;
		if (last == text)
			break;
		if (!is_first) { /* a hard break */
			buf_add_str(out, "\\\n");
			buf_add_str(out, indent);
		}
		line_plain(out, text, last);
		is_first = false;
		text = end;
	}
}

/* --- the board ---------------------------------------------------------------------------------------------------------- */

static void card(const struct export *e, const struct kd_card *c, struct buf *out)
{
	buf_add_str(out, "- ");
	if (c->text[strspn(c->text, " \t\r\n")])
		markdown_plain(out, c->text, "  ");
	else
		buf_printf(out, "*(%s)*", e->words->empty);
	buf_add_str(out, "  \n  *");
	markdown_plain(out, c->author.name, "");
	buf_add_str(out, ", ");
	markdown_plain(out, c->author.organisation.name, "");
	buf_add_str(out, "*\n");
}

static void section(const struct export *e, const struct kd_section *s, struct buf *out)
{
	const struct kd_board_snapshot *b = e->board;
	const char *id = s ? s->id : NULL;

	buf_add_str(out, "\n## ");
	markdown_plain(out, s ? s->title : e->words->loose, "");
	buf_add_str(out, "\n\n");
	for (size_t i = export_next(b, id, 0); i < b->cards.count; i = export_next(b, id, i + 1))
		card(e, &b->cards.items[i], out);
}

void export_markdown(const struct export *e, struct buf *out)
{
	char date[64];

	export_date(e->words, e->now_ms, date, sizeof(date));
	buf_add_str(out, "# ");
	markdown_plain(out, e->board->board.title, "");
	buf_add_str(out, "\n\n");
	markdown_plain(out, e->board->board.space.name, "");
	buf_printf(out, ", %s\n", date);
	for (size_t i = 0; i < e->board->sections.count; i++)
		section(e, &e->board->sections.items[i], out);
	if (export_count(e->board, NULL) > 0)
		section(e, NULL, out);
}

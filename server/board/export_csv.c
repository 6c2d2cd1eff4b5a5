/* export_csv.c - a row a card. */
#include "board/export.h"
#include <stdio.h>
#include <string.h>
#include <time.h>

#define BYTE_ORDER_MARK "\xef\xbb\xbf" /* without it Excel takes å, ä and ö for something else */

/* A cell that begins so is a formula to spreadsheets, whatever stands in it (OWASP, CSV Injection): an apostrophe before it
 * makes it text. */
static bool is_formula(const char *text)
{
	return *text && strchr("=+-@\t\r", *text);
}

void csv_cell(struct buf *out, const char *text)
{
	if (!is_formula(text) && !strpbrk(text, "\",;\r\n\t") && text[0] != ' ') {
		buf_add_str(out, text);
		return;
	}
	buf_add_char(out, '"');
	if (is_formula(text))
		buf_add_char(out, '\'');
	for (; *text; text++) {
		if (*text == '"')
			buf_add_char(out, '"');
		buf_add_char(out, *text);
	}
	buf_add_char(out, '"');
}

static void row(struct buf *out, const char *const *cells, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (i)
			buf_add_char(out, ',');
		csv_cell(out, cells[i]);
	}
	buf_add_str(out, "\r\n");
}

static void time_text(int64_t ms, char ret[32])
{
	time_t at = (time_t)(ms / 1000);
	struct tm tm;

	*ret = '\0';
	if (gmtime_r(&at, &tm))
		strftime(ret, 32, "%Y-%m-%dT%H:%M:%SZ", &tm);
}

static void cards(const struct export *e, const struct kd_section *s, struct buf *out)
{
	const struct kd_board_snapshot *b = e->board;

	for (size_t i = export_next(b, s ? s->id : NULL, 0); i < b->cards.count; i = export_next(b, s ? s->id : NULL, i + 1)) {
		const struct kd_card *c = &b->cards.items[i];
		char made[32];
		const char *cells[] = { s ? s->title : "", c->text, export_colour(e->words, c->colour), c->author.name, c->author.organisation.name, made };

		time_text(c->created_at, made);
		row(out, cells, sizeof(cells) / sizeof(*cells));
	}
}

void export_csv(const struct export *e, struct buf *out)
{
	const struct export_words *w = e->words;
	const char *heads[] = { w->section, w->text, w->colour, w->author, w->organisation, w->made };

	buf_add_str(out, BYTE_ORDER_MARK);
	row(out, heads, sizeof(heads) / sizeof(*heads));
	for (size_t i = 0; i < e->board->sections.count; i++)
		cards(e, &e->board->sections.items[i], out);
	cards(e, NULL, out);
}

/* import.c - lists of cards become boards; and what a file must be besides its fields. */
#include "board/import.h"
#include "base/utf8.h"
#include "board/board_rules.h"
#include "board/export.h"
#include "text/csv.h"
#include <stdio.h>
#include <string.h>
#include <strings.h>

static bool wrong(struct err *err, const char *field, const char *why)
{
	err_set(err, KD_E_INVALID, "%s", why);
	snprintf(err->field, sizeof(err->field), "%s", field);
	return false;
}

/* --- a file ---------------------------------------------------------------------------------------------------------------- */

bool import_file_fits(const struct kd_board_file *file, const char *root, struct err *err)
{
	char field[64];

	snprintf(field, sizeof(field), "%s/version", root);
	if (file->version > KD_BOARD_FILE_VERSION)
		return wrong(err, field, "the file comes from a newer server");
	snprintf(field, sizeof(field), "%s/title", root);
	if (!board_title_fits(file->title, err))
		return wrong(err, field, "must be one line that can be seen");
	for (size_t i = 0; i < file->sections.count; i++) {
		snprintf(field, sizeof(field), "%s/sections/%zu/title", root, i);
		if (!board_title_fits(file->sections.items[i].title, err))
			return wrong(err, field, "must be one line that can be seen");
	}
	for (size_t i = 0; i < file->cards.count; i++) {
		struct kd_opt_int section = file->cards.items[i].section;

		snprintf(field, sizeof(field), "%s/cards/%zu/section", root, i);
		if (section.is_set && (size_t)section.value > file->sections.count)
			return wrong(err, field, "there is no such section in the file");
	}
	return true;
}

/* --- a list: reading ---------------------------------------------------------------------------------------------------------- */

enum column { COLUMN_SECTION, COLUMN_TEXT, COLUMN_COLOUR, COLUMNS };
#define NO_COLUMN CSV_FIELDS_MAX

struct list {
	struct arena *mem;
	struct kd_board_file *file;
	size_t at[COLUMNS];
	struct err *err;
};

static bool line_wrong(struct list *l, int line, const char *why)
{
	char text[160];

	snprintf(text, sizeof(text), "line %d: %s", line, why);
	return wrong(l->err, "/csv", text);
}

static bool is_one_of(const char *word, const char *const *names)
{
	for (; *names; names++)
		if (strcasecmp(word, *names) == 0)
			return true;
	return false;
}

/* Whether the record names the columns; else they come in their usual order. */
static bool read_head(struct list *l, const struct csv_record *r)
{
	static const char *const names[COLUMNS][5] = { { "section", "sektion", NULL }, { "text", "card", "lapp", NULL },
		{ "colour", "color", "färg", "FÄRG", NULL } };
	bool is_head;

	for (size_t c = 0; c < COLUMNS; c++) {
		l->at[c] = NO_COLUMN;
		for (size_t i = r->count; i-- > 0;)
			if (is_one_of(r->fields[i], names[c]))
				l->at[c] = i;
	}
	is_head = l->at[COLUMN_TEXT] != NO_COLUMN;
	if (!is_head && r->count == 1) {
		l->at[COLUMN_SECTION] = l->at[COLUMN_COLOUR] = NO_COLUMN;
		l->at[COLUMN_TEXT] = 0;
	} else if (!is_head) {
		for (size_t c = 0; c < COLUMNS; c++)
			l->at[c] = c;
	}
	return is_head;
}

/* What stands there; "" when nothing does. An apostrophe that keeps a spreadsheet from calculating belongs to the file, not to the text. */
static const char *field_of(const struct list *l, const struct csv_record *r, enum column c)
{
	const char *text = l->at[c] < r->count ? r->fields[l->at[c]] : "";

	return text[0] == '\'' && text[1] && strchr("=+-@\t\r", text[1]) ? text + 1 : text;
}

/* By its place from 1; 0: there are too many. */
static int64_t section_of(struct list *l, const char *title)
{
	struct kd_file_sections *all = &l->file->sections;

	for (size_t i = 0; i < all->count; i++)
		if (strcmp(all->items[i].title, title) == 0)
			return (int64_t)i + 1;
	if (all->count == KD_BOARD_SECTIONS)
		return 0;
	all->items[all->count++] = (struct kd_file_section){ .title = title };
	return (int64_t)all->count;
}

static bool card_read(struct list *l, const struct csv_record *r)
{
	const char *section = field_of(l, r, COLUMN_SECTION), *text = field_of(l, r, COLUMN_TEXT), *colour = field_of(l, r, COLUMN_COLOUR);
	struct kd_file_card card = { .text = text, .colour = colour[0] ? export_colour_meant(colour, strlen(colour)) : "kalk" };
	struct err unseen;

	if (utf8_count(text, strlen(text)) > KD_CARD_TEXT_MAX)
		return line_wrong(l, r->line, "the text has more than 2,000 characters");
	if (!card.colour)
		return line_wrong(l, r->line, "there is no such colour");
	if (section[0] && (utf8_count(section, strlen(section)) > 120 || !board_title_fits(section, &unseen)))
		return line_wrong(l, r->line, "a section is named by one line of at most 120 characters");
	if (section[0]) {
		card.section = (struct kd_opt_int){ true, section_of(l, section) };
		if (card.section.value == 0)
			return line_wrong(l, r->line, "a board holds at most 200 sections");
	}
	if (l->file->cards.count == KD_BOARD_CARDS)
		return line_wrong(l, r->line, "a board holds at most 5,000 cards");
	l->file->cards.items[l->file->cards.count++] = card;
	return true;
}

static bool list_read(struct list *l, const char *text)
{
	struct csv csv;
	struct csv_record r;
	const char *reason = NULL;
	enum csv_result result;
	bool is_first = true;

	csv_begin(&csv, text, strlen(text));
	while ((result = csv_next(&csv, l->mem, &r, &reason)) != CSV_END) {
		if (result == CSV_BROKEN)
			return line_wrong(l, r.line, reason);
		if (is_first && read_head(l, &r)) {
			is_first = false;
			continue;
		}
		is_first = false;
		if (!card_read(l, &r))
			return false;
	}
	return l->file->cards.count > 0 || wrong(l->err, "/csv", "there is no card in it");
}

/* --- a list: where everything lies ------------------------------------------------------------------------------------------------ */

#define WIDTH 160
#define HEIGHT 128
#define GAP 16
#define EDGE 20
#define HEAD 60
#define BETWEEN 40
#define SECTIONS_ACROSS 4
#define ROWS_MAX 60 /* a section's side is at most 10,000 */
#define ACROSS_MAX 56
#define LOOSE_ACROSS 9

static int64_t across_of(int64_t cards)
{
	int64_t across = (cards + ROWS_MAX - 1) / ROWS_MAX;

	return across < 3 ? 3 : across > ACROSS_MAX ? ACROSS_MAX : across;
}

static void sections_place(struct kd_board_file *f, const int64_t *counts)
{
	int64_t x = 0, y = 0, tallest = 0;

	for (size_t i = 0; i < f->sections.count; i++) {
		struct kd_file_section *s = &f->sections.items[i];
		int64_t across = across_of(counts[i]), rows = (counts[i] + across - 1) / across;

		if (i && i % SECTIONS_ACROSS == 0) {
			x = 0;
			y += tallest + BETWEEN;
			tallest = 0;
		}
		rows = rows < 3 ? 3 : rows;
		s->x = x;
		s->y = y;
		s->width = 2 * EDGE + across * (WIDTH + GAP) - GAP;
		s->height = HEAD + rows * (HEIGHT + GAP) - GAP + EDGE;
		s->height = s->height > 10000 ? 10000 : s->height;
		x += s->width + BETWEEN;
		tallest = s->height > tallest ? s->height : tallest;
	}
}

static int64_t below_all(const struct kd_board_file *f)
{
	int64_t y = 0;

	for (size_t i = 0; i < f->sections.count; i++)
		if (f->sections.items[i].y + f->sections.items[i].height + BETWEEN > y)
			y = f->sections.items[i].y + f->sections.items[i].height + BETWEEN;
	return y;
}

static void list_place(struct kd_board_file *f)
{
	int64_t counts[KD_BOARD_SECTIONS + 1] = { 0 }, placed[KD_BOARD_SECTIONS + 1] = { 0 }, loose_y; /* the last: the loose ones */

	for (size_t i = 0; i < f->cards.count; i++)
		counts[f->cards.items[i].section.is_set ? f->cards.items[i].section.value - 1 : KD_BOARD_SECTIONS]++;
	sections_place(f, counts);
	loose_y = below_all(f);
	for (size_t i = 0; i < f->cards.count; i++) {
		struct kd_file_card *c = &f->cards.items[i];
		size_t at = c->section.is_set ? (size_t)c->section.value - 1 : KD_BOARD_SECTIONS;
		const struct kd_file_section *s = c->section.is_set ? &f->sections.items[at] : NULL;
		int64_t across = s ? across_of(counts[at]) : LOOSE_ACROSS, n = placed[at]++;

		c->x = (s ? s->x + EDGE : 0) + n % across * (WIDTH + GAP);
		c->y = (s ? s->y + HEAD : loose_y) + n / across * (HEIGHT + GAP);
		c->width = WIDTH;
		c->height = HEIGHT;
	}
}

bool import_list(const char *csv, struct arena *mem, struct kd_board_file *ret, struct err *err)
{
	struct list l = { .mem = mem, .file = ret, .err = err };

	*ret = (struct kd_board_file){ 0 };
	ret->sections.items = arena_new_n(mem, struct kd_file_section, KD_BOARD_SECTIONS);
	ret->cards.items = arena_new_n(mem, struct kd_file_card, KD_BOARD_CARDS);
	if (!list_read(&l, csv))
		return false;
	list_place(ret);
	return true;
}

/* draw_map.c - the whole board as it lies. */
#include "board/draw.h"
#include <math.h>
#include <stdio.h>

#define MARGIN 24 /* around what is on the board, in its units */
#define EMPTY_WIDTH 800
#define EMPTY_HEIGHT 500

/* --- its bounds ------------------------------------------------------------------------------------------------------------ */

struct edges {
	double left, top, right, bottom;
	bool is_set;
};

static void reach(struct edges *e, int64_t x, int64_t y, int64_t width, int64_t height)
{
	double left = (double)x, top = (double)y, right = (double)(x + width), bottom = (double)(y + height);

	e->left = e->is_set ? fmin(e->left, left) : left;
	e->top = e->is_set ? fmin(e->top, top) : top;
	e->right = e->is_set ? fmax(e->right, right) : right;
	e->bottom = e->is_set ? fmax(e->bottom, bottom) : bottom;
	e->is_set = true;
}

struct draw_box draw_bounds(const struct kd_board_snapshot *b)
{
	struct edges e = { 0 };

	for (size_t i = 0; i < b->sections.count; i++)
		reach(&e, b->sections.items[i].x, b->sections.items[i].y, b->sections.items[i].width, b->sections.items[i].height);
	for (size_t i = 0; i < b->cards.count; i++)
		reach(&e, b->cards.items[i].x, b->cards.items[i].y, b->cards.items[i].width, b->cards.items[i].height);
	if (!e.is_set)
		return (struct draw_box){ 0, 0, EMPTY_WIDTH, EMPTY_HEIGHT };
	return (struct draw_box){ e.left - MARGIN, e.top - MARGIN, e.right - e.left + 2 * MARGIN, e.bottom - e.top + 2 * MARGIN };
}

/* --- what lies on it --------------------------------------------------------------------------------------------------------- */

static void rounded(struct draw *d, double x, double y, double width, double height, double r)
{
	cairo_new_sub_path(d->cr);
	cairo_arc(d->cr, x + width - r, y + r, r, -G_PI / 2, 0);
	cairo_arc(d->cr, x + width - r, y + height - r, r, 0, G_PI / 2);
	cairo_arc(d->cr, x + r, y + height - r, r, G_PI / 2, G_PI);
	cairo_arc(d->cr, x + r, y + r, r, G_PI, 3 * G_PI / 2);
	cairo_close_path(d->cr);
}

/* Words on the map, unless they would be too small for anybody. */
static void map_text(struct draw *d, double x, double y, const struct draw_words *w)
{
	double size = w->size, none = 0;

	cairo_user_to_device_distance(d->cr, &none, &size);
	if (size >= d->least)
		draw_text(d, x, y, w);
}

static void map_section(struct draw *d, const struct kd_section *s)
{
	double x = (double)s->x, y = (double)s->y, width = (double)s->width, height = (double)s->height;

	rounded(d, x, y, width, height, 6);
	draw_ink(d, INK_SHEET);
	cairo_fill_preserve(d->cr);
	draw_ink(d, INK_LINE);
	cairo_set_line_width(d->cr, 1.5);
	cairo_stroke(d->cr);
	draw_ink(d, INK_STRONG);
	/* Two lines where a section is narrow: the head has room for them when they are smaller. */
	map_text(d, x + 20, y + 15, &(struct draw_words){ s->title, width < 500 && g_utf8_strlen(s->title, -1) > (long)(width / 11) ? 16 : 20, true,
		width - 40, 40 });
}

static void map_card(struct draw *d, const struct kd_card *c)
{
	double x = (double)c->x, y = (double)c->y, width = (double)c->width, height = (double)c->height;

	cairo_rectangle(d->cr, x, y, width, height);
	draw_plaster(d, c->colour, 1);
	cairo_fill(d->cr);
	cairo_rectangle(d->cr, x, y, width, 4);
	draw_plaster(d, c->colour, 0.72);
	cairo_fill(d->cr);
	cairo_rectangle(d->cr, x + 0.5, y + 0.5, width - 1, height - 1);
	draw_plaster(d, c->colour, 0.85);
	cairo_set_line_width(d->cr, 1);
	cairo_stroke(d->cr);
	draw_ink(d, INK_STRONG);
	map_text(d, x + 12, y + 13, &(struct draw_words){ c->text, 14, false, width - 24, height - 44 });
	draw_ink(d, INK_SOFT);
	map_text(d, x + 12, y + height - 23, &(struct draw_words){ c->author.name, 10.5, false, width - 24, 12 });
}

void draw_map(struct draw *d, const struct draw_box *bounds, const struct draw_box *into)
{
	const struct kd_board_snapshot *b = d->e->board;
	double scale = fmin(into->width / bounds->width, into->height / bounds->height);

	cairo_save(d->cr);
	cairo_translate(d->cr, into->x + (into->width - bounds->width * scale) / 2, into->y + (into->height - bounds->height * scale) / 2);
	cairo_scale(d->cr, scale, scale);
	cairo_translate(d->cr, -bounds->x, -bounds->y);
	for (size_t i = 0; i < b->sections.count && draw_is_whole(d); i++)
		map_section(d, &b->sections.items[i]);
	for (size_t i = 0; i < b->cards.count && draw_is_whole(d); i++)
		map_card(d, &b->cards.items[i]);
	cairo_restore(d->cr);
}

void draw_title(struct draw *d, double x, double y, double width, double unit)
{
	const struct kd_board *board = &d->e->board->board;
	char date[64], line[640];

	export_date(d->e->words, d->e->now_ms, date, sizeof(date));
	snprintf(line, sizeof(line), "%s, %s", board->space.name, date);
	draw_ink(d, INK_STRONG);
	draw_text(d, x, y, &(struct draw_words){ board->title, 17 * unit, true, width, 20 * unit });
	draw_ink(d, INK_SOFT);
	draw_text(d, x, y + 25 * unit, &(struct draw_words){ line, 9.5 * unit, false, width, 12 * unit });
}

/* export_pdf.c - pages that a person would print: the whole board on one, then each section's cards as text. */
#include "board/draw.h"
#include <cairo-pdf.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#define MM (72 / 25.4)
#define A4_SHORT (210 * MM)
#define A4_LONG (297 * MM)
#define A3_SHORT A4_LONG
#define A3_LONG (420 * MM)
#define EDGE 40.0       /* points of white around a page */
#define HEAD 48.0       /* for the title */
#define FOOT 20.0       /* for the page's number */
#define LEAST 1.2       /* points: one who looks for a word may come close */
#define READABLE 0.40   /* points a board unit: text of 14 units is 5.6 points, the least that one reads on paper */

struct pages {
	struct draw d;
	int page, of;
	bool is_counting; /* how many pages there will be: nothing is drawn */
	double width, height, y;
	const char *section; /* on whose pages we are */
};

/* --- one page --------------------------------------------------------------------------------------------------------------- */

static void page_begin(struct pages *p, double width, double height)
{
	p->page++;
	p->width = width;
	p->height = height;
	p->y = EDGE + HEAD;
	if (p->is_counting)
		return;
	cairo_pdf_surface_set_size(cairo_get_target(p->d.cr), width, height);
	draw_title(&p->d, EDGE, EDGE - 8, width - 2 * EDGE, 1);
}

static void page_end(struct pages *p)
{
	char text[48];
	PangoLayout *layout;

	if (p->is_counting)
		return;
	snprintf(text, sizeof(text), p->d.e->words->page, p->page, p->of);
	layout = draw_layout(&p->d, &(struct draw_words){ text, 8.5, false, 0, 0 });
	draw_ink(&p->d, INK_SOFT);
	cairo_move_to(p->d.cr, p->width - EDGE - draw_width(layout), p->height - EDGE + 6);
	pango_cairo_show_layout(p->d.cr, layout);
	g_object_unref(layout);
	cairo_show_page(p->d.cr);
}

static double bottom(const struct pages *p)
{
	return p->height - EDGE - FOOT;
}

/* --- the whole board --------------------------------------------------------------------------------------------------------- */

/* Upright when the board is; A3 when it could not be read on A4. */
static void map_page(struct pages *p)
{
	struct draw_box bounds = draw_bounds(p->d.e->board);
	bool is_wide = bounds.width >= bounds.height;
	double width = is_wide ? A4_LONG : A4_SHORT, height = is_wide ? A4_SHORT : A4_LONG;
	double scale = fmin((width - 2 * EDGE) / bounds.width, (height - 2 * EDGE - HEAD - FOOT) / bounds.height);

	if (scale < READABLE) {
		width = is_wide ? A3_LONG : A3_SHORT;
		height = is_wide ? A3_SHORT : A3_LONG;
	}
	page_begin(p, width, height);
	if (!p->is_counting)
		draw_map(&p->d, &bounds, &(struct draw_box){ EDGE, EDGE + HEAD, width - 2 * EDGE, height - 2 * EDGE - HEAD - FOOT });
	page_end(p);
}

/* --- cards as text ------------------------------------------------------------------------------------------------------------ */

#define PAD 9.0
#define BAR 5.0
#define GAP 8.0
#define TEXT_SIZE 11.0
#define BY_SIZE 8.5

static void section_head(struct pages *p, bool is_first)
{
	struct draw_words w = { p->section, is_first ? 15 : 11, true, p->width - 2 * EDGE, 40 };
	PangoLayout *layout = draw_layout(&p->d, &w);

	if (!p->is_counting) {
		draw_ink(&p->d, INK_STRONG);
		cairo_move_to(p->d.cr, EDGE, p->y);
		pango_cairo_show_layout(p->d.cr, layout);
	}
	p->y += draw_height(layout) + 12;
	g_object_unref(layout);
}

static void next_page(struct pages *p)
{
	page_end(p);
	page_begin(p, A4_SHORT, A4_LONG);
	section_head(p, false);
}

/* A strip of the card's colour, with a darker edge, from here on down. */
static void strip(struct pages *p, const struct kd_card *c, double height)
{
	if (p->is_counting)
		return;
	cairo_rectangle(p->d.cr, EDGE, p->y, p->width - 2 * EDGE, height);
	draw_plaster(&p->d, c->colour, 1);
	cairo_fill(p->d.cr);
	cairo_rectangle(p->d.cr, EDGE, p->y, BAR, height);
	draw_plaster(&p->d, c->colour, 0.72);
	cairo_fill(p->d.cr);
}

/* Line by line, so that a long text goes on on the next page. */
static void lines(struct pages *p, const struct kd_card *c, PangoLayout *layout, enum draw_ink ink)
{
	PangoLayoutIter *at = pango_layout_get_iter(layout);
	PangoRectangle box;

	do {
		double height, ascent;

		pango_layout_iter_get_line_extents(at, NULL, &box);
		height = (double)box.height / PANGO_SCALE;
		ascent = (double)(pango_layout_iter_get_baseline(at) - box.y) / PANGO_SCALE;
		if (p->y + height > bottom(p))
			next_page(p);
		strip(p, c, height + 0.5); /* so that no hair's breadth of white stays between them */
		if (!p->is_counting) {
			draw_ink(&p->d, ink);
			cairo_move_to(p->d.cr, EDGE + BAR + PAD + (double)box.x / PANGO_SCALE, p->y + ascent);
			pango_cairo_show_layout_line(p->d.cr, pango_layout_iter_get_line_readonly(at));
		}
		p->y += height;
	} while (pango_layout_iter_next_line(at));
	pango_layout_iter_free(at);
}

static void pad(struct pages *p, const struct kd_card *c, double height)
{
	strip(p, c, height + 0.5);
	p->y += height;
}

static void card(struct pages *p, const struct kd_card *c)
{
	const struct export_words *w = p->d.e->words;
	double width = p->width - 2 * EDGE - BAR - 2 * PAD;
	bool is_empty = !c->text[strspn(c->text, " \t\r\n")];
	char by[512];
	PangoLayout *text, *author;
	double height;

	snprintf(by, sizeof(by), "%s, %s · %s", c->author.name, c->author.organisation.name, export_colour(w, c->colour));
	text = draw_layout(&p->d, &(struct draw_words){ is_empty ? w->empty : c->text, TEXT_SIZE, false, width, 0 });
	author = draw_layout(&p->d, &(struct draw_words){ by, BY_SIZE, false, width, 0 });
	height = draw_height(text) + draw_height(author) + 2 * PAD + 3;
	/* Kept together where that is possible. */
	if (p->y + height > bottom(p) && height < bottom(p) - EDGE - HEAD - 40)
		next_page(p);
	pad(p, c, PAD);
	lines(p, c, text, is_empty ? INK_SOFT : INK_STRONG);
	pad(p, c, 3);
	lines(p, c, author, INK_SOFT);
	pad(p, c, PAD);
	p->y += GAP;
	g_object_unref(text);
	g_object_unref(author);
}

static void section_pages(struct pages *p, const struct kd_section *s)
{
	const struct export_words *w = p->d.e->words;
	const struct kd_board_snapshot *b = p->d.e->board;
	const char *id = s ? s->id : NULL;
	size_t count = export_count(b, id);
	char head[700], many[48];

	if (count == 0) /* it is seen on the first page that there is nothing in it */
		return;
	snprintf(many, sizeof(many), count == 1 ? w->cards_one : w->cards_many, (int)count);
	snprintf(head, sizeof(head), "%s · %s", s ? s->title : w->loose, many);
	p->section = head;
	page_begin(p, A4_SHORT, A4_LONG);
	section_head(p, true);
	for (size_t i = export_next(b, id, 0); i < b->cards.count && draw_is_whole(&p->d); i = export_next(b, id, i + 1))
		card(p, &b->cards.items[i]);
	page_end(p);
}

/* --- the file ------------------------------------------------------------------------------------------------------------------- */

static void all_pages(struct pages *p)
{
	const struct kd_board_snapshot *b = p->d.e->board;

	p->page = 0;
	map_page(p);
	for (size_t i = 0; i < b->sections.count && draw_is_whole(&p->d); i++)
		section_pages(p, &b->sections.items[i]);
	section_pages(p, NULL);
}

static cairo_status_t add(void *out, const unsigned char *data, unsigned len)
{
	struct buf *b = out;

	buf_add(b, data, len);
	return b->failed ? CAIRO_STATUS_WRITE_ERROR : CAIRO_STATUS_SUCCESS;
}

bool export_pdf(const struct export *e, struct buf *out)
{
	cairo_surface_t *surface = cairo_pdf_surface_create_for_stream(add, out, A4_LONG, A4_SHORT);
	struct pages p = { .is_counting = true };
	bool is_whole = false;

	cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_TITLE, e->board->board.title);
	cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_CREATOR, "Korsdrag");
	if (draw_init(&p.d, e, surface, LEAST)) {
		all_pages(&p);
		p.of = p.page;
		p.is_counting = false;
		all_pages(&p);
		is_whole = draw_is_whole(&p.d);
		cairo_surface_finish(cairo_get_target(p.d.cr)); /* the rest is written by this */
		is_whole = is_whole && cairo_surface_status(cairo_get_target(p.d.cr)) == CAIRO_STATUS_SUCCESS;
	}
	draw_finish(&p.d);
	return is_whole;
}

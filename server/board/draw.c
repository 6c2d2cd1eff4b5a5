/* draw.c - inks, plasters and words. */
#include "board/draw.h"
#include "base/clock.h"
#include <string.h>

/* Debian's fonts-inter. What it has not, fontconfig finds elsewhere: emoji in fonts-noto-color-emoji, which must not be named here, for it
 * would take the digits as well. */
#define FONTS "Inter, sans-serif"

bool draw_init(struct draw *d, const struct export *e, cairo_surface_t *target, double least)
{
	cairo_font_options_t *options = cairo_font_options_create();

	*d = (struct draw){ .e = e, .cr = cairo_create(target), .fonts = pango_cairo_font_map_new(), .font = pango_font_description_from_string(FONTS),
		.least = least };
	cairo_surface_destroy(target); /* the context holds it */
	d->text = pango_font_map_create_context(d->fonts);
	/* Lines must break alike at every scale. */
	cairo_font_options_set_hint_style(options, CAIRO_HINT_STYLE_NONE);
	cairo_font_options_set_hint_metrics(options, CAIRO_HINT_METRICS_OFF);
	pango_cairo_context_set_font_options(d->text, options);
	cairo_font_options_destroy(options);
	pango_context_set_round_glyph_positions(d->text, FALSE);
	pango_context_set_language(d->text, pango_language_from_string(e->words == export_words_of("sv") ? "sv" : "en"));
	return cairo_status(d->cr) == CAIRO_STATUS_SUCCESS;
}

void draw_finish(struct draw *d)
{
	cairo_destroy(d->cr);
	pango_font_description_free(d->font);
	g_object_unref(d->text);
	g_object_unref(d->fonts);
}

bool draw_is_whole(struct draw *d)
{
	if (d->e->until_us && clock_mono_us() > d->e->until_us)
		d->is_late = true;
	return !d->is_late && cairo_status(d->cr) == CAIRO_STATUS_SUCCESS;
}

/* --- colours: the light theme's, for paper is light ----------------------------------------------------------------------- */

static void rgb(struct draw *d, unsigned colour, double shade)
{
	cairo_set_source_rgb(d->cr, (double)(colour >> 16) / 255 * shade, (double)(colour >> 8 & 255) / 255 * shade,
		(double)(colour & 255) / 255 * shade);
}

void draw_ink(struct draw *d, enum draw_ink ink)
{
	static const unsigned inks[] = { [INK_STRONG] = 0x15221d, [INK_SOFT] = 0x43524b, [INK_LINE] = 0xb4bcb5, [INK_SHEET] = 0xf8f9f6,
		[INK_PAPER] = 0xffffff, [INK_CANVAS] = 0xe9ece6 };

	rgb(d, inks[ink], 1);
}

void draw_plaster(struct draw *d, const char *colour, double shade)
{
	static const struct {
		const char *name;
		unsigned colour;
	} plasters[] = { { "kalk", 0xfbf9f1 }, { "ockra", 0xf5d98f }, { "puts", 0xf3c7b6 }, { "gronjord", 0xc9ddb3 }, { "arg", 0xb5ddd2 },
		{ "himmel", 0xbfd8ee }, { "skymning", 0xd8cdeb } };

	for (size_t i = 0; i < sizeof(plasters) / sizeof(*plasters); i++)
		if (strcmp(plasters[i].name, colour) == 0)
			rgb(d, plasters[i].colour, shade);
}

/* --- words ------------------------------------------------------------------------------------------------------------------- */

PangoLayout *draw_layout(struct draw *d, const struct draw_words *w)
{
	PangoLayout *layout = pango_layout_new(d->text);

	pango_font_description_set_absolute_size(d->font, w->size * PANGO_SCALE);
	pango_font_description_set_weight(d->font, w->is_bold ? PANGO_WEIGHT_SEMIBOLD : PANGO_WEIGHT_NORMAL);
	pango_layout_set_font_description(layout, d->font);
	pango_layout_set_text(layout, w->text, -1);
	pango_layout_set_wrap(layout, PANGO_WRAP_WORD_CHAR);
	pango_layout_set_line_spacing(layout, 1.15f);
	if (w->width > 0)
		pango_layout_set_width(layout, (int)(w->width * PANGO_SCALE));
	if (w->height > 0) {
		pango_layout_set_height(layout, (int)(w->height * PANGO_SCALE));
		pango_layout_set_ellipsize(layout, PANGO_ELLIPSIZE_END);
	}
	return layout;
}

double draw_height(PangoLayout *layout)
{
	int height;

	pango_layout_get_size(layout, NULL, &height);
	return (double)height / PANGO_SCALE;
}

double draw_width(PangoLayout *layout)
{
	int width;

	pango_layout_get_size(layout, &width, NULL);
	return (double)width / PANGO_SCALE;
}

void draw_text(struct draw *d, double x, double y, const struct draw_words *w)
{
	PangoLayout *layout = draw_layout(d, w);

	cairo_move_to(d->cr, x, y);
	pango_cairo_show_layout(d->cr, layout);
	g_object_unref(layout);
}

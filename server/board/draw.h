/* draw.h - a board drawn with cairo and pango: what its PDF and its PNG have in common. On a thread of its own. */
#ifndef BOARD_DRAW_H
#define BOARD_DRAW_H
#include "board/export.h"
#include <cairo.h>
#include <pango/pangocairo.h>

struct draw {
	const struct export *e;
	cairo_t *cr;
	PangoFontMap *fonts; /* this drawing's own: pango's default belongs to a thread */
	PangoContext *text;
	PangoFontDescription *font;
	double least;        /* in the target's units: smaller words nobody could read, so they are left out of the map */
	bool is_late;        /* out of time: nothing more is drawn */
};

enum draw_ink { INK_STRONG, INK_SOFT, INK_LINE, INK_SHEET, INK_PAPER, INK_CANVAS };

/* `target` is the draw's from here on. False: no memory; draw_finish all the same. */
bool draw_init(struct draw *d, const struct export *e, cairo_surface_t *target, double least);
void draw_finish(struct draw *d);
bool draw_is_whole(struct draw *d); /* nothing failed so far; looks at the clock */

void draw_ink(struct draw *d, enum draw_ink ink);
void draw_plaster(struct draw *d, const char *colour, double shade); /* a card's; 1: as it is, less: darker */

struct draw_words { /* one paragraph or more */
	const char *text;
	double size; /* in the target's units */
	bool is_bold;
	double width, height; /* 0: as they come; beyond the height it ends with an ellipsis */
};
PangoLayout *draw_layout(struct draw *d, const struct draw_words *w); /* the caller's to g_object_unref */
double draw_height(PangoLayout *layout);
double draw_width(PangoLayout *layout);
void draw_text(struct draw *d, double x, double y, const struct draw_words *w); /* with its upper left corner there */

/* --- the whole board (draw_map.c) --------------------------------------------------------------------------------------- */

struct draw_box {
	double x, y, width, height;
};
struct draw_box draw_bounds(const struct kd_board_snapshot *b); /* of all that is on it, in board units, with a margin */
/* Fits `bounds` into `into`, in its middle. */
void draw_map(struct draw *d, const struct draw_box *bounds, const struct draw_box *into);
/* Title, space and date along the upper edge of `width`, in the target's units times `unit`. */
void draw_title(struct draw *d, double x, double y, double width, double unit);
#endif

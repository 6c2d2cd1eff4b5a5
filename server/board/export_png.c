/* export_png.c - the whole board as one picture, for slides and mails. */
#include "board/draw.h"
#include <math.h>

#define SIDE_MAX 4096.0 /* pixels: at most 64 MB while it is drawn */
#define SCALE_MAX 2.0   /* as on a fine screen; a small board needs no more */
#define LEAST 4.0       /* pixels */
#define HEAD 72.0       /* board units for the title, at least */

static cairo_status_t add(void *out, const unsigned char *data, unsigned len)
{
	struct buf *b = out;

	buf_add(b, data, len);
	return b->failed ? CAIRO_STATUS_WRITE_ERROR : CAIRO_STATUS_SUCCESS;
}

bool export_png(const struct export *e, struct buf *out)
{
	struct draw_box bounds = draw_bounds(e->board);
	double unit = fmax(1.4, fmax(bounds.width, bounds.height) / 1100); /* the title is read on a small screen too */
	double head = HEAD * unit / 1.4, scale = fmin(SCALE_MAX, SIDE_MAX / fmax(bounds.width, bounds.height + head));
	double width = ceil(bounds.width * scale), height = ceil((bounds.height + head) * scale);
	struct draw d;
	bool is_whole = false;

	if (draw_init(&d, e, cairo_image_surface_create(CAIRO_FORMAT_RGB24, (int)fmax(width, 1), (int)fmax(height, 1)), LEAST)) {
		draw_ink(&d, INK_PAPER);
		cairo_paint(d.cr);
		cairo_scale(d.cr, scale, scale);
		draw_title(&d, 24, 18 * unit, bounds.width - 48, unit);
		draw_map(&d, &bounds, &(struct draw_box){ 0, head, bounds.width, bounds.height });
		is_whole = draw_is_whole(&d) && cairo_surface_write_to_png_stream(cairo_get_target(d.cr), add, out) == CAIRO_STATUS_SUCCESS;
	}
	draw_finish(&d);
	return is_whole;
}

/* layout.h - where many new cards go at once: pure, on rectangles in board units. */
#ifndef BOARD_LAYOUT_H
#define BOARD_LAYOUT_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LAYOUT_CARD_WIDTH 160
#define LAYOUT_CARD_HEIGHT 128

struct rect {
	int64_t x, y, width, height;
};

/* A grid that new cards are put on, place by place. */
struct layout {
	int64_t x, y, columns, rows; /* rows 0: no end */
	const struct rect *taken;    /* borrowed */
	size_t taken_count;
	int64_t next, laps;
};

/* Within a section, in the places that no rectangle of `taken` touches, row by row; when there are none left, aslant over what is
 * there. */
void layout_in_section(struct layout *l, const struct rect *section, const struct rect *taken, size_t taken_count);
/* To the right of everything (`bounds`; NULL: there is nothing), about as many columns as rows for `cards` of them. */
void layout_beside(struct layout *l, const struct rect *bounds, size_t cards);

/* The next card's upper left corner, on the board. */
void layout_next(struct layout *l, int64_t *ret_x, int64_t *ret_y);

/* Makes `bounds` hold `r` as well; `is_first`: it holds nothing yet. */
void rect_include(struct rect *bounds, const struct rect *r, bool is_first);
#endif

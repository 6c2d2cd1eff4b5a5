/* layout.c - a grid of places, gone through once; the figures are those of the browser client's board-query.ts. */
#include "board/layout.h"
#include "protocol/board.h"

#define GAP 16
#define SECTION_EDGE 20 /* kept free at a section's sides */
#define SECTION_HEAD 60 /* for its title */
#define STEP_X (LAYOUT_CARD_WIDTH + GAP)
#define STEP_Y (LAYOUT_CARD_HEIGHT + GAP)
#define ASLANT 24       /* each lap over a full section lies so much aside */
#define LAPS 4          /* and after so many the next lies where the first did */

static int64_t at_least_one(int64_t n)
{
	return n < 1 ? 1 : n;
}

static int64_t least(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

static int64_t most(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

static int64_t on_board(int64_t at)
{
	return most(-KD_BOARD_FAR, least(at, KD_BOARD_FAR));
}

void layout_in_section(struct layout *l, const struct rect *section, const struct rect *taken, size_t taken_count)
{
	*l = (struct layout){ .x = section->x + SECTION_EDGE, .y = section->y + SECTION_HEAD, .taken = taken, .taken_count = taken_count };
	l->columns = at_least_one((section->width - 2 * SECTION_EDGE + GAP) / STEP_X);
	l->rows = at_least_one((section->height - SECTION_HEAD - SECTION_EDGE + GAP) / STEP_Y);
}

void layout_beside(struct layout *l, const struct rect *bounds, size_t cards)
{
	*l = (struct layout){ .columns = 1 };
	while (l->columns * l->columns < (int64_t)cards)
		l->columns++;
	if (bounds) { /* no further than that all of them are on the board */
		l->x = least(bounds->x + bounds->width + 2 * GAP, KD_BOARD_FAR - l->columns * STEP_X);
		l->y = least(bounds->y, KD_BOARD_FAR - l->columns * STEP_Y);
	}
}

static bool is_taken(const struct layout *l, int64_t x, int64_t y)
{
	for (size_t i = 0; i < l->taken_count; i++) {
		const struct rect *r = &l->taken[i];

		if (x < r->x + r->width && r->x < x + LAYOUT_CARD_WIDTH && y < r->y + r->height && r->y < y + LAYOUT_CARD_HEIGHT)
			return true;
	}
	return false;
}

void layout_next(struct layout *l, int64_t *ret_x, int64_t *ret_y)
{
	int64_t x, y, aside;

	do {
		if (l->rows && l->next == l->columns * l->rows) {
			l->next = 0;
			l->laps++;
		}
		aside = l->laps % (LAPS + 1) * ASLANT;
		x = l->x + l->next % l->columns * STEP_X + aside;
		y = l->y + l->next / l->columns * STEP_Y + aside;
		l->next++;
	} while (l->laps == 0 && is_taken(l, x, y));
	*ret_x = on_board(x);
	*ret_y = on_board(y);
}

void rect_include(struct rect *bounds, const struct rect *r, bool is_first)
{
	int64_t right, bottom;

	if (is_first) {
		*bounds = *r;
		return;
	}
	right = most(bounds->x + bounds->width, r->x + r->width);
	bottom = most(bounds->y + bounds->height, r->y + r->height);
	bounds->x = least(bounds->x, r->x);
	bounds->y = least(bounds->y, r->y);
	bounds->width = right - bounds->x;
	bounds->height = bottom - bounds->y;
}

/* ground.h - a board as new cards are laid out on it: what lies where, and the last order key of each section. Pure. */
#ifndef BOARD_GROUND_H
#define BOARD_GROUND_H
#include "base/arena.h"
#include "board/layout.h"
#include "board/order.h"

struct ground_group { /* a section, or what lies loose */
	const char *id;   /* NULL: loose */
	struct rect rect;
	char last[ORDER_SIZE]; /* "": none yet */
	struct layout layout;
	bool is_laid_out;
};

struct ground {
	struct arena *mem;
	struct ground_group *groups; /* the first is what lies loose */
	size_t group_count;
	struct rect *cards;
	size_t card_count, new_cards;
	struct rect bounds; /* of all there is, when group_count > 1 or card_count > 0 */
};

/* Room for so many sections and cards, in `mem`. `new_cards`: how many may come. Sections before cards; ids are borrowed. */
void ground_init(struct ground *g, struct arena *mem, size_t sections, size_t cards, size_t new_cards);
void ground_add_section(struct ground *g, const char *id, const struct rect *rect);
void ground_add_card(struct ground *g, const char *section, const struct rect *rect, const char *order);

struct ground_place {
	int64_t x, y;
	char order[ORDER_SIZE];
};
/* The place of one more card: free, and behind the last of its section (NULL: loose). False: no key comes behind that. */
bool ground_place(struct ground *g, const char *section, struct ground_place *ret_place);
#endif

/* board_rules.h - what may be done on a board, as pure functions on structs: no I/O. In board.c. */
#ifndef BOARD_BOARD_RULES_H
#define BOARD_BOARD_RULES_H
#include "base/err.h"
#include "board/order.h"
#include "stream/access.h"

/* Who wants something, and where. */
struct board_role {
	const char *member;
	bool may_moderate; /* access_may_moderate */
};

/* What a statement found where a card or a section is to go. */
struct place {
	bool has_place;        /* its section is there (always, for sections and loose cards) */
	bool is_taken;         /* another one there has the same order key */
	int64_t live;          /* how many the board holds */
	char next[ORDER_SIZE]; /* the key after the wanted one; "": none */
};

bool board_title_fits(const char *title, struct err *err);
/* Who leads a board: its facilitators and who made it. They run its timer, and change what others may not. */
bool board_may_lead(const struct board_role *who, const char *created_by, struct err *err);

/* What keeps everybody else from making a change. */
enum board_bar {
	BAR_NONE,
	BAR_LOOK,    /* the board is for looking */
	BAR_SECTION, /* the section, or the one that the card lies in or is to go to, is locked */
	BAR_CARD,    /* the card is locked, or one in the section that is to go */
};
bool board_may_pass(const struct board_role *who, const char *created_by, enum board_bar bar, struct err *err);

bool board_may_rename(const struct board_role *who, const char *created_by, struct err *err);
bool section_may_delete(
        const struct board_role *who, const char *created_by, const char *board_created_by, struct err *err);

bool place_has_section(const struct place *p, struct err *err);
bool place_has_room(const struct place *p, int64_t limit, const char *things, struct err *err);

/* The order key of something that is to be placed. A taken one gives way, once, to the next free key after
 * it: a second collision cannot be, because a change is alone on its board. What outlives a step of calls
 * that place. */
struct order_try {
	char order[ORDER_SIZE];
	bool is_repaired;
};
bool order_wish(
        struct order_try *t, const char *order, struct err *err); /* as the client sent it; names /order */
bool order_repair(struct order_try *t, const struct place *p, struct err *err);

/* `revision` is the text's now, `based_on` the one that the writer had seen. */
bool card_may_edit(int64_t revision, int64_t based_on, struct err *err);
bool card_may_restore(bool is_deleted, struct err *err);
#endif

/* writing_rules.h - who may write and reveal what, as pure functions on structs: no I/O. In writing.c. */
#ifndef BOARD_WRITING_RULES_H
#define BOARD_WRITING_RULES_H
#include "board/board_rules.h"

bool writing_may_begin(bool is_open, struct err *err); /* `is_open`: the board has an open round already */

/* A round, as one who leads it finds it. */
struct writing_facts {
	bool is_found, is_revealed;
};
bool writing_may_reveal(const struct writing_facts *f, struct err *err); /* and be looked through */

/* What stood against a draft as it was written: what the migrations' draft_put asks. */
struct draft_facts {
	bool is_open;     /* the round is */
	bool has_section; /* the one it goes to, or it goes to none */
	bool is_taken;    /* the id is another's, or a card's */
	bool is_removed;  /* it was taken out by who leads */
	int64_t others;   /* drafts that the member has besides */
};
bool draft_may_be_put(const struct draft_facts *f, struct err *err);
bool draft_may_be_deleted(bool is_open, bool is_done, struct err *err);
bool draft_may_be_removed(bool is_open, bool is_done, struct err *err);
#endif

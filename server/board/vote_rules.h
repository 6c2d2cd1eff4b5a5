/* vote_rules.h - who may vote on what, as pure functions on structs: no I/O. In vote.c. */
#ifndef BOARD_VOTE_RULES_H
#define BOARD_VOTE_RULES_H
#include "base/err.h"

/* What is asked for as a round is opened: numbers are within the field table's bounds. */
struct vote_wish {
	int64_t budget, most;
	size_t sections;       /* how many it names */
	int64_t sections_here; /* how many of them are on the board */
	bool is_open;          /* the board has an open round already */
};
bool vote_may_open(const struct vote_wish *w, struct err *err);

/* A round and a card, as one who votes finds them. */
struct vote_facts {
	bool is_closed;
	bool has_card;     /* it is on the board */
	bool is_asked;     /* it can be voted on in this round */
	int64_t budget, most;
	int64_t elsewhere; /* votes that the member has given other cards within the same budget */
};
/* Whether the card may have `votes` from the member, all in all. */
bool vote_may_cast(const struct vote_facts *f, int64_t votes, struct err *err);
#endif

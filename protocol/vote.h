/* vote.h - votes on a board's cards as they travel. The field tables are in vote.c. */
#ifndef PROTOCOL_VOTE_H
#define PROTOCOL_VOTE_H
#include "protocol/kd.h"
#include "protocol/person.h"

#define KD_VOTE_BUDGET 50   /* votes that one person has, at most */
#define KD_VOTE_ROUNDS 20   /* of a board, that its snapshot tells of: the newest */
#define KD_VOTES_MAX 5000   /* that vote.list tells of */

/* --- nouns ------------------------------------------------------------------------------------- */

struct kd_vote_total { /* what a card got */
	const char *card;
	int64_t votes;
};
struct kd_vote_totals {
	size_t count;
	struct kd_vote_total *items;
};

struct kd_vote_round {
	const char *id, *title;
	int64_t budget, most;
	const char *per; /* what the budget is for: "board" or "section" */
	struct kd_ids sections;
	bool secret, live;
	struct kd_person opened_by;
	int64_t opened_at;
	struct kd_opt_int closed_at;
	int64_t voters;
	struct kd_vote_totals results;
};
struct kd_vote_rounds {
	size_t count;
	struct kd_vote_round *items;
};
extern const struct kd_field kd_vote_round_fields[];

struct kd_vote { /* one person's on one card */
	struct kd_person voter;
	const char *card;
	int64_t votes;
};
struct kd_votes {
	size_t count;
	struct kd_vote *items;
};

/* --- parameters and results -------------------------------------------------------------------- */

struct kd_vote_open {
	const char *board, *round, *title;
	int64_t budget, most;
	const char *per;
	struct kd_ids sections;
	bool secret, live;
	const char *op;
};
struct kd_vote_close {
	const char *board, *round, *op;
};
struct kd_vote_cast {
	const char *board, *round, *card;
	int64_t votes;
	const char *op;
};
struct kd_vote_cast_result {
	int64_t seq, left;
};
struct kd_vote_list {
	const char *board, *round;
};
struct kd_vote_list_result {
	struct kd_vote_totals mine;
	struct kd_votes votes;
};

/* --- events ------------------------------------------------------------------------------------ */

struct kd_vote_opened {
	struct kd_vote_round round;
};
struct kd_vote_was_cast {
	const char *round;
	int64_t voters;
	struct kd_vote_totals totals;
};
struct kd_vote_closed {
	const char *round;
	int64_t closed_at, voters;
	struct kd_vote_totals results;
};

extern const struct kd_method kd_vote_open, kd_vote_close, kd_vote_cast, kd_vote_list;
extern const struct kd_event kd_vote_opened, kd_vote_was_cast, kd_vote_closed;
extern const struct kd_method *const kd_vote_methods[];
extern const struct kd_event *const kd_vote_events[];
#endif

/* writing.h - private writing on a board as it travels: rounds, and what people write in them for later. Field tables in writing.c. */
#ifndef PROTOCOL_WRITING_H
#define PROTOCOL_WRITING_H
#include "protocol/kd.h"
#include "protocol/person.h"

#define KD_DRAFTS_EACH 50    /* that one person has in a round, at most */
#define KD_REVIEW_DRAFTS 5000 /* that draft.review tells of */

/* --- nouns ------------------------------------------------------------------------------------- */

struct kd_writing_round {
	const char *id, *title;
	struct kd_person begun_by;
	int64_t begun_at;
};
struct kd_writing_rounds {
	size_t count;
	struct kd_writing_round *items;
};
extern const struct kd_field kd_writing_round_fields[];

struct kd_draft { /* a card to be */
	const char *id, *section, *text, *colour;
	struct kd_opt_bool removed;
};
struct kd_drafts {
	size_t count;
	struct kd_draft *items;
};

/* --- parameters and results -------------------------------------------------------------------- */

struct kd_writing_begin {
	const char *board, *round, *title, *op;
};
struct kd_writing_reveal {
	const char *board, *round, *op;
};
struct kd_writing_reveal_result {
	int64_t seq, cards, left;
};
struct kd_draft_put {
	const char *board, *round, *draft, *section, *text, *colour;
};
struct kd_draft_of { /* draft.delete, draft.remove */
	const char *board, *round, *draft;
};
struct kd_draft_list { /* and draft.review */
	const char *board, *round;
};
struct kd_draft_list_result {
	struct kd_drafts drafts;
};

/* --- events ------------------------------------------------------------------------------------ */

struct kd_writing_begun {
	struct kd_writing_round round;
};
struct kd_writing_revealed {
	const char *round;
	int64_t cards;
};

extern const struct kd_method kd_writing_begin, kd_writing_reveal, kd_draft_put, kd_draft_delete, kd_draft_list, kd_draft_review, kd_draft_remove;
extern const struct kd_event kd_writing_begun, kd_writing_revealed;
extern const struct kd_method *const kd_writing_methods[];
extern const struct kd_event *const kd_writing_events[];
#endif

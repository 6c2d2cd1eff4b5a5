/* writing.c - private writing on a board: what its methods and events are. */
#include "protocol/writing.h"
#include "protocol/board_fields.h"

#define SAFE_MAX KD_MAX_SAFE_INT

/* --- nouns ------------------------------------------------------------------------------------- */

const struct kd_field kd_writing_round_fields[] = {
	KD_ID(struct kd_writing_round, id, KD_REQUIRED, "Round."),
	KD_TEXT(struct kd_writing_round, title, KD_OPTIONAL, 1, 120, "What is to be written about, one line."),
	KD_OBJECT(struct kd_writing_round, begun_by, kd_person_fields, "Who began it."),
	KD_TIME(struct kd_writing_round, begun_at, "When."),
	KD_FIELDS_END,
};

static const struct kd_field draft_fields[] = {
	KD_ID(struct kd_draft, id, KD_REQUIRED, "Draft, and the card that it becomes."),
	KD_ID(struct kd_draft, section, KD_OPTIONAL, "Section it goes to; absent: loose."),
	KD_TEXT(struct kd_draft, text, KD_REQUIRED, 1, KD_CARD_TEXT_MAX, "Plain text."),
	KD_ENUM(struct kd_draft, colour, KD_REQUIRED, kd_colour_words, "Colour."),
	KD_OPT_BOOL(struct kd_draft, removed, "Taken out by who leads: it becomes no card. Absent: it was not."),
	KD_FIELDS_END,
};

/* --- events ------------------------------------------------------------------------------------ */

static const struct kd_field begun_event[] = {
	KD_OBJECT(struct kd_writing_begun, round, kd_writing_round_fields, "The round."),
	KD_FIELDS_END,
};
const struct kd_event kd_writing_begun = {
	.name = "writing.begun", .summary = "A round of private writing has begun.",
	.fields = begun_event, .size = sizeof(struct kd_writing_begun),
};

static const struct kd_field revealed_event[] = {
	KD_ID(struct kd_writing_revealed, round, KD_REQUIRED, "The round."),
	KD_INT(struct kd_writing_revealed, cards, 0, KD_BOARD_CARDS, "How many cards there are of it: the events before this one."),
	KD_FIELDS_END,
};
const struct kd_event kd_writing_revealed = {
	.name = "writing.revealed", .summary = "A round of private writing has ended; what was written is on the board.",
	.fields = revealed_event, .size = sizeof(struct kd_writing_revealed),
};

const struct kd_event *const kd_writing_events[] = { &kd_writing_begun, &kd_writing_revealed, NULL };

/* --- methods ----------------------------------------------------------------------------------- */

#define BOARD(T) KD_ID(T, board, KD_REQUIRED, "Board.")
#define ROUND(T) KD_ID(T, round, KD_REQUIRED, "Round.")
#define OP(T) KD_ID(T, op, KD_REQUIRED, "This change.")
#define LED "For who made the board and for its facilitators. "

static const struct kd_field begin_params[] = {
	BOARD(struct kd_writing_begin),
	KD_ID(struct kd_writing_begin, round, KD_REQUIRED, "Id of the new round, made by the client."),
	KD_TEXT(struct kd_writing_begin, title, KD_OPTIONAL, 1, 120, "What is to be written about, one line."),
	OP(struct kd_writing_begin),
	KD_FIELDS_END,
};
const struct kd_method kd_writing_begin = {
	.name = "writing.begin", .summary = "Begin a round of private writing: what people write is theirs alone until it is revealed.",
	.doc = LED "One round is open at a time (`conflict`).",
	.params = begin_params, .params_size = sizeof(struct kd_writing_begin),
	.result = kd_seq_fields, .result_size = sizeof(struct kd_seq), .has_op = true, .emits = &kd_writing_begun,
	.errors = KD_ERRORS(KD_E_NOT_FOUND, KD_E_FORBIDDEN, KD_E_CONFLICT),
};

static const struct kd_field reveal_params[] = {
	BOARD(struct kd_writing_reveal),
	ROUND(struct kd_writing_reveal),
	OP(struct kd_writing_reveal),
	KD_FIELDS_END,
};
static const struct kd_field reveal_result[] = {
	KD_INT(struct kd_writing_reveal_result, seq, 1, SAFE_MAX, "The stream's number of the last event."),
	KD_INT(struct kd_writing_reveal_result, cards, 0, KD_BOARD_CARDS, "How many cards there are of it."),
	KD_INT(struct kd_writing_reveal_result, left, 0, SAFE_MAX, "Drafts that the board had no room for; they stay with who wrote them."),
	KD_FIELDS_END,
};
const struct kd_method kd_writing_reveal = {
	.name = "writing.reveal", .summary = "End the round: every draft becomes a card, all at once.",
	.doc = LED "Each draft becomes a `card.created` with its writer as author, after the last card of its section, in an order that does "
	       "not tell what was written when; `writing.revealed` follows them. `conflict` when the round has ended.",
	.params = reveal_params, .params_size = sizeof(struct kd_writing_reveal),
	.result = reveal_result, .result_size = sizeof(struct kd_writing_reveal_result), .has_op = true, .emits = &kd_writing_revealed,
	.errors = KD_ERRORS(KD_E_NOT_FOUND, KD_E_FORBIDDEN, KD_E_CONFLICT),
};

static const struct kd_field put_params[] = {
	BOARD(struct kd_draft_put),
	ROUND(struct kd_draft_put),
	KD_ID(struct kd_draft_put, draft, KD_REQUIRED, "Id of the draft and of the card that it becomes, made by the client; at random, so that it tells no time."),
	KD_ID(struct kd_draft_put, section, KD_OPTIONAL, "Section it goes to; absent: loose."),
	KD_TEXT(struct kd_draft_put, text, KD_REQUIRED, 1, KD_CARD_TEXT_MAX, "Plain text."),
	KD_ENUM(struct kd_draft_put, colour, KD_REQUIRED, kd_colour_words, "Colour."),
	KD_FIELDS_END,
};
const struct kd_method kd_draft_put = {
	.name = "draft.put", .summary = "Write a draft, or write it anew: nobody else is told.",
	.doc = "It can be sent again: the last one stands. `conflict` when the round has ended, or the draft was taken out; `too_large` when "
	       "one has too many.",
	.params = put_params, .params_size = sizeof(struct kd_draft_put),
	.errors = KD_ERRORS(KD_E_NOT_FOUND, KD_E_FORBIDDEN, KD_E_CONFLICT, KD_E_TOO_LARGE),
};

static const struct kd_field of_params[] = {
	BOARD(struct kd_draft_of),
	ROUND(struct kd_draft_of),
	KD_ID(struct kd_draft_of, draft, KD_REQUIRED, "Draft."),
	KD_FIELDS_END,
};
const struct kd_method kd_draft_delete = {
	.name = "draft.delete", .summary = "Throw away a draft of one's own.",
	.doc = "It can be sent again. `conflict` when the round has ended and it is a card already.",
	.params = of_params, .params_size = sizeof(struct kd_draft_of),
	.errors = KD_ERRORS(KD_E_NOT_FOUND, KD_E_FORBIDDEN, KD_E_CONFLICT),
};
const struct kd_method kd_draft_remove = {
	.name = "draft.remove", .summary = "Take out an unfit draft, whosever it is.",
	.doc = LED "Its writer sees that it was, and nobody else. `conflict` when the round has ended.",
	.params = of_params, .params_size = sizeof(struct kd_draft_of),
	.errors = KD_ERRORS(KD_E_NOT_FOUND, KD_E_FORBIDDEN, KD_E_CONFLICT),
};

static const struct kd_field list_params[] = {
	BOARD(struct kd_draft_list),
	ROUND(struct kd_draft_list),
	KD_FIELDS_END,
};
static const struct kd_field list_result[] = {
	KD_LIST(struct kd_draft_list_result, drafts, KD_REQUIRED, KD_REVIEW_DRAFTS, draft_fields, "The drafts."),
	KD_FIELDS_END,
};
const struct kd_method kd_draft_list = {
	.name = "draft.list", .summary = "One's own drafts of a round, as one wrote them.",
	.params = list_params, .params_size = sizeof(struct kd_draft_list),
	.result = list_result, .result_size = sizeof(struct kd_draft_list_result), .errors = KD_ERRORS(KD_E_NOT_FOUND),
};
const struct kd_method kd_draft_review = {
	.name = "draft.review", .summary = "Everybody's drafts, without whose they are, shuffled.",
	.doc = LED "At most 5,000. `conflict` when the round has ended.",
	.params = list_params, .params_size = sizeof(struct kd_draft_list),
	.result = list_result, .result_size = sizeof(struct kd_draft_list_result),
	.errors = KD_ERRORS(KD_E_NOT_FOUND, KD_E_FORBIDDEN, KD_E_CONFLICT),
};

const struct kd_method *const kd_writing_methods[] = {
	&kd_writing_begin, &kd_writing_reveal, &kd_draft_put, &kd_draft_delete, &kd_draft_list, &kd_draft_review, &kd_draft_remove, NULL,
};

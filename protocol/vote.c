/* vote.c - votes on a board's cards: what their methods and events are. */
#include "protocol/vote.h"
#include "protocol/board.h"

#define SAFE_MAX KD_MAX_SAFE_INT

static const char *const per_words[] = { "board", "section", NULL };

/* --- nouns ------------------------------------------------------------------------------------- */

static const struct kd_field total_fields[] = {
	KD_ID(struct kd_vote_total, card, KD_REQUIRED, "Card."),
	KD_INT(struct kd_vote_total, votes, 0, SAFE_MAX, "Votes it has got from all."),
	KD_FIELDS_END,
};

/* How a round is: what is asked for as it is opened, and told of it. */
#define ROUND_FIELDS(T)                                                                                                         \
	KD_TEXT(T, title, KD_OPTIONAL, 1, 120, "The question, one line."),                                                     \
		KD_INT(T, budget, 1, KD_VOTE_BUDGET, "Votes that each person has."),                                           \
		KD_INT(T, most, 1, KD_VOTE_BUDGET, "Votes that one person may give one card, at most; no more than `budget`."),  \
		KD_ENUM(T, per, KD_REQUIRED, per_words, "Whether the budget is for the whole board or for each section."),       \
		KD_LIST_ID(T, sections, KD_OPTIONAL, KD_BOARD_SECTIONS, "Sections whose cards can be voted on; absent: all cards."), \
		KD_BOOL(T, secret, "Whether nobody is told who voted for what, neither now nor later."),                         \
		KD_BOOL(T, live, "Whether what cards have got is told while the round is open, and not when it is closed.")

const struct kd_field kd_vote_round_fields[] = {
	KD_ID(struct kd_vote_round, id, KD_REQUIRED, "Round."),
	ROUND_FIELDS(struct kd_vote_round),
	KD_OBJECT(struct kd_vote_round, opened_by, kd_person_fields, "Who opened it."),
	KD_TIME(struct kd_vote_round, opened_at, "When it was opened."),
	KD_OPT_TIME(struct kd_vote_round, closed_at, "When it was closed; absent: it is open."),
	KD_INT(struct kd_vote_round, voters, 0, SAFE_MAX, "How many people have given votes."),
	KD_LIST(struct kd_vote_round, results, KD_OPTIONAL, KD_BOARD_CARDS, total_fields,
		"Cards with votes, most first. Absent while the round is open and not live."),
	KD_FIELDS_END,
};

static const struct kd_field vote_fields[] = {
	KD_OBJECT(struct kd_vote, voter, kd_person_fields, "Whose."),
	KD_ID(struct kd_vote, card, KD_REQUIRED, "Card."),
	KD_INT(struct kd_vote, votes, 1, KD_VOTE_BUDGET, "How many."),
	KD_FIELDS_END,
};

/* --- events ------------------------------------------------------------------------------------ */

static const struct kd_field opened_event[] = {
	KD_OBJECT(struct kd_vote_opened, round, kd_vote_round_fields, "The round."),
	KD_FIELDS_END,
};
const struct kd_event kd_vote_opened = {
	.name = "vote.opened", .summary = "A round of votes has begun.",
	.fields = opened_event, .size = sizeof(struct kd_vote_opened),
};

static const struct kd_field cast_event[] = {
	KD_ID(struct kd_vote_was_cast, round, KD_REQUIRED, "The round."),
	KD_INT(struct kd_vote_was_cast, voters, 0, SAFE_MAX, "How many people have given votes now."),
	KD_LIST(struct kd_vote_was_cast, totals, KD_OPTIONAL, KD_BOARD_CARDS, total_fields,
		"What the cards have now whose votes changed. Absent unless the round is live."),
	KD_FIELDS_END,
};
const struct kd_event kd_vote_was_cast = {
	.name = "vote.cast", .summary = "Somebody has voted: it is not told who, unless by vote.list.",
	.fields = cast_event, .size = sizeof(struct kd_vote_was_cast), .hides_actor = true,
};

static const struct kd_field closed_event[] = {
	KD_ID(struct kd_vote_closed, round, KD_REQUIRED, "The round."),
	KD_TIME(struct kd_vote_closed, closed_at, "When."),
	KD_INT(struct kd_vote_closed, voters, 0, SAFE_MAX, "How many people gave votes."),
	KD_LIST(struct kd_vote_closed, results, KD_REQUIRED, KD_BOARD_CARDS, total_fields, "Cards with votes, most first."),
	KD_FIELDS_END,
};
const struct kd_event kd_vote_closed = {
	.name = "vote.closed", .summary = "A round of votes has ended; what it came to stands.",
	.fields = closed_event, .size = sizeof(struct kd_vote_closed),
};

const struct kd_event *const kd_vote_events[] = { &kd_vote_opened, &kd_vote_was_cast, &kd_vote_closed, NULL };

/* --- methods ----------------------------------------------------------------------------------- */

#define BOARD(T) KD_ID(T, board, KD_REQUIRED, "Board.")
#define OP(T) KD_ID(T, op, KD_REQUIRED, "This change.")

static const struct kd_field open_params[] = {
	BOARD(struct kd_vote_open),
	KD_ID(struct kd_vote_open, round, KD_REQUIRED, "Id of the new round, made by the client."),
	ROUND_FIELDS(struct kd_vote_open),
	OP(struct kd_vote_open),
	KD_FIELDS_END,
};
const struct kd_method kd_vote_open = {
	.name = "vote.open", .summary = "Begin a round of votes on a board's cards.",
	.doc = "For who made the board and for its facilitators. One round is open at a time (`conflict`).",
	.params = open_params, .params_size = sizeof(struct kd_vote_open),
	.result = kd_seq_fields, .result_size = sizeof(struct kd_seq), .has_op = true, .emits = &kd_vote_opened,
	.errors = KD_ERRORS(KD_E_NOT_FOUND, KD_E_FORBIDDEN, KD_E_CONFLICT),
};

static const struct kd_field close_params[] = {
	BOARD(struct kd_vote_close),
	KD_ID(struct kd_vote_close, round, KD_REQUIRED, "Round."),
	OP(struct kd_vote_close),
	KD_FIELDS_END,
};
const struct kd_method kd_vote_close = {
	.name = "vote.close", .summary = "End a round of votes; everybody is told what it came to.",
	.doc = "For who made the board and for its facilitators. `conflict` when it has ended.",
	.params = close_params, .params_size = sizeof(struct kd_vote_close),
	.result = kd_seq_fields, .result_size = sizeof(struct kd_seq), .has_op = true, .emits = &kd_vote_closed,
	.errors = KD_ERRORS(KD_E_NOT_FOUND, KD_E_FORBIDDEN, KD_E_CONFLICT),
};

static const struct kd_field cast_params[] = {
	BOARD(struct kd_vote_cast),
	KD_ID(struct kd_vote_cast, round, KD_REQUIRED, "Round."),
	KD_ID(struct kd_vote_cast, card, KD_REQUIRED, "Card."),
	KD_INT(struct kd_vote_cast, votes, 0, KD_VOTE_BUDGET, "How many votes the card has from oneself now; 0 takes them back."),
	OP(struct kd_vote_cast),
	KD_FIELDS_END,
};
static const struct kd_field cast_result[] = {
	KD_INT(struct kd_vote_cast_result, seq, 1, SAFE_MAX, "The stream's number of the event."),
	KD_INT(struct kd_vote_cast_result, left, 0, KD_VOTE_BUDGET, "Votes that one has left, on the board or in the card's section."),
	KD_FIELDS_END,
};
const struct kd_method kd_vote_cast = {
	.name = "vote.cast", .summary = "Give a card votes, or take them back.",
	.doc = "`conflict` when the round has ended, the card cannot be voted on, or one has not so many votes left. Votes on a card "
	       "that is deleted can be given anew; they count again if it comes back before that.",
	.params = cast_params, .params_size = sizeof(struct kd_vote_cast),
	.result = cast_result, .result_size = sizeof(struct kd_vote_cast_result), .has_op = true, .emits = &kd_vote_was_cast,
	.errors = KD_ERRORS(KD_E_NOT_FOUND, KD_E_FORBIDDEN, KD_E_CONFLICT),
};

static const struct kd_field list_params[] = {
	BOARD(struct kd_vote_list),
	KD_ID(struct kd_vote_list, round, KD_REQUIRED, "Round."),
	KD_FIELDS_END,
};
static const struct kd_field list_result[] = {
	KD_LIST(struct kd_vote_list_result, mine, KD_REQUIRED, KD_BOARD_CARDS, total_fields, "One's own votes, by card."),
	KD_LIST(struct kd_vote_list_result, votes, KD_OPTIONAL, KD_VOTES_MAX, vote_fields,
		"Who voted for what, at most 5,000. Absent when the round is secret, or open and not live."),
	KD_FIELDS_END,
};
const struct kd_method kd_vote_list = {
	.name = "vote.list", .summary = "One's own votes of a round, and others' where they are told.",
	.params = list_params, .params_size = sizeof(struct kd_vote_list),
	.result = list_result, .result_size = sizeof(struct kd_vote_list_result), .errors = KD_ERRORS(KD_E_NOT_FOUND),
};

const struct kd_method *const kd_vote_methods[] = { &kd_vote_open, &kd_vote_close, &kd_vote_cast, &kd_vote_list, NULL };

/* lock.c - what may be done on a board, and what on it is locked: what their methods and events are. */
#include "protocol/lock.h"
#include "protocol/talk.h"

const char *const kd_board_mode_words[] = { "write", "look", NULL };

/* --- events ------------------------------------------------------------------------------------ */

static const struct kd_field board_mode_set_event[] = {
	KD_ENUM(struct kd_board_mode_set, mode, KD_REQUIRED, kd_board_mode_words, "The board's mode now."),
	KD_FIELDS_END,
};
const struct kd_event kd_board_mode_set = {
	.name = "board.mode_set", .summary = "What may be done on the board is another.",
	.fields = board_mode_set_event, .size = sizeof(struct kd_board_mode_set),
};

static const struct kd_field card_locked_event[] = {
	KD_ID(struct kd_card_locked, card, KD_REQUIRED, "The card."),
	KD_FIELDS_END,
};
const struct kd_event kd_card_locked = {
	.name = "card.locked", .summary = "A card is locked.", .fields = card_locked_event, .size = sizeof(struct kd_card_locked),
};
const struct kd_event kd_card_unlocked = {
	.name = "card.unlocked", .summary = "A card is not locked any more.",
	.fields = card_locked_event, .size = sizeof(struct kd_card_locked),
};

static const struct kd_field section_locked_event[] = {
	KD_ID(struct kd_section_locked, section, KD_REQUIRED, "The section."),
	KD_FIELDS_END,
};
const struct kd_event kd_section_locked = {
	.name = "section.locked", .summary = "A section is locked, and what lies in it.",
	.fields = section_locked_event, .size = sizeof(struct kd_section_locked),
};
const struct kd_event kd_section_unlocked = {
	.name = "section.unlocked", .summary = "A section is not locked any more.",
	.fields = section_locked_event, .size = sizeof(struct kd_section_locked),
};

const struct kd_event *const kd_lock_events[] = {
	&kd_board_mode_set, &kd_card_locked, &kd_card_unlocked, &kd_section_locked, &kd_section_unlocked, NULL,
};

/* --- methods ----------------------------------------------------------------------------------- */

#define BOARD(T) KD_ID(T, board, KD_REQUIRED, "Board.")
#define OP(T) KD_ID(T, op, KD_REQUIRED, "This change.")
#define ANSWERS_SEQ .result = kd_seq_fields, .result_size = sizeof(struct kd_seq), .has_op = true
#define ERRORS .errors = KD_ERRORS(KD_E_NOT_FOUND, KD_E_FORBIDDEN)
#define FOR_WHOM "For who made the board and its facilitators."

static const struct kd_field board_set_mode_params[] = {
	BOARD(struct kd_board_set_mode),
	KD_ENUM(struct kd_board_set_mode, mode, KD_REQUIRED, kd_board_mode_words, "`write`: who may write in the space changes all but what is "
		"locked; `look`: only who made the board and its facilitators change anything; votes may still be cast."),
	OP(struct kd_board_set_mode),
	KD_FIELDS_END,
};
const struct kd_method kd_board_set_mode = {
	.name = "board.set_mode", .summary = "Say what may be done on a board.",
	.doc = FOR_WHOM " Once it is answered, no other's change is taken that the mode does not allow (`forbidden`).",
	.params = board_set_mode_params, .params_size = sizeof(struct kd_board_set_mode), ANSWERS_SEQ, .emits = &kd_board_mode_set, ERRORS,
};

static const struct kd_field card_lock_params[] = {
	BOARD(struct kd_card_lock),
	KD_ID(struct kd_card_lock, card, KD_REQUIRED, "Card."),
	OP(struct kd_card_lock),
	KD_FIELDS_END,
};
#define CARD_PARAMS .params = card_lock_params, .params_size = sizeof(struct kd_card_lock)
const struct kd_method kd_card_lock = {
	.name = "card.lock", .summary = "Lock a card: only who made the board and its facilitators change it.", .doc = FOR_WHOM,
	CARD_PARAMS, ANSWERS_SEQ, .emits = &kd_card_locked, ERRORS,
};
const struct kd_method kd_card_unlock = {
	.name = "card.unlock", .summary = "Unlock a card.", .doc = FOR_WHOM " It is still locked while its section is.",
	CARD_PARAMS, ANSWERS_SEQ, .emits = &kd_card_unlocked, ERRORS,
};

static const struct kd_field section_lock_params[] = {
	BOARD(struct kd_section_lock),
	KD_ID(struct kd_section_lock, section, KD_REQUIRED, "Section."),
	OP(struct kd_section_lock),
	KD_FIELDS_END,
};
#define SECTION_PARAMS .params = section_lock_params, .params_size = sizeof(struct kd_section_lock)
const struct kd_method kd_section_lock = {
	.name = "section.lock", .summary = "Lock a section: only who made the board and its facilitators change it and what lies in it.",
	.doc = FOR_WHOM " Nobody else puts cards into it or takes them out.",
	SECTION_PARAMS, ANSWERS_SEQ, .emits = &kd_section_locked, ERRORS,
};
const struct kd_method kd_section_unlock = {
	.name = "section.unlock", .summary = "Unlock a section.", .doc = FOR_WHOM, SECTION_PARAMS, ANSWERS_SEQ, .emits = &kd_section_unlocked, ERRORS,
};

const struct kd_method *const kd_lock_methods[] = {
	&kd_board_set_mode, &kd_card_lock, &kd_card_unlock, &kd_section_lock, &kd_section_unlock, NULL,
};

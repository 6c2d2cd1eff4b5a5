/* board.c - boards, sections and cards: what their methods and events are. */
#include "protocol/board.h"
#include "protocol/account.h"
#include "protocol/board_fields.h"
#include "protocol/lock.h"

const char *const kd_colour_words[] = {
	"kalk", "ockra", "puts", "gronjord", "arg", "himmel", "skymning", NULL,
};

#define SAFE_MAX KD_MAX_SAFE_INT
#define TEMPLATE(T, text) KD_TEXT(T, template, KD_OPTIONAL, 1, KD_TEMPLATE_ID_MAX, text)

/* --- nouns ------------------------------------------------------------------------------------- */

static const struct kd_field section_fields[] = {
	KD_ID(struct kd_section, id, KD_REQUIRED, "Section."),
	KD_TEXT(struct kd_section, title, KD_REQUIRED, 1, 120, "Title."),
	AT(struct kd_section, x, "Left edge on the board."),
	AT(struct kd_section, y, "Top edge on the board."),
	SIDE(struct kd_section, width, SECTION_LONG, "Width."),
	SIDE(struct kd_section, height, SECTION_LONG, "Height."),
	KD_ORDER(struct kd_section, order, KD_REQUIRED, "Place among the board's sections."),
	KD_OPT_BOOL(struct kd_section, locked, "True: only who made the board and its facilitators change it and what lies in it."),
	KD_FIELDS_END,
};

static const struct kd_field card_fields[] = {
	KD_ID(struct kd_card, id, KD_REQUIRED, "Card."),
	KD_ID(struct kd_card, section, KD_OPTIONAL, "Section it lies in; absent: loose on the board."),
	KD_TEXT(struct kd_card, text, KD_REQUIRED, 0, KD_CARD_TEXT_MAX, "Plain text."),
	KD_INT(struct kd_card, revision, 1, SAFE_MAX, "Of the text: rises with each edit."),
	KD_ENUM(struct kd_card, colour, KD_REQUIRED, kd_colour_words, "Colour."),
	AT(struct kd_card, x, "Left edge on the board."),
	AT(struct kd_card, y, "Top edge on the board."),
	SIDE(struct kd_card, width, CARD_WIDTH, "Width."),
	SIDE(struct kd_card, height, CARD_HEIGHT, "Height."),
	KD_ORDER(struct kd_card, order, KD_REQUIRED, "Place among the cards of its section, or among the loose ones; equal ones by id."),
	KD_OBJECT(struct kd_card, author, kd_person_fields, "Who made it."),
	KD_TIME(struct kd_card, created_at, "When it was made."),
	KD_OPT_BOOL(struct kd_card, locked, "True: only who made the board and its facilitators change it."),
	KD_FIELDS_END,
};

static const struct kd_field miniature_fields[] = {
	AT(struct kd_miniature, x, "Left edge on the board."),
	AT(struct kd_miniature, y, "Top edge on the board."),
	SIDE(struct kd_miniature, width, CARD_WIDTH, "Width."),
	SIDE(struct kd_miniature, height, CARD_HEIGHT, "Height."),
	KD_ENUM(struct kd_miniature, colour, KD_REQUIRED, kd_colour_words, "Colour."),
	KD_FIELDS_END,
};

static const struct kd_field board_item_fields[] = {
	KD_ID(struct kd_board_item, id, KD_REQUIRED, "Board."),
	KD_OBJECT(struct kd_board_item, space, kd_space_name_fields, "Space it lies in."),
	KD_TEXT(struct kd_board_item, title, KD_REQUIRED, 1, 120, "Title."),
	KD_INT(struct kd_board_item, cards, 0, SAFE_MAX, "Cards on it."),
	KD_TIME(struct kd_board_item, changed_at, "When anything on it last changed."),
	KD_OBJECT(struct kd_board_item, created_by, kd_person_fields, "Who made it."),
	KD_LIST_ID(struct kd_board_item, organisations, KD_REQUIRED, 100000, "Organisations whose people have cards on it."),
	KD_LIST(struct kd_board_item, miniature, KD_REQUIRED, KD_MINIATURE_CARDS, miniature_fields,
		"Its newest cards, to draw it small."),
	KD_FIELDS_END,
};

static const struct kd_field board_fields[] = {
	KD_ID(struct kd_board, id, KD_REQUIRED, "Board."),
	KD_OBJECT(struct kd_board, space, kd_space_place_fields, "Space it lies in."),
	KD_TEXT(struct kd_board, title, KD_REQUIRED, 1, 120, "Title."),
	KD_OBJECT(struct kd_board, created_by, kd_person_fields, "Who made it."),
	KD_TIME(struct kd_board, created_at, "When it was made."),
	KD_ENUM(struct kd_board, mode, KD_REQUIRED, kd_board_mode_words, "What may be done on it: see `board.set_mode`."),
	KD_OPT_OBJECT(struct kd_board, timer, kd_timer_fields, "Its timer; absent: none."),
	TEMPLATE(struct kd_board, "Method it began with (`template.list`); absent: none."),
	KD_FIELDS_END,
};

const struct kd_field kd_board_snapshot_fields[] = {
	KD_OBJECT(struct kd_board_snapshot, board, board_fields, "The board."),
	KD_LIST(struct kd_board_snapshot, sections, KD_REQUIRED, KD_BOARD_SECTIONS, section_fields, "By order."),
	KD_LIST(struct kd_board_snapshot, cards, KD_REQUIRED, KD_BOARD_CARDS, card_fields, "All live cards, by order."),
	KD_LIST(struct kd_board_snapshot, rounds, KD_OPTIONAL, KD_VOTE_ROUNDS, kd_vote_round_fields, "The newest rounds of votes, the last one first."),
	KD_LIST(struct kd_board_snapshot, writing, KD_OPTIONAL, 1, kd_writing_round_fields, "The open round of private writing; none: no such is open."),
	KD_FIELDS_END,
};

/* --- events ------------------------------------------------------------------------------------ */

static const struct kd_field board_created_event[] = {
	KD_ID(struct kd_board_created, board, KD_REQUIRED, "The new board."),
	KD_ID(struct kd_board_created, space, KD_REQUIRED, "Space it lies in."),
	KD_TEXT(struct kd_board_created, title, KD_REQUIRED, 1, 120, "Title."),
	TEMPLATE(struct kd_board_created, "Method it begins with; its sections and cards come as events of their own."),
	KD_FIELDS_END,
};
const struct kd_event kd_board_created = {
	.name = "board.created", .summary = "A board was made.",
	.fields = board_created_event, .size = sizeof(struct kd_board_created),
};

static const struct kd_field board_renamed_event[] = {
	KD_TEXT(struct kd_board_renamed, title, KD_REQUIRED, 1, 120, "New title."),
	KD_FIELDS_END,
};
const struct kd_event kd_board_renamed = {
	.name = "board.renamed", .summary = "The board has a new title.",
	.fields = board_renamed_event, .size = sizeof(struct kd_board_renamed),
};

static const struct kd_field section_created_event[] = {
	KD_OBJECT(struct kd_section_created, section, section_fields, "The new section."),
	KD_FIELDS_END,
};
const struct kd_event kd_section_created = {
	.name = "section.created", .summary = "A section was made, or a deleted one made again.",
	.fields = section_created_event, .size = sizeof(struct kd_section_created),
};

static const struct kd_field section_changed_event[] = {
	KD_ID(struct kd_section_changed, section, KD_REQUIRED, "The section."),
	KD_TEXT(struct kd_section_changed, title, KD_OPTIONAL, 1, 120, "New title."),
	OPT_AT(struct kd_section_changed, x, "New left edge."),
	OPT_AT(struct kd_section_changed, y, "New top edge."),
	OPT_SIDE(struct kd_section_changed, width, SECTION_LONG, "New width."),
	OPT_SIDE(struct kd_section_changed, height, SECTION_LONG, "New height."),
	KD_ORDER(struct kd_section_changed, order, KD_OPTIONAL, "New place, as stored."),
	KD_FIELDS_END,
};
const struct kd_event kd_section_changed = {
	.name = "section.changed", .summary = "What is given of a section is new.",
	.fields = section_changed_event, .size = sizeof(struct kd_section_changed),
};

static const struct kd_field section_deleted_event[] = {
	KD_ID(struct kd_section_deleted, section, KD_REQUIRED, "The section; its cards are loose now, where they were."),
	KD_FIELDS_END,
};
const struct kd_event kd_section_deleted = {
	.name = "section.deleted", .summary = "A section was deleted.",
	.fields = section_deleted_event, .size = sizeof(struct kd_section_deleted),
};

static const struct kd_field card_created_event[] = {
	KD_OBJECT(struct kd_card_created, card, card_fields, "The whole card, as stored."),
	KD_FIELDS_END,
};
const struct kd_event kd_card_created = {
	.name = "card.created", .summary = "A card was made.",
	.fields = card_created_event, .size = sizeof(struct kd_card_created),
};
const struct kd_event kd_card_restored = {
	.name = "card.restored", .summary = "A deleted card is back.",
	.fields = card_created_event, .size = sizeof(struct kd_card_created),
};

static const struct kd_field card_moved_event[] = {
	KD_ID(struct kd_card_moved, card, KD_REQUIRED, "The card."),
	KD_ID(struct kd_card_moved, section, KD_OPTIONAL, "Section it lies in now; absent: loose."),
	AT(struct kd_card_moved, x, "Left edge now."),
	AT(struct kd_card_moved, y, "Top edge now."),
	KD_ORDER(struct kd_card_moved, order, KD_REQUIRED, "Place now, as stored."),
	KD_FIELDS_END,
};
const struct kd_event kd_card_moved = {
	.name = "card.moved", .summary = "A card lies elsewhere.",
	.fields = card_moved_event, .size = sizeof(struct kd_card_moved),
};

static const struct kd_field card_resized_event[] = {
	KD_ID(struct kd_card_resized, card, KD_REQUIRED, "The card."),
	SIDE(struct kd_card_resized, width, CARD_WIDTH, "Width now."),
	SIDE(struct kd_card_resized, height, CARD_HEIGHT, "Height now."),
	KD_FIELDS_END,
};
const struct kd_event kd_card_resized = {
	.name = "card.resized", .summary = "A card has another size.",
	.fields = card_resized_event, .size = sizeof(struct kd_card_resized),
};

static const struct kd_field card_edited_event[] = {
	KD_ID(struct kd_card_edited, card, KD_REQUIRED, "The card."),
	KD_TEXT(struct kd_card_edited, text, KD_REQUIRED, 0, KD_CARD_TEXT_MAX, "New text."),
	KD_INT(struct kd_card_edited, revision, 2, SAFE_MAX, "Its revision now."),
	KD_FIELDS_END,
};
const struct kd_event kd_card_edited = {
	.name = "card.edited", .summary = "A card's text is new.",
	.fields = card_edited_event, .size = sizeof(struct kd_card_edited),
};

static const struct kd_field card_recoloured_event[] = {
	KD_ID(struct kd_card_recoloured, card, KD_REQUIRED, "The card."),
	KD_ENUM(struct kd_card_recoloured, colour, KD_REQUIRED, kd_colour_words, "Colour now."),
	KD_FIELDS_END,
};
const struct kd_event kd_card_recoloured = {
	.name = "card.recoloured", .summary = "A card has another colour.",
	.fields = card_recoloured_event, .size = sizeof(struct kd_card_recoloured),
};

static const struct kd_field card_deleted_event[] = {
	KD_ID(struct kd_card_deleted, card, KD_REQUIRED, "The card."),
	KD_FIELDS_END,
};
const struct kd_event kd_card_deleted = {
	.name = "card.deleted", .summary = "A card was deleted; card.restore brings it back.",
	.fields = card_deleted_event, .size = sizeof(struct kd_card_deleted),
};

const struct kd_event *const kd_board_events[] = {
	&kd_board_created, &kd_board_renamed, &kd_section_created, &kd_section_changed, &kd_section_deleted, &kd_card_created,
	&kd_card_moved, &kd_card_resized, &kd_card_edited, &kd_card_recoloured, &kd_card_deleted, &kd_card_restored, NULL,
};

/* --- methods ----------------------------------------------------------------------------------- */

#define BOARD(T) KD_ID(T, board, KD_REQUIRED, "Board.")
#define OP(T) KD_ID(T, op, KD_REQUIRED, "This change.")
#define ANSWERS_SEQ .result = kd_seq_fields, .result_size = sizeof(struct kd_seq), .has_op = true
#define ORDER_DOC \
	"Fractional index (like `a0`, `a0V`: an integer part of the length its first letter says, then a fraction without " \
	"trailing 0), compared bytewise. A key that is taken gives way to the next free one, which the event tells."

static const struct kd_field board_list_params[] = {
	KD_ID(struct kd_board_list, space, KD_OPTIONAL, "Only this space's."),
	KD_FIELDS_END,
};
static const struct kd_field board_list_result[] = {
	KD_LIST(struct kd_board_list_result, boards, KD_REQUIRED, 500, board_item_fields, "Latest change first; at most 500."),
	KD_FIELDS_END,
};
const struct kd_method kd_board_list = {
	.name = "board.list", .summary = "The boards that the caller may read.",
	.params = board_list_params, .params_size = sizeof(struct kd_board_list),
	.result = board_list_result, .result_size = sizeof(struct kd_board_list_result), .errors = KD_ERRORS(KD_E_NOT_FOUND),
};

static const struct kd_field board_create_params[] = {
	KD_ID(struct kd_board_create, board, KD_REQUIRED, "Id of the new board, made by the client."),
	KD_ID(struct kd_board_create, space, KD_REQUIRED, "Space it lies in."),
	KD_TEXT(struct kd_board_create, title, KD_REQUIRED, 1, 120, "Title, one line."),
	TEMPLATE(struct kd_board_create, "Method to begin with, of those that `template.list` names."),
	KD_ENUM(struct kd_board_create, language, KD_OPTIONAL, kd_locale_words, "Language of the template's words; the caller's when absent."),
	OP(struct kd_board_create),
	KD_FIELDS_END,
};
const struct kd_method kd_board_create = {
	.name = "board.create", .summary = "Make a board, empty or with the sections and cards of a template.",
	.params = board_create_params, .params_size = sizeof(struct kd_board_create), ANSWERS_SEQ, .emits = &kd_board_created,
	.errors = KD_ERRORS(KD_E_NOT_FOUND, KD_E_FORBIDDEN, KD_E_CONFLICT),
};

static const struct kd_field board_rename_params[] = {
	BOARD(struct kd_board_rename),
	KD_TEXT(struct kd_board_rename, title, KD_REQUIRED, 1, 120, "New title, one line."),
	OP(struct kd_board_rename),
	KD_FIELDS_END,
};
const struct kd_method kd_board_rename = {
	.name = "board.rename", .summary = "Give a board another title.", .doc = "For who made it and for its facilitators.",
	.params = board_rename_params, .params_size = sizeof(struct kd_board_rename), ANSWERS_SEQ, .emits = &kd_board_renamed,
	.errors = KD_ERRORS(KD_E_NOT_FOUND, KD_E_FORBIDDEN),
};

static const struct kd_field section_create_params[] = {
	BOARD(struct kd_section_create),
	KD_ID(struct kd_section_create, section, KD_REQUIRED, "Id of the new section, made by the client."),
	KD_TEXT(struct kd_section_create, title, KD_REQUIRED, 1, 120, "Title, one line."),
	AT(struct kd_section_create, x, "Left edge on the board."),
	AT(struct kd_section_create, y, "Top edge on the board."),
	SIDE(struct kd_section_create, width, SECTION_LONG, "Width."),
	SIDE(struct kd_section_create, height, SECTION_LONG, "Height."),
	KD_ORDER(struct kd_section_create, order, KD_REQUIRED, ORDER_DOC),
	OP(struct kd_section_create),
	KD_FIELDS_END,
};
const struct kd_method kd_section_create = {
	.name = "section.create", .summary = "Make a section on a board.",
	.doc = "With the id of a deleted section of the same board that is made again, without its cards (undo of a deletion). "
	       "A board holds at most 200 sections (`too_large`).",
	.params = section_create_params, .params_size = sizeof(struct kd_section_create), ANSWERS_SEQ, .emits = &kd_section_created,
	.errors = KD_ERRORS(KD_E_NOT_FOUND, KD_E_FORBIDDEN, KD_E_CONFLICT, KD_E_TOO_LARGE),
};

static const struct kd_field section_change_params[] = {
	BOARD(struct kd_section_change),
	KD_ID(struct kd_section_change, section, KD_REQUIRED, "Section."),
	KD_TEXT(struct kd_section_change, title, KD_OPTIONAL, 1, 120, "New title, one line."),
	OPT_AT(struct kd_section_change, x, "New left edge."),
	OPT_AT(struct kd_section_change, y, "New top edge."),
	OPT_SIDE(struct kd_section_change, width, SECTION_LONG, "New width."),
	OPT_SIDE(struct kd_section_change, height, SECTION_LONG, "New height."),
	KD_ORDER(struct kd_section_change, order, KD_OPTIONAL, ORDER_DOC),
	OP(struct kd_section_change),
	KD_FIELDS_END,
};
const struct kd_method kd_section_change = {
	.name = "section.change", .summary = "Rename, move, resize or reorder a section.",
	.doc = "What is not given stays as it is. The cards in it stay where they are on the board.",
	.params = section_change_params, .params_size = sizeof(struct kd_section_change), ANSWERS_SEQ, .emits = &kd_section_changed,
	.errors = KD_ERRORS(KD_E_NOT_FOUND, KD_E_FORBIDDEN, KD_E_CONFLICT),
};

static const struct kd_field section_delete_params[] = {
	BOARD(struct kd_section_delete),
	KD_ID(struct kd_section_delete, section, KD_REQUIRED, "Section."),
	OP(struct kd_section_delete),
	KD_FIELDS_END,
};
const struct kd_method kd_section_delete = {
	.name = "section.delete", .summary = "Delete a section; its cards become loose.",
	.doc = "For who made the section, who made the board, and the board's facilitators.",
	.params = section_delete_params, .params_size = sizeof(struct kd_section_delete), ANSWERS_SEQ, .emits = &kd_section_deleted,
	.errors = KD_ERRORS(KD_E_NOT_FOUND, KD_E_FORBIDDEN),
};

static const struct kd_field card_create_params[] = {
	BOARD(struct kd_card_create),
	KD_ID(struct kd_card_create, card, KD_REQUIRED, "Id of the new card, made by the client."),
	KD_ID(struct kd_card_create, section, KD_OPTIONAL, "Section it lies in; absent: loose on the board."),
	KD_TEXT(struct kd_card_create, text, KD_REQUIRED, 0, KD_CARD_TEXT_MAX, "Plain text; may be empty."),
	KD_ENUM(struct kd_card_create, colour, KD_REQUIRED, kd_colour_words, "Colour."),
	AT(struct kd_card_create, x, "Left edge on the board."),
	AT(struct kd_card_create, y, "Top edge on the board."),
	OPT_SIDE(struct kd_card_create, width, CARD_WIDTH, "Width; 160 when absent."),
	OPT_SIDE(struct kd_card_create, height, CARD_HEIGHT, "Height; 128 when absent."),
	KD_ORDER(struct kd_card_create, order, KD_REQUIRED, ORDER_DOC),
	OP(struct kd_card_create),
	KD_FIELDS_END,
};
const struct kd_method kd_card_create = {
	.name = "card.create", .summary = "Put a card on a board.",
	.doc = "A board holds at most 5,000 cards (`too_large`).",
	.params = card_create_params, .params_size = sizeof(struct kd_card_create), ANSWERS_SEQ, .emits = &kd_card_created,
	.errors = KD_ERRORS(KD_E_NOT_FOUND, KD_E_FORBIDDEN, KD_E_CONFLICT, KD_E_TOO_LARGE),
};

static const struct kd_field card_move_params[] = {
	BOARD(struct kd_card_move),
	KD_ID(struct kd_card_move, card, KD_REQUIRED, "Card."),
	KD_ID(struct kd_card_move, section, KD_OPTIONAL, "Section it lies in from now on; absent: loose."),
	AT(struct kd_card_move, x, "Left edge on the board."),
	AT(struct kd_card_move, y, "Top edge on the board."),
	KD_ORDER(struct kd_card_move, order, KD_REQUIRED, ORDER_DOC),
	OP(struct kd_card_move),
	KD_FIELDS_END,
};
const struct kd_method kd_card_move = {
	.name = "card.move", .summary = "Move a card within its board.",
	.params = card_move_params, .params_size = sizeof(struct kd_card_move), ANSWERS_SEQ, .emits = &kd_card_moved,
	.errors = KD_ERRORS(KD_E_NOT_FOUND, KD_E_FORBIDDEN, KD_E_CONFLICT),
};

static const struct kd_field card_resize_params[] = {
	BOARD(struct kd_card_resize),
	KD_ID(struct kd_card_resize, card, KD_REQUIRED, "Card."),
	SIDE(struct kd_card_resize, width, CARD_WIDTH, "New width."),
	SIDE(struct kd_card_resize, height, CARD_HEIGHT, "New height."),
	OP(struct kd_card_resize),
	KD_FIELDS_END,
};
const struct kd_method kd_card_resize = {
	.name = "card.resize", .summary = "Give a card another size.",
	.params = card_resize_params, .params_size = sizeof(struct kd_card_resize), ANSWERS_SEQ, .emits = &kd_card_resized,
	.errors = KD_ERRORS(KD_E_NOT_FOUND, KD_E_FORBIDDEN),
};

static const struct kd_field card_edit_params[] = {
	BOARD(struct kd_card_edit),
	KD_ID(struct kd_card_edit, card, KD_REQUIRED, "Card."),
	KD_TEXT(struct kd_card_edit, text, KD_REQUIRED, 0, KD_CARD_TEXT_MAX, "New text; may be empty."),
	KD_INT(struct kd_card_edit, revision, 1, SAFE_MAX, "Revision that the new text is based on."),
	OP(struct kd_card_edit),
	KD_FIELDS_END,
};
static const struct kd_field card_edit_result[] = {
	KD_INT(struct kd_card_edit_result, seq, 1, SAFE_MAX, "The stream's number of the event."),
	KD_INT(struct kd_card_edit_result, revision, 2, SAFE_MAX, "Its revision now."),
	KD_FIELDS_END,
};
const struct kd_method kd_card_edit = {
	.name = "card.edit", .summary = "Write on a card.",
	.doc = "`conflict` when the text has been edited since the revision that the new text is based on.",
	.params = card_edit_params, .params_size = sizeof(struct kd_card_edit),
	.result = card_edit_result, .result_size = sizeof(struct kd_card_edit_result), .has_op = true, .emits = &kd_card_edited,
	.errors = KD_ERRORS(KD_E_NOT_FOUND, KD_E_FORBIDDEN, KD_E_CONFLICT),
};

static const struct kd_field card_recolour_params[] = {
	BOARD(struct kd_card_recolour),
	KD_ID(struct kd_card_recolour, card, KD_REQUIRED, "Card."),
	KD_ENUM(struct kd_card_recolour, colour, KD_REQUIRED, kd_colour_words, "New colour."),
	OP(struct kd_card_recolour),
	KD_FIELDS_END,
};
const struct kd_method kd_card_recolour = {
	.name = "card.recolour", .summary = "Give a card another colour.",
	.params = card_recolour_params, .params_size = sizeof(struct kd_card_recolour), ANSWERS_SEQ, .emits = &kd_card_recoloured,
	.errors = KD_ERRORS(KD_E_NOT_FOUND, KD_E_FORBIDDEN),
};

static const struct kd_field card_delete_params[] = {
	BOARD(struct kd_card_delete),
	KD_ID(struct kd_card_delete, card, KD_REQUIRED, "Card."),
	OP(struct kd_card_delete),
	KD_FIELDS_END,
};
const struct kd_method kd_card_delete = {
	.name = "card.delete", .summary = "Take a card off the board.",
	.params = card_delete_params, .params_size = sizeof(struct kd_card_delete), ANSWERS_SEQ, .emits = &kd_card_deleted,
	.errors = KD_ERRORS(KD_E_NOT_FOUND, KD_E_FORBIDDEN),
};
const struct kd_method kd_card_restore = {
	.name = "card.restore", .summary = "Bring a deleted card back as it was.",
	.doc = "Loose when its section has been deleted. `conflict` when it is on the board.",
	.params = card_delete_params, .params_size = sizeof(struct kd_card_delete), ANSWERS_SEQ, .emits = &kd_card_restored,
	.errors = KD_ERRORS(KD_E_NOT_FOUND, KD_E_FORBIDDEN, KD_E_CONFLICT, KD_E_TOO_LARGE),
};

const struct kd_method *const kd_board_methods[] = {
	&kd_board_list, &kd_board_create, &kd_board_rename, &kd_section_create, &kd_section_change, &kd_section_delete,
	&kd_card_create, &kd_card_move, &kd_card_resize, &kd_card_edit, &kd_card_recolour, &kd_card_delete, &kd_card_restore,
	NULL,
};

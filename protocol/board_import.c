/* board_import.c - what board.import takes. */
#include "protocol/board_import.h"

static const struct kd_field board_import_params[] = {
	KD_ID(struct kd_board_import, board, KD_REQUIRED, "Id of the new board, made by the client."),
	KD_ID(struct kd_board_import, space, KD_REQUIRED, "Space it lies in."),
	KD_TEXT(struct kd_board_import, title, KD_OPTIONAL, 1, 120, "Title, one line; the file's own when absent. A list has none."),
	KD_OPT_OBJECT(struct kd_board_import, file, kd_board_file_fields, "A board as it was exported (`.json`)."),
	KD_TEXT(struct kd_board_import, csv, KD_OPTIONAL, 1, KD_BOARD_CSV_MAX, "Or a list, a row a card: its columns are named section (sektion), text and "
		"colour (färg) in the first line, or come in that order; one column alone is the text."),
	KD_ID(struct kd_board_import, op, KD_REQUIRED, "Chosen by the client, UUIDv7: the same one again changes nothing and gets the first answer."),
	KD_FIELDS_END,
};
static const struct kd_field board_import_result[] = {
	KD_INT(struct kd_board_import_result, seq, 1, KD_MAX_SAFE_INT, "The stream's number of the event."),
	KD_INT(struct kd_board_import_result, sections, 0, KD_BOARD_SECTIONS, "Sections on it."),
	KD_INT(struct kd_board_import_result, cards, 0, KD_BOARD_CARDS, "Cards on it."),
	KD_FIELDS_END,
};
const struct kd_method kd_board_import = {
	.name = "board.import", .summary = "Make a board of a file.",
	.doc = "Give `file` or `csv`. Ids are made anew, and the cards are the caller's. What does not fit is `invalid`, and its place is named: `/file/cards/3/colour`, or "
	       "the line of a list. What is more than a message may hold comes as the body of POST /call/board.import, which takes these parameters "
	       "and answers the same.",
	.params = board_import_params, .params_size = sizeof(struct kd_board_import),
	.result = board_import_result, .result_size = sizeof(struct kd_board_import_result), .has_op = true, .emits = &kd_board_created,
	.errors = KD_ERRORS(KD_E_NOT_FOUND, KD_E_FORBIDDEN, KD_E_CONFLICT),
};

const struct kd_method *const kd_board_import_methods[] = { &kd_board_import, NULL };

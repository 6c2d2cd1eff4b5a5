/* board_file.c - the fields of a board's file. */
#include "protocol/board_file.h"
#include "protocol/board_fields.h"

static const char *const format_words[] = { KD_BOARD_FILE_FORMAT, NULL };

static const struct kd_field file_section_fields[] = {
	KD_TEXT(struct kd_file_section, title, KD_REQUIRED, 1, 120, "Title."),
	AT(struct kd_file_section, x, "Left edge on the board."),
	AT(struct kd_file_section, y, "Top edge on the board."),
	SIDE(struct kd_file_section, width, SECTION_LONG, "Width."),
	SIDE(struct kd_file_section, height, SECTION_LONG, "Height."),
	KD_FIELDS_END,
};

static const struct kd_field file_card_fields[] = {
	KD_OPT_INT(struct kd_file_card, section, 1, KD_BOARD_SECTIONS, "Section it lies in, by its place in `sections` from 1; absent: loose."),
	KD_TEXT(struct kd_file_card, text, KD_REQUIRED, 0, KD_CARD_TEXT_MAX, "Plain text."),
	KD_ENUM(struct kd_file_card, colour, KD_REQUIRED, kd_colour_words, "Colour."),
	AT(struct kd_file_card, x, "Left edge on the board."),
	AT(struct kd_file_card, y, "Top edge on the board."),
	SIDE(struct kd_file_card, width, CARD_WIDTH, "Width."),
	SIDE(struct kd_file_card, height, CARD_HEIGHT, "Height."),
	KD_TEXT(struct kd_file_card, author, KD_OPTIONAL, 1, 120, "Who made it, by name; an import takes no notice."),
	KD_TEXT(struct kd_file_card, organisation, KD_OPTIONAL, 1, 120, "Where they work; likewise."),
	KD_OPT_TIME(struct kd_file_card, created_at, "When it was made; likewise."),
	KD_FIELDS_END,
};

const struct kd_field kd_board_file_fields[] = {
	KD_ENUM(struct kd_board_file, format, KD_REQUIRED, format_words, "What kind of file it is."),
	KD_INT(struct kd_board_file, version, 1, 1000, "Of its form: 1 is the newest there is."),
	KD_TEXT(struct kd_board_file, title, KD_REQUIRED, 1, 120, "The board's title."),
	KD_TEXT(struct kd_board_file, space, KD_OPTIONAL, 1, 120, "Name of the space it lay in; an import takes no notice."),
	KD_TEXT(struct kd_board_file, template, KD_OPTIONAL, 1, KD_TEMPLATE_ID_MAX, "Method it began with."),
	KD_OPT_TIME(struct kd_board_file, exported_at, "When it was written; likewise."),
	KD_LIST(struct kd_board_file, sections, KD_REQUIRED, KD_BOARD_SECTIONS, file_section_fields, "In order."),
	KD_LIST(struct kd_board_file, cards, KD_REQUIRED, KD_BOARD_CARDS, file_card_fields, "In order within each section."),
	KD_FIELDS_END,
};

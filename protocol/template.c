/* template.c - methods for workshops: what template.list answers. */
#include "protocol/template.h"
#include "protocol/account.h"
#include "protocol/board_fields.h"

static const struct kd_field template_section_fields[] = {
	KD_TEXT(struct kd_template_section, title, KD_REQUIRED, 1, 120, "Title."),
	AT(struct kd_template_section, x, "Left edge on the board."),
	AT(struct kd_template_section, y, "Top edge on the board."),
	SIDE(struct kd_template_section, width, SECTION_LONG, "Width."),
	SIDE(struct kd_template_section, height, SECTION_LONG, "Height."),
	KD_FIELDS_END,
};

static const struct kd_field template_card_fields[] = {
	KD_TEXT(struct kd_template_card, text, KD_REQUIRED, 0, KD_CARD_TEXT_MAX, "Plain text."),
	KD_ENUM(struct kd_template_card, colour, KD_REQUIRED, kd_colour_words, "Colour."),
	AT(struct kd_template_card, x, "Left edge on the board."),
	AT(struct kd_template_card, y, "Top edge on the board."),
	SIDE(struct kd_template_card, width, CARD_WIDTH, "Width."),
	SIDE(struct kd_template_card, height, CARD_HEIGHT, "Height."),
	KD_FIELDS_END,
};

static const struct kd_field template_fields[] = {
	KD_TEXT(struct kd_template, id, KD_REQUIRED, 1, KD_TEMPLATE_ID_MAX, "What board.create takes as `template`."),
	KD_TEXT(struct kd_template, title, KD_REQUIRED, 1, 80, "Name of the method."),
	KD_TEXT(struct kd_template, purpose, KD_REQUIRED, 1, 300, "What it is for, a sentence or two."),
	KD_INT(struct kd_template, minutes, 5, 480, "How long it usually takes."),
	KD_INT(struct kd_template, people_min, 1, 1000, "The fewest it suits."),
	KD_INT(struct kd_template, people_max, 1, 1000, "The most it suits."),
	KD_LIST_TEXT(struct kd_template, steps, KD_REQUIRED, 12, 1, 400, "What is done, in order."),
	KD_LIST(struct kd_template, sections, KD_REQUIRED, KD_TEMPLATE_SECTIONS, template_section_fields, "What the board begins with, in order."),
	KD_LIST(struct kd_template, cards, KD_REQUIRED, KD_TEMPLATE_CARDS, template_card_fields, "The cards that lie on it at first."),
	KD_FIELDS_END,
};

static const struct kd_field template_list_params[] = {
	KD_ENUM(struct kd_template_list, language, KD_OPTIONAL, kd_locale_words, "Language of the words; the caller's when absent."),
	KD_FIELDS_END,
};
static const struct kd_field template_list_result[] = {
	KD_LIST(struct kd_template_list_result, templates, KD_REQUIRED, KD_TEMPLATES, template_fields, "In the order in which they are offered."),
	KD_FIELDS_END,
};
const struct kd_method kd_template_list = {
	.name = "template.list", .summary = "The methods that a board can begin with.",
	.doc = "The same for everybody; they change with the server's version only.",
	.params = template_list_params, .params_size = sizeof(struct kd_template_list),
	.result = template_list_result, .result_size = sizeof(struct kd_template_list_result),
};

const struct kd_method *const kd_template_methods[] = { &kd_template_list, NULL };

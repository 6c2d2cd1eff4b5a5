/* template.h - methods for workshops that a board can begin with, as they travel. The field tables are in template.c. */
#ifndef PROTOCOL_TEMPLATE_H
#define PROTOCOL_TEMPLATE_H
#include "protocol/board.h"

#define KD_TEMPLATES 200
#define KD_TEMPLATE_SECTIONS 40
#define KD_TEMPLATE_CARDS 100

struct kd_template_section {
	const char *title;
	int64_t x, y, width, height;
};
struct kd_template_sections {
	size_t count;
	struct kd_template_section *items;
};

struct kd_template_card {
	const char *text, *colour;
	int64_t x, y, width, height;
};
struct kd_template_cards {
	size_t count;
	struct kd_template_card *items;
};

struct kd_template { /* in one language */
	const char *id, *title, *purpose;
	int64_t minutes, people_min, people_max;
	struct kd_texts steps;
	struct kd_template_sections sections;
	struct kd_template_cards cards;
};
struct kd_templates {
	size_t count;
	struct kd_template *items;
};

struct kd_template_list {
	const char *language;
};
struct kd_template_list_result {
	struct kd_templates templates;
};

extern const struct kd_method kd_template_list;
extern const struct kd_method *const kd_template_methods[];

#endif

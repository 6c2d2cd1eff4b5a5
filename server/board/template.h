/* template.h - the methods that a board can begin with: data in templates/, compiled in, read at first use.
 *
 * A file says everything in both languages: what the method is for, how long it takes, whom it suits, its steps, and the
 * sections and cards that lie on the board at first. A section or card is placed once, for both languages. */
#ifndef BOARD_TEMPLATE_H
#define BOARD_TEMPLATE_H
#include "base/arena.h"
#include "base/err.h"
#include "protocol/template.h"

enum template_language { TEMPLATE_SV, TEMPLATE_EN, TEMPLATE_LANGUAGES };

struct template_words {
	const char *title, *purpose;
	struct kd_texts steps;
};

struct template_section {
	int64_t x, y, width, height;
	const char *sv, *en;
};
struct template_sections {
	size_t count;
	struct template_section *items;
};

struct template_card {
	struct kd_opt_int section; /* by its place among the sections, from 1; not set: loose on the board */
	int64_t x, y, width, height;
	const char *colour, *sv, *en;
};
struct template_cards {
	size_t count;
	struct template_card *items;
};

struct template {
	const char *id;
	int64_t minutes, people_min, people_max;
	struct template_words sv, en;
	struct template_sections sections;
	struct template_cards cards;
};

/* Reads one file's text into `mem`, and holds it against the rules: its id, its bounds, cards within their sections, sections
 * beside each other. False: err says what is wrong with which field. */
bool template_read(struct template *t, const char *id, const char *text, struct arena *mem, struct err *err);

/* Those that are built in, in the order in which they are offered. What is built in fits: a test reads each. */
const struct template *template_all(size_t *ret_count);
const struct template *template_find(const char *id); /* NULL: there is none of that id */

enum template_language template_language(const char *locale); /* "sv"; anything else is English */
/* In one language, as it travels; lists and texts are borrowed or in `mem`. */
void template_say(const struct template *t, enum template_language language, struct arena *mem, struct kd_template *ret);

/* The files as they are compiled in; ended by id == NULL. Made by templates_embed.awk. */
struct template_text {
	const char *id, *text;
};
extern const struct template_text template_texts[];
#endif

/* template.c - templates read from their JSON, and said in one language. */
#include "board/template.h"
#include "protocol/board_fields.h"
#include <assert.h>
#include <stdio.h>
#include <string.h>

#define MEMORY_MAX (4u << 20) /* bytes, of all templates together */

/* --- a file's form ------------------------------------------------------------------------------------------ */

static const struct kd_field words_fields[] = {
	KD_TEXT(struct template_words, title, KD_REQUIRED, 1, 80, "Name of the method."),
	KD_TEXT(struct template_words, purpose, KD_REQUIRED, 1, 300, "What it is for."),
	KD_LIST_TEXT(struct template_words, steps, KD_REQUIRED, 12, 1, 400, "What is done, in order."),
	KD_FIELDS_END,
};

static const struct kd_field section_fields[] = {
	AT(struct template_section, x, "Left edge on the board."),
	AT(struct template_section, y, "Top edge on the board."),
	SIDE(struct template_section, width, SECTION_LONG, "Width."),
	SIDE(struct template_section, height, SECTION_LONG, "Height."),
	KD_TEXT(struct template_section, sv, KD_REQUIRED, 1, 120, "Title in Swedish."),
	KD_TEXT(struct template_section, en, KD_REQUIRED, 1, 120, "Title in English."),
	KD_FIELDS_END,
};

static const struct kd_field card_fields[] = {
	KD_OPT_INT(struct template_card, section, 1, KD_TEMPLATE_SECTIONS, "Section it lies in, from 1."),
	AT(struct template_card, x, "Left edge on the board."),
	AT(struct template_card, y, "Top edge on the board."),
	SIDE(struct template_card, width, CARD_WIDTH, "Width."),
	SIDE(struct template_card, height, CARD_HEIGHT, "Height."),
	KD_ENUM(struct template_card, colour, KD_REQUIRED, kd_colour_words, "Colour."),
	KD_TEXT(struct template_card, sv, KD_REQUIRED, 0, KD_CARD_TEXT_MAX, "Text in Swedish."),
	KD_TEXT(struct template_card, en, KD_REQUIRED, 0, KD_CARD_TEXT_MAX, "Text in English."),
	KD_FIELDS_END,
};

static const struct kd_field template_fields[] = {
	KD_TEXT(struct template, id, KD_REQUIRED, 1, KD_TEMPLATE_ID_MAX, "As the file is named."),
	KD_INT(struct template, minutes, 5, 480, "How long it usually takes."),
	KD_INT(struct template, people_min, 1, 1000, "The fewest it suits."),
	KD_INT(struct template, people_max, 1, 1000, "The most it suits."),
	KD_OBJECT(struct template, sv, words_fields, "In Swedish."),
	KD_OBJECT(struct template, en, words_fields, "In English."),
	KD_LIST(struct template, sections, KD_REQUIRED, KD_TEMPLATE_SECTIONS, section_fields, "In order."),
	KD_LIST(struct template, cards, KD_REQUIRED, KD_TEMPLATE_CARDS, card_fields, "In order."),
	KD_FIELDS_END,
};

/* --- its rules ------------------------------------------------------------------------------------------------ */

static bool wrong(struct err *err, const char *id, const char *field, const char *why)
{
	return err_set(err, KD_E_INVALID, "template %s%s: %s", id, field, why);
}

static bool sections_fit(const struct template *t, struct err *err)
{
	char field[32];

	for (size_t i = 0; i < t->sections.count; i++)
		for (size_t j = 0; j < i; j++) {
			const struct template_section *a = &t->sections.items[i], *b = &t->sections.items[j];

			if (a->x < b->x + b->width && b->x < a->x + a->width && a->y < b->y + b->height && b->y < a->y + a->height) {
				snprintf(field, sizeof(field), "/sections/%zu", i);
				return wrong(err, t->id, field, "lies over another section");
			}
		}
	return true;
}

static bool is_within(const struct template_card *c, const struct template_section *s)
{
	return c->x >= s->x && c->y >= s->y && c->x + c->width <= s->x + s->width && c->y + c->height <= s->y + s->height;
}

static bool cards_fit(const struct template *t, struct err *err)
{
	char field[32];

	for (size_t i = 0; i < t->cards.count; i++) {
		const struct template_card *c = &t->cards.items[i];

		snprintf(field, sizeof(field), "/cards/%zu", i);
		if (c->section.is_set && (size_t)c->section.value > t->sections.count)
			return wrong(err, t->id, field, "names a section that there is not");
		if (c->section.is_set && !is_within(c, &t->sections.items[c->section.value - 1]))
			return wrong(err, t->id, field, "does not lie within its section");
	}
	return true;
}

bool template_read(struct template *t, const char *id, const char *text, struct arena *mem, struct err *err)
{
	struct kd_fault fault = { .code = KD_OK };
	json_t *json = kd_parse(text, strlen(text), &kd_scan_limits_default, &fault);
	bool fits = json && kd_decode(template_fields, json, arena_mem(mem), t, sizeof(*t), &fault);

	json_decref(json);
	if (!fits)
		return wrong(err, id, fault.field, fault.reason);
	if (strcmp(t->id, id) != 0)
		return wrong(err, id, "/id", "is not what the file is called");
	if (t->people_min > t->people_max)
		return wrong(err, id, "/people_max", "is less than the fewest");
	if (t->sv.steps.count == 0 || t->sv.steps.count != t->en.steps.count)
		return wrong(err, id, "/en/steps", "must be as many as in Swedish, and one at least");
	return sections_fit(t, err) && cards_fit(t, err);
}

/* --- those that are built in ------------------------------------------------------------------------------------ */

const struct template *template_all(size_t *ret_count)
{
	static struct arena *mem; /* for as long as the process lives */
	static struct template *all;
	static size_t count;
	struct err err;

	if (!all) {
		mem = arena_create(0, MEMORY_MAX);
		for (count = 0; template_texts[count].id; count++)
			;
		assert(mem && count <= KD_TEMPLATES);
		all = arena_new_n(mem, struct template, count);
		for (size_t i = 0; i < count; i++)
			if (!template_read(&all[i], template_texts[i].id, template_texts[i].text, mem, &err))
				assert(!"what is built in fits");
	}
	*ret_count = count;
	return all;
}

const struct template *template_find(const char *id)
{
	size_t count;
	const struct template *all = template_all(&count);

	for (size_t i = 0; i < count; i++)
		if (strcmp(all[i].id, id) == 0)
			return &all[i];
	return NULL;
}

/* --- in one language ---------------------------------------------------------------------------------------------- */

enum template_language template_language(const char *locale)
{
	return strcmp(locale, "sv") == 0 ? TEMPLATE_SV : TEMPLATE_EN;
}

void template_say(const struct template *t, enum template_language language, struct arena *mem, struct kd_template *ret)
{
	bool is_sv = language == TEMPLATE_SV;
	const struct template_words *w = is_sv ? &t->sv : &t->en;

	*ret = (struct kd_template){ .id = t->id, .title = w->title, .purpose = w->purpose, .minutes = t->minutes,
		.people_min = t->people_min, .people_max = t->people_max, .steps = w->steps };
	ret->sections.items = arena_new_n(mem, struct kd_template_section, t->sections.count);
	ret->cards.items = arena_new_n(mem, struct kd_template_card, t->cards.count);
	for (size_t i = 0; i < t->sections.count; i++) {
		const struct template_section *s = &t->sections.items[i];

		ret->sections.items[ret->sections.count++] = (struct kd_template_section){ is_sv ? s->sv : s->en, s->x, s->y, s->width, s->height };
	}
	for (size_t i = 0; i < t->cards.count; i++) {
		const struct template_card *c = &t->cards.items[i];

		ret->cards.items[ret->cards.count++] =
			(struct kd_template_card){ is_sv ? c->sv : c->en, c->colour, c->x, c->y, c->width, c->height };
	}
}

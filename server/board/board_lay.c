/* board_lay.c - a new board's first sections and cards. */
#include "board/board_lay.h"
#include "board/board_store.h"
#include "board_sql.h"
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

#define CARDS_AT_ONCE 250 /* some milliseconds of the loop; between them others have their turn */

/* --- from a template ------------------------------------------------------------------------------------------ */

/* The keys of what is made in order; each in the call's memory. */
static const char *order_next(struct call *c, const char *before)
{
	char key[ORDER_SIZE];

	if (!order_between(before, NULL, key))
		assert(!"after a key that was made so there is always another");
	return arena_strdup(c->mem, key);
}

static void sections_of(struct call *c, const struct template *t, bool is_sv, struct kd_sections *ret)
{
	const char *order = NULL;

	ret->items = arena_new_n(c->mem, struct kd_section, t->sections.count);
	for (size_t i = 0; i < t->sections.count; i++) {
		const struct template_section *s = &t->sections.items[i];

		order = order_next(c, order);
		ret->items[ret->count++] = (struct kd_section){ .id = call_id(c), .title = is_sv ? s->sv : s->en, .x = s->x, .y = s->y,
			.width = s->width, .height = s->height, .order = order };
	}
}

/* One run of keys for all cards is in order within each section too. */
static void cards_of(struct call *c, const struct template *t, bool is_sv, const struct kd_sections *sections, struct kd_cards *ret)
{
	const char *order = NULL;

	ret->items = arena_new_n(c->mem, struct kd_card, t->cards.count);
	for (size_t i = 0; i < t->cards.count; i++) {
		const struct template_card *card = &t->cards.items[i];

		order = order_next(c, order);
		ret->items[ret->count++] = (struct kd_card){ .id = call_id(c),
			.section = card->section.is_set ? sections->items[card->section.value - 1].id : NULL, .text = is_sv ? card->sv : card->en,
			.revision = 1, .colour = card->colour, .x = card->x, .y = card->y, .width = card->width, .height = card->height,
			.order = order, .author = board_person_of(c), .created_at = c->now_ms };
	}
}

void board_content_of(struct call *c, const struct template *t, enum template_language language, struct board_content *ret)
{
	*ret = (struct board_content){ 0 };
	sections_of(c, t, language == TEMPLATE_SV, &ret->sections);
	cards_of(c, t, language == TEMPLATE_SV, &ret->sections, &ret->cards);
}

/* --- onto the board ---------------------------------------------------------------------------------------------- */

static call_step lay_cards;

/* As text, in the call's memory. NULL: no memory. */
static const char *array_of(struct call *c, const json_t *array)
{
	char *text = json_dumps(array, JSON_COMPACT);
	const char *kept = arena_strdup(c->mem, text);

	free(text);
	return kept;
}

enum call_next board_lay(struct call *c, const char *board, const struct board_content *content, call_step *done)
{
	struct board_lay *l = c->frame;
	json_auto_t *array = json_array();
	const char *text;

	*l = (struct board_lay){ .board = board, .content = *content, .done = done };
	for (size_t i = 0; i < content->sections.count; i++) {
		struct kd_section_created ev = { content->sections.items[i] };
		json_t *body = kd_encode(kd_section_created.fields, &ev);

		json_array_append(array, json_object_get(body, "section"));
		call_emit_json(c, &kd_section_created, body);
	}
	text = array_of(c, array);
	if (!text || json_array_size(array) != content->sections.count)
		return call_fail(c, KD_E_BUSY, "the server is short of memory");
	return call_query(c, lay_cards, &Q_BOARD_LAY_SECTIONS, board, text, c->caller->member);
}

static enum call_next lay_cards(struct call *c)
{
	struct board_lay *l = c->frame;
	const struct kd_cards *cards = &l->content.cards;
	json_auto_t *array = json_array();
	const char *text;
	size_t end = l->laid + CARDS_AT_ONCE < cards->count ? l->laid + CARDS_AT_ONCE : cards->count, count = end - l->laid;

	if (count == 0)
		return l->done(c);
	for (; l->laid < end; l->laid++) {
		struct kd_card_created ev = { cards->items[l->laid] };
		json_t *body = kd_encode(kd_card_created.fields, &ev);

		json_array_append(array, json_object_get(body, "card"));
		call_emit_json(c, &kd_card_created, body);
	}
	text = array_of(c, array);
	if (!text || json_array_size(array) != count)
		return call_fail(c, KD_E_BUSY, "the server is short of memory");
	return call_query(c, lay_cards, &Q_BOARD_LAY_CARDS, l->board, text, c->caller->member);
}

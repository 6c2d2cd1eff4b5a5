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

/* --- from a file --------------------------------------------------------------------------------------------------- */

void board_content_read(struct call *c, const struct kd_board_file *file, struct board_content *ret)
{
	const char *order = NULL;

	*ret = (struct board_content){ 0 };
	ret->sections.items = arena_new_n(c->mem, struct kd_section, file->sections.count);
	ret->cards.items = arena_new_n(c->mem, struct kd_card, file->cards.count);
	for (size_t i = 0; i < file->sections.count; i++) {
		const struct kd_file_section *s = &file->sections.items[i];

		order = order_next(c, order);
		ret->sections.items[ret->sections.count++] = (struct kd_section){ .id = call_id(c), .title = s->title, .x = s->x, .y = s->y,
			.width = s->width, .height = s->height, .order = order };
	}
	order = NULL;
	for (size_t i = 0; i < file->cards.count; i++) {
		const struct kd_file_card *card = &file->cards.items[i];

		order = order_next(c, order);
		ret->cards.items[ret->cards.count++] = (struct kd_card){ .id = call_id(c),
			.section = card->section.is_set ? ret->sections.items[card->section.value - 1].id : NULL, .text = card->text, .revision = 1,
			.colour = card->colour, .x = card->x, .y = card->y, .width = card->width, .height = card->height, .order = order,
			.author = board_person_of(c), .created_at = c->now_ms };
	}
}

/* --- onto the board ---------------------------------------------------------------------------------------------- */

static call_step lay_cards;

/* Lets the statement have the array as text, and goes on with the cards. `count` of them were to be in it. */
static enum call_next lay(struct call *c, const struct db_stmt *stmt, const json_t *array, size_t count)
{
	const struct board_lay *l = c->frame;
	char *text = json_array_size(array) == count ? json_dumps(array, JSON_COMPACT) : NULL;
	enum call_next next = text ? call_query(c, lay_cards, stmt, l->board, text, c->caller->member)
				   : call_fail(c, KD_E_BUSY, "the server is short of memory");

	free(text); /* the statement has been sent */
	return next;
}

enum call_next board_lay(struct call *c, const char *board, const struct board_content *content, call_step *done)
{
	struct board_lay *l = c->frame;
	json_auto_t *array = json_array();

	*l = (struct board_lay){ .board = board, .content = *content, .done = done };
	for (size_t i = 0; i < content->sections.count; i++) {
		struct kd_section_created ev = { content->sections.items[i] };
		json_t *body = kd_encode(kd_section_created.fields, &ev);

		json_array_append(array, json_object_get(body, "section"));
		call_emit_json(c, &kd_section_created, body);
	}
	return lay(c, &Q_BOARD_LAY_SECTIONS, array, content->sections.count);
}

static enum call_next lay_cards(struct call *c)
{
	struct board_lay *l = c->frame;
	const struct kd_cards *cards = &l->content.cards;
	json_auto_t *array = json_array();
	size_t end = l->laid + CARDS_AT_ONCE < cards->count ? l->laid + CARDS_AT_ONCE : cards->count, count = end - l->laid;

	if (count == 0)
		return l->done(c);
	for (; l->laid < end; l->laid++) {
		struct kd_card_created ev = { cards->items[l->laid] };
		json_t *body = kd_encode(kd_card_created.fields, &ev);

		json_array_append(array, json_object_get(body, "card"));
		call_emit_json(c, &kd_card_created, body);
	}
	return lay(c, &Q_BOARD_LAY_CARDS, array, count);
}

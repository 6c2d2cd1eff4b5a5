/* board_model.c - a board in memory: cards in a table with two indexes, by id and by place. */
#include "board/board_model.h"
#include "board/card_table.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct model_section {
	unsigned char id[16]; /* zeros: there is none any more */
	bool is_locked;
};

struct stream_model {
	struct card_table cards;
	struct model_section *sections; /* by number, from 1: [n - 1] */
	uint16_t section_count, section_cap;
	struct card_row *rows;
	size_t row_count, row_cap;
	char maker[ID_SIZE]; /* of the board; "": has left */
	bool is_look;
	bool has_locks;      /* something is locked, or was */
};

static bool no_memory(struct err *err)
{
	return err_set(err, KD_E_BUSY, "the server is short of memory");
}

/* --- life --------------------------------------------------------------------------------------- */

struct stream_model *board_model_create(void)
{
	return calloc(1, sizeof(struct stream_model));
}

void board_model_destroy(struct stream_model *m)
{
	if (!m)
		return;
	card_table_finish(&m->cards);
	free(m->sections);
	free(m->rows);
	free(m);
}

size_t board_model_bytes(const struct stream_model *m)
{
	return sizeof(*m) + card_table_bytes(&m->cards) + m->section_cap * sizeof(*m->sections) + m->row_cap * sizeof(*m->rows);
}

int64_t board_model_cards(const struct stream_model *m)
{
	return m->cards.live;
}

/* --- sections ------------------------------------------------------------------------------------- */

/* 0: there is no such section. */
static uint16_t section_find(const struct stream_model *m, const char *id)
{
	unsigned char raw[16];

	card_id_read(raw, id);
	for (uint16_t n = 0; n < m->section_count; n++)
		if (memcmp(m->sections[n].id, raw, sizeof(raw)) == 0)
			return (uint16_t)(n + 1);
	return 0;
}

bool board_model_add_section(struct stream_model *m, const char *id, bool is_locked)
{
	static const unsigned char none[16];
	uint16_t n = 0;

	if (section_find(m, id))
		return false;
	while (n < m->section_count && memcmp(m->sections[n].id, none, sizeof(none)) != 0)
		n++;
	if (n == m->section_cap) {
		uint16_t cap = (uint16_t)(m->section_cap ? m->section_cap * 2 : 4);
		struct model_section *grown = cap > m->section_cap ? realloc(m->sections, cap * sizeof(*grown)) : NULL;

		if (!grown)
			return false;
		m->sections = grown;
		m->section_cap = cap;
	}
	card_id_read(m->sections[n].id, id);
	m->sections[n].is_locked = is_locked;
	m->has_locks |= is_locked;
	if (n == m->section_count)
		m->section_count++;
	return true;
}

static bool section_remove(struct stream_model *m, const char *id)
{
	uint16_t section = section_find(m, id);

	if (!section)
		return false;
	m->sections[section - 1] = (struct model_section){ .is_locked = false };
	card_table_loosen(&m->cards, section);
	return true;
}

/* Where cards of that section are: CARD_LOOSE for NULL. False: there is no such section. */
static bool section_number(const struct stream_model *m, const char *id, uint16_t *ret_number)
{
	*ret_number = id ? section_find(m, id) : CARD_LOOSE;
	return !id || *ret_number != 0;
}

/* --- what is locked -------------------------------------------------------------------------------- */

void board_model_set(struct stream_model *m, const char *created_by, bool is_look)
{
	snprintf(m->maker, sizeof(m->maker), "%s", created_by ? created_by : "");
	m->is_look = is_look;
}

const char *board_model_maker(const struct stream_model *m)
{
	return m->maker;
}

static bool is_section_locked(const struct stream_model *m, uint16_t number)
{
	return number != 0 && number != CARD_LOOSE && m->sections[number - 1].is_locked;
}

enum board_bar board_model_bar(const struct stream_model *m, const char *card, const char *section)
{
	const struct model_card *c;
	int n;

	if (m->is_look)
		return BAR_LOOK;
	if (!m->has_locks)
		return BAR_NONE;
	if (section && is_section_locked(m, section_find(m, section)))
		return BAR_SECTION;
	n = card ? board_model_card(m, card) : CARD_NONE;
	c = n != CARD_NONE ? &m->cards.cards[n] : NULL;
	return !c ? BAR_NONE : is_section_locked(m, c->section) ? BAR_SECTION : c->is_locked ? BAR_CARD : BAR_NONE;
}

static bool section_lock(struct stream_model *m, const char *id, bool is_locked)
{
	uint16_t number = id ? section_find(m, id) : 0;

	if (!number)
		return false;
	m->sections[number - 1].is_locked = is_locked;
	m->has_locks |= is_locked;
	return true;
}

static void card_lock(struct stream_model *m, int card, bool is_locked)
{
	m->cards.cards[card].is_locked = is_locked;
	m->has_locks |= is_locked;
}

/* --- cards as they are ------------------------------------------------------------------------------ */

int board_model_card(const struct stream_model *m, const char *id)
{
	return card_table_find(&m->cards, id);
}

int64_t board_model_revision(const struct stream_model *m, int card)
{
	return m->cards.cards[card].revision;
}

bool board_model_add_card(struct stream_model *m, const char *id, const char *section, const char *order, int64_t revision, bool is_locked)
{
	uint16_t number;
	int card;

	if (!section_number(m, section, &number) || board_model_card(m, id) != CARD_NONE)
		return false;
	card = card_table_add(&m->cards, id, number, order, revision);
	if (card == CARD_NONE)
		return false;
	card_lock(m, card, is_locked);
	return true;
}

struct place board_model_place(const struct stream_model *m, const char *section, const char *order, int card)
{
	struct place p = { .live = m->cards.live };
	uint16_t number;

	p.has_place = section_number(m, section, &number);
	if (!p.has_place)
		return p;
	p.is_taken = card_table_is_taken(&m->cards, number, order, card);
	if (p.is_taken)
		card_table_next_order(&m->cards, number, order, card, p.next);
	return p;
}

/* --- others' events ------------------------------------------------------------------------------------ */

static const char *text_of(const json_t *body, const char *key)
{
	return json_string_value(json_object_get(body, key));
}

static bool apply_card(struct stream_model *m, const json_t *card)
{
	const char *id = text_of(card, "id"), *order = text_of(card, "order");

	return id && order &&
		board_model_add_card(m, id, text_of(card, "section"), order, json_integer_value(json_object_get(card, "revision")),
			json_is_true(json_object_get(card, "locked")));
}

static bool apply_move(struct stream_model *m, int card, const json_t *body)
{
	const char *order = text_of(body, "order");
	uint16_t number;

	return order && section_number(m, text_of(body, "section"), &number) && card_table_place(&m->cards, card, number, order);
}

static bool mode_set(struct stream_model *m, const char *mode)
{
	m->is_look = mode && strcmp(mode, "look") == 0;
	return mode != NULL;
}

bool board_model_apply(struct stream_model *m, const char *type, const json_t *body)
{
	const char *section = text_of(body, "section"), *id = text_of(body, "card");
	int card = id ? board_model_card(m, id) : CARD_NONE;

	if (strcmp(type, "card.created") == 0 || strcmp(type, "card.restored") == 0)
		return apply_card(m, json_object_get(body, "card"));
	if (strcmp(type, "section.created") == 0)
		return board_model_add_section(m, text_of(json_object_get(body, "section"), "id"), false);
	if (strcmp(type, "section.locked") == 0 || strcmp(type, "section.unlocked") == 0)
		return section_lock(m, section, strcmp(type, "section.locked") == 0);
	if (strcmp(type, "section.deleted") == 0)
		return section && section_remove(m, section);
	if (strcmp(type, "board.mode_set") == 0)
		return mode_set(m, text_of(body, "mode"));
	if (strncmp(type, "card.", 5) != 0)
		return true; /* the board's title and timer, a section's looks: no rule asks for them */
	if (card == CARD_NONE)
		return false;
	if (strcmp(type, "card.moved") == 0)
		return apply_move(m, card, body);
	if (strcmp(type, "card.edited") == 0)
		m->cards.cards[card].revision = (uint32_t)json_integer_value(json_object_get(body, "revision")) & INT32_MAX;
	else if (strcmp(type, "card.locked") == 0 || strcmp(type, "card.unlocked") == 0)
		card_lock(m, card, strcmp(type, "card.locked") == 0);
	else if (strcmp(type, "card.deleted") == 0)
		card_table_remove(&m->cards, card);
	return true;
}

/* --- rows ------------------------------------------------------------------------------------------------ */

const struct card_row *board_model_rows(const struct stream_model *m, size_t *ret_count)
{
	*ret_count = m->row_count;
	return m->rows;
}

void board_model_written(struct stream_model *m)
{
	for (size_t i = 0; i < m->row_count; i++)
		if (m->rows[i].card != CARD_NONE)
			m->cards.cards[m->rows[i].card].row = 0;
	free(m->rows);
	m->rows = NULL;
	m->row_count = m->row_cap = 0;
}

static struct card_row *row_new(struct stream_model *m, const char *id)
{
	if (m->row_count == UINT16_MAX)
		return NULL;
	if (m->row_count == m->row_cap) {
		size_t cap = m->row_cap ? m->row_cap * 2 : 8;
		struct card_row *grown = realloc(m->rows, cap * sizeof(*grown));

		if (!grown)
			return NULL;
		m->rows = grown;
		m->row_cap = cap;
	}
	m->rows[m->row_count] = (struct card_row){ .card = CARD_NONE };
	memcpy(m->rows[m->row_count].id, id, ID_SIZE);
	return &m->rows[m->row_count++];
}

/* The row of a live card, one for all that a batch does to it. */
static struct card_row *row_of(struct stream_model *m, int card, const char *id)
{
	struct model_card *c = &m->cards.cards[card];
	struct card_row *row = c->row ? &m->rows[c->row - 1] : row_new(m, id);

	if (!row)
		return NULL;
	row->card = card;
	c->row = (uint16_t)(row - m->rows + 1);
	return row;
}

/* A card that this very batch has deleted keeps its id. */
static bool was_deleted_now(const struct stream_model *m, const char *id)
{
	for (size_t i = 0; i < m->row_count; i++)
		if (m->rows[i].is_deleted && memcmp(m->rows[i].id, id, ID_SIZE) == 0)
			return true;
	return false;
}

/* --- what is done ------------------------------------------------------------------------------------------ */

/* Its row, or NULL and why there is none. */
static struct card_row *card_get(struct stream_model *m, const char *id, int *ret_card, struct err *err)
{
	struct card_row *row = NULL;
	int card = board_model_card(m, id);

	*ret_card = card;
	if (card == CARD_NONE) {
		err_set(err, KD_E_NOT_FOUND, "no such card on this board");
		return NULL;
	}
	row = row_of(m, card, id);
	if (!row)
		no_memory(err);
	return row;
}

/* The wanted key, or the next free one after it. */
static bool order_settle(const struct stream_model *m, const char *section, const char *order, int card, struct order_try *t,
	struct err *err)
{
	struct place p = board_model_place(m, section, order, card);

	if (!order_wish(t, order, err) || !place_has_section(&p, err))
		return false;
	return !p.is_taken || order_repair(t, &p, err);
}

static void row_place(struct card_row *row, const char *section, int64_t x, int64_t y, const char *order)
{
	row->is_placed = true;
	memset(row->section, 0, sizeof(row->section));
	if (section)
		memcpy(row->section, section, ID_SIZE);
	row->x = x;
	row->y = y;
	strcpy(row->order, order);
}

bool board_card_create(struct stream_model *m, const struct kd_card *card, bool is_taken, char ret_order[ORDER_SIZE], struct err *err)
{
	struct place p = board_model_place(m, card->section, card->order, CARD_NONE);
	struct order_try t;
	struct card_row *row;
	uint16_t number;
	int made;

	if (!place_has_section(&p, err) || !place_has_room(&p, KD_BOARD_CARDS, "cards", err))
		return false;
	if (is_taken || board_model_card(m, card->id) != CARD_NONE || was_deleted_now(m, card->id))
		return err_set(err, KD_E_CONFLICT, "the id is taken");
	if (!order_settle(m, card->section, card->order, CARD_NONE, &t, err))
		return false;
	section_number(m, card->section, &number);
	made = card_table_add(&m->cards, card->id, number, t.order, card->revision);
	row = made != CARD_NONE ? row_of(m, made, card->id) : NULL;
	if (!row) {
		if (made != CARD_NONE)
			card_table_remove(&m->cards, made);
		return no_memory(err);
	}
	row_place(row, card->section, card->x, card->y, t.order);
	row->is_new = row->is_sized = row->is_edited = row->is_coloured = true;
	row->width = card->width;
	row->height = card->height;
	row->text = card->text;
	row->revision = card->revision;
	row->colour = card->colour;
	row->created_by = card->author.id;
	row->created_at = card->created_at;
	strcpy(ret_order, t.order);
	return true;
}

bool board_card_move(struct stream_model *m, const struct kd_card_move *p, char ret_order[ORDER_SIZE], struct err *err)
{
	struct order_try t;
	uint16_t number;
	int card;
	struct card_row *row = card_get(m, p->card, &card, err);

	if (!row || !order_settle(m, p->section, p->order, card, &t, err))
		return false;
	section_number(m, p->section, &number);
	if (!card_table_place(&m->cards, card, number, t.order))
		return no_memory(err);
	row_place(row, p->section, p->x, p->y, t.order);
	strcpy(ret_order, t.order);
	return true;
}

bool board_card_resize(struct stream_model *m, const struct kd_card_resize *p, struct err *err)
{
	int card;
	struct card_row *row = card_get(m, p->card, &card, err);

	if (!row)
		return false;
	row->is_sized = true;
	row->width = p->width;
	row->height = p->height;
	return true;
}

bool board_card_edit(struct stream_model *m, const struct kd_card_edit *p, struct err *err)
{
	int card;
	struct card_row *row = card_get(m, p->card, &card, err);

	if (!row || !card_may_edit(m->cards.cards[card].revision, p->revision, err))
		return false;
	row->is_edited = true;
	row->text = p->text;
	row->revision = ++m->cards.cards[card].revision;
	return true;
}

bool board_card_recolour(struct stream_model *m, const struct kd_card_recolour *p, struct err *err)
{
	int card;
	struct card_row *row = card_get(m, p->card, &card, err);

	if (!row)
		return false;
	row->is_coloured = true;
	row->colour = p->colour;
	return true;
}

bool board_card_delete(struct stream_model *m, const struct kd_card_delete *p, struct err *err)
{
	int card;
	struct card_row *row = card_get(m, p->card, &card, err);

	if (!row)
		return false;
	card_table_remove(&m->cards, card);
	row->is_deleted = true;
	row->card = CARD_NONE;
	return true;
}

/* writing_rpc.c - private writing: begin, reveal.
 *
 * Both are alone on the board's stream. What was written is read only after the round has ended in the same transaction: from
 * then on nobody adds to it, and everybody who was told that a draft is kept has it among those that are revealed. */
#include "board/board.h"
#include "board/board_store.h"
#include "board/ground.h"
#include "board/writing_rules.h"
#include "base/arena.h"
#include "db/array.h"
#include "protocol/board.h"
#include "protocol/writing.h"

/* --- writing.begin ------------------------------------------------------------------------------ */

static call_step writing_begin_load, writing_begin_decide, writing_begin_stored;

static enum call_next writing_begin(struct call *c)
{
	const struct kd_writing_begin *p = c->params;

	if (p->title && !board_title_fits(p->title, &c->err))
		return call_refuse(c);
	return call_change(c, "board", p->board, writing_begin_load);
}

static enum call_next writing_begin_load(struct call *c)
{
	const struct kd_writing_begin *p = c->params;

	return call_query(c, writing_begin_decide, &Q_WRITING_BOARD, p->board);
}

static enum call_next writing_begin_decide(struct call *c)
{
	const struct kd_writing_begin *p = c->params;

	if (!board_leader_asks(c) || !writing_may_begin(db_bool(c->rows, 0, "is_open"), &c->err))
		return call_refuse(c);
	return call_query(c, writing_begin_stored, &Q_WRITING_ROUND_INSERT, p->board, p->round, p->title, c->caller->member);
}

static enum call_next writing_begin_stored(struct call *c)
{
	json_t *round = db_json(c->rows, 0, "round");
	struct kd_seq answer;

	if (!round)
		return call_fail(c, KD_E_CONFLICT, "the id is taken");
	answer.seq = call_emit_json(c, &kd_writing_begun, json_pack("{so}", "round", round));
	return call_reply(c, &answer);
}

/* --- writing.reveal ----------------------------------------------------------------------------- */

#define COLUMN_MAX (1u << 20) /* bytes; KD_BOARD_CARDS of each fit */

struct revealing {
	struct ground ground;
	size_t room;   /* cards that the board takes */
	int64_t left;  /* drafts that it does not */
};

static call_step writing_reveal_load, writing_reveal_decide, writing_reveal_ended, writing_reveal_lies, writing_reveal_place,
	writing_reveal_stored;

static enum call_next writing_reveal(struct call *c)
{
	const struct kd_writing_reveal *p = c->params;

	return call_change(c, "board", p->board, writing_reveal_load);
}

static enum call_next writing_reveal_load(struct call *c)
{
	const struct kd_writing_reveal *p = c->params;

	return call_query(c, writing_reveal_decide, &Q_WRITING_FOR_LEAD, p->board, p->round);
}

static enum call_next writing_reveal_decide(struct call *c)
{
	const struct kd_writing_reveal *p = c->params;
	struct writing_facts facts = writing_facts_from_row(c->rows);

	if (!board_leader_asks(c) || !writing_may_reveal(&facts, &c->err))
		return call_refuse(c);
	return call_query(c, writing_reveal_ended, &Q_WRITING_END, p->round);
}

static enum call_next writing_reveal_ended(struct call *c)
{
	const struct kd_writing_reveal *p = c->params;

	return call_query(c, writing_reveal_lies, &Q_WRITING_GROUND, p->board);
}

static void add_row(struct call *c, struct ground *g, int row)
{
	struct rect rect = { db_int(c->rows, row, "x"), db_int(c->rows, row, "y"), db_int(c->rows, row, "width"),
		db_int(c->rows, row, "height") };

	if (db_bool(c->rows, row, "is_section"))
		ground_add_section(g, arena_strdup(c->mem, db_text(c->rows, row, "id")), &rect);
	else
		ground_add_card(g, db_text(c->rows, row, "section_id"), &rect, db_text(c->rows, row, "order"));
}

static enum call_next writing_reveal_lies(struct call *c)
{
	const struct kd_writing_reveal *p = c->params;
	struct revealing *f = c->frame;
	size_t rows = (size_t)db_count(c->rows);

	ground_init(&f->ground, c->mem, rows, rows, 0);
	for (int i = 0; i < db_count(c->rows); i++)
		add_row(c, &f->ground, i);
	f->room = f->ground.card_count < KD_BOARD_CARDS ? KD_BOARD_CARDS - f->ground.card_count : 0;
	return call_query(c, writing_reveal_place, &Q_WRITING_DRAFTS, p->board, p->round);
}

/* In the order in which the statement takes them. */
enum { COL_ID, COL_SECTION, COL_ORDER, COL_X, COL_Y, COLUMNS };

/* Places as many as there is room for: how many. */
static size_t fill(struct call *c, struct ground *g, size_t room, struct buf *columns)
{
	size_t placed = 0;
	struct ground_place at;

	for (int i = 0; i < db_count(c->rows) && placed < room; i++) {
		const char *section = db_text(c->rows, i, "section_id");

		if (!ground_place(g, section, &at))
			continue;
		array_word(&columns[COL_ID], db_text(c->rows, i, "id"));
		array_word(&columns[COL_SECTION], section);
		array_word(&columns[COL_ORDER], at.order);
		array_int(&columns[COL_X], at.x);
		array_int(&columns[COL_Y], at.y);
		placed++;
	}
	return placed;
}

static size_t count_loose(const struct db_rows *rows)
{
	size_t loose = 0;

	for (int i = 0; i < db_count(rows); i++)
		loose += db_text(rows, i, "section_id") == NULL;
	return loose;
}

static enum call_next writing_reveal_place(struct call *c)
{
	const struct kd_writing_reveal *p = c->params;
	struct revealing *f = c->frame;
	struct buf columns[COLUMNS];
	const char *arrays[COLUMNS];
	bool is_whole = true;

	for (int i = 0; i < COLUMNS; i++) {
		buf_init(&columns[i], COLUMN_MAX);
		array_begin(&columns[i]);
	}
	f->ground.new_cards = count_loose(c->rows);
	f->left = db_count(c->rows) - (int64_t)fill(c, &f->ground, f->room, columns);
	for (int i = 0; i < COLUMNS; i++) {
		array_end(&columns[i]);
		is_whole = is_whole && !columns[i].failed;
		arrays[i] = is_whole ? arena_strdup(c->mem, columns[i].data) : NULL;
		buf_finish(&columns[i]);
	}
	if (!is_whole)
		return call_fail(c, KD_E_BUSY, "the server is short of memory");
	return call_query(c, writing_reveal_stored, &Q_WRITING_REVEAL, p->board, arrays[COL_ID], arrays[COL_SECTION], arrays[COL_ORDER],
		arrays[COL_X], arrays[COL_Y], call_int(c, LAYOUT_CARD_WIDTH), call_int(c, LAYOUT_CARD_HEIGHT), call_int(c, c->now_ms));
}

static enum call_next writing_reveal_stored(struct call *c)
{
	const struct kd_writing_reveal *p = c->params;
	const struct revealing *f = c->frame;
	struct kd_writing_revealed ev = { p->round, db_count(c->rows) };
	struct kd_writing_reveal_result answer = { .cards = ev.cards, .left = f->left };

	for (int i = 0; i < db_count(c->rows); i++)
		call_emit_json(c, &kd_card_created, json_pack("{s:o}", "card", db_json(c->rows, i, "card")));
	answer.seq = call_emit(c, &kd_writing_revealed, &ev);
	return call_reply(c, &answer);
}

const struct rpc_binding writing_rpc[] = {
	{ &kd_writing_begin, writing_begin, ACCESS_MEMBER, RATE_WRITE, 0 },
	{ &kd_writing_reveal, writing_reveal, ACCESS_MEMBER, RATE_WRITE, sizeof(struct revealing) },
	{ .method = NULL },
};

/* card_rpc.c - cards: create, move, resize, edit, recolour, delete, restore.
 *
 * Everybody who may write in the space may do these to any card, unless the board is for looking or it lies behind a lock:
 * the board's access facts and its model are all the permission there is. They come by the thousand, so they are decided in memory (board_model.h); only a card that comes back, which no
 * model knows, is a statement. */
#include "board/board.h"
#include "board/board_model.h"
#include "board/board_store.h"
#include "protocol/board.h"

#define CARD_WIDTH 160
#define CARD_HEIGHT 128

/* The end of what answers its event's number. */
static bool done(struct call *c, const struct kd_event *event, const void *body)
{
	struct kd_seq answer = { call_seq(c) };

	return call_done(c, event, body, &answer);
}

static bool order_fits(struct call *c, const char *order)
{
	struct order_try t;

	return order_wish(&t, order, &c->err);
}

/* Whether the caller may do something to a card, if it is there, and put it into a section (NULL: none that counts). */
static bool may_change(struct call *c, const struct stream_model *board, const char *card, const char *section)
{
	enum board_bar bar = board_model_bar(board, card, section);
	struct board_role who;

	if (bar == BAR_NONE)
		return true;
	who = board_role_of(c);
	return board_may_pass(&who, board_model_maker(board), bar, &c->err);
}

/* --- card.create -------------------------------------------------------------------------------- */

static call_decide_fn card_create_decide;

static enum call_next card_create(struct call *c)
{
	const struct kd_card_create *p = c->params;

	if (!order_fits(c, p->order))
		return call_refuse(c);
	return call_decide(c, "board", p->board, p->card, card_create_decide);
}

static bool card_create_decide(struct call *c, struct stream_model *board)
{
	const struct kd_card_create *p = c->params;
	struct kd_card_created ev = { .card = { .id = p->card, .section = p->section, .text = p->text, .revision = 1,
		.colour = p->colour, .x = p->x, .y = p->y, .width = p->width.is_set ? p->width.value : CARD_WIDTH,
		.height = p->height.is_set ? p->height.value : CARD_HEIGHT, .order = p->order,
		.author = board_person_of(c), .created_at = c->now_ms } };
	char order[ORDER_SIZE];

	if (!may_change(c, board, p->card, p->section))
		return false;
	if (!board_card_create(board, &ev.card, call_is_taken(c), order, &c->err))
		return false;
	ev.card.order = order;
	return done(c, &kd_card_created, &ev);
}

/* --- card.move ---------------------------------------------------------------------------------- */

static call_decide_fn card_move_decide;

static enum call_next card_move(struct call *c)
{
	const struct kd_card_move *p = c->params;

	if (!order_fits(c, p->order))
		return call_refuse(c);
	return call_decide(c, "board", p->board, NULL, card_move_decide);
}

static bool card_move_decide(struct call *c, struct stream_model *board)
{
	const struct kd_card_move *p = c->params;
	char order[ORDER_SIZE];
	struct kd_card_moved ev = { p->card, p->section, p->x, p->y, order };

	return may_change(c, board, p->card, p->section) && board_card_move(board, p, order, &c->err) && done(c, &kd_card_moved, &ev);
}

/* --- card.resize -------------------------------------------------------------------------------- */

static call_decide_fn card_resize_decide;

static enum call_next card_resize(struct call *c)
{
	const struct kd_card_resize *p = c->params;

	return call_decide(c, "board", p->board, NULL, card_resize_decide);
}

static bool card_resize_decide(struct call *c, struct stream_model *board)
{
	const struct kd_card_resize *p = c->params;
	struct kd_card_resized ev = { p->card, p->width, p->height };

	return may_change(c, board, p->card, NULL) && board_card_resize(board, p, &c->err) && done(c, &kd_card_resized, &ev);
}

/* --- card.edit ---------------------------------------------------------------------------------- */

static call_decide_fn card_edit_decide;

static enum call_next card_edit(struct call *c)
{
	const struct kd_card_edit *p = c->params;

	return call_decide(c, "board", p->board, NULL, card_edit_decide);
}

static bool card_edit_decide(struct call *c, struct stream_model *board)
{
	const struct kd_card_edit *p = c->params;
	struct kd_card_edited ev = { p->card, p->text, p->revision + 1 };
	struct kd_card_edit_result answer = { call_seq(c), ev.revision };

	return may_change(c, board, p->card, NULL) && board_card_edit(board, p, &c->err) && call_done(c, &kd_card_edited, &ev, &answer);
}

/* --- card.recolour ------------------------------------------------------------------------------ */

static call_decide_fn card_recolour_decide;

static enum call_next card_recolour(struct call *c)
{
	const struct kd_card_recolour *p = c->params;

	return call_decide(c, "board", p->board, NULL, card_recolour_decide);
}

static bool card_recolour_decide(struct call *c, struct stream_model *board)
{
	const struct kd_card_recolour *p = c->params;
	struct kd_card_recoloured ev = { p->card, p->colour };

	return may_change(c, board, p->card, NULL) && board_card_recolour(board, p, &c->err) && done(c, &kd_card_recoloured, &ev);
}

/* --- card.delete -------------------------------------------------------------------------------- */

static call_decide_fn card_delete_decide;

static enum call_next card_delete(struct call *c)
{
	const struct kd_card_delete *p = c->params;

	return call_decide(c, "board", p->board, NULL, card_delete_decide);
}

static bool card_delete_decide(struct call *c, struct stream_model *board)
{
	const struct kd_card_delete *p = c->params;
	struct kd_card_deleted ev = { p->card };

	return may_change(c, board, p->card, NULL) && board_card_delete(board, p, &c->err) && done(c, &kd_card_deleted, &ev);
}

/* --- card.restore ------------------------------------------------------------------------------- */

static call_step card_restore_look, card_restore_decide, card_restore_store, card_restore_stored;

static enum call_next card_restore(struct call *c)
{
	const struct kd_card_delete *p = c->params;

	return call_change(c, "board", p->board, card_restore_look);
}

static enum call_next card_restore_look(struct call *c)
{
	const struct kd_card_delete *p = c->params;

	return call_query(c, card_restore_decide, &Q_BOARD_BARS, p->board, NULL, p->card);
}

static enum call_next card_restore_decide(struct call *c)
{
	return board_bars_let(c) ? card_restore_store(c) : call_refuse(c);
}

static enum call_next card_restore_store(struct call *c)
{
	const struct kd_card_delete *p = c->params;
	const struct order_try *f = c->frame;

	return call_query(c, card_restore_stored, &Q_CARD_RESTORE, p->board, p->card,
	        f->is_repaired ? f->order : NULL, call_int(c, KD_BOARD_CARDS));
}

static enum call_next card_restore_stored(struct call *c)
{
	struct order_try *f = c->frame;
	struct kd_seq answer;
	struct place place;
	json_t *card;

	if (db_count(c->rows) == 0)
		return call_fail(c, KD_E_NOT_FOUND, "no such card on this board");
	if (!card_may_restore(db_bool(c->rows, 0, "is_deleted"), &c->err))
		return call_refuse(c);
	card = db_json(c->rows, 0, "card");
	if (card) {
		answer.seq = call_emit_json(c, &kd_card_restored, json_pack("{so}", "card", card));
		return call_reply(c, &answer);
	}
	place_from_row(&place, c->rows);
	if (!place_has_room(&place, KD_BOARD_CARDS, "cards", &c->err))
		return call_refuse(c);
	if (!f->is_repaired && !order_wish(f, db_text(c->rows, 0, "order"), &c->err))
		return call_refuse(c);
	if (!order_repair(f, &place, &c->err))
		return call_refuse(c);
	return card_restore_store(c); /* again, with the repaired key */
}

const struct rpc_binding card_rpc[] = {
	{ &kd_card_create, card_create, ACCESS_MEMBER, RATE_LIVE, 0 },
	{ &kd_card_move, card_move, ACCESS_MEMBER, RATE_LIVE, 0 },
	{ &kd_card_resize, card_resize, ACCESS_MEMBER, RATE_LIVE, 0 },
	{ &kd_card_edit, card_edit, ACCESS_MEMBER, RATE_LIVE, 0 },
	{ &kd_card_recolour, card_recolour, ACCESS_MEMBER, RATE_LIVE, 0 },
	{ &kd_card_delete, card_delete, ACCESS_MEMBER, RATE_LIVE, 0 },
	{ &kd_card_restore, card_restore, ACCESS_MEMBER, RATE_LIVE, sizeof(struct order_try) },
	{ .method = NULL },
};

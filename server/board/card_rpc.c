/* card_rpc.c - cards: create, move, resize, edit, recolour, delete, restore.
 *
 * Everybody who may write in the space may do these to any card, so call_change is all the permission there
 * is. Each is one statement that changes one property, or says why it did not. */
#include "board/board.h"
#include "board/board_store.h"
#include "protocol/board.h"

#define CARD_WIDTH 160
#define CARD_HEIGHT 128

static enum call_next no_such_card(struct call *c)
{
	return call_fail(c, KD_E_NOT_FOUND, "no such card on this board");
}

/* The end of a change whose event is a struct. */
static enum call_next emit_and_reply(struct call *c, const struct kd_event *event, const void *body)
{
	struct kd_seq answer = { call_emit(c, event, body) };

	return call_reply(c, &answer);
}

/* --- card.create -------------------------------------------------------------------------------- */

static call_step card_create_store, card_create_stored;

static enum call_next card_create(struct call *c)
{
	const struct kd_card_create *p = c->params;

	if (!order_wish(c->frame, p->order, &c->err))
		return call_refuse(c);
	return call_change(c, "board", p->board, card_create_store);
}

static enum call_next card_create_store(struct call *c)
{
	const struct kd_card_create *p = c->params;
	const struct order_try *f = c->frame;

	return call_query(c, card_create_stored, &Q_CARD_INSERT, p->board, p->card, p->section, p->text,
	        p->colour, call_int(c, p->x), call_int(c, p->y),
	        call_int(c, p->width.is_set ? p->width.value : CARD_WIDTH),
	        call_int(c, p->height.is_set ? p->height.value : CARD_HEIGHT), f->order, c->caller->member,
	        call_int(c, KD_BOARD_CARDS));
}

static enum call_next card_create_stored(struct call *c)
{
	struct kd_seq answer;
	struct place place;
	json_t *card = db_json(c->rows, 0, "card");

	if (card) {
		answer.seq = call_emit_json(c, &kd_card_created, json_pack("{so}", "card", card));
		return call_reply(c, &answer);
	}
	place_from_row(&place, c->rows);
	if (!place_has_section(&place, &c->err) || !place_has_room(&place, KD_BOARD_CARDS, "cards", &c->err))
		return call_refuse(c);
	if (!place.is_taken)
		return call_fail(c, KD_E_CONFLICT, "the id is taken");
	if (!order_repair(c->frame, &place, &c->err))
		return call_refuse(c);
	return card_create_store(c); /* again, with the repaired key */
}

/* --- card.move ---------------------------------------------------------------------------------- */

static call_step card_move_store, card_move_stored;

static enum call_next card_move(struct call *c)
{
	const struct kd_card_move *p = c->params;

	if (!order_wish(c->frame, p->order, &c->err))
		return call_refuse(c);
	return call_change(c, "board", p->board, card_move_store);
}

static enum call_next card_move_store(struct call *c)
{
	const struct kd_card_move *p = c->params;
	const struct order_try *f = c->frame;

	return call_query(c, card_move_stored, &Q_CARD_PLACE, p->board, p->card, p->section,
	        call_int(c, p->x), call_int(c, p->y), f->order);
}

static enum call_next card_move_stored(struct call *c)
{
	const struct kd_card_move *p = c->params;
	const struct order_try *f = c->frame;
	struct kd_card_moved ev = { p->card, p->section, p->x, p->y, f->order };
	struct place place;

	if (!db_bool(c->rows, 0, "is_found"))
		return no_such_card(c);
	if (db_bool(c->rows, 0, "is_done"))
		return emit_and_reply(c, &kd_card_moved, &ev);
	place_from_row(&place, c->rows);
	if (!place_has_section(&place, &c->err) || !order_repair(c->frame, &place, &c->err))
		return call_refuse(c);
	return card_move_store(c); /* again, with the repaired key */
}

/* --- card.resize -------------------------------------------------------------------------------- */

static call_step card_resize_store, card_resize_stored;

static enum call_next card_resize(struct call *c)
{
	const struct kd_card_resize *p = c->params;

	return call_change(c, "board", p->board, card_resize_store);
}

static enum call_next card_resize_store(struct call *c)
{
	const struct kd_card_resize *p = c->params;

	return call_query(c, card_resize_stored, &Q_CARD_RESIZE, p->board, p->card, call_int(c, p->width),
	        call_int(c, p->height));
}

static enum call_next card_resize_stored(struct call *c)
{
	const struct kd_card_resize *p = c->params;
	struct kd_card_resized ev = { p->card, p->width, p->height };

	if (db_count(c->rows) == 0)
		return no_such_card(c);
	return emit_and_reply(c, &kd_card_resized, &ev);
}

/* --- card.edit ---------------------------------------------------------------------------------- */

static call_step card_edit_store, card_edit_stored;

static enum call_next card_edit(struct call *c)
{
	const struct kd_card_edit *p = c->params;

	return call_change(c, "board", p->board, card_edit_store);
}

static enum call_next card_edit_store(struct call *c)
{
	const struct kd_card_edit *p = c->params;

	return call_query(
	        c, card_edit_stored, &Q_CARD_EDIT, p->board, p->card, p->text, call_int(c, p->revision));
}

static enum call_next card_edit_stored(struct call *c)
{
	const struct kd_card_edit *p = c->params;
	struct kd_card_edited ev = { p->card, p->text, p->revision + 1 };
	struct kd_card_edit_result answer = { .revision = ev.revision };

	if (db_count(c->rows) == 0)
		return no_such_card(c);
	if (!card_may_edit(db_int(c->rows, 0, "revision"), p->revision, &c->err))
		return call_refuse(c);
	answer.seq = call_emit(c, &kd_card_edited, &ev);
	return call_reply(c, &answer);
}

/* --- card.recolour ------------------------------------------------------------------------------ */

static call_step card_recolour_store, card_recolour_stored;

static enum call_next card_recolour(struct call *c)
{
	const struct kd_card_recolour *p = c->params;

	return call_change(c, "board", p->board, card_recolour_store);
}

static enum call_next card_recolour_store(struct call *c)
{
	const struct kd_card_recolour *p = c->params;

	return call_query(c, card_recolour_stored, &Q_CARD_RECOLOUR, p->board, p->card, p->colour);
}

static enum call_next card_recolour_stored(struct call *c)
{
	const struct kd_card_recolour *p = c->params;
	struct kd_card_recoloured ev = { p->card, p->colour };

	if (db_count(c->rows) == 0)
		return no_such_card(c);
	return emit_and_reply(c, &kd_card_recoloured, &ev);
}

/* --- card.delete -------------------------------------------------------------------------------- */

static call_step card_delete_store, card_delete_stored;

static enum call_next card_delete(struct call *c)
{
	const struct kd_card_delete *p = c->params;

	return call_change(c, "board", p->board, card_delete_store);
}

static enum call_next card_delete_store(struct call *c)
{
	const struct kd_card_delete *p = c->params;

	return call_query(c, card_delete_stored, &Q_CARD_DELETE, p->board, p->card);
}

static enum call_next card_delete_stored(struct call *c)
{
	const struct kd_card_delete *p = c->params;
	struct kd_card_deleted ev = { p->card };

	if (db_count(c->rows) == 0)
		return no_such_card(c);
	return emit_and_reply(c, &kd_card_deleted, &ev);
}

/* --- card.restore ------------------------------------------------------------------------------- */

static call_step card_restore_store, card_restore_stored;

static enum call_next card_restore(struct call *c)
{
	const struct kd_card_delete *p = c->params;

	return call_change(c, "board", p->board, card_restore_store);
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
		return no_such_card(c);
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
	{ &kd_card_create, card_create, ACCESS_MEMBER, RATE_LIVE, sizeof(struct order_try) },
	{ &kd_card_move, card_move, ACCESS_MEMBER, RATE_LIVE, sizeof(struct order_try) },
	{ &kd_card_resize, card_resize, ACCESS_MEMBER, RATE_LIVE, 0 },
	{ &kd_card_edit, card_edit, ACCESS_MEMBER, RATE_LIVE, 0 },
	{ &kd_card_recolour, card_recolour, ACCESS_MEMBER, RATE_LIVE, 0 },
	{ &kd_card_delete, card_delete, ACCESS_MEMBER, RATE_LIVE, 0 },
	{ &kd_card_restore, card_restore, ACCESS_MEMBER, RATE_LIVE, sizeof(struct order_try) },
	{ .method = NULL },
};

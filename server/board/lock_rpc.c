/* lock_rpc.c - what may be done on a board, and what on it is locked: for those who lead it. */
#include "board/board.h"
#include "board/board_store.h"
#include "protocol/lock.h"
#include "protocol/talk.h"

/* --- board.set_mode ----------------------------------------------------------------------------- */

static call_step board_set_mode_load, board_set_mode_decide, board_set_mode_stored;

static enum call_next board_set_mode(struct call *c)
{
	const struct kd_board_set_mode *p = c->params;

	return call_change(c, "board", p->board, board_set_mode_load);
}

static enum call_next board_set_mode_load(struct call *c)
{
	const struct kd_board_set_mode *p = c->params;

	return call_query(c, board_set_mode_decide, &Q_BOARD_FOR_CHANGE, p->board);
}

static enum call_next board_set_mode_decide(struct call *c)
{
	const struct kd_board_set_mode *p = c->params;

	if (!board_leader_asks(c))
		return call_refuse(c);
	return call_query(c, board_set_mode_stored, &Q_BOARD_MODE_PUT, p->board, p->mode);
}

static enum call_next board_set_mode_stored(struct call *c)
{
	const struct kd_board_set_mode *p = c->params;
	struct kd_board_mode_set ev = { p->mode };
	struct kd_seq answer = { call_emit(c, &kd_board_mode_set, &ev) };

	return call_reply(c, &answer);
}

/* --- card.lock, card.unlock ----------------------------------------------------------------------- */

static call_step card_lock_load, card_lock_decide, card_lock_stored;

static enum call_next card_lock(struct call *c)
{
	const struct kd_card_lock *p = c->params;

	return call_change(c, "board", p->board, card_lock_load);
}

static enum call_next card_lock_load(struct call *c)
{
	const struct kd_card_lock *p = c->params;

	return call_query(c, card_lock_decide, &Q_BOARD_FOR_CHANGE, p->board);
}

static enum call_next card_lock_decide(struct call *c)
{
	const struct kd_card_lock *p = c->params;

	if (!board_leader_asks(c))
		return call_refuse(c);
	return call_query(c, card_lock_stored, &Q_CARD_LOCK_PUT, p->board, p->card, call_bool(c->method == &kd_card_lock));
}

static enum call_next card_lock_stored(struct call *c)
{
	const struct kd_card_lock *p = c->params;
	struct kd_card_locked ev = { p->card };
	struct kd_seq answer;

	if (db_count(c->rows) == 0)
		return call_fail(c, KD_E_NOT_FOUND, "no such card on this board");
	answer.seq = call_emit(c, c->method->emits, &ev);
	return call_reply(c, &answer);
}

/* --- section.lock, section.unlock ------------------------------------------------------------------ */

static call_step section_lock_load, section_lock_decide, section_lock_stored;

static enum call_next section_lock(struct call *c)
{
	const struct kd_section_lock *p = c->params;

	return call_change(c, "board", p->board, section_lock_load);
}

static enum call_next section_lock_load(struct call *c)
{
	const struct kd_section_lock *p = c->params;

	return call_query(c, section_lock_decide, &Q_BOARD_FOR_CHANGE, p->board);
}

static enum call_next section_lock_decide(struct call *c)
{
	const struct kd_section_lock *p = c->params;

	if (!board_leader_asks(c))
		return call_refuse(c);
	return call_query(c, section_lock_stored, &Q_SECTION_LOCK_PUT, p->board, p->section, call_bool(c->method == &kd_section_lock));
}

static enum call_next section_lock_stored(struct call *c)
{
	const struct kd_section_lock *p = c->params;
	struct kd_section_locked ev = { p->section };
	struct kd_seq answer;

	if (db_count(c->rows) == 0)
		return call_fail(c, KD_E_NOT_FOUND, "no such section on this board");
	answer.seq = call_emit(c, c->method->emits, &ev);
	return call_reply(c, &answer);
}

const struct rpc_binding lock_rpc[] = {
	{ &kd_board_set_mode, board_set_mode, ACCESS_MEMBER, RATE_WRITE, 0 },
	{ &kd_card_lock, card_lock, ACCESS_MEMBER, RATE_LIVE, 0 },
	{ &kd_card_unlock, card_lock, ACCESS_MEMBER, RATE_LIVE, 0 },
	{ &kd_section_lock, section_lock, ACCESS_MEMBER, RATE_LIVE, 0 },
	{ &kd_section_unlock, section_lock, ACCESS_MEMBER, RATE_LIVE, 0 },
	{ .method = NULL },
};

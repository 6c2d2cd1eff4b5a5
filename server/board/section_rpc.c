/* section_rpc.c - sections: create, change, delete. */
#include "board/board.h"
#include "board/board_store.h"
#include "protocol/board.h"

/* --- section.create ----------------------------------------------------------------------------- */

static call_step section_create_look, section_create_decide, section_create_store, section_create_stored;

static enum call_next section_create(struct call *c)
{
	const struct kd_section_create *p = c->params;

	if (!board_title_fits(p->title, &c->err) || !order_wish(c->frame, p->order, &c->err))
		return call_refuse(c);
	return call_change(c, "board", p->board, section_create_look);
}

static enum call_next section_create_look(struct call *c)
{
	const struct kd_section_create *p = c->params;

	return call_query(c, section_create_decide, &Q_BOARD_BARS, p->board, NULL, NULL);
}

static enum call_next section_create_decide(struct call *c)
{
	return board_bars_let(c) ? section_create_store(c) : call_refuse(c);
}

static enum call_next section_create_store(struct call *c)
{
	const struct kd_section_create *p = c->params;
	const struct order_try *f = c->frame;

	return call_query(c, section_create_stored, &Q_SECTION_INSERT, p->board, p->section, p->title,
	        call_int(c, p->x), call_int(c, p->y), call_int(c, p->width), call_int(c, p->height), f->order,
	        c->caller->member, call_int(c, KD_BOARD_SECTIONS));
}

static enum call_next section_create_stored(struct call *c)
{
	struct kd_seq answer;
	struct place place;
	json_t *section = db_json(c->rows, 0, "section");

	if (section) {
		answer.seq = call_emit_json(c, &kd_section_created, json_pack("{so}", "section", section));
		return call_reply(c, &answer);
	}
	place_from_row(&place, c->rows);
	if (!place_has_room(&place, KD_BOARD_SECTIONS, "sections", &c->err))
		return call_refuse(c);
	if (!place.is_taken)
		return call_fail(c, KD_E_CONFLICT, "the id is taken");
	if (!order_repair(c->frame, &place, &c->err))
		return call_refuse(c);
	return section_create_store(c);
}

/* --- section.change ----------------------------------------------------------------------------- */

static call_step section_change_look, section_change_decide, section_change_store, section_change_stored;

static enum call_next section_change(struct call *c)
{
	const struct kd_section_change *p = c->params;

	if (!p->title && !p->order && !p->x.is_set && !p->y.is_set && !p->width.is_set && !p->height.is_set)
		return call_fail(c, KD_E_INVALID, "give what is to be changed");
	if (p->title && !board_title_fits(p->title, &c->err))
		return call_refuse(c);
	if (p->order && !order_wish(c->frame, p->order, &c->err))
		return call_refuse(c);
	return call_change(c, "board", p->board, section_change_look);
}

static enum call_next section_change_look(struct call *c)
{
	const struct kd_section_change *p = c->params;

	return call_query(c, section_change_decide, &Q_BOARD_BARS, p->board, p->section, NULL);
}

static enum call_next section_change_decide(struct call *c)
{
	return board_bars_let(c) ? section_change_store(c) : call_refuse(c);
}

static enum call_next section_change_store(struct call *c)
{
	const struct kd_section_change *p = c->params;
	const struct order_try *f = c->frame;

	return call_query(c, section_change_stored, &Q_SECTION_CHANGE, p->board, p->section, p->title,
	        call_opt_int(c, p->x), call_opt_int(c, p->y), call_opt_int(c, p->width),
	        call_opt_int(c, p->height), p->order ? f->order : NULL);
}

static enum call_next section_change_stored(struct call *c)
{
	const struct kd_section_change *p = c->params;
	struct order_try *f = c->frame;
	struct kd_section_changed ev = {
		p->section,
		p->title,
		p->x,
		p->y,
		p->width,
		p->height,
		p->order ? f->order : NULL,
	};
	struct kd_seq answer;
	struct place place;

	if (!db_bool(c->rows, 0, "is_found"))
		return call_fail(c, KD_E_NOT_FOUND, "no such section on this board");
	if (db_bool(c->rows, 0, "is_done")) {
		answer.seq = call_emit(c, &kd_section_changed, &ev);
		return call_reply(c, &answer);
	}
	place_from_row(&place, c->rows);
	if (!order_repair(f, &place, &c->err))
		return call_refuse(c);
	return section_change_store(c);
}

/* --- section.delete ----------------------------------------------------------------------------- */

static call_step section_delete_load, section_delete_decide, section_delete_stored;

static enum call_next section_delete(struct call *c)
{
	const struct kd_section_delete *p = c->params;

	return call_change(c, "board", p->board, section_delete_load);
}

static enum call_next section_delete_load(struct call *c)
{
	const struct kd_section_delete *p = c->params;

	return call_query(c, section_delete_decide, &Q_SECTION_FOR_DELETE, p->board, p->section);
}

/* Its cards are moved out of it. */
static enum board_bar section_bar(const struct db_rows *rows)
{
	return db_bool(rows, 0, "is_look") ? BAR_LOOK
		: db_bool(rows, 0, "is_locked") ? BAR_SECTION
		: db_bool(rows, 0, "holds_locked") ? BAR_CARD : BAR_NONE;
}

static enum call_next section_delete_decide(struct call *c)
{
	const struct kd_section_delete *p = c->params;
	struct board_role who = board_role_of(c);

	if (db_count(c->rows) == 0)
		return call_fail(c, KD_E_NOT_FOUND, "no such section on this board");
	if (!section_may_delete(
	            &who, db_text(c->rows, 0, "created_by"), db_text(c->rows, 0, "board_by"), &c->err))
		return call_refuse(c);
	if (!board_may_pass(&who, db_text(c->rows, 0, "board_by"), section_bar(c->rows), &c->err))
		return call_refuse(c);
	return call_query(c, section_delete_stored, &Q_SECTION_DELETE, p->board, p->section);
}

static enum call_next section_delete_stored(struct call *c)
{
	const struct kd_section_delete *p = c->params;
	struct kd_section_deleted ev = { p->section };
	struct kd_seq answer = { call_emit(c, &kd_section_deleted, &ev) };

	return call_reply(c, &answer);
}

const struct rpc_binding section_rpc[] = {
	{ &kd_section_create, section_create, ACCESS_MEMBER, RATE_LIVE, sizeof(struct order_try) },
	{ &kd_section_change, section_change, ACCESS_MEMBER, RATE_LIVE, sizeof(struct order_try) },
	{ &kd_section_delete, section_delete, ACCESS_MEMBER, RATE_LIVE, 0 },
	{ .method = NULL },
};

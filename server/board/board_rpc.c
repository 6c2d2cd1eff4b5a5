/* board_rpc.c - boards as wholes: list, create, rename. */
#include "board/board.h"
#include "board/board_model.h"
#include "board/board_store.h"
#include "protocol/board.h"

/* --- board.list --------------------------------------------------------------------------------- */

static call_step board_list_query;

static enum call_next board_list(struct call *c)
{
	const struct kd_board_list *p = c->params;

	return p->space ? call_open(c, "space", p->space, board_list_query) : board_list_query(c);
}

static enum call_next board_list_query(struct call *c)
{
	const struct kd_board_list *p = c->params;

	return call_query(c, call_reply_row, &Q_BOARD_LIST, c->caller->member, p->space);
}

/* --- board.create ------------------------------------------------------------------------------- */

static call_step board_create_store, board_create_stored;

static enum call_next board_create(struct call *c)
{
	const struct kd_board_create *p = c->params;

	if (!board_title_fits(p->title, &c->err))
		return call_refuse(c);
	return call_create(c, "board", p->board, "space", p->space, board_create_store);
}

static enum call_next board_create_store(struct call *c)
{
	const struct kd_board_create *p = c->params;

	return call_query(
	        c, board_create_stored, &Q_BOARD_INSERT, p->board, p->space, p->title, c->caller->member);
}

static enum call_next board_create_stored(struct call *c)
{
	const struct kd_board_create *p = c->params;
	struct kd_board_created ev = { p->board, p->space, p->title };
	struct kd_seq answer = { call_emit(c, &kd_board_created, &ev) };

	return call_reply(c, &answer);
}

/* --- board.rename ------------------------------------------------------------------------------- */

static call_step board_rename_load, board_rename_decide, board_rename_stored;

static enum call_next board_rename(struct call *c)
{
	const struct kd_board_rename *p = c->params;

	if (!board_title_fits(p->title, &c->err))
		return call_refuse(c);
	return call_change(c, "board", p->board, board_rename_load);
}

static enum call_next board_rename_load(struct call *c)
{
	const struct kd_board_rename *p = c->params;

	return call_query(c, board_rename_decide, &Q_BOARD_FOR_CHANGE, p->board);
}

static enum call_next board_rename_decide(struct call *c)
{
	const struct kd_board_rename *p = c->params;
	struct board_role who = board_role_of(c);

	if (db_count(c->rows) == 0)
		return call_fail(c, KD_E_NOT_FOUND, "no such board");
	if (!board_may_rename(&who, db_text(c->rows, 0, "created_by"), &c->err))
		return call_refuse(c);
	return call_query(c, board_rename_stored, &Q_BOARD_RETITLE, p->board, p->title);
}

static enum call_next board_rename_stored(struct call *c)
{
	const struct kd_board_rename *p = c->params;
	struct kd_board_renamed ev = { p->title };
	struct kd_seq answer = { call_emit(c, &kd_board_renamed, &ev) };

	return call_reply(c, &answer);
}

const struct rpc_binding board_rpc[] = {
	{ &kd_board_list, board_list, ACCESS_MEMBER, RATE_READ, 0 },
	{ &kd_board_create, board_create, ACCESS_MEMBER, RATE_WRITE, 0 },
	{ &kd_board_rename, board_rename, ACCESS_MEMBER, RATE_WRITE, 0 },
	{ .method = NULL },
};

static const struct stream_kind board_kind = {
	.name = "board",
	.access = &Q_BOARD_ACCESS,
	.snapshot = &Q_BOARD_SNAPSHOT,
	.snapshot_fields = kd_board_snapshot_fields,
	.model = &board_model_kind,
	.has_presence = true,
	.hint_topic = "boards",
};
const struct stream_kind *const board_stream_kinds[] = { &board_kind, NULL };

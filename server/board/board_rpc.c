/* board_rpc.c - boards as wholes: list, create, rename. */
#include "board/board.h"
#include "board/board_lay.h"
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

static call_step board_create_store, board_create_stored, board_create_laid;

struct board_create_frame {
	struct board_lay lay; /* first: board_lay's */
	const struct template *template;
	struct kd_seq answer;
};

static enum call_next board_create(struct call *c)
{
	const struct kd_board_create *p = c->params;
	struct board_create_frame *f = c->frame;

	if (!board_title_fits(p->title, &c->err))
		return call_refuse(c);
	f->template = p->template ? template_find(p->template) : NULL;
	if (p->template && !f->template)
		return call_fail_field(c, "/template", "there is no such template");
	return call_create(c, "board", p->board, "space", p->space, board_create_store);
}

static enum call_next board_create_store(struct call *c)
{
	const struct kd_board_create *p = c->params;

	return call_query(c, board_create_stored, &Q_BOARD_INSERT, p->board, p->space, p->title, c->caller->member, p->template);
}

static enum call_next board_create_stored(struct call *c)
{
	const struct kd_board_create *p = c->params;
	struct board_create_frame *f = c->frame;
	struct kd_board_created ev = { p->board, p->space, p->title, p->template };
	struct board_content content;

	f->answer.seq = call_emit(c, &kd_board_created, &ev);
	if (!f->template)
		return board_create_laid(c);
	board_content_of(c, f->template, template_language(p->language ? p->language : c->caller->locale), &content);
	return board_lay(c, p->board, &content, board_create_laid);
}

static enum call_next board_create_laid(struct call *c)
{
	const struct board_create_frame *f = c->frame;

	return call_reply(c, &f->answer);
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
	{ &kd_board_create, board_create, ACCESS_MEMBER, RATE_WRITE, sizeof(struct board_create_frame) },
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

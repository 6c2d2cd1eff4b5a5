/* draft_rpc.c - what people write for later: put, delete, list; and look through and take out, for who leads.
 *
 * None of it is in a stream: nobody hears of a draft before the round is revealed. Each is one statement that holds the round as it
 * is (writing_hold in the migrations), so that a draft is either kept before the round ends, or refused. */
#include "board/board.h"
#include "board/board_store.h"
#include "board/writing_rules.h"
#include "protocol/writing.h"

static enum call_next no_round(struct call *c)
{
	return call_fail(c, KD_E_NOT_FOUND, "no such round of private writing on this board");
}

static bool may_write(struct call *c)
{
	return access_may_write(c->access, c->caller) || err_set(&c->err, KD_E_FORBIDDEN, "it is archived: nothing changes here any more");
}

/* --- draft.put ---------------------------------------------------------------------------------- */

static call_step draft_put_store, draft_put_stored;

static enum call_next draft_put(struct call *c)
{
	const struct kd_draft_put *p = c->params;

	return call_open(c, "board", p->board, draft_put_store);
}

static enum call_next draft_put_store(struct call *c)
{
	const struct kd_draft_put *p = c->params;

	if (!may_write(c))
		return call_refuse(c);
	return call_query(c, draft_put_stored, &Q_DRAFT_PUT, p->board, p->round, p->draft, c->caller->member, p->section, p->text, p->colour,
		call_int(c, KD_DRAFTS_EACH));
}

static enum call_next draft_put_stored(struct call *c)
{
	struct draft_facts facts;

	if (db_count(c->rows) == 0)
		return no_round(c);
	facts = (struct draft_facts){ .is_open = db_bool(c->rows, 0, "is_open"), .has_section = db_bool(c->rows, 0, "has_section"),
		.is_taken = db_bool(c->rows, 0, "is_taken"), .is_removed = db_bool(c->rows, 0, "is_removed"),
		.others = db_int(c->rows, 0, "others") };
	if (!draft_may_be_put(&facts, &c->err))
		return call_refuse(c);
	return call_reply(c, NULL);
}

/* --- draft.delete ------------------------------------------------------------------------------- */

static call_step draft_delete_store, draft_delete_stored;

static enum call_next draft_delete(struct call *c)
{
	const struct kd_draft_of *p = c->params;

	return call_open(c, "board", p->board, draft_delete_store);
}

static enum call_next draft_delete_store(struct call *c)
{
	const struct kd_draft_of *p = c->params;

	if (!may_write(c))
		return call_refuse(c);
	return call_query(c, draft_delete_stored, &Q_DRAFT_DELETE, p->board, p->round, p->draft, c->caller->member);
}

static enum call_next draft_delete_stored(struct call *c)
{
	if (db_count(c->rows) == 0)
		return no_round(c);
	if (!draft_may_be_deleted(db_bool(c->rows, 0, "is_open"), db_bool(c->rows, 0, "is_done"), &c->err))
		return call_refuse(c);
	return call_reply(c, NULL);
}

/* --- draft.list --------------------------------------------------------------------------------- */

static call_step draft_list_query;

static enum call_next draft_list(struct call *c)
{
	const struct kd_draft_list *p = c->params;

	return call_open(c, "board", p->board, draft_list_query);
}

static enum call_next draft_list_query(struct call *c)
{
	const struct kd_draft_list *p = c->params;

	return call_query(c, call_reply_row, &Q_DRAFT_LIST, p->board, p->round, c->caller->member);
}

/* --- draft.review ------------------------------------------------------------------------------- */

static call_step draft_review_load, draft_review_decide;

static enum call_next draft_review(struct call *c)
{
	const struct kd_draft_list *p = c->params;

	return call_open(c, "board", p->board, draft_review_load);
}

static enum call_next draft_review_load(struct call *c)
{
	const struct kd_draft_list *p = c->params;

	return call_query(c, draft_review_decide, &Q_WRITING_FOR_LEAD, p->board, p->round);
}

static enum call_next draft_review_decide(struct call *c)
{
	const struct kd_draft_list *p = c->params;
	struct writing_facts facts = writing_facts_from_row(c->rows);

	if (!board_leader_asks(c) || !writing_may_reveal(&facts, &c->err))
		return call_refuse(c);
	return call_query(c, call_reply_row, &Q_DRAFT_REVIEW, p->board, p->round);
}

/* --- draft.remove ------------------------------------------------------------------------------- */

static call_step draft_remove_load, draft_remove_store, draft_remove_stored;

static enum call_next draft_remove(struct call *c)
{
	const struct kd_draft_of *p = c->params;

	return call_open(c, "board", p->board, draft_remove_load);
}

static enum call_next draft_remove_load(struct call *c)
{
	const struct kd_draft_of *p = c->params;

	if (!may_write(c))
		return call_refuse(c);
	return call_query(c, draft_remove_store, &Q_WRITING_FOR_LEAD, p->board, p->round);
}

static enum call_next draft_remove_store(struct call *c)
{
	const struct kd_draft_of *p = c->params;

	if (!board_leader_asks(c))
		return call_refuse(c);
	return call_query(c, draft_remove_stored, &Q_DRAFT_REMOVE, p->board, p->round, p->draft);
}

static enum call_next draft_remove_stored(struct call *c)
{
	if (db_count(c->rows) == 0)
		return no_round(c);
	if (!draft_may_be_removed(db_bool(c->rows, 0, "is_open"), db_bool(c->rows, 0, "is_done"), &c->err))
		return call_refuse(c);
	return call_reply(c, NULL);
}

const struct rpc_binding draft_rpc[] = {
	{ &kd_draft_put, draft_put, ACCESS_MEMBER, RATE_LIVE, 0 },
	{ &kd_draft_delete, draft_delete, ACCESS_MEMBER, RATE_LIVE, 0 },
	{ &kd_draft_list, draft_list, ACCESS_MEMBER, RATE_READ, 0 },
	{ &kd_draft_review, draft_review, ACCESS_MEMBER, RATE_READ, 0 },
	{ &kd_draft_remove, draft_remove, ACCESS_MEMBER, RATE_WRITE, 0 },
	{ .method = NULL },
};

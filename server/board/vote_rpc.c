/* vote_rpc.c - votes on cards: open, close, cast, list.
 *
 * Each is alone on the board's stream, on whichever node, so a budget is counted and spent in one go. What is told of a
 * vote does not say whose it is: its event hides the actor, and its body what the round does not show yet. */
#include "board/board.h"
#include "board/board_rules.h"
#include "board/board_store.h"
#include "board/vote_rules.h"
#include "base/arena.h"
#include "db/array.h"
#include "protocol/vote.h"

#define IDS_MAX 16384 /* bytes of a list of ids: KD_BOARD_SECTIONS of them */

static const char *id_array(struct call *c, const struct kd_ids *ids)
{
	struct buf b;
	const char *text = NULL;

	buf_init(&b, IDS_MAX);
	array_begin(&b);
	for (size_t i = 0; i < ids->count; i++)
		array_word(&b, ids->items[i]);
	array_end(&b);
	if (!b.failed)
		text = arena_strdup(c->mem, b.data);
	buf_finish(&b);
	return text;
}

/* --- vote.open ---------------------------------------------------------------------------------- */

static call_step vote_open_load, vote_open_decide, vote_open_stored;

static enum call_next vote_open(struct call *c)
{
	const struct kd_vote_open *p = c->params;

	if (p->title && !board_title_fits(p->title, &c->err))
		return call_refuse(c);
	return call_change(c, "board", p->board, vote_open_load);
}

static enum call_next vote_open_load(struct call *c)
{
	const struct kd_vote_open *p = c->params;
	const char *sections = id_array(c, &p->sections);

	if (!sections)
		return call_fail(c, KD_E_BUSY, "the server is short of memory");
	return call_query(c, vote_open_decide, &Q_VOTE_BOARD, p->board, sections);
}

static enum call_next vote_open_decide(struct call *c)
{
	const struct kd_vote_open *p = c->params;
	const struct vote_wish wish = { .budget = p->budget, .most = p->most, .sections = p->sections.count,
		.sections_here = db_int(c->rows, 0, "sections"), .is_open = db_bool(c->rows, 0, "is_open") };
	struct board_role who = board_role_of(c);

	if (!board_may_lead(&who, db_text(c->rows, 0, "created_by"), &c->err) || !vote_may_open(&wish, &c->err))
		return call_refuse(c);
	return call_query(c, vote_open_stored, &Q_VOTE_ROUND_INSERT, p->board, p->round, p->title, call_int(c, p->budget),
		call_int(c, p->most), p->per, id_array(c, &p->sections), call_bool(p->secret), call_bool(p->live), c->caller->member);
}

static enum call_next vote_open_stored(struct call *c)
{
	json_t *round = db_json(c->rows, 0, "round");
	struct kd_seq answer;

	if (!round)
		return call_fail(c, KD_E_CONFLICT, "the id is taken");
	answer.seq = call_emit_json(c, &kd_vote_opened, json_pack("{so}", "round", round));
	return call_reply(c, &answer);
}

/* --- vote.close --------------------------------------------------------------------------------- */

static call_step vote_close_load, vote_close_decide, vote_close_stored;

static enum call_next vote_close(struct call *c)
{
	const struct kd_vote_close *p = c->params;

	return call_change(c, "board", p->board, vote_close_load);
}

static enum call_next vote_close_load(struct call *c)
{
	const struct kd_vote_close *p = c->params;

	return call_query(c, vote_close_decide, &Q_VOTE_FOR_CLOSE, p->board, p->round);
}

static enum call_next vote_close_decide(struct call *c)
{
	const struct kd_vote_close *p = c->params;
	struct board_role who = board_role_of(c);

	if (!board_may_lead(&who, db_text(c->rows, 0, "created_by"), &c->err))
		return call_refuse(c);
	if (!db_bool(c->rows, 0, "is_found"))
		return call_fail(c, KD_E_NOT_FOUND, "no such round of votes on this board");
	if (db_bool(c->rows, 0, "is_closed"))
		return call_fail(c, KD_E_CONFLICT, "the round of votes has ended");
	return call_query(c, vote_close_stored, &Q_VOTE_ROUND_CLOSE, p->board, p->round);
}

static enum call_next vote_close_stored(struct call *c)
{
	struct kd_seq answer = { call_emit_json(c, &kd_vote_closed, db_json(c->rows, 0, "closed")) };

	return call_reply(c, &answer);
}

/* --- vote.cast ---------------------------------------------------------------------------------- */

struct casting {
	bool live;
	int64_t left;
};

static call_step vote_cast_load, vote_cast_decide, vote_cast_cleared, vote_cast_stored, vote_cast_counted;

static enum call_next vote_cast(struct call *c)
{
	const struct kd_vote_cast *p = c->params;

	return call_change(c, "board", p->board, vote_cast_load);
}

static enum call_next vote_cast_load(struct call *c)
{
	const struct kd_vote_cast *p = c->params;

	return call_query(c, vote_cast_decide, &Q_VOTE_FOR_CAST, p->board, p->round, p->card, c->caller->member);
}

static enum call_next vote_cast_decide(struct call *c)
{
	const struct kd_vote_cast *p = c->params;
	struct casting *f = c->frame;
	struct vote_facts facts;

	if (db_count(c->rows) == 0)
		return call_fail(c, KD_E_NOT_FOUND, "no such round of votes on this board");
	facts = (struct vote_facts){ .is_closed = db_bool(c->rows, 0, "is_closed"), .has_card = db_bool(c->rows, 0, "has_card"),
		.is_asked = db_bool(c->rows, 0, "is_asked"), .budget = db_int(c->rows, 0, "budget"),
		.most = db_int(c->rows, 0, "most"), .elsewhere = db_int(c->rows, 0, "elsewhere") };
	if (!vote_may_cast(&facts, p->votes, &c->err))
		return call_refuse(c);
	f->live = db_bool(c->rows, 0, "live");
	f->left = facts.budget - facts.elsewhere - p->votes;
	return call_query(c, vote_cast_cleared, &Q_VOTE_CLEAR, p->round, p->card, c->caller->member);
}

static enum call_next vote_cast_cleared(struct call *c)
{
	const struct kd_vote_cast *p = c->params;

	return call_query(c, vote_cast_stored, &Q_VOTE_INSERT, p->round, p->card, c->caller->member, call_int(c, p->votes));
}

static enum call_next vote_cast_stored(struct call *c)
{
	const struct kd_vote_cast *p = c->params;

	return call_query(c, vote_cast_counted, &Q_VOTE_COUNT, p->round, p->card);
}

static enum call_next vote_cast_counted(struct call *c)
{
	const struct kd_vote_cast *p = c->params;
	const struct casting *f = c->frame;
	struct kd_vote_total total = { p->card, db_int(c->rows, 0, "votes") };
	struct kd_vote_was_cast ev = { p->round, db_int(c->rows, 0, "voters"), { 1, f->live ? &total : NULL } };
	struct kd_vote_cast_result answer = { .left = f->left > 0 ? f->left : 0 };

	answer.seq = call_emit(c, &kd_vote_was_cast, &ev);
	return call_reply(c, &answer);
}

/* --- vote.list ---------------------------------------------------------------------------------- */

static call_step vote_list_query;

static enum call_next vote_list(struct call *c)
{
	const struct kd_vote_list *p = c->params;

	return call_open(c, "board", p->board, vote_list_query);
}

static enum call_next vote_list_query(struct call *c)
{
	const struct kd_vote_list *p = c->params;

	return call_query(c, call_reply_row, &Q_VOTE_LIST, p->board, p->round, c->caller->member);
}

const struct rpc_binding vote_rpc[] = {
	{ &kd_vote_open, vote_open, ACCESS_MEMBER, RATE_WRITE, 0 },
	{ &kd_vote_close, vote_close, ACCESS_MEMBER, RATE_WRITE, 0 },
	{ &kd_vote_cast, vote_cast, ACCESS_MEMBER, RATE_LIVE, sizeof(struct casting) },
	{ &kd_vote_list, vote_list, ACCESS_MEMBER, RATE_READ, 0 },
	{ .method = NULL },
};

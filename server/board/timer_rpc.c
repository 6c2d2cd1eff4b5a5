/* timer_rpc.c - the board's timer: start, pause, resume, extend, stop; and the clock it runs by.
 *
 * When its time is out nothing happens here: everybody can tell from `ends_at`. */
#include "board/board.h"
#include "board/board_store.h"
#include "board/timer.h"
#include "protocol/timer.h"
#include "protocol/talk.h"

static call_step timer_decide, timer_stored;

/* Params of all of them begin with the board. */
static const char *board_of(const struct call *c)
{
	return ((const struct kd_timer_change *)c->params)->board;
}
_Static_assert(offsetof(struct kd_timer_start, board) == 0 && offsetof(struct kd_timer_extend, board) == 0 &&
	offsetof(struct kd_timer_change, board) == 0, "the board comes first");

static enum call_next timer_load(struct call *c)
{
	return call_query(c, timer_decide, &Q_TIMER_FOR_CHANGE, board_of(c));
}

static enum call_next timer_change(struct call *c)
{
	return call_change(c, "board", board_of(c), timer_load);
}

static void timer_from_row(struct timer_state *t, const struct call *c)
{
	const char *label = db_text(c->rows, 0, "label");

	*t = (struct timer_state){
		.is_there = db_bool(c->rows, 0, "is_there"),
		.label = label ? arena_strdup(c->mem, label) : NULL,
		.duration = db_int(c->rows, 0, "duration"),
		.ends_at = db_int(c->rows, 0, "ends_at"),
		.left = db_int(c->rows, 0, "left_ms"),
	};
	t->is_paused = t->left > 0;
}

/* The rule that the method stands for. */
static bool timer_rule(struct call *c, struct timer_state *t, int64_t now)
{
	const struct kd_timer_start *start = c->params;
	const struct kd_timer_extend *extend = c->params;

	if (c->method == &kd_timer_start)
		return timer_start_at(t, start->label, start->seconds, now, &c->err);
	if (c->method == &kd_timer_pause)
		return timer_pause_at(t, now, &c->err);
	if (c->method == &kd_timer_resume)
		return timer_resume_at(t, now, &c->err);
	if (c->method == &kd_timer_extend)
		return timer_extend_at(t, extend->seconds, now, &c->err);
	return timer_stop_now(t, &c->err);
}

static enum call_next timer_decide(struct call *c)
{
	struct timer_state *t = c->frame;

	if (!board_leader_asks(c))
		return call_refuse(c);
	timer_from_row(t, c);
	if (!timer_rule(c, t, db_int(c->rows, 0, "now")))
		return call_refuse(c);
	if (!t->is_there)
		return call_query(c, timer_stored, &Q_TIMER_DELETE, board_of(c));
	return call_query(c, timer_stored, &Q_TIMER_PUT, board_of(c), t->label, call_int(c, t->duration),
	        t->is_paused ? NULL : call_int(c, t->ends_at), t->is_paused ? call_int(c, t->left) : NULL);
}

static enum call_next timer_stored(struct call *c)
{
	const struct timer_state *t = c->frame;
	struct kd_timer_set ev = { .timer = { t->label, t->duration, { !t->is_paused, t->ends_at }, { t->is_paused, t->left } } };
	struct kd_seq answer = { call_emit(c, c->method->emits, &ev) };

	return call_reply(c, &answer);
}

static enum call_next clock_get(struct call *c)
{
	return call_query(c, call_reply_row, &Q_CLOCK_NOW);
}

const struct rpc_binding timer_rpc[] = {
	{ &kd_timer_start, timer_change, ACCESS_MEMBER, RATE_WRITE, sizeof(struct timer_state) },
	{ &kd_timer_pause, timer_change, ACCESS_MEMBER, RATE_WRITE, sizeof(struct timer_state) },
	{ &kd_timer_resume, timer_change, ACCESS_MEMBER, RATE_WRITE, sizeof(struct timer_state) },
	{ &kd_timer_extend, timer_change, ACCESS_MEMBER, RATE_WRITE, sizeof(struct timer_state) },
	{ &kd_timer_stop, timer_change, ACCESS_MEMBER, RATE_WRITE, sizeof(struct timer_state) },
	{ &kd_clock_get, clock_get, ACCESS_MEMBER, RATE_READ, 0 },
	{ .method = NULL },
};

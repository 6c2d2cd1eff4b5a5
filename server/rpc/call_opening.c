/* call_opening.c - calls that open streams: what they ask is shared (stream/openings.h), and they go on a few at a time.
 *
 * When thousands come at once, as after the loss of a node, one answer of the database lets many of them go on. Then each turn
 * of the loop serves as many as fit into PACE_US and looks after everybody else before the next. */
#include "rpc/rpc_private.h"
#include <assert.h>

#define PACE_US 4000

static struct call_run *run_of(struct call *c)
{
	return (struct call_run *)c;
}

void pace_run(struct task *t)
{
	struct rpc *rpc = task_owner(t, struct rpc, pace);
	int64_t until_us = clock_mono_us() + PACE_US;

	while (rpc->paced && clock_mono_us() < until_us) {
		struct call_run *run = rpc->paced;

		DL_DELETE2(rpc->paced, run, paced_prev, paced_next);
		run->is_paced = false;
		call_step_run(run, run->next);
	}
	if (rpc->paced)
		task_post(&rpc->pace);
}

static void go_on(struct call_run *run)
{
	run->is_paced = true;
	DL_APPEND2(run->rpc->paced, run, paced_prev, paced_next);
	task_post(&run->rpc->pace);
}

void call_opening_cancel(struct call_run *run)
{
	openings_cancel(&run->opening);
	snapshot_unref(run->opening.snapshot);
	run->opening.snapshot = NULL;
	snapshot_unref(run->snapshot);
	run->snapshot = NULL;
	run->call.snapshot = NULL;
	if (!run->is_paced)
		return;
	run->is_paced = false;
	DL_DELETE2(run->rpc->paced, run, paced_prev, paced_next);
}

/* --- what it is open to ------------------------------------------------------------------------------------------- */

static enum call_next looked_at(struct call *c)
{
	struct call_run *run = run_of(c);
	const struct opening_wait *w = &run->opening;

	if (c->err.code != KD_OK)
		return call_refuse(c);
	run->access = w->access;
	c->head = w->head;
	c->access = w->is_found && access_may_read(&run->access, c->caller) ? &run->access : NULL;
	if (!c->access)
		return call_fail(c, KD_E_NOT_FOUND, "no such object");
	call_step_run(run, run->after);
	return CALL_NEXT_;
}

static void looked(struct opening_wait *w, const struct err *err)
{
	struct call_run *run = (struct call_run *)((char *)w - offsetof(struct call_run, opening));

	if (err)
		run->call.err = *err;
	go_on(run);
}

enum call_next call_look(struct call *c, const char *kind, const char *id, call_step *next)
{
	struct call_run *run = run_of(c);

	assert(run->state == CALL_STEP && !run->is_in_change);
	run->after = next;
	run->next = looked_at;
	run->state = CALL_QUERY;
	run->opening.done = looked;
	openings_look(run->rpc->openings, stream_kind_find(run->rpc->config.kinds, kind), id, &run->opening);
	return CALL_NEXT_;
}

/* --- what it holds ------------------------------------------------------------------------------------------------- */

static void snapshot_read(struct opening_wait *w, const struct err *err)
{
	struct call_run *run = (struct call_run *)((char *)w - offsetof(struct call_run, opening));

	if (err)
		run->call.err = *err;
	run->snapshot = w->snapshot;
	w->snapshot = NULL;
	run->call.snapshot = run->snapshot;
	go_on(run);
}

enum call_next call_snapshot(struct call *c, const char *kind, const char *id, int64_t least, call_step *next)
{
	struct call_run *run = run_of(c);
	char name[STREAM_NAME_SIZE];

	assert(run->state == CALL_STEP && !run->is_in_change);
	stream_name_make(name, kind, id);
	run->snapshot = openings_kept(run->rpc->openings, name, least);
	run->call.snapshot = run->snapshot;
	if (run->snapshot) {
		call_step_run(run, next);
		return CALL_NEXT_;
	}
	run->next = next;
	run->state = CALL_QUERY;
	run->opening.done = snapshot_read;
	openings_read(run->rpc->openings, stream_kind_find(run->rpc->config.kinds, kind), id, least, &run->opening);
	return CALL_NEXT_;
}

/* call_again.c - a database that is lost under a call: restarted, failed over to its standby, or only one connection cut.
 *
 * The call runs again from its beginning, with the rights that its caller has now. Nothing is done twice: what it had written
 * was rolled back with its connection, and when that was lost during the commit, the look-up of its op tells what became of
 * it. Whoever waits notices a delay. */
#include "rpc/allow.h"
#include "rpc/rpc_private.h"
#include <string.h>

enum {
	CALL_RUNS_MAX = 6, /* a statement over which the server dies must not kill it for ever */
	CALL_AGAIN_MS = 250, /* before a third run: of a server that dies, not all connections are lost at one moment */
};

bool call_may_run_again(const struct call_run *run, const struct err *err)
{
	const struct rpc *rpc = run->rpc;
	const struct conn *conn = rpc_conn(run->rpc, run->call.conn);
	struct err forbidden;

	if (!db_was_lost(err) || run->runs >= CALL_RUNS_MAX ||
		clock_mono_us() - run->began_us > rpc->config.retry_ms * 1000)
		return false;
	/* Who has gone asks again with the same op. Who is no longer signed in, or has lost a role, may no longer ask. */
	if (rpc->is_draining || !conn || conn->state != CONN_OPEN ||
		!allow_call(run->binding->access, &conn->caller->caller, &forbidden))
		return false;
	/* Was it committed, the op's answer is known, but for what is told only once; the client learns that it has to look. */
	return !db_is_unknown(err) || (run->binding->method->has_op && !run->has_secret);
}

/* It was shut down, or has cancelled what stood in the way of its replaying. That is no one's business but ours. */
bool call_left_replica(struct call_run *run)
{
	const struct conn *conn = rpc_conn(run->rpc, run->call.conn);
	struct err why = { .detail = "the replica failed" }, forbidden;

	if (!conn || conn->state != CONN_OPEN || !allow_call(run->binding->access, &conn->caller->caller, &forbidden))
		return false;
	run->avoids_replica = true;
	run->runs--; /* this one does not count */
	call_run_again(run, &why);
	return true;
}

void call_run_again(struct call_run *run, const struct err *why)
{
	struct conn *conn = rpc_conn(run->rpc, run->call.conn);

	metric_add(run->rpc->again, 1);
	log_line(LOG_INFO, "call again", "method", run->binding->method->name, "conn", log_int((int64_t)run->call.conn), "why",
		why->detail[0] ? why->detail : why->text, NULL);
	caller_unref(run->caller_ref);
	run->caller_ref = caller_ref(conn->caller);
	run->call.caller = &run->caller_ref->caller;
	run->call.rows = NULL;
	run->call.access = NULL;
	call_opening_cancel(run);
	run->call.err = (struct err){ 0 };
	memset(run->call.frame, 0, run->binding->frame_size);
	memset(&run->change, 0, sizeof(run->change));
	json_decref(run->result);
	run->result = NULL;
	run->has_secret = false;
	run->decide = NULL;
	run->queries = 0;
	run->state = CALL_STEP;
	if (run->runs < 2) {
		task_post(&run->task);
		return;
	}
	run->state = CALL_AGAIN;
	if (!run->rpc->is_again_due)
		timer_start(run->rpc->again_timer, CALL_AGAIN_MS, 0);
	run->rpc->is_again_due = true;
}

void call_again_due(void *owner)
{
	struct rpc *rpc = owner;
	struct call_run *run, *next;

	rpc->is_again_due = false;
	HASH_ITER(hh, rpc->calls, run, next) { /* in the order they came */
		if (run->state != CALL_AGAIN)
			continue;
		run->state = CALL_STEP;
		task_post(&run->task);
	}
}

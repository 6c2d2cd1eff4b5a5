/* sign_ins.c - whose connections are these? Asked for all at once that came while the question before was under way.
 *
 * One by one, ten thousand who come back after the loss of a node are ten thousand statements, each with a commit of its own for
 * when its session was last seen. */
#include "rpc/rpc_private.h"
#include "db/array.h"
#include <stdlib.h>

#define BATCH 100 /* connections a statement: as many begin to ask for streams in the same turn */
#define TEXT_MAX (64u << 10)

struct sign_ins {
	struct rpc *rpc;
	uint64_t *waiting; /* connections, the longest waiting first */
	size_t count, cap;
	uint64_t asked[BATCH];
	size_t asked_count; /* > 0: a question is under way */
	struct buf hashes, bearers;
	struct db_ticket ticket;
	struct task task;
};

static void sign_ins_send(struct task *t);

struct sign_ins *sign_ins_create(struct rpc *rpc)
{
	struct sign_ins *s = calloc(1, sizeof(*s));

	if (!s)
		return NULL;
	s->rpc = rpc;
	buf_init(&s->hashes, TEXT_MAX);
	buf_init(&s->bearers, TEXT_MAX);
	task_init(&s->task, rpc->config.loop, sign_ins_send);
	return s;
}

void sign_ins_destroy(struct sign_ins *s)
{
	if (!s)
		return;
	task_cancel(&s->task);
	db_ticket_cancel(&s->ticket);
	buf_finish(&s->hashes);
	buf_finish(&s->bearers);
	free(s->waiting);
	free(s);
}

bool sign_ins_ask(struct sign_ins *s, const struct conn *c)
{
	if (s->count == s->cap) {
		size_t cap = s->cap ? 2 * s->cap : 64;
		uint64_t *waiting = realloc(s->waiting, cap * sizeof(*waiting));

		if (!waiting)
			return false;
		s->waiting = waiting;
		s->cap = cap;
	}
	s->waiting[s->count++] = c->id;
	if (s->asked_count == 0)
		task_post(&s->task);
	return true;
}

static void answered(void *owner, const struct db_rows *rows, const struct err *err)
{
	struct sign_ins *s = owner;
	uint64_t asked[BATCH];
	size_t count = s->asked_count;
	int row_of[BATCH];

	memcpy(asked, s->asked, count * sizeof(*asked));
	for (size_t i = 0; i < count; i++)
		row_of[i] = -1;
	for (int row = 0; !err && row < db_count(rows); row++)
		row_of[db_int(rows, row, "n") - 1] = row;
	s->asked_count = 0;
	if (s->count > 0)
		task_post(&s->task);
	for (size_t i = 0; i < count; i++) {
		struct conn *c = rpc_conn(s->rpc, asked[i]); /* it may have closed meanwhile */

		if (c && c->state == CONN_ASKING)
			conn_known(c, rows, row_of[i], err);
	}
}

static void sign_ins_send(struct task *t)
{
	struct sign_ins *s = task_owner(t, struct sign_ins, task);
	size_t taken = 0;
	const char *params[2];
	const struct db_call call = { s->rpc->config.callers_by_credential, params };

	array_begin(&s->hashes);
	array_begin(&s->bearers);
	while (taken < s->count && s->asked_count < BATCH) {
		const struct conn *c = rpc_conn(s->rpc, s->waiting[taken++]);

		if (!c || c->state != CONN_ASKING)
			continue;
		s->asked[s->asked_count++] = c->id;
		array_word(&s->hashes, c->hash);
		array_bool(&s->bearers, c->is_bearer);
	}
	array_end(&s->hashes);
	array_end(&s->bearers);
	s->count -= taken;
	memmove(s->waiting, s->waiting + taken, s->count * sizeof(*s->waiting));
	if (s->asked_count == 0)
		return;
	if (s->hashes.failed || s->bearers.failed) {
		struct err err = { .code = KD_E_BUSY };

		answered(s, NULL, &err);
		return;
	}
	params[0] = s->hashes.data;
	params[1] = s->bearers.data;
	db_query_patient(s->rpc->config.db, &s->ticket, &call, 1, answered, s);
}

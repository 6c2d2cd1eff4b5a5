/* calls.c - a client's calls: made when they are due, answered, put off, sent again. */
#include "clients/load/run.h"
#include <string.h>

#define MESSAGE_SIZE 8192
#define RETRY_MS 100 /* for the moment refused, without a word of when */

const char *const refusal_words[16] = { "parse", "request", "method", "invalid", "internal", "unauthenticated", "forbidden",
	"not_found", "conflict", "too_large", "busy", "unavailable", "rate_limited", "other" };

int refusal_of(struct span word)
{
	int i = 0;

	while (refusal_words[i + 1] && !span_is(word, refusal_words[i]))
		i++;
	return i;
}

bool may_work(const struct run *r)
{
	return r->phase == PHASE_WARMUP || r->phase == PHASE_MEASURE;
}

/* --- calls under way -------------------------------------------------------------------------------------- */

static void under_way_add(struct run *r, struct user *u, uint32_t index)
{
	uint32_t *at = &u->first_op;

	while (*at != OP_NONE)
		at = &ops_get(&r->ops, *at)->next;
	*at = index;
	u->under_way++;
	r->under_way++;
}

static bool under_way_remove(struct run *r, struct user *u, uint32_t index)
{
	uint32_t *at = &u->first_op;

	while (*at != OP_NONE && *at != index)
		at = &ops_get(&r->ops, *at)->next;
	if (*at == OP_NONE)
		return false;
	*at = ops_get(&r->ops, index)->next;
	u->under_way--;
	r->under_way--;
	return true;
}

static void call_send(struct run *r, struct user *u, uint32_t index)
{
	char text[MESSAGE_SIZE];

	ops_get(&r->ops, index)->state = OP_SENT;
	conn_send(&u->conn, text, work_write(r, index, text, sizeof text));
}

static bool call_begin(struct run *r, struct user *u, int64_t due)
{
	struct op op = { .due = due, .user = u->index, .next = OP_NONE };
	uint32_t index;

	if (!work_choose(r, u, &op))
		return false;
	index = ops_add(&r->ops, &op);
	under_way_add(r, u, index);
	r->stats.sent++;
	call_send(r, u, index);
	return true;
}

void user_work(struct user *u)
{
	struct run *r = the_run;
	int64_t now = r->loop.now, due;

	if (!u->is_writer || u->state != USER_READY || !may_work(r))
		return;
	if (r->o.in_flight) {
		while (u->under_way < r->o.in_flight)
			if (!call_begin(r, u, clock_ns())) {
				timer_set(&r->loop, &u->due, now + NS_PER_MS);
				break;
			}
		return;
	}
	while (u->under_way < UNDER_WAY_MAX && schedule_take(&u->schedule, now, &due, &r->random))
		call_begin(r, u, due);
	if (u->schedule.next > now)
		timer_set(&r->loop, &u->due, u->schedule.next);
}

void call_due(struct timer *t, int64_t now)
{
	struct user *u = (struct user *)((char *)t - offsetof(struct user, due));

	(void)now;
	user_work(u);
}

void calls_begin(struct run *r, struct user *u)
{
	if (u->is_writer && !u->schedule.next)
		schedule_begin(&u->schedule, r->o.rate, r->o.is_poisson, r->loop.now, &r->random);
}

/* --- what was cut off ------------------------------------------------------------------------------ */

void call_give_up(struct run *r, struct user *u, uint32_t index, enum op_state state, const char *code)
{
	under_way_remove(r, u, index);
	ops_get(&r->ops, index)->state = (uint8_t)state;
	r->stats.unknown += state == OP_UNKNOWN;
	work_given_up(r, index);
	record_op(r, index, code);
}

void calls_again(struct run *r, struct user *u, bool waiting_only)
{
	for (uint32_t index = u->first_op, next; index != OP_NONE; index = next) {
		struct op *op = ops_get(&r->ops, index);

		next = op->next;
		if (waiting_only && op->state != OP_WAITING)
			continue;
		if (!r->o.sends_again && !waiting_only) {
			call_give_up(r, u, index, OP_UNKNOWN, NULL);
			continue;
		}
		op->was_resent = true;
		r->stats.resent++;
		call_send(r, u, index);
	}
}

/* --- answers ------------------------------------------------------------------------------------------------------ */

static void call_acked(struct run *r, struct user *u, uint32_t index, struct span result)
{
	struct op *op = ops_get(&r->ops, index);
	int64_t took = clock_ns() - op->due;
	bool counts = is_measured(r, op->due);

	under_way_remove(r, u, index);
	op->state = OP_ACKED;
	if (op->kind >= OP_WRITES) {
		r->stats.reads_done++;
		r->stats.reads_measured += counts;
		if (counts)
			histogram_record(&r->stats.read, took);
		return;
	}
	r->stats.acked++;
	r->stats.acked_measured += r->phase == PHASE_MEASURE;
	if (counts)
		histogram_record(&r->stats.ack, took);
	op->seq = (uint64_t)span_int(scan_find(result, "seq"), 0);
	if (!op->seq)
		wrong(&r->wrongs, WRONG_STRANGE, "%s was answered without a number", op_methods[op->kind]);
	else if (op->seen && op->seen != op->seq)
		wrong(&r->wrongs, WRONG_SEQ, "heard as %llu, acknowledged as %llu", (unsigned long long)op->seen,
		        (unsigned long long)op->seq);
	work_done(r, index, result);
	record_op(r, index, NULL);
}

static void call_refused(struct run *r, struct user *u, uint32_t index, struct span error)
{
	struct span data = scan_find(error, "data"), word = span_text(scan_find(data, "code"));
	int64_t after = span_int(scan_find(data, "retryAfterMs"), RETRY_MS);
	int code = refusal_of(word);

	r->stats.refusals[code]++;
	if (span_is(word, "busy") || span_is(word, "unavailable") || span_is(word, "rate_limited")) {
		ops_get(&r->ops, index)->state = OP_WAITING;
		r->stats.deferred++;
		after += (int64_t)random_below(&r->random, (uint32_t)after + 1);
		if (!u->again.at)
			timer_set(&r->loop, &u->again, r->loop.now + after * NS_PER_MS);
		return;
	}
	r->stats.refused++;
	call_give_up(r, u, index, OP_REFUSED, refusal_words[code]);
}

void call_answered(struct run *r, struct user *u, const struct message *m)
{
	uint32_t index = (uint32_t)m->id;
	struct op *op = m->id < (int64_t)r->ops.count ? ops_get(&r->ops, index) : NULL;

	if (!op || op->user != u->index || (op->state != OP_SENT && op->state != OP_WAITING)) {
		wrong(&r->wrongs, WRONG_STRANGE, "an answer to what was not asked: %lld", (long long)m->id);
		return;
	}
	if (m->kind == MESSAGE_RESULT)
		call_acked(r, u, index, m->content);
	else
		call_refused(r, u, index, m->content);
	user_work(u);
}

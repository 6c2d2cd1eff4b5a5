/* hot_write.c - the two round trips of a batch that is decided in memory, as statements over arrays. */
#include "stream/journal_private.h"
#include "db/array.h"
#include "journal_sql.h"
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define ARRAY_MAX (64u << 20)

static void arrays_begin(struct buf *arrays, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		buf_init(&arrays[i], ARRAY_MAX);
		array_begin(&arrays[i]);
	}
}

/* False: there was no memory for one of them. */
static bool arrays_end(struct buf *arrays, size_t n)
{
	bool is_whole = true;

	for (size_t i = 0; i < n; i++) {
		array_end(&arrays[i]);
		is_whole = is_whole && !arrays[i].failed;
	}
	return is_whole;
}

static void arrays_free(struct buf *arrays, size_t n)
{
	for (size_t i = 0; i < n; i++)
		buf_finish(&arrays[i]);
}

enum { ASK_ACTORS, ASK_OPS, ASK_MAKES, ASK_ARRAYS };

void hot_ask(struct batch *b, db_done *done)
{
	const struct model *m = b->hot->model;
	const struct change *ch;
	struct buf a[ASK_ARRAYS];
	char since[24];

	arrays_begin(a, ASK_ARRAYS);
	DL_FOREACH(b->hot->undecided, ch) {
		array_word(&a[ASK_ACTORS], ch->actor);
		array_word(&a[ASK_OPS], ch->op);
		if (ch->makes)
			array_word(&a[ASK_MAKES], ch->makes);
	}
	snprintf(since, sizeof(since), "%" PRId64, m->state ? m->head : INT64_MAX);
	if (arrays_end(a, ASK_ARRAYS)) {
		const struct change *first = b->hot->undecided;
		const char *lock[] = { b->id, b->kind }, *facts[] = { first->facts_id }, *missed[] = { b->id, since };
		const char *ops[] = { a[ASK_ACTORS].data, a[ASK_OPS].data }, *makes[] = { a[ASK_MAKES].data };
		const struct db_call calls[] = { { &Q_STREAM_LOCK, lock }, { first->facts, facts }, { &Q_OP_ANSWERS, ops },
			{ &Q_STREAM_MISSED, missed }, { m->kind->known, makes } };

		b->hot->has_makes = a[ASK_MAKES].len > 2;
		db_tx_group(b->tx, calls, b->hot->has_makes ? 5 : 4, done, b);
	} else {
		struct err err;

		err_set(&err, KD_E_BUSY, "the server is short of memory");
		batch_break(b, &err);
	}
	arrays_free(a, ASK_ARRAYS);
}

/* --- what was decided ------------------------------------------------------------------------------------ */

/* Most answers are the event's number, which stands beside it. */
static const char *stored_result(const struct change *ch)
{
	char plain[40];

	snprintf(plain, sizeof(plain), "{\"seq\":%" PRId64 "}", ch->first_seq);
	return ch->answer && strcmp(ch->answer, plain) == 0 ? NULL : ch->answer;
}

enum { EVENT_ACTORS, EVENT_OPS, EVENT_TYPES, EVENT_BODIES, EVENT_RESULTS, EVENT_ARRAYS };

static bool events_fill(const struct batch *b, struct buf *a)
{
	const struct change *ch;

	arrays_begin(a, EVENT_ARRAYS);
	DL_FOREACH(b->kept, ch) {
		if (!ch->type)
			continue;
		array_word(&a[EVENT_ACTORS], ch->actor);
		array_word(&a[EVENT_OPS], ch->op);
		array_word(&a[EVENT_TYPES], ch->type);
		array_text_n(&a[EVENT_BODIES], b->hot->wire.data + ch->body_at, ch->body_len);
		array_text(&a[EVENT_RESULTS], stored_result(ch));
	}
	return arrays_end(a, EVENT_ARRAYS);
}

enum { REFUSAL_ACTORS, REFUSAL_OPS, REFUSAL_CODES, REFUSAL_FIELDS, REFUSAL_REASONS, REFUSAL_ARRAYS };

static bool is_new_refusal(const struct change *ch)
{
	return ch->err.code != KD_OK && !ch->is_known && !ch->same;
}

static bool refusals_fill(const struct batch *b, struct buf *a)
{
	const struct change *ch;

	arrays_begin(a, REFUSAL_ARRAYS);
	DL_FOREACH(b->kept, ch) {
		if (!is_new_refusal(ch))
			continue;
		array_word(&a[REFUSAL_ACTORS], ch->actor);
		array_word(&a[REFUSAL_OPS], ch->op);
		array_int(&a[REFUSAL_CODES], ch->err.code);
		array_text(&a[REFUSAL_FIELDS], ch->err.field);
		array_text(&a[REFUSAL_REASONS], ch->err.text);
	}
	return arrays_end(a, REFUSAL_ARRAYS);
}

/* What a guess stands on, made sure of before anything is written. */
struct guard {
	char head[24];
	const char *take[3], *same[1 + ACCESS_PARAMS], *ops[2];
};

static int guard_fill(struct guard *g, const struct batch *b, const struct buf *events, struct db_call *calls)
{
	int n = 0;

	if (!b->hot->is_guess)
		return 0;
	snprintf(g->head, sizeof(g->head), "%" PRId64, b->committed_head);
	g->take[0] = g->same[0] = b->id;
	g->take[1] = b->kind;
	g->take[2] = g->head;
	access_to_params(&b->hot->access, &g->same[1]);
	g->ops[0] = events[EVENT_ACTORS].data;
	g->ops[1] = events[EVENT_OPS].data;
	calls[n++] = (struct db_call){ &Q_STREAM_TAKE, g->take };
	calls[n++] = (struct db_call){ b->hot->model->kind->unchanged, g->same };
	calls[n++] = (struct db_call){ &Q_OPS_UNREFUSED, g->ops };
	return n;
}

bool hot_write(struct batch *b, void (*done)(void *owner, enum db_outcome outcome, const struct err *err))
{
	struct model *m = b->hot->model;
	struct buf events[EVENT_ARRAYS], refusals[REFUSAL_ARRAYS];
	struct db_call calls[MODEL_WRITES_MAX + 6];
	struct guard guard;
	char first[24], head[24], at[24];
	const char *event_params[3 + EVENT_ARRAYS] = { b->id, first, at }, *refusal_params[REFUSAL_ARRAYS], *advance[] = { b->id, head };
	bool is_whole = events_fill(b, events) && !b->hot->wire.failed;
	int guards = is_whole ? guard_fill(&guard, b, events, calls) : 0;
	int writes = b->head > b->committed_head ? m->kind->write(m->state, b->id, calls + guards) : 0;
	int n = guards + writes;

	buf_add_char(&b->hot->wire, ']');
	is_whole = refusals_fill(b, refusals) && is_whole && writes >= 0 && !b->hot->wire.failed;
	if (is_whole && b->head > b->committed_head) {
		snprintf(first, sizeof(first), "%" PRId64, b->committed_head + 1);
		snprintf(head, sizeof(head), "%" PRId64, b->head);
		snprintf(at, sizeof(at), "%" PRId64, b->hot->at_ms);
		for (int i = 0; i < EVENT_ARRAYS; i++)
			event_params[i + 3] = events[i].data;
		calls[n++] = (struct db_call){ &Q_EVENTS_APPEND, event_params };
		calls[n++] = (struct db_call){ &Q_STREAM_ADVANCE, advance };
	}
	if (is_whole && b->hot->refusals > 0) {
		for (int i = 0; i < REFUSAL_ARRAYS; i++)
			refusal_params[i] = refusals[i].data;
		calls[n++] = (struct db_call){ &Q_OPS_REFUSE, refusal_params };
	}
	if (is_whole)
		db_tx_commit_after(b->tx, calls, n, done, b);
	arrays_free(events, EVENT_ARRAYS);
	arrays_free(refusals, REFUSAL_ARRAYS);
	return is_whole;
}

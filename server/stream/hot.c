/* hot.c - batches of changes that are decided in memory: gathered, asked about, decided in order, written, told.
 *
 * Two round trips carry a batch, however many changes it holds (hot_write.c): what has to be known, then what was decided.
 * Where only this node has written lately, what has to be known is taken as it was, and looked at as the batch is written:
 * one round trip then (hot_guess.c). Between deciding and the commit the model runs ahead of the record; whatever goes wrong
 * from there on, it is forgotten and read again. */
#include "stream/journal_private.h"
#include "base/clock.h"
#include "base/log.h"
#include "loop/loop.h"
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#define HOT_MAX_CHANGES 512 /* of a batch, which is one frame; see HOT_MAX_BYTES */
/* Sending a frame to a viewer costs about 6 us. A stream that changes all the time gathers so long that this stays a
 * thirtieth of a core, but no longer than nobody sees; a first change after quiet goes at once. */
#define HOT_GATHER_US_PER_VIEWER 200
#define HOT_GATHER_MAX_US 10000
/* So many changes, or two for each viewer, need not wait for more: sending is the lesser part of what they cost. */
#define HOT_ENOUGH 64
#define HOT_TRIES 3
#define HOT_WIRE_MAX (16u << 20)

static void hot_begin(struct batch *b);

/* --- a batch's birth and end ---------------------------------------------------------------------------- */

static void hot_gathered(void *owner)
{
	hot_begin(owner);
}

static bool hot_create(struct batch *b)
{
	struct journal *j = b->journal;
	struct hot *h = calloc(1, sizeof(*h));

	if (!h)
		return false;
	h->model = models_get(&j->models, b->id, b->waiting->model);
	h->timer = h->model && j->hot.loop ? loop_timer_create(j->hot.loop, hot_gathered, b) : NULL;
	if (!h->model || (j->hot.loop && !h->timer)) {
		free(h);
		return false;
	}
	h->batch = b;
	h->model->is_busy = true;
	buf_init(&h->wire, HOT_WIRE_MAX);
	b->hot = h;
	return true;
}

void hot_finish(struct batch *b)
{
	struct hot *h = b->hot;

	timer_destroy(h->timer);
	models_settle(&b->journal->models, h->model);
	buf_finish(&h->wire);
	free(h->ops);
	free(h);
	b->hot = NULL;
}

void hot_break(struct batch *b, const struct err *err)
{
	struct change *undecided;

	if (!b->hot)
		return;
	undecided = b->hot->undecided;
	models_forget(&b->journal->models, b->hot->model);
	hot_finish(b);
	batch_fail(&undecided, err);
}

/* --- gathering ------------------------------------------------------------------------------------------- */

static int64_t gather_us(const struct batch *b)
{
	const struct journal_hot *hot = &b->journal->hot;
	int viewers = hot->viewers && !b->hot->must_ask ? hot->viewers(hot->owner, b->id) : 0;
	int64_t us = (int64_t)viewers * HOT_GATHER_US_PER_VIEWER;

	b->hot->enough = viewers * 2 > HOT_ENOUGH ? viewers * 2 : HOT_ENOUGH;
	return us < HOT_GATHER_MAX_US ? us : HOT_GATHER_MAX_US;
}

/* How many wait, as far as it matters. */
static int waiting(const struct batch *b)
{
	const struct change *ch;
	int n = 0;

	for (ch = b->waiting; ch && n < b->hot->enough; ch = ch->next)
		n++;
	return n;
}

void hot_came(struct batch *b)
{
	if (b->state == BATCH_GATHERING && ++b->hot->gathered == b->hot->enough)
		timer_start(b->hot->timer, 0, 0); /* with what else this turn of the loop brings */
}

void hot_start(struct batch *b)
{
	struct err err;
	int64_t wait_us;

	if (!b->hot && !hot_create(b)) {
		err_set(&err, KD_E_BUSY, "the server is short of memory");
		batch_fail(&b->waiting, &err);
		batch_go_on(b);
		return;
	}
	wait_us = b->hot->model->began_us + gather_us(b) - clock_mono_us();
	b->hot->gathered = waiting(b);
	if (wait_us > 0 && b->hot->timer && b->hot->gathered < b->hot->enough) {
		b->state = BATCH_GATHERING;
		timer_start(b->hot->timer, (wait_us + 999) / 1000, 0);
	} else {
		hot_begin(b);
	}
}

/* --- what has to be known -------------------------------------------------------------------------------- */

static bool ops_make_room(struct hot *h, int changes)
{
	size_t places = 16;

	while (places < (size_t)changes * 2)
		places *= 2;
	if (places > h->op_places) {
		free(h->ops);
		h->ops = malloc(places * sizeof(struct change *));
		h->op_places = h->ops ? places : 0;
	}
	if (h->ops)
		memset(h->ops, 0, h->op_places * sizeof(struct change *));
	return h->ops != NULL;
}

static void hot_begun(void *owner, const struct db_rows *rows, const struct err *err);

void hot_break_busy(struct batch *b)
{
	struct err err;

	err_set(&err, KD_E_BUSY, "the server is short of memory");
	batch_break(b, &err);
}

static void hot_begin(struct batch *b)
{
	struct hot *h = b->hot;
	struct change *ch;

	b->state = BATCH_BEGINNING;
	b->access = NULL;
	b->taken = h->refusals = 0;
	h->began_us = h->model->began_us = clock_mono_us();
	h->at_ms = clock_now_ms();
	buf_reset(&h->wire);
	while ((ch = b->waiting) && ch->decide && b->taken < HOT_MAX_CHANGES) {
		DL_DELETE(b->waiting, ch);
		DL_APPEND(h->undecided, ch);
		b->taken++;
	}
	b->tx = db_tx_begin(b->journal->db);
	if (!ops_make_room(h, b->taken)) {
		hot_break_busy(b);
	} else if (hot_may_guess(h)) {
		hot_guess(b);
		hot_decide(b);
	} else {
		hot_ask(b, hot_begun);
	}
}

static void hot_loaded(void *owner, const struct db_rows *rows, const struct err *err)
{
	struct batch *b = owner;
	struct stream_model *state;

	if (err) {
		batch_break(b, err);
		return;
	}
	state = b->hot->model->kind->create(rows);
	if (!state) {
		hot_break_busy(b);
		return;
	}
	models_set(&b->journal->models, b->hot->model, state, b->head);
	hot_decide(b);
}

/* What others have written since we last knew. False: the model is not what the record says, or there is none. */
static bool catch_up(struct batch *b, const struct db_rows *missed)
{
	struct model *m = b->hot->model;

	if (!m->state)
		return false;
	for (int i = 0; i < db_count(missed); i++) {
		json_t *body = db_json(missed, i, "body");
		bool is_next = db_int(missed, i, "seq") == m->head + 1;

		if (!body || !is_next || !m->kind->apply(m->state, db_text(missed, i, "type"), body)) {
			json_decref(body);
			return false;
		}
		json_decref(body);
		m->head++;
	}
	return m->head == b->head;
}

static struct change *nth(struct change *first, struct change **at, int *at_n, int n)
{
	if (!*at || n < *at_n) {
		*at = first;
		*at_n = 1;
	}
	while (*at_n < n) {
		*at = (*at)->next;
		++*at_n;
	}
	return *at;
}

static bool take_answers(struct hot *h, const struct db_rows *rows)
{
	struct change *ch = NULL;
	int at_n = 0;

	for (int i = 0; i < db_count(rows); i++) {
		struct change *of = nth(h->undecided, &ch, &at_n, (int)db_int(rows, i, "n"));
		const char *result = db_text(rows, i, "result");

		of->is_known = true;
		if (db_int(rows, i, "code") != KD_OK) {
			op_refusal_from_row(rows, i, &of->err);
		} else {
			of->answer = of->known_answer = strdup(result ? result : "{}");
			if (!of->answer)
				return false;
		}
	}
	return true;
}

static void take_makes(struct hot *h, const struct db_rows *rows)
{
	struct change *ch;

	for (int i = 0; i < db_count(rows); i++)
		DL_FOREACH(h->undecided, ch)
			if (ch->makes && strcmp(ch->makes, db_text(rows, i, "id")) == 0)
				ch->is_taken = true;
}

static void hot_begun(void *owner, const struct db_rows *rows, const struct err *err)
{
	struct batch *b = owner;
	struct hot *h = b->hot;
	const struct db_rows *lock, *facts;

	if (err) {
		batch_break(b, err);
		return;
	}
	b->state = BATCH_RUNNING;
	lock = db_rows_of(rows, 0);
	facts = db_rows_of(rows, 1);
	b->exists = db_count(lock) > 0;
	b->head = b->committed_head = b->exists ? db_int(lock, 0, "head") : 0;
	h->is_readable = b->exists && db_count(facts) > 0;
	if (h->is_readable)
		access_from_row(&h->access, facts);
	hot_asked(b, db_count(db_rows_of(rows, 3)));
	if (!take_answers(h, db_rows_of(rows, 2))) {
		hot_break_busy(b);
		return;
	}
	if (h->has_makes)
		take_makes(h, db_rows_of(rows, 4));
	if (h->is_readable && !catch_up(b, db_rows_of(rows, 3))) {
		const char *params[] = { b->id };

		models_forget(&b->journal->models, h->model);
		db_tx_query(b->tx, h->model->kind->load, params, hot_loaded, b);
		return;
	}
	hot_decide(b);
}

/* --- the end of a batch ---------------------------------------------------------------------------------- */

/* What a change with the same op was answered is its answer too. */
static void change_end_kept(struct journal *j, struct change *ch)
{
	if (ch->same) {
		ch->answer = ch->same->answer;
		ch->err = ch->same->err;
	}
	if (ch->err.code == KD_OK)
		metric_add(j->changes, 1);
	change_end(ch, ch->err.code == KD_OK ? NULL : &ch->err);
}

/* All that is told has been committed. The next batch is asked about first: while we tell, the database works. */
void hot_end(struct batch *b)
{
	struct journal *j = b->journal;
	struct change *kept = b->kept, *ch, *next;
	struct buf wire = b->hot->wire;
	struct access access = b->hot->access;
	bool is_hinted = b->access != NULL;
	int64_t first = b->committed_head + 1, last = b->head;
	char kind[STREAM_KIND_SIZE], id[ID_SIZE];

	memcpy(kind, b->kind, sizeof(kind));
	memcpy(id, b->id, sizeof(id));
	b->hot->tries = 0;
	buf_init(&b->hot->wire, HOT_WIRE_MAX);
	b->kept = NULL;
	b->access = NULL;
	b->committed_head = b->head;
	batch_go_on(b);
	if (last >= first)
		j->committed(j->owner, kind, id, first, last, wire.data, is_hinted ? &access : NULL);
	buf_finish(&wire);
	DL_FOREACH_SAFE(kept, ch, next)
		if (ch->same) { /* before what it points to */
			DL_DELETE(kept, ch);
			change_end_kept(j, ch);
		}
	DL_FOREACH_SAFE(kept, ch, next) {
		DL_DELETE(kept, ch);
		change_end_kept(j, ch);
	}
}

void change_reset(struct change *ch)
{
	free(ch->known_answer);
	ch->known_answer = NULL;
	ch->answer = ch->type = NULL;
	ch->same = NULL;
	ch->is_known = ch->is_taken = ch->is_stranger = false;
	ch->err = (struct err){ 0 };
	ch->state = CHANGE_WAITING;
}

/* Somebody on another stream has taken the same op or id between our question and our writing. It is certain that nothing
 * was written: asked again, we hear of theirs. */
static bool is_worth_another_try(const struct hot *h, enum db_outcome outcome, const struct err *err)
{
	return outcome == DB_ROLLED_BACK && h->tries < HOT_TRIES && err &&
		(strcmp(err->sqlstate, "23505") == 0 || strcmp(err->sqlstate, "40P01") == 0);
}

static void hot_failed(struct batch *b, enum db_outcome outcome, const struct err *err)
{
	struct change *kept = b->kept, *ch;
	struct err lost;
	bool was_wrong = hot_guessed_wrong(b, outcome, err);

	b->kept = NULL;
	models_forget(&b->journal->models, b->hot->model);
	if (was_wrong || is_worth_another_try(b->hot, outcome, err)) {
		b->hot->tries += !was_wrong;
		DL_FOREACH(kept, ch)
			change_reset(ch);
		DL_CONCAT(kept, b->waiting);
		b->waiting = kept;
		hot_begin(b);
		return;
	}
	commit_failed(&lost, b, outcome, err);
	b->hot->tries = 0;
	batch_fail(&kept, &lost);
	batch_go_on(b);
}

void hot_committed(void *owner, enum db_outcome outcome, const struct err *err)
{
	struct batch *b = owner;
	struct hot *h = b->hot;

	b->tx = NULL;
	if (outcome != DB_COMMITTED) {
		hot_failed(b, outcome, err);
		return;
	}
	if (h->model->state) {
		h->model->kind->written(h->model->state);
		h->model->head = b->head;
	}
	hot_guessed_right(b);
	metric_add(b->journal->commits, 1);
	log_line(LOG_INFO, "batch", "stream", b->name, "events", log_int(b->head - b->committed_head), "refused",
		log_int(h->refusals), "ms", log_ms(clock_mono_us() - h->began_us), NULL);
	hot_end(b);
}

/* journal.c - group commit: one transaction a stream at a time. change.c has the turns in it. */
#include "stream/journal_private.h"
#include "base/clock.h"
#include "base/log.h"
#include "journal_sql.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A transaction holds its stream's row and one connection: it ends after so many changes, and the next begins. */
#define BATCH_MAX_CHANGES 64

static void batch_start(struct batch *b);

struct journal *journal_create(struct db *db, journal_committed *committed, void *owner)
{
	struct journal *j = calloc(1, sizeof(*j));

	if (!j)
		return NULL;
	j->db = db;
	j->committed = committed;
	j->owner = owner;
	models_init(&j->models, 64u << 20, 600000);
	j->commits = metric_counter("korsdrag_journal_commits_total", "Transactions committed on streams.", NULL);
	j->changes = metric_counter("korsdrag_journal_changes_total", "Changes committed on streams.", NULL);
	j->guessed = metric_counter("korsdrag_journal_guesses_total", "Batches decided without asking first.", "outcome=\"right\"");
	j->guessed_wrong = metric_counter("korsdrag_journal_guesses_total", "Batches decided without asking first.", "outcome=\"wrong\"");
	j->undone = metric_counter("korsdrag_journal_undone_total", "Changes refused or failed on their turn.", NULL);
	return j;
}

void journal_set_hot(struct journal *j, const struct journal_hot *hot)
{
	j->hot = *hot;
	j->models.max_bytes = hot->models_max;
	j->models.idle_ms = hot->model_idle_ms;
}

void journal_tick(struct journal *j)
{
	models_sweep(&j->models, clock_mono_ms(), j->hot.viewers, j->hot.owner);
}

void change_end(struct change *ch, const struct err *err)
{
	json_t *events = ch->events, *result;
	char *known_answer = ch->known_answer;

	ch->state = CHANGE_ENDED;
	ch->batch = NULL;
	ch->events = NULL;
	json_decref(events);
	result = json_incref(ch->result);
	ch->ended(ch, err); /* the owner may free ch in here */
	free(known_answer);
	json_decref(result);
	json_decref(result);
}

void batch_fail(struct change **list, const struct err *err)
{
	struct change *ch, *next;

	DL_FOREACH_SAFE(*list, ch, next) {
		DL_DELETE(*list, ch);
		change_end(ch, err);
	}
}

static void batch_free(struct batch *b)
{
	HASH_DEL(b->journal->batches, b);
	free(b);
}

void journal_destroy(struct journal *j)
{
	struct batch *b, *next;
	struct err err;

	if (!j)
		return;
	err_set(&err, KD_E_UNAVAILABLE, "the server is stopping");
	HASH_ITER(hh, j->batches, b, next) {
		hot_break(b, &err);
		if (b->tx && b->state != BATCH_COMMITTING)
			db_tx_rollback(b->tx);
		if (b->current)
			change_end(b->current, &err);
		batch_fail(&b->kept, &err);
		batch_fail(&b->waiting, &err);
		batch_free(b);
	}
	models_finish(&j->models);
	free(j);
}

bool journal_is_idle(const struct journal *j)
{
	return j->batches == NULL;
}

/* After a transaction: those who came meanwhile make the next one. */
void batch_go_on(struct batch *b)
{
	if (b->hot && !(b->waiting && b->waiting->decide))
		hot_finish(b);
	if (b->waiting)
		batch_start(b);
	else
		batch_free(b);
}

/* The transaction cannot go on (no connection, or lost): whoever is in it hears so. What waits tries anew. */
void batch_break(struct batch *b, const struct err *err)
{
	struct change *current = b->current;

	b->current = NULL;
	hot_break(b, err);
	if (b->tx)
		db_tx_rollback(b->tx);
	b->tx = NULL;
	batch_fail(&b->kept, err);
	if (current)
		change_end(current, err);
	batch_fail(&b->waiting, err);
	batch_free(b);
}

static void batch_locked(void *owner, const struct db_rows *rows, const struct err *err)
{
	struct batch *b = owner;

	if (err) {
		b->is_broken = true; /* the queries behind us fail as well; the last of them breaks the batch */
		return;
	}
	b->exists = db_count(rows) > 0;
	b->head = b->committed_head = b->exists ? db_int(rows, 0, "head") : 0;
}

static void batch_start(struct batch *b)
{
	const char *params[] = { b->id, b->kind };

	if (b->waiting->decide) {
		hot_start(b);
		return;
	}
	b->state = BATCH_BEGINNING;
	b->tx = db_tx_begin(b->journal->db);
	b->is_broken = false;
	b->taken = 0;
	b->access = NULL;
	db_tx_query(b->tx, &Q_STREAM_LOCK, params, batch_locked, b);
	change_begin(b); /* travels with BEGIN and the lock in one round trip */
}

void journal_submit(struct journal *j, struct change *ch)
{
	char name[STREAM_NAME_SIZE];
	struct batch *b;

	ch->state = CHANGE_WAITING;
	ch->events = NULL;
	ch->result = NULL;
	ch->event_bytes = 0;
	ch->is_known = ch->lacks_event = ch->is_taken = ch->is_stranger = false;
	ch->type = ch->answer = NULL;
	ch->same = NULL;
	ch->known_answer = NULL;
	ch->err = (struct err){ 0 };
	stream_name_make(name, ch->kind, ch->id);
	HASH_FIND_STR(j->batches, name, b);
	if (b) {
		ch->batch = b;
		DL_APPEND(b->waiting, ch);
		hot_came(b);
		return;
	}
	b = calloc(1, sizeof(*b));
	if (!b) {
		struct err err;
		err_set(&err, KD_E_BUSY, "the server is short of memory");
		change_end(ch, &err);
		return;
	}
	b->journal = j;
	memcpy(b->name, name, sizeof(b->name));
	memcpy(b->id, ch->id, sizeof(b->id));
	memcpy(b->kind, ch->kind, sizeof(b->kind));
	HASH_ADD_STR(j->batches, name, b);
	ch->batch = b;
	DL_APPEND(b->waiting, ch);
	batch_start(b);
}

/* --- the end of a transaction ---------------------------------------------------------------------- */

static const char *told_actor(const struct change *ch, const json_t *ev)
{
	const struct kd_event *event = kd_event_find(json_string_value(json_object_get(ev, "type")));

	return event && event->hides_actor ? NULL : ch->actor;
}

/* The events of all kept changes as they travel, in order; NULL without memory. */
static char *batch_events(const struct batch *b)
{
	json_t *all = json_array();
	struct change *ch;
	char *text;

	DL_FOREACH(b->kept, ch) {
		json_t *ev;
		size_t i;

		json_array_foreach(ch->events, i, ev) {
			json_t *out = json_pack("{s:I, s:I, s:s*, s:s*, s:O, s:O}", "seq", (json_int_t)(ch->first_seq + (int64_t)i),
				"at", (json_int_t)ch->at_ms, "actor", told_actor(ch, ev), "op", i == 0 ? ch->op : NULL,
				"type", json_object_get(ev, "type"), "body", json_object_get(ev, "body"));
			if (json_array_append_new(all, out) != 0) {
				json_decref(all);
				return NULL;
			}
		}
	}
	text = json_dumps(all, JSON_COMPACT | JSON_REAL_PRECISION(15));
	json_decref(all);
	return text;
}

void commit_failed(struct err *ret_err, const struct batch *b, enum db_outcome outcome, const struct err *err)
{
	err_set(ret_err, KD_E_UNAVAILABLE, "%s", outcome == DB_UNKNOWN
		? "the connection to the database was lost; send the same op again"
		: "the change could not be stored; send the same op again");
	memcpy(ret_err->sqlstate, err->sqlstate, sizeof(ret_err->sqlstate)); /* whether it may have happened, or can be done again */
	err_detail(ret_err, "%s", err->detail);
	log_line(LOG_WARN, "commit failed", "stream", b->kind, "outcome", outcome == DB_UNKNOWN ? "unknown" : "rolled back",
		"detail", err->detail, NULL);
}

static void batch_committed(void *owner, enum db_outcome outcome, const struct err *err)
{
	struct batch *b = owner;
	struct journal *j = b->journal;
	struct change *kept = b->kept, *ch, *next;
	struct err lost;

	b->tx = NULL;
	if (outcome != DB_COMMITTED) {
		b->kept = NULL;
		commit_failed(&lost, b, outcome, err);
		batch_fail(&kept, &lost);
		batch_go_on(b);
		return;
	}
	metric_add(j->commits, 1);
	if (b->head > b->committed_head) {
		char *events = batch_events(b);

		models_stir(&j->models, b->id);
		j->committed(j->owner, b->kind, b->id, b->committed_head + 1, b->head, events, b->access);
		free(events);
	}
	b->kept = NULL;
	b->committed_head = b->head;
	DL_FOREACH_SAFE(kept, ch, next) {
		DL_DELETE(kept, ch);
		if (ch->err.code == KD_OK)
			metric_add(j->changes, 1);
		change_end(ch, ch->err.code == KD_OK ? NULL : &ch->err);
	}
	batch_go_on(b);
}

void batch_next(struct batch *b)
{
	if (b->waiting && !b->waiting->decide && b->taken < BATCH_MAX_CHANGES) {
		change_begin(b);
		return;
	}
	if (!b->kept) { /* nothing to commit, not even a refusal */
		db_tx_rollback(b->tx);
		b->tx = NULL;
		batch_go_on(b);
		return;
	}
	b->state = BATCH_COMMITTING;
	if (b->head > b->committed_head) {
		char head[24];
		const char *params[] = { b->id, head };

		snprintf(head, sizeof(head), "%lld", (long long)b->head);
		db_tx_query(b->tx, &Q_STREAM_ADVANCE, params, NULL, NULL);
	}
	db_tx_commit(b->tx, batch_committed, b);
}

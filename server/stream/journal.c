/* journal.c - group commit: one transaction a stream at a time, one savepoint a change. */
#include "stream/journal.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/metrics.h"
#include "journal_sql.h"
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uthash.h>
#include <utlist.h>

/* A transaction holds its stream's row and one connection: it ends after so many changes, and the next begins. */
#define BATCH_MAX_CHANGES 64

enum batch_state { BATCH_BEGINNING, BATCH_RUNNING, BATCH_COMMITTING };

struct batch {
	char id[ID_SIZE];
	char kind[STREAM_KIND_SIZE];
	struct journal *journal;
	enum batch_state state;
	struct db_tx *tx;
	bool exists;              /* the stream's row is there */
	bool is_broken;           /* the connection was lost: everything in it fails */
	int64_t head;             /* with what this transaction has appended */
	int64_t committed_head;   /* as it was when we got the lock */
	int taken;                /* changes that had their turn in this transaction */
	struct change *waiting;   /* in the order they came */
	struct change *current;
	struct change *kept;      /* finished, their commit is awaited */
	const struct access *access;
	UT_hash_handle hh;
};

struct journal {
	struct db *db;
	journal_committed *committed;
	void *owner;
	struct batch *batches;
	struct metric *commits, *changes, *undone;
};

static void batch_start(struct batch *b);
static void batch_next(struct batch *b);
static void change_begin(struct batch *b);

struct journal *journal_create(struct db *db, journal_committed *committed, void *owner)
{
	struct journal *j = calloc(1, sizeof(*j));

	if (!j)
		return NULL;
	j->db = db;
	j->committed = committed;
	j->owner = owner;
	j->commits = metric_counter("korsdrag_journal_commits_total", "Transactions committed on streams.", NULL);
	j->changes = metric_counter("korsdrag_journal_changes_total", "Changes committed on streams.", NULL);
	j->undone = metric_counter("korsdrag_journal_undone_total", "Changes refused or failed on their turn.", NULL);
	return j;
}

static void change_end(struct change *ch, const struct err *err)
{
	json_t *events = ch->events, *result;

	ch->state = CHANGE_ENDED;
	ch->batch = NULL;
	ch->events = NULL;
	json_decref(events);
	result = json_incref(ch->result);
	ch->ended(ch, err); /* the owner may free ch in here */
	json_decref(result);
	json_decref(result);
}

static void fail_list(struct change **list, const struct err *err)
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
		if (b->tx && b->state != BATCH_COMMITTING)
			db_tx_rollback(b->tx);
		if (b->current)
			change_end(b->current, &err);
		fail_list(&b->kept, &err);
		fail_list(&b->waiting, &err);
		batch_free(b);
	}
	free(j);
}

bool journal_is_idle(const struct journal *j)
{
	return j->batches == NULL;
}

/* After a transaction: those who came meanwhile make the next one. */
static void batch_go_on(struct batch *b)
{
	if (b->waiting)
		batch_start(b);
	else
		batch_free(b);
}

/* The transaction cannot go on (no connection, or lost): whoever is in it hears so. What waits tries anew. */
static void batch_break(struct batch *b, const struct err *err)
{
	struct change *current = b->current;

	b->current = NULL;
	if (b->tx)
		db_tx_rollback(b->tx);
	b->tx = NULL;
	fail_list(&b->kept, err);
	if (current)
		change_end(current, err);
	fail_list(&b->waiting, err);
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

	b->state = BATCH_BEGINNING;
	b->tx = db_tx_begin(b->journal->db);
	b->is_broken = false;
	b->taken = 0;
	b->access = NULL;
	db_tx_query(b->tx, &Q_STREAM_LOCK, params, batch_locked, b);
	change_begin(b); /* travels with BEGIN and the lock in one round trip */
}

static void change_turn(struct change *ch)
{
	ch->first_seq = ch->batch->head + 1;
	ch->state = CHANGE_RUNNING;
	ch->turn(ch);
}

static void stream_inserted(void *owner, const struct db_rows *rows, const struct err *err)
{
	struct change *ch = owner;

	(void)rows;
	if (err)
		change_undo(ch, err);
	else
		change_turn(ch);
}

static void op_looked_up(void *owner, const struct db_rows *rows, const struct err *err)
{
	struct batch *b = owner;
	struct change *ch = b->current;
	struct err why;

	if (err || b->is_broken) {
		struct err lost;
		err_set(&lost, KD_E_UNAVAILABLE, "the database is not available");
		batch_break(b, err && err->code == KD_E_UNAVAILABLE ? err : &lost);
		return;
	}
	b->state = BATCH_RUNNING;
	if (db_count(rows) > 0) { /* done before: its first answer */
		json_t *result = db_json(rows, 0, "result");
		change_finish(ch, result ? result : json_object());
	} else if (ch->is_new && b->exists) {
		err_set(&why, KD_E_CONFLICT, "an object with this id exists already");
		change_undo(ch, &why);
	} else if (ch->is_new) {
		const char *params[] = { b->id, b->kind };
		db_tx_query(b->tx, &Q_STREAM_INSERT, params, stream_inserted, ch);
	} else if (!b->exists) {
		err_set(&why, KD_E_NOT_FOUND, "no such object");
		change_undo(ch, &why);
	} else {
		change_turn(ch);
	}
}

static void change_begin(struct batch *b)
{
	struct change *ch = b->waiting;
	const char *params[2];

	DL_DELETE(b->waiting, ch);
	b->current = ch;
	b->taken++;
	params[0] = ch->op ? ch->actor : NULL;
	params[1] = ch->op;
	db_tx_exec(b->tx, "SAVEPOINT change", NULL, NULL);
	db_tx_query(b->tx, &Q_OP_FIND, params, op_looked_up, b);
}

void journal_submit(struct journal *j, struct change *ch)
{
	struct batch *b;

	ch->state = CHANGE_WAITING;
	ch->events = NULL;
	ch->result = NULL;
	HASH_FIND_STR(j->batches, ch->id, b);
	if (b && strcmp(b->kind, ch->kind) != 0) { /* an id is of one kind */
		struct err err;
		err_set(&err, KD_E_NOT_FOUND, "no such object");
		change_end(ch, &err);
		return;
	}
	if (b) {
		ch->batch = b;
		DL_APPEND(b->waiting, ch);
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
	memcpy(b->id, ch->id, sizeof(b->id));
	memcpy(b->kind, ch->kind, sizeof(b->kind));
	HASH_ADD_STR(j->batches, id, b);
	ch->batch = b;
	DL_APPEND(b->waiting, ch);
	batch_start(b);
}

void change_query(struct change *ch, const struct db_stmt *stmt, const char *const *params, db_done *done, void *owner)
{
	assert(ch->state == CHANGE_RUNNING);
	db_tx_query(ch->batch->tx, stmt, params, done, owner);
}

int64_t change_emit(struct change *ch, const char *type, json_t *body)
{
	json_t *event = json_pack("{s:s, s:o}", "type", type, "body", body);

	assert(ch->state == CHANGE_RUNNING);
	if (!ch->events)
		ch->events = json_array();
	if (!event || !ch->events || json_array_append_new(ch->events, event) != 0)
		return 0;
	return ch->first_seq + (int64_t)json_array_size(ch->events) - 1;
}

/* --- the end of a turn ----------------------------------------------------------------------------- */

static void change_kept(struct change *ch)
{
	struct batch *b = ch->batch;

	b->head += (int64_t)json_array_size(ch->events); /* 0 for NULL */
	if (ch->events && ch->is_new)
		b->exists = true;
	if (ch->access)
		b->access = ch->access;
	ch->state = CHANGE_KEPT;
	b->current = NULL;
	DL_APPEND(b->kept, ch);
	db_tx_exec(b->tx, "RELEASE SAVEPOINT change", NULL, NULL);
	batch_next(b);
}

static void change_appended(void *owner, const struct db_rows *rows, const struct err *err)
{
	struct change *ch = owner;

	(void)rows;
	if (err)
		change_undo(ch, err);
	else
		change_kept(ch);
}

void change_finish(struct change *ch, json_t *result)
{
	struct batch *b = ch->batch;
	char first[24], at[24];
	char *events, *answer;

	ch->result = result;
	if (json_array_size(ch->events) == 0) {
		change_kept(ch);
		return;
	}
	events = json_dumps(ch->events, JSON_COMPACT | JSON_REAL_PRECISION(15));
	answer = result ? json_dumps(result, JSON_COMPACT | JSON_REAL_PRECISION(15)) : NULL;
	if (!events || (result && !answer)) {
		struct err err;
		err_set(&err, KD_E_BUSY, "the server is short of memory");
		change_undo(ch, &err);
	} else {
		const char *params[] = { b->id, first, at, ch->actor, ch->op, answer, events };
		snprintf(first, sizeof(first), "%lld", (long long)ch->first_seq);
		snprintf(at, sizeof(at), "%lld", (long long)ch->at_ms);
		db_tx_query(b->tx, &Q_EVENT_APPEND, params, change_appended, ch);
	}
	free(events);
	free(answer);
}

static void change_undone(void *owner, const struct db_rows *rows, const struct err *err)
{
	struct change *ch = owner;
	struct batch *b = ch->batch;

	(void)rows;
	if (err) { /* the connection is gone, and with it the whole transaction */
		batch_break(b, err);
		return;
	}
	b->current = NULL;
	metric_add(b->journal->undone, 1);
	json_decref(ch->result);
	ch->result = NULL;
	change_end(ch, &ch->err);
	batch_next(b);
}

void change_undo(struct change *ch, const struct err *err)
{
	ch->err = *err;
	db_tx_exec(ch->batch->tx, "ROLLBACK TO SAVEPOINT change", NULL, NULL);
	db_tx_exec(ch->batch->tx, "RELEASE SAVEPOINT change", change_undone, ch);
}

/* --- the end of a transaction ---------------------------------------------------------------------- */

/* The events of all kept changes as they travel, in order. */
static json_t *batch_events(const struct batch *b)
{
	json_t *all = json_array();
	struct change *ch;

	DL_FOREACH(b->kept, ch) {
		json_t *ev;
		size_t i;

		json_array_foreach(ch->events, i, ev) {
			json_t *out = json_pack("{s:I, s:I, s:s*, s:s*, s:O, s:O}", "seq", (json_int_t)(ch->first_seq + (int64_t)i),
				"at", (json_int_t)ch->at_ms, "actor", ch->actor, "op", i == 0 ? ch->op : NULL,
				"type", json_object_get(ev, "type"), "body", json_object_get(ev, "body"));
			if (json_array_append_new(all, out) != 0) { /* subscribers will read it from the journal instead */
				json_decref(all);
				return NULL;
			}
		}
	}
	return all;
}

static void batch_committed(void *owner, enum db_outcome outcome, const struct err *err)
{
	struct batch *b = owner;
	struct journal *j = b->journal;
	struct change *kept = b->kept, *ch, *next;
	struct err lost;

	b->tx = NULL;
	b->kept = NULL;
	if (outcome != DB_COMMITTED) {
		err_set(&lost, KD_E_UNAVAILABLE, "%s", outcome == DB_UNKNOWN
			? "the connection to the database was lost; send the same op again"
			: "the change could not be stored; send the same op again");
		log_line(LOG_WARN, "commit failed", "stream", b->kind, "outcome", outcome == DB_UNKNOWN ? "unknown" : "rolled back",
			"detail", err ? err->detail : NULL, NULL);
		fail_list(&kept, &lost);
		batch_go_on(b);
		return;
	}
	metric_add(j->commits, 1);
	if (b->head > b->committed_head) {
		json_t *events;

		b->kept = kept;
		events = batch_events(b);
		b->kept = NULL;
		j->committed(j->owner, b->kind, b->id, b->committed_head + 1, events, b->access);
		json_decref(events);
	}
	b->committed_head = b->head;
	DL_FOREACH_SAFE(kept, ch, next) {
		DL_DELETE(kept, ch);
		metric_add(j->changes, 1);
		change_end(ch, NULL);
	}
	batch_go_on(b);
}

static void batch_next(struct batch *b)
{
	if (b->waiting && b->taken < BATCH_MAX_CHANGES) {
		change_begin(b);
		return;
	}
	if (!b->kept) { /* everything was refused: nothing to commit */
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

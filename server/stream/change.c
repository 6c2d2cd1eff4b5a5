/* change.c - one command's turn in its stream's transaction: its op looked up, admitted, kept or undone. */
#include "stream/journal_private.h"
#include "journal_sql.h"
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool refusal_is_final(enum kd_code code)
{
	return code == KD_E_INVALID || code == KD_E_FORBIDDEN || code == KD_E_NOT_FOUND || code == KD_E_CONFLICT ||
		code == KD_E_TOO_LARGE;
}

void op_refusal_from_row(const struct db_rows *rows, int row, struct err *err)
{
	memset(err, 0, sizeof(*err));
	err_set(err, (enum kd_code)db_int(rows, row, "code"), "%s", db_text(rows, row, "reason"));
	snprintf(err->field, sizeof(err->field), "%s", db_text(rows, row, "field"));
}

bool op_answer_from_row(const struct db_rows *rows, json_t **ret_result, struct err *err)
{
	if (db_count(rows) == 0)
		return false;
	*ret_result = NULL;
	memset(err, 0, sizeof(*err));
	if (db_int(rows, 0, "code") == KD_OK) {
		*ret_result = db_json(rows, 0, "result");
		if (!*ret_result)
			*ret_result = json_object();
	} else {
		op_refusal_from_row(rows, 0, err);
	}
	return true;
}

/* --- the beginning of a turn -------------------------------------------------------------------------- */

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

	if (err)
		b->is_broken = true; /* as when the lock failed: what travels behind fails as well */
	else
		b->current->is_known = op_answer_from_row(rows, &b->current->result, &b->current->err);
}

static void change_decide(struct change *ch, const struct db_rows *facts)
{
	struct batch *b = ch->batch;
	struct err why;

	if (ch->is_known && ch->err.code != KD_OK) { /* refused before */
		why = ch->err;
		change_undo(ch, &why);
	} else if (ch->is_known) { /* done before: its first answer */
		change_finish(ch, ch->result);
	} else if (ch->admits && !ch->admits(ch, facts, &why)) {
		change_undo(ch, &why);
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

/* The last of what travelled together. */
static void change_begun(void *owner, const struct db_rows *rows, const struct err *err)
{
	struct batch *b = owner;
	struct err lost;

	if (b->is_broken) {
		err_set(&lost, KD_E_UNAVAILABLE, "the database is not available");
		batch_break(b, err && err->code == KD_E_UNAVAILABLE ? err : &lost);
		return;
	}
	b->state = BATCH_RUNNING;
	if (err)
		change_undo(b->current, err);
	else
		change_decide(b->current, rows);
}

/* The op's look-up comes before the savepoint: rolling back to that would let go of the op as well. */
void change_begin(struct batch *b)
{
	struct change *ch = b->waiting;
	const char *params[2];

	DL_DELETE(b->waiting, ch);
	b->current = ch;
	b->taken++;
	params[0] = ch->op ? ch->actor : NULL;
	params[1] = ch->op;
	db_tx_query(b->tx, &Q_OP_ANSWER, params, op_looked_up, b);
	db_tx_exec(b->tx, "SAVEPOINT change", ch->facts ? NULL : change_begun, b);
	if (ch->facts)
		db_tx_query(b->tx, ch->facts, &ch->facts_id, change_begun, b);
}

/* --- inside ---------------------------------------------------------------------------------------------- */

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
	if (json_array_append_new(ch->events, event) != 0) { /* also when one of them is NULL */
		ch->lacks_event = true;
		return 0;
	}
	return ch->first_seq + (int64_t)json_array_size(ch->events) - 1;
}

/* --- the end of a turn ----------------------------------------------------------------------------------- */

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

static void undo_without_memory(struct change *ch)
{
	struct err err;

	err_set(&err, KD_E_BUSY, "the server is short of memory");
	change_undo(ch, &err);
}

static void change_appended(void *owner, const struct db_rows *rows, const struct err *err)
{
	struct change *ch = owner;

	(void)rows;
	if (err && err->code == KD_E_INVALID) /* ours, then: without memory jansson writes a key by halves */
		undo_without_memory(ch);
	else if (err)
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
	if (json_array_size(ch->events) == 0 && !ch->lacks_event) {
		change_kept(ch);
		return;
	}
	events = json_dumps(ch->events, JSON_COMPACT | JSON_REAL_PRECISION(15));
	answer = result ? json_dumps(result, JSON_COMPACT | JSON_REAL_PRECISION(15)) : NULL;
	if (ch->lacks_event || !events || (result && !answer)) {
		undo_without_memory(ch);
	} else {
		const char *params[] = { b->id, first, at, ch->actor, ch->op, answer, events };
		ch->event_bytes = strlen(events);
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
	if (ch->op && refusal_is_final(ch->err.code)) { /* told when it is committed that it is remembered */
		ch->state = CHANGE_KEPT;
		DL_APPEND(b->kept, ch);
	} else {
		change_end(ch, &ch->err);
	}
	batch_next(b);
}

void change_undo(struct change *ch, const struct err *err)
{
	struct batch *b = ch->batch;
	bool remembers = ch->op && refusal_is_final(err->code) && !ch->is_known;
	char code[16];
	const char *params[] = { ch->actor, ch->op, code, ch->err.field, ch->err.text };

	ch->err = *err;
	json_decref(ch->events);
	json_decref(ch->result);
	ch->events = ch->result = NULL;
	db_tx_exec(b->tx, "ROLLBACK TO SAVEPOINT change", NULL, NULL);
	db_tx_exec(b->tx, "RELEASE SAVEPOINT change", remembers ? NULL : change_undone, ch);
	snprintf(code, sizeof(code), "%d", (int)err->code);
	if (remembers)
		db_tx_query(b->tx, &Q_OP_REFUSE, params, change_undone, ch);
}

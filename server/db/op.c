#include "db/op.h"
#include "base/clock.h"
#include "base/metrics.h"
#include "base/reserve.h"
#include "db/errors.h"
#include "db/rows.h"
#include <stdlib.h>
#include <string.h>

struct op *op_create(
        enum op_kind kind, const struct db_stmt *stmt, const char *sql, const char *const *params)
{
	return op_create_after(NULL, 0, kind, stmt, sql, params);
}

static size_t texts_size(const char *const *params, int n)
{
	size_t size = 0;

	for (int i = 0; i < n; i++)
		size += params[i] ? strlen(params[i]) + 1 : 0;
	return size;
}

/* Where the next text goes. */
static char *texts_copy(const char **values, const char *const *params, int n, char *text)
{
	for (int i = 0; i < n; i++) {
		size_t size = params[i] ? strlen(params[i]) + 1 : 0;

		values[i] = params[i] ? memcpy(text, params[i], size) : NULL;
		text += size;
	}
	return text;
}

/* One block: the op, the values, the parts, their rows and values, the texts. All but the texts are pointers wide. */
struct op *op_create_after(const struct db_call *parts, int part_count, enum op_kind kind,
        const struct db_stmt *stmt, const char *sql, const char *const *params)
{
	int n = stmt && kind == OP_STATEMENT ? stmt->params : 0;
	size_t at_parts = sizeof(struct op) + (size_t)n * sizeof(char *);
	size_t at_rows = at_parts + (size_t)part_count * sizeof(struct op_part);
	size_t fixed = at_rows + (size_t)part_count * sizeof(struct db_rows), bytes;
	const char **values;
	struct op *op;
	char *text;

	bytes = texts_size(params, n);
	for (int i = 0; i < part_count; i++) {
		fixed += (size_t)parts[i].stmt->params * sizeof(char *);
		bytes += texts_size(parts[i].params, parts[i].stmt->params);
	}
	bytes += fixed;
	op = reserve_alloc(bytes, "a query");
	memset(op, 0, fixed);
	op->kind = kind;
	op->stmt = stmt;
	op->sql = sql;
	op->params = n;
	op->bytes = bytes;
	op->asked_us = clock_mono_us();
	op->part_count = part_count;
	op->parts = (struct op_part *)((char *)op + at_parts);
	op->rows = (struct db_rows *)((char *)op + at_rows);
	values = (const char **)(op->rows + part_count);
	text = texts_copy(op->values, params, n, (char *)op + fixed);
	for (int i = 0; i < part_count; i++) {
		op->parts[i] = (struct op_part){ parts[i].stmt, values };
		text = texts_copy(values, parts[i].params, parts[i].stmt->params, text);
		values += parts[i].stmt->params;
	}
	return op;
}

void op_destroy(struct op *op)
{
	if (op->ticket)
		op->ticket->pending = NULL;
	for (int i = 0; i < op->part_count; i++)
		PQclear(op->rows[i].result);
	PQclear(op->result);
	free(op);
}

const char *op_name(const struct op *op)
{
	return op->stmt ? op->stmt->name : op->sql;
}

/* PQsendQuery has no place in a pipeline. */
static bool send_text(PGconn *pg, const char *sql)
{
	return PQsendQueryParams(pg, sql, 0, NULL, NULL, NULL, NULL, 0);
}

bool op_send(struct op *op, PGconn *pg)
{
	/* BEGIN has no sync of its own: if it fails, what was meant to run inside is skipped, not run
	 * outside. */
	if (op->is_first && !send_text(pg, "BEGIN"))
		return false;
	for (int i = 0; i < op->part_count; i++) {
		const struct op_part *p = &op->parts[i];

		if (!PQsendQueryPrepared(pg, p->stmt->name, p->stmt->params, p->values, NULL, NULL, 0))
			return false;
	}
	if (op->kind == OP_STATEMENT
	                ? !PQsendQueryPrepared(pg, op->stmt->name, op->params, op->values, NULL, NULL, 0)
	        : op->kind == OP_PREPARE ? !PQsendPrepare(pg, op->stmt->name, op->stmt->sql, 0, NULL)
	                                 : !send_text(pg, op->sql))
		return false;
	return PQpipelineSync(pg);
}

static bool is_failure(const PGresult *result)
{
	ExecStatusType status = PQresultStatus(result);

	return status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK;
}

bool op_has_failed(const struct op *op)
{
	return op->result && is_failure(op->result);
}

void op_keep(struct op *op, PGresult *result)
{
	int part = op->results++ - op->is_first;

	if (part < 0 && is_failure(result))
		op->begin_failed = true;
	if (op_has_failed(op)) {
		PQclear(result);
		return;
	}
	if (part >= 0 && part < op->part_count && !is_failure(result)) {
		op->rows[part].result = result;
		return;
	}
	PQclear(op->result);
	op->result = result;
}

bool op_was_fatal(const struct op *op)
{
	const char *severity =
	        op->result ? PQresultErrorField(op->result, PG_DIAG_SEVERITY_NONLOCALIZED) : NULL;

	return severity && (strcmp(severity, "FATAL") == 0 || strcmp(severity, "PANIC") == 0);
}

static void op_observe(const struct op *op)
{
	static struct metric *seconds;

	if (!seconds)
		seconds = metric_histogram("korsdrag_db_query_seconds",
		        "From asking the database to its answer, waiting for a connection included.", "");
	metric_observe_us(seconds, clock_mono_us() - op->asked_us);
}

/* From here on the owner may not withdraw, for it is being told. */
static void op_tell(struct op *op, const struct db_rows *rows, const struct err *err)
{
	op_observe(op);
	if (op->ticket)
		op->ticket->pending = NULL;
	op->ticket = NULL;
	if (op->done)
		op->done(op->owner, rows, err);
}

static void op_tell_end(struct op *op, enum db_outcome outcome, const struct err *err)
{
	op_observe(op);
	if (op->ended)
		op->ended(op->owner, outcome, err);
}

void op_refuse(struct op *op)
{
	if (op->kind == OP_COMMIT)
		op_tell_end(op, DB_ROLLED_BACK, &op->err);
	else
		op_tell(op, NULL, &op->err);
}

static void commit_finish(struct op *op, bool is_synced, bool is_unexecuted)
{
	struct err err = { 0 };

	if (is_unexecuted) {
		db_err_lost(&err, "the connection was lost before the commit");
		op_tell_end(op, DB_ROLLED_BACK, &err);
	} else if (!is_synced || !op->result || op->is_unsure) {
		db_err_unknown(&err, op->is_unsure ? "committed here, perhaps not on the standby"
		                                   : "the connection was lost during the commit");
		op_tell_end(op, DB_UNKNOWN, &err);
	} else if (is_failure(op->result)) { /* a deferred constraint, a serialisation failure */
		db_err_from_result(&err, op->result, "commit");
		op_tell_end(op, DB_ROLLED_BACK, &err);
	} else if (strcmp(PQcmdStatus(op->result), "COMMIT") != 0) { /* "ROLLBACK": it had failed before */
		if (op->err.code == KD_OK)
			err_set(&op->err, KD_E_INTERNAL, "something went wrong on our side");
		op_tell_end(op, DB_ROLLED_BACK, &op->err);
	} else {
		op_tell_end(op, DB_COMMITTED, NULL);
	}
}

void op_finish(struct op *op, bool is_synced, bool is_unexecuted)
{
	struct db_rows rows = { op->result, op->rows, op->part_count };
	struct err err = { 0 };

	if (op->kind == OP_COMMIT) {
		commit_finish(op, is_synced, is_unexecuted);
		return;
	}
	if (op_has_failed(op)) {
		db_err_from_result(&err, op->result, op_name(op));
		op_tell(op, NULL, &err);
	} else if (is_synced && op->result && !op->is_unsure) {
		op_tell(op, &rows, NULL);
	} else {
		/* Without the sync even a result is no promise: the commit may have failed after it. */
		(op->is_unsure ? db_err_unknown : db_err_lost)(&err, is_unexecuted
		        ? "the connection was lost before the statement ran"
		        : op->is_unsure ? "committed here, perhaps not on the standby" : "the connection was lost");
		op_tell(op, NULL, &err);
	}
}

/* Transactions: each holds what its owner asks until it has a connection, and until BEGIN has succeeded. */
#include "base/clock.h"
#include "base/reserve.h"
#include "db/errors.h"
#include "db/pool.h"
#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <utlist.h>

static void tx_task(struct task *task);

static void tx_become(struct db_tx *tx, enum tx_state state)
{
	DL_DELETE(tx->db->txs[tx->state], tx);
	tx->state = state;
	DL_APPEND(tx->db->txs[state], tx);
}

struct db_tx *db_tx_begin(struct db *db)
{
	struct db_tx *tx = reserve_alloc(sizeof(*tx), "a transaction");

	memset(tx, 0, sizeof(*tx));
	tx->db = db;
	tx->deadline_ms = pool_deadline(db);
	task_init(&tx->task, db->loop, tx_task);
	DL_APPEND(db->txs[TX_WAITING], tx);
	pool_watch_deadlines(db);
	pool_dispatch(db);
	return tx;
}

static void tx_forget_held(struct db_tx *tx)
{
	struct op *op, *next;

	DL_FOREACH_SAFE(tx->held, op, next)
	{
		DL_DELETE(tx->held, op);
		op_destroy(op);
	}
}

void tx_destroy(struct db_tx *tx)
{
	tx_forget_held(tx);
	task_cancel(&tx->task);
	DL_DELETE(tx->db->txs[tx->state], tx);
	free(tx);
}

/* Sends what may be sent. Should BEGIN fail, what was sent behind it would run outside of any transaction; so
 * only the first query travels with it, under the same sync, and the rest waits for that. */
static void tx_pump(struct db_tx *tx)
{
	if (tx->state == TX_LOST && tx->held)
		task_post(&tx->task);
	while (tx->state == TX_OPEN && tx->held && (tx->is_begun || !tx->is_started)) {
		struct op *op = tx->held;

		DL_DELETE(tx->held, op);
		op->is_first = !tx->is_started;
		tx->is_started = true;
		conn_send(tx->conn, op);
	}
}

static void tx_push(struct db_tx *tx, struct op *op)
{
	assert(!tx->is_ending && "the transaction was committed or rolled back");
	op->tx = tx;
	DL_APPEND(tx->held, op);
}

void tx_open(struct db_tx *tx, struct conn *conn)
{
	tx->conn = conn;
	tx_become(tx, TX_OPEN);
	conn_take(conn, tx);
	tx_pump(tx);
}

void tx_lose(struct db_tx *tx, const struct err *why)
{
	tx->conn = NULL;
	tx->err = *why;
	tx_become(tx, TX_LOST);
	tx_pump(tx);
}

bool tx_answered(struct db_tx *tx, const struct op *op)
{
	struct conn *conn = tx->conn;

	if (op->kind == OP_COMMIT || op->kind == OP_ROLLBACK) {
		tx_destroy(tx);
		if (conn)
			conn_release(conn);
		return true;
	}
	if (op_has_failed(op) && tx->state == TX_OPEN) {
		struct err err = { 0 };

		db_err_from_result(&err, op->result, op_name(op));
		if (strcmp(err.sqlstate, "25P02") != 0) /* "aborted" only repeats what is known */
			tx->err = err;
	}
	if (op->is_first && !op->begin_failed)
		tx->is_begun = true;
	tx_pump(tx);
	return false;
}

/* It has no connection: everything held fails, in order. */
static void tx_task(struct task *task)
{
	struct db_tx *tx = task_owner(task, struct db_tx, task);
	struct db *db = tx->db;
	bool is_over = false;

	db->telling++;
	while (!is_over && tx->held) {
		struct op *op = tx->held;

		DL_DELETE(tx->held, op);
		op->err = tx->err;
		if (!tx->is_withdrawn)
			op_refuse(op);
		is_over = tx_answered(tx, op);
		op_destroy(op);
	}
	db->telling--;
}

void db_tx_query(
        struct db_tx *tx, const struct db_stmt *stmt, const char *const *params, db_done *done, void *owner)
{
	struct op *op = op_create(OP_STATEMENT, stmt, NULL, params);

	op->done = done;
	op->owner = owner;
	tx_push(tx, op);
	tx_pump(tx);
}

void db_tx_group(struct db_tx *tx, const struct db_call *calls, int count, db_done *done, void *owner)
{
	struct op *op = op_create_after(
	        calls, count - 1, OP_STATEMENT, calls[count - 1].stmt, NULL, calls[count - 1].params);

	op->done = done;
	op->owner = owner;
	tx_push(tx, op);
	tx_pump(tx);
}

void db_tx_exec(struct db_tx *tx, const char *sql, db_done *done, void *owner)
{
	struct op *op = op_create(OP_TEXT, NULL, sql, NULL);

	op->done = done;
	op->owner = owner;
	tx_push(tx, op);
	tx_pump(tx);
}

void db_tx_commit(struct db_tx *tx, void (*done)(void *owner, enum db_outcome outcome, const struct err *err),
        void *owner)
{
	db_tx_commit_after(tx, NULL, 0, done, owner);
}

void db_tx_commit_after(struct db_tx *tx, const struct db_call *calls, int count,
        void (*done)(void *owner, enum db_outcome outcome, const struct err *err), void *owner)
{
	struct op *op = op_create_after(calls, count, OP_COMMIT, NULL, "COMMIT", NULL);

	op->ended = done;
	op->owner = owner;
	tx_push(tx, op);
	tx->is_ending = true;
	tx_pump(tx);
}

void db_tx_rollback(struct db_tx *tx)
{
	struct err err = { 0 };

	tx_forget_held(tx);
	tx_push(tx, op_create(OP_ROLLBACK, NULL, "ROLLBACK", NULL));
	tx->is_ending = tx->is_withdrawn = true;
	if (tx->state == TX_WAITING) {
		err_set(&err, KD_E_UNAVAILABLE, "rolled back");
		tx_lose(tx, &err); /* never had a connection */
	} else {
		tx_pump(tx);
	}
}

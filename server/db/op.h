/* op.h - one thing asked of the database: waiting in a queue, in flight on a connection, then told to who
 * asked. */
#ifndef DB_OP_H
#define DB_OP_H
#include "db/db.h"
#include <libpq-fe.h>

enum op_kind {
	OP_STATEMENT, /* a named, prepared statement */
	OP_TEXT,      /* plain SQL */
	OP_PREPARE,   /* the connection's own: prepares stmt */
	OP_COMMIT,
	OP_ROLLBACK,
};

struct op_part { /* a statement that travels before the operation, under the same sync */
	const struct db_stmt *stmt;
	const char **values;
};

struct op {
	struct op *prev,
	        *next; /* in the pool's queue, a transaction's held list, or a connection's pipeline */
	enum op_kind kind;
	const struct db_stmt *stmt;
	const char *sql;
	int params;
	size_t bytes;  /* it takes in memory */
	db_done *done; /* NULL: nobody wants to know (any more) */
	void (*ended)(void *owner, enum db_outcome outcome, const struct err *err); /* OP_COMMIT */
	void *owner;
	struct db_ticket *ticket;
	struct db_tx *tx; /* it belongs to, or NULL */
	bool is_patient;  /* its lane, when it is plain */
	bool is_first;    /* BEGIN travels before it, under the same sync */
	bool begin_failed;
	bool is_sent;      /* libpq has it: from here on it may take effect */
	bool is_withdrawn; /* nobody waits for it any more: not worth sending */
	bool is_unsure;    /* the server warned that what it committed may not last */
	int part_count;
	struct op_part *parts;
	struct db_rows *rows; /* what each part has given */
	int results;       /* that have come */
	PGresult *result;  /* the first failure, else the last */
	struct err err;    /* why it is refused; OP_COMMIT: the transaction's last failure */
	int64_t asked_us;
	int64_t deadline_ms;  /* to leave the pool's queue */
	const char *values[]; /* params of them; what follows is the parts and everybody's texts */
};

/* Copies the parameters. Never NULL: without memory for so little the process stops. */
struct op *op_create(
        enum op_kind kind, const struct db_stmt *stmt, const char *sql, const char *const *params);
/* The same with statements that travel before it. */
struct op *op_create_after(const struct db_call *parts, int part_count, enum op_kind kind,
        const struct db_stmt *stmt, const char *sql, const char *const *params);
void op_destroy(struct op *op);
const char *op_name(const struct op *op); /* for logs */

bool op_send(struct op *op, PGconn *pg);       /* puts it into the pipeline with a sync of its own */
void op_keep(struct op *op, PGresult *result); /* takes one result */
bool op_has_failed(const struct op *op);
bool op_was_fatal(const struct op *op); /* the server process ended over it: what came later never ran */

/* Tells who asked, which may do anything but destroy the pool. Does not free the op. The connection saw the
 * sync after it (`is_synced`), or was lost with it; `is_unexecuted`: it certainly never ran. */
void op_finish(struct op *op, bool is_synced, bool is_unexecuted);
/* Tells that it failed with op->err. */
void op_refuse(struct op *op);
#endif

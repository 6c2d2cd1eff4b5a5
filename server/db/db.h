/* db.h - PostgreSQL over libpq in pipeline mode, on the event loop: a pool of connections, prepared named
 * statements, transactions, LISTEN. The only door to libpq-fe.h.
 *
 * Statements live in `.sql` files next to their noun ("-- name: card_place") and are compiled in as
 * `Q_CARD_PLACE` of the header "<noun>_sql.h"; each is prepared once per connection. Parameters and
 * results travel as text. Nothing here blocks; every `done` runs on a later step of the loop, never inside
 * the call that asked. */
#ifndef DB_DB_H
#define DB_DB_H
#include "base/arena.h"
#include "base/err.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct loop;
struct db;
struct db_rows; /* the result of a statement: valid inside `done` only */

struct db_stmt {
	const char *name; /* "card_place" */
	const char *sql;
	int params; /* how many $n */
};

struct db_call { /* a statement and its parameters, for groups of them */
	const struct db_stmt *stmt;
	const char *const *params;
};

struct db_config {
	const char *conninfo; /* libpq keywords or URI; hosts as addresses or socket folders */
	int pool_size;        /* connections, 2..64 */
	int64_t statement_timeout_ms;
	int64_t queue_ms; /* how long a query may wait for a connection before it fails `unavailable` */
	const struct db_stmt *const *const *statements; /* NULL-terminated list of NULL-terminated lists */
	const char *application;                        /* application_name, tells nodes apart */
	bool is_standby; /* connects to a standby only, which answers reads: see db/replica.h */
	int64_t timeline; /* of the primary that db_check has found: one on an older timeline is refused; 0: any */
};

/* What is wrong with a conninfo as a setting: a password in it, a host that would have to be looked up (which holds up the
 * loop), or no conninfo at all. NULL: nothing. A constant text. */
const char *db_conninfo_wrong(const char *conninfo);

/* Connects in the background and keeps trying; never fails for want of a server. NULL: out of memory. */
struct db *db_create(struct loop *loop, const struct db_config *config);
void db_destroy(
        struct db *db); /* open transactions are lost; no `done` runs any more; never from inside one */
bool db_is_up(const struct db *db); /* at least one connection is ready */
/* Why no connection is ready: the server's answer, or the named statement that does not prepare and why. NULL
 * when all is well; valid until the next step of the loop. */
const struct err *db_last_error(const struct db *db);


#define DB_HOST_SIZE 128
/* The server that the pool has its connections to. */
struct db_server {
	char host[DB_HOST_SIZE]; /* "10.0.0.2:5432", "/run/postgresql:5432": no secret */
	int64_t timeline;        /* counts its promotions; 0: it is a standby */
	bool is_synchronous;     /* a commit waits for a standby, so that a failover loses nothing */
};
const struct db_server *db_server(const struct db *db); /* NULL when no connection is ready */

/* `res` is NULL exactly when `err` is not. KD_E_UNAVAILABLE when the database is away. */
typedef void db_done(void *owner, const struct db_rows *res, const struct err *err);

/* A pending query belongs to a ticket so that an owner that dies can withdraw: db_ticket_cancel, and `done`
 * never runs (the statement may still take effect). Embedded in the owner, zeroed before first use. */
struct db_ticket {
	void *pending;
};
void db_ticket_cancel(struct db_ticket *t);

/* Outside of a transaction: each query commits on its own, when `done` runs it is committed (pipeline sync
 * seen). `params` has stmt->params entries (NULL: SQL null) and is copied. `t` may be NULL: then it cannot be
 * withdrawn. */
void db_query(struct db *db, struct db_ticket *t, const struct db_stmt *stmt, const char *const *params,
        db_done *done, void *owner);

/* The same behind everybody else: for those of whom thousands may come at once (who connects, who opens streams), so that commands do not
 * wait for them. Several go one after the other under one sync: see db_tx_group. Each sees what was committed when it began. */
void db_query_patient(struct db *db, struct db_ticket *t, const struct db_call *calls, int count, db_done *done, void *owner);

/* --- a transaction: one connection for itself ---------------------------------------------------- */

struct db_tx;
enum db_outcome { DB_COMMITTED, DB_ROLLED_BACK, DB_UNKNOWN /* connection lost during COMMIT */ };

/* Waits for a free connection. Queries may be queued right away; BEGIN travels with the first of them, the
 * others follow when it has succeeded. When no connection comes within queue_ms, they fail `unavailable`.
 * Never NULL. */
struct db_tx *db_tx_begin(struct db *db);

/* In order; several may be queued without waiting (one pipeline, a sync each). After a failed one the
 * transaction is aborted: later ones fail with sqlstate 25P02 until a ROLLBACK TO SAVEPOINT. */
void db_tx_query(
        struct db_tx *tx, const struct db_stmt *stmt, const char *const *params, db_done *done, void *owner);

/* Several at once, under one sync: one round trip, one write of the server's. When one fails, those after it do not run
 * and `done` gets that failure; else it gets the rows of the last, and db_rows_of has the others'. At least one. */
void db_tx_group(struct db_tx *tx, const struct db_call *calls, int count, db_done *done, void *owner);
/* Inside that `done`: what the nth statement of the group gave, from 0. */
const struct db_rows *db_rows_of(const struct db_rows *group, int n);

/* Plain SQL without parameters, for savepoints: a literal of the caller's. `done` may be NULL. */
void db_tx_exec(struct db_tx *tx, const char *sql, db_done *done, void *owner);

/* Both take the transaction. A commit's `done` runs after those of its queries and tells what became of it;
 * an aborted transaction that is committed gives DB_ROLLED_BACK. Rolling back withdraws: no `done` of this
 * transaction runs any more, so that an owner may die. */
void db_tx_commit(struct db_tx *tx, void (*done)(void *owner, enum db_outcome outcome, const struct err *err),
        void *owner);
/* The same, with statements that travel with the COMMIT under one sync. When one of them fails, nothing is committed
 * (DB_ROLLED_BACK) and *err is its failure. */
void db_tx_commit_after(struct db_tx *tx, const struct db_call *calls, int count,
        void (*done)(void *owner, enum db_outcome outcome, const struct err *err), void *owner);
void db_tx_rollback(struct db_tx *tx);

/* --- reading rows -------------------------------------------------------------------------------- */

int db_count(const struct db_rows *r);                                     /* rows */
int64_t db_affected(const struct db_rows *r);                              /* rows changed */
int db_column(const struct db_rows *r, const char *name);                  /* asserts that it exists */
const char *db_text(const struct db_rows *r, int row, const char *column); /* NULL: SQL null; borrowed */
int64_t db_int(const struct db_rows *r, int row, const char *column);      /* null: 0 */
double db_number(const struct db_rows *r, int row, const char *column);
bool db_bool(const struct db_rows *r, int row, const char *column);
json_t *db_json(
        const struct db_rows *r, int row, const char *column); /* new; NULL for SQL null or no memory */

/* --- LISTEN / NOTIFY ------------------------------------------------------------------------------ */

/* A connection of its own that listens on `channel`. `heard` gets each payload; `restored` runs after each
 * (re)connection, when notifications may have been lost. */
struct db_listen;
struct db_listen *db_listen_create(struct db *db, const char *channel,
        void (*heard)(void *owner, const char *payload), void (*restored)(void *owner), void *owner);
void db_listen_destroy(struct db_listen *l);
bool db_listen_is_up(const struct db_listen *l);
/* pg_notify on that connection with synchronous_commit=off; at most 7,900 bytes of payload. Dropped when it
 * is away. */
void db_listen_notify(struct db_listen *l, const char *payload);

/* --- migrations (blocking; for `korsdragd migrate` and start-up, before the loop runs) ------------ */

/* Applies what is missing under an advisory lock. False: *err says which migration and why. */
bool db_migrate(const char *conninfo, struct err *err) KD_MUST_CHECK;
/* Whether the schema is exactly the one this binary knows, and the server is set up as we need it
 * (requirement D9: fsync, full_page_writes, synchronous_commit, checksums, role without DDL).
 * `allow_unsafe` turns all but the schema check into warnings, logged. Of several hosts the primary on the newest timeline is
 * looked at, which *ret_timeline gets; that it has no synchronous standby then is a warning. */
bool db_check(const char *conninfo, bool allow_unsafe, int64_t *ret_timeline, struct err *err) KD_MUST_CHECK;
/* The newest timeline that one of its primaries is on, for who does not check; 0: none can be reached. */
int64_t db_newest_timeline(const char *conninfo);

/* SQLSTATE to our code: the only place that knows. */
enum kd_code db_code_from_sqlstate(const char *sqlstate);
/* Whether what failed had a connection and lost it, or its server became a standby: asked again it may succeed. */
bool db_was_lost(const struct err *err);
/* Whether it may have happened nevertheless, for it was lost during its COMMIT. */
bool db_is_unknown(const struct err *err);
#define DB_STATE_LOST "08006"    /* connection_failure */
#define DB_STATE_UNKNOWN "08007" /* transaction_resolution_unknown */
#endif

#include "db/conn.h"
#include "base/clock.h"
#include "base/log.h"
#include "db/errors.h"
#include "db/pool.h"
#include "db/rows.h"
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <utlist.h>

enum {
	CONN_STEPS = 256, /* answers told in one turn of the loop, so that nobody else waits for long */
	CONN_PREPARE_MS = 10000, /* for an answer while preparing */
	CONN_GRACE_MS = 1500,    /* beyond statement_timeout, before a silent server counts as gone */
};

static const char *const state_names[] = { "resting", "connecting", "preparing", "shared", "taken" };

static void conn_opened(struct link *link);
static void conn_readable(struct link *link);
static void conn_lost(struct link *link, const char *why);
static const struct link_events conn_events = { conn_opened, conn_readable, conn_lost };

#define conn_of(link) ((struct conn *)((char *)(link)-offsetof(struct conn, link)))

static void conn_become(struct conn *conn, enum conn_state state)
{
	enum conn_state from = conn->state;

	if (log_is_on(LOG_DEBUG))
		log_line(LOG_DEBUG, "db connection", "number", log_int(conn->number), "from",
		        state_names[from], "to", state_names[state], NULL);
	conn->state = state;
	conn->head_since_ms = clock_mono_ms();
	pool_conn_changed(conn, from, state);
}

void conn_init(struct conn *conn, struct db *db, int number)
{
	conn->db = db;
	conn->number = number;
	link_init(&conn->link, db->loop, &conn_events);
}

void conn_finish(struct conn *conn)
{
	struct op *op, *next;

	link_close(&conn->link);
	DL_FOREACH_SAFE(conn->pipeline, op, next)
	{
		op_destroy(op);
	}
	conn->pipeline = NULL;
}

bool conn_is_free(const struct conn *conn)
{
	return conn->state == CONN_SHARED && conn->link.state == LINK_OPEN && !conn->is_retiring;
}

void conn_send(struct conn *conn, struct op *op)
{
	if (!conn->pipeline)
		conn->head_since_ms = clock_mono_ms();
	DL_APPEND(conn->pipeline, op);
	conn->in_flight++;
	pool_watch_deadlines(conn->db);
	if (conn->link.state != LINK_OPEN)
		return; /* broken: it is told with the others when the link says so */
	op->is_sent = true;
	if (op_send(op, conn->link.pg))
		link_flush(&conn->link);
	else
		link_break(&conn->link, PQerrorMessage(conn->link.pg));
}

void conn_take(struct conn *conn, struct db_tx *tx)
{
	conn->tx = tx;
	conn_become(conn, CONN_TAKEN);
}

void conn_release(struct conn *conn)
{
	conn->tx = NULL;
	conn_become(conn, CONN_SHARED);
}

void conn_check(struct conn *conn, int64_t now_ms)
{
	int64_t waited_ms = now_ms - conn->head_since_ms;

	link_check(&conn->link, now_ms);
	if (conn->state == CONN_CONNECTING || conn->state == CONN_PREPARING) {
		if (conn->state == CONN_PREPARING && waited_ms > CONN_PREPARE_MS)
			link_pass(&conn->link, "no answer while preparing");
	} else if (conn->pipeline && conn->db->statement_timeout_ms > 0 &&
	           waited_ms > conn->db->statement_timeout_ms + CONN_GRACE_MS) {
		link_break(&conn->link, "the server does not answer");
	}
}

/* --- connecting ----------------------------------------------------------------------------------- */

/* A commit that waits for the standby and is cancelled is kept here but perhaps not there, and a COMMIT may
 * find no transaction: the server says so in a warning, and only there. Other warnings are for the log. */
static bool casts_doubt(const PGresult *warning)
{
	const char *where = PQresultErrorField(warning, PG_DIAG_SOURCE_FUNCTION);
	const char *state = PQresultErrorField(warning, PG_DIAG_SQLSTATE);

	return (where && strcmp(where, "SyncRepWaitForLSN") == 0) || (state && strcmp(state, "25P01") == 0);
}

static void conn_notice(void *owner, const PGresult *result)
{
	struct conn *conn = owner;
	const char *severity = PQresultErrorField(result, PG_DIAG_SEVERITY_NONLOCALIZED);

	if (!severity || strcmp(severity, "NOTICE") == 0 || strcmp(severity, "INFO") == 0 ||
	        strcmp(severity, "LOG") == 0 || strcmp(severity, "DEBUG") == 0)
		return;
	if (conn->pipeline && conn->pipeline->kind == OP_ROLLBACK)
		return; /* "there is no transaction": as well */
	if (conn->pipeline && casts_doubt(result))
		conn->pipeline->is_unsure = true;
	log_line(LOG_WARN, "database warns", "connection", log_int(conn->number), "says",
	        db_err_message(result), NULL);
}

void conn_connect(struct conn *conn)
{
	conn->is_retiring = false;
	conn->prepare_failures = 0;
	conn_become(conn, CONN_CONNECTING);
	pool_watch_deadlines(conn->db);
	link_start(&conn->link, conn->db->hosts, conn->db->is_standby ? "standby" : "read-write", conn->db->application);
}

/* A row lock is held for milliseconds: who waits seconds for one is better off asking again. A transaction
 * that we forgot, or whose node froze, must not hold its stream for long. */
static const struct db_stmt conn_settings = { "db_settings",
	"SELECT set_config('statement_timeout', $1, false), set_config('lock_timeout', $2, false), "
	"set_config('idle_in_transaction_session_timeout', '5000', false), set_config('timezone', 'UTC', "
	"false), "
	"set_config('datestyle', 'ISO', false), set_config('jit', 'off', false), " HOSTS_TIMELINE
	" AS timeline, " HOSTS_IS_SYNCHRONOUS " AS is_synchronous",
	2 };

static void conn_opened(struct link *link)
{
	struct conn *conn = conn_of(link);
	int64_t timeout_ms = conn->db->statement_timeout_ms;
	char statement[24], lock[24];

	PQsetNoticeReceiver(link->pg, conn_notice, conn);
	if (!PQenterPipelineMode(link->pg)) {
		link_break(link, "no pipeline mode");
		return;
	}
	conn_become(conn, CONN_PREPARING);
	snprintf(statement, sizeof(statement), "%lld", (long long)timeout_ms);
	snprintf(lock, sizeof(lock), "%lld",
	        (long long)(timeout_ms > 0 && timeout_ms < 3000 ? timeout_ms : 3000));
	conn_send(conn, op_create(OP_PREPARE, &conn_settings, NULL, NULL));
	for (int i = 0; conn->db->statements && conn->db->statements[i]; i++)
		for (int j = 0; conn->db->statements[i][j]; j++)
			conn_send(conn, op_create(OP_PREPARE, conn->db->statements[i][j], NULL, NULL));
	conn_send(conn,
	        op_create(OP_STATEMENT, &conn_settings, NULL, (const char *const[]){ statement, lock }));
}

/* A primary that was left behind takes what is written to it, and it is lost. */
static bool conn_admits(struct conn *conn, const struct op *op)
{
	const struct db_rows rows = { .result = op->result };

	hosts_name(conn->link.pg, conn->server.host);
	conn->server.timeline = db_int(&rows, 0, "timeline");
	conn->server.is_synchronous = db_bool(&rows, 0, "is_synchronous");
	return hosts_admit(conn->db->hosts, conn->server.timeline);
}

/* Each statement that does not prepare is named: this is how a schema that does not fit shows itself. */
static void conn_prepared(struct conn *conn, const struct op *op)
{
	struct err err = { 0 };

	if (op_has_failed(op)) {
		db_err_from_result(&err, op->result, op_name(op));
		if (!*conn->db->last_error.sqlstate) /* not again in each try */
			log_line(LOG_ERROR, "statement does not prepare", "statement", op_name(op), "why",
			        db_err_message(op->result), NULL);
		if (!conn->prepare_failures++)
			conn->prepare_err = err;
	}
	if (conn->pipeline)
		return;
	if (conn->prepare_failures) {
		link_break(&conn->link, "statements do not prepare against this schema");
		return;
	}
	if (!conn_admits(conn, op)) {
		link_pass(&conn->link, "this primary was left behind: another has been promoted since");
		return;
	}
	conn_become(conn, CONN_SHARED);
	pool_dispatch(conn->db);
}

/* --- answers --------------------------------------------------------------------------------------- */

static bool has_state(const struct op *op, const char *sqlstate)
{
	const char *state = op->result ? PQresultErrorField(op->result, PG_DIAG_SQLSTATE) : NULL;

	return state && strcmp(state, sqlstate) == 0;
}

/* Plans that do not fit a changed table, or statements that vanished. */
static bool makes_stale(const struct op *op)
{
	return has_state(op, "0A000") || has_state(op, "26000");
}

void conn_retire(struct conn *conn)
{
	conn->is_retiring = true;
	if (conn->state == CONN_SHARED && !conn->pipeline)
		link_break(&conn->link, "its server is no longer ours");
}

/* No COMMIT that failed may leave its transaction open for who comes next. */
static void conn_clean(struct conn *conn, const struct op *op)
{
	if (!op_has_failed(op))
		return;
	if (op->kind == OP_COMMIT)
		conn_send(conn, op_create(OP_ROLLBACK, NULL, "ROLLBACK", NULL));
	else if (op->kind == OP_ROLLBACK)
		link_break(&conn->link, "ROLLBACK failed");
}

/* The oldest operation has its sync. */
static void conn_answered(struct conn *conn)
{
	struct op *op = conn->pipeline;
	struct db *db = conn->db;

	DL_DELETE(conn->pipeline, op);
	conn->in_flight--;
	conn->head_since_ms = clock_mono_ms();
	if (conn->state == CONN_PREPARING) {
		conn_prepared(conn, op);
		op_destroy(op);
		return;
	}
	if (op->begin_failed)
		link_break(&conn->link, "BEGIN failed");
	if (makes_stale(op))
		conn->is_retiring = true;
	if (has_state(op, "25006")) /* read-only: somebody else is the primary, or soon will be */
		pool_leave(db, conn);
	conn_clean(conn, op);
	db->telling++;
	if (op->tx && op->kind == OP_COMMIT)
		op->err = op->tx->err;
	if (!op->tx || !op->tx->is_withdrawn)
		op_finish(op, true, false);
	if (op->tx)
		tx_answered(op->tx, op);
	db->telling--;
	op_destroy(op);
}

/* Takes what has arrived, at most CONN_STEPS answers. False: there may be more. */
static bool conn_read(struct conn *conn)
{
	PGconn *pg = conn->link.pg;
	int steps = 0, nothing = 0;

	/* PQgetResult would block while PQisBusy, which also parses what came unasked. */
	while (!PQisBusy(pg) && conn->pipeline) {
		PGresult *result = PQgetResult(pg);

		if (!result) { /* between a statement's results and its sync, once */
			if (++nothing > 1 || PQstatus(pg) == CONNECTION_BAD)
				return true;
			continue;
		}
		nothing = 0;
		if (PQresultStatus(result) != PGRES_PIPELINE_SYNC) {
			op_keep(conn->pipeline, result);
			continue;
		}
		PQclear(result);
		conn_answered(conn);
		if (++steps >= CONN_STEPS)
			return false;
	}
	return true;
}

static void conn_readable(struct link *link)
{
	struct conn *conn = conn_of(link);

	conn->db->heard_ms = clock_mono_ms();
	if (!conn_read(conn))
		link_again(link);
	if (conn->is_retiring && !conn->pipeline && conn->state == CONN_SHARED)
		link_break(link, "its statements or its server are stale");
	pool_dispatch(conn->db);
}

static void conn_lost(struct link *link, const char *why)
{
	struct conn *conn = conn_of(link);
	struct db *db = conn->db;
	struct db_tx *tx;
	struct op *op, *pipeline;
	struct err err = { 0 };
	bool is_dead = false;

	while (link->was_open && !conn_read(conn))
		; /* what was answered before it broke counts */
	pipeline = conn->pipeline;
	tx = conn->tx;
	conn->pipeline = NULL;
	conn->in_flight = 0;
	conn->tx = NULL;
	db_err_lost(&err, why);
	if (conn->prepare_failures)
		err = conn->prepare_err;
	link_close(link);
	conn_become(conn, CONN_RESTING);
	pool_conn_failed(db, &err);
	if (tx)
		tx_lose(tx, &err);
	db->telling++;
	while ((op = pipeline)) {
		DL_DELETE(pipeline, op);
		if (op->kind != OP_PREPARE && (!op->tx || !op->tx->is_withdrawn))
			op_finish(op, false, is_dead || !op->is_sent);
		/* It died over this one, before it read the next: a COMMIT that stood behind it has not
		 * happened. */
		is_dead = is_dead || op_was_fatal(op);
		if (op->tx)
			tx_answered(op->tx, op);
		op_destroy(op);
	}
	db->telling--;
	pool_dispatch(db);
}

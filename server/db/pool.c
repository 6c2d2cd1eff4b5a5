/* The pool: who waits for a connection, who gets one, when the missing ones are tried again. */
#include "db/pool.h"
#include "base/clock.h"
#include "base/log.h"
#include "db/errors.h"
#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <utlist.h>

enum {
	PATIENT_DEPTH = 2,      /* patient queries in flight for each connection that is ready */
	POOL_DEPTH = 16,        /* plain queries in flight on one connection: a slow one delays few */
	POOL_QUEUE_MAX = 16384, /* that wait for a connection */
	POOL_QUEUE_BYTES = 64 << 20,
	POOL_BACKOFF_MIN_MS = 100,
	POOL_BACKOFF_MAX_MS = 1000, /* a node tries with one connection only, so this is no load; and a standby is promoted soon */
	POOL_TICK_MS = 100,
	POOL_SILENCE_MS = 4000, /* with something under way: then the whole server counts as gone, and by 5 s all is refused */
	POOL_WAIT_MIN_MS = 300,
};

static void pool_tick(void *owner);
static void pool_retry(void *owner);
static void pool_refuse(struct task *task);

struct db *db_create(struct loop *loop, const struct db_config *config)
{
	struct db *db = calloc(1, sizeof(*db));
	const char *labels;

	if (!db)
		return NULL;
	assert(config->pool_size >= 2 && config->pool_size <= 64);
	db->loop = loop;
	db->pool_size = config->pool_size;
	db->is_standby = config->is_standby;
	db->statement_timeout_ms = config->statement_timeout_ms;
	db->queue_ms = config->queue_ms;
	db->statements = config->statements;
	db->backoff_ms = POOL_BACKOFF_MIN_MS;
	db->heard_ms = db->away_ms = clock_mono_ms();
	task_init(&db->refuse, loop, pool_refuse);
	labels = db->is_standby ? "server=\"replica\"" : "";
	db->m_ready = metric_gauge("korsdrag_db_connections", "Connections to the database that are ready.", labels);
	db->m_taken = metric_gauge("korsdrag_db_in_transaction", "Connections that a transaction has for itself.", labels);
	db->m_queue = metric_gauge("korsdrag_db_queue", "Queries that wait for a connection.", labels);
	db->m_failures = metric_counter("korsdrag_db_failures_total", "Connections to the database that were refused or lost.", labels);
	db->m_failovers = metric_counter("korsdrag_db_failovers_total", "Times that another server became the primary.", "");
	db->hosts = hosts_create(config->conninfo);
	db->application = strdup(config->application ? config->application : "korsdrag");
	db->conns = calloc((size_t)db->pool_size, sizeof(*db->conns));
	db->tick = loop_timer_create(loop, pool_tick, db);
	db->retry = loop_timer_create(loop, pool_retry, db);
	for (int i = 0; db->conns && i < db->pool_size; i++)
		conn_init(&db->conns[i], db, i);
	if (!db->hosts || !db->application || !db->conns || !db->tick || !db->retry) {
		db_destroy(db);
		return NULL;
	}
	db->server.timeline = config->timeline;
	(void)hosts_admit(db->hosts, config->timeline);
	db->is_retrying = true;
	timer_start(db->retry, 0, 0);
	return db;
}

void db_destroy(struct db *db)
{
	struct op *op, *next;
	struct db_tx *tx, *next_tx;

	if (!db)
		return;
	assert(db->telling == 0 && "never from inside a `done`");
	for (int i = 0; db->conns && i < db->pool_size; i++)
		conn_finish(&db->conns[i]);
	for (int lane = 0; lane < LANES; lane++)
		DL_FOREACH_SAFE(db->waiting[lane].ops, op, next)
		{
			op_destroy(op);
		}
	DL_FOREACH_SAFE(db->refused, op, next)
	{
		op_destroy(op);
	}
	for (int state = 0; state < TX_STATES; state++)
		DL_FOREACH_SAFE(db->txs[state], tx, next_tx)
		{
			tx_destroy(tx);
		}
	task_cancel(&db->refuse);
	timer_destroy(db->tick);
	timer_destroy(db->retry);
	metric_add(db->m_ready, -db->ready);
	metric_add(db->m_taken, -db->taken);
	metric_add(db->m_queue, -(db->waiting[LANE_USUAL].count + db->waiting[LANE_PATIENT].count));
	free(db->conns);
	hosts_destroy(db->hosts);
	free(db->application);
	free(db);
}

bool db_is_up(const struct db *db)
{
	return db->ready > 0;
}

const struct db_server *db_server(const struct db *db)
{
	return db->ready > 0 ? &db->server : NULL;
}

const struct err *db_last_error(const struct db *db)
{
	return db->ready == 0 && db->last_error.code != KD_OK ? &db->last_error : NULL;
}

/* --- connections come and go ------------------------------------------------------------------------ */

static bool is_ready(enum conn_state state)
{
	return state == CONN_SHARED || state == CONN_TAKEN;
}

/* All that we have goes, and tries the next host first. */
static void pool_move(struct db *db, const char *why, bool is_at_once)
{
	for (int i = 0; i < db->pool_size; i++) {
		struct conn *conn = &db->conns[i];

		if (is_ready(conn->state) && is_at_once)
			link_break(&conn->link, why);
		else if (is_ready(conn->state))
			conn_retire(conn);
	}
	listeners_move(db, why);
}

void pool_leave(struct db *db, struct conn *conn)
{
	if (conn->is_retiring)
		return;
	log_line(LOG_WARN, "database is read-only", "host", conn->server.host, NULL);
	hosts_pass(db->hosts, conn->link.pg);
	pool_move(db, "the server is read-only", false);
}

/* A connection is ready. When its server has been promoted since we last looked, the others are at one that was left behind:
 * that server may not know, and what it says is out of date. */
static void pool_arrive(struct db *db, struct conn *conn)
{
	const struct db_server *now = &conn->server;
	struct db_server was = db->server;

	db->server = *now;
	hosts_keep(db->hosts, conn->link.pg);
	if (was.timeline > 0 && now->timeline > was.timeline) {
		metric_add(db->m_failovers, 1);
		log_line(LOG_WARN, "database has failed over", "from", was.host, "to", now->host, "timeline", log_int(now->timeline), NULL);
		for (int i = 0; i < db->pool_size; i++)
			if (is_ready(db->conns[i].state) && db->conns[i].server.timeline < now->timeline)
				link_break(&db->conns[i].link, "its server was left behind by a failover");
		listeners_move(db, "its server was left behind by a failover");
	}
	if (!db->is_standby && hosts_count(db->hosts) > 1 && !now->is_synchronous && (!*was.host || was.is_synchronous || now->timeline > was.timeline))
		log_line(LOG_WARN, "no synchronous standby", "host", now->host, "so",
			"a failover can lose what was acknowledged: set synchronous_standby_names", NULL);
}

static void pool_retry_after(struct db *db, int64_t ms)
{
	db->is_retrying = true;
	timer_start(db->retry, ms, 0);
}

/* While nothing answers, one connection tries for all. */
static void pool_retry(void *owner)
{
	struct db *db = owner;
	bool is_trying = false;

	db->is_retrying = false;
	for (int i = 0; i < db->pool_size; i++)
		is_trying = is_trying || db->conns[i].state == CONN_CONNECTING ||
		            db->conns[i].state == CONN_PREPARING;
	for (int i = 0; i < db->pool_size && (db->ready > 0 || !is_trying); i++) {
		if (db->conns[i].state == CONN_RESTING) {
			conn_connect(&db->conns[i]);
			is_trying = true;
		}
	}
}

void pool_conn_changed(struct conn *conn, enum conn_state from, enum conn_state to)
{
	struct db *db = conn->db;
	int ready = is_ready(to) - is_ready(from), taken = (to == CONN_TAKEN) - (from == CONN_TAKEN);

	db->ready += ready;
	db->taken += taken;
	metric_add(db->m_ready, ready);
	metric_add(db->m_taken, taken);
	if (ready < 0 && db->ready == 0 && !db->is_silent)
		db->away_ms = clock_mono_ms();
	if (ready <= 0)
		return;
	db->is_silent = false;
	db->backoff_ms = POOL_BACKOFF_MIN_MS;
	db->last_error = (struct err){ 0 };
	if (db->ready == 1) {
		log_line(LOG_INFO, db->is_standby ? "replica is up" : "database is up", "host", conn->server.host, NULL);
		pool_retry_after(db, 0); /* the others, now that it is worth it */
	}
	pool_arrive(db, conn);
}

void pool_conn_failed(struct db *db, const struct err *why)
{
	bool is_news = strcmp(db->last_error.detail, why->detail) != 0;

	metric_add(db->m_failures, 1);
	if (!db->is_retrying) { /* when all go at once, that is one failure */
		pool_retry_after(
		        db, db->backoff_ms / 2 + arc4random_uniform((uint32_t)db->backoff_ms / 2 + 1));
		db->backoff_ms =
		        db->backoff_ms * 2 < POOL_BACKOFF_MAX_MS ? db->backoff_ms * 2 : POOL_BACKOFF_MAX_MS;
	}
	db->last_error = *why;
	if (db->ready > 0)
		log_line(LOG_WARN, db->is_standby ? "replica connection lost" : "database connection lost", "why", why->detail, "left", log_int(db->ready),
		        NULL);
	else if (is_news)
		log_line(db->is_standby ? LOG_WARN : LOG_ERROR, db->is_standby ? "replica is away" : "database is away", "why",
		        why->detail, NULL);
}

/* --- who waits, who gets ----------------------------------------------------------------------------- */

static void pool_dequeue(struct db *db, struct op *op)
{
	struct waiting *w = &db->waiting[op->is_patient ? LANE_PATIENT : LANE_USUAL];

	DL_DELETE(w->ops, op);
	w->count--;
	w->bytes -= op->bytes;
	metric_add(db->m_queue, -1);
}

/* The least busy connection that can take one more. */
static struct conn *pool_pick(struct db *db)
{
	struct conn *best = NULL;

	for (int i = 0; i < db->pool_size; i++) {
		struct conn *conn = &db->conns[i];

		if (conn_is_free(conn) && conn->in_flight < POOL_DEPTH &&
		        (!best || conn->in_flight < best->in_flight))
			best = conn;
	}
	return best;
}

/* Two connections, or half of them in a small pool, stay for plain queries. */
static int pool_tx_max(const struct db *db)
{
	int half = db->ready / 2, most = db->ready - 2;

	return most > half ? most : half > 0 ? half : 1;
}

static bool may_send_patient(const struct db *db)
{
	const struct op *op;
	int under_way = 0;

	for (int i = 0; i < db->pool_size; i++)
		DL_FOREACH(db->conns[i].pipeline, op)
			under_way += op->is_patient;
	return under_way < PATIENT_DEPTH * db->ready;
}

static void pool_send(struct db *db, enum lane lane, struct conn *conn)
{
	struct op *op = db->waiting[lane].ops;

	pool_dequeue(db, op);
	if (op->is_withdrawn)
		op_destroy(op);
	else
		conn_send(conn, op);
}

void pool_dispatch(struct db *db)
{
	struct conn *conn;

	while (db->txs[TX_WAITING] && db->taken < pool_tx_max(db) && (conn = pool_pick(db)))
		tx_open(db->txs[TX_WAITING], conn);
	while (db->waiting[LANE_USUAL].ops && (conn = pool_pick(db)))
		pool_send(db, LANE_USUAL, conn);
	while (db->waiting[LANE_PATIENT].ops && may_send_patient(db) && (conn = pool_pick(db)))
		pool_send(db, LANE_PATIENT, conn);
}

/* Until when somebody who asks now waits for a connection. In an outage that is counted from its beginning: who asks late
 * knows soon. So deadlines never go back, and who came first is late first. */
int64_t pool_deadline(const struct db *db)
{
	int64_t now_ms = clock_mono_ms(), least_ms = db->queue_ms < POOL_WAIT_MIN_MS ? db->queue_ms : POOL_WAIT_MIN_MS;
	int64_t until_ms = (db->ready > 0 && !db->is_silent ? now_ms : db->away_ms) + db->queue_ms;

	return until_ms > now_ms + least_ms ? until_ms : now_ms + least_ms;
}

static void pool_refuse_later(struct db *db, struct op *op)
{
	DL_APPEND(db->refused, op);
	task_post(&db->refuse);
}

static void pool_refuse(struct task *task)
{
	struct db *db = task_owner(task, struct db, refuse);
	struct op *op, *refused = db->refused;

	db->refused = NULL;
	db->telling++;
	while ((op = refused)) {
		DL_DELETE(refused, op);
		op_refuse(op);
		op_destroy(op);
	}
	db->telling--;
}

static void pool_ask(struct db *db, struct db_ticket *t, enum lane lane, struct op *op, db_done *done, void *owner)
{
	struct waiting *w = &db->waiting[lane];

	op->is_patient = lane == LANE_PATIENT;
	op->done = done;
	op->owner = owner;
	op->ticket = t;
	if (t) {
		assert(!t->pending && "one ticket, one query");
		t->pending = op;
	}
	if (w->count >= POOL_QUEUE_MAX || w->bytes + op->bytes > POOL_QUEUE_BYTES) {
		err_set(&op->err, KD_E_BUSY, "the database is busy; try again");
		err_detail(&op->err, "the queue for a connection is full");
		pool_refuse_later(db, op);
		return;
	}
	op->deadline_ms = pool_deadline(db);
	DL_APPEND(w->ops, op);
	w->count++;
	w->bytes += op->bytes;
	metric_add(db->m_queue, 1);
	pool_watch_deadlines(db);
	pool_dispatch(db);
}

void db_query(struct db *db, struct db_ticket *t, const struct db_stmt *stmt, const char *const *params,
        db_done *done, void *owner)
{
	pool_ask(db, t, LANE_USUAL, op_create(OP_STATEMENT, stmt, NULL, params), done, owner);
}

void db_query_patient(struct db *db, struct db_ticket *t, const struct db_call *calls, int count, db_done *done, void *owner)
{
	const struct db_call *last = &calls[count - 1];

	pool_ask(db, t, LANE_PATIENT, op_create_after(calls, count - 1, OP_STATEMENT, last->stmt, NULL, last->params), done, owner);
}

/* The operation stays where it is: in flight it is answered to nobody, in the queue it is dropped at its
 * turn. */
void db_ticket_cancel(struct db_ticket *t)
{
	struct op *op = t->pending;

	if (!op)
		return;
	op->done = NULL;
	op->ticket = NULL;
	op->is_withdrawn = true;
	t->pending = NULL;
}

/* --- deadlines -------------------------------------------------------------------------------------------
 */

void pool_watch_deadlines(struct db *db)
{
	if (db->is_ticking)
		return;
	db->is_ticking = true;
	timer_start(db->tick, POOL_TICK_MS, POOL_TICK_MS);
}

static bool is_silent(const struct db *db, const struct conn *conn, int64_t now_ms)
{
	return is_ready(conn->state) && conn->pipeline && now_ms - db->heard_ms > POOL_SILENCE_MS &&
	       now_ms - conn->head_since_ms > POOL_SILENCE_MS;
}

/* One connection may wait for a slow statement or a lock. But when none has brought a word for so long, nobody is there, and
 * the others would only be found out one after the other. Two ticks, for it may be we who slept: what has arrived meanwhile
 * is read between them. */
static void pool_check_silence(struct db *db, int64_t now_ms)
{
	bool is_gone = false;
	struct op *op;
	struct db_tx *tx;

	for (int i = 0; i < db->pool_size; i++)
		is_gone = is_gone || is_silent(db, &db->conns[i], now_ms);
	db->silent_ticks = is_gone ? db->silent_ticks + 1 : 0;
	if (db->silent_ticks < 2)
		return;
	db->silent_ticks = 0;
	db->is_silent = true;
	db->away_ms = db->heard_ms;
	for (int lane = 0; lane < LANES; lane++)
		DL_FOREACH(db->waiting[lane].ops, op)
			op->deadline_ms = now_ms;
	DL_FOREACH(db->txs[TX_WAITING], tx)
		tx->deadline_ms = now_ms;
	for (int i = 0, passed = 0; i < db->pool_size && !passed; i++)
		if ((passed = is_ready(db->conns[i].state)))
			hosts_pass(db->hosts, db->conns[i].link.pg);
	pool_move(db, "the server is silent", true);
}

/* Those who came first are late first: see pool_deadline. */
static void pool_expire(struct db *db, int64_t now_ms)
{
	struct err err = { 0 };

	for (int lane = 0; lane < LANES; lane++) {
		struct op *op;

		while ((op = db->waiting[lane].ops) && op->deadline_ms <= now_ms) {
			pool_dequeue(db, op);
			db_err_away(&op->err, "no connection came in time");
			pool_refuse_later(db, op);
		}
	}
	while (db->txs[TX_WAITING] && db->txs[TX_WAITING]->deadline_ms <= now_ms) {
		db_err_away(&err, "no connection came in time");
		tx_lose(db->txs[TX_WAITING], &err);
	}
}

static void pool_tick(void *owner)
{
	struct db *db = owner;
	int64_t now_ms = clock_mono_ms();
	bool is_needed;

	pool_expire(db, now_ms);
	pool_check_silence(db, now_ms);
	is_needed = db->waiting[LANE_USUAL].ops || db->waiting[LANE_PATIENT].ops || db->txs[TX_WAITING];
	for (int i = 0; i < db->pool_size; i++) {
		struct conn *conn = &db->conns[i];

		conn_check(conn, now_ms);
		is_needed = is_needed || conn->pipeline || conn->state == CONN_CONNECTING;
	}
	if (!is_needed) {
		timer_stop(db->tick);
		db->is_ticking = false;
	}
}

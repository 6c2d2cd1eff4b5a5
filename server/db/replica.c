#include "db/replica.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/metrics.h"
#include "db/hosts.h"
#include "loop/loop.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { REPLICA_LOOK_MS = 200 };
enum { LSN_SIZE = 24 };

static const struct db_stmt q_written = { "db_written", "SELECT pg_current_wal_lsn()::text AS lsn", 0 };
/* $1 how far the primary was, $2 what the replica must have gone beyond (null: nothing). */
static const struct db_stmt q_replayed = { "db_replayed",
	"SELECT lsn >= $1::pg_lsn AND ($2::pg_lsn IS NULL OR lsn > $2::pg_lsn) AS is_reached, lsn::text AS lsn "
	"FROM pg_last_wal_replay_lsn() AS r (lsn)",
	2 };
const struct db_stmt *const db_primary_statements[] = { &q_written, NULL };
const struct db_stmt *const db_replica_statements[] = { &q_replayed, NULL };

struct db_replica {
	struct db *primary, *pool;
	const struct db_stmt *const *const *statements;
	struct timer *tick;
	struct db_ticket ticket;
	int64_t lag_ms;
	int64_t as_of_ms; /* what was confirmed before is shown; 0: not known */
	char mark[LSN_SIZE]; /* the log that the replica must have replayed; "": the primary is asked next */
	int64_t mark_ms;     /* when the primary was asked for it */
	int64_t timeline;    /* of the primary */
	bool is_doubted;     /* since that was promoted */
	char floor[LSN_SIZE]; /* where the replica was then; "": not asked yet */
	struct metric *age, *from_replica, *from_primary;
};

static void replica_forget(struct db_replica *r)
{
	r->as_of_ms = 0;
	r->mark[0] = '\0';
}

static void replica_replayed(void *owner, const struct db_rows *rows, const struct err *err)
{
	struct db_replica *r = owner;
	const char *lsn = err ? NULL : db_text(rows, 0, "lsn");

	if (!lsn)
		return;
	if (r->is_doubted && !*r->floor) {
		snprintf(r->floor, sizeof(r->floor), "%s", lsn);
	} else if (db_bool(rows, 0, "is_reached")) {
		r->is_doubted = false;
		r->as_of_ms = r->mark_ms;
		r->mark[0] = '\0';
	}
}

static void replica_ask(struct db_replica *r)
{
	const char *params[] = { r->mark, r->is_doubted && *r->floor ? r->floor : NULL };

	db_query(r->pool, &r->ticket, &q_replayed, params, replica_replayed, r);
}

static void primary_written(void *owner, const struct db_rows *rows, const struct err *err)
{
	struct db_replica *r = owner;

	if (err)
		return;
	snprintf(r->mark, sizeof(r->mark), "%s", db_text(rows, 0, "lsn"));
	replica_ask(r);
}

/* A promoted primary may lack the end of what the former one wrote and the replica has replayed. Such a replica stays where it
 * is; one that follows the new primary goes on. So it is not believed before it has been seen to. */
static void replica_doubt(struct db_replica *r)
{
	const struct db_server *server = db_server(r->primary);

	if (!server || server->timeline == r->timeline)
		return;
	r->is_doubted = r->timeline != 0;
	r->floor[0] = '\0';
	r->timeline = server->timeline;
	replica_forget(r);
}

static void replica_look(void *owner)
{
	struct db_replica *r = owner;

	metric_set(r->age, r->as_of_ms ? clock_mono_ms() - r->as_of_ms : 0);
	if (r->ticket.pending || !db_is_up(r->primary) || !db_is_up(r->pool))
		return;
	replica_doubt(r);
	if (*r->mark) {
		replica_ask(r);
		return;
	}
	r->mark_ms = clock_mono_ms();
	db_query(r->primary, &r->ticket, &q_written, NULL, primary_written, r);
}

struct db_replica *db_replica_create(struct loop *loop, struct db *primary, const struct db_config *config, int64_t lag_ms)
{
	struct db_replica *r = calloc(1, sizeof(*r));
	struct db_config standby = *config;
	const char *help = "Reads that may be a little old, by who answered them.";

	if (!r)
		return NULL;
	standby.is_standby = true;
	standby.timeline = 0;
	r->primary = primary;
	r->statements = config->statements;
	r->lag_ms = lag_ms;
	r->age = metric_gauge_ms("korsdrag_db_replica_age_seconds", "How old the replica's answers are; 0: not known.", "");
	r->from_replica = metric_counter("korsdrag_db_stale_reads_total", help, "from=\"replica\"");
	r->from_primary = metric_counter("korsdrag_db_stale_reads_total", help, "from=\"primary\"");
	r->pool = db_create(loop, &standby);
	r->tick = loop_timer_create(loop, replica_look, r);
	if (!r->pool || !r->tick) {
		db_replica_destroy(r);
		return NULL;
	}
	timer_start(r->tick, REPLICA_LOOK_MS, REPLICA_LOOK_MS);
	return r;
}

void db_replica_destroy(struct db_replica *r)
{
	if (!r)
		return;
	timer_destroy(r->tick);
	db_ticket_cancel(&r->ticket);
	db_destroy(r->pool);
	free(r);
}

/* --- who is asked ----------------------------------------------------------------------------------- */

static bool may_answer(const struct db_replica *r, const struct db_stmt *stmt)
{
	for (int i = 0; r->statements[i]; i++)
		for (int j = 0; r->statements[i][j]; j++)
			if (r->statements[i][j] == stmt)
				return true;
	return false;
}

struct db *db_replica_for(struct db_replica *r, const struct db_stmt *stmt, int64_t since_ms)
{
	bool is_fresh = r->as_of_ms && since_ms < r->as_of_ms && clock_mono_ms() - r->as_of_ms <= r->lag_ms;

	if (!may_answer(r, stmt))
		return r->primary;
	if (is_fresh && db_is_up(r->pool)) {
		metric_add(r->from_replica, 1);
		return r->pool;
	}
	metric_add(r->from_primary, 1);
	return r->primary;
}

const char *db_replica_host(const struct db_replica *r)
{
	const struct db_server *server = db_server(r->pool);

	return server ? server->host : NULL;
}

int64_t db_replica_age_ms(const struct db_replica *r)
{
	return r->as_of_ms ? clock_mono_ms() - r->as_of_ms : -1;
}

/* Connections to several would be at several ages. */
const char *db_replica_wrong(const char *conninfo)
{
	struct hosts *hosts;
	bool is_one;

	if (!*conninfo || db_conninfo_wrong(conninfo))
		return *conninfo ? db_conninfo_wrong(conninfo) : NULL;
	hosts = hosts_create(conninfo);
	is_one = hosts && hosts_count(hosts) == 1;
	hosts_destroy(hosts);
	return is_one ? NULL : "must name one host";
}

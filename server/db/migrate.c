/* Brings a database to the schema of this program: forward only, each migration in one transaction, one node
 * at a time. */
#include "base/id.h"
#include "base/log.h"
#include "db/db.h"
#include "db/errors.h"
#include "db/hosts.h"
#include "db/migrations.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* "korsdrag" as a number; whoever holds it migrates. The others wait, then find nothing left to do. */
#define MIGRATE_LOCK "7741524047303893351"
#define MIGRATE_LOCK_WAIT "600s"
enum { MIGRATE_TRIES = 20 };

static void ignore_notice(void *owner, const PGresult *result)
{
	(void)owner;
	(void)result;
}

static PGconn *connect_to(struct hosts *hosts, int host, const char *application, struct err *err)
{
	const char *keys[16] = { "connect_timeout", "target_session_attrs" };
	const char *values[16] = { hosts_count(hosts) > 1 ? "3" : "10", "read-write" };
	int n = 2 + hosts_key(hosts, host, keys + 2, values + 2);
	const char *why;
	PGconn *pg;

	keys[n] = "application_name";
	values[n++] = application;
	keys[n] = "client_encoding";
	values[n] = "UTF8";
	pg = PQconnectdbParams(keys, values, 1);
	if (PQstatus(pg) == CONNECTION_OK) {
		PQsetNoticeReceiver(pg, ignore_notice, NULL);
		return pg;
	}
	why = pg ? PQerrorMessage(pg) : "out of memory";
	err_set(err, KD_E_UNAVAILABLE, "the database cannot be reached: %.*s", (int)strcspn(why, "\n"), why);
	err_detail(err, "%s", why);
	PQfinish(pg);
	return NULL;
}

int64_t migrations_timeline(PGconn *pg)
{
	PGresult *rows = PQexec(pg, "SELECT " HOSTS_TIMELINE);
	int64_t timeline = PQntuples(rows) == 1 ? strtoll(PQgetvalue(rows, 0, 0), NULL, 10) : 0;

	PQclear(rows);
	return timeline;
}

PGconn *migrations_connect(const char *conninfo, const char *application, struct err *err)
{
	struct hosts *hosts = hosts_create(conninfo);
	int64_t newest = -1;
	PGconn *best = NULL;

	for (int i = 0; hosts && i < hosts_count(hosts); i++) {
		PGconn *pg = connect_to(hosts, i, application, err);
		int64_t timeline = pg ? migrations_timeline(pg) : -1;

		if (timeline > newest) {
			PQfinish(best);
			best = pg;
			newest = timeline;
		} else {
			PQfinish(pg);
		}
	}
	hosts_destroy(hosts);
	if (best)
		*err = (struct err){ 0 };
	return best;
}

int64_t db_newest_timeline(const char *conninfo)
{
	struct err err;
	PGconn *pg = migrations_connect(conninfo, "korsdrag", &err);
	int64_t timeline = pg ? migrations_timeline(pg) : 0;

	PQfinish(pg);
	return timeline;
}

int migrations_count(const struct migration *ours)
{
	int count = 0;

	while (ours[count].version)
		count++;
	return count;
}

static void migration_hash(const struct migration *m, char ret_hash[HASH_SIZE])
{
	bytes_hash(m->sql, strlen(m->sql), ret_hash);
}

/* Row `i` of schema_migration against our migration `i`. */
static bool migration_matches(const PGresult *rows, int i, const struct migration *ours, struct err *err)
{
	int version = (int)strtol(PQgetvalue(rows, i, 0), NULL, 10), known = migrations_count(ours);
	const char *name = PQgetvalue(rows, i, 1);
	char hash[HASH_SIZE];

	if (version > known)
		return err_set(err, KD_E_CONFLICT,
		        "the database has migration %s, which this program (up to %d) does not know: "
		        "a newer korsdragd migrated it; run that one, or restore a backup",
		        name, known);
	if (version != i + 1)
		return err_set(err, KD_E_CONFLICT,
		        "the database has migration %s but not number %d before it: "
		        "restore schema_migration from a backup",
		        name, i + 1);
	migration_hash(&ours[i], hash);
	if (strcmp(hash, PQgetvalue(rows, i, 2)) != 0)
		return err_set(err, KD_E_CONFLICT,
		        "migration %s was changed after it was applied here: "
		        "put the file back as it was and write a new migration",
		        ours[i].name);
	return true;
}

int migrations_applied(PGconn *pg, const struct migration *ours, struct err *err)
{
	PGresult *rows = PQexec(pg, "SELECT version, name, checksum FROM schema_migration ORDER BY version");
	int count = -1;

	if (PQresultStatus(rows) == PGRES_TUPLES_OK) {
		count = PQntuples(rows);
		for (int i = 0; i < count; i++) {
			if (!migration_matches(rows, i, ours, err)) {
				count = -1;
				break;
			}
		}
	} else {
		db_err_from_result(err, rows, "reading schema_migration");
		db_err_text(err, "schema_migration cannot be read: %s", db_err_message(rows));
	}
	PQclear(rows);
	return count;
}

static bool migrate_do(PGconn *pg, const char *sql, const char *what, struct err *err)
{
	PGresult *result = PQexec(pg, sql);
	bool is_done =
	        PQresultStatus(result) == PGRES_COMMAND_OK || PQresultStatus(result) == PGRES_TUPLES_OK;

	if (!is_done) {
		db_err_from_result(err, result, what);
		db_err_text(err, "%s: %s", what, db_err_message(result));
	}
	PQclear(result);
	return is_done;
}

/* Where in the file a migration failed. */
static int failed_line(const struct migration *m, const PGresult *result)
{
	const char *position = PQresultErrorField(result, PG_DIAG_STATEMENT_POSITION);
	int line = 1;
	long left = position ? strtol(position, NULL, 10) : 0;

	for (const char *c = m->sql; *c && left > 1; c++) {
		line += *c == '\n';
		left -= ((unsigned char)*c & 0xC0) != 0x80; /* positions count characters */
	}
	return line;
}

static bool migration_run(PGconn *pg, const struct migration *m, struct err *err)
{
	PGresult *result = PQexec(pg, m->sql);
	bool is_done =
	        PQresultStatus(result) == PGRES_COMMAND_OK || PQresultStatus(result) == PGRES_TUPLES_OK;

	if (!is_done) {
		db_err_from_result(err, result, m->name);
		if (PQresultErrorField(result, PG_DIAG_STATEMENT_POSITION))
			db_err_text(err, "migration %s failed at line %d: %s", m->name,
			        failed_line(m, result), db_err_message(result));
		else
			db_err_text(err, "migration %s failed: %s", m->name, db_err_message(result));
	} else if (PQtransactionStatus(pg) != PQTRANS_INTRANS) {
		is_done = err_set(err, KD_E_INTERNAL,
		        "migration %s ends its own transaction: leave BEGIN and COMMIT out of it", m->name);
	}
	PQclear(result);
	return is_done;
}

static bool migration_record(PGconn *pg, const struct migration *m, struct err *err)
{
	char version[12], hash[HASH_SIZE];
	const char *values[] = { version, m->name, hash };
	PGresult *result;
	bool is_done;

	snprintf(version, sizeof(version), "%d", m->version);
	migration_hash(m, hash);
	result =
	        PQexecParams(pg, "INSERT INTO schema_migration (version, name, checksum) VALUES ($1, $2, $3)",
	                3, NULL, values, NULL, NULL, 0);
	is_done = PQresultStatus(result) == PGRES_COMMAND_OK;
	if (!is_done) {
		db_err_from_result(err, result, m->name);
		db_err_text(err, "migration %s cannot be recorded: %s", m->name, db_err_message(result));
	}
	PQclear(result);
	return is_done;
}

static bool migration_apply(PGconn *pg, const struct migration *m, struct err *err)
{
	struct err ignored = { 0 };

	if (!migrate_do(pg, "BEGIN", m->name, err))
		return false;
	if (migration_run(pg, m, err) && migration_record(pg, m, err) &&
	        migrate_do(pg, "COMMIT", m->name, err)) {
		log_line(LOG_INFO, "migrated", "migration", m->name, NULL);
		return true;
	}
	(void)migrate_do(pg, "ROLLBACK", m->name, &ignored);
	return false;
}

/* Whoever waits for a table's lock holds up all who come after it, so under load it is better to let them
 * through and ask again. */
static bool migration_insist(PGconn *pg, const struct migration *m, struct err *err)
{
	for (int tries = 1; !migration_apply(pg, m, err); tries++) {
		if (strcmp(err->sqlstate, "55P03") != 0 || tries == MIGRATE_TRIES) /* lock_not_available */
			return false;
		log_line(LOG_WARN, "migration waits for others", "migration", m->name, NULL);
	}
	return true;
}

static bool migrate_locked(PGconn *pg, const struct migration *ours, struct err *err)
{
	int applied;

	if (!migrate_do(pg,
	            "CREATE TABLE IF NOT EXISTS schema_migration (version integer PRIMARY KEY CHECK (version "
	            "> 0), "
	            "name text NOT NULL, checksum text NOT NULL CHECK (length(checksum) = 64), "
	            "applied_at timestamptz NOT NULL DEFAULT now())",
	            "making schema_migration", err))
		return false;
	applied = migrations_applied(pg, ours, err);
	if (applied < 0)
		return false;
	for (int i = applied; ours[i].version; i++)
		if (!migration_insist(pg, &ours[i], err))
			return false;
	return true;
}

/* The lock ends with the connection, whatever happens. */
bool migrations_apply(const char *conninfo, const struct migration *ours, struct err *err)
{
	PGconn *pg = migrations_connect(conninfo, "korsdrag migrate", err);
	bool is_done = pg &&
	               migrate_do(pg,
	                       "SET lock_timeout = '" MIGRATE_LOCK_WAIT "'; SET statement_timeout = 0; "
	                       "SELECT pg_advisory_lock(" MIGRATE_LOCK ")",
	                       "waiting for another node's migration", err) &&
	               migrate_do(pg, "SET lock_timeout = '3s'", "setting up", err) &&
	               migrate_locked(pg, ours, err);

	PQfinish(pg);
	return is_done;
}

bool db_migrate(const char *conninfo, struct err *err)
{
	return migrations_apply(conninfo, migrations, err);
}

/* What must hold before the server serves (requirement D9): it knows the schema, and what is committed stays.
 */
#include "base/log.h"
#include "db/db.h"
#include "db/errors.h"
#include "db/migrations.h"
#include <stdio.h>
#include <string.h>

static bool check_schema(PGconn *pg, struct err *err)
{
	int known = migrations_count(migrations), applied = migrations_applied(pg, migrations, err);

	if (applied < 0 && strcmp(err->sqlstate, "42P01") == 0) /* undefined_table */
		return err_set(err, KD_E_UNAVAILABLE, "the database is empty: run korsdragd migrate");
	if (applied < 0 && strcmp(err->sqlstate, "42501") == 0) /* insufficient_privilege */
		return db_err_text(err,
		        "the server's role may not read schema_migration: grant it SELECT, INSERT, "
		        "UPDATE, DELETE on the owner's tables");
	if (applied < 0 && PQstatus(pg) == CONNECTION_BAD)
		return db_err_text(err, "the database cannot be checked: the connection was lost");
	if (applied < 0)
		return false;
	if (applied < known)
		return err_set(err, KD_E_UNAVAILABLE,
		        "the database is at migration %d and this program needs %d: run korsdragd migrate",
		        applied, known);
	return true;
}

/* One demand: a query whose first column is true when it is met, and what to say otherwise. A second column
 * is what we found. */
struct demand {
	const char *sql;
	const char *complaint;
};

static const struct demand demands[] = {
	{ "SELECT current_setting('server_version_num')::int >= 150000, current_setting('server_version')",
	        "PostgreSQL is older than 15" },
	{ "SELECT current_setting('server_encoding') = 'UTF8', current_setting('server_encoding')",
	        "the database is not in UTF8: make it anew with ENCODING 'UTF8'" },
	{ "SELECT current_setting('fsync') = 'on', current_setting('fsync')",
	        "fsync is off, so a crash loses what was acknowledged: set fsync = on" },
	{ "SELECT current_setting('full_page_writes') = 'on', current_setting('full_page_writes')",
	        "full_page_writes is off, so a crash can tear pages: set full_page_writes = on" },
	{ "SELECT current_setting('synchronous_commit') <> 'off', current_setting('synchronous_commit')",
	        "synchronous_commit is off, so a crash loses what was acknowledged: set it on, also for the "
	        "role and the "
	        "database" },
	{ "SELECT current_setting('data_checksums') = 'on', current_setting('data_checksums')",
	        "data checksums are off, so rotten pages go unnoticed: stop the cluster and run pg_checksums "
	        "--enable" },
	{ "SELECT NOT (rolsuper OR rolcreaterole OR rolcreatedb OR rolreplication OR rolbypassrls), "
	  "current_user "
	  "FROM pg_roles WHERE rolname = current_user",
	        "the server's role is a superuser or may make roles, databases, replicas: use one without "
	        "such rights" },
	{ "SELECT NOT (has_database_privilege(current_database(), 'CREATE') OR EXISTS (SELECT FROM "
	  "pg_namespace n "
	  "WHERE has_schema_privilege(n.oid, 'CREATE') AND n.nspname !~ '^pg_')), current_user",
	        "the server's role may change the schema: revoke CREATE from it on the database and its "
	        "schemas" },
	{ "SELECT NOT EXISTS (SELECT FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
	  "WHERE pg_has_role(c.relowner, 'USAGE') AND n.nspname <> 'information_schema' AND n.nspname !~ "
	  "'^pg_'), "
	  "current_user",
	        "the server's role owns tables, so it may change the schema: let another role own and "
	        "migrate them" },
};

/* Adds the complaint to *err: the first is its text, all are its detail. */
static void complain(struct err *err, const char *complaint, const char *found)
{
	if (err->code == KD_OK)
		err_set(err, KD_E_UNAVAILABLE, "%s (it is %s)", complaint, found);
	else
		err_detail(err, "%s%salso: %s", err->detail, *err->detail ? "; " : "", complaint);
}

static bool check_demand(
        PGconn *pg, const struct demand *demand, bool allow_unsafe, struct err *err, struct err *complaints)
{
	PGresult *rows = PQexec(pg, demand->sql);
	bool was_asked = PQresultStatus(rows) == PGRES_TUPLES_OK && PQntuples(rows) == 1;

	if (!was_asked) {
		db_err_from_result(err, rows, "checking the database");
		db_err_text(err, "the database cannot be checked: %s", db_err_message(rows));
	} else if (strcmp(PQgetvalue(rows, 0, 0), "t") != 0) {
		if (allow_unsafe)
			log_line(LOG_WARN, "unsafe database allowed", "why", demand->complaint, "found",
			        PQgetvalue(rows, 0, 1), NULL);
		else
			complain(complaints, demand->complaint, PQgetvalue(rows, 0, 1));
	}
	PQclear(rows);
	return was_asked;
}

bool db_check(const char *conninfo, bool allow_unsafe, int64_t *ret_timeline, struct err *err)
{
	PGconn *pg = migrations_connect(conninfo, "korsdrag check", err);
	struct err complaints = { 0 };
	bool is_asked = pg && check_schema(pg, err);

	for (size_t i = 0; is_asked && i < sizeof(demands) / sizeof(demands[0]); i++)
		is_asked = check_demand(pg, &demands[i], allow_unsafe, err, &complaints);
	if (is_asked)
		*ret_timeline = migrations_timeline(pg);
	PQfinish(pg);
	if (is_asked && complaints.code != KD_OK)
		*err = complaints;
	return is_asked && complaints.code == KD_OK;
}

/* Requirement D9: what the server refuses to run on. */
#include "fixture.h"
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int64_t timeline;

static const char *migrated(void)
{
	static char name[64];
	struct err err = { 0 };

	snprintf(name, sizeof(name), "%s", pg_newdb(NULL));
	cr_assert(db_migrate(pg_conninfo(pg_folder(), name, "korsdrag_owner"), &err), "%s", err.text);
	return name;
}

static void refused(const char *conninfo, const char *because)
{
	struct err err = { 0 };

	cr_assert(!db_check(conninfo, false, &timeline, &err));
	cr_assert_eq(err.code, KD_E_UNAVAILABLE);
	cr_assert_not_null(strstr(err.text, because), "'%s' does not say '%s'", err.text, because);
	cr_assert(db_check(conninfo, true, &timeline, &err), "it is allowed when asked for: %s", err.text);
}

static void change(const char *database, const char *sql)
{
	PGconn *pg = pg_connect(database, "postgres");

	pg_exec(pg, sql);
	PQfinish(pg);
}

Test(check, passes_as_it_should_be)
{
	struct err err = { 0 };

	cr_assert(db_check(pg_conninfo(pg_folder(), migrated(), "korsdrag"), false, &timeline, &err), "%s", err.text);
	cr_assert_eq(timeline, 1);
}

Test(check, refuses_roles_with_too_many_rights)
{
	const char *database = migrated();

	refused(pg_conninfo(pg_folder(), database, "korsdrag_owner"), "may change the schema");
	refused(pg_conninfo(pg_folder(), database, "postgres"), "superuser");
	change(database, "GRANT CREATE ON SCHEMA public TO korsdrag");
	refused(pg_conninfo(pg_folder(), database, "korsdrag"), "may change the schema");
	change(database, "REVOKE CREATE ON SCHEMA public FROM korsdrag; ALTER TABLE card OWNER TO korsdrag");
	refused(pg_conninfo(pg_folder(), database, "korsdrag"), "owns tables");
}

Test(check, refuses_commits_that_do_not_wait)
{
	const char *database = migrated();
	char sql[128];

	snprintf(sql, sizeof(sql), "ALTER ROLE korsdrag IN DATABASE %s SET synchronous_commit = off",
	        database);
	change(database, sql);
	refused(pg_conninfo(pg_folder(), database, "korsdrag"), "synchronous_commit is off");
}

/* The schema is checked even when everything else is allowed. */
Test(check, refuses_a_schema_that_it_does_not_know)
{
	const char *database = pg_newdb(NULL), *conninfo = pg_conninfo(pg_folder(), database, "korsdrag");
	struct err err = { 0 };

	cr_assert(!db_check(conninfo, true, &timeline, &err));
	cr_assert_str_eq(err.text, "the database is empty: run korsdragd migrate");
	database = migrated();
	conninfo = pg_conninfo(pg_folder(), database, "korsdrag");
	change(database, "REVOKE ALL ON schema_migration FROM korsdrag");
	cr_assert(!db_check(conninfo, true, &timeline, &err));
	cr_assert_not_null(strstr(err.text, "may not read schema_migration"));
	change(database, "GRANT SELECT ON schema_migration TO korsdrag;"
	                 "INSERT INTO schema_migration (version, name, checksum) VALUES (9001, '9001_later', "
	                 "repeat('0', 64))");
	cr_assert(!db_check(conninfo, true, &timeline, &err));
	cr_assert_not_null(strstr(err.text, "newer korsdragd"), "%s", err.text);
	change(database, "DELETE FROM schema_migration WHERE version = 9001 OR version = (SELECT "
	                 "max(version) FROM schema_migration "
	                 "WHERE version < 9001)");
	cr_assert(!db_check(conninfo, true, &timeline, &err));
	cr_assert(strstr(err.text, "run korsdragd migrate"), "%s", err.text);
}

Test(check, refuses_a_cluster_that_may_lose_what_it_promised)
{
	char folder[] = "/tmp/korsdrag-unit-db3.XXXXXX", pid[16];
	static const char *const settings[] = { "fsync", "full_page_writes" };
	struct err err = { 0 };
	const char *conninfo;
	PGconn *admin;
	char sql[80], because[40];

	cr_assert_not_null(mkdtemp(folder));
	snprintf(pid, sizeof(pid), "%d", (int)getpid());
	setenv("KORSDRAG_TEST_INITDB", "", 1);
	postgres("start", folder, pid);
	postgres("newdb", folder, "one");
	cr_assert(db_migrate(pg_conninfo(folder, "one", "korsdrag_owner"), &err), "%s", err.text);
	conninfo = pg_conninfo(folder, "one", "korsdrag");
	refused(conninfo, "checksums are off");
	admin = PQconnectdb(pg_conninfo(folder, "one", "postgres"));
	for (int i = 0; i < 2; i++) {
		snprintf(sql, sizeof(sql), "ALTER SYSTEM SET %s = off", settings[i]);
		pg_exec(admin, sql);
		pg_exec(admin, "SELECT pg_reload_conf(), pg_sleep(0.2)");
		snprintf(because, sizeof(because), "%s is off", settings[i]);
		refused(conninfo, because);
		cr_assert(!db_check(conninfo, false, &timeline, &err));
		cr_assert_not_null(strstr(err.detail, "also: data checksums"),
		        "what else is wrong is told: %s", err.detail);
		pg_exec(admin, "ALTER SYSTEM RESET ALL");
		pg_exec(admin, "SELECT pg_reload_conf(), pg_sleep(0.2)");
	}
	PQfinish(admin);
	postgres("stop", folder, "");
}

#include "fixture.h"
#include "db/migrations.h"
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static const struct migration two[] = {
	{ 1, "0001_start", "CREATE TABLE a (id int);\nINSERT INTO a VALUES (1);" },
	{ 2, "0002_more", "ALTER TABLE a ADD b text; SELECT pg_sleep(0.05); INSERT INTO a VALUES (2, 'x')" },
	{ 0, NULL, NULL },
};

static const char *owner(const char *database)
{
	return pg_conninfo(pg_folder(), database, "korsdrag_owner");
}

static void must(bool is_done, const struct err *err)
{
	cr_assert(is_done, "%s (%s)", err->text, err->detail);
}

static int count(const char *database, const char *sql)
{
	PGconn *pg = pg_connect(database, "postgres");
	int n = pg_int(pg, sql);

	PQfinish(pg);
	return n;
}

Test(migrate, takes_an_empty_database_to_the_newest_schema_and_then_rests)
{
	const char *database = pg_newdb(NULL);
	struct err err = { 0 };

	must(db_migrate(owner(database), &err), &err);
	cr_assert_eq(count(database, "SELECT count(*) FROM schema_migration"), migrations_count(migrations));
	must(db_migrate(owner(database), &err), &err);
	cr_assert_eq(count(database, "SELECT count(*) FROM stream WHERE kind = 'network'"), 1);
	must(db_check(pg_conninfo(pg_folder(), database, "korsdrag"), false, &err), &err);
}

Test(migrate, applies_only_what_is_missing)
{
	const char *database = pg_newdb(NULL);
	struct migration one[] = { two[0], two[2] };
	struct err err = { 0 };

	must(migrations_apply(owner(database), one, &err), &err);
	must(migrations_apply(owner(database), two, &err), &err);
	cr_assert_eq(count(database, "SELECT count(*) FROM a"), 2);
	cr_assert_eq(count(database, "SELECT max(version) FROM schema_migration"), 2);
	cr_assert(!migrations_apply(owner(database), one, &err), "the older program");
	cr_assert_not_null(strstr(err.text, "0002_more"));
	cr_assert_not_null(strstr(err.text, "newer korsdragd"));
}

Test(migrate, four_nodes_at_once_apply_each_once)
{
	const char *database = pg_newdb(NULL);
	int status;

	for (int i = 0; i < 4; i++) {
		if (fork() == 0) {
			struct err err = { 0 };

			_exit(migrations_apply(owner(database), two, &err) ? 0 : 1);
		}
	}
	for (int i = 0; i < 4; i++) {
		wait(&status);
		cr_assert(WIFEXITED(status) && WEXITSTATUS(status) == 0);
	}
	cr_assert_eq(count(database, "SELECT count(*) FROM a"), 2);
	cr_assert_eq(count(database, "SELECT count(*) FROM schema_migration"), 2);
}

Test(migrate, refuses_a_migration_that_was_changed)
{
	const char *database = pg_newdb(NULL);
	struct migration changed[] = { two[0], two[1], two[2] };
	struct err err = { 0 };

	must(migrations_apply(owner(database), two, &err), &err);
	changed[0].sql = "CREATE TABLE a (id int);\nINSERT INTO a VALUES (7);";
	cr_assert(!migrations_apply(owner(database), changed, &err));
	cr_assert_eq(err.code, KD_E_CONFLICT);
	cr_assert_not_null(strstr(err.text, "0001_start was changed"));
	cr_assert_not_null(strstr(err.text, "write a new migration"));
}

Test(migrate, refuses_a_gap)
{
	const char *database = pg_newdb(NULL);
	struct err err = { 0 };
	PGconn *pg;

	must(migrations_apply(owner(database), two, &err), &err);
	pg = pg_connect(database, "postgres");
	pg_exec(pg, "DELETE FROM schema_migration WHERE version = 1");
	PQfinish(pg);
	cr_assert(!migrations_apply(owner(database), two, &err));
	cr_assert_not_null(strstr(err.text, "not number 1"), "%s", err.text);
}

Test(migrate, that_fails_says_where_and_leaves_nothing)
{
	const char *database = pg_newdb(NULL);
	struct migration broken[] = { two[0],
		{ 2, "0002_broken", "CREATE TABLE b (id int);\n-- å\nSELECT nothing FROM b;\n" }, two[2] };
	struct err err = { 0 };

	cr_assert(!migrations_apply(owner(database), broken, &err));
	cr_assert_str_eq(
	        err.text, "migration 0002_broken failed at line 3: column \"nothing\" does not exist");
	cr_assert_eq(count(database, "SELECT count(*) FROM pg_class WHERE relname = 'b'"), 0);
	cr_assert_eq(count(database, "SELECT max(version) FROM schema_migration"), 1, "the first one stays");
	broken[1].sql = "CREATE TABLE b (id int); COMMIT;";
	cr_assert(!migrations_apply(owner(database), broken, &err));
	cr_assert_not_null(strstr(err.text, "leave BEGIN and COMMIT out"));
	must(migrations_apply(owner(database), two, &err), &err);
}

Test(migrate, waits_for_who_reads_a_table)
{
	const char *database = pg_newdb(NULL);
	struct migration one[] = { two[0], two[2] };
	struct err err = { 0 };
	int status;

	must(migrations_apply(owner(database), one, &err), &err);
	if (fork() == 0) {
		PGconn *pg = PQconnectdb(pg_conninfo(pg_folder(), database, "korsdrag"));

		PQclear(PQexec(pg, "BEGIN; SELECT * FROM a"));
		PQclear(PQexec(pg, "SELECT pg_sleep(4)")); /* longer than one try */
		_exit(0);
	}
	usleep(300000);
	must(migrations_apply(owner(database), two, &err), &err);
	wait(&status);
}

Test(migrate, says_that_it_cannot_connect)
{
	struct err err = { 0 };

	cr_assert(!db_migrate("host=/nonexistent dbname=x", &err));
	cr_assert_eq(err.code, KD_E_UNAVAILABLE);
	cr_assert_not_null(strstr(err.text, "cannot be reached"));
}

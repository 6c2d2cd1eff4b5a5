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
	int64_t timeline;

	must(db_migrate(owner(database), &err), &err);
	cr_assert_eq(count(database, "SELECT count(*) FROM schema_migration"), migrations_count(migrations));
	must(db_migrate(owner(database), &err), &err);
	cr_assert_eq(count(database, "SELECT count(*) FROM stream WHERE kind = 'network'"), 1);
	must(db_check(pg_conninfo(pg_folder(), database, "korsdrag"), false, &timeline, &err), &err);
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

/* --- every schema that was ever released ------------------------------------------------------------------- */

/* What stands in each table is the first schema's: later ones must find room for it. */
static const char early_rows[] =
	"INSERT INTO stream (id, kind, head) VALUES ('00000000-0000-7000-8000-0000000000a1', 'member', 1);"
	"INSERT INTO organisation VALUES ('00000000-0000-7000-8000-0000000000b1', 'company', 'SVOA', 'Stockholm Vatten');"
	"INSERT INTO member (id, mail, name, organisation_id) VALUES ('00000000-0000-7000-8000-0000000000a1', 'a@b.se', 'Anna', "
	"'00000000-0000-7000-8000-0000000000b1');"
	"INSERT INTO event (stream_id, seq, actor, op, type, body, result) VALUES ('00000000-0000-7000-8000-0000000000a1', 1, "
	"'00000000-0000-7000-8000-0000000000a1', '00000000-0000-7000-8000-0000000000c1', 'member.changed', '{}', '{\"seq\": 1}');"
	"INSERT INTO session (id, member_id, hash, kind, name, expires_at) VALUES ('00000000-0000-7000-8000-0000000000d1', "
	"'00000000-0000-7000-8000-0000000000a1', repeat('0', 64), 'browser', 'Firefox', now() + interval '90 days')";

/* Columns, constraints, indexes, functions and rights, without the order in which they were made. */
static const char schema_hash[] =
	"SELECT md5(string_agg(what, chr(10) ORDER BY what)) FROM ("
	"SELECT concat_ws(' ', c.relname, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull, pg_get_expr(d.adbin, d.adrelid)) "
	"FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped "
	"LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum WHERE c.relnamespace = 'public'::regnamespace "
	"UNION ALL SELECT conrelid::regclass || ' ' || pg_get_constraintdef(oid) FROM pg_constraint WHERE connamespace = 'public'::regnamespace "
	"UNION ALL SELECT indexdef FROM pg_indexes WHERE schemaname = 'public' "
	"UNION ALL SELECT pg_get_functiondef(oid) FROM pg_proc WHERE pronamespace = 'public'::regnamespace AND prokind = 'f' "
	"UNION ALL SELECT relname || ' ' || (SELECT string_agg(r::text, ' ' ORDER BY r::text) FROM unnest(relacl) r) FROM pg_class "
	"WHERE relnamespace = 'public'::regnamespace"
	") AS schema (what)";

static void read_text(const char *database, const char *sql, char *to, size_t size)
{
	PGconn *pg = pg_connect(database, "postgres");
	PGresult *result = PQexec(pg, sql);

	cr_assert_eq(PQntuples(result), 1, "%s", PQresultErrorMessage(result));
	snprintf(to, size, "%s", PQgetvalue(result, 0, 0));
	PQclear(result);
	PQfinish(pg);
}

Test(migrate, from_every_earlier_schema_to_the_same_newest_with_what_stood_in_it)
{
	char fresh[40], hash[40], earlier[40];
	struct err err = { 0 };

	snprintf(fresh, sizeof fresh, "%s", pg_newdb(NULL));
	must(db_migrate(owner(fresh), &err), &err);
	read_text(fresh, schema_hash, hash, sizeof hash);
	cr_assert_eq(strlen(hash), 32);
	for (int first = 1; first < migrations_count(migrations); first++) {
		struct migration some[100] = { 0 };
		const char *database = pg_newdb(NULL);
		int64_t timeline;
		PGconn *pg;

		memcpy(some, migrations, (size_t)first * sizeof *some);
		must(migrations_apply(owner(database), some, &err), &err);
		read_text(database, schema_hash, earlier, sizeof earlier);
		cr_assert_str_neq(earlier, hash, "the migrations after the %dth change nothing", first);
		pg = pg_connect(database, "korsdrag_owner");
		pg_exec(pg, early_rows);
		PQfinish(pg);
		must(db_migrate(owner(database), &err), &err);
		read_text(database, schema_hash, earlier, sizeof earlier);
		cr_assert_str_eq(earlier, hash, "from the first %d", first);
		cr_assert_eq(count(database, "SELECT count(*) FROM member m JOIN session s ON s.member_id = m.id JOIN event e ON "
			"e.stream_id = m.id AND e.result = '{\"seq\": 1}' WHERE session_ends_at(s) > now() + interval '13 days'"), 1);
		must(db_check(pg_conninfo(pg_folder(), database, "korsdrag"), false, &timeline, &err), &err);
	}
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

/* What the schema itself keeps of the journal: no event without its stream, and none that outlives it. */
#include "../db/fixture.h"
#include "db/migrations.h"
#include <criterion/criterion.h>

#define STREAM "01890000-0000-7000-8000-0000000000f1"
#define OTHER "01890000-0000-7000-8000-0000000000f2"

static PGconn *migrated(void)
{
	const char *database = pg_newdb(NULL);
	struct err err;

	cr_assert(db_migrate(pg_conninfo(pg_folder(), database, "korsdrag_owner"), &err), "%s: %s", err.text, err.detail);
	return pg_connect(database, "korsdrag");
}

#define EVENT(stream, seq) "('" stream "', " #seq ", 'a.b', '{}')"
#define INSERT "INSERT INTO event (stream_id, seq, type, body) VALUES "

Test(schema, an_event_has_its_stream)
{
	PGconn *pg = migrated();
	PGresult *result;

	pg_exec(pg, "INSERT INTO stream (id, kind) VALUES ('" STREAM "', 'board')");
	result = PQexec(pg, INSERT EVENT(STREAM, 1) ", " EVENT(OTHER, 1));
	cr_assert_str_eq(PQresultErrorField(result, PG_DIAG_SQLSTATE), "23503");
	cr_assert_str_eq(PQresultErrorField(result, PG_DIAG_CONSTRAINT_NAME), "event_has_stream");
	PQclear(result);
	cr_assert_eq(pg_int(pg, "SELECT count(*) FROM event"), 0);
	pg_exec(pg, INSERT EVENT(STREAM, 1) ", " EVENT(STREAM, 2));
	pg_exec(pg, "WITH s AS (INSERT INTO stream (id, kind) VALUES ('" OTHER "', 'board') RETURNING id) "
		"INSERT INTO event (stream_id, seq, type, body) SELECT id, 1, 'a.b', '{}' FROM s");
	cr_assert_eq(pg_int(pg, "SELECT count(*) FROM event"), 3);
	PQfinish(pg);
}

Test(schema, a_stream_takes_its_events_with_it)
{
	PGconn *pg = migrated();

	pg_exec(pg, "INSERT INTO stream (id, kind) VALUES ('" STREAM "', 'board'), ('" OTHER "', 'board')");
	pg_exec(pg, INSERT EVENT(STREAM, 1) ", " EVENT(STREAM, 2) ", " EVENT(OTHER, 1));
	pg_exec(pg, "DELETE FROM stream WHERE id = '" STREAM "'");
	cr_assert_eq(pg_int(pg, "SELECT count(*) FROM event"), 1);
	PQfinish(pg);
}

/* The room's statements prepare against the migrated schema, as the role that the server runs as; and a batch finds
 * its cards by their keys. */
#include "../db/fixture.h"
#include "board/board.h"
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

static PGconn *migrated(void)
{
	const char *database = pg_newdb(NULL);
	struct err err;

	cr_assert(db_migrate(pg_conninfo(pg_folder(), database, "korsdrag_owner"), &err), "%s: %s", err.text,
	        err.detail);
	return pg_connect(database, "korsdrag");
}

static void prepare(PGconn *pg, const struct db_stmt *s)
{
	PGresult *result = PQprepare(pg, s->name, s->sql, 0, NULL);

	cr_assert_eq(
	        PQresultStatus(result), PGRES_COMMAND_OK, "%s: %s", s->name, PQresultErrorMessage(result));
	PQclear(result);
}

Test(board_sql, every_statement_prepares)
{
	const struct db_stmt *const *const lists[] = { board_statements, section_statements,
		card_statements, lock_statements, timer_statements, vote_statements, writing_statements };
	PGconn *pg = migrated();

	for (size_t l = 0; l < sizeof(lists) / sizeof(*lists); l++)
		for (const struct db_stmt *const *s = lists[l]; *s; s++)
			prepare(pg, *s);
	PQfinish(pg);
}

/* A batch touches its cards alone, however many others there are. */
Test(board_sql, cards_are_found_by_their_keys)
{
	PGconn *pg = migrated();
	PGresult *result;
	bool is_by_key = false;

	pg_exec(pg, "INSERT INTO stream (id, kind) SELECT id::uuid, kind FROM (VALUES "
		"('01900000-0000-7000-8000-00000000000a', 'space'), ('01900000-0000-7000-8000-00000000000b', 'board')) AS s (id, kind)");
	pg_exec(pg, "INSERT INTO space (id, name, openness) VALUES ('01900000-0000-7000-8000-00000000000a', 's', 'network')");
	pg_exec(pg, "INSERT INTO board (id, space_id, title) "
		"VALUES ('01900000-0000-7000-8000-00000000000b', '01900000-0000-7000-8000-00000000000a', 'b')");
	pg_exec(pg, "INSERT INTO card (id, board_id, text, colour, x, y, width, height, \"order\") "
		"SELECT gen_random_uuid(), '01900000-0000-7000-8000-00000000000b', 'x', 'kalk', 0, 0, 160, 128, 'a0' "
		"FROM generate_series(1, 5000)");
	for (const struct db_stmt *const *s = card_statements; *s; s++)
		prepare(pg, *s);
	pg_exec(pg, "SET plan_cache_mode = force_generic_plan");
	result = PQexec(pg, "EXPLAIN EXECUTE cards_change ('01900000-0000-7000-8000-00000000000b', "
		"'{01900000-0000-7000-8000-00000000000c}', '{NULL}', '{a0}', '{1}', '{1}', '{NULL}', '{NULL}', '{NULL}', '{NULL}', "
		"'{NULL}', '{f}')");
	cr_assert_eq(PQresultStatus(result), PGRES_TUPLES_OK, "%s", PQresultErrorMessage(result));
	for (int row = 0; row < PQntuples(result); row++)
		is_by_key = is_by_key || strstr(PQgetvalue(result, row, 0), "card_pkey");
	cr_assert(is_by_key);
	PQclear(result);
	PQfinish(pg);
}

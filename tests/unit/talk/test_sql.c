/* What SQL says of permissions is what access.c says, for every kind of member and space; and the room's
 * statements prepare against the migrated schema, as the role that the server runs as. */
#include "../db/fixture.h"
#include "stream/access.h"
#include "talk/talk.h"
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *migrated(void)
{
	const char *database = pg_newdb(NULL);
	struct err err;

	cr_assert(db_migrate(pg_conninfo(pg_folder(), database, "korsdrag_owner"), &err), "%s: %s", err.text,
	        err.detail);
	return database;
}

Test(talk_sql, every_statement_prepares)
{
	const struct db_stmt *const *const lists[] = { space_statements, thread_statements, post_statements };
	PGconn *pg = pg_connect(migrated(), "korsdrag");

	for (size_t l = 0; l < sizeof(lists) / sizeof(*lists); l++)
		for (const struct db_stmt *const *s = lists[l]; *s; s++) {
			PGresult *result = PQprepare(pg, (*s)->name, (*s)->sql, 0, NULL);

			cr_assert_eq(PQresultStatus(result), PGRES_COMMAND_OK, "%s: %s", (*s)->name,
			        PQresultErrorMessage(result));
			PQclear(result);
		}
	PQfinish(pg);
}

/* --- one population, in SQL and in structs ----------------------------------------------------------- */

/* Each bit of a member's number is one thing that may be true of a member: all 64 combinations exist. */
enum {
	IN_COHORT = 1,
	IN_SPACE = 2,
	ADMINISTRATOR = 4,
	FOR_NETWORK = 8,
	FOR_COHORT = 16,
	FOR_SPACE = 32,
	MEMBERS = 64
};

#define COHORT "00000000-0000-7000-8000-0000000000c1"
#define OTHER_COHORT "00000000-0000-7000-8000-0000000000c2"
#define PRIVATE_SPACE "00000000-0000-7000-8000-000000000057"
#define BOARD "00000000-0000-7000-8000-0000000000b1"

static const struct {
	const char *id;
	struct access access;
} spaces[] = {
	{ "00000000-0000-7000-8000-000000000051", { .openness = OPEN_NETWORK } },
	{ "00000000-0000-7000-8000-000000000052", { .openness = OPEN_TRACK, .track = TRACK_EXECUTIVE } },
	{ "00000000-0000-7000-8000-000000000053", { .openness = OPEN_TRACK, .track = TRACK_KEY_PERSON } },
	{ "00000000-0000-7000-8000-000000000054", { .openness = OPEN_COHORT, .cohort = COHORT } },
	{ "00000000-0000-7000-8000-000000000055", { .openness = OPEN_COHORT, .cohort = OTHER_COHORT } },
	{ "00000000-0000-7000-8000-000000000056", { .openness = OPEN_PRIVATE } },
	{ PRIVATE_SPACE, { .openness = OPEN_PRIVATE } },
};

static void population_insert(PGconn *pg)
{
	pg_exec(pg,
	        "INSERT INTO organisation VALUES ('00000000-0000-7000-8000-0000000000a1', 'other', 'O', "
	        "'Organisation');"
	        "INSERT INTO cohort VALUES ('" COHORT "', 'executive', 1, 'Chefer 1'), ('" OTHER_COHORT
	        "', 'key_person', 1, 'Nyckel 1');"
	        "CREATE TABLE who AS SELECT n, lpad(to_hex(n), 32, '0')::uuid AS id FROM generate_series(0, "
	        "63) AS n;"
	        "INSERT INTO stream (id, kind) SELECT id, 'member' FROM who;"
	        "INSERT INTO member (id, mail, name, organisation_id, is_administrator)"
	        " SELECT id, n || '@example.org', 'Member ' || n, '00000000-0000-7000-8000-0000000000a1', n "
	        "& 4 > 0 FROM who;"
	        "INSERT INTO cohort_member SELECT '" COHORT "', id FROM who WHERE n & 1 > 0;"
	        "INSERT INTO facilitator_grant (id, member_id, scope, scope_id)"
	        " SELECT gen_random_uuid(), id, 'network', NULL::uuid FROM who WHERE n & 8 > 0"
	        " UNION ALL SELECT gen_random_uuid(), id, 'cohort', '" COHORT "' FROM who WHERE n & 16 > 0"
	        " UNION ALL SELECT gen_random_uuid(), id, 'space', '" PRIVATE_SPACE
	        "' FROM who WHERE n & 32 > 0"
	        " UNION ALL SELECT gen_random_uuid(), id, 'board', '" BOARD "' FROM who WHERE n & 32 > 0;"
	        "INSERT INTO stream (id, kind) SELECT ('00000000-0000-7000-8000-0000000000' || n)::uuid, "
	        "'space'"
	        " FROM generate_series(51, 57) AS n;"
	        "INSERT INTO space (id, name, openness, track, cohort_id) VALUES"
	        " ('00000000-0000-7000-8000-000000000051', 'a', 'network', NULL, NULL),"
	        " ('00000000-0000-7000-8000-000000000052', 'b', 'track', 'executive', NULL),"
	        " ('00000000-0000-7000-8000-000000000053', 'c', 'track', 'key_person', NULL),"
	        " ('00000000-0000-7000-8000-000000000054', 'd', 'cohort', NULL, '" COHORT "'),"
	        " ('00000000-0000-7000-8000-000000000055', 'e', 'cohort', NULL, '" OTHER_COHORT "'),"
	        " ('00000000-0000-7000-8000-000000000056', 'f', 'private', NULL, NULL),"
	        " ('" PRIVATE_SPACE "', 'g', 'private', NULL, NULL);"
	        "INSERT INTO space_member SELECT '" PRIVATE_SPACE "', id FROM who WHERE n & 2 > 0");
}

static bool sql_says(PGconn *pg, const char *format, const char *space, int n)
{
	char sql[400];

	snprintf(sql, sizeof(sql), format, space, n);
	return pg_int(pg, sql) == 1;
}

static void compare(PGconn *pg, const struct caller *who, int n, const char *space, struct access access)
{
	snprintf(access.space, sizeof(access.space), "%s", space);
	cr_assert_eq(access_may_read(&access, who),
	        sql_says(pg,
	                "SELECT count(*) FROM who, readable_spaces(who.id) AS r WHERE r.space_id = '%s' AND "
	                "n = %d",
	                space, n),
	        "member %d reads %s", n, space);
	/* facilitates() is asked about what one may read only. */
	if (!access_may_read(&access, who))
		return;
	cr_assert_eq(access_may_moderate(&access, who),
	        sql_says(pg,
	                "SELECT facilitates(who.id, s, NULL)::int FROM who, space s WHERE s.id = '%s' AND n "
	                "= %d",
	                space, n),
	        "member %d moderates %s", n, space);
	snprintf(access.board, sizeof(access.board), BOARD);
	cr_assert_eq(access_may_moderate(&access, who),
	        sql_says(pg,
	                "SELECT facilitates(who.id, s, '" BOARD
	                "')::int FROM who, space s WHERE s.id = '%s' AND n = %d",
	                space, n),
	        "member %d moderates the board in %s", n, space);
}

Test(talk_sql, permissions_in_sql_and_in_code_are_the_same)
{
	static char cohorts[1][ID_SIZE] = { COHORT }, own_spaces[1][ID_SIZE] = { PRIVATE_SPACE };
	PGconn *pg = pg_connect(migrated(), "korsdrag_owner");

	population_insert(pg);
	for (int n = 0; n < MEMBERS; n++) {
		struct grant grants[4];
		struct caller who = { .is_administrator = n & ADMINISTRATOR,
			.grants = grants,
			.cohorts = cohorts,
			.spaces = own_spaces };

		who.tracks = n & IN_COHORT ? TRACK_EXECUTIVE : TRACK_NONE;
		who.cohort_count = n & IN_COHORT ? 1 : 0;
		who.space_count = n & IN_SPACE ? 1 : 0;
		if (n & FOR_NETWORK)
			grants[who.grant_count++] = (struct grant){ SCOPE_NETWORK, "" };
		if (n & FOR_COHORT)
			grants[who.grant_count++] = (struct grant){ SCOPE_COHORT, COHORT };
		if (n & FOR_SPACE) {
			grants[who.grant_count++] = (struct grant){ SCOPE_SPACE, PRIVATE_SPACE };
			grants[who.grant_count++] = (struct grant){ SCOPE_BOARD, BOARD };
		}
		for (size_t s = 0; s < sizeof(spaces) / sizeof(*spaces); s++)
			compare(pg, &who, n, spaces[s].id, spaces[s].access);
	}
	PQfinish(pg);
}

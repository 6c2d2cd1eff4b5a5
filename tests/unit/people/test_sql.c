/* What the statements of people do: who finds whom, the last administrator stays, a list imported twice
 * changes nothing. */
#include "../account/sql.h"
#include "people_sql.h"
#include <jansson.h>

#define SLK "01900000-0000-7000-8000-000000000001"
#define TK "01900000-0000-7000-8000-000000000002"
#define ANNA "01900000-0000-7000-8000-00000000000a"
#define BO "01900000-0000-7000-8000-00000000000b"
#define CECILIA "01900000-0000-7000-8000-00000000000c"
#define AAKE "01900000-0000-7000-8000-00000000000d"
#define CHIEFS "01900000-0000-7000-8000-0000000000c1"
#define KEYS "01900000-0000-7000-8000-0000000000c2"
#define SECRET "01900000-0000-7000-8000-0000000000d1"
#define ID(n) "01900000-0000-7000-8000-0000000001" #n

static const char people[] =
        "INSERT INTO organisation VALUES ('" SLK "', 'administration', 'SLK', 'Stadsledningskontoret'),"
        " ('" TK "', 'administration', 'TK', 'Trafikkontoret');"
        "INSERT INTO cohort VALUES ('" CHIEFS "', 'executive', 1, 'Chefer 1'), ('" KEYS
        "', 'key_person', 1, 'Nyckelpersoner 1');"
        "INSERT INTO stream (id, kind) VALUES ('" ANNA "', 'member'), ('" BO "', 'member'), ('" CECILIA
        "', 'member'),"
        " ('" AAKE "', 'member'), ('" SECRET "', 'space');"
        "INSERT INTO member (id, mail, name, organisation_id, title, helps_with, is_administrator, signed_in_at, suspended_at) VALUES"
        " ('" ANNA "', 'anna@b.se', 'Anna', '" SLK
        "', 'Innovationsledare', 'Försöksverkstad', true, now(), NULL),"
        " ('" BO "', 'bo@b.se', 'Bo 100%_x', '" TK "', '', '', true, NULL, NULL),"
        " ('" CECILIA "', 'cecilia@b.se', 'Cecilia', '" TK "', '', '', false, NULL, now()),"
        " ('" AAKE "', 'ake@b.se', 'Åke', '" SLK "', '', '', false, NULL, NULL);"
        "INSERT INTO cohort_member VALUES ('" CHIEFS "', '" ANNA "'), ('" KEYS "', '" BO "');"
        "INSERT INTO space (id, name, openness) VALUES ('" SECRET "', 'Rum', 'private');"
        "INSERT INTO space_member VALUES ('" SECRET "', '" AAKE "');"
        "INSERT INTO facilitator_grant (id, member_id, scope, scope_id) VALUES ('" ID(
                90) "', '" AAKE "', 'space', '" SECRET "');";

static PGconn *pg;
static const char *database;

static void begin(void)
{
	database = sql_database();
	pg = pg_connect(database, "korsdrag");
	pg_exec(pg, people);
}

static void end(void)
{
	PQfinish(pg);
}

TestSuite(people_sql, .init = begin, .fini = end);

Test(people_sql, every_statement_prepares)
{
	sql_all_prepare(pg, people_statements);
}

/* --- the directory -------------------------------------------------------------------------------- */

/* Names of a page as "Anna,Åke", with "+" when there is more. */
static const char *names(const char *reply)
{
	static char text[2000];
	json_t *json = json_loads(reply, 0, NULL), *member;
	size_t i;

	cr_assert(json, "%s", reply);
	text[0] = '\0';
	json_array_foreach(json_object_get(json, "members"), i, member)
	{
		strcat(text, i ? "," : "");
		strcat(text, json_string_value(json_object_get(member, "name")));
	}
	strcat(text, json_object_get(json, "next") ? "+" : "");
	json_decref(json);
	return text;
}

static const char *find(const char *query)
{
	return names(sql_run(pg, &Q_MEMBER_LIST, query, NULL, NULL, NULL, "50", NULL, "f"));
}

Test(people_sql, the_directory_is_by_name_in_swedish)
{
	cr_expect_str_eq(names(sql_run(pg, &Q_MEMBER_LIST, NULL, NULL, NULL, NULL, "50", NULL, "t")),
	        "Anna,Bo 100%_x,Cecilia,Åke");
	cr_expect_str_eq(
	        find(NULL), "Anna,Bo 100%_x,Åke", "who is suspended is hidden from all but administrators");
}

Test(people_sql, pages_follow_one_another)
{
	cr_expect_str_eq(names(sql_run(pg, &Q_MEMBER_LIST, NULL, NULL, NULL, NULL, "2", NULL, "f")),
	        "Anna,Bo 100%_x+");
	cr_expect_str_eq(names(sql_run(pg, &Q_MEMBER_LIST, NULL, NULL, NULL, NULL, "2", BO, "f")), "Åke");
	cr_expect_str_eq(names(sql_run(pg, &Q_MEMBER_LIST, NULL, NULL, NULL, NULL, "3", NULL, "f")),
	        "Anna,Bo 100%_x,Åke");
	cr_expect_not_null(strstr(sql_run(pg, &Q_MEMBER_LIST, NULL, NULL, NULL, NULL, "1", NULL, "f"),
	        "\"next\": \"" ANNA "\""));
}

Test(people_sql, words_are_found_anywhere_without_accents_and_with_slips)
{
	cr_expect_str_eq(find("ANNA"), "Anna");
	cr_expect_str_eq(find("ake"), "Åke");
	cr_expect_str_eq(find("innovation anna"), "Anna");
	cr_expect_str_eq(find("innovation bo"), "");
	cr_expect_str_eq(find("forsok"), "Anna");
	cr_expect_str_eq(find("trafikkontoret"), "Bo 100%_x");
	cr_expect_str_eq(find("slk"), "Anna,Åke");
	cr_expect_str_eq(find("inovationsledare"), "Anna", "a slip");
	cr_expect_str_eq(find("100%_"), "Bo 100%_x", "no wildcards");
	cr_expect_str_eq(find("%"), "Bo 100%_x");
	cr_expect_str_eq(find("\\"), "");
	cr_expect_str_eq(find("  "), "Anna,Bo 100%_x,Åke");
}

Test(people_sql, filters)
{
	cr_expect_str_eq(
	        names(sql_run(pg, &Q_MEMBER_LIST, NULL, TK, NULL, NULL, "50", NULL, "f")), "Bo 100%_x");
	cr_expect_str_eq(
	        names(sql_run(pg, &Q_MEMBER_LIST, NULL, NULL, CHIEFS, NULL, "50", NULL, "f")), "Anna");
	cr_expect_str_eq(names(sql_run(pg, &Q_MEMBER_LIST, NULL, NULL, NULL, "key_person", "50", NULL, "f")),
	        "Bo 100%_x");
}

Test(people_sql, addresses_are_for_administrators_and_oneself)
{
	cr_expect_null(strstr(sql_run(pg, &Q_MEMBER_LIST, NULL, NULL, NULL, NULL, "50", NULL, "t"), "@b.se"));
	cr_expect_null(strstr(sql_run(pg, &Q_MEMBER_GET, ANNA, AAKE, "f"), "@b.se"));
	cr_expect_not_null(strstr(sql_run(pg, &Q_MEMBER_GET, ANNA, ANNA, "f"), "anna@b.se"));
	cr_expect_not_null(strstr(sql_run(pg, &Q_MEMBER_GET, AAKE, ANNA, "t"), "ake@b.se"));
	cr_expect_str_eq(sql_run(pg, &Q_MEMBER_GET, CECILIA, AAKE, "f"), "", "suspended");
}

Test(people_sql, a_private_space_does_not_show_in_its_facilitators_grants)
{
	cr_expect_null(strstr(sql_run(pg, &Q_MEMBER_GET, AAKE, ANNA, "t"), SECRET));
	cr_expect_not_null(strstr(sql_run(pg, &Q_MEMBER_GET, AAKE, AAKE, "f"), SECRET));
	cr_expect_not_null(strstr(sql_run(pg, &Q_MEMBER_GET, AAKE, ANNA, "t"), "\"is_facilitator\": false"));
}

/* --- roles ---------------------------------------------------------------------------------------- */

Test(people_sql, the_last_administrator_stays)
{
	cr_expect_str_eq(sql_run(pg, &Q_ADMINISTRATOR_REVOKE, BO), "t|t");
	cr_expect_str_eq(sql_run(pg, &Q_ADMINISTRATOR_REVOKE, BO), "f|f");
	cr_expect_str_eq(sql_run(pg, &Q_ADMINISTRATOR_REVOKE, ANNA), "f|t");
	cr_expect_str_eq(sql_run(pg, &Q_MEMBER_SUSPEND, ANNA), "f|f");
	cr_expect_str_eq(sql_run(pg, &Q_ADMINISTRATOR_GRANT, CECILIA), CECILIA);
	cr_expect_str_eq(
	        sql_run(pg, &Q_MEMBER_SUSPEND, ANNA), "f|f", "a suspended administrator does not count");
	cr_expect_str_eq(sql_run(pg, &Q_MEMBER_REINSTATE, CECILIA), CECILIA);
	cr_expect_str_eq(sql_run(pg, &Q_MEMBER_SUSPEND, ANNA), "t|f");
	cr_expect_str_eq(sql_run(pg, &Q_MEMBER_SUSPEND, ANNA), "f|t");
}

/* Both at once, one first: 0 revokes Bo and suspends Anna, 1 the other way round. */
static void two_at_once(const struct db_stmt *first, const struct db_stmt *second)
{
	PGconn *other = pg_connect(database, "korsdrag");

	pg_exec(pg, "BEGIN");
	cr_expect_eq(sql_run(pg, first, BO)[0], 't');
	sql_begin(other, second, ANNA);
	while (pg_int(pg, "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'") == 0)
		;
	pg_exec(pg, "COMMIT");
	cr_expect_eq(sql_finish(other)[0], 'f');
	cr_expect_eq(
	        pg_int(pg, "SELECT count(*) FROM member WHERE is_administrator AND suspended_at IS NULL"), 1);
	PQfinish(other);
}

Test(people_sql, two_administrators_who_revoke_each_other_leave_one)
{
	two_at_once(&Q_ADMINISTRATOR_REVOKE, &Q_ADMINISTRATOR_REVOKE);
}

Test(people_sql, two_administrators_who_suspend_each_other_leave_one)
{
	two_at_once(&Q_MEMBER_SUSPEND, &Q_MEMBER_SUSPEND);
}

Test(people_sql, one_revokes_the_other_suspends)
{
	two_at_once(&Q_ADMINISTRATOR_REVOKE, &Q_MEMBER_SUSPEND);
}

Test(people_sql, suspension_ends_sessions_and_links)
{
	pg_exec(pg,
	        "INSERT INTO session (id, member_id, hash, kind, name, expires_at) VALUES ('" ID(
	                01) "', '" AAKE "',"
	                    " repeat('a', 64), 'browser', 'x', now() + interval '1 day');"
	                    "INSERT INTO sign_in_link (id, member_id, token_hash, expires_at) VALUES ('" ID(
	                            02) "', '" AAKE "',"
	                                " repeat('a', 64), now() + interval '1 day')");
	cr_expect_str_eq(sql_run(pg, &Q_MEMBER_SUSPEND, AAKE), "t|f");
	cr_expect_str_eq(sql_run(pg, &Q_MEMBER_REINSTATE, AAKE), AAKE);
	cr_expect_eq(pg_int(pg, "SELECT count(*) FROM caller"), 0);
	cr_expect_eq(pg_int(pg, "SELECT count(*) FROM sign_in_link WHERE spent_at IS NULL"), 0);
}

Test(people_sql, a_grant_is_given_once)
{
	cr_expect_str_eq(sql_run(pg, &Q_GRANT_INSERT, ID(01), BO, "network", NULL, ANNA), ID(01));
	cr_expect_str_eq(sql_run(pg, &Q_GRANT_INSERT, ID(02), BO, "network", NULL, ANNA), "");
	cr_expect_str_eq(sql_run(pg, &Q_GRANT_DELETE, BO, "cohort", CHIEFS), "");
	cr_expect_str_eq(sql_run(pg, &Q_GRANT_DELETE, BO, "network", NULL), ID(01));
}

/* --- organisations and cohorts -------------------------------------------------------------------- */

Test(people_sql, names_are_unique)
{
	cr_expect_str_eq(sql_run(pg, &Q_ORGANISATION_INSERT, ID(01), "company", "SLK", "Annat"), "");
	cr_expect_str_eq(
	        sql_run(pg, &Q_ORGANISATION_INSERT, ID(01), "company", "SISAB", "Skolfastigheter"), ID(01));
	cr_expect_str_eq(sql_run(pg, &Q_COHORT_INSERT, ID(02), "executive", "1", "Annan"), "");
	cr_expect_str_eq(sql_run(pg, &Q_COHORT_INSERT, ID(02), "executive", "2", "Chefer 2"), ID(02));
	cr_expect_not_null(strstr(sql_run(pg, &Q_ORGANISATION_LIST), "\"members\": 2"));
}

#define MEETING(id, ordinal, theme)                                                                          \
	"{\"id\":\"" id "\",\"ordinal\":" ordinal ",\"theme_sv\":\"" theme                                   \
	"\",\"theme_en\":\"x\",\"held_by\":\"city\"}"

Test(people_sql, a_plan_is_replaced_as_a_whole)
{
	const char *plan = "[" MEETING(ID(01), "1", "ett") "," MEETING(ID(02), "2", "två") "]";
	const char *turned = "[" MEETING(ID(01), "2", "ett") "," MEETING(ID(02), "1", "två") "," MEETING(
	        ID(03), "3", "tre") "]";
	const char *shorter = "[" MEETING(ID(03), "1", "tre") "]";

	cr_expect_str_eq(sql_run(pg, &Q_MEETING_PUT, CHIEFS, plan), ID(01) ";" ID(02));
	sql_run(pg, &Q_MEETING_FORGET, CHIEFS, turned);
	cr_expect_str_eq(sql_run(pg, &Q_MEETING_PUT, CHIEFS, turned), ID(01) ";" ID(02) ";" ID(03),
	        "two change places");
	sql_run(pg, &Q_MEETING_FORGET, CHIEFS, shorter);
	cr_expect_str_eq(sql_run(pg, &Q_MEETING_PUT, CHIEFS, shorter), ID(03));
	cr_expect_str_eq(sql_run(pg, &Q_MEETING_PUT, KEYS, shorter), "", "another cohort's");
	cr_expect_eq(pg_int(pg, "SELECT count(*) FROM meeting"), 1);
	cr_expect_not_null(strstr(sql_run(pg, &Q_COHORT_LIST), "\"theme_sv\": \"tre\""));
}

Test(people_sql, belonging_to_a_cohort)
{
	cr_expect_str_eq(sql_run(pg, &Q_COHORT_MEMBER_INSERT, CHIEFS, BO), "t|t");
	cr_expect_str_eq(sql_run(pg, &Q_COHORT_MEMBER_INSERT, CHIEFS, BO), "t|f");
	cr_expect_str_eq(sql_run(pg, &Q_COHORT_MEMBER_INSERT, ID(01), BO), "f|f");
	cr_expect_str_eq(sql_run(pg, &Q_COHORT_MEMBER_DELETE, CHIEFS, BO), "t|t");
	cr_expect_str_eq(sql_run(pg, &Q_COHORT_MEMBER_DELETE, CHIEFS, BO), "t|f");
}

/* --- adding and importing ------------------------------------------------------------------------- */

Test(people_sql, a_member_is_added)
{
	cr_expect_str_eq(sql_run(pg, &Q_MEMBER_CHECK, ID(01), "ANNA@b.se", SLK, NULL), "f|t|t|t");
	cr_expect_str_eq(sql_run(pg, &Q_MEMBER_CHECK, ANNA, "new@b.se", ID(01), ID(01)), "t|f|f|f");
	cr_expect_str_eq(sql_run(pg, &Q_MEMBER_INSERT, ID(01), "new@b.se", "Ny", SLK, CHIEFS), "");
	cr_expect_str_eq(sql_run(pg, &Q_MEMBER_INSERT, ID(02), "newer@b.se", "Nyare", SLK, NULL), "");
	cr_expect_eq(pg_int(pg, "SELECT count(*) FROM cohort_member WHERE member_id = '" ID(01) "'"), 1);
	cr_expect_eq(pg_int(pg, "SELECT count(*) FROM stream WHERE kind = 'member'"), 6);
}

#define ASK(row, mail, org, track, cohort)                                                                   \
	"{\"row\":" row ",\"mail\":\"" mail "\",\"organisation\":\"" org "\",\"track\":\"" track             \
	"\",\"cohort\":\"" cohort "\"}"

Test(people_sql, import_resolves_what_rows_say)
{
	cr_expect_str_eq(
	        sql_run(pg, &Q_IMPORT_RESOLVE,
	                "[" ASK("0", "Anna@B.se", "slk", "executive", "1") "," ASK("1", "new@b.se",
	                        "TRAFIKKONTORET", "", "nyckelpersoner 1") "," ASK("2", "cecilia@b.se", "X",
	                        "executive", "2") "," ASK("3", "x@b.se", "TK", "", "1") "]"),
	        "0|" SLK "|" CHIEFS "|" ANNA "|f|Anna|t|t;1|" TK "|" KEYS "||f|||f;2|||" CECILIA
	        "|t|Cecilia||f;3|" TK "|||f|||f");
}

Test(people_sql, import_adds_changes_and_tells)
{
	const char *orders = "[{\"member\":\"" ID(
	        01) "\",\"mail\":\"new@b.se\",\"name\":\"Ny\",\"organisation\":\"" TK "\","
	            "\"cohort\":\"" KEYS "\",\"is_new\":true,\"is_changed\":false,\"is_joining\":true},"
	            "{\"member\":\"" ANNA
	            "\",\"mail\":\"anna@b.se\",\"name\":\"Anna B\",\"organisation\":\"" TK "\","
	            "\"cohort\":\"" KEYS "\",\"is_new\":false,\"is_changed\":true,\"is_joining\":true},"
	            "{\"member\":\"" AAKE "\",\"mail\":\"ake@b.se\",\"name\":\"Åke\",\"organisation\":\"" SLK
	            "\","
	            "\"cohort\":\"" KEYS "\",\"is_new\":false,\"is_changed\":false,\"is_joining\":true}]";

	cr_expect_str_eq(sql_run(pg, &Q_IMPORT_APPLY, orders, BO, "1700000000000"), "3");
	cr_expect_str_eq(
	        sql_text(pg, "SELECT stream_id, seq, actor, type, ms(at) FROM event ORDER BY stream_id, seq"),
	        ANNA "|1|" BO "|member.changed|1700000000000;" ANNA "|2|" BO
	             "|cohort.joined|1700000000000;" AAKE "|1|" BO "|cohort.joined|1700000000000");
	cr_expect_eq(pg_int(pg, "SELECT head FROM stream WHERE id = '" ANNA "'"), 2);
	cr_expect_eq(pg_int(pg, "SELECT head FROM stream WHERE id = '" BO "'"), 0);
	cr_expect_str_eq(
	        sql_text(pg,
	                "SELECT m.name, o.short, (SELECT count(*) FROM cohort_member WHERE member_id = m.id) FROM member m "
	                "JOIN organisation o ON o.id = organisation_id WHERE m.id IN ('" ANNA
	                "', '" ID(01) "') ORDER BY m.id"),
	        "Anna B|TK|2;Ny|TK|1");
}

/* What the statements of account do: links are spent once, codes are tried five times, sessions end, and
 * nobody is told. */
#include "sql.h"
#include "account_sql.h"
#include "base/id.h"

#define ORG "01900000-0000-7000-8000-000000000001"
#define ANNA "01900000-0000-7000-8000-00000000000a"
#define BO "01900000-0000-7000-8000-00000000000b"
#define COHORT "01900000-0000-7000-8000-0000000000c1"
#define SPACE "01900000-0000-7000-8000-0000000000d1"
#define ID(n) "01900000-0000-7000-8000-0000000001" #n

static const char people[] =
        "INSERT INTO organisation VALUES ('" ORG "', 'other', 'SLK', 'Stadsledningskontoret');"
        "INSERT INTO cohort VALUES ('" COHORT "', 'executive', 1, 'Chefer 1');"
        "INSERT INTO stream (id, kind) VALUES ('" ANNA "', 'member'), ('" BO "', 'member'), ('" SPACE
        "', 'space');"
        "INSERT INTO member (id, mail, name, organisation_id) VALUES ('" ANNA "', 'anna@b.se', 'Anna', '" ORG
        "'),"
        " ('" BO "', 'bo@b.se', 'Bo', '" ORG "');"
        "INSERT INTO cohort_member VALUES ('" COHORT "', '" ANNA "');"
        "INSERT INTO space (id, name, openness) VALUES ('" SPACE "', 'Rum', 'private');"
        "INSERT INTO space_member VALUES ('" SPACE "', '" ANNA "');"
        "INSERT INTO facilitator_grant (id, member_id, scope, scope_id) VALUES ('" ID(
                90) "', '" ANNA "', 'network', NULL),"
                    " ('" ID(91) "', '" ANNA "', 'cohort', '" COHORT "');";

#define TIMES "7776000000", "1209600000" /* 90 days in all, 14 without use */

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

TestSuite(account_sql, .init = begin, .fini = end);

/* 64 of one digit: a hash. */
static const char *hash(char digit)
{
	static char hashes[128][HASH_SIZE];
	char *h = hashes[digit & 127];

	memset(h, digit, 64);
	return h;
}

static const char *ask_link(const char *mail, const char *id, char token, char code, char browser)
{
	return sql_run(pg, &Q_LINK_ASK, mail, hash('0'), id, hash(token), hash(code), hash(browser), "5", "600000");
}

Test(account_sql, every_statement_prepares)
{
	sql_all_prepare(pg, account_statements);
}

Test(account_sql, a_link_is_made_for_members_alone)
{
	cr_expect_str_eq(ask_link("ANNA@b.se", ID(01), 'a', 'b', 'c'), "t|anna@b.se|Anna|sv");
	cr_expect_str_eq(ask_link("nobody@b.se", ID(02), 'd', 'b', 'c'), "t|||");
	pg_exec(pg, "UPDATE member SET suspended_at = now() WHERE id = '" BO "'");
	cr_expect_str_eq(ask_link("bo@b.se", ID(03), 'e', 'b', 'c'), "t|||");
	cr_expect_eq(pg_int(pg, "SELECT count(*) FROM sign_in_link"), 1);
	cr_expect_eq(pg_int(pg, "SELECT cardinality(asked_at) FROM sign_in_budget"), 3,
	        "askings count whoever is asked for");
}

Test(account_sql, an_address_gets_five_mails_an_hour)
{
	static const char *const ids[] = { ID(01), ID(02), ID(03), ID(04), ID(05), ID(06), ID(07) };

	for (int i = 0; i < 5; i++)
		cr_expect_str_eq(ask_link("anna@b.se", ids[i], (char)('1' + i), 'b', 'c'), "t|anna@b.se|Anna|sv");
	cr_expect_str_eq(ask_link("anna@b.se", ids[5], 'd', 'b', 'c'), "f|||");
	pg_exec(pg, "UPDATE sign_in_budget SET asked_at[1] = now() - interval '61 minutes'");
	cr_expect_str_eq(ask_link("anna@b.se", ids[5], 'd', 'b', 'c'), "t|anna@b.se|Anna|sv", "the hour moves");
	cr_expect_str_eq(ask_link("anna@b.se", ids[6], 'e', 'b', 'c'), "f|||");
}

Test(account_sql, a_link_opens_one_session_in_the_asking_browser)
{
	ask_link("anna@b.se", ID(01), 'a', 'b', 'c');
	cr_expect_str_eq(sql_run(pg, &Q_LINK_REDEEM, hash('a'), hash('d'), ID(11), hash('1'), "Firefox", TIMES),
	        "f|t||f", "another browser");
	cr_expect_str_eq(sql_run(pg, &Q_LINK_REDEEM, hash('a'), NULL, ID(11), hash('1'), "Firefox", TIMES), "f|t||f",
	        "no cookie");
	cr_expect_str_eq(sql_run(pg, &Q_LINK_REDEEM, hash('f'), hash('c'), ID(11), hash('1'), "Firefox", TIMES),
	        "f|f||f", "unknown");
	cr_expect_str_eq(
	        sql_run(pg, &Q_LINK_REDEEM, hash('a'), hash('c'), ID(11), hash('1'), "Firefox", TIMES), "t|f|" ANNA "|f");
	cr_expect_str_eq(sql_run(pg, &Q_LINK_REDEEM, hash('a'), hash('c'), ID(12), hash('2'), "Firefox", TIMES),
	        "f|f||f", "spent");
	cr_expect_eq(pg_int(pg, "SELECT count(*) FROM session"), 1);
	cr_expect_eq(pg_int(pg, "SELECT count(*) FROM member WHERE signed_in_at IS NOT NULL"), 1);
}

Test(account_sql, links_end_by_time_and_by_suspension)
{
	ask_link("anna@b.se", ID(01), 'a', 'b', 'c');
	pg_exec(pg, "UPDATE sign_in_link SET expires_at = now() - interval '1 second'");
	cr_expect_str_eq(sql_run(pg, &Q_LINK_REDEEM, hash('a'), hash('c'), ID(11), hash('1'), "x", TIMES), "f|f||t");
	cr_expect_str_eq(sql_run(pg, &Q_CODE_REDEEM, hash('c'), hash('b'), ID(11), hash('1'), "x", TIMES), "f|f||t");
	pg_exec(pg,
	        "UPDATE sign_in_link SET expires_at = now() + interval '1 hour'; UPDATE member SET suspended_at = now()");
	cr_expect_str_eq(sql_run(pg, &Q_LINK_REDEEM, hash('a'), hash('c'), ID(11), hash('1'), "x", TIMES), "f|f||f");
	cr_expect_str_eq(sql_run(pg, &Q_CODE_REDEEM, hash('c'), hash('b'), ID(11), hash('1'), "x", TIMES), "f|f||f");
}

Test(account_sql, of_two_at_once_one_opens_a_session)
{
	PGconn *other = pg_connect(database, "korsdrag");

	ask_link("anna@b.se", ID(01), 'a', 'b', 'c');
	pg_exec(pg, "BEGIN");
	cr_expect_str_eq(
	        sql_run(pg, &Q_LINK_REDEEM, hash('a'), hash('c'), ID(11), hash('1'), "x", TIMES), "t|f|" ANNA "|f");
	sql_begin(other, &Q_LINK_REDEEM, hash('a'), hash('c'), ID(12), hash('2'), "x", TIMES);
	while (pg_int(pg, "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'") == 0)
		;
	pg_exec(pg, "COMMIT");
	cr_expect_str_eq(sql_finish(other), "f|f||f");
	cr_expect_eq(pg_int(pg, "SELECT count(*) FROM session"), 1);
	PQfinish(other);
}

Test(account_sql, a_code_may_be_tried_five_times)
{
	ask_link("anna@b.se", ID(01), 'a', 'b', 'c');
	ask_link("anna@b.se", ID(02), 'd', 'e', 'f');
	cr_expect_str_eq(sql_run(pg, &Q_CODE_REDEEM, hash('f'), hash('b'), ID(11), hash('1'), "x", TIMES), "f|f||f",
	        "a code of another browser's");
	for (int i = 0; i < 5; i++)
		cr_expect_str_eq(
		        sql_run(pg, &Q_CODE_REDEEM, hash('c'), hash('9'), ID(11), hash('1'), "x", TIMES), "f|f||f");
	cr_expect_str_eq(sql_run(pg, &Q_CODE_REDEEM, hash('c'), hash('b'), ID(11), hash('1'), "x", TIMES), "f|f||f",
	        "too late");
	cr_expect_str_eq(
	        sql_run(pg, &Q_CODE_REDEEM, hash('f'), hash('e'), ID(11), hash('1'), "x", TIMES), "t|f|" ANNA "|f");
	cr_expect_str_eq(
	        sql_run(pg, &Q_CODE_REDEEM, hash('f'), hash('e'), ID(12), hash('2'), "x", TIMES), "f|f||f", "spent");
}

static const char *caller(char credential, const char *is_bearer)
{
	return sql_run(pg, &Q_CALLER_BY_CREDENTIAL, hash(credential), is_bearer);
}

static const char *callers(const char *credentials, const char *are_bearers)
{
	char hashes[400] = "{";

	for (const char *c = credentials; *c; c++)
		snprintf(hashes + strlen(hashes), sizeof(hashes) - strlen(hashes), "%s%s", c > credentials ? "," : "", hash(*c));
	strcat(hashes, "}");
	return sql_run(pg, &Q_CALLERS_BY_CREDENTIAL, hashes, are_bearers);
}

static void sign_in(void)
{
	ask_link("anna@b.se", ID(01), 'a', 'b', 'c');
	sql_run(pg, &Q_LINK_REDEEM, hash('a'), hash('c'), ID(11), hash('1'), "Firefox", TIMES);
}

Test(account_sql, a_caller_has_all_its_rights_in_one_row)
{
	sign_in();
	cr_expect_str_neq(caller('1', "f"), "");
	cr_expect_str_eq(caller('1', "t"), "", "a cookie is no token");
	cr_expect_str_eq(caller('2', "f"), "");
	cr_expect_str_eq(sql_run(pg, &Q_CALLER_BY_SESSION, ID(11)), caller('1', "f"));
	cr_expect_str_eq(
	        sql_text(pg,
	                "SELECT member, session, name, organisation, locale, is_administrator, is_bearer, tracks, "
	                "cohorts, spaces, grants, head, signed_in_at > 1600000000000 FROM caller"),
	        ANNA "|" ID(11) "|Anna|" ORG "|sv|f|f|executive|" COHORT "|" SPACE "|network:,cohort:" COHORT
	                        "|0|t");
}

Test(account_sql, many_are_asked_for_at_once)
{
	char one[400];

	sign_in();
	pg_exec(pg, "UPDATE session SET last_seen_at = now() - interval '1 hour'");
	cr_expect_str_eq(callers("23", "{f,t}"), "");
	snprintf(one, sizeof(one), "2|%s", caller('1', "f"));
	pg_exec(pg, "UPDATE session SET last_seen_at = now() - interval '1 hour'");
	cr_expect_str_eq(callers("213", "{f,f,f}"), one, "the second of them");
	cr_expect_eq(pg_int(pg, "SELECT count(*) FROM session WHERE last_seen_at > now() - interval '1 minute'"), 1, "it was seen");
	cr_expect_str_eq(callers("1", "{t}"), "", "a cookie is no token");
	pg_exec(pg, "UPDATE session SET revoked_at = now()");
	cr_expect_str_eq(callers("1", "{f}"), "");
}

Test(account_sql, sessions_end)
{
	sign_in();
	pg_exec(pg, "UPDATE session SET last_seen_at = now() - interval '13 days 23 hours'");
	cr_expect_str_neq(caller('1', "f"), "");
	cr_expect_eq(
	        pg_int(pg,
	                "SELECT count(*) FROM session WHERE last_seen_at = created_at OR last_seen_at > now() - interval '1 minute'"),
	        1, "it was seen");
	pg_exec(pg, "UPDATE session SET last_seen_at = now() - interval '14 days'");
	cr_expect_str_eq(caller('1', "f"), "", "idle");
	pg_exec(pg, "UPDATE session SET last_seen_at = now(), expires_at = now()");
	cr_expect_str_eq(caller('1', "f"), "", "old");
	pg_exec(pg, "UPDATE session SET expires_at = now() + interval '1 day', revoked_at = now()");
	cr_expect_str_eq(caller('1', "f"), "", "revoked");
	pg_exec(pg, "UPDATE session SET revoked_at = NULL; UPDATE member SET suspended_at = now()");
	cr_expect_str_eq(caller('1', "f"), "", "suspended");
	cr_expect_str_eq(sql_run(pg, &Q_CALLER_BY_SESSION, ID(11)), "");
}

Test(account_sql, sessions_live_as_long_as_was_said_when_they_began)
{
	ask_link("anna@b.se", ID(01), 'a', 'b', 'c');
	sql_run(pg, &Q_LINK_REDEEM, hash('a'), hash('c'), ID(11), hash('1'), "x", "3600000", "60000");
	cr_expect_str_eq(sql_text(pg, "SELECT expires_at - created_at, idle FROM session"), "01:00:00|00:01:00");
	pg_exec(pg, "UPDATE session SET last_seen_at = now() - interval '59 seconds'");
	cr_expect_str_neq(caller('1', "f"), "");
	cr_expect_str_eq(sql_run(pg, &Q_CREDENTIAL_ENDED, hash('1')), "", "it has not ended");
	pg_exec(pg, "UPDATE session SET last_seen_at = now() - interval '61 seconds'");
	cr_expect_str_eq(caller('1', "f"), "");
	cr_expect_str_eq(sql_run(pg, &Q_CREDENTIAL_ENDED, hash('1')), "limit.session_idle");
	pg_exec(pg, "UPDATE session SET last_seen_at = now(), expires_at = now()");
	cr_expect_str_eq(sql_run(pg, &Q_CREDENTIAL_ENDED, hash('1')), "limit.session");
	pg_exec(pg, "UPDATE session SET revoked_at = now()");
	cr_expect_str_eq(sql_run(pg, &Q_CREDENTIAL_ENDED, hash('1')), "", "no limit ended it");
}

Test(account_sql, signing_out_is_journaled)
{
	sign_in();
	sql_run(pg, &Q_SIGN_OUT, hash('2'));
	cr_expect_eq(pg_int(pg, "SELECT count(*) FROM event"), 0);
	sql_run(pg, &Q_SIGN_OUT, hash('1'));
	sql_run(pg, &Q_SIGN_OUT, hash('1'));
	cr_expect_str_eq(
	        sql_text(pg,
	                "SELECT stream_id, seq, actor, type, body, (SELECT head FROM stream WHERE id = stream_id) FROM event"),
	        ANNA "|1|" ANNA "|session.revoked|{\"session\": \"" ID(11) "\"}|1");
	cr_expect_str_eq(caller('1', "f"), "");
}

Test(account_sql, one_revokes_one_s_own_sessions)
{
	sign_in();
	cr_expect_str_eq(sql_run(pg, &Q_SESSION_REVOKE, ID(11), BO), "");
	cr_expect_str_eq(sql_run(pg, &Q_SESSION_REVOKE, ID(11), ANNA), ID(11));
	cr_expect_str_eq(sql_run(pg, &Q_SESSION_REVOKE, ID(11), ANNA), "");
}

Test(account_sql, tokens_are_bounded)
{
	char id[ID_SIZE], secret[SECRET_SIZE], h[HASH_SIZE];

	for (int i = 0; i < 51; i++) {
		id_make(id);
		secret_make(secret);
		secret_hash(secret, h);
		cr_expect_str_eq(sql_run(pg, &Q_TOKEN_INSERT, id, ANNA, h, "skript", "7"), i < 50 ? id : "");
	}
	cr_expect_str_neq(sql_run(pg, &Q_TOKEN_INSERT, ID(12), BO, hash('3'), "skript", "7"), "",
	        "each member has an own bound");
	cr_expect_str_neq(caller('3', "t"), "");
	cr_expect_str_eq(caller('3', "f"), "", "a token is no cookie");
}

Test(account_sql, an_invitation_is_claimed_by_one_node_and_comes_again_if_it_dies)
{
	cr_expect_str_eq(sql_run(pg, &Q_INVITATION_ADD, "{" ANNA "," BO "}"), ANNA ";" BO);
	cr_expect_str_eq(sql_run(pg, &Q_INVITATION_ADD, "{" ANNA "}"), ANNA, "asked again, sent once");
	cr_expect_eq(strlen(sql_run(pg, &Q_INVITATION_CLAIM, "20")),
	        2 * strlen(ANNA) + strlen("|anna@b.se|Anna|sv;|bo@b.se|Bo|sv"));
	cr_expect_str_eq(sql_run(pg, &Q_INVITATION_CLAIM, "20"), "");
	sql_run(pg, &Q_INVITATION_DONE, BO);
	pg_exec(pg, "UPDATE invitation SET due_at = now()");
	cr_expect_str_eq(sql_run(pg, &Q_INVITATION_CLAIM, "20"), ANNA "|anna@b.se|Anna|sv");
	pg_exec(pg, "UPDATE invitation SET tries = 9");
	sql_run(pg, &Q_ACCOUNT_PURGE);
	cr_expect_eq(pg_int(pg, "SELECT count(*) FROM invitation"), 0);
}

Test(account_sql, operators_let_people_in)
{
	cr_expect_str_eq(sql_run(pg, &Q_OPERATOR_LINK, ID(01), "nobody@b.se", hash('a'), "10"), "");
	cr_expect_str_eq(sql_run(pg, &Q_OPERATOR_LINK, ID(01), "anna@b.se", hash('a'), "10"), ID(01));
	cr_expect_str_eq(sql_run(pg, &Q_LINK_REDEEM, hash('a'), NULL, ID(11), hash('1'), "x", TIMES), "t|f|" ANNA "|f",
	        "in any browser");
	cr_expect_str_eq(sql_run(pg, &Q_OPERATOR_TOKEN, ID(12), "bo@b.se", hash('2'), "cli"), ID(12));
	cr_expect_str_neq(caller('2', "t"), "");
	cr_expect_str_eq(sql_run(pg, &Q_OPERATOR_PROMOTE, "bo@b.se"), BO);
	cr_expect_str_eq(sql_run(pg, &Q_OPERATOR_PROMOTE, "bo@b.se"), BO);
	cr_expect_eq(
	        pg_int(pg, "SELECT count(*) FROM event WHERE type = 'role.granted' AND stream_id = '" BO "'"),
	        1);
	cr_expect_str_eq(sql_run(pg, &Q_OPERATOR_PROMOTE, "cecilia@b.se"), "");
	cr_expect_str_neq(sql_run(pg, &Q_OPERATOR_ADMIN, "cecilia@b.se", "Cecilia", ID(20), ID(21)), "");
	cr_expect_str_eq(
	        sql_text(pg,
	                "SELECT m.is_administrator, o.short FROM member m JOIN organisation o ON o.id = organisation_id "
	                "WHERE m.id = '" ID(20) "'"),
	        "t|SLK");
	cr_expect_eq(pg_int(pg, "SELECT head FROM stream WHERE kind = 'network'"), 1);
}

Test(account_sql, the_first_administrator_needs_nothing_to_be_there)
{
	pg_exec(pg, "DELETE FROM member; DELETE FROM organisation");
	cr_expect_str_neq(sql_run(pg, &Q_OPERATOR_ADMIN, "cecilia@b.se", "Cecilia", ID(20), ID(21)), "");
	cr_expect_eq(
	        pg_int(pg,
	                "SELECT count(*) FROM member JOIN organisation o ON o.id = organisation_id WHERE kind = 'other'"),
	        1);
}

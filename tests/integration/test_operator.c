/* What an operator can do from the shell: `korsdragd link`, `token`, `tokens` and `admin`; what each leaves in the database, and
 * that a wrong call changes nothing. */
#include "browser.h"
#include "steps.h"
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

static void says(struct world *w, int status, const char *words, const char *args)
{
	int exit_status;
	char *said = operator_command(w, &exit_status, args);

	cr_assert(exit_status == status && strstr(said, words), "%s: %d %s", args, exit_status, said);
	free(said);
}

static void sql_is(struct world *w, const char *expected, const char *statement)
{
	char *found = sql_text(w, statement);

	cr_assert_str_eq(found, expected, "%s: %s", statement, found);
	free(found);
}

/* The secret of the link that a command has printed. */
static void link_made(struct world *w, const char *args, char ret_token[44])
{
	char *said = operator_command(w, NULL, args), *link = strstr(said, ORIGIN "/sign-in/link#");

	cr_assert(link, "%s: %s", args, said);
	snprintf(ret_token, 44, "%s", link + strlen(ORIGIN "/sign-in/link#"));
	free(said);
}

Test(operator, wrong_calls_are_answered_with_the_right_ones_and_change_nothing)
{
	struct world *w = world_start(1);
	static const char *const usage[] = { "link", "token", "tokens", "tokens|a|b", "admin", "token|anna@test.example",
		"admin|anna@test.example", "token|anna@test.example|a|b", "admin|anna@test.example|a|b",
		"link|anna@test.example|--minutes", "link|anna@test.example|10", "link|anna@test.example|--hours|1",
		"link|anna@test.example|--minutes|", "link|anna@test.example|--minutes|0",
		"link|anna@test.example|--minutes|-5", "link|anna@test.example|--minutes|1441",
		"link|anna@test.example|--minutes|99999999999999999999", "link|anna@test.example|--minutes|5x",
		"link|anna@test.example|--minutes|5|6" };
	static const char *const nonsense[] = { "link|anna", "link|", "token|anna@|skript", "admin|a b@c.se|Chef",
		"token|anna@test.example|", "token|anna@test.example| ", "tokens| ", "admin|ny@test.example|två\nrader" };
	char *before = digest(w), args[300], name[122];

	for (size_t i = 0; i < sizeof usage / sizeof *usage; i++)
		says(w, 2, "korsdragd link MAIL [--minutes N]", usage[i]);
	for (size_t i = 0; i < sizeof nonsense / sizeof *nonsense; i++)
		says(w, 2, "that is no address or no name", nonsense[i]);
	memset(name, 'x', 121);
	name[121] = '\0';
	snprintf(args, sizeof args, "token|anna@test.example|%s", name);
	says(w, 2, "that is no address or no name", args);
	unchanged(w, before);
	world_stop(w);
}

Test(operator, a_link_signs_in_once_in_any_browser_and_for_so_long)
{
	struct world *w = world_start(1);
	struct browser b = { .world = w };
	char token[44];

	link_made(w, "link|ANNA@test.example", token);
	sql_is(w, "t", "SELECT expires_at - now() BETWEEN interval '9 minutes' AND interval '10 minutes' FROM sign_in_link");
	cr_assert_eq(post_status(&b, "/auth/redeem", "{\"token\": \"%s\"}", token), 200);
	cr_assert(speaks_as(&b, "anna"));
	cr_assert_eq(post_status(&b, "/auth/redeem", "{\"token\": \"%s\"}", token), 410);
	sql(w, "DELETE FROM sign_in_link");
	link_made(w, "link|anna@test.example|--minutes|1440", token);
	sql_is(w, "t", "SELECT expires_at - now() BETWEEN interval '1439 minutes' AND interval '1440 minutes' FROM sign_in_link");
	sql(w, "DELETE FROM sign_in_link");
	link_made(w, "link|anna@test.example|--minutes|1", token);
	sql_is(w, "t", "SELECT expires_at - now() <= interval '1 minute' FROM sign_in_link");
	browser_close(&b);
	world_stop(w);
}

Test(operator, nobody_is_let_in_who_may_not_sign_in)
{
	struct world *w = world_start(1);
	char *before = digest(w);

	says(w, 1, "no member who may sign in has that address", "link|nobody@test.example");
	says(w, 1, "no member who may sign in has that address", "link|sven@test.example"); /* suspended */
	says(w, 1, "no member who may sign in has that address", "token|nobody@test.example|skript");
	says(w, 1, "no member who may sign in has that address", "token|sven@test.example|skript");
	unchanged(w, before);
	world_stop(w);
}

/* A member's new right reaches the node like any other change; who is none becomes one. */
Test(operator, an_administrator_is_made)
{
	struct world *w = world_start(1);
	struct person *anna = sign_in(w, 0, "anna");
	ID_TEXT(id);

	refused(anna, KD_E_FORBIDDEN, NULL, "cohort.add", "{s:s, s:s, s:i, s:s}", "cohort", id, "track", "executive",
	        "round", 9, "name", "Omgång 9");
	open_since(anna, STREAM("member", FIXTURE_ID("0b006")), 0);
	says(w, 0, "anna@test.example is an administrator", "admin|anna@test.example|Någon annan");
	cr_assert_str_eq(text_at(expect_event(anna, STREAM("member", FIXTURE_ID("0b006")), "role.granted"), "body/role"),
	        "administrator");
	ok(anna, "cohort.add", "{s:s, s:s, s:i, s:s}", "cohort", id, "track", "executive", "round", 9, "name",
	        "Omgång 9");
	says(w, 0, "anna@test.example is an administrator", "admin|anna@test.example|Någon annan"); /* again: nothing new */
	expect_no_event(anna);
	sql_is(w, "f", "SELECT name = 'Någon annan' FROM member WHERE mail = 'anna@test.example'");
	says(w, 0, "ny@test.example is an administrator", "admin|ny@test.example|Ny Chef");
	sql_is(w, "t|Ny Chef|other",
	        "SELECT is_administrator::text::char(1) || '|' || m.name || '|' || o.kind FROM member m JOIN organisation o ON o.id = "
	        "m.organisation_id WHERE m.mail = 'ny@test.example'");
	world_stop(w);
}

/* Rows that another holds: each command waits no longer than a statement may, says so and ends with 1. */
Test(operator, a_database_that_does_not_answer_is_told)
{
	struct world *w = world_start(1);
	static const char *const commands[] = { "link|anna@test.example", "token|anna@test.example|skript",
		"admin|anna@test.example|Chef", "admin|ny@test.example|Chef" };
	char *before;

	node_stop(w, 0);
	setenv("KORSDRAG_DATABASE_STATEMENT", "200ms", 1);
	before = digest(w);
	sql(w, "BEGIN");
	sql(w, "SELECT 1 FROM member FOR UPDATE");
	sql(w, "SELECT 1 FROM stream FOR UPDATE");
	for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
		says(w, 1, "korsdragd: ", commands[i]);
	sql(w, "ROLLBACK");
	unchanged(w, before);
	says(w, 0, "is an administrator", "admin|anna@test.example|Chef");
	world_stop(w);
}

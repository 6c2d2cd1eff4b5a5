/* Members, cohorts and roles: what is refused and told why, and whom an import invites. */
#include "http.h"
#include "mailbox.h"
#include "steps.h"
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#define BLANK "\xc2\xa0 " /* a no-break space: nothing to see */
#define OLLE FIXTURE_ID("0b007")

static void sql_is(struct world *w, const char *expected, const char *statement)
{
	char *found = sql_text(w, statement);

	cr_assert_str_eq(found, expected, "%s: %s", statement, found);
	free(found);
}

static json_t *import(struct person *p, const char *csv, bool invite)
{
	return ok(p, "member.import", "{s:s, s:b}", "csv", csv, "invite", invite);
}

Test(members, an_import_invites_whom_it_makes_and_nobody_else)
{
	struct world *w = world_start(1);
	struct person *admin = sign_in(w, 0, "admin");
	static const char list[] = "mail,name,organisation,track,cohort\n"
	                           "ny1@test.example,Ny Ett,KUF,executive,1\n"
	                           "anna@test.example,Ett annat namn,KUF,executive,1\n"
	                           "ny2@test.example,Ny Två,KUF,,\n"
	                           "fel,Fel,KUF,,\n";
	char *mail;

	open_since(admin, STREAM("network", NETWORK_STREAM), 0);
	cr_assert_eq(int_at(import(admin, list, true), "added"), 2);
	cr_assert_eq(json_array_size(at(expect_event(admin, STREAM("network", NETWORK_STREAM), "member.imported"),
	                     "body/members")),
	        3);
	mail = mail_wait(w, 2);
	cr_assert(strstr(mail, ORIGIN "/sign-in"));
	free(mail);
	sql_is(w, "ny1@test.example ny2@test.example",
	        "SELECT string_agg(mail, ' ' ORDER BY mail) FROM member WHERE invited_at IS NOT NULL");
	cr_assert_eq(int_at(import(admin, list, true), "unchanged"), 3); /* again: nobody is new */
	import(admin, "mail,name,organisation\nny3@test.example,Ny Tre,KUF\n", false);
	wait_ms(300);
	sql_is(w, "0", "SELECT count(*) FROM invitation WHERE tries = 0");
	sql_is(w, "2", "SELECT count(*) FROM member WHERE invited_at IS NOT NULL");
	world_stop(w);
}

Test(members, a_list_that_is_too_long_is_refused_whole)
{
	struct world *w = world_start(1);
	struct person *admin = sign_in(w, 0, "admin");
	char *before = digest(w), *list = NULL;
	size_t size;
	FILE *out = open_memstream(&list, &size);

	fprintf(out, "mail,name,organisation\n");
	for (int i = 0; i < 1001; i++)
		fprintf(out, "a%d@test.example,A,KUF\n", i);
	fclose(out);
	refused(admin, KD_E_TOO_LARGE, NULL, "member.import", "{s:s}", "csv", list);
	unchanged(w, before);
	free(list);
	world_stop(w);
}

Test(members, who_is_added_has_a_name)
{
	struct world *w = world_start(1);
	struct person *admin = sign_in(w, 0, "admin");
	char *before = digest(w);

	refused(admin, KD_E_INVALID, "/name", "member.add", "{s:s, s:s, s:s, s:s}", "member", new_id(), "mail",
	        "ny@test.example", "name", BLANK, "organisation", ORG_CULTURE);
	refused(admin, KD_E_INVALID, "/short", "organisation.add", "{s:s, s:s, s:s, s:s}", "organisation", new_id(), "kind",
	        "company", "short", BLANK, "name", "Namn");
	refused(admin, KD_E_INVALID, "/name", "organisation.add", "{s:s, s:s, s:s, s:s}", "organisation", new_id(), "kind",
	        "company", "short", "N", "name", "två\nrader");
	refused(admin, KD_E_INVALID, "/name", "cohort.add", "{s:s, s:s, s:i, s:s}", "cohort", new_id(), "track", "executive",
	        "round", 9, "name", BLANK);
	unchanged(w, before);
	ok(admin, "member.add", "{s:s, s:s, s:s, s:s, s:b}", "member", new_id(), "mail", "ny@test.example", "name", "Ny",
	        "organisation", ORG_CULTURE, "invite", 0);
	sql_is(w, "0", "SELECT count(*) FROM invitation");
	world_stop(w);
}

Test(members, suspending_and_reinstating_say_what_is_so_already)
{
	struct world *w = world_start(1);
	struct person *admin = sign_in(w, 0, "admin");
	char *before = digest(w);

	refused(admin, KD_E_NOT_FOUND, NULL, "member.suspend", "{s:s}", "member", new_id());
	refused(admin, KD_E_CONFLICT, NULL, "member.suspend", "{s:s}", "member", member_id("sven"));
	refused(admin, KD_E_CONFLICT, NULL, "member.reinstate", "{s:s}", "member", member_id("anna"));
	unchanged(w, before);
	ok(admin, "member.suspend", "{s:s}", "member", member_id("anna"));
	ok(admin, "member.reinstate", "{s:s}", "member", member_id("anna"));
	sql_is(w, "0", "SELECT count(*) FROM session WHERE member_id = '" FIXTURE_ID("0b006") "' AND revoked_at IS NULL");
	world_stop(w);
}

/* --- cohorts ------------------------------------------------------------------------------------------------ */

Test(members, one_belongs_to_a_cohort_once)
{
	struct world *w = world_start(1);
	struct person *admin = sign_in(w, 0, "admin"), *fred = sign_in(w, 0, "fred");
	char *before = digest(w);

	refused(admin, KD_E_CONFLICT, NULL, "cohort.add_member", "{s:s, s:s}", "cohort", COHORT_E1, "member", OLLE);
	refused(admin, KD_E_NOT_FOUND, NULL, "cohort.add_member", "{s:s, s:s}", "cohort", ORG_WATER, "member", OLLE);
	refused(admin, KD_E_NOT_FOUND, NULL, "cohort.remove_member", "{s:s, s:s}", "cohort", ORG_WATER, "member", OLLE);
	refused(admin, KD_E_CONFLICT, NULL, "cohort.remove_member", "{s:s, s:s}", "cohort", COHORT_E2, "member", OLLE);
	refused(fred, KD_E_FORBIDDEN, NULL, "cohort.remove_member", "{s:s, s:s}", "cohort", COHORT_E2, "member", OLLE);
	unchanged(w, before);
	ok(fred, "cohort.remove_member", "{s:s, s:s}", "cohort", COHORT_E1, "member", OLLE);
	ok(fred, "cohort.add_member", "{s:s, s:s}", "cohort", COHORT_E1, "member", OLLE);
	world_stop(w);
}

static json_t *meeting(const char *id, int ordinal, const char *sv, const char *en, const char *day)
{
	return json_pack("{s:s, s:i, s:s, s:s, s:s, s:s*}", "id", id, "ordinal", ordinal, "theme_sv", sv, "theme_en", en,
	        "held_by", "city", "held_on", day);
}

#define ONE FIXTURE_ID("0d001")
#define TWO FIXTURE_ID("0d002")

Test(members, a_plan_names_its_meetings_apart)
{
	struct world *w = world_start(1);
	struct person *admin = sign_in(w, 0, "admin");
	char *before = digest(w);

	refused(admin, KD_E_INVALID, "/meetings/0/theme_sv", "cohort.plan", "{s:s, s:[o]}", "cohort", COHORT_E1, "meetings",
	        meeting(ONE, 1, BLANK, "x", NULL));
	refused(admin, KD_E_INVALID, "/meetings/1/theme_en", "cohort.plan", "{s:s, s:[o, o]}", "cohort", COHORT_E1, "meetings",
	        meeting(ONE, 1, "x", "x", NULL), meeting(TWO, 2, "x", BLANK, NULL));
	refused(admin, KD_E_INVALID, "/meetings/1/ordinal", "cohort.plan", "{s:s, s:[o, o]}", "cohort", COHORT_E1, "meetings",
	        meeting(ONE, 1, "x", "x", NULL), meeting(TWO, 1, "x", "x", NULL));
	refused(admin, KD_E_INVALID, "/meetings/1/id", "cohort.plan", "{s:s, s:[o, o]}", "cohort", COHORT_E1, "meetings",
	        meeting(ONE, 1, "x", "x", NULL), meeting(ONE, 2, "x", "x", NULL));
	refused(admin, KD_E_INVALID, "/meetings/1/held_on", "cohort.plan", "{s:s, s:[o, o]}", "cohort", COHORT_E1, "meetings",
	        meeting(ONE, 1, "x", "x", "2028-02-29"), meeting(TWO, 2, "x", "x", "2027-02-29"));
	refused(admin, KD_E_NOT_FOUND, NULL, "cohort.plan", "{s:s, s:[o]}", "cohort", ORG_WATER, "meetings",
	        meeting(ONE, 1, "x", "x", NULL));
	unchanged(w, before);
	world_stop(w);
}

Test(members, a_plan_is_turned_round_and_keeps_to_its_cohort)
{
	struct world *w = world_start(1);
	struct person *admin = sign_in(w, 0, "admin");

	ok(admin, "cohort.plan", "{s:s, s:[o, o]}", "cohort", COHORT_E1, "meetings", meeting(ONE, 1, "ett", "one", NULL),
	        meeting(TWO, 2, "två", "two", NULL));
	ok(admin, "cohort.plan", "{s:s, s:[o, o]}", "cohort", COHORT_E1, "meetings", meeting(ONE, 2, "ett", "one", NULL),
	        meeting(TWO, 1, "två", "two", NULL));
	sql_is(w, "två ett", "SELECT string_agg(theme_sv, ' ' ORDER BY ordinal) FROM meeting WHERE cohort_id = '" COHORT_E1 "'");
	refused(admin, KD_E_CONFLICT, NULL, "cohort.plan", "{s:s, s:[o]}", "cohort", COHORT_E2, "meetings",
	        meeting(ONE, 1, "x", "x", NULL));
	ok(admin, "cohort.plan", "{s:s, s:[o]}", "cohort", COHORT_E1, "meetings", meeting(TWO, 1, "två", "two", NULL));
	sql_is(w, "två", "SELECT string_agg(theme_sv, ' ' ORDER BY ordinal) FROM meeting WHERE cohort_id = '" COHORT_E1 "'");
	world_stop(w);
}

/* --- roles ---------------------------------------------------------------------------------------------------- */

Test(members, a_role_is_named_whole_and_given_once)
{
	struct world *w = world_start(1);
	struct person *admin = sign_in(w, 0, "admin");
	char *before = digest(w);
	static const char *const methods[] = { "role.grant", "role.revoke" };

	for (int i = 0; i < 2; i++) {
		refused(admin, KD_E_INVALID, "/scope", methods[i], "{s:s, s:s}", "member", OLLE, "role", "facilitator");
		refused(admin, KD_E_INVALID, "/scope_id", methods[i], "{s:s, s:s, s:s}", "member", OLLE, "role", "facilitator",
		        "scope", "cohort");
		refused(admin, KD_E_INVALID, "/scope_id", methods[i], "{s:s, s:s, s:s, s:s}", "member", OLLE, "role",
		        "facilitator", "scope", "network", "scope_id", COHORT_E1);
		refused(admin, KD_E_INVALID, "/scope", methods[i], "{s:s, s:s, s:s}", "member", OLLE, "role", "administrator",
		        "scope", "network");
		refused(admin, KD_E_INVALID, "/scope_id", methods[i], "{s:s, s:s, s:s}", "member", OLLE, "role",
		        "administrator", "scope_id", COHORT_E1);
	}
	refused(admin, KD_E_NOT_FOUND, NULL, "role.grant", "{s:s, s:s, s:s, s:s}", "member", OLLE, "role", "facilitator",
	        "scope", "cohort", "scope_id", ORG_WATER);
	refused(admin, KD_E_NOT_FOUND, NULL, "role.grant", "{s:s, s:s}", "member", ORG_WATER, "role", "administrator");
	refused(admin, KD_E_CONFLICT, NULL, "role.grant", "{s:s, s:s, s:s, s:s}", "member", member_id("fred"), "role",
	        "facilitator", "scope", "cohort", "scope_id", COHORT_E1);
	refused(admin, KD_E_CONFLICT, NULL, "role.revoke", "{s:s, s:s, s:s, s:s}", "member", member_id("fred"), "role",
	        "facilitator", "scope", "cohort", "scope_id", COHORT_E2);
	refused(admin, KD_E_CONFLICT, NULL, "role.revoke", "{s:s, s:s}", "member", OLLE, "role", "administrator");
	unchanged(w, before);
	ok(admin, "role.grant", "{s:s, s:s}", "member", OLLE, "role", "administrator");
	refused(admin, KD_E_CONFLICT, NULL, "role.grant", "{s:s, s:s}", "member", OLLE, "role", "administrator");
	ok(admin, "role.revoke", "{s:s, s:s}", "member", OLLE, "role", "administrator");
	ok(admin, "role.revoke", "{s:s, s:s, s:s, s:s}", "member", member_id("fred"), "role", "facilitator", "scope", "cohort",
	        "scope_id", COHORT_E1);
	world_stop(w);
}

/* --- oneself ---------------------------------------------------------------------------------------------------- */

Test(members, ones_own_page_takes_what_can_be_seen)
{
	struct world *w = world_start(1);
	struct person *anna = sign_in(w, 0, "anna"), *kalle = sign_in(w, 0, "kalle");

	refused(anna, KD_E_INVALID, "/title", "me.update", "{s:s}", "title", BLANK);
	refused(anna, KD_E_INVALID, "/title", "me.update", "{s:s}", "title", "två\nrader");
	ok(anna, "me.update", "{s:s, s:s}", "title", "Chef", "name", "Anna");
	ok(anna, "me.update", "{s:s}", "title", ""); /* may be taken away */
	cr_assert_str_eq(text_at(ok(anna, "me.get", "{}"), "title"), "");
	ok(anna, "me.update", "{s:s}", "about", "Bara om mig själv.");
	cr_assert_str_eq(text_at(ok(kalle, "member.get", "{s:s}", "member", member_id("anna")), "about"), "Bara om mig själv.");
	refused(anna, KD_E_NOT_FOUND, NULL, "session.revoke", "{s:s}", "session", new_id());
	world_stop(w);
}

Test(members, one_has_fifty_tokens_at_most)
{
	struct world *w = world_start(1);
	struct person *anna = sign_in(w, 0, "anna");
	json_t *made = NULL;

	refused(anna, KD_E_INVALID, "/name", "token.create", "{s:s, s:i}", "name", BLANK, "days", 1);
	for (int i = 1; i < 50; i++) /* one signs her in here */
		made = ok(anna, "token.create", "{s:s, s:i}", "name", "skript", "days", 1);
	refused(anna, KD_E_CONFLICT, NULL, "token.create", "{s:s, s:i}", "name", "skript", "days", 1);
	ok(anna, "session.revoke", "{s:s}", "session", text_at(made, "session"));
	ok(anna, "token.create", "{s:s, s:i}", "name", "skript", "days", 1);
	world_stop(w);
}

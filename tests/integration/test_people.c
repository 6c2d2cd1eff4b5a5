/* People: the directory, who is added and imported, cohorts, roles, and that the last administrator stays. */
#include "steps.h"
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

static json_t *import(struct person *p, const char *csv, bool is_dry)
{
	return ok(p, "member.import", "{s:s, s:b}", "csv", csv, "dry_run", is_dry);
}

static void counted(const json_t *answer, int added, int changed, int unchanged_count, size_t errors)
{
	cr_assert(int_at(answer, "added") == added && int_at(answer, "changed") == changed &&
	                  int_at(answer, "unchanged") == unchanged_count &&
	                  json_array_size(at(answer, "errors")) == errors,
	        "%s", json_dumps(answer, 0));
}

Test(people, a_list_is_taken_once)
{
	struct world *w = world_start(1);
	struct person *admin = sign_in(w, 0, "admin"), *kalle = sign_in(w, 0, "kalle");
	static const char list[] = "mail,name,organisation,track,cohort\r\n"
	                           "ny1@test.example,\"Chef, Kultur\",KUF,executive,1\r\n"
	                           "ny2@test.example,Enhetschef Ö,Stockholm Vatten och Avfall "
	                           "AB,,\"Nyckelpersonsspåret, omgång 1\"\r\n"
	                           "anna@test.example,Förvaltningschef anna,KUF,executive,1\r\n"
	                           "olle@test.example,Stadsdelsdirektör,KUF,key_person,1\r\n";
	char *before = digest(w);
	json_t *answer;

	answer = import(admin, list, true);
	counted(answer, 2, 1, 1, 0);
	cr_assert(!has(answer, "seq"));
	unchanged(w, before);
	open_since(admin, STREAM("network", NETWORK_STREAM), 0);
	answer = import(admin, list, false);
	counted(answer, 2, 1, 1, 0);
	cr_assert_eq(int_at(expect_event(admin, STREAM("network", NETWORK_STREAM), "member.imported"),
	                     "body/added"),
	        2);
	before = digest(w);
	answer = import(admin, list, false);
	counted(answer, 0, 0, 4, 0);
	cr_assert(!has(answer, "seq"));
	unchanged(w, before);
	expect_no_event(admin);
	answer = ok(kalle, "member.list", "{s:s}", "query", "kultur chef");
	cr_assert_str_eq(text_at(answer, "members/0/name"), "Chef, Kultur");
	cr_assert_str_eq(text_at(answer, "members/0/status"), "invited");
	answer = ok(kalle, "member.get", "{s:s}", "member", member_id("olle"));
	cr_assert_str_eq(text_at(answer, "name"), "Stadsdelsdirektör");
	cr_assert_eq(json_array_size(at(answer, "cohorts")), 2);
	world_stop(w);
}

Test(people, wrong_rows_are_told_by_line_and_the_good_are_taken)
{
	struct world *w = world_start(1);
	struct person *admin = sign_in(w, 0, "admin");
	static const char list[] =
	        "\xef\xbb\xbfname;mail;organisation;track;cohort\n" /* another order, semicolons, a byte order
	                                                               mark */
	        "Rätt;ratt@test.example;kuf;;\n"
	        "Fel;fel;KUF;;\n"
	        "\"Två\nrader\";tva@test.example;KUF;;\n"
	        ";tom@test.example;KUF;;\n"
	        "Var;var@test.example;Ingenstans;;\n"
	        "Igen;RATT@test.example;KUF;;\n"
	        "Spår;spar@test.example;KUF;executive;7\n"
	        "Spår;spar2@test.example;KUF;chef;1\n"
	        "Sven;sven@test.example;KUF;;\n"
	        "Också rätt;ratt2@test.example;SVOA;key_person;1\n";
	static const struct {
		int line;
		const char *field;
	} wrong[] = { { 3, "mail" }, { 4, "name" }, { 6, "name" }, { 7, "organisation" }, { 8, "mail" },
		{ 9, "cohort" }, { 10, "track" }, { 11, "mail" } };
	json_t *answer = import(admin, list, false);

	counted(answer, 2, 0, 0, sizeof wrong / sizeof *wrong);
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
		const json_t *error = json_array_get(at(answer, "errors"), i);

		cr_assert(int_at(error, "line") == wrong[i].line &&
		                  strcmp(text_at(error, "field"), wrong[i].field) == 0,
		        "%zu: %s", i, json_dumps(error, 0));
		cr_assert(*text_at(error, "reason"));
	}
	world_stop(w);
}

Test(people, a_list_that_cannot_be_read_changes_nothing)
{
	struct world *w = world_start(1);
	struct person *admin = sign_in(w, 0, "admin"), *netta = sign_in(w, 0, "netta");
	char *before = digest(w);

	counted(import(admin, "mail,name\na@b.se,A\n", false), 0, 0, 0, 1); /* no organisation */
	counted(import(admin, "nonsense", false), 0, 0, 0, 3);
	counted(import(admin, "mail,name,organisation\n", false), 0, 0, 0, 0);
	refused(netta, KD_E_FORBIDDEN, NULL, "member.import", "{s:s}", "csv", "mail,name,organisation\n");
	unchanged(w, before);
	world_stop(w);
}

static int mails_waiting(struct world *w)
{
	char *text = sql_text(w, "SELECT count(*) FROM member WHERE invited_at IS NOT NULL");
	int n = atoi(text);

	free(text);
	return n;
}

Test(people, who_is_added_is_invited_by_mail)
{
	struct world *w = world_start(2);
	struct person *admin = sign_in(w, 0, "admin");
	char command[200], *listing;
	ID_TEXT(member);
	int64_t until;

	refused(admin, KD_E_CONFLICT, NULL, "member.add", "{s:s, s:s, s:s, s:s}", "member", new_id(), "mail",
	        "ANNA@test.example", "name", "x", "organisation", ORG_CULTURE);
	refused(admin, KD_E_CONFLICT, NULL, "member.add", "{s:s, s:s, s:s, s:s}", "member", SPACE(IN_NETWORK),
	        "mail", "ny@test.example", "name", "x", "organisation", ORG_CULTURE);
	refused(admin, KD_E_INVALID, "/mail", "member.add", "{s:s, s:s, s:s, s:s}", "member", new_id(),
	        "mail", "a@b@c", "name", "x", "organisation", ORG_CULTURE);
	refused(admin, KD_E_INVALID, "/organisation", "member.add", "{s:s, s:s, s:s, s:s}", "member",
	        new_id(), "mail", "ny@test.example", "name", "x", "organisation", COHORT_E1);
	refused(admin, KD_E_INVALID, "/cohort", "member.add", "{s:s, s:s, s:s, s:s, s:s}", "member", new_id(),
	        "mail", "ny@test.example", "name", "x", "organisation", ORG_CULTURE, "cohort", ORG_CULTURE);
	ok(admin, "member.add", "{s:s, s:s, s:s, s:s, s:s, s:b}", "member", member, "mail", "ny@test.example",
	        "name", "Ny", "organisation", ORG_CULTURE, "cohort", COHORT_E1, "invite", 1);
	cr_assert_eq(mails_waiting(w), 1);
	ok(admin, "member.invite", "{s:s}", "member", member);
	refused(admin, KD_E_CONFLICT, NULL, "member.invite", "{s:s}", "member", member_id("sven"));
	snprintf(
	        command, sizeof command, "cat '%s'/mail/*.eml 2>/dev/null >'%s/mails'", w->folder, w->folder);
	for (until = now_ms() + 10000;; wait_ms(100)) {
		cr_assert_lt(now_ms(), until, "no invitation came");
		if (system(command) == 0)
			break;
	}
	wait_ms(3000); /* the other node sends it no second time */
	cr_assert_eq(system(command), 0);
	snprintf(command, sizeof command, "%s/mails", w->folder);
	listing = file_text(command);
	cr_assert(strstr(listing, "To: <ny@test.example>"));
	cr_assert(!strstr(strstr(listing, "To: <") + 5, "To: <"), "it was sent twice: %s", listing);
	free(listing);
	world_stop(w);
}

Test(people, the_directory_is_searched_filtered_and_paged)
{
	struct world *w = world_start(1);
	struct person *kalle = sign_in(w, 0, "kalle"), *admin = sign_in(w, 0, "admin");
	json_t *page, *seen = json_object(), *one;
	const char *after = NULL;
	size_t i;

	cr_assert_eq(json_array_size(at(ok(kalle, "member.list", "{}"), "members")),
	        12); /* without sven, who is suspended */
	cr_assert_eq(json_array_size(at(ok(admin, "member.list", "{}"), "members")), 13);
	cr_assert_eq(
	        json_array_size(at(ok(kalle, "member.list", "{s:s}", "cohort", COHORT_E1), "members")), 2);
	cr_assert_eq(
	        json_array_size(at(ok(kalle, "member.list", "{s:s}", "track", "executive"), "members")), 3);
	cr_assert_eq(json_array_size(at(ok(kalle, "member.list", "{s:s, s:s}", "track", "key_person",
	                                        "organisation", ORG_CULTURE),
	                     "members")),
	        1);
	cr_assert_str_eq(
	        text_at(ok(kalle, "member.list", "{s:s}", "query", "forvaltningschef ANNA"), "members/0/id"),
	        member_id("anna"));
	cr_assert_eq(json_array_size(at(ok(kalle, "member.list", "{s:s}", "query", "%"), "members")), 0,
	        "a sign of LIKE finds all");
	do {
		page = after ? ok(kalle, "member.list", "{s:i, s:s}", "limit", 5, "after", after)
		             : ok(kalle, "member.list", "{s:i}", "limit", 5);
		json_array_foreach(at(page, "members"), i, one)
		{
			cr_assert(!json_object_get(seen, text_at(one, "id")));
			json_object_set(seen, text_at(one, "id"), one);
		}
		after = has(page, "next") ? text_at(page, "next") : NULL;
	} while (after);
	cr_assert_eq(json_object_size(seen), 12);
	json_decref(seen);
	refused(kalle, KD_E_INVALID, "/after", "member.list", "{s:s}", "after", "x");
	cr_assert(has(ok(admin, "member.get", "{s:s}", "member", member_id("anna")), "mail"));
	cr_assert(has(ok(kalle, "member.get", "{s:s}", "member", member_id("kalle")), "mail"));
	cr_assert(!has(ok(kalle, "member.get", "{s:s}", "member", member_id("anna")), "mail"));
	refused(kalle, KD_E_NOT_FOUND, NULL, "member.get", "{s:s}", "member", member_id("sven"));
	world_stop(w);
}

Test(people, organisations_and_cohorts_are_added_once)
{
	struct world *w = world_start(1);
	struct person *admin = sign_in(w, 0, "admin"), *kalle = sign_in(w, 0, "kalle");
	ID_TEXT(organisation);
	ID_TEXT(cohort);
	const json_t *listed;

	open_since(admin, STREAM("network", NETWORK_STREAM), 0);
	ok(admin, "organisation.add", "{s:s, s:s, s:s, s:s}", "organisation", organisation, "kind", "company",
	        "short", "SISAB", "name", "Skolfastigheter i Stockholm AB");
	expect_event(admin, STREAM("network", NETWORK_STREAM), "organisation.added");
	refused(admin, KD_E_CONFLICT, NULL, "organisation.add", "{s:s, s:s, s:s, s:s}", "organisation",
	        new_id(), "kind", "company", "short", "SISAB", "name", "Annat");
	cr_assert(find_id(at(ok(kalle, "organisation.list", "{}"), "organisations"), organisation));
	ok(admin, "cohort.add", "{s:s, s:s, s:i, s:s}", "cohort", cohort, "track", "executive", "round", 3,
	        "name", "Omgång 3");
	refused(admin, KD_E_CONFLICT, NULL, "cohort.add", "{s:s, s:s, s:i, s:s}", "cohort", new_id(), "track",
	        "executive", "round", 3, "name", "Annan");
	ok(admin, "cohort.plan", "{s:s, s:[{s:s, s:i, s:s, s:s, s:s, s:s}]}", "cohort", cohort, "meetings",
	        "id", new_id(), "ordinal", 1, "theme_sv", "Innovation", "theme_en", "Innovation", "held_by",
	        "city", "held_on", "2026-03-01");
	refused(admin, KD_E_INVALID, "/meetings/0/held_on", "cohort.plan",
	        "{s:s, s:[{s:s, s:i, s:s, s:s, s:s, s:s}]}", "cohort", cohort, "meetings", "id", new_id(),
	        "ordinal", 1, "theme_sv", "x", "theme_en", "x", "held_by", "city", "held_on", "2026-02-30");
	listed = find_id(at(ok(kalle, "cohort.list", "{}"), "cohorts"), cohort);
	cr_assert_str_eq(text_at(listed, "meetings/0/held_on"), "2026-03-01");
	world_stop(w);
}

/* Z6: nobody promotes oneself, nor a cohort's facilitator anybody. */
Test(people, nobody_gives_oneself_a_role)
{
	struct world *w = world_start(1);
	struct person *admin = sign_in(w, 0, "admin"), *netta = sign_in(w, 0, "netta"),
	              *fred = sign_in(w, 0, "fred"), *lone = sign_in(w, 0, "lone");
	char *before = digest(w);

	refused(admin, KD_E_FORBIDDEN, NULL, "role.grant", "{s:s, s:s, s:s}", "member", member_id("admin"),
	        "role", "facilitator", "scope", "network");
	refused(netta, KD_E_FORBIDDEN, NULL, "role.grant", "{s:s, s:s}", "member", member_id("netta"), "role",
	        "administrator");
	refused(netta, KD_E_FORBIDDEN, NULL, "role.grant", "{s:s, s:s}", "member", member_id("lone"), "role",
	        "administrator");
	refused(netta, KD_E_FORBIDDEN, NULL, "role.grant", "{s:s, s:s, s:s}", "member", member_id("lone"),
	        "role", "facilitator", "scope", "network");
	refused(netta, KD_E_NOT_FOUND, NULL, "role.grant", "{s:s, s:s, s:s, s:s}", "member",
	        member_id("lone"), "role", "facilitator", "scope", "space", "scope_id",
	        SPACE(IN_PRIVATE)); /* cannot see it */
	refused(fred, KD_E_FORBIDDEN, NULL, "role.grant", "{s:s, s:s, s:s, s:s}", "member", member_id("lone"),
	        "role", "facilitator", "scope", "cohort", "scope_id", COHORT_E1);
	refused(fred, KD_E_FORBIDDEN, NULL, "cohort.add_member", "{s:s, s:s}", "cohort", COHORT_E1, "member",
	        member_id("fred"));
	refused(fred, KD_E_FORBIDDEN, NULL, "cohort.add_member", "{s:s, s:s}", "cohort", COHORT_E2, "member",
	        member_id("lone"));
	refused(lone, KD_E_FORBIDDEN, NULL, "role.grant", "{s:s, s:s}", "member", member_id("lone"), "role",
	        "administrator");
	unchanged(w, before);
	ok(netta, "role.grant", "{s:s, s:s, s:s, s:s}", "member", member_id("lone"), "role", "facilitator",
	        "scope", "cohort", "scope_id", COHORT_E1);
	world_stop(w);
}

Test(people, the_last_administrator_stays)
{
	struct world *w = world_start(2);
	struct person *admin = sign_in(w, 0, "admin"), *lone;

	refused(admin, KD_E_CONFLICT, NULL, "member.suspend", "{s:s}", "member", member_id("admin"));
	refused(admin, KD_E_CONFLICT, NULL, "role.revoke", "{s:s, s:s}", "member", member_id("admin"), "role",
	        "administrator");
	ok(admin, "role.grant", "{s:s, s:s}", "member", member_id("sven"), "role",
	        "administrator"); /* suspended: does not count */
	refused(admin, KD_E_CONFLICT, NULL, "role.revoke", "{s:s, s:s}", "member", member_id("admin"), "role",
	        "administrator");
	for (int round = 0; round < 8;
	        round++) { /* two who take it from each other at once: one of them is left */
		int64_t one, two;
		json_t *first, *second;

		sql(w, "UPDATE member SET is_administrator = true WHERE id IN ('" FIXTURE_ID(
		               "0b001") "', '" FIXTURE_ID("0b010") "')");
		reconnect(admin, 0);
		lone = sign_in(w, 1, "lone");
		one = ask_soon(admin, "role.revoke", "{s:s, s:s}", "member", member_id("lone"), "role",
		        "administrator");
		two = ask_soon(lone, "role.revoke", "{s:s, s:s}", "member", member_id("admin"), "role",
		        "administrator");
		first = client_answer(admin->client, one, ANSWER_MS);
		second = client_answer(lone->client, two, ANSWER_MS);
		cr_assert_eq(has(first, "result") + has(second, "result"), 1, "%s %s", json_dumps(first, 0),
		        json_dumps(second, 0));
		json_decref(first);
		json_decref(second);
		leave(lone);
	}
	world_stop(w);
}

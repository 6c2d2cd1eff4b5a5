/* Spaces: who makes, changes and archives them, and who belongs to private ones. */
#include "steps.h"
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#define PRIVATE SPACE(IN_PRIVATE)

static const json_t *space_seen(struct person *p, const char *space)
{
	return find_id(at(ok(p, "space.list", "{}"), "spaces"), space);
}

Test(space, each_sees_what_is_open_to_them)
{
	struct world *w = world_start(1);
	static const struct {
		const char *who;
		size_t count;
	} expected[] = { { "anna", 6 }, { "olle", 5 }, { "eva", 4 }, { "kalle", 3 }, { "lone", 3 },
		{ "fred", 4 }, { "admin", 5 }, { "netta", 5 }, { "stina", 4 } };

	for (size_t i = 0; i < sizeof expected / sizeof *expected; i++) {
		struct person *p = sign_in(w, 0, expected[i].who);
		json_t *spaces = ok(p, "space.list", "{}");

		cr_assert_eq(json_array_size(at(spaces, "spaces")), expected[i].count, "%s sees %s", p->who,
		        json_dumps(spaces, 0));
	}
	world_stop(w);
}

Test(space, facilitators_make_open_ones_and_anybody_a_private_one)
{
	struct world *w = world_start(1);
	struct person *netta = sign_in(w, 0, "netta"), *fred = sign_in(w, 0, "fred"),
	              *lone = sign_in(w, 0, "lone"), *olle = sign_in(w, 0, "olle");
	char *before = digest(w);
	ID_TEXT(cohort);
	ID_TEXT(own);

	refused(lone, KD_E_FORBIDDEN, NULL, "space.create", "{s:s, s:s, s:s}", "space", new_id(), "name", "x",
	        "openness", "network");
	refused(fred, KD_E_FORBIDDEN, NULL, "space.create", "{s:s, s:s, s:s}", "space", new_id(), "name", "x",
	        "openness", "network");
	refused(fred, KD_E_FORBIDDEN, NULL, "space.create", "{s:s, s:s, s:s, s:s}", "space", new_id(), "name",
	        "x", "openness", "cohort", "cohort", COHORT_E2);
	refused(netta, KD_E_INVALID, "/cohort", "space.create", "{s:s, s:s, s:s, s:s}", "space", new_id(),
	        "name", "x", "openness", "cohort", "cohort", new_id());
	refused(netta, KD_E_INVALID, "/track", "space.create", "{s:s, s:s, s:s}", "space", new_id(), "name",
	        "x", "openness", "track");
	refused(netta, KD_E_CONFLICT, NULL, "space.create", "{s:s, s:s, s:s}", "space", PRIVATE, "name", "x",
	        "openness", "network");
	refused(lone, KD_E_CONFLICT, NULL, "space.create", "{s:s, s:s, s:s}", "space", PRIVATE, "name", "x",
	        "openness", "private");
	unchanged(w, before);
	ok(fred, "space.create", "{s:s, s:s, s:s, s:s}", "space", cohort, "name", "Omgång 1", "openness",
	        "cohort", "cohort", COHORT_E1);
	cr_assert(space_seen(olle, cohort) && !space_seen(lone, cohort));
	ok(lone, "space.create", "{s:s, s:s, s:s}", "space", own, "name", "Mitt", "openness", "private");
	cr_assert(json_is_true(at(space_seen(lone, own), "may_moderate")) &&
	          json_is_true(at(space_seen(lone, own), "is_member")));
	cr_assert(!space_seen(olle, own) && !space_seen(netta, own));
	world_stop(w);
}

Test(space, who_has_just_made_a_private_space_uses_it_at_once)
{
	struct world *w = world_start(2);
	struct person *lone = sign_in(w, 0, "lone"), *again = sign_in(w, 1, "lone");
	ID_TEXT(space);
	ID_TEXT(thread);
	int64_t ids[3];
	char stream[64];

	snprintf(stream, sizeof stream, "space:%s", space);
	ids[0] = ask_soon(lone, "space.create", "{s:s, s:s, s:s}", "space", space, "name", "Mitt", "openness",
	        "private");
	answers_ok(lone, ids, 1);
	ids[1] = ask_soon(lone, "thread.create", "{s:s, s:s, s:s, s:s, s:s}", "thread", thread, "post",
	        new_id(), "space", space, "title", "t", "text", "x");
	answers_ok(lone, ids + 1, 1);
	cr_assert_eq(int_at(open_stream(lone, stream), "seq"), 1);
	wait_ms(1200); /* the other node hears of it within a second */
	cr_assert_str_eq(text_at(open_since(again, stream, 0), "events/0/type"), "space.created");
	world_stop(w);
}

Test(space, its_facilitators_take_members_in_and_out)
{
	struct world *w = world_start(1);
	struct person *stina = sign_in(w, 0, "stina"), *anna = sign_in(w, 0, "anna"),
	              *lone = sign_in(w, 0, "lone"), *admin = sign_in(w, 0, "admin");

	refused(anna, KD_E_FORBIDDEN, NULL, "space.add_member", "{s:s, s:s}", "space", PRIVATE, "member",
	        member_id("olle"));
	refused(admin, KD_E_NOT_FOUND, NULL, "space.add_member", "{s:s, s:s}", "space", PRIVATE, "member",
	        member_id("admin"));
	refused(stina, KD_E_CONFLICT, NULL, "space.add_member", "{s:s, s:s}", "space", PRIVATE, "member",
	        member_id("anna"));
	refused(stina, KD_E_NOT_FOUND, NULL, "space.add_member", "{s:s, s:s}", "space", PRIVATE, "member",
	        new_id());
	open_since(anna, STREAM("member", FIXTURE_ID("0b006")), 0);
	ok(stina, "space.remove_member", "{s:s, s:s}", "space", PRIVATE, "member", member_id("anna"));
	cr_assert_str_eq(text_at(expect_event(anna, STREAM("member", FIXTURE_ID("0b006")), "space.left"),
	                         "body/space"),
	        PRIVATE);
	refused(anna, KD_E_NOT_FOUND, NULL, "space.get", "{s:s}", "space", PRIVATE);
	refused(stina, KD_E_CONFLICT, NULL, "space.remove_member", "{s:s, s:s}", "space", PRIVATE, "member",
	        member_id("stina"));
	ok(stina, "space.add_member", "{s:s, s:s}", "space", PRIVATE, "member", member_id("anna"));
	ok(anna, "space.remove_member", "{s:s, s:s}", "space", PRIVATE, "member",
	        member_id("anna")); /* leaves */
	refused(lone, KD_E_NOT_FOUND, NULL, "space.remove_member", "{s:s, s:s}", "space", PRIVATE, "member",
	        member_id("stina"));
	refused(admin, KD_E_CONFLICT, NULL, "space.add_member", "{s:s, s:s}", "space", SPACE(IN_NETWORK),
	        "member", member_id("lone"));
	world_stop(w);
}

/* Each of two may leave while the other stays; together they would leave the space to nobody. */
Test(space, two_who_leave_at_once_do_not_leave_it_empty)
{
	struct world *w = world_start(2);
	struct person *stina = sign_in(w, 0, "stina"), *anna = sign_in(w, 1, "anna");

	for (int round = 0; round < 10; round++) {
		int64_t one = ask_soon(stina, "space.remove_member", "{s:s, s:s}", "space", PRIVATE, "member",
		        member_id("stina"));
		int64_t two = ask_soon(anna, "space.remove_member", "{s:s, s:s}", "space", PRIVATE, "member",
		        member_id("anna"));
		json_t *first = client_answer(stina->client, one, ANSWER_MS),
		       *second = client_answer(anna->client, two, ANSWER_MS);

		cr_assert_eq(has(first, "result") + has(second, "result"), 1, "%s %s", json_dumps(first, 0),
		        json_dumps(second, 0));
		sql(w, has(first, "result") ? "INSERT INTO space_member VALUES ('" PRIVATE
		                              "', '" FIXTURE_ID("0b004") "')"
		                            : "INSERT INTO space_member VALUES ('" PRIVATE
		                              "', '" FIXTURE_ID("0b006") "')");
		reconnect(has(first, "result") ? stina : anna,
		        has(first, "result") ? 0 : 1); /* rights are read again */
		json_decref(first);
		json_decref(second);
	}
	world_stop(w);
}

Test(space, its_facilitators_change_and_archive_it)
{
	struct world *w = world_start(1);
	struct person *stina = sign_in(w, 0, "stina"), *anna = sign_in(w, 0, "anna"),
	              *lone = sign_in(w, 0, "lone");
	static const char *const stream = STREAM("space", PRIVATE);
	json_t *event;

	open_stream(anna, stream);
	refused(stina, KD_E_INVALID, NULL, "space.update", "{s:s}", "space", PRIVATE);
	refused(anna, KD_E_FORBIDDEN, NULL, "space.update", "{s:s, s:s}", "space", PRIVATE, "name", "x");
	refused(lone, KD_E_NOT_FOUND, NULL, "space.update", "{s:s, s:s}", "space", PRIVATE, "name", "x");
	ok(stina, "space.update", "{s:s, s:s, s:b}", "space", PRIVATE, "description", "ny", "archived", 1);
	event = expect_event(anna, stream, "space.changed");
	cr_assert(json_is_true(at(event, "body/archived")) && !has(event, "body/name"));
	refused(anna, KD_E_FORBIDDEN, NULL, "post.create", "{s:s, s:s, s:s}", "thread", THREAD(IN_PRIVATE),
	        "post", new_id(), "text", "x");
	refused(stina, KD_E_FORBIDDEN, NULL, "space.add_member", "{s:s, s:s}", "space", PRIVATE, "member",
	        member_id("lone"));
	ok(stina, "space.update", "{s:s, s:b}", "space", PRIVATE, "archived", 0);
	post_in(anna, THREAD(IN_PRIVATE), "x");
	cr_assert_str_eq(text_at(ok(anna, "space.get", "{s:s}", "space", PRIVATE), "description"), "ny");
	world_stop(w);
}

/* Rights that change while people are connected: what ends, ends everywhere within two seconds; what is
 * given, is there. */
#include "steps.h"
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#define SOON_MS 2000
#define PRIVATE_THREAD STREAM("thread", THREAD(IN_PRIVATE))

static void closed_soon(struct person *p, int64_t since_ms)
{
	expect_closed(p, 4401);
	cr_assert_leq(now_ms() - since_ms, SOON_MS, "%s was closed after %lld ms", p->who,
	        (long long)(now_ms() - since_ms));
}

/* The stream is told to be closed, without another event of it. */
static void stream_ends(struct person *p, const char *stream)
{
	int64_t before = now_ms();

	for (;;) {
		json_t *notice = client_next(p->client, SOON_MS);

		must(notice, "%s is not told that %s has ended", p->who, stream);
		json_array_append_new(p->kept, notice);
		if (strcmp(text_at(notice, "method"), "stream.closed") != 0)
			continue;
		must(strcmp(text_at(notice, "params/stream"), stream) == 0 &&
		                strcmp(text_at(notice, "params/reason"), "no_access") == 0,
		        "%s", json_dumps(notice, 0));
		cr_assert_leq(now_ms() - before, SOON_MS);
		return;
	}
}

Test(rights, a_revoked_session_is_closed_on_every_node)
{
	struct world *w = world_start(2);
	struct person *anna = sign_in(w, 0, "anna"), *one, *two, *gone;
	json_t *made = ok(anna, "token.create", "{s:s, s:i}", "name", "skript", "days", 1);
	char err[CLIENT_ERR_SIZE], url[64];
	struct client *c;
	int64_t before;

	one = sign_in_with(w, 0, "anna", text_at(made, "token"));
	two = sign_in_with(w, 1, "anna", text_at(made, "token"));
	gone = sign_in_with(w, 1, "anna", text_at(made, "token"));
	ok(one, "me.get", "{}");
	ok(two, "me.get", "{}");
	leave(gone);
	before = now_ms();
	ok(anna, "session.revoke", "{s:s}", "session", text_at(made, "session"));
	closed_soon(one, before);
	closed_soon(two, before);
	ok(anna, "me.get", "{}"); /* the other session lives on */
	refused(anna, KD_E_NOT_FOUND, NULL, "session.revoke", "{s:s}", "session", text_at(made, "session"));
	c = client_connect(node_url(w, 1, url), text_at(made, "token"), err);
	cr_assert(!c || (client_wait_closed(c, ANSWER_MS) && client_close_code(c) == 4401),
	        "a revoked token signs in");
	client_drop(c);
	world_stop(w);
}

Test(rights, a_suspended_member_is_shut_out_everywhere_until_reinstated)
{
	struct world *w = world_start(2);
	struct person *admin = sign_in(w, 0, "admin"), *one = sign_in(w, 0, "olle"),
	              *two = sign_in(w, 1, "olle"), *kalle = sign_in(w, 1, "kalle");
	char token[44], url[64], err[CLIENT_ERR_SIZE];
	struct client *c;
	int64_t before;

	ok(one, "me.get", "{}");
	open_stream(two, STREAM("thread", THREAD(IN_NETWORK)));
	before = now_ms();
	ok(admin, "member.suspend", "{s:s}", "member", member_id("olle"));
	closed_soon(one, before);
	closed_soon(two, before);
	cr_assert(!find_id(at(ok(kalle, "member.list", "{}"), "members"), member_id("olle")));
	cr_assert(find_id(at(ok(admin, "member.list", "{}"), "members"), member_id("olle")));
	refused(kalle, KD_E_NOT_FOUND, NULL, "member.get", "{s:s}", "member", member_id("olle"));
	c = client_connect(node_url(w, 0, url), member_token("olle", token), err);
	cr_assert(c && client_wait_closed(c, ANSWER_MS) && client_close_code(c) == 4401);
	client_drop(c);
	ok(admin, "member.reinstate", "{s:s}", "member", member_id("olle"));
	c = client_connect(node_url(w, 0, url), token, err); /* old sessions do not come back */
	cr_assert(c && client_wait_closed(c, ANSWER_MS) && client_close_code(c) == 4401);
	client_drop(c);
	cr_assert(find_id(at(ok(kalle, "member.list", "{}"), "members"), member_id("olle")));
	world_stop(w);
}

Test(rights, who_leaves_a_private_space_hears_no_more_of_it)
{
	struct world *w = world_start(2);
	struct person *stina = sign_in(w, 0, "stina"), *one = sign_in(w, 0, "anna"),
	              *two = sign_in(w, 1, "anna");
	json_int_t seq = int_at(open_stream(one, PRIVATE_THREAD), "seq");

	open_stream(two, PRIVATE_THREAD);
	open_stream(two, STREAM("board", BOARD(IN_PRIVATE)));
	ok(two, "stream.close", "{s:s}", "stream", STREAM("board", BOARD(IN_PRIVATE)));
	ok(stina, "space.remove_member", "{s:s, s:s}", "space", SPACE(IN_PRIVATE), "member",
	        member_id("anna"));
	one->who = two->who =
	        "f.d. anna"; /* from here on no word of it may come: the harness looks at each byte */
	stream_ends(one, PRIVATE_THREAD);
	stream_ends(two, PRIVATE_THREAD);
	post_in(stina, THREAD(IN_PRIVATE), "privatkanarie efteråt");
	expect_no_event(one);
	expect_no_event(two);
	refused(one, KD_E_NOT_FOUND, NULL, "stream.open", "{s:s, s:I}", "stream", PRIVATE_THREAD, "since",
	        seq);
	refused(two, KD_E_NOT_FOUND, NULL, "stream.open", "{s:s, s:I}", "stream", PRIVATE_THREAD, "since",
	        (json_int_t)0);
	refused(two, KD_E_NOT_FOUND, NULL, "post.create", "{s:s, s:s, s:s}", "thread", THREAD(IN_PRIVATE),
	        "post", new_id(), "text", "x");
	world_stop(w);
}

/* What stands in the queue of a socket that takes nothing is taken back when the right to see it ends. */
Test(rights, queued_events_are_taken_back)
{
	struct world *w = world_start(1);
	struct person *stina = sign_in(w, 0, "stina"), *anna = sign_in(w, 0, "anna");
	char *text = malloc(30001);
	int small = 16 * 1024, big = 1 << 20, heard = 0;

	setsockopt(client_fd(anna->client), SOL_SOCKET, SO_RCVBUF, &small, sizeof small);
	open_stream(anna, PRIVATE_THREAD);
	memset(text, 'x', 30000);
	text[30000] = '\0';
	for (int i = 0; i < 150; i++)
		post_in(stina, THREAD(IN_PRIVATE), text);
	ok(stina, "space.remove_member", "{s:s, s:s}", "space", SPACE(IN_PRIVATE), "member",
	        member_id("anna"));
	for (int64_t until = now_ms() + SOON_MS; metric_of(w, 0, "korsdrag_net_dropped_total") == 0;)
		cr_assert_lt(now_ms(), until, "nothing was taken back");
	setsockopt(client_fd(anna->client), SOL_SOCKET, SO_RCVBUF, &big, sizeof big);
	for (bool is_closed = false; !is_closed; heard++) {
		json_t *notice = client_next(anna->client, ANSWER_MS);

		must(notice, "anna is not told that the stream has ended");
		is_closed = strcmp(text_at(notice, "method"), "stream.closed") == 0;
		json_decref(notice);
	}
	cr_assert_lt(heard, 150, "all of it was sent");
	expect_no_event(anna);
	free(text);
	world_stop(w);
}

/* Hears everything: once the stream is said to be closed, no answer may hold any of it. */
static int told_afterwards;
static bool is_said_closed;

static void hear_the_end(void *owner, const char *text, size_t len)
{
	(void)owner;
	if (memmem(text, len, "\"stream.closed\"", 15))
		is_said_closed = true;
	else if (is_said_closed && memmem(text, len, "\"result\"", 8) &&
	         memmem(text, len, "\"thread.created\"", 16))
		told_afterwards++;
}

Test(rights, opening_while_the_right_ends_brings_nothing_afterwards)
{
	struct world *w = world_start(1);
	struct person *stina = sign_in(w, 0, "stina"), *anna = sign_in(w, 0, "anna");

	for (int round = 0; round < 10; round++) {
		int64_t ids[60], leaving;

		is_said_closed = false;
		client_tap(anna->client, hear_the_end, NULL);
		open_stream(anna, PRIVATE_THREAD);
		leaving = ask_soon(stina, "space.remove_member", "{s:s, s:s}", "space", SPACE(IN_PRIVATE),
		        "member", member_id("anna"));
		for (int i = 0; i < 60; i++)
			ids[i] = ask_soon(
			        anna, "stream.open", "{s:s, s:i}", "stream", PRIVATE_THREAD, "since", 0);
		answers_ok(stina, &leaving, 1);
		for (int i = 0; i < 60; i++)
			json_decref(client_answer(anna->client, ids[i], ANSWER_MS));
		wait_ms(50);
		refused(anna, KD_E_NOT_FOUND, NULL, "stream.open", "{s:s}", "stream", PRIVATE_THREAD);
		cr_assert(is_said_closed);
		cr_assert_eq(told_afterwards, 0, "%d answers held it after the stream was closed",
		        told_afterwards);
		ok(stina, "space.add_member", "{s:s, s:s}", "space", SPACE(IN_PRIVATE), "member",
		        member_id("anna"));
		reconnect(anna, 0);
	}
	cr_assert_eq(metric_of(w, 0, "korsdrag_subscriptions"), 0);
	world_stop(w);
}

Test(rights, a_role_takes_effect_on_every_node_when_given_and_taken)
{
	struct world *w = world_start(2);
	struct person *admin = sign_in(w, 0, "admin"), *lone = sign_in(w, 1, "lone");
	static const char *const own = STREAM("member", FIXTURE_ID("0b010"));

	open_since(lone, own, 0);
	refused(lone, KD_E_NOT_FOUND, NULL, "stream.open", "{s:s}", "stream",
	        STREAM("thread", THREAD(IN_TRACK)));
	cr_assert(has(ok(admin, "role.grant", "{s:s, s:s, s:s}", "member", member_id("lone"), "role",
	                      "facilitator", "scope", "network"),
	        "grant"));
	expect_event(lone, own, "role.granted"); /* whoever hears of a right may use it at once */
	lone->who = "netta";                     /* sees what network facilitators see */
	open_stream(lone, STREAM("thread", THREAD(IN_TRACK)));
	ok(lone, "thread.rename", "{s:s, s:s}", "thread", THREAD(IN_TRACK), "title", "spårkanarie två");
	expect_event(lone, STREAM("thread", THREAD(IN_TRACK)), "thread.renamed");
	refused(admin, KD_E_CONFLICT, NULL, "role.grant", "{s:s, s:s, s:s}", "member", member_id("lone"),
	        "role", "facilitator", "scope", "network");
	ok(admin, "role.revoke", "{s:s, s:s, s:s}", "member", member_id("lone"), "role", "facilitator",
	        "scope", "network");
	lone->who = "lone";
	stream_ends(lone, STREAM("thread", THREAD(IN_TRACK)));
	refused(lone, KD_E_NOT_FOUND, NULL, "thread.rename", "{s:s, s:s}", "thread", THREAD(IN_TRACK),
	        "title", "x");
	ok(admin, "role.grant", "{s:s, s:s}", "member", member_id("lone"), "role", "administrator");
	wait_ms(1200);
	open_since(lone, STREAM("network", NETWORK_STREAM), 0);
	ok(admin, "role.revoke", "{s:s, s:s}", "member", member_id("lone"), "role", "administrator");
	stream_ends(lone, STREAM("network", NETWORK_STREAM));
	world_stop(w);
}

Test(rights, who_leaves_a_cohort_loses_its_spaces)
{
	struct world *w = world_start(2);
	struct person *fred = sign_in(w, 0, "fred"), *olle = sign_in(w, 1, "olle");

	open_stream(olle, STREAM("board", BOARD(IN_COHORT)));
	open_stream(olle, STREAM("board", BOARD(IN_TRACK)));
	open_stream(olle, STREAM("board", BOARD(IN_NETWORK)));
	ok(fred, "cohort.remove_member", "{s:s, s:s}", "cohort", COHORT_E1, "member", member_id("olle"));
	olle->who = "lone";
	expect_notice(olle, "stream.closed"); /* the cohort's and the track's, in any order */
	expect_notice(olle, "stream.closed");
	cr_assert_eq(json_array_size(at(ok(olle, "space.list", "{}"), "spaces")), 3);
	card_on(olle, BOARD(IN_NETWORK), new_id(), "a8");
	expect_event(olle, STREAM("board", BOARD(IN_NETWORK)), "card.created");
	ok(fred, "cohort.add_member", "{s:s, s:s}", "cohort", COHORT_E1, "member", member_id("olle"));
	wait_ms(1200);
	olle->who = "olle";
	open_stream(olle, STREAM("board", BOARD(IN_COHORT)));
	world_stop(w);
}

/* Z4: a private space's words reach nobody else, whatever they ask for; the harness looks at each message's
 * bytes. */
Test(rights, a_private_word_reaches_nobody_else)
{
	struct world *w = world_start(2);
	struct person *stina = sign_in(w, 0, "stina");
	static const char *const strangers[] = { "admin", "netta", "fred", "bert", "olle", "eva", "kalle",
		"lone", "nils", "tove" };
	static const char *const streams[] = { STREAM("space", SPACE(IN_PRIVATE)), PRIVATE_THREAD,
		STREAM("board", BOARD(IN_PRIVATE)) };

	for (size_t i = 0; i < sizeof strangers / sizeof *strangers; i++) {
		struct person *p = sign_in(w, (int)i % 2, strangers[i]);

		ok(p, "feed.watch", "{s:[s, s, s, s]}", "topics", "threads", "boards", "spaces", "people");
		for (size_t k = 0; k < 3; k++) {
			refused(p, KD_E_NOT_FOUND, NULL, "stream.open", "{s:s}", "stream", streams[k]);
			refused(p, KD_E_NOT_FOUND, NULL, "stream.open", "{s:s, s:i}", "stream", streams[k],
			        "since", 0);
		}
		open_stream(p, STREAM("board", BOARD(IN_NETWORK)));
	}
	open_stream(stina, STREAM("board", BOARD(IN_PRIVATE)));
	post_in(stina, THREAD(IN_PRIVATE), "privatkanarie igen");
	ok(stina, "thread.rename", "{s:s, s:s}", "thread", THREAD(IN_PRIVATE), "title", "privatkanarie tre");
	ok(stina, "space.update", "{s:s, s:s}", "space", SPACE(IN_PRIVATE), "description",
	        "privatkanarie fyra");
	ok(stina, "card.edit", "{s:s, s:s, s:s, s:i}", "board", BOARD(IN_PRIVATE), "card", CARD(IN_PRIVATE),
	        "text", "privatkanarie fem", "revision", 1);
	ok(stina, "space.add_member", "{s:s, s:s}", "space", SPACE(IN_PRIVATE), "member", member_id("tove"));
	ok(stina, "space.remove_member", "{s:s, s:s}", "space", SPACE(IN_PRIVATE), "member",
	        member_id("tove"));
	for (struct person *p = w->people; p; p = p->next) {
		if (p == stina)
			continue;
		ok(p, "space.list", "{}");
		ok(p, "thread.list", "{s:i}", "limit", 50);
		ok(p, "board.list", "{}");
		ok(p, "member.list", "{s:i}", "limit", 100);
		ok(p, "member.get", "{s:s}", "member", member_id("stina"));
		refused(p, KD_E_NOT_FOUND, NULL, "thread.list", "{s:s}", "space", SPACE(IN_PRIVATE));
		refused(p, KD_E_NOT_FOUND, NULL, "post.create", "{s:s, s:s, s:s}", "thread",
		        THREAD(IN_PRIVATE), "post", POST(IN_PRIVATE), "text", "x");
	}
	wait_ms(1200);
	for (struct person *p = w->people; p; p = p->next) {
		json_t *notice;

		while (p != stina && (notice = client_next(p->client, 0))) {
			char *text = json_dumps(notice, 0);
			/* Tove was let in for a moment, and may have been told then that the space has changed. */
			bool may_know_space = strcmp(p->who, "tove") == 0 && strcmp(text_at(notice, "method"), "hint") == 0;

			cr_assert((may_know_space || !strstr(text, SPACE(IN_PRIVATE))) && !strstr(text, THREAD(IN_PRIVATE)) &&
			                  !strstr(text, BOARD(IN_PRIVATE)),
			        "%s is told of it: %s", p->who, text);
			free(text);
			json_decref(notice);
		}
	}
	world_stop(w);
}

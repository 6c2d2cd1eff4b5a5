/* Two nodes on one database behave as one, whatever dies. */
#include "replay.h"
#include "steps.h"
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#define HERE THREAD(IN_NETWORK)
#define HERE_STREAM STREAM("thread", HERE)
#define BOARD_STREAM STREAM("board", BOARD(IN_NETWORK))

static int number_of(struct world *w, const char *statement)
{
	char *text = sql_text(w, statement);
	int n = atoi(text);

	free(text);
	return n;
}

Test(nodes, what_one_writes_the_others_viewers_get)
{
	struct world *w = world_start(2);
	struct person *anna = sign_in(w, 0, "anna"), *kalle = sign_in(w, 1, "kalle");
	json_int_t seq = int_at(open_stream(kalle, HERE_STREAM), "seq");
	int64_t before = now_ms();

	open_stream(anna, HERE_STREAM);
	for (int i = 0; i < 20; i++) {
		post_in(i % 2 ? anna : kalle, HERE, "hej");
		hear_until(kalle, HERE_STREAM, seq + i, seq + i + 1);
		hear_until(anna, HERE_STREAM, seq + i, seq + i + 1);
	}
	cr_assert_lt(now_ms() - before, 5000, "the bus is not what brought it: %lld ms",
	        (long long)(now_ms() - before));
	expect_no_event(kalle);
	expect_no_event(anna);
	world_stop(w);
}

Test(nodes, both_write_one_board_at_once_and_both_hear_the_same)
{
	struct world *w = world_start(2);
	struct person *anna = sign_in(w, 0, "anna"), *kalle = sign_in(w, 1, "kalle");
	json_int_t seq = int_at(open_stream(kalle, BOARD_STREAM), "seq");
	int64_t mine[60], theirs[60];

	open_stream(anna, BOARD_STREAM);
	for (int i = 0; i < 60; i++) {
		mine[i] = ask_soon(anna, "card.resize", "{s:s, s:s, s:i, s:i}", "board", BOARD(IN_NETWORK),
		        "card", CARD(IN_NETWORK), "width", 100 + i, "height", 100);
		theirs[i] = ask_soon(kalle, "card.resize", "{s:s, s:s, s:i, s:i}", "board", BOARD(IN_NETWORK),
		        "card", CARD(IN_NETWORK), "width", 200 + i, "height", 100);
	}
	answers_ok(anna, mine, 60);
	answers_ok(kalle, theirs, 60);
	for (json_int_t i = seq; i < seq + 120; i++) {
		json_t *one = next_event(anna, BOARD_STREAM, ANSWER_MS),
		       *other = next_event(kalle, BOARD_STREAM, ANSWER_MS);

		cr_assert(one && other && int_at(one, "seq") == i + 1 && json_equal(one, other), "%s\n%s",
		        json_dumps(one, 0), json_dumps(other, 0));
	}
	world_stop(w);
}

Test(nodes, a_killed_node_loses_and_doubles_nothing)
{
	struct world *w = world_start(2);
	struct person *anna = sign_in(w, 0, "anna"), *kalle = sign_in(w, 0, "kalle"),
	              *eva = sign_in(w, 1, "eva");
	json_int_t seq = int_at(open_stream(kalle, BOARD_STREAM), "seq"), seen, head;
	char ops[40][CLIENT_ID_SIZE];
	int64_t asked[40];
	json_t *again;

	open_stream(eva, BOARD_STREAM);
	for (int i = 0; i < 40; i++) {
		client_new_id(ops[i]);
		asked[i] = ask_soon(anna, "card.create", "{s:s, s:s, s:s, s:s, s:i, s:i, s:s, s:s}", "board",
		        BOARD(IN_NETWORK), "card", ops[i], "text", "x", "colour", "kalk", "x", i, "y", 0,
		        "order", "a7", "op", ops[i]);
	}
	json_decref(client_answer(
	        anna->client, asked[3], ANSWER_MS)); /* some are acknowledged, most are under way */
	node_kill(w, 0);
	seen = seq;
	for (json_t *event; (event = next_event(kalle, BOARD_STREAM, 100));)
		cr_assert_eq(int_at(event, "seq"), ++seen);
	reconnect(anna, 1);
	reconnect(kalle, 1);
	for (int i = 0; i < 40; i++) { /* the outcome is unknown: the same op again, on the other node */
		json_t *answer = ask(anna, "card.create",
		        json_pack("{s:s, s:s, s:s, s:s, s:i, s:i, s:s, s:s}", "board", BOARD(IN_NETWORK),
		                "card", ops[i], "text", "x", "colour", "kalk", "x", i, "y", 0, "order", "a7",
		                "op", ops[i]));

		cr_assert(has(answer, "result"), "%s", json_dumps(answer, 0));
	}
	head = seq + 40;
	again = open_since(kalle, BOARD_STREAM, seen);
	cr_assert(!has(again, "snapshot"));
	seen += (json_int_t)json_array_size(at(again, "events"));
	cr_assert_eq(int_at(again, "seq"), seen);
	hear_until(kalle, BOARD_STREAM, seen, head);
	hear_until(eva, BOARD_STREAM, seq, head);
	expect_no_event(kalle);
	expect_no_event(eva);
	cr_assert_eq(number_of(w, "SELECT count(*) FROM event WHERE stream_id = '" BOARD(
	                                  IN_NETWORK) "' AND type = 'card.created'"),
	        42);
	cr_assert_eq(number_of(w, "SELECT head FROM stream WHERE id = '" BOARD(IN_NETWORK) "'"), head);
	world_stop(w);
}

Test(nodes, an_op_repeated_on_the_other_node_gets_its_first_answer)
{
	struct world *w = world_start(2);
	struct person *one = sign_in(w, 0, "anna"), *two = sign_in(w, 1, "anna"),
	              *kalle = sign_in(w, 1, "kalle");
	ID_TEXT(op);
	ID_TEXT(post);
	json_t *first, *second;

	open_stream(kalle, HERE_STREAM);
	first = ok(one, "post.create", "{s:s, s:s, s:s, s:s}", "thread", HERE, "post", post, "text",
	        "en gång", "op", op);
	post_in(one, HERE, "en till");
	second = ok(two, "post.create", "{s:s, s:s, s:s, s:s}", "thread", HERE, "post", post, "text",
	        "en gång", "op", op);
	cr_assert(json_equal(first, second));
	/* A token is told once only. */
	client_new_id(op);
	first = ok(one, "token.create", "{s:s, s:i, s:s}", "name", "skript", "days", 3, "op", op);
	second = ok(two, "token.create", "{s:s, s:i, s:s}", "name", "skript", "days", 3, "op", op);
	cr_assert(has(first, "token") && !has(second, "token"));
	cr_assert_str_eq(text_at(first, "session"), text_at(second, "session"));
	/* Another's op of the same number is another op. */
	ok(kalle, "post.create", "{s:s, s:s, s:s, s:s}", "thread", HERE, "post", new_id(), "text", "jag med",
	        "op", op);
	for (int i = 0; i < 3; i++)
		expect_event(kalle, HERE_STREAM, "post.created");
	expect_no_event(kalle);
	world_stop(w);
}

/* Two nodes get the same op at once (a client that gave up on the first too soon): done once, answered twice
 * alike. */
Test(nodes, an_op_sent_to_both_nodes_at_once_is_done_once)
{
	struct world *w = world_start(2);
	struct person *one = sign_in(w, 0, "anna"), *two = sign_in(w, 1, "anna");

	for (int round = 0; round < 20; round++) {
		ID_TEXT(op);
		int64_t a = ask_soon(one, "post.create", "{s:s, s:s, s:s, s:s}", "thread", HERE, "post", op,
		        "text", "x", "op", op);
		int64_t b = ask_soon(two, "post.create", "{s:s, s:s, s:s, s:s}", "thread", HERE, "post", op,
		        "text", "x", "op", op);
		json_t *first = client_answer(one->client, a, ANSWER_MS),
		       *second = client_answer(two->client, b, ANSWER_MS);

		cr_assert(has(first, "result") && json_equal(at(first, "result"), at(second, "result")),
		        "%s %s", json_dumps(first, 0), json_dumps(second, 0));
		json_decref(first);
		json_decref(second);
	}
	cr_assert_eq(number_of(w, "SELECT count(*) FROM post WHERE thread_id = '" HERE "'"), 23);
	world_stop(w);
}

/* All of a node's connections to PostgreSQL are cut again and again while people write: who is told
 * `unavailable` asks again with the same op, and in the end each change stands once. */
Test(nodes, cut_connections_to_postgresql_lose_and_double_nothing)
{
	struct world *w = world_start(2);
	struct person *anna = sign_in(w, 0, "anna"), *kalle = sign_in(w, 1, "kalle");
	json_int_t seq = int_at(open_stream(kalle, HERE_STREAM), "seq");
	int again = 0;

	for (int i = 0; i < 120; i++) {
		ID_TEXT(op);
		json_t *answer;

		if (i % 12 == 6)
			sql(w, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = "
			       "current_database() AND usename = 'korsdrag'");
		for (;;) {
			answer = ask(anna, "post.create",
			        json_pack("{s:s, s:s, s:s, s:s}", "thread", HERE, "post", op, "text", "x",
			                "op", op));
			if (has(answer, "result"))
				break;
			cr_assert_eq(
			        int_at(answer, "error/code"), KD_E_UNAVAILABLE, "%s", json_dumps(answer, 0));
			cr_assert_lt(++again, 300);
			wait_ms(20);
		}
		cr_assert_eq(int_at(answer, "result/seq"), seq + 1 + i);
	}
	hear_until(kalle, HERE_STREAM, seq, seq + 120);
	expect_no_event(kalle);
	cr_assert_eq(number_of(w, "SELECT count(*) FROM post WHERE thread_id = '" HERE "'"), 123);
	world_stop(w);
}

/* A notification that nobody heard costs a second, not the event. */
Test(nodes, a_lost_notification_is_made_up_for_by_the_heads)
{
	struct world *w = world_start(2);
	struct person *anna = sign_in(w, 0, "anna"), *kalle = sign_in(w, 1, "kalle");
	json_int_t seq = int_at(open_stream(kalle, HERE_STREAM), "seq");
	int64_t before;

	for (int i = 0; i < 3; i++) {
		sql(w, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = "
		       "current_database() AND query ILIKE '%listen%' "
		       "AND pid <> pg_backend_pid()");
		post_in(anna, HERE, "hörs du?");
		before = now_ms();
		hear_until(kalle, HERE_STREAM, seq + i, seq + i + 1);
		cr_assert_lt(now_ms() - before, 2000, "it took %lld ms", (long long)(now_ms() - before));
	}
	world_stop(w);
}

/* The same for what nobody has said at all: rows that an operator's command has written. */
Test(nodes, what_was_written_without_a_word_is_seen_within_two_seconds)
{
	struct world *w = world_start(1);
	struct person *lone = sign_in(w, 0, "lone");
	int64_t before;

	open_since(lone, STREAM("member", FIXTURE_ID("0b010")), 0);
	free(operator_command(w, NULL, "admin|lone@test.example|Lone"));
	before = now_ms();
	expect_event(lone, STREAM("member", FIXTURE_ID("0b010")), "role.granted");
	cr_assert_lt(now_ms() - before, 2000);
	cr_assert(json_is_true(at(ok(lone, "me.get", "{}"), "is_administrator")));
	open_since(lone, STREAM("network", NETWORK_STREAM), 0);
	world_stop(w);
}

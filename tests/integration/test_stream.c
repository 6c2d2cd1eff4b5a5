/* Streams: what is missed is given, in order and once; who reads slowly misses nothing and holds up nobody.
 */
#include "steps.h"
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#define HERE THREAD(IN_NETWORK)
#define HERE_STREAM STREAM("thread", HERE)
#define BOARD_STREAM STREAM("board", BOARD(IN_NETWORK))

Test(stream, a_snapshot_and_then_every_event)
{
	struct world *w = world_start(1);
	struct person *anna = sign_in(w, 0, "anna"), *kalle = sign_in(w, 0, "kalle");
	json_t *opened = open_stream(kalle, HERE_STREAM), *event;

	cr_assert_eq(json_array_size(at(opened, "snapshot/posts")), 3);
	cr_assert(!has(opened, "events"));
	post_in(anna, HERE, "hej");
	event = expect_event(kalle, HERE_STREAM, "post.created");
	cr_assert_eq(int_at(event, "seq"), int_at(opened, "seq") + 1);
	cr_assert_str_eq(text_at(event, "actor"), member_id("anna"));
	expect_no_event(kalle);
	expect_no_event(anna); /* nobody hears of what they have not opened */
	world_stop(w);
}

Test(stream, ones_own_change_comes_back_with_its_op)
{
	struct world *w = world_start(1);
	struct person *anna = sign_in(w, 0, "anna");
	json_t *event;
	ID_TEXT(op);

	open_stream(anna, HERE_STREAM);
	ok(anna, "post.create", "{s:s, s:s, s:s, s:s}", "thread", HERE, "post", new_id(), "text", "x", "op",
	        op);
	event = expect_event(anna, HERE_STREAM, "post.created");
	cr_assert_str_eq(text_at(event, "op"), op);
	world_stop(w);
}

Test(stream, since_brings_what_was_missed_and_nothing_else)
{
	struct world *w = world_start(1);
	struct person *anna = sign_in(w, 0, "anna"), *kalle = sign_in(w, 0, "kalle");
	json_int_t seq = int_at(open_stream(kalle, HERE_STREAM), "seq");
	json_t *again;

	leave(kalle);
	for (int i = 0; i < 3; i++)
		post_in(anna, HERE, "hej");
	kalle = sign_in(w, 0, "kalle");
	again = open_since(kalle, HERE_STREAM, seq);
	cr_assert(!has(again, "snapshot"));
	cr_assert_eq(json_array_size(at(again, "events")), 3);
	for (int i = 0; i < 3; i++)
		cr_assert_eq(int_at(json_array_get(at(again, "events"), (size_t)i), "seq"), seq + 1 + i);
	cr_assert_eq(int_at(again, "seq"), seq + 3);
	again = open_since(kalle, HERE_STREAM, seq + 3); /* nothing missed */
	cr_assert(!has(again, "snapshot") && json_array_size(at(again, "events")) == 0);
	again = open_since(
	        kalle, HERE_STREAM, seq + 4); /* ahead of the server: whatever it holds is not ours */
	cr_assert(has(again, "snapshot") && int_at(again, "seq") == seq + 3);
	world_stop(w);
}

static void move_many(struct person *p, int count)
{
	int64_t ids[50];

	for (int sent = 0; sent < count;) {
		int n = 0;

		for (; n < 50 && sent < count; n++, sent++)
			ids[n] =
			        ask_soon(p, "card.resize", "{s:s, s:s, s:i, s:i}", "board", BOARD(IN_NETWORK),
			                "card", CARD(IN_NETWORK), "width", 100 + sent % 1000, "height", 100);
		answers_ok(p, ids, (size_t)n);
	}
}

Test(stream, a_thousand_missed_events_are_given_and_one_more_is_a_snapshot)
{
	struct world *w = world_start(1);
	struct person *anna = sign_in(w, 0, "anna"), *kalle = sign_in(w, 0, "kalle");
	json_int_t seq = int_at(open_stream(kalle, BOARD_STREAM), "seq");
	json_t *again;

	move_many(anna, 1001);
	hear_until(kalle, BOARD_STREAM, seq, seq + 1001); /* who stayed has heard each of them */
	again = open_since(kalle, BOARD_STREAM, seq + 1);
	cr_assert(!has(again, "snapshot"));
	cr_assert_eq(json_array_size(at(again, "events")), 1000);
	cr_assert_eq(int_at(json_array_get(at(again, "events"), 0), "seq"), seq + 2);
	again = open_since(kalle, BOARD_STREAM, seq);
	cr_assert(!has(again, "events") && has(again, "snapshot"));
	cr_assert_eq(int_at(again, "seq"), seq + 1001);
	cr_assert_gt(metric_of(w, 0, "korsdrag_journal_changes_total"),
	        metric_of(w, 0, "korsdrag_journal_commits_total"), "nothing was committed together");
	world_stop(w);
}

Test(stream, opened_twice_it_is_told_once)
{
	struct world *w = world_start(1);
	struct person *anna = sign_in(w, 0, "anna"), *kalle = sign_in(w, 0, "kalle");

	open_stream(kalle, HERE_STREAM);
	open_stream(kalle, HERE_STREAM);
	post_in(anna, HERE, "hej");
	expect_event(kalle, HERE_STREAM, "post.created");
	expect_no_event(kalle);
	cr_assert_eq(metric_of(w, 0, "korsdrag_subscriptions"), 1);
	world_stop(w);
}

/* Each opening while others write: the answer's number and the first event after it always fit together. */
Test(stream, opening_amid_a_storm_leaves_no_gap)
{
	struct world *w = world_start(2);
	struct person *anna = sign_in(w, 0, "anna"), *kalle = sign_in(w, 0, "kalle"),
	              *eva = sign_in(w, 1, "eva");
	int64_t ids[40];
	json_int_t seen = 0, other = 0, head;

	for (int round = 0; round < 10; round++) {
		for (int i = 0; i < 40; i++)
			ids[i] = ask_soon(anna, "card.resize", "{s:s, s:s, s:i, s:i}", "board",
			        BOARD(IN_NETWORK), "card", CARD(IN_NETWORK), "width", 100 + i, "height", 100);
		seen = int_at(
		        round % 2 ? open_since(kalle, BOARD_STREAM, seen) : open_stream(kalle, BOARD_STREAM),
		        "seq");
		other = int_at(
		        round % 2 ? open_stream(eva, BOARD_STREAM) : open_since(eva, BOARD_STREAM, other),
		        "seq");
		/* What came before the answer belongs to the subscription that it replaced. */
		for (json_t *old; (old = next_event(kalle, BOARD_STREAM, 0)) && int_at(old, "seq") > seen;)
			cr_assert_eq(int_at(old, "seq"), ++seen);
		for (json_t *old; (old = next_event(eva, BOARD_STREAM, 0)) && int_at(old, "seq") > other;)
			cr_assert_eq(int_at(old, "seq"), ++other);
		json_array_clear(kalle->events);
		json_array_clear(eva->events);
		ok(kalle, "stream.close", "{s:s}", "stream", BOARD_STREAM);
		ok(eva, "stream.close", "{s:s}", "stream", BOARD_STREAM);
		answers_ok(anna, ids, 40);
		json_array_clear(kalle->events);
		json_array_clear(eva->events);
	}
	head = int_at(open_since(anna, BOARD_STREAM, 0), "seq");
	cr_assert_geq(head, 400);
	world_stop(w);
}

Test(stream, a_closed_one_is_silent)
{
	struct world *w = world_start(1);
	struct person *anna = sign_in(w, 0, "anna"), *kalle = sign_in(w, 0, "kalle");

	open_stream(kalle, HERE_STREAM);
	ok(kalle, "stream.close", "{s:s}", "stream", HERE_STREAM);
	ok(kalle, "stream.close", "{s:s}", "stream", HERE_STREAM); /* nothing to close is no error */
	post_in(anna, HERE, "hej");
	expect_no_event(kalle);
	cr_assert_eq(metric_of(w, 0, "korsdrag_subscriptions"), 0);
	world_stop(w);
}

Test(stream, what_is_no_stream_of_yours_is_refused)
{
	struct world *w = world_start(1);
	struct person *kalle = sign_in(w, 0, "kalle"), *admin = sign_in(w, 0, "admin");

	refused(kalle, KD_E_INVALID, "/stream", "stream.open", "{s:s}", "stream", "nonsense:" HERE);
	refused(kalle, KD_E_INVALID, "/stream", "stream.open", "{s:s}", "stream", "thread");
	refused(kalle, KD_E_NOT_FOUND, NULL, "stream.open", "{s:s}", "stream",
	        STREAM("thread", BOARD(IN_NETWORK)));
	refused(kalle, KD_E_NOT_FOUND, NULL, "stream.open", "{s:s}", "stream",
	        STREAM("thread", THREAD(IN_TRACK)));
	refused(kalle, KD_E_NOT_FOUND, NULL, "stream.open", "{s:s, s:i}", "stream",
	        STREAM("thread", THREAD(IN_TRACK)), "since", 0);
	refused(kalle, KD_E_NOT_FOUND, NULL, "stream.open", "{s:s}", "stream",
	        STREAM("member", FIXTURE_ID("0b006")));
	refused(kalle, KD_E_NOT_FOUND, NULL, "stream.open", "{s:s}", "stream",
	        STREAM("network", NETWORK_STREAM));
	open_since(kalle, STREAM("member", FIXTURE_ID("0b009")), 0);
	open_since(admin, STREAM("network", NETWORK_STREAM), 0);
	cr_assert_eq(metric_of(w, 0, "korsdrag_subscriptions"), 2, "a refusal has left something open");
	world_stop(w);
}

Test(stream, a_connection_opens_at_most_64)
{
	struct world *w = world_start(1);
	struct person *anna = sign_in(w, 0, "anna");

	for (int i = 0; i < 64; i++) {
		char stream[64];
		ID_TEXT(board);

		snprintf(stream, sizeof stream, "board:%s", board);
		ok(anna, "board.create", "{s:s, s:s, s:s}", "board", board, "space", SPACE(IN_NETWORK),
		        "title", "x");
		open_stream(anna, stream);
	}
	refused(anna, KD_E_TOO_LARGE, NULL, "stream.open", "{s:s}", "stream", HERE_STREAM);
	world_stop(w);
}

static void receive_buffer(struct person *p, int bytes)
{
	setsockopt(client_fd(p->client), SOL_SOCKET, SO_RCVBUF, &bytes, sizeof bytes);
}

/* A reader whose socket takes nothing: its queue stays under the limit, the others hear everything at once,
 * and when it reads again it gets all of it from the journal, in order and once. */
Test(stream, a_slow_reader_is_served_from_the_journal)
{
	struct world *w = world_start(1);
	struct person *anna = sign_in(w, 0, "anna"), *quick = sign_in(w, 0, "olle"),
	              *slow = sign_in(w, 0, "kalle");
	char *text = malloc(30001);
	json_int_t seq = int_at(open_stream(quick, HERE_STREAM), "seq");
	int posts = 150;

	receive_buffer(slow, 16 * 1024);
	open_stream(slow, HERE_STREAM);
	memset(text, 'x', 30000);
	text[30000] = '\0';
	for (int i = 0; i < posts; i++) {
		post_in(anna, HERE, text);
		hear_until(quick, HERE_STREAM, seq + i, seq + i + 1);
		cr_assert_leq(metric_of(w, 0, "korsdrag_net_queue_bytes"), 512 * 1024,
		        "a queue has grown beyond its limit");
	}
	cr_assert_gt(metric_of(w, 0, "korsdrag_viewers_behind_total"), 0, "the reader was not slow");
	receive_buffer(slow, 1 << 20);
	hear_until(slow, HERE_STREAM, seq, seq + posts);
	expect_no_event(slow);
	post_in(anna, HERE, "och nu igen");
	hear_until(slow, HERE_STREAM, seq + posts, seq + posts + 1);
	free(text);
	world_stop(w);
}

/* What stands in a slow reader's queue when it closes the stream is not sent after all. */
Test(stream, closing_takes_back_what_waits)
{
	struct world *w = world_start(1);
	struct person *anna = sign_in(w, 0, "anna"), *slow = sign_in(w, 0, "kalle");
	char *text = malloc(30001);
	int heard = 0;

	receive_buffer(slow, 16 * 1024);
	open_stream(slow, HERE_STREAM);
	memset(text, 'x', 30000);
	text[30000] = '\0';
	for (int i = 0; i < 150; i++)
		post_in(anna, HERE, text);
	receive_buffer(slow, 1 << 20);
	ok(slow, "stream.close", "{s:s}", "stream", HERE_STREAM);
	while (next_event(slow, HERE_STREAM, QUIET_MS))
		heard++;
	cr_assert_lt(heard, 150, "all of it was sent");
	post_in(anna, HERE, "hej");
	expect_no_event(slow);
	free(text);
	world_stop(w);
}

/* A thousand events of the longest posts are more than a message may hold: then a snapshot comes instead. */
Test(stream, what_was_missed_may_be_too_long_for_one_answer)
{
	struct world *w = world_start(1);
	struct person *anna = sign_in(w, 0, "anna"), *kalle = sign_in(w, 0, "kalle");
	json_int_t seq = int_at(open_stream(kalle, HERE_STREAM), "seq");
	json_t *again;

	leave(kalle);
	for (int i = 0; i < 40; i++)
		post_in(anna, HERE, "x");
	sql(w, "UPDATE event SET body = jsonb_set(jsonb_set(body, '{post,text}', to_jsonb(repeat('x', "
	       "30000))), '{post,html}', "
	       "to_jsonb(repeat('x', 30000))) WHERE type = 'post.created' AND stream_id = '" HERE "'");
	kalle = sign_in(w, 0, "kalle");
	again = open_since(kalle, HERE_STREAM, seq);
	cr_assert(has(again, "snapshot"), "%zu events", json_array_size(json_object_get(again, "events")));
	world_stop(w);
}

/* The same for who was behind on another node: what is missing comes in pieces, all of it. */
Test(stream, what_was_missed_comes_in_pieces)
{
	struct world *w = world_start(2);
	struct person *anna = sign_in(w, 0, "anna"), *kalle = sign_in(w, 1, "kalle");
	json_int_t seq = int_at(open_stream(kalle, HERE_STREAM), "seq");

	/* Behind the server's back, as if another node had written it: the heads are compared once a second.
	 */
	sql(w, "INSERT INTO event (stream_id, seq, type, body) SELECT e.stream_id, s.head + n, e.type, "
	       "jsonb_set(jsonb_set(e.body, '{post,text}', to_jsonb(repeat('x', 30000))), '{post,html}', "
	       "to_jsonb(repeat('x', 30000))) "
	       "FROM event e JOIN stream s ON s.id = e.stream_id, generate_series(1, 400) n "
	       "WHERE e.stream_id = '" HERE "' AND e.type = 'post.created' AND e.seq = 2;"
	       "UPDATE stream SET head = head + 400 WHERE id = '" HERE "'");
	hear_until(kalle, HERE_STREAM, seq, seq + 400);
	post_in(anna, HERE, "hej");
	hear_until(kalle, HERE_STREAM, seq + 400, seq + 401);
	world_stop(w);
}

#define CROWD 150
#define CROWD_WRITERS 4
#define CROWD_POSTS 6 /* of each at once */
#define CROWD_ROUNDS 4

static void post_at_once(struct person **writers)
{
	int64_t asked[CROWD_WRITERS][CROWD_POSTS];

	for (int i = 0; i < CROWD_WRITERS * CROWD_POSTS; i++)
		asked[i % CROWD_WRITERS][i / CROWD_WRITERS] = ask_soon(writers[i % CROWD_WRITERS], "post.create", "{s:s, s:s, s:s}",
			"thread", THREAD(IN_NETWORK), "post", new_id(), "text", "x");
	for (int i = 0; i < CROWD_WRITERS; i++)
		answers_ok(writers[i], asked[i], CROWD_POSTS);
}

/* What many write for many waits a little, and leaves together: still everybody is told each of it once and in order, whenever
 * they come, and who goes is told no more. */
Test(stream, a_crowd_of_readers_of_many_writers_misses_nothing)
{
	static const char *const who[] = { "anna", "kalle", "eva", "stina" };
	char stream[] = STREAM("thread", THREAD(IN_NETWORK));
	struct world *w = world_start_with(1, "limit.connections_per_member = 0\n");
	struct person *writers[CROWD_WRITERS], *crowd[CROWD], *late[CROWD_ROUNDS];
	json_int_t before = 0, came[CROWD_ROUNDS], end;

	for (int i = 0; i < CROWD_WRITERS; i++)
		writers[i] = sign_in(w, 0, who[i]);
	for (int i = 0; i < CROWD; i++)
		before = int_at(open_stream(crowd[i] = sign_in(w, 0, who[i % 4]), stream), "seq");
	end = before;
	for (int round = 0; round < CROWD_ROUNDS; round++, end += CROWD_WRITERS * CROWD_POSTS) {
		post_at_once(writers);
		came[round] = int_at(open_stream(late[round] = sign_in(w, 0, "olle"), stream), "seq");
		if (round == 2)
			ok(crowd[0], "stream.close", "{s:s}", "stream", stream);
	}
	for (int i = 1; i < CROWD; i++)
		hear_until(crowd[i], stream, before, end);
	for (int i = 0; i < CROWD_ROUNDS; i++)
		hear_until(late[i], stream, came[i], end);
	while (next_event(crowd[0], stream, 0))
		;
	post_at_once(writers);
	expect_no_event(crowd[0]);
	world_stop(w);
}

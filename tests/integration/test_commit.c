/* D1, D3: nobody hears of a change before PostgreSQL has confirmed its commit; when the answer is lost, the outcome is unknown,
 * and the same op asked again is done once. A proxy between node and database holds back or loses what passes. */
#include "http.h"
#include "proxy.h"
#include "steps.h"
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HERE THREAD(IN_NETWORK)
#define HERE_STREAM STREAM("thread", HERE)
#define MANY 10

/* One node behind the proxy, and others beside it. */
static struct world *world_behind(struct proxy *ret_proxy, int nodes)
{
	struct world *w = world_start(nodes);

	node_stop(w, 0);
	*ret_proxy = proxy_start(w);
	w->nodes[0].pg_folder = ret_proxy->folder;
	node_start(w, 0);
	return w;
}

static int64_t post_soon(struct person *p, const char *op)
{
	return ask_soon(p, "post.create", "{s:s, s:s, s:s, s:s}", "thread", HERE, "post", op, "text", "x", "op", op);
}

/* As the database says itself, not through the proxy. */
static int posts_in(struct world *w)
{
	char *text = sql_text(w, "SELECT count(*) FROM post WHERE thread_id = '" HERE "'");
	int count = atoi(text);

	free(text);
	return count;
}

static void wait_for_posts(struct world *w, int count)
{
	for (int64_t until = now_ms() + ANSWER_MS; posts_in(w) != count; wait_ms(5))
		must(now_ms() < until, "%d posts, not %d", posts_in(w), count);
}

static void expect_unknown(struct person *p, int64_t asked)
{
	json_t *answer = client_answer(p->client, asked, ANSWER_MS);

	must(answer && has(answer, "error") && int_at(answer, "error/code") == KD_E_UNAVAILABLE, "%s", json_dumps(answer, 0));
	json_decref(answer);
}

static json_int_t answered(struct person *p, int64_t asked)
{
	json_t *answer = client_answer(p->client, asked, ANSWER_MS);
	json_int_t seq;

	must(answer && has(answer, "result"), "%s", json_dumps(answer, 0));
	seq = int_at(answer, "result/seq");
	json_decref(answer);
	return seq;
}

/* The same op again, until it is answered: its event's number. */
static json_int_t again(struct person *p, const char *op)
{
	for (int64_t until = now_ms() + ANSWER_MS;; wait_ms(20)) {
		int64_t asked = post_soon(p, op);
		json_t *answer = client_answer(p->client, asked, ANSWER_MS);
		json_int_t seq = answer && has(answer, "result") ? int_at(answer, "result/seq") : 0;

		must(seq || int_at(answer, "error/code") == KD_E_UNAVAILABLE, "%s", json_dumps(answer, 0));
		json_decref(answer);
		if (seq)
			return seq;
		must(now_ms() < until, "it is never available again");
	}
}

/* So many posts and events more than before, without a gap. */
static void expect_once(struct world *w, int posts, json_int_t head)
{
	char expected[64], *found = sql_text(w, "SELECT (SELECT count(*) FROM post WHERE thread_id = '" HERE "') || ' ' || "
		"(SELECT count(*) FROM event WHERE stream_id = '" HERE "') || ' ' || (SELECT head FROM stream WHERE id = '" HERE "')");

	snprintf(expected, sizeof expected, "%d %d %d", posts, (int)head, (int)head);
	cr_assert_str_eq(found, expected);
	free(found);
}

/* A commit that takes its time: a deferred constraint waits for a lock that the test holds. */
static void hold_commits(struct world *w)
{
	sql(w, "CREATE FUNCTION wait_for_test() RETURNS trigger LANGUAGE plpgsql AS "
	       "'BEGIN PERFORM pg_advisory_xact_lock_shared(1); RETURN NULL; END'");
	sql(w, "CREATE CONSTRAINT TRIGGER wait_for_test AFTER INSERT ON post DEFERRABLE INITIALLY DEFERRED "
	       "FOR EACH ROW EXECUTE FUNCTION wait_for_test()");
	sql(w, "DO 'BEGIN PERFORM pg_advisory_lock(1); END'");
}

static void wait_for_commit(struct world *w)
{
	for (int64_t until = now_ms() + ANSWER_MS;; wait_ms(5)) {
		char *text = sql_text(w, "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted");
		bool is_there = strcmp(text, "1") == 0;

		free(text);
		if (is_there)
			return;
		must(now_ms() < until, "no commit waits");
	}
}

Test(commit, nobody_hears_of_a_change_before_its_commit)
{
	struct world *w;
	struct person *anna, *kalle, *olle;
	json_int_t seq;
	int64_t asked;
	json_t *answer;
	ID_TEXT(op);

	setenv("KORSDRAG_DATABASE_STATEMENT", "30s", 1); /* on a busy host a commit may wait longer than it usually may */
	w = world_start(2);
	anna = sign_in(w, 0, "anna");
	kalle = sign_in(w, 0, "kalle");
	olle = sign_in(w, 1, "olle");
	seq = int_at(open_stream(kalle, HERE_STREAM), "seq");
	open_stream(olle, HERE_STREAM);
	hold_commits(w);
	asked = post_soon(anna, op);
	wait_for_commit(w);
	cr_assert_null(client_answer(anna->client, asked, QUIET_MS), "answered before the commit");
	expect_no_event(kalle);
	expect_no_event(olle);
	sql(w, "DO 'BEGIN PERFORM pg_advisory_unlock(1); END'");
	answer = client_answer(anna->client, asked, ANSWER_MS);
	cr_assert(answer && int_at(answer, "result/seq") == seq + 1, "%s", json_dumps(answer, 0));
	json_decref(answer);
	hear_until(kalle, HERE_STREAM, seq, seq + 1);
	hear_until(olle, HERE_STREAM, seq, seq + 1);
	world_stop(w);
}

Test(commit, nobody_is_answered_before_the_commit_is_confirmed)
{
	struct proxy proxy;
	struct world *w = world_behind(&proxy, 1);
	struct person *anna = sign_in(w, 0, "anna"), *kalle = sign_in(w, 0, "kalle");
	json_int_t seq = int_at(open_stream(kalle, HERE_STREAM), "seq");
	int before = posts_in(w);
	int64_t asked;
	json_t *answer;
	ID_TEXT(op);

	proxy_hold_answer(&proxy);
	asked = post_soon(anna, op);
	proxy_wait_held(&proxy);
	wait_for_posts(w, before + 1); /* PostgreSQL has committed, but the node cannot know */
	/* Others may hear of it by now: the comparison of heads, on another connection, finds it in the journal. */
	cr_assert_null(client_answer(anna->client, asked, QUIET_MS), "answered before the commit was confirmed");
	post_in(kalle, THREAD(IN_BOARD), "elsewhere, nobody waits");
	cr_assert_null(client_answer(anna->client, asked, 0));
	proxy_release(&proxy);
	answer = client_answer(anna->client, asked, ANSWER_MS);
	cr_assert(answer && int_at(answer, "result/seq") == seq + 1, "%s", json_dumps(answer, 0));
	json_decref(answer);
	hear_until(kalle, HERE_STREAM, seq, seq + 1);
	expect_once(w, before + 1, seq + 1);
	world_stop(w);
	proxy_stop(&proxy);
}

/* PostgreSQL has committed what many asked for together; the connection dies with the answer. The node asks again by itself
 * what became of each op. */
Test(commit, whose_answer_is_lost_is_found_and_each_op_is_done_once)
{
	struct proxy proxy;
	struct world *w = (setenv("KORSDRAG_DATABASE_QUEUE", "30s", 1), world_behind(&proxy, 1)); /* patient on a busy host */
	struct person *anna = sign_in(w, 0, "anna"), *olle = sign_in(w, 0, "olle"), *kalle = sign_in(w, 0, "kalle");
	json_int_t seq = int_at(open_stream(kalle, HERE_STREAM), "seq");
	int before = posts_in(w);
	char ops[MANY][CLIENT_ID_SIZE];
	int64_t asked[MANY];
	bool seen[MANY + 1] = { false };

	for (int i = 0; i < MANY; i++)
		client_new_id(ops[i]);
	ok(anna, "me.get", "{}");
	ok(olle, "me.get", "{}");
	proxy_hold_answer(&proxy);
	for (int i = 0; i < MANY; i++)
		asked[i] = post_soon(i % 2 ? anna : olle, ops[i]);
	proxy_wait_held(&proxy);
	for (int64_t until = now_ms() + ANSWER_MS; posts_in(w) == before; wait_ms(5))
		must(now_ms() < until, "nothing was committed");
	proxy_cut(&proxy);
	for (int i = 0; i < MANY; i++) {
		struct person *who = i % 2 ? anna : olle;
		json_int_t number = answered(who, asked[i]) - seq;

		cr_assert_eq(again(who, ops[i]), seq + number);
		must(number >= 1 && number <= MANY && !seen[number], "op %d is event %lld", i, (long long)number);
		seen[number] = true;
	}
	hear_until(kalle, HERE_STREAM, seq, seq + MANY);
	expect_no_event(kalle);
	expect_once(w, before + MANY, seq + MANY);
	world_stop(w);
	proxy_stop(&proxy);
}

Test(commit, that_never_arrived_has_not_happened_and_the_op_is_done_once)
{
	struct proxy proxy;
	struct world *w = (setenv("KORSDRAG_DATABASE_QUEUE", "30s", 1), world_behind(&proxy, 1));
	struct person *anna = sign_in(w, 0, "anna"), *kalle = sign_in(w, 0, "kalle");
	json_int_t seq = int_at(open_stream(kalle, HERE_STREAM), "seq");
	int before = posts_in(w);
	int64_t asked;
	ID_TEXT(op);

	proxy_hold_commit(&proxy);
	asked = post_soon(anna, op);
	proxy_wait_held(&proxy);
	cr_assert_null(client_answer(anna->client, asked, QUIET_MS), "answered without a commit");
	expect_no_event(kalle);
	cr_assert_eq(posts_in(w), before);
	proxy_cut(&proxy);
	cr_assert_eq(answered(anna, asked), seq + 1);
	cr_assert_eq(again(anna, op), seq + 1);
	hear_until(kalle, HERE_STREAM, seq, seq + 1);
	expect_no_event(kalle);
	expect_once(w, before + 1, seq + 1);
	world_stop(w);
	proxy_stop(&proxy);
}

/* What is told once only is not there to be found: its client learns that it does not know, and looks. */
Test(commit, of_what_is_told_once_is_unknown_when_its_answer_is_lost)
{
	struct proxy proxy;
	struct world *w = world_behind(&proxy, 1);
	struct person *anna = sign_in(w, 0, "anna");
	int64_t asked;
	json_t *answer;
	ID_TEXT(op);

	ok(anna, "me.get", "{}");
	proxy_hold_answer(&proxy);
	asked = ask_soon(anna, "token.create", "{s:s, s:i, s:s}", "name", "skript", "days", 3, "op", op);
	proxy_wait_held(&proxy);
	for (int64_t until = now_ms() + ANSWER_MS;; wait_ms(5)) {
		char *there = sql_text(w, "SELECT count(*) FROM session WHERE name = 'skript'");
		bool is_committed = strcmp(there, "1") == 0;

		free(there);
		if (is_committed)
			break;
		must(now_ms() < until, "nothing was committed");
	}
	proxy_cut(&proxy);
	expect_unknown(anna, asked);
	do {
		answer = ask(anna, "token.create", json_pack("{s:s, s:i, s:s}", "name", "skript", "days", 3, "op", op));
	} while (has(answer, "error") && int_at(answer, "error/code") == KD_E_UNAVAILABLE);
	cr_assert(has(answer, "result/session") && !has(answer, "result/token"), "%s", json_dumps(answer, 0));
	world_stop(w);
	proxy_stop(&proxy);
}

Test(commit, whose_node_dies_is_found_on_another)
{
	struct proxy proxy;
	struct world *w = world_behind(&proxy, 2);
	struct person *anna = sign_in(w, 0, "anna"), *kalle = sign_in(w, 1, "kalle");
	json_int_t seq = int_at(open_stream(kalle, HERE_STREAM), "seq");
	int before = posts_in(w);
	ID_TEXT(op);

	proxy_hold_answer(&proxy);
	post_soon(anna, op);
	proxy_wait_held(&proxy);
	wait_for_posts(w, before + 1);
	node_kill(w, 0);
	reconnect(anna, 1);
	cr_assert_eq(again(anna, op), seq + 1);
	hear_until(kalle, HERE_STREAM, seq, seq + 1); /* no bus told it */
	expect_no_event(kalle);
	expect_once(w, before + 1, seq + 1);
	world_stop(w);
	proxy_stop(&proxy);
}

static int ready_status(struct world *w)
{
	struct http_answer *a = http_get(w, 0, "/ready", "");
	int status = a->status;

	http_answer_free(a);
	return status;
}

/* D7, the worse case: nobody says that PostgreSQL has gone, it is only silent. */
Test(commit, in_a_partition_is_refused_soon_and_everything_heals, .timeout = 120)
{
	struct proxy proxy;
	struct world *w = world_behind(&proxy, 1);
	struct person *anna = sign_in(w, 0, "anna"), *kalle = sign_in(w, 0, "kalle");
	json_int_t seq = int_at(open_stream(kalle, HERE_STREAM), "seq");
	int before = posts_in(w);
	int64_t asked, read, from;
	ID_TEXT(op);

	ok(anna, "me.get", "{}");
	proxy_freeze(&proxy);
	from = now_ms();
	asked = post_soon(anna, op);
	read = ask_soon(kalle, "thread.list", "{}");
	expect_unknown(anna, asked);
	fprintf(stderr, "partition: a write was refused after %d ms", (int)(now_ms() - from));
	cr_expect_leq(now_ms() - from, 5000, "a write was refused after %d ms", (int)(now_ms() - from));
	expect_unknown(kalle, read);
	fprintf(stderr, ", a read after %d ms", (int)(now_ms() - from));
	for (int64_t until = now_ms() + ANSWER_MS; ready_status(w) != 503; wait_ms(20))
		cr_assert_lt(now_ms(), until, "it is not noticed");
	fprintf(stderr, ", not ready after %d ms\n", (int)(now_ms() - from));
	cr_assert(client_is_open(anna->client) && client_is_open(kalle->client), "a socket was closed");
	proxy_release(&proxy);
	from = now_ms();
	cr_assert_eq(again(anna, op), seq + 1);
	cr_assert_leq(now_ms() - from, 8000, "healed after %d ms", (int)(now_ms() - from));
	fprintf(stderr, "healed after %d ms\n", (int)(now_ms() - from));
	cr_assert_eq(ready_status(w), 200);
	hear_until(kalle, HERE_STREAM, seq, seq + 1);
	post_in(kalle, HERE, "and on it goes");
	hear_until(kalle, HERE_STREAM, seq + 1, seq + 2);
	expect_once(w, before + 2, seq + 2);
	world_stop(w);
	proxy_stop(&proxy);
}

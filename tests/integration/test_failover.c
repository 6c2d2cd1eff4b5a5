/* D2, D3, D6, D7: a primary that dies, freezes or comes back beside the standby that was promoted, under two nodes. */
#include "cluster.h"
#include "http.h"
#include "steps.h"
#include <criterion/criterion.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HERE THREAD(IN_NETWORK)
#define HERE_STREAM STREAM("thread", HERE)

TestSuite(failover, .init = cluster_make, .fini = cluster_end, .timeout = 180);

/* Two who write to one thread, each on a node of their own, with many under way; what they were told. */
struct writer {
	struct person *person;
	int64_t asked[64];
	char ops[64][CLIENT_ID_SIZE];
	int count, unavailable;
	json_int_t last; /* the greatest number it was told */
};

static void write_soon(struct writer *wr, int count)
{
	wr->count = count;
	for (int i = 0; i < count; i++) {
		client_new_id(wr->ops[i]);
		wr->asked[i] = ask_soon(wr->person, "post.create", "{s:s, s:s, s:s, s:s}", "thread", HERE, "post", wr->ops[i], "text", "x",
			"op", wr->ops[i]);
	}
}

/* Whoever is told that the database is away sends the same op again, as every client does. */
static void write_done(struct writer *wr)
{
	json_int_t seq;

	for (int i = 0; i < wr->count; i++) {
		json_t *answer = client_answer(wr->person->client, wr->asked[i], 60000);

		must(answer, "no answer; closed with %d", client_close_code(wr->person->client));
		if (has(answer, "result")) {
			seq = int_at(answer, "result/seq");
		} else {
			must(int_at(answer, "error/code") == KD_E_UNAVAILABLE, "%s", json_dumps(answer, 0));
			wr->unavailable++;
			insist(wr->person, HERE, wr->ops[i], &seq);
		}
		wr->last = seq > wr->last ? seq : wr->last;
		json_decref(answer);
	}
}

static void says_ready(struct world *w, int node, const char *which, bool is_synchronous)
{
	struct http_answer *a;
	char host[128], mark[64];

	until_ready(w, node);
	a = http_get(w, node, "/ready", "");
	snprintf(host, sizeof host, "\"host\":\"%s:5432\"", cluster_folder(which));
	snprintf(mark, sizeof mark, "\"synchronous_standby\":%s", is_synchronous ? "true" : "false");
	cr_assert(a->status == 200 && strstr(a->body, host) && strstr(a->body, mark), "%s", a->body);
	http_answer_free(a);
}

static bool log_says(struct world *w, int node, const char *what)
{
	char *log = node_log(w, node);
	bool says = strstr(log, what) != NULL;

	free(log);
	return says;
}

/* Nothing is acknowledged that only the primary has: neither what is committed there while the standby is away, nor the
 * answer to its op when that is asked again. */
static void confirm_nothing_alone(struct world *w, struct person *anna)
{
	json_t *answer;
	int64_t asked;
	ID_TEXT(op);

	cluster_do("down", "standby", "");
	asked = ask_soon(anna, "post.create", "{s:s, s:s, s:s, s:s}", "thread", HERE, "post", op, "text", "x", "op", op);
	for (int i = 0; i < 2; i++) { /* the wait is cut off: committed here, and asked again it is found, and waits again */
		for (int tries = 0; tries < 400; tries++) {
			char *waiting = sql_text(w, "SELECT count(pg_cancel_backend(pid)) FROM pg_stat_activity WHERE wait_event = 'SyncRep'");
			bool is_cut = strcmp(waiting, "0") != 0;

			free(waiting);
			if (is_cut)
				break;
			must(tries < 399, "nobody waits for the standby");
			wait_ms(25);
		}
		answer = client_answer(anna->client, asked, 700);
		must(!answer, "acknowledged without the standby: %s", json_dumps(answer, 0));
	}
	cluster_do("up", "standby", "");
	answer = client_answer(anna->client, asked, ANSWER_MS);
	must(answer && has(answer, "result"), "%s", json_dumps(answer, 0));
	json_decref(answer);
}

Test(failover, with_a_synchronous_standby_loses_and_doubles_nothing)
{
	struct world *w;
	struct writer one = { 0 }, two = { 0 };
	struct person *kalle;
	json_int_t seq, last;

	cluster_standby(true);
	w = world_start_with(2, "database.queue = 30s\n");
	one.person = sign_in(w, 0, "anna");
	two.person = sign_in(w, 1, "olle");
	kalle = sign_in(w, 1, "kalle");
	seq = int_at(open_stream(kalle, HERE_STREAM), "seq");
	for (int i = 0; i < 2; i++)
		says_ready(w, i, "pg", true);
	confirm_nothing_alone(w, one.person);
	hear_until(kalle, HERE_STREAM, seq, seq + 1);
	seq++;
	write_soon(&one, 32);
	write_soon(&two, 32);
	cluster_kill("pg");
	cluster_promote();
	world_pg_lost(w);
	write_done(&one);
	write_done(&two);
	if (one.unavailable + two.unavailable > 12) { /* some, on a very busy host; without the nodes' trying again it is most */
		char *log = node_log(w, one.unavailable > two.unavailable ? 0 : 1);

		cr_assert_fail("%d and %d were told that the database is away, though what is under way is done by the nodes themselves:\n%s",
			one.unavailable, two.unavailable, log);
	}
	cr_assert_gt(metric_of(w, 0, "korsdrag_calls_again_total") + metric_of(w, 1, "korsdrag_calls_again_total"), 0);
	last = one.last > two.last ? one.last : two.last;
	cr_assert_eq(last, seq + 64);
	for (int i = 0; i < 2; i++) {
		says_ready(w, i, "standby", false);
		cr_assert(log_says(w, i, "database has failed over") && log_says(w, i, "no synchronous standby"));
		cr_assert_eq(metric_of(w, i, "korsdrag_db_failovers_total"), 1);
	}
	hear_until(kalle, HERE_STREAM, seq, last); /* on the socket that was open all the time */

	/* The old primary comes back and was told nothing: it takes writes, and nobody gives it any. */
	cluster_do("up", "pg", "");
	sql(w, "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE usename = 'korsdrag'");
	write_soon(&one, 8);
	write_soon(&two, 8);
	write_done(&one);
	write_done(&two);
	hear_until(kalle, HERE_STREAM, last, seq + 80);
	for (int i = 0; i < 2; i++)
		says_ready(w, i, "standby", false);
	node_stop(w, 0); /* nor does a node that starts now, whose first host it is */
	node_start(w, 0);
	reconnect(one.person, 0);
	says_ready(w, 0, "standby", false);
	write_soon(&one, 8);
	write_done(&one);
	hear_until(kalle, HERE_STREAM, seq + 80, seq + 88);
	expect_no_event(kalle);
	cr_assert(client_is_open(two.person->client) && client_is_open(kalle->client));
	posts_expect(w, HERE, 4 + 88, seq + 88);
	world_end_after_outage(w);
}

/* What nobody else had is gone, and who had seen it is shown what there is. */
Test(failover, without_a_synchronous_standby_what_was_lost_is_taken_back)
{
	struct world *w;
	struct person *anna, *kalle;
	json_t *again;
	json_int_t seq, last;
	ID_TEXT(op);

	cluster_standby(false);
	w = world_start_with(1, "database.queue = 30s\n");
	anna = sign_in(w, 0, "anna");
	kalle = sign_in(w, 0, "kalle");
	seq = int_at(open_stream(kalle, HERE_STREAM), "seq");
	cluster_do("down", "standby", "");
	for (int i = 0; i < 3; i++)
		post_in(anna, HERE, "x");
	hear_until(kalle, HERE_STREAM, seq, seq + 3);
	cluster_kill("pg");
	cluster_do("up", "standby", "");
	cluster_promote();
	expect_closed(kalle, 1013);
	reconnect(kalle, 0);
	again = open_since(kalle, HERE_STREAM, seq + 3);
	cr_assert(has(again, "snapshot") && int_at(again, "seq") == seq, "%s", json_dumps(again, 0));
	insist(anna, HERE, op, &last);
	cr_assert_eq(last, seq + 1);
	hear_until(kalle, HERE_STREAM, seq, seq + 1);
	posts_expect(w, HERE, 3 + 1, seq + 1);
	cr_assert(log_says(w, 0, "events were lost"));
	world_end_after_outage(w);
}

/* A machine that stops answering and closes nothing: given up within five seconds, as is what waited for it; and found again, or
 * its standby is, whichever is the primary. */
Test(failover, a_frozen_primary_is_given_up_and_found_again)
{
	struct world *w;
	struct writer one = { 0 }, two = { 0 };
	struct person *kalle;
	json_int_t seq;
	int64_t from, asked;
	json_t *answer;

	cluster_standby(false);
	w = world_start(2);
	cr_assert(log_says(w, 0, "no synchronous standby"), "without one, what was confirmed may be lost");
	one.person = sign_in(w, 0, "anna");
	two.person = sign_in(w, 1, "olle");
	kalle = sign_in(w, 0, "kalle");
	seq = int_at(open_stream(kalle, HERE_STREAM), "seq");
	cluster_signal("pg", SIGSTOP);
	from = now_ms();
	asked = ask_soon(one.person, "thread.list", "{}");
	answer = client_answer(one.person->client, asked, ANSWER_MS);
	must(answer && int_at(answer, "error/code") == KD_E_UNAVAILABLE, "%s", json_dumps(answer, 0));
	cr_assert_leq(now_ms() - from, 5500, "refused after %d ms", (int)(now_ms() - from));
	json_decref(answer);
	wait_ms((int)(10000 - (now_ms() - from)));
	cluster_signal("pg", SIGCONT);
	write_soon(&one, 8);
	write_soon(&two, 8);
	write_done(&one);
	write_done(&two);
	says_ready(w, 0, "pg", false);
	hear_until(kalle, HERE_STREAM, seq, seq + 16);

	cluster_signal("pg", SIGSTOP); /* this time it does not come back before its standby has taken its place */
	cluster_promote();
	write_soon(&one, 8);
	write_soon(&two, 8);
	write_done(&one);
	write_done(&two);
	for (int i = 0; i < 2; i++)
		says_ready(w, i, "standby", false);
	cluster_signal("pg", SIGCONT);
	hear_until(kalle, HERE_STREAM, seq + 16, seq + 32);
	expect_no_event(kalle);
	posts_expect(w, HERE, 3 + 32, seq + 32);
	world_end_after_outage(w);
}

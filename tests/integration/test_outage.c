/* D2, D7, D9: PostgreSQL goes, dies and comes back, on a cluster of these tests' own. */
#include "cluster.h"
#include "steps.h"
#include <criterion/criterion.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HERE THREAD(IN_NETWORK)
#define HERE_STREAM STREAM("thread", HERE)

TestSuite(outage, .init = cluster_make, .fini = cluster_end);

Test(outage, writes_are_refused_soon_and_everything_heals)
{
	struct world *w = world_start(2);
	struct person *anna = sign_in(w, 0, "anna"), *kalle = sign_in(w, 1, "kalle");
	json_int_t seq = int_at(open_stream(kalle, HERE_STREAM), "seq"), done;
	int64_t before, asked[2];
	ID_TEXT(op);

	cluster_do("down", "pg", "");
	before = now_ms();
	asked[0] = ask_soon(anna, "post.create", "{s:s, s:s, s:s, s:s}", "thread", HERE, "post", op, "text",
	        "x", "op", op);
	asked[1] = ask_soon(kalle, "thread.list", "{}");
	for (int i = 0; i < 2; i++) {
		json_t *answer = client_answer(i ? kalle->client : anna->client, asked[i], ANSWER_MS);

		cr_assert(answer && has(answer, "error") && int_at(answer, "error/code") == KD_E_UNAVAILABLE,
		        "%s", json_dumps(answer, 0));
		cr_assert_leq(
		        now_ms() - before, 5000, "refused after %lld ms", (long long)(now_ms() - before));
		json_decref(answer);
	}
	cr_assert_eq(ready_status(w, 0), 503);
	cr_assert(client_is_open(anna->client) && client_is_open(kalle->client), "a socket was closed");
	cluster_do("up", "pg", "");
	before = now_ms();
	insist(anna, HERE, op, &done);
	cr_assert_leq(now_ms() - before, 8000, "healed after %lld ms", (long long)(now_ms() - before));
	cr_assert_eq(done, seq + 1);
	hear_until(kalle, HERE_STREAM, seq, seq + 1);
	cr_assert_eq(ready_status(w, 0), 200);
	for (int i = 0; i < 5; i++) /* and the bus is back */
		post_in(anna, HERE, "x");
	hear_until(kalle, HERE_STREAM, seq + 1, seq + 6);
	posts_expect(w, HERE, 9, seq + 6);
	world_end_after_outage(w);
}

Test(outage, who_comes_meanwhile_is_told_to_try_later)
{
	struct world *w = world_start(1);
	struct person *anna = sign_in(w, 0, "anna"), *kalle;

	ok(anna, "me.get", "{}");
	cluster_do("down", "pg", "");
	kalle = sign_in(w, 0, "kalle");
	expect_closed(kalle, 1013);
	cr_assert_str_eq(client_close_reason(kalle->client), "the database is not available");
	leave(kalle);
	cr_assert(client_is_open(anna->client), "who was here before stays");
	cluster_do("up", "pg", "");
	until_ready(w, 0);
	ok(sign_in(w, 0, "kalle"), "me.get", "{}");
	world_pg_lost(w);
	world_end_after_outage(w);
}

static pid_t some_backend(struct world *w)
{
	char *text = sql_text(w, "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND "
	                         "usename = 'korsdrag' "
	                         "ORDER BY random() LIMIT 1");
	pid_t pid = atoi(text);

	free(text);
	return pid;
}

/* kill -9 of a backend makes PostgreSQL end all others and recover; of the postmaster, that somebody starts
 * it anew. */
Test(outage, killed_backends_and_postmasters_lose_and_double_nothing, .timeout = 120)
{
	struct world *w = world_start(2);
	struct person *anna = sign_in(w, 0, "anna"), *olle = sign_in(w, 1, "olle"),
	              *kalle = sign_in(w, 1, "kalle");
	json_int_t seq = int_at(open_stream(kalle, HERE_STREAM), "seq"), last = seq, done;
	int posts = 0;

	for (int round = 0; round < 4; round++) {
		for (int i = 0; i < 25; i++) {
			ID_TEXT(op);

			if (i == 12) {
				int64_t asked = ask_soon(olle, "post.create", "{s:s, s:s, s:s, s:s}",
				        "thread", HERE, "post", op, "text", "x", "op", op);

				if (round % 2) {
					cluster_kill("pg");
					cluster_do("up", "pg", "");
				} else {
					kill(some_backend(w), SIGKILL);
				}
				world_pg_lost(w);
				json_decref(client_answer(olle->client, asked,
				        ANSWER_MS)); /* its outcome does not matter: asked again */
			}
			insist(i % 2 ? anna : olle, HERE, op, &done);
			cr_assert(done == last + 1 || i == 12, "%lld after %lld", (long long)done,
			        (long long)last);
			last = done > last ? done : last;
			posts++;
		}
		wait_ms(100);
	}
	for (int node = 0; node < 2; node++) /* though whoever writes may not have: a call that is lost runs again */
		cr_assert_gt(metric_of(w, node, "korsdrag_db_failures_total"), 0, "node %d has noticed nothing", node);
	hear_until(kalle, HERE_STREAM, seq, last);
	expect_no_event(kalle);
	posts_expect(w, HERE, 3 + posts, last);
	world_end_after_outage(w);
}

/* D9 */
Test(outage, a_cluster_that_may_lose_what_it_confirmed_is_refused)
{
	struct world *w = world_start(1);
	int status;
	char *said;

	node_stop(w, 0);
	sql(w, "ALTER SYSTEM SET fsync = off");
	sql(w, "SELECT pg_reload_conf()");
	wait_ms(500); /* the postmaster hears of it a little later */
	said = operator_command(w, &status, "serve|--listen|127.0.0.1:0");
	cr_assert_eq(status, 1);
	cr_assert(strstr(said, "fsync is off, so a crash loses what was acknowledged"), "%s", said);
	free(said);
	sql(w, "ALTER SYSTEM SET fsync = on");
	sql(w, "ALTER SYSTEM SET full_page_writes = off");
	sql(w, "SELECT pg_reload_conf()");
	wait_ms(500);
	said = operator_command(w, &status, "serve|--listen|127.0.0.1:0");
	cr_assert(status == 1 && strstr(said, "full_page_writes is off"), "%s", said);
	free(said);
	sql(w, "ALTER SYSTEM RESET ALL");
	sql(w, "SELECT pg_reload_conf()");
	wait_ms(500);
	node_start(w, 0);
	world_stop(w);
}

Test(outage, a_node_without_its_database_says_so_and_ends)
{
	struct world *w = world_start(1);
	int status;
	char *said;

	node_stop(w, 0);
	cluster_do("down", "pg", "");
	said = operator_command(w, &status, "serve|--listen|127.0.0.1:0");
	cr_assert(status == 1 && strstr(said, "the database cannot be reached"), "%s", said);
	free(said);
	said = operator_command(w, &status, "migrate");
	cr_assert(status == 1 && strstr(said, "the database cannot be reached"), "%s", said);
	free(said);
	cluster_do("up", "pg", "");
	world_pg_lost(w);
	world_stop(w);
}

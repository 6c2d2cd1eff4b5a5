/* D2, D7, D9: PostgreSQL goes, dies and comes back, on a cluster of these tests' own. */
#include "http.h"
#include "steps.h"
#include <criterion/criterion.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define HERE THREAD(IN_NETWORK)
#define HERE_STREAM STREAM("thread", HERE)

static char folder[64];

static void postgres(const char *verb, const char *more)
{
	char command[512];

	snprintf(command, sizeof command, KORSDRAG_SOURCE "/tests/lib/postgres %s '%s/pg' %s >/dev/null",
	        verb, folder, more);
	must(system(command) == 0, "%s", command);
}

static pid_t postmaster(void)
{
	char path[128], *text;
	pid_t pid;

	snprintf(path, sizeof path, "%s/pg/data/postmaster.pid", folder);
	text = file_text(path);
	pid = atoi(text);
	free(text);
	must(pid > 1, "no postmaster");
	return pid;
}

/* Its lock files go with it: where nobody reaps orphans, the dead postmaster would pass for a living one. Its
 * children end by themselves, and the new one waits for the last of them. */
static void postmaster_kill(void)
{
	char path[128];

	kill(postmaster(), SIGKILL);
	wait_ms(300);
	snprintf(path, sizeof path, "%s/pg/data/postmaster.pid", folder);
	unlink(path);
	snprintf(path, sizeof path, "%s/pg/.s.PGSQL.5432.lock", folder);
	unlink(path);
	postgres("up", "");
}

static void cluster_make(void)
{
	char more[32];

	snprintf(folder, sizeof folder, "/tmp/korsdrag-outage.XXXXXX");
	must(mkdtemp(folder) && chmod(folder, 0755) == 0, "%s", strerror(errno));
	snprintf(more, sizeof more, "%d", (int)getpid());
	postgres("start", more);
	postgres("newdb", "template_korsdrag");
	setenv("KORSDRAG_TEST_FOLDER", folder, 1);
	template_make(folder);
}

static void cluster_end(void)
{
	char command[128];

	if (!*folder)
		return;
	postgres("stop", "");
	snprintf(command, sizeof command, "rm -rf '%s'", folder);
	must(system(command) == 0, "%s", command);
}

TestSuite(outage, .init = cluster_make, .fini = cluster_end);

static int ready_status(struct world *w, int node)
{
	struct http_answer *a = http_get(w, node, "/ready", "");
	int status = a->status;

	http_answer_free(a);
	return status;
}

/* The world's end looks for errors in the logs; that the database was away is one, and rightly. */
static void world_end_after_outage(struct world *w)
{
	while (w->people)
		leave(w->people);
	for (int i = 0; i < w->node_count; i++) {
		char command[300];

		snprintf(command, sizeof command,
		        "sed -i 's/ error database is away/ warn database is away/; s/ error call / warn "
		        "call /' '%s/%s.log'",
		        w->folder, w->nodes[i].name);
		must(system(command) == 0, "%s", command);
	}
	world_stop(w);
}

/* Asks until it is done; how often it had to be asked again. */
static int insist(struct person *p, const char *op, json_int_t *ret_seq)
{
	for (int again = 0;; again++) {
		json_t *answer = ask(p, "post.create",
		        json_pack("{s:s, s:s, s:s, s:s}", "thread", HERE, "post", op, "text", "x", "op", op));

		if (has(answer, "result")) {
			*ret_seq = int_at(answer, "result/seq");
			return again;
		}
		must(int_at(answer, "error/code") == KD_E_UNAVAILABLE, "%s", json_dumps(answer, 0));
		must(again < 1000, "the database does not come back");
		wait_ms(50);
	}
}

static void posts_expect(struct world *w, int posts, json_int_t head)
{
	char expected[64], *found;

	PQfinish(w->pg); /* its connection may have died with the server */
	w->pg = NULL;
	found = sql_text(w,
	        "SELECT (SELECT count(*) FROM post WHERE thread_id = '" HERE
	        "') || ' ' || (SELECT count(*) FROM event WHERE "
	        "stream_id = '" HERE "') || ' ' || (SELECT head FROM stream WHERE id = '" HERE "')");
	snprintf(expected, sizeof expected, "%d %d %d", posts, (int)head, (int)head);
	cr_assert_str_eq(found, expected);
	free(found);
}

Test(outage, writes_are_refused_soon_and_everything_heals)
{
	struct world *w = world_start(2);
	struct person *anna = sign_in(w, 0, "anna"), *kalle = sign_in(w, 1, "kalle");
	json_int_t seq = int_at(open_stream(kalle, HERE_STREAM), "seq"), done;
	int64_t before, asked[2];
	ID_TEXT(op);

	postgres("down", "");
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
	postgres("up", "");
	before = now_ms();
	insist(anna, op, &done);
	cr_assert_leq(now_ms() - before, 8000, "healed after %lld ms", (long long)(now_ms() - before));
	cr_assert_eq(done, seq + 1);
	hear_until(kalle, HERE_STREAM, seq, seq + 1);
	cr_assert_eq(ready_status(w, 0), 200);
	for (int i = 0; i < 5; i++) /* and the bus is back */
		post_in(anna, HERE, "x");
	hear_until(kalle, HERE_STREAM, seq + 1, seq + 6);
	posts_expect(w, 9, seq + 6);
	world_end_after_outage(w);
}

Test(outage, who_comes_meanwhile_is_told_to_try_later)
{
	struct world *w = world_start(1);
	struct person *anna = sign_in(w, 0, "anna"), *kalle;

	ok(anna, "me.get", "{}");
	postgres("down", "");
	kalle = sign_in(w, 0, "kalle");
	expect_closed(kalle, 1013);
	cr_assert_str_eq(client_close_reason(kalle->client), "the database is not available");
	leave(kalle);
	cr_assert(client_is_open(anna->client), "who was here before stays");
	postgres("up", "");
	for (int64_t deadline = now_ms() + 20000; ready_status(w, 0) != 200; wait_ms(50))
		must(now_ms() < deadline, "the node does not heal");
	ok(sign_in(w, 0, "kalle"), "me.get", "{}");
	PQfinish(w->pg);
	w->pg = NULL;
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
	int again = 0, posts = 0;

	for (int round = 0; round < 4; round++) {
		for (int i = 0; i < 25; i++) {
			ID_TEXT(op);

			if (i == 12) {
				int64_t asked = ask_soon(olle, "post.create", "{s:s, s:s, s:s, s:s}",
				        "thread", HERE, "post", op, "text", "x", "op", op);

				if (round % 2) {
					postmaster_kill();
				} else {
					kill(some_backend(w), SIGKILL);
				}
				PQfinish(w->pg);
				w->pg = NULL;
				json_decref(client_answer(olle->client, asked,
				        ANSWER_MS)); /* its outcome does not matter: asked again */
			}
			again += insist(i % 2 ? anna : olle, op, &done);
			cr_assert(done == last + 1 || i == 12, "%lld after %lld", (long long)done,
			        (long long)last);
			last = done > last ? done : last;
			posts++;
		}
		wait_ms(100);
	}
	cr_assert_gt(again, 0, "nothing was noticed");
	hear_until(kalle, HERE_STREAM, seq, last);
	expect_no_event(kalle);
	posts_expect(w, 3 + posts, last);
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
	postgres("down", "");
	said = operator_command(w, &status, "serve|--listen|127.0.0.1:0");
	cr_assert(status == 1 && strstr(said, "the database cannot be reached"), "%s", said);
	free(said);
	said = operator_command(w, &status, "migrate");
	cr_assert(status == 1 && strstr(said, "the database cannot be reached"), "%s", said);
	free(said);
	postgres("up", "");
	PQfinish(w->pg);
	w->pg = NULL;
	world_stop(w);
}

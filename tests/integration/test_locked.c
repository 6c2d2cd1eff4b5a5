/* A database that makes us wait: what changes meanwhile counts, and nothing is left behind by those who did not wait.
 * Another session holds a table, so that a statement of the server's stands still where the test wants it. */
#include "steps.h"
#include <criterion/criterion.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#define PRIVATE_THREAD STREAM("thread", THREAD(IN_PRIVATE))
#define PRIVATE_SPACE STREAM("space", SPACE(IN_PRIVATE))
#define HERE THREAD(IN_NETWORK)

/* On a busy host a table may be held for longer than a statement usually may take. */
static void be_patient(void)
{
	setenv("KORSDRAG_DATABASE_STATEMENT", "30s", 1);
}

TestSuite(locked, .init = be_patient);

static void until_metric(struct world *w, const char *name, double value)
{
	int64_t deadline = now_ms() + ANSWER_MS;

	while (metric_of(w, 0, name) != value) {
		must(now_ms() < deadline, "%s is %g, not %g", name, metric_of(w, 0, name), value);
		wait_ms(10);
	}
}

/* A connection that is still being prepared would wait for the table too, and what the server asks meanwhile behind it. */
static void hold(struct world *w, const char *table)
{
	char statement[100];

	until_metric(w, "korsdrag_db_connections", 8);
	sql(w, "BEGIN");
	snprintf(statement, sizeof statement, "LOCK TABLE %s IN ACCESS EXCLUSIVE MODE", table);
	sql(w, statement);
}

static void let_go(struct world *w)
{
	sql(w, "COMMIT");
}

/* Until so many statements of the server's wait for a lock. */
static void until_waiting(struct world *w, int statements)
{
	int64_t deadline = now_ms() + ANSWER_MS;

	for (;;) {
		char *count = sql_text(w, "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND "
					  "usename = 'korsdrag' AND wait_event_type = 'Lock'");
		int waiting = atoi(count);

		free(count);
		if (waiting >= statements)
			return;
		must(now_ms() < deadline, "%d of %d statements wait", waiting, statements);
		wait_ms(5);
	}
}

static json_int_t code_of(struct person *p, int64_t asked)
{
	json_t *answer = client_answer(p->client, asked, ANSWER_MS);

	must(answer, "no answer");
	json_array_append_new(p->kept, answer);
	return has(answer, "error") ? int_at(answer, "error/code") : KD_OK;
}

/* The right ends while `held` is waited for: the stream of a private space is not opened after all. */
static void right_ends_while(const char *held)
{
	struct world *w = world_start(1);
	struct person *anna = sign_in(w, 0, "anna"), *stina = sign_in(w, 0, "stina");
	int64_t asked;
	json_int_t code;

	open_stream(stina, PRIVATE_SPACE);
	hold(w, held);
	asked = ask_soon(stina, "stream.open", "{s:s}", "stream", PRIVATE_THREAD);
	until_waiting(w, 1);
	ok(sign_in(w, 0, "stina"), "space.remove_member", "{s:s, s:s}", "space", SPACE(IN_PRIVATE), "member", member_id("stina"));
	while (strcmp(text_at(expect_notice(stina, "stream.closed"), "stream"), PRIVATE_SPACE) != 0)
		; /* also of the one that is being opened, when it has come so far */
	let_go(w);
	code = code_of(stina, asked);
	cr_assert_eq(code, KD_E_NOT_FOUND, "it was answered %lld", (long long)code);
	cr_assert_eq(metric_of(w, 0, "korsdrag_subscriptions"), 0);
	post_in(anna, THREAD(IN_PRIVATE), "hemligt");
	expect_no_event(stina);
	world_stop(w);
}

Test(locked, a_right_that_ends_while_the_snapshot_is_read)
{
	right_ends_while("post");
}

Test(locked, a_right_that_ends_while_it_is_looked_up)
{
	right_ends_while("thread");
}

static void goes_while(const char *held)
{
	struct world *w = world_start(1);
	struct person *anna = sign_in(w, 0, "anna"), *kalle = sign_in(w, 0, "kalle");

	ok(anna, "me.get", "{}");
	hold(w, held);
	ask_soon(kalle, "stream.open", "{s:s}", "stream", STREAM("thread", HERE));
	until_waiting(w, 1);
	client_drop(kalle->client);
	kalle->client = NULL;
	until_metric(w, "korsdrag_net_connections", 1);
	let_go(w);
	open_stream(anna, STREAM("thread", HERE));
	until_metric(w, "korsdrag_subscriptions", 1);
	world_stop(w);
}

Test(locked, who_goes_while_the_snapshot_is_read_leaves_nothing_open)
{
	goes_while("post");
}

Test(locked, who_goes_while_the_right_is_looked_up_leaves_nothing_open)
{
	goes_while("thread");
}

/* --- messages that come before it is known who sends them -------------------------------------------------- */

static struct person *comes_while_sessions_are_held(struct world *w)
{
	struct person *p;

	world_pg(w);
	hold(w, "session");
	p = sign_in(w, 0, "anna");
	until_waiting(w, 1);
	return p;
}

Test(locked, what_comes_early_is_answered)
{
	struct world *w = world_start(1);
	struct person *anna = comes_while_sessions_are_held(w);
	int64_t asked[100];

	for (int i = 0; i < 100; i++)
		asked[i] = ask_soon(anna, i % 2 ? "me.get" : "board.list", i % 2 ? "{}" : "{s:s}", "space", SPACE(IN_NETWORK));
	let_go(w);
	for (int i = 0; i < 100; i++) /* the limit of calls under way holds for them as well */
		cr_assert_eq(code_of(anna, asked[i]), i < 64 ? KD_OK : KD_E_BUSY, "%d", i);
	world_stop(w);
}

Test(locked, too_much_that_comes_early_ends_the_connection)
{
	struct world *w = world_start(1);
	struct person *many = comes_while_sessions_are_held(w), *large;
	char *text = malloc(60001);

	for (int i = 0; i < 129; i++)
		ask_soon(many, "me.get", "{}");
	expect_closed(many, 1013);
	large = sign_in(w, 0, "kalle");
	memset(text, 'x', 60000);
	text[60000] = '\0';
	for (int i = 0; i < 5; i++)
		ask_soon(large, "post.preview", "{s:s}", "text", text);
	expect_closed(large, 1013);
	let_go(w);
	free(text);
	ok(sign_in(w, 0, "olle"), "me.get", "{}");
	world_stop(w);
}

Test(locked, who_goes_before_being_known_leaves_nothing)
{
	struct world *w = world_start(1);
	struct person *anna = comes_while_sessions_are_held(w);

	ask_soon(anna, "me.get", "{}");
	client_drop(anna->client);
	anna->client = NULL;
	until_metric(w, "korsdrag_net_connections", 0);
	let_go(w);
	ok(sign_in(w, 0, "kalle"), "me.get", "{}");
	until_metric(w, "korsdrag_signed_in_connections", 1);
	world_stop(w);
}

/* --- a node that ends while calls are under way --------------------------------------------------------------- */

/* The drain is over before the database answers: whoever waits is not answered, and nothing leaks (the sanitizers look). */
Test(locked, a_node_ends_though_the_database_does_not_answer)
{
	struct world *w;
	struct person *anna, *kalle;
	char *log;
	int status;

	setenv("KORSDRAG_DRAIN", "500ms", 1);
	w = world_start(1);
	anna = sign_in(w, 0, "anna");
	kalle = sign_in(w, 0, "kalle");
	open_stream(kalle, STREAM("thread", HERE));
	hold(w, "post");
	for (int i = 0; i < 3; i++)
		ask_soon(anna, "post.create", "{s:s, s:s, s:s}", "thread", HERE, "post", new_id(), "text", "på vägen");
	ask_soon(kalle, "stream.open", "{s:s}", "stream", STREAM("thread", THREAD(IN_ARCHIVE)));
	until_waiting(w, 2);
	kill(w->nodes[0].pid, SIGTERM);
	cr_assert_eq(waitpid(w->nodes[0].pid, &status, 0), w->nodes[0].pid);
	cr_assert(WIFEXITED(status) && WEXITSTATUS(status) == 0, "status %d", status);
	w->nodes[0].pid = 0;
	log = node_log(w, 0);
	cr_assert(strstr(log, "drain took too long"), "%s", log);
	free(log);
	let_go(w);
	unsetenv("KORSDRAG_DRAIN");
	node_start(w, 0);
	reconnect(anna, 0);
	cr_assert_eq(json_array_size(at(open_stream(anna, STREAM("thread", HERE)), "snapshot/posts")), 3, "half a change was kept");
	world_stop(w);
}

/* What operators rely on: drain, health, refusing an unsafe or unknown database, migrating from many
 * processes at once. */
#include "http.h"
#include "steps.h"
#include <arpa/inet.h>
#include <criterion/criterion.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define HERE THREAD(IN_NETWORK)

Test(operation, a_drained_node_answers_what_is_under_way_and_sends_its_clients_elsewhere)
{
	struct world *w;
	struct person *people[6], *anna;
	int64_t ids[30], before;
	int answered = 0, status;

	setenv("KORSDRAG_DRAIN_SPREAD", "600ms", 1);
	w = world_start(2);
	anna = sign_in(w, 0, "anna");
	for (int i = 0; i < 6; i++) {
		people[i] = sign_in(w, 0, "kalle");
		open_stream(people[i], STREAM("thread", HERE));
	}
	for (int i = 0; i < 30; i++)
		ids[i] = ask_soon(anna, "post.create", "{s:s, s:s, s:s}", "thread", HERE, "post", new_id(),
		        "text", "på vägen");
	json_decref(client_answer(
	        anna->client, ids[0], ANSWER_MS)); /* all of them have been read: they came in one piece */
	before = now_ms();
	kill(w->nodes[0].pid, SIGTERM);
	for (int i = 1; i < 30; i++) {
		json_t *answer = client_answer(anna->client, ids[i], ANSWER_MS);

		cr_assert(!answer || has(answer, "result"), "%s", json_dumps(answer, 0));
		answered += answer != NULL;
		json_decref(answer);
	}
	cr_assert_gt(answered, 0);
	expect_closed(anna, 1001);
	for (int i = 0; i < 6; i++)
		expect_closed(people[i], 1001);
	cr_assert_eq(waitpid(w->nodes[0].pid, &status, 0), w->nodes[0].pid);
	cr_assert(WIFEXITED(status) && WEXITSTATUS(status) == 0, "status %d", status);
	cr_assert_leq(now_ms() - before, 5000, "it took %lld ms", (long long)(now_ms() - before));
	w->nodes[0].pid = 0;
	reconnect(anna, 1);
	cr_assert_eq((int)int_at(at(open_stream(anna, STREAM("thread", HERE)), "snapshot/thread"), "posts"),
	        3 + 1 + answered);
	world_stop(w);
}

Test(operation, a_draining_node_takes_nobody_more)
{
	struct world *w;
	struct person *anna;
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fd, status;

	setenv("KORSDRAG_DRAIN_SPREAD", "1500ms", 1);
	w = world_start(1);
	anna = sign_in(w, 0, "anna");
	ok(anna, "me.get", "{}");
	kill(w->nodes[0].pid, SIGTERM);
	wait_ms(150);
	fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	a.sin_port = htons((uint16_t)w->nodes[0].port);
	cr_assert_neq(connect(fd, (struct sockaddr *)&a, sizeof a), 0, "it still listens");
	close(fd);
	expect_closed(anna, 1001);
	cr_assert(waitpid(w->nodes[0].pid, &status, 0) == w->nodes[0].pid && status == 0);
	w->nodes[0].pid = 0;
	world_stop(w);
}

/* --- rolling two nodes (O1) ----------------------------------------------------------------------------- */

#define ROLLERS 6

struct roller { /* somebody who writes on, whatever becomes of the nodes */
	struct person *person;
	int node, posts;
	json_int_t last; /* the number of their last event */
	char op[CLIENT_ID_SIZE];
	int64_t asked; /* 0: the line was gone already */
};

static void roller_asks(struct roller *r)
{
	r->asked = client_ask(r->person->client, "post.create",
	        json_pack("{s:s, s:s, s:s, s:s}", "thread", HERE, "post", r->op, "text", "x", "op", r->op));
}

/* One action: it may have to be asked again on the other node, with the same op, but nobody is told that it failed. */
static void roller_is_answered(struct roller *r)
{
	json_t *answer;

	for (int tries = 0; !(answer = r->asked ? client_answer(r->person->client, r->asked, ANSWER_MS) : NULL); tries++) {
		must(tries < 3 && !client_is_open(r->person->client), "no answer, and the line is not closed");
		r->node = !r->node;
		reconnect(r->person, r->node);
		roller_asks(r);
	}
	must(has(answer, "result"), "an action failed: %s", json_dumps(answer, 0));
	must(int_at(answer, "result/seq") > r->last, "it is not newer than the one before");
	r->last = int_at(answer, "result/seq");
	r->posts++;
	json_decref(answer);
}

static void all_post(struct roller *rollers, int rounds)
{
	while (rounds--) {
		for (int i = 0; i < ROLLERS; i++) {
			client_new_id(rollers[i].op);
			roller_asks(&rollers[i]);
		}
		for (int i = 0; i < ROLLERS; i++)
			roller_is_answered(&rollers[i]);
	}
}

static void node_rolled(struct world *w, int node, struct roller *rollers)
{
	int64_t began = now_ms();
	int status;

	kill(w->nodes[node].pid, SIGTERM);
	while (waitpid(w->nodes[node].pid, &status, WNOHANG) == 0) {
		all_post(rollers, 1);
		cr_assert_leq(now_ms() - began, 20000, "it drains for more than 20 s");
	}
	cr_assert(WIFEXITED(status) && WEXITSTATUS(status) == 0, "status %d", status);
	w->nodes[node].pid = 0;
	all_post(rollers, 2); /* one node bears it alone */
	node_start(w, node);
	all_post(rollers, 2);
}

Test(operation, two_nodes_are_rolled_without_a_failed_action, .timeout = 180)
{
	static const char *const who[ROLLERS] = { "anna", "olle", "eva", "kalle", "stina", "bert" };
	struct roller rollers[ROLLERS];
	struct person *reader;
	char expected[64], *found;
	json_int_t seq;
	struct world *w;
	int posts = 0;

	setenv("KORSDRAG_DRAIN_SPREAD", "500ms", 1);
	w = world_start(2);
	for (int i = 0; i < ROLLERS; i++)
		rollers[i] = (struct roller){ .person = sign_in(w, i % 2, who[i]), .node = i % 2 };
	seq = int_at(open_stream(rollers[0].person, STREAM("thread", HERE)), "seq");
	all_post(rollers, 2);
	node_rolled(w, 0, rollers);
	node_rolled(w, 1, rollers);
	for (int i = 0; i < ROLLERS; i++)
		posts += rollers[i].posts;
	reader = sign_in(w, 1, "lone");
	cr_assert_eq(int_at(open_stream(reader, STREAM("thread", HERE)), "seq"), seq + posts);
	snprintf(expected, sizeof expected, "%d %d", 3 + posts, (int)seq + posts);
	found = sql_text(w, "SELECT (SELECT count(*) FROM post WHERE thread_id = '" HERE "') || ' ' || "
	                    "(SELECT count(DISTINCT seq) FROM event WHERE stream_id = '" HERE "')");
	cr_assert_str_eq(found, expected);
	free(found);
	world_stop(w);
}

Test(operation, tells_how_it_is)
{
	struct world *w = world_start(1);
	struct http_answer *a;
	char *type, expected[300];

	a = http_get(w, 0, "/health", "");
	cr_assert(a->status == 200 && strcmp(a->body, "{\"status\":\"alive\"}") == 0, "%s", a->body);
	http_answer_free(a);
	a = http_get(w, 0, "/ready", "");
	snprintf(expected, sizeof expected,
	         "{\"status\":\"ready\",\"database\":{\"host\":\"%s/pg:5432\",\"timeline\":1,\"synchronous_standby\":false},"
	         "\"bus\":{\"kind\":\"postgresql\",\"connected\":true}}",
	         getenv("KORSDRAG_TEST_FOLDER"));
	cr_assert(a->status == 200 && strcmp(a->body, expected) == 0, "%s", a->body);
	http_answer_free(a);
	ok(sign_in(w, 0, "anna"), "me.get", "{}");
	a = http_get(w, 0, "/metrics", "");
	type = http_header_of(a, "Content-Type");
	cr_assert(a->status == 200 && strcmp(type, "text/plain; version=0.0.4; charset=utf-8") == 0);
	cr_assert(strstr(a->body, "# HELP korsdrag_calls_total ") &&
	          strstr(a->body, "# TYPE korsdrag_calls_total counter"));
	cr_assert(
	        strstr(a->body, "korsdrag_calls_total{method=\"me.get\",outcome=\"ok\"} 1\n"), "%s", a->body);
	cr_assert(strstr(a->body, "korsdrag_net_connections 1\n"));
	free(type);
	http_answer_free(a);
	world_stop(w);
}

/* --- databases that it must not serve ---------------------------------------------------------------------
 */

/* What `korsdragd serve` says when it cannot start; it must end by itself, with 1. */
static void cannot_start(struct world *w, const char *because)
{
	int exit_status;
	char *said = operator_command(w, &exit_status, "serve|--listen|127.0.0.1:0");

	cr_assert_eq(exit_status, 1, "%s", said);
	cr_assert(strstr(said, "cannot start") && strstr(said, because), "it says: %s", said);
	free(said);
}

static struct world *stopped_world(void)
{
	struct world *w = world_start(1);

	node_stop(w, 0);
	return w;
}

Test(operation, an_unknown_schema_is_refused)
{
	struct world *w = stopped_world();
	int status;
	char *said;

	sql(w, "INSERT INTO schema_migration (version, name, checksum) SELECT max(version) + 1, "
	       "'0999_future', repeat('0', 64) FROM "
	       "schema_migration");
	cannot_start(w, "0999_future, which this program");
	said = operator_command(w, &status, "migrate");
	cr_assert(status == 1 && strstr(said, "a newer korsdragd migrated it"), "%s", said);
	free(said);
	sql(w, "DELETE FROM schema_migration WHERE name = '0999_future'; UPDATE schema_migration SET "
	       "checksum = repeat('0', 64) WHERE version = 1");
	cannot_start(w, "was changed after it was applied");
	sql(w, "DELETE FROM schema_migration");
	cannot_start(w, "run korsdragd migrate");
	sql(w, "DROP TABLE schema_migration");
	cannot_start(w, "migrate");
	world_stop(w);
}

Test(operation, an_unsafe_database_is_refused)
{
	struct world *w = stopped_world();
	char statement[200];

	snprintf(statement, sizeof statement, "ALTER DATABASE %s SET synchronous_commit = off", w->database);
	sql(w, statement);
	cannot_start(w, "synchronous_commit is off");
	snprintf(statement, sizeof statement, "ALTER DATABASE %s RESET synchronous_commit", w->database);
	sql(w, statement);
	sql(w, "GRANT CREATE ON SCHEMA public TO korsdrag");
	cannot_start(w, "may change the schema");
	sql(w, "REVOKE CREATE ON SCHEMA public FROM korsdrag");
	node_start(w, 0); /* all is well again */
	world_stop(w);
}

Test(operation, wrong_settings_are_refused_by_name)
{
	struct world *w = stopped_world();
	static const struct {
		const char *args, *says;
	} cases[] = { { "serve|--nonsense|1", "nonsense" }, { "serve|--limit.calls|0", "limit.calls" },
		{ "serve|--listen|0.0.0.0:0", "loopback" }, { "serve|--listen|192.0.2.1:0", "cannot listen" },
		{ "serve|--listen_anywhere|yes|--listen|nonsense", "nonsense" },
		{ "serve|--origins|http://localhost:8080/", "origins" },
		{ "serve|--web.root|/nonexistent", "/nonexistent" },
		{ "serve|--mail.folder|/nonexistent", "/nonexistent" }, { "dance", "dance" },
		{ "serve|now", "now" } };

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		int status;
		char *said = operator_command(w, &status, cases[i].args);

		cr_assert(
		        status != 0 && strstr(said, cases[i].says), "%s: %d %s", cases[i].args, status, said);
		free(said);
	}
	world_stop(w);
}

/* --- migrations
 * ------------------------------------------------------------------------------------------------ */

Test(operation, many_processes_migrate_at_once)
{
	struct world *w = stopped_world();
	char database[40], statement[200], template[40], *state, *count;
	pid_t pids[6];

	/* An empty database beside the copy of the template. */
	snprintf(template, sizeof template, "%s", w->database);
	snprintf(database, sizeof database, "%.30s_empty", w->database);
	snprintf(statement, sizeof statement, "CREATE DATABASE %s OWNER korsdrag_owner", database);
	sql(w, statement);
	snprintf(statement, sizeof statement, "GRANT CONNECT ON DATABASE %s TO korsdrag", database);
	sql(w, statement);
	PQfinish(w->pg);
	w->pg = NULL;
	snprintf(w->database, sizeof w->database, "%s", database);
	for (int i = 0; i < 6; i++) {
		pids[i] = fork();
		if (pids[i] == 0) {
			int status;

			char settings[128];

			snprintf(w->folder + strlen(w->folder), sizeof w->folder - strlen(w->folder), "/m%d",
			        i); /* for its output */
			snprintf(settings, sizeof settings, "%s/korsdrag.conf", w->folder);
			cr_assert(mkdir(w->folder, 0700) == 0 && symlink("../korsdrag.conf", settings) == 0);
			free(operator_command(w, &status, "migrate"));
			_exit(status);
		}
	}
	for (int i = 0; i < 6; i++) {
		int status;

		waitpid(pids[i], &status, 0);
		cr_assert_eq(status, 0, "process %d ended with %d", i, WEXITSTATUS(status));
	}
	state = sql_text(
	        w, "SELECT string_agg(version || ' ' || name, ', ' ORDER BY version) FROM schema_migration");
	cr_assert(strncmp(state, "1 0001_start", 12) == 0, "%s", state);
	free(operator_command(w, NULL, "migrate")); /* nothing left to do */
	count = sql_text(w, "SELECT count(*) FROM stream");
	cr_assert_str_eq(count, "1", "a migration ran twice");
	free(count);
	free(state);
	/* A node serves what has just been migrated, and its first administrator is made from the shell. */
	free(operator_command(w, NULL, "admin|chef@test.example|Chef"));
	node_start(w, 0);
	node_stop(w, 0);
	PQfinish(w->pg);
	w->pg = NULL;
	snprintf(w->database, sizeof w->database, "%s", template);
	snprintf(statement, sizeof statement, "DROP DATABASE %s (FORCE)", database);
	sql(w, statement);
	world_stop(w);
}

Test(operation, commands_for_the_first_minutes_work)
{
	struct world *w = world_start(1);
	char *said, token[64] = "", url[64], err[CLIENT_ERR_SIZE];
	struct client *c;
	json_t *result, *error;
	int status;

	said = operator_command(w, NULL, "token|anna@test.example|skript");
	for (char *line = strtok(said, "\n"); line; line = strtok(NULL, "\n"))
		if (strlen(line) == 43)
			snprintf(token, sizeof token, "%s", line);
	c = client_connect(node_url(w, 0, url), token, err);
	cr_assert(c, "%s", err);
	cr_assert_eq(client_call(c, "me.get", json_object(), ANSWER_MS, &result, &error), CLIENT_OK);
	cr_assert_str_eq(text_at(result, "member"), member_id("anna"));
	json_decref(result);
	client_close(c);
	free(said);
	said = operator_command(w, &status, "token|nobody@test.example|skript");
	cr_assert(status == 1 && strstr(said, "no member"), "%s", said);
	free(said);
	said = operator_command(w, NULL, "link|anna@test.example");
	cr_assert(strstr(said, ORIGIN "/sign-in/link#"), "%s", said);
	free(said);
	world_stop(w);
}

/* Signing in while the database or the mail server fails: what people are told, and that nothing is spent or lost by it. */
#include "browser.h"
#include "mailbox.h"
#include "steps.h"
#include <arpa/inet.h>
#include <criterion/criterion.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

/* From now on the table refuses INSERT, UPDATE or DELETE as it would on a full disk. */
static void table_break(struct world *w, const char *table, const char *change)
{
	char statement[400];

	sql(w, "CREATE OR REPLACE FUNCTION disk_full() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'could not "
	       "extend file' USING ERRCODE = 'disk_full'; END $$");
	snprintf(statement, sizeof statement,
	        "CREATE TRIGGER disk_full BEFORE %s ON %s FOR EACH ROW EXECUTE FUNCTION disk_full()", change, table);
	sql(w, statement);
}

static void table_mend(struct world *w, const char *table)
{
	char statement[100];

	snprintf(statement, sizeof statement, "DROP TRIGGER disk_full ON %s", table);
	sql(w, statement);
}

static void log_expect(struct world *w, const char *words)
{
	for (int64_t until = now_ms() + ANSWER_MS;; wait_ms(10)) {
		char *log = node_log(w, 0);
		bool is_there = strstr(log, words) != NULL;

		free(log);
		if (is_there)
			return;
		cr_assert_lt(now_ms(), until, "the log does not say: %s", words);
	}
}

/* 503, when to come again, and no cookie. */
static void unavailable(struct browser *b, const char *path, const char *format, const char *value)
{
	char json[200], *after, *cookie;
	struct http_answer *a;

	snprintf(json, sizeof json, format, value);
	a = browser_post(b, path, json);
	after = http_header_of(a, "Retry-After");
	cookie = http_header_of(a, "Set-Cookie");
	cr_assert(a->status == 503 && after && strcmp(after, "5") == 0 && !cookie &&
	                  strcmp(a->body, "{\"code\":\"unavailable\"}") == 0,
	        "%s: %d %s%s", path, a->status, a->head, a->body);
	free(after);
	http_answer_free(a);
}

#define REDEEM "/auth/redeem", "{\"token\": \"%s\"}"
#define SIGN_OUT "/auth/sign-out", "{}%s", ""

Test(sign_in_faults, what_the_database_does_not_take_can_be_done_again)
{
	struct world *w = world_start(1);
	struct browser b = { .world = w };
	char token[44], *mail;

	table_break(w, "sign_in_link", "INSERT");
	ask_for_link(&b, "anna@test.example"); /* the answer tells nothing, as always */
	log_expect(w, "link not made");
	table_mend(w, "sign_in_link");
	ask_for_link(&b, "anna@test.example");
	mail = mail_wait(w, 1);
	link_of(mail, token);
	free(mail);
	table_break(w, "session", "INSERT");
	unavailable(&b, REDEEM, token);
	table_mend(w, "session");
	cr_assert_eq(post_status(&b, REDEEM, token), 200, "the link was spent by an attempt that failed");
	table_break(w, "session", "UPDATE");
	unavailable(&b, SIGN_OUT);
	table_mend(w, "session");
	cr_assert(speaks_as(&b, "anna"), "the session ended though it was not told so");
	cr_assert_eq(post_status(&b, SIGN_OUT), 204);
	browser_close(&b);
	world_stop(w);
}

/* That the session before could not be ended keeps nobody from signing in; the log tells it. */
Test(sign_in_faults, signing_in_again_does_not_wait_for_the_former_sessions_end)
{
	struct world *w = world_start(1);
	struct browser b = { .world = w };
	char token[44], *mail;

	sign_in_by_link(&b, "anna@test.example", 1);
	ask_for_link(&b, "anna@test.example");
	mail = mail_wait(w, 2);
	link_of(mail, token);
	free(mail);
	table_break(w, "session", "UPDATE");
	cr_assert_eq(post_status(&b, REDEEM, token), 200);
	log_expect(w, "former session not ended");
	table_mend(w, "session");
	cr_assert(speaks_as(&b, "anna"));
	browser_close(&b);
	world_stop(w);
}

static void ready_wait(struct world *w, int status)
{
	for (int64_t until = now_ms() + ANSWER_MS;; wait_ms(20)) {
		struct http_answer *a = http_get(w, 0, "/ready", "");
		bool is_so = a->status == status;

		http_answer_free(a);
		if (is_so)
			return;
		cr_assert_lt(now_ms(), until, "/ready does not become %d", status);
	}
}

/* Nobody but the superuser may connect, and who is connected is not any more. */
static void database_close(struct world *w)
{
	char statement[200];

	snprintf(statement, sizeof statement, "ALTER DATABASE %s CONNECTION LIMIT 0", w->database);
	sql(w, statement);
	sql(w, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND usename = 'korsdrag'");
	ready_wait(w, 503);
}

static void database_open(struct world *w)
{
	char statement[200];

	snprintf(statement, sizeof statement, "ALTER DATABASE %s CONNECTION LIMIT -1", w->database);
	sql(w, statement);
	ready_wait(w, 200);
}

Test(sign_in_faults, without_the_database_nothing_is_promised)
{
	struct world *w = world_start(1);
	struct browser b = { .world = w }, stranger = { .world = w };
	char token[44], *mail;

	ask_for_link(&b, "anna@test.example");
	mail = mail_wait(w, 1);
	link_of(mail, token);
	free(mail);
	database_close(w);
	unavailable(&b, "/auth/ask", "{\"mail\": \"%s\", \"locale\": \"sv\"}", "anna@test.example");
	unavailable(&b, "/auth/ask", "{\"mail\": \"%s\", \"locale\": \"sv\"}", "nobody@test.example");
	unavailable(&b, REDEEM, token);
	cr_assert_eq(post_status(&b, "/auth/ask", "{\"mail\": \"%s\"}", "anna"), 400, "what is wrong is wrong all the same");
	cr_assert_eq(post_status(&stranger, SIGN_OUT), 204, "who has no session is signed out");
	database_open(w);
	cr_assert_eq(post_status(&b, REDEEM, token), 200);
	database_close(w);
	unavailable(&b, SIGN_OUT);
	database_open(w);
	cr_assert(speaks_as(&b, "anna"));
	cr_assert_eq(mail_count(w), 1);
	browser_close(&b);
	browser_close(&stranger);
	world_stop(w);
}

/* A node that ends while somebody's link is being redeemed ends well, and in time. */
Test(sign_in_faults, a_node_ends_while_it_waits_for_the_database)
{
	struct world *w = world_start(1);
	struct browser b = { .world = w };
	char token[44], *mail, *waiting;
	int64_t before, until = now_ms() + ANSWER_MS;
	int status;
	pid_t pid;

	ask_for_link(&b, "anna@test.example");
	mail = mail_wait(w, 1);
	link_of(mail, token);
	free(mail);
	sql(w, "BEGIN");
	sql(w, "SELECT 1 FROM sign_in_link FOR UPDATE");
	pid = fork();
	if (pid == 0)
		_exit(post_status(&b, REDEEM, token) == 200); /* no answer, or 503 */
	do {
		cr_assert_lt(now_ms(), until, "it does not wait");
		waiting = sql_text(w, "SELECT count(*) FROM pg_locks WHERE NOT granted");
		status = atoi(waiting);
		free(waiting);
	} while (status == 0);
	before = now_ms();
	node_stop(w, 0);
	cr_assert_leq(now_ms() - before, 8000);
	waitpid(pid, &status, 0);
	cr_assert(WIFEXITED(status) && WEXITSTATUS(status) == 0, "it was told that it is signed in");
	sql(w, "ROLLBACK");
	browser_close(&b);
	world_stop(w);
}

Test(sign_in_faults, invitations_go_out_once_the_database_takes_it)
{
	struct world *w = world_start(1);
	struct person *admin = sign_in(w, 0, "admin");
	char *left;
	int64_t until;

	table_break(w, "invitation", "UPDATE"); /* claiming one */
	ok(admin, "member.add", "{s:s, s:s, s:s, s:s, s:b}", "member", new_id(), "mail", "ny@test.example", "name", "Ny",
	        "organisation", ORG_CULTURE, "invite", 1);
	for (until = now_ms() + ANSWER_MS; metric_of(w, 0, "korsdrag_db_errors_total{class=\"53\"}") < 1; wait_ms(20))
		cr_assert_lt(now_ms(), until, "nobody tried");
	cr_assert_eq(mail_count(w), 0);
	table_mend(w, "invitation");
	table_break(w, "invitation", "DELETE"); /* forgetting it */
	free(mail_wait(w, 1));
	log_expect(w, "invitation may be sent twice");
	table_mend(w, "invitation");
	sql(w, "UPDATE invitation SET due_at = now()"); /* later is now */
	free(mail_wait(w, 2));
	for (until = now_ms() + ANSWER_MS;; wait_ms(20)) {
		bool is_empty;

		left = sql_text(w, "SELECT count(*) FROM invitation");
		is_empty = strcmp(left, "0") == 0;
		free(left);
		if (is_empty)
			break;
		cr_assert_lt(now_ms(), until, "it is sent for ever");
	}
	world_stop(w);
}

/* A mail server that says nothing: 1,000 mails wait. One more is not taken, which the log tells, and nobody else. */
Test(sign_in_faults, a_full_mail_queue_is_told_in_the_log_alone, .timeout = 120)
{
	struct sockaddr_in at = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof at;
	int silent = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	char url[64], mail[64];
	struct browser b = { 0 };
	struct http_answer *a;

	cr_assert(bind(silent, (struct sockaddr *)&at, len) == 0 && listen(silent, 10) == 0);
	getsockname(silent, (struct sockaddr *)&at, &len);
	snprintf(url, sizeof url, "smtp://127.0.0.1:%d", ntohs(at.sin_port));
	setenv("KORSDRAG_MAIL_FOLDER", "", 1);
	setenv("KORSDRAG_MAIL_URL", url, 1);
	setenv("KORSDRAG_RATE_ASK", "100000", 1);
	b.world = world_start(1);
	sql(b.world, "WITH many AS (INSERT INTO stream (id, kind) SELECT ('00000000-0000-7000-8000-00001' || lpad(i::text, 7, "
	             "'0'))::uuid, 'member' FROM generate_series(1, 201) i RETURNING id) INSERT INTO member (id, mail, name, "
	             "organisation_id) SELECT id, 'm' || right(id::text, 7)::int || '@test.example', 'Många', '" ORG_CULTURE
	             "' FROM many");
	for (int i = 0; i < 1000; i++) {
		snprintf(mail, sizeof mail, "m%d@test.example", i / 5 + 1); /* five an hour each */
		ask_for_link(&b, mail);
	}
	for (int64_t until = now_ms() + ANSWER_MS; metric_of(b.world, 0, "korsdrag_mails_queued") < 1000; wait_ms(20))
		cr_assert_lt(now_ms(), until, "%.0f mails wait", metric_of(b.world, 0, "korsdrag_mails_queued"));
	ask_for_link(&b, "m201@test.example");
	log_expect(b.world, "link not sent");
	a = http_get(b.world, 0, "/ready", "");
	cr_assert_eq(a->status, 200);
	http_answer_free(a);
	close(silent); /* and a node that ends while mails are tried again and again ends well */
	browser_close(&b);
	world_stop(b.world);
}

/* The table of limits in security.md: each is a setting, refuses with the code that is named, leaves the others alone, and
 * counts. Those of sign-in and posts are in test_limits_members.c, of queues and of silence in tests/unit/net. */
#include "http.h"
#include "raw.h"
#include "steps.h"
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char me_get[] = "{\"jsonrpc\":\"2.0\",\"id\":\"a\",\"method\":\"me.get\"}";

#define HEAD_END "\r\nHost: localhost:8080\r\n\r\n"

/* A setting of the nodes that this test starts: its process is its own. */
static void set(const char *variable, const char *value)
{
	setenv(variable, value, 1);
}

/* --- all of them --------------------------------------------------------------------------------------- */

/* How many lines of a text begin so. */
static int lines_of(const char *text, const char *start)
{
	int count = strncmp(text, start, strlen(start)) == 0;
	char line[160];

	snprintf(line, sizeof line, "\n%s", start);
	while ((text = strstr(text, line))) {
		count++;
		text++;
	}
	return count;
}

static bool only_logs_or_times(const char *key)
{
	static const char *const keys[] = { "limit.bad_messages_time", "limit.queue_soft_time", "limit.ping", "limit.turn" };

	for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
		if (strcmp(keys[i], key) == 0)
			return true;
	return false;
}

static int setting_check(const char *key, const char *metrics)
{
	static const char *const units[] = { "bytes", "seconds", "number" };
	char line[160];
	int gauges = 0;

	for (int i = 0; i < 3; i++) {
		snprintf(line, sizeof line, "korsdrag_limit_%s{setting=\"%s\"} ", units[i], key);
		gauges += lines_of(metrics, line);
	}
	cr_expect_eq(gauges, 1, "%s has %d gauges", key, gauges);
	snprintf(line, sizeof line, "korsdrag_limit_refusals_total{setting=\"%s\"} 0\n", key);
	cr_expect_eq(lines_of(metrics, line), !only_logs_or_times(key), "%s has no counter that begins at 0", key);
	return 1;
}

Test(limits, each_is_a_setting_with_a_gauge_and_a_counter)
{
	struct http_answer *a;
	struct world *w;
	char *config, *metrics;
	int settings = 0;

	set("KORSDRAG_LIMIT_MESSAGE", "32KiB");
	set("KORSDRAG_LIMIT_TURN", "30ms");
	w = world_start(1);
	config = operator_command(w, NULL, "config");
	a = http_get(w, 0, "/metrics", "");
	metrics = a->body;
	for (char *line = strtok(config, "\n"); line; line = strtok(NULL, "\n")) {
		char *key = line + (*line == '#'), *equals = strstr(key, " =");

		if ((strncmp(key, "limit.", 6) != 0 && strncmp(key, "rate.", 5) != 0) || !equals)
			continue;
		*equals = '\0';
		settings += setting_check(key, metrics);
	}
	cr_assert_gt(settings, 35);
	cr_assert_eq(lines_of(metrics, "korsdrag_limit_refusals_total{"), settings - 4, "a counter is no setting's");
	cr_assert(strstr(metrics, "\nkorsdrag_limit_bytes{setting=\"limit.message\"} 32768\n"));
	cr_assert(strstr(metrics, "\nkorsdrag_limit_seconds{setting=\"limit.turn\"} 0.03\n"));
	cr_assert(strstr(metrics, "\nkorsdrag_limit_seconds{setting=\"limit.session\"} 7776000\n"));
	cr_assert_eq(lines_of(metrics, "korsdrag_limit_number{setting=\"limit.connections\"} 0\n"), 0, "what 0 has come to is told");
	cr_assert_eq(lines_of(metrics, "db_"), 0);
	cr_assert_gt(lines_of(metrics, "korsdrag_db_"), 0);
	http_answer_free(a);
	free(config);
	world_stop(w);
}

Test(limits, settings_that_do_not_go_together_are_refused)
{
	static const char *const cases[][2] = {
		{ "config|--limit.queue_soft|512KiB", "limit.queue_soft must not be over limit.queue_hard" },
		{ "config|--limit.ping|60s", "limit.ping must be less than limit.dead" },
		{ "config|--limit.session|1d", "limit.session_idle must not be over limit.session" },
		{ "config|--limit.nesting|65", "limit.nesting must be from 6 to 64" },
		{ "config|--limit.head|64MiB", "limit.head must be from 512B to 64KiB" },
		{ "config|--limit.link|never", "limit.link must be a time such as" },
	};
	struct world *w = world_start(1);

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		int status;
		char *said = operator_command(w, &status, cases[i][0]);

		cr_expect(status == 2 && strstr(said, cases[i][1]), "%s: %d %s", cases[i][0], status, said);
		free(said);
	}
	world_stop(w);
}

/* --- HTTP ------------------------------------------------------------------------------------------------ */

static void closes(const struct world *w, const char *bytes, const char *answer, const char *setting)
{
	int fd = raw_dial(w, 0, NULL), before = refusals(w, setting);
	int64_t from = now_ms();
	const char *rest;

	raw_say(fd, bytes);
	rest = raw_rest(fd);
	cr_expect_eq(strncmp(rest, answer, strlen(answer)), 0, "%s is told %s", setting, rest);
	cr_expect_leq(now_ms() - from, 3000, "%s: closed after %d ms", setting, (int)(now_ms() - from));
	raw_close(fd);
	expect_refusals(w, setting, before + 1);
}

Test(limits, heads_are_short_and_come_in_time)
{
	char large[1200] = "GET /health HTTP/1.1\r\nX: ";
	struct person *anna;
	struct world *w;

	set("KORSDRAG_LIMIT_HEAD", "1KiB");
	set("KORSDRAG_LIMIT_HEAD_TIME", "300ms");
	set("KORSDRAG_LIMIT_IDLE", "200ms");
	set("KORSDRAG_LIMIT_KEEP_ALIVE", "300ms");
	w = world_start(1);
	anna = sign_in(w, 0, "anna");
	memset(large + strlen(large), 'x', 1100);
	closes(w, large, "HTTP/1.1 431 ", "limit.head");
	closes(w, "GET /health HT", "HTTP/1.1 408 ", "limit.head_time");
	closes(w, "", "", "limit.idle");
	closes(w, "POST /auth/ask HTTP/1.1\r\nHost: localhost:8080\r\n" SAME_ORIGIN "Content-Length: 9\r\n\r\n{", "HTTP/1.1 408 ",
		"limit.idle");
	closes(w, "GET /health HTTP/1.1" HEAD_END, "HTTP/1.1 200 ", "limit.keep_alive");
	ok(anna, "me.get", "{}");
	world_stop(w);
}

/* --- messages ------------------------------------------------------------------------------------------------ */

/* A message that is answered -32600, naming the limit; the connection lives on. */
static void too_much(struct person *p, const char *text, const char *says, const char *setting)
{
	json_t *answer;

	cr_assert(client_send_text(p->client, text, strlen(text)));
	answer = client_next_stray(p->client, ANSWER_MS);
	must(answer && has(answer, "error") && int_at(answer, "error/code") == KD_E_REQUEST &&
		strstr(text_at(answer, "error/message"), says), "%s is answered %s", setting, json_dumps(answer, 0));
	json_decref(answer);
	ok(p, "me.get", "{}");
	expect_refusals(p->world, setting, 1);
}

static const char *repeated(const char *begin, const char *piece, int count, const char *end)
{
	static char text[4096];
	char *at = stpcpy(text, begin);

	while (count--)
		at = stpcpy(at, piece);
	strcpy(at, end);
	return text;
}

Test(limits, messages_are_bounded_in_every_way)
{
	char keys[1024] = "{", *at_end = keys + 1;
	struct person *anna;
	struct world *w;

	set("KORSDRAG_LIMIT_NESTING", "8");
	set("KORSDRAG_LIMIT_VALUES", "100");
	set("KORSDRAG_LIMIT_KEYS", "32");
	set("KORSDRAG_LIMIT_CONTAINERS", "40");
	set("KORSDRAG_LIMIT_BATCH", "3");
	w = world_start(1);
	anna = sign_in(w, 0, "anna");
	too_much(anna, repeated("", "[", 9, "]]]]]]]]]"), "nested deeper than 8", "limit.nesting");
	too_much(anna, repeated("[0", ",0", 100, "]"), "more than 100 values", "limit.values");
	too_much(anna, repeated("[{}", ",{}", 40, "]"), "more than 40 objects and lists", "limit.containers");
	for (int i = 0; i < 33; i++)
		at_end += sprintf(at_end, "%s\"k%d\":0", i ? "," : "", i);
	strcpy(at_end, "}");
	too_much(anna, keys, "more than 32 keys", "limit.keys");
	too_much(anna, "[1,2,3,4]", "1 to 3 requests", "limit.batch");
	world_stop(w);
}

static void ends(struct world *w, struct person *p, int code, const char *says, const char *setting)
{
	expect_closed(p, code);
	cr_expect(strstr(client_close_reason(p->client), says), "%s: %s", setting, client_close_reason(p->client));
	leave(p);
	expect_refusals(w, setting, 1);
}

Test(limits, long_messages_and_many_fragments_end_the_connection)
{
	struct person *anna, *olle;
	static char text[2050];
	struct world *w;

	set("KORSDRAG_LIMIT_MESSAGE", "2KiB");
	set("KORSDRAG_LIMIT_FRAGMENTS", "4");
	w = world_start(1);
	olle = sign_in(w, 0, "olle");
	anna = sign_in(w, 0, "anna");
	memset(text, ' ', 2048);
	memcpy(text, me_get, strlen(me_get));
	client_send_text(anna->client, text, 2048);
	cr_assert(has(client_next_stray(anna->client, ANSWER_MS), "result"), "2048 are not too many");
	client_send_text(anna->client, text, 2049);
	ends(w, anna, 1009, "at most 2048 bytes", "limit.message");
	anna = sign_in(w, 0, "anna");
	for (int i = 0; i < 5; i++)
		client_send_frame(anna->client, i ? 0 : 1, " ", 1);
	ends(w, anna, 1009, "at most 4 fragments", "limit.fragments");
	ok(olle, "me.get", "{}");
	world_stop(w);
}

/* More than the default: what the scan lets through follows the setting too. */
Test(limits, a_longer_message_may_be_allowed)
{
	static char text[100000];
	struct person *anna;
	struct world *w;
	json_t *answer;

	set("KORSDRAG_LIMIT_MESSAGE", "128KiB");
	w = world_start(1);
	anna = sign_in(w, 0, "anna");
	memset(text, ' ', sizeof text);
	memcpy(text, me_get, strlen(me_get));
	client_send_text(anna->client, text, sizeof text);
	answer = client_next_stray(anna->client, ANSWER_MS);
	cr_assert(answer && has(answer, "result"), "%s", json_dumps(answer, 0));
	json_decref(answer);
	world_stop(w);
}

static void bad_ones(struct person *p, int count)
{
	for (int i = 0; i < count; i++) {
		json_t *answer;

		client_send_text(p->client, "hej", 3);
		answer = client_next_stray(p->client, ANSWER_MS);
		cr_assert(answer && int_at(answer, "error/code") == KD_E_PARSE);
		json_decref(answer);
	}
}

Test(limits, bad_messages_are_borne_so_often_in_a_time)
{
	struct person *anna, *olle;
	struct world *w;

	set("KORSDRAG_LIMIT_BAD_MESSAGES", "3");
	set("KORSDRAG_LIMIT_BAD_MESSAGES_TIME", "400ms");
	w = world_start(1);
	olle = sign_in(w, 0, "olle");
	bad_ones(olle, 3);
	wait_ms(500); /* the time, not a guess of how long something takes */
	bad_ones(olle, 3);
	anna = sign_in(w, 0, "anna");
	for (int i = 0; i < 4; i++)
		client_send_text(anna->client, "hej", 3);
	ends(w, anna, 1008, "too many bad messages", "limit.bad_messages");
	ok(olle, "me.get", "{}");
	world_stop(w);
}

Test(limits, calls_under_way_and_rates)
{
	static const char batch[] = "[{\"jsonrpc\":\"2.0\",\"id\":\"a\",\"method\":\"me.get\"},{\"jsonrpc\":\"2.0\",\"id\":\"b\",\"method\":\"me.get\"},"
		"{\"jsonrpc\":\"2.0\",\"id\":\"c\",\"method\":\"me.get\"}]";
	struct person *anna, *admin;
	struct world *w;
	json_t *answers, *one;
	int busy = 0, done = 0;
	size_t i;

	set("KORSDRAG_LIMIT_CALLS", "2");
	set("KORSDRAG_RATE_HEAVY", "1");
	w = world_start(1);
	anna = sign_in(w, 0, "anna");
	ok(anna, "me.get", "{}"); /* so that the batch is not held until it is known who asks */
	client_send_text(anna->client, batch, strlen(batch));
	answers = client_next_stray(anna->client, ANSWER_MS);
	json_array_foreach(answers, i, one) {
		done += has(one, "result");
		busy += has(one, "error") && int_at(one, "error/code") == KD_E_BUSY;
	}
	cr_assert(done == 2 && busy == 1, "%s", json_dumps(answers, 0));
	json_decref(answers);
	expect_refusals(w, "limit.calls", 1);
	ok(anna, "me.get", "{}");
	admin = sign_in(w, 0, "admin");
	ok(admin, "member.invite", "{s:s}", "member", member_id("anna"));
	refused(admin, KD_E_RATE_LIMITED, NULL, "member.invite", "{s:s}", "member", member_id("anna"));
	expect_refusals(w, "rate.heavy", 1);
	ok(admin, "me.get", "{}");
	world_stop(w);
}

static json_int_t retry_after(struct client *c)
{
	json_t *result = NULL, *error = NULL;
	json_int_t ms = 0;

	client_call(c, "me.get", json_object(), ANSWER_MS, &result, &error);
	if (error) {
		cr_assert_eq(int_at(error, "code"), KD_E_RATE_LIMITED);
		ms = int_at(error, "data/retryAfterMs");
		cr_assert(ms > 0 && ms <= 60000, "%lld", (long long)ms);
	}
	json_decref(result);
	json_decref(error);
	return ms;
}

#define COLLEAGUES 41 /* an address has the share of 40 */
#define MANY_HASH(i) "encode(sha256(convert_to('many' || " i ", 'UTF8')), 'hex')"

/* P5: who asks for too much is told when to come again; behind one address too many cannot. */
Test(limits, rates_are_a_members_and_an_addresss)
{
	struct client *clients[COLLEAGUES];
	char url[64], token[16], err[CLIENT_ERR_SIZE];
	struct world *w;

	set("KORSDRAG_RATE_READ", "1");
	w = world_start(1);
	sql(w, "WITH many AS (INSERT INTO stream (id, kind) SELECT gen_random_uuid(), 'member' FROM generate_series(1, 41) RETURNING id), "
	       "one AS (SELECT id, row_number() OVER () AS i FROM many), "
	       "made AS (INSERT INTO member (id, mail, name, organisation_id) SELECT id, 'm' || i || '@test.example', 'Många', '" ORG_CULTURE
	       "' FROM one) INSERT INTO session (id, member_id, hash, kind, name, expires_at) SELECT gen_random_uuid(), id, " MANY_HASH("i")
	       ", 'token', 'test', now() + interval '1 day' FROM one");
	for (int i = 0; i < COLLEAGUES; i++) {
		snprintf(token, sizeof token, "many%d", i + 1);
		clients[i] = client_connect(node_url(w, 0, url), token, err);
		cr_assert(clients[i], "%s", err);
	}
	cr_assert_eq(retry_after(clients[0]), 0);
	cr_assert_gt(retry_after(clients[0]), 0, "the member's own");
	for (int i = 1; i < COLLEAGUES - 1; i++)
		cr_assert_eq(retry_after(clients[i]), 0, "member %d", i);
	cr_assert_gt(retry_after(clients[COLLEAGUES - 1]), 0, "the address's");
	cr_assert_geq(refusals(w, "rate.read"), 2);
	for (int i = 0; i < COLLEAGUES; i++)
		client_close(clients[i]);
	world_stop(w);
}

/* A turn that holds the others up is logged with what it was spent on. */
Test(limits, a_slow_turn_names_its_method)
{
	static char text[20001];
	struct person *anna;
	struct world *w;
	bool is_named = false;

	set("KORSDRAG_LIMIT_TURN", "1ms");
	w = world_start(1);
	anna = sign_in(w, 0, "anna");
	for (size_t i = 0; i < sizeof text - 1; i++)
		text[i] = "*ord* "[i % 6];
	for (int64_t until = now_ms() + ANSWER_MS; !is_named;) {
		char *log;

		ok(anna, "post.preview", "{s:s}", "text", text);
		log = node_log(w, 0);
		for (char *line = strtok(log, "\n"); line; line = strtok(NULL, "\n"))
			is_named |= strstr(line, "loop turn slow") && strstr(line, "last=post.preview");
		free(log);
		cr_assert_lt(now_ms(), until, "no slow turn is told of");
	}
	cr_assert_geq(metric_of(w, 0, "korsdrag_loop_turns_slow_total"), 1);
	world_stop(w);
}

/* --- connections ------------------------------------------------------------------------------------------------ */

Test(limits, connections_of_an_address_a_member_and_the_node)
{
	static const char request[] = "GET /health HTTP/1.1" HEAD_END;
	struct person *anna, *late;
	struct world *w;
	int fds[8];

	set("KORSDRAG_LIMIT_CONNECTIONS", "9");
	set("KORSDRAG_LIMIT_CONNECTIONS_PER_MEMBER", "1");
	set("KORSDRAG_LIMIT_CONNECTIONS_PER_ADDRESS", "5");
	w = world_start(1);
	anna = sign_in(w, 0, "anna");
	ok(anna, "me.get", "{}");
	late = sign_in(w, 0, "anna");
	ends(w, late, 1013, "too many connections of this account", "limit.connections_per_member");
	for (int i = 0; i < 5; i++)
		fds[i] = raw_dial(w, 0, "127.0.5.1");
	for (int i = 0; i < 2; i++) {
		int fd = raw_dial(w, 0, "127.0.5.1");
		const char *said;

		raw_say(fd, request);
		said = raw_rest(fd);
		cr_assert(strncmp(said, "HTTP/1.1 429 ", 13) == 0 && strstr(said, "\r\nRetry-After: 10\r\n"), "%s", said);
		raw_close(fd);
	}
	expect_refusals(w, "limit.connections_per_address", 2);
	for (int i = 5; i < 8; i++)
		fds[i] = raw_dial(w, 0, "127.0.5.2");
	for (int64_t until = now_ms() + ANSWER_MS;;) { /* nine with anna's */
		struct http_answer *a = http_get(w, 0, "/health", "");
		int status = a->status;

		http_answer_free(a);
		if (status == 503)
			break;
		cr_assert_lt(now_ms(), until, "there is always room for one more");
	}
	for (int i = 0; i < 8; i++)
		raw_close(fds[i]);
	for (int64_t until = now_ms() + ANSWER_MS;;) {
		struct http_answer *a = http_get(w, 0, "/health", "");
		int status = a->status;

		http_answer_free(a);
		if (status == 200)
			break;
		cr_assert_lt(now_ms(), until, "places are not given back");
	}
	cr_assert_geq(refusals(w, "limit.connections"), 1);
	ok(anna, "me.get", "{}");
	world_stop(w);
}

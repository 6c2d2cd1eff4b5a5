/* Snapshots are kept in memory for who comes next: shared, never older than the asking, no longer than the names in them hold,
 * and only for who may read. */
#include "http.h"
#include "steps.h"
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HERE THREAD(IN_NETWORK)
#define HERE_STREAM STREAM("thread", HERE)
#define BOARD_STREAM STREAM("board", BOARD(IN_NETWORK))
#define READS "korsdrag_snapshot_reads_total"
#define SHARED "korsdrag_snapshots_shared_total"

Test(snapshots, who_comes_next_shares_it)
{
	struct world *w = world_start(1);
	struct person *anna = sign_in(w, 0, "anna"), *kalle = sign_in(w, 0, "kalle");
	json_t *one = json_deep_copy(open_stream(anna, HERE_STREAM)), *two;

	two = open_stream(kalle, HERE_STREAM);
	cr_assert(json_equal(at(one, "snapshot"), at(two, "snapshot")));
	cr_assert_eq(metric_of(w, 0, READS), 1);
	cr_assert_eq(metric_of(w, 0, SHARED), 1);
	cr_assert_gt(metric_of(w, 0, "korsdrag_snapshot_bytes"), 100);
	post_in(anna, HERE, "hej");
	expect_event(kalle, HERE_STREAM, "post.created");
	cr_assert_eq(metric_of(w, 0, "korsdrag_snapshot_bytes"), 0, "it has grown: what was kept is not true any more");
	two = open_stream(kalle, HERE_STREAM);
	cr_assert_eq(json_array_size(at(two, "snapshot/posts")), json_array_size(at(one, "snapshot/posts")) + 1);
	json_decref(one);
	world_stop(w);
}

Test(snapshots, many_at_once_ask_the_database_once_or_twice)
{
	struct world *w = world_start(1);
	struct person *people[20];
	int64_t ids[20];

	for (int i = 0; i < 20; i++) {
		people[i] = sign_in(w, 0, i % 2 ? "anna" : "kalle");
		ids[i] = 0;
	}
	for (int i = 0; i < 20; i++)
		ids[i] = ask_soon(people[i], "stream.open", "{s:s}", "stream", HERE_STREAM);
	for (int i = 0; i < 20; i++)
		answers_ok(people[i], &ids[i], 1);
	cr_assert_leq(metric_of(w, 0, READS), 2, "those who came while it was read share the next reading at most");
	post_in(people[0], HERE, "hej");
	for (int i = 0; i < 20; i++)
		expect_event(people[i], HERE_STREAM, "post.created");
	world_stop(w);
}

Test(snapshots, a_right_is_looked_at_for_each_who_comes)
{
	struct world *w = world_start(1);
	struct person *anna = sign_in(w, 0, "anna"), *stina = sign_in(w, 0, "stina"), *kalle = sign_in(w, 0, "kalle");

	open_stream(anna, STREAM("thread", THREAD(IN_PRIVATE)));
	open_stream(stina, STREAM("thread", THREAD(IN_PRIVATE)));
	cr_assert_eq(metric_of(w, 0, SHARED), 1);
	refused(kalle, KD_E_NOT_FOUND, NULL, "stream.open", "{s:s}", "stream", STREAM("thread", THREAD(IN_PRIVATE)));
	ok(anna, "stream.close", "{s:s}", "stream", STREAM("thread", THREAD(IN_PRIVATE)));
	ok(stina, "space.remove_member", "{s:s, s:s}", "space", SPACE(IN_PRIVATE), "member", member_id("anna"));
	refused(anna, KD_E_NOT_FOUND, NULL, "stream.open", "{s:s}", "stream", STREAM("thread", THREAD(IN_PRIVATE)));
	world_stop(w);
}

Test(snapshots, what_one_may_moderate_is_said_to_each)
{
	struct world *w = world_start(1);
	struct person *admin = sign_in(w, 0, "admin"), *kalle = sign_in(w, 0, "kalle");

	cr_assert(json_is_true(at(open_stream(admin, BOARD_STREAM), "may_moderate")));
	cr_assert(json_is_false(at(open_stream(kalle, BOARD_STREAM), "may_moderate")));
	cr_assert_eq(metric_of(w, 0, READS), 1);
	world_stop(w);
}

Test(snapshots, a_new_name_is_in_the_next_one)
{
	struct world *w = world_start(1);
	struct person *anna = sign_in(w, 0, "anna"), *kalle = sign_in(w, 0, "kalle"), *admin = sign_in(w, 0, "admin");
	json_t *opened;

	post_in(anna, HERE, "hej");
	opened = open_stream(kalle, HERE_STREAM);
	ok(anna, "me.update", "{s:s}", "name", "Anna Nyman");
	opened = open_stream(kalle, HERE_STREAM);
	cr_assert_str_eq(text_at(json_array_get(at(opened, "snapshot/posts"), json_array_size(at(opened, "snapshot/posts")) - 1),
	                         "author/name"), "Anna Nyman");
	ok(admin, "space.update", "{s:s, s:s}", "space", SPACE(IN_NETWORK), "name", "Nytt rum");
	opened = open_stream(kalle, HERE_STREAM);
	cr_assert_str_eq(text_at(opened, "snapshot/thread/space/name"), "Nytt rum");
	world_stop(w);
}

Test(snapshots, a_new_name_reaches_what_other_nodes_keep)
{
	struct world *w = world_start(2);
	struct person *anna = sign_in(w, 0, "anna"), *kalle = sign_in(w, 1, "kalle");
	int64_t until = now_ms() + ANSWER_MS;
	const char *name = "";

	post_in(anna, HERE, "hej");
	open_stream(kalle, HERE_STREAM);
	ok(anna, "me.update", "{s:s}", "name", "Anna Nyman");
	while (strcmp(name, "Anna Nyman") != 0 && now_ms() < until) {
		const json_t *posts = at(open_stream(kalle, HERE_STREAM), "snapshot/posts");

		name = text_at(json_array_get(posts, json_array_size(posts) - 1), "author/name");
	}
	cr_assert_str_eq(name, "Anna Nyman");
	world_stop(w);
}

Test(snapshots, what_was_deleted_is_in_none)
{
	struct world *w = world_start(2);
	struct person *anna = sign_in(w, 0, "anna"), *kalle = sign_in(w, 1, "kalle");
	json_t *opened;
	ID_TEXT(post);

	ok(anna, "post.create", "{s:s, s:s, s:s}", "thread", HERE, "post", post, "text", "hemligt");
	open_stream(kalle, HERE_STREAM);
	leave(kalle); /* nobody follows it on the second node but for what is kept there */
	ok(anna, "post.delete", "{s:s, s:s}", "thread", HERE, "post", post);
	kalle = sign_in(w, 1, "kalle");
	opened = open_stream(kalle, HERE_STREAM);
	cr_assert(!strstr(json_dumps(opened, 0), "hemligt"));
	world_stop(w);
}

/* --- over HTTP ------------------------------------------------------------------------------------------- */

static void make_large(struct world *w, const char *board, int cards)
{
	char statement[600];

	snprintf(statement, sizeof statement,
	        "INSERT INTO card (id, board_id, text, colour, x, y, width, height, \"order\", created_by) SELECT gen_random_uuid(), '%s', "
	        "repeat('ett kort ', 30), 'kalk', i, i, 160, 128, 'q' || lpad(i::text, 4, '0'), '%s' FROM generate_series(1, %d) i",
	        board, member_id("anna"), cards);
	sql(w, statement);
}

static json_t *open_fetching(struct person *p, const char *stream)
{
	return ok(p, "stream.open", "{s:s, s:b}", "stream", stream, "fetch", 1);
}

/* The text is what a client that takes no gzip gets. */
static struct http_answer *fetch_as(struct world *w, int node, const char *url, const char *who, const char *more)
{
	char headers[300], token[44];

	snprintf(headers, sizeof headers, "Authorization: Bearer %s\r\n%s", member_token(who, token), more);
	return http_get(w, node, url, headers);
}

static void status_is(struct http_answer *a, int status)
{
	cr_assert_eq(a->status, status, "%d: %s", a->status, a->body);
	http_answer_free(a);
}

Test(snapshots, a_large_one_is_fetched_and_is_the_same)
{
	struct world *w = world_start(2);
	struct person *anna = sign_in(w, 0, "anna");
	json_t *opened, *whole, *fetched;
	struct http_answer *a;
	char *seq, *control;

	cr_assert(has(open_fetching(anna, BOARD_STREAM), "snapshot"), "a small one is given");
	make_large(w, BOARD(IN_NETWORK), 400);
	card_on(anna, BOARD(IN_NETWORK), new_id(), "a1V");
	whole = json_deep_copy(open_stream(anna, BOARD_STREAM));
	cr_assert(has(whole, "snapshot"), "who cannot fetch gets it");
	opened = open_fetching(anna, BOARD_STREAM);
	cr_assert(!has(opened, "snapshot") && has(opened, "snapshot_url"));
	for (int node = 0; node < 2; node++) { /* the request may come to another node than the connection */
		a = fetch_as(w, node, text_at(opened, "snapshot_url"), "anna", "");
		cr_assert_eq(a->status, 200, "%s", a->body);
		fetched = json_loads(a->body, JSON_REJECT_DUPLICATES, NULL);
		cr_assert(fetched && json_equal(fetched, at(whole, "snapshot")));
		seq = http_header_of(a, "Korsdrag-Seq");
		control = http_header_of(a, "Cache-Control");
		cr_assert_eq(atoll(seq), int_at(opened, "seq"));
		cr_assert_str_eq(control, "private, no-store");
		free(seq);
		free(control);
		json_decref(fetched);
		http_answer_free(a);
	}
	json_decref(whole);
	world_stop(w);
}

Test(snapshots, what_is_fetched_later_holds_what_came_meanwhile)
{
	struct world *w = world_start(1);
	struct person *anna = sign_in(w, 0, "anna"), *kalle = sign_in(w, 0, "kalle");
	json_t *opened, *fetched;
	struct http_answer *a;
	json_int_t first;
	size_t cards;
	char *seq;

	make_large(w, BOARD(IN_NETWORK), 400);
	opened = open_fetching(kalle, BOARD_STREAM);
	first = int_at(opened, "seq");
	a = fetch_as(w, 0, text_at(opened, "snapshot_url"), "kalle", "");
	fetched = json_loads(a->body, 0, NULL);
	cards = json_array_size(at(fetched, "cards"));
	http_answer_free(a);
	json_decref(fetched);
	card_on(anna, BOARD(IN_NETWORK), new_id(), "a1V");
	a = fetch_as(w, 0, text_at(opened, "snapshot_url"), "kalle", "");
	fetched = json_loads(a->body, 0, NULL);
	seq = http_header_of(a, "Korsdrag-Seq");
	cr_assert_eq(json_array_size(at(fetched, "cards")), cards + 1);
	cr_assert_eq(atoll(seq), first + 1);
	cr_assert_eq(int_at(expect_event(kalle, BOARD_STREAM, "card.created"), "seq"), first + 1, "the event is told all the same");
	free(seq);
	http_answer_free(a);
	json_decref(fetched);
	world_stop(w);
}

/* Another's client inflates it. */
Test(snapshots, leave_by_gzip_for_who_takes_it)
{
	struct world *w = world_start(1);
	struct person *anna = sign_in(w, 0, "anna");
	char command[900], token[44], *coding;
	struct http_answer *a;
	json_t *opened;

	make_large(w, BOARD(IN_NETWORK), 400);
	opened = open_fetching(anna, BOARD_STREAM);
	a = fetch_as(w, 0, text_at(opened, "snapshot_url"), "anna", "Accept-Encoding: br, gzip\r\n");
	coding = http_header_of(a, "Content-Encoding");
	cr_assert_str_eq(coding, "gzip");
	free(coding);
	http_answer_free(a);
	a = fetch_as(w, 0, text_at(opened, "snapshot_url"), "anna", "Accept-Encoding: gzip;q=0\r\n");
	coding = http_header_of(a, "Content-Encoding");
	cr_assert_null(coding);
	snprintf(command, sizeof command, "cd '%s' && curl -fsS --compressed -H 'Authorization: Bearer %s' 'http://127.0.0.1:%d%s' | sha256sum >packed",
	        w->folder, member_token("anna", token), w->nodes[0].port, text_at(opened, "snapshot_url"));
	cr_assert_eq(system(command), 0);
	snprintf(command, sizeof command, "cd '%s' && curl -fsS -H 'Authorization: Bearer %s' 'http://127.0.0.1:%d%s' | sha256sum | cmp - packed",
	        w->folder, token, w->nodes[0].port, text_at(opened, "snapshot_url"));
	cr_assert_eq(system(command), 0, "they are not the same");
	http_answer_free(a);
	world_stop(w);
}

Test(snapshots, are_fetched_by_who_may_read_alone)
{
	struct world *w = world_start(1);
	struct person *stina = sign_in(w, 0, "stina");
	char url[200], cookie[200], token[44];
	json_t *opened;

	make_large(w, BOARD(IN_PRIVATE), 400);
	opened = open_fetching(stina, STREAM("board", BOARD(IN_PRIVATE)));
	snprintf(url, sizeof url, "%s", text_at(opened, "snapshot_url"));
	status_is(fetch_as(w, 0, url, "stina", ""), 200);
	status_is(fetch_as(w, 0, url, "kalle", ""), 404);
	status_is(fetch_as(w, 0, url, "admin", ""), 404);
	ok(stina, "space.remove_member", "{s:s, s:s}", "space", SPACE(IN_PRIVATE), "member", member_id("anna"));
	status_is(fetch_as(w, 0, url, "anna", ""), 404);
	status_is(http_get(w, 0, url, SAME_ORIGIN), 401);
	status_is(http_get(w, 0, url, "Authorization: Bearer nobody\r\n"), 401);
	status_is(http_get(w, 0, url, "Authorization: Basic xyz\r\n"), 401);
	/* A token is no cookie; and a page that is not ours gets nothing by a cookie. */
	snprintf(cookie, sizeof cookie, "Cookie: __Host-korsdrag=%s\r\n", member_token("stina", token));
	status_is(http_get(w, 0, url, cookie), 403);
	snprintf(cookie, sizeof cookie, "Cookie: __Host-korsdrag=%s\r\nSec-Fetch-Site: cross-site\r\n", token);
	status_is(http_get(w, 0, url, cookie), 403);
	snprintf(cookie, sizeof cookie, "Cookie: __Host-korsdrag=%s\r\nSec-Fetch-Site: same-origin\r\n", token);
	status_is(http_get(w, 0, url, cookie), 401);
	world_stop(w);
}

Test(snapshots, addresses_that_nobody_gave_out_hold_nothing)
{
	static const char *const paths[] = { "/snapshot/", "/snapshot/board", "/snapshot/" BOARD_STREAM, "/snapshot/" BOARD_STREAM "/",
		"/snapshot/" BOARD_STREAM "/x", "/snapshot/" BOARD_STREAM "/-1", "/snapshot/" BOARD_STREAM "/1x",
		"/snapshot/" BOARD_STREAM "/999999", "/snapshot/" BOARD_STREAM "/99999999999999999999", "/snapshot/nonsense:" HERE "/1",
		"/snapshot/thread:" BOARD(IN_NETWORK) "/0", "/snapshot/" STREAM("space", SPACE(IN_NETWORK)) "/0", "/snapshot" };
	struct world *w = world_start(1);
	struct person *anna = sign_in(w, 0, "anna");

	ok(anna, "me.get", "{}");
	for (size_t i = 0; i < sizeof paths / sizeof *paths; i++)
		status_is(fetch_as(w, 0, paths[i], "anna", ""), 404);
	status_is(fetch_as(w, 0, "/snapshot/" BOARD_STREAM "/0", "anna", ""), 200); /* a small one is no secret either */
	world_stop(w);
}

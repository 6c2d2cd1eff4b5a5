/* Edges of messages, hints and streams that no single noun's tests come to. */
#include "steps.h"
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#define HERE THREAD(IN_NETWORK)
#define HERE_STREAM STREAM("thread", HERE)
#define BOARD_STREAM STREAM("board", BOARD(IN_NETWORK))

static bool send_json(struct person *p, json_t *message)
{
	char *text = json_dumps(message, JSON_COMPACT);
	bool is_sent = client_send_text(p->client, text, strlen(text));

	free(text);
	json_decref(message);
	return is_sent;
}

static json_t *presence_notice(void)
{
	return json_pack("{s:s, s:s, s:{s:s, s:b}}", "jsonrpc", "2.0", "method", "presence.set", "params", "stream", BOARD_STREAM,
		"typing", 1);
}

/* --- batches --------------------------------------------------------------------------------------------------- */

Test(edges, a_batch_of_notifications_is_not_answered)
{
	struct world *w = world_start(1);
	struct person *anna = sign_in(w, 0, "anna");
	json_t *answers;

	open_stream(anna, BOARD_STREAM);
	cr_assert(send_json(anna, json_pack("[o, o, {s:s, s:s}]", presence_notice(), presence_notice(),
		"jsonrpc", "2.0", "method", "no.such")));
	ok(anna, "me.get", "{}");
	cr_assert_null(client_next_stray(anna->client, QUIET_MS), "a notification was answered");
	cr_assert(send_json(anna, json_pack("[o, {s:s, s:i, s:s}, {s:s, s:i, s:s}]", presence_notice(), "jsonrpc", "2.0", "id", 7,
		"method", "me.get", "jsonrpc", "2.0", "id", 8, "method", "no.such")));
	answers = client_next_stray(anna->client, ANSWER_MS);
	cr_assert_eq(json_array_size(answers), 2, "%s", json_dumps(answers, 0));
	for (size_t i = 0; i < 2; i++) {
		const json_t *one = json_array_get(answers, i);

		cr_assert(int_at(one, "id") == 7 ? has(one, "result/member") : int_at(one, "error/code") == KD_E_METHOD);
	}
	json_decref(answers);
	world_stop(w);
}

/* What comes behind the message that was one too many is not looked at any more. */
Test(edges, a_batch_ends_where_patience_does)
{
	struct world *w = world_start(1);
	struct person *kalle = sign_in(w, 0, "kalle"), *anna = sign_in(w, 0, "anna");
	json_t *batch = json_array();
	char *count;

	for (int i = 0; i < 15; i++)
		cr_assert(client_send_text(kalle->client, "{}", 2));
	for (int i = 0; i < 10; i++)
		json_array_append_new(batch, json_object());
	json_array_append_new(batch, json_pack("{s:s, s:i, s:s, s:{s:s, s:s, s:s, s:s}}", "jsonrpc", "2.0", "id", 1, "method",
		"post.create", "params", "thread", HERE, "post", new_id(), "text", "för sent", "op", new_id()));
	cr_assert(send_json(kalle, batch));
	expect_closed(kalle, 1008);
	ok(anna, "me.get", "{}");
	count = sql_text(w, "SELECT count(*) FROM post WHERE text = 'för sent'");
	cr_assert_str_eq(count, "0");
	free(count);
	world_stop(w);
}

/* --- hints ------------------------------------------------------------------------------------------------------- */

/* Changes in two spaces within a moment come as one hint, each topic and space in it once. */
Test(edges, hints_are_gathered)
{
	struct world *w = world_start(1);
	struct person *anna = sign_in(w, 0, "anna"), *olle = sign_in(w, 0, "olle");
	int64_t asked[12];
	json_t *hint;

	ok(olle, "feed.watch", "{s:[s, s]}", "topics", "threads", "people");
	for (int i = 0; i < 12; i++)
		asked[i] = ask_soon(anna, "post.create", "{s:s, s:s, s:s}", "thread", i % 2 ? HERE : THREAD(IN_BOARD), "post", new_id(),
			"text", "x");
	answers_ok(anna, asked, 12);
	hint = expect_notice(olle, "hint");
	cr_assert(json_array_size(at(hint, "topics")) == 1 && strcmp(text_at(hint, "topics/0"), "threads") == 0);
	cr_assert_eq(json_array_size(at(hint, "spaces")), 2, "%s", json_dumps(hint, 0));
	cr_assert_str_neq(text_at(hint, "spaces/0"), text_at(hint, "spaces/1"));
	ok(anna, "me.update", "{s:s}", "title", "chef");
	expect_nothing(anna);
	world_stop(w);
}

static bool hint_names(const json_t *hint, const char *space)
{
	json_t *one;
	size_t i;

	json_array_foreach(at(hint, "spaces"), i, one)
		if (strcmp(json_string_value(one), space) == 0)
			return true;
	return false;
}

/* The same changes, in a public, a cohort's and a private space: each group of readers has words of its own, all in it the same. */
Test(edges, a_hint_names_what_its_reader_may_see)
{
	static const char *const who[] = { "olle", "olle", "kalle", "lone", "stina" };
	static const struct { const char *space, *thread, *readers; } places[] = {
		{ SPACE(IN_NETWORK), THREAD(IN_NETWORK), "olle kalle lone stina" }, { SPACE(IN_COHORT), THREAD(IN_COHORT), "olle" },
		{ SPACE(IN_PRIVATE), THREAD(IN_PRIVATE), "stina" },
	};
	struct world *w = world_start(1);
	struct person *anna = sign_in(w, 0, "anna"), *readers[5];
	int64_t asked[3];

	for (int i = 0; i < 5; i++) {
		readers[i] = sign_in(w, 0, who[i]);
		ok(readers[i], "feed.watch", "{s:[s]}", "topics", i == 3 ? "boards" : "threads");
	}
	for (int i = 0; i < 3; i++)
		asked[i] = ask_soon(anna, "post.create", "{s:s, s:s, s:s}", "thread", places[i].thread, "post", new_id(), "text", "x");
	answers_ok(anna, asked, 3);
	for (int i = 0; i < 5; i++) {
		size_t wanted = 0;
		json_t *hint;

		if (i == 3) /* watches another list */
			continue;
		for (int p = 0; p < 3; p++)
			wanted += strstr(places[p].readers, who[i]) != NULL;
		for (size_t named = 0; named < wanted;) {
			hint = expect_notice(readers[i], "hint");
			for (int p = 0; p < 3; p++) {
				bool is_named = hint_names(hint, places[p].space);

				named += is_named;
				cr_assert(!is_named || strstr(places[p].readers, who[i]), "%s hears of %s", who[i], places[p].space);
			}
		}
	}
	for (int i = 0; i < 5; i++)
		while (client_next(readers[i]->client, QUIET_MS))
			cr_assert_fail("%s hears more", who[i]);
	world_stop(w);
}

/* --- streams -------------------------------------------------------------------------------------------------------- */

static void write_behind(struct world *w, int events)
{
	char statement[600];

	snprintf(statement, sizeof statement,
		"INSERT INTO event (stream_id, seq, type, body) SELECT e.stream_id, s.head + n, e.type, e.body FROM event e "
		"JOIN stream s ON s.id = e.stream_id, generate_series(1, %d) n WHERE e.stream_id = '" HERE "' AND e.seq = 2; "
		"UPDATE stream SET head = head + %d WHERE id = '" HERE "'", events, events);
	sql(w, statement);
}

/* As if another node had written and its word been lost: whoever opens the stream makes it known to all who are there. */
Test(edges, a_newcomer_knows_more_than_who_is_there)
{
	struct world *w = world_start(1);
	struct person *kalle = sign_in(w, 0, "kalle"), *eva = sign_in(w, 0, "eva");
	json_int_t seq = int_at(open_stream(kalle, HERE_STREAM), "seq");

	for (int round = 0; round < 3; round++, seq += 3) {
		write_behind(w, 3);
		cr_assert_eq(int_at(open_stream(eva, HERE_STREAM), "seq"), seq + 3);
		hear_until(kalle, HERE_STREAM, seq, seq + 3);
		ok(eva, "stream.close", "{s:s}", "stream", HERE_STREAM);
	}
	expect_no_event(eva);
	world_stop(w);
}

/* Who comes back signs in on what the node holds of them already; their own stream may have grown behind its back. */
Test(edges, a_members_own_stream_may_have_grown_behind)
{
	struct world *w = world_start(1);
	struct person *first = sign_in(w, 0, "kalle"), *second;

	ok(first, "me.get", "{}");
	ok(first, "me.update", "{s:s}", "title", "en");
	second = sign_in(w, 0, "kalle");
	ok(second, "me.get", "{}");
	ok(second, "me.update", "{s:s}", "title", "två");
	cr_assert_str_eq(text_at(ok(first, "me.get", "{}"), "title"), "två");
	world_stop(w);
}

/* A kind without snapshots gives no more than its limit of events, and says where it stands. */
Test(edges, too_much_missed_of_what_has_no_snapshot)
{
	struct world *w = world_start(1);
	struct person *kalle = sign_in(w, 0, "kalle");
	char statement[700];
	json_t *opened;

	snprintf(statement, sizeof statement,
		"INSERT INTO stream (id, kind) VALUES ('%s', 'member') ON CONFLICT DO NOTHING; "
		"INSERT INTO event (stream_id, seq, type, body) SELECT s.id, s.head + n, 'member.changed', "
		"jsonb_build_object('member', s.id) FROM stream s, generate_series(1, 1001) n WHERE s.id = '%s'; "
		"UPDATE stream SET head = head + 1001 WHERE id = '%s'", member_id("kalle"), member_id("kalle"), member_id("kalle"));
	sql(w, statement);
	snprintf(statement, sizeof statement, "member:%s", member_id("kalle"));
	opened = open_since(kalle, statement, 0);
	cr_assert_eq(json_array_size(at(opened, "events")), 0);
	cr_assert_geq(int_at(opened, "seq"), 1001);
	world_stop(w);
}

/* --- the bus: whoever may write to the database's channel can still not harm a node ---------------------------------- */

#define STRANGER "01890000-0000-7000-8000-0000000000ff"

Test(edges, words_on_the_bus_that_make_no_sense_do_no_harm)
{
	static const char *const words[] = { "", "{", "[]", "{}", "{\"n\":5}", "{\"n\":\"" STRANGER STRANGER "\"}",
		"{\"n\":\"" STRANGER "\",\"h\":[5,[],[5],[\"thread\"],[\"thread:x\",1],[\"nonsense:" HERE "\",1],[\"" HERE_STREAM "\"],"
		"[\"" HERE_STREAM "\",-1,0,0,\"\",\"\"],[\"" HERE_STREAM "\",\"x\",0,0,5,\"\"],[\"" HERE_STREAM "\",1,0,0,\"\",5],"
		"[\"" HERE_STREAM "\",1,0,0,\"" HERE HERE "\",\"\"],[\"" HERE_STREAM "\",1,0,0,\"\",\"" HERE HERE "\"],"
		"[\"" HERE HERE HERE "\",1]]}",
		"{\"n\":\"" STRANGER "\",\"w\":[5,\"\",\"thread:x\",\"" BOARD_STREAM "\"]}",
		"{\"n\":\"" STRANGER "\",\"p\":5}",
		"{\"n\":\"" STRANGER "\",\"p\":[5,{},{\"stream\":5},{\"stream\":\"" HERE HERE HERE "\"},{\"stream\":\"" HERE_STREAM "\"},"
		"{\"stream\":\"" BOARD_STREAM "\",\"present\":[5,{},{\"conn\":5},{\"conn\":\"" HERE HERE HERE "\"}],"
		"\"left\":[5,\"x\"]}]}",
		"{\"n\":\"" STRANGER "\",\"bye\":5}", "{\"n\":\"" STRANGER "\",\"bye\":true}", "{\"n\":\"" STRANGER "\",\"bye\":true}" };
	struct world *w = world_start(2);
	struct person *anna = sign_in(w, 0, "anna"), *kalle = sign_in(w, 1, "kalle");
	json_int_t seq = int_at(open_stream(kalle, HERE_STREAM), "seq");
	const char *conn = text_at(open_stream(kalle, BOARD_STREAM), "conn");
	double heard = metric_of(w, 1, "korsdrag_bus_heard_total");

	for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
		char *quoted = PQescapeLiteral(world_pg(w), words[i], strlen(words[i])), statement[2000];

		snprintf(statement, sizeof statement, "SELECT pg_notify('korsdrag', %s)", quoted);
		PQfreemem(quoted);
		sql(w, statement);
	}
	post_in(anna, HERE, "hej"); /* by the same bus, behind them */
	hear_until(kalle, HERE_STREAM, seq, seq + 1);
	cr_assert_geq(metric_of(w, 1, "korsdrag_bus_heard_total"), heard + 7);
	cr_assert_eq(json_array_size(at(open_stream(kalle, BOARD_STREAM), "present")), 0, "somebody is there who is not");
	cr_assert_str_eq(text_at(open_stream(anna, BOARD_STREAM), "stream"), BOARD_STREAM);
	cr_assert(*conn);
	world_stop(w);
}

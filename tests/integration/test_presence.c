/* Who is here: people come, point, write and go, on any node, and are never stored. */
#include "steps.h"
#include "protocol/stream.h"
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#define HERE_STREAM STREAM("board", BOARD(IN_NETWORK))

/* The newest that `p` is told of the connection `conn`; NULL when it is told within `ms` that the connection
 * left. */
static json_t *told_of(struct person *p, const char *conn, int ms)
{
	int64_t deadline = now_ms() + ms;

	for (;;) {
		json_t *notice = client_next(p->client, (int)(deadline - now_ms())), *one;
		size_t i;

		must(notice, "%s is not told of %s", p->who, conn);
		json_array_append_new(p->kept, notice);
		if (strcmp(text_at(notice, "method"), "presence.changed") != 0)
			continue;
		json_array_foreach(at(notice, "params/left"), i,
		        one) if (strcmp(json_string_value(one), conn) == 0) return NULL;
		json_array_foreach(at(notice, "params/present"), i,
		        one) if (strcmp(text_at(one, "conn"), conn) == 0) return one;
	}
}

static void set_presence(struct person *p, const char *format, ...)
{
	va_list args;
	json_t *params;

	va_start(args, format);
	params = json_vpack_ex(NULL, 0, format, args);
	va_end(args);
	json_object_set_new(params, "stream", json_string(HERE_STREAM));
	must(client_notify(p->client, "presence.set", params), "%s is gone", p->who);
}

static void comes_points_and_goes(int nodes)
{
	struct world *w = world_start(nodes);
	struct person *anna = sign_in(w, 0, "anna"), *kalle = sign_in(w, nodes - 1, "kalle");
	const char *conn = text_at(open_stream(kalle, HERE_STREAM), "conn");
	json_t *opened, *one;
	char own[65]; /* outlives anna */

	wait_ms(150);
	opened = open_stream(anna, HERE_STREAM);
	snprintf(own, sizeof own, "%s", text_at(opened, "conn"));
	cr_assert_str_neq(own, conn);
	one = told_of(kalle, own, 2000);
	cr_assert_str_eq(text_at(one, "member"), member_id("anna"));
	cr_assert_str_eq(text_at(one, "name"), "Förvaltningschef anna");
	if (json_array_size(at(opened, "present")) >
	        0) /* on one node at once, else when the other has answered */
		cr_assert_str_eq(text_at(opened, "present/0/conn"), conn);
	else
		cr_assert_str_eq(text_at(told_of(anna, conn, 2000), "member"), member_id("kalle"));
	set_presence(anna, "{s:{s:f, s:f}, s:[s]}", "cursor", "x", 12.5, "y", -3.0, "held", CARD(IN_NETWORK));
	while (!has(one = told_of(kalle, own, 2000), "cursor"))
		;
	cr_assert(json_number_value(at(one, "cursor/x")) == 12.5 &&
	          strcmp(text_at(one, "held/0"), CARD(IN_NETWORK)) == 0);
	set_presence(anna, "{s:b}", "typing", 1);
	while (!has(one = told_of(kalle, own, 2000), "typing"))
		;
	cr_assert(!has(one, "cursor"), "what is not given is not so");
	ok(anna, "stream.close", "{s:s}", "stream", HERE_STREAM);
	while (told_of(kalle, own, 2000))
		;
	cr_assert_eq(json_array_size(at(open_stream(kalle, HERE_STREAM), "present")), 0);
	opened = open_stream(anna, HERE_STREAM);
	told_of(kalle, own, 2000);
	leave(anna);
	while (told_of(kalle, own, 2000))
		;
	world_stop(w);
}

Test(presence, one_comes_points_and_goes)
{
	comes_points_and_goes(1);
}

Test(presence, one_comes_points_and_goes_on_another_node)
{
	comes_points_and_goes(2);
}

Test(presence, many_steps_are_told_as_few)
{
	struct world *w = world_start(1);
	struct person *anna = sign_in(w, 0, "anna"), *kalle = sign_in(w, 0, "kalle");
	const char *conn;
	json_t *one;
	int told = 0;

	open_stream(kalle, HERE_STREAM);
	conn = text_at(open_stream(anna, HERE_STREAM), "conn");
	for (int i = 1; i <= 200; i++)
		set_presence(anna, "{s:{s:i, s:i}}", "cursor", "x", i, "y", 0);
	do {
		one = told_of(kalle, conn, 2000);
		told++;
	} while (!has(one, "cursor") || json_number_value(at(one, "cursor/x")) != 200);
	cr_assert_lt(told, 50, "each of %d steps was told", told);
	world_stop(w);
}

Test(presence, a_killed_node_takes_its_people_with_it)
{
	struct world *w = world_start(2);
	struct person *anna = sign_in(w, 0, "anna"), *kalle = sign_in(w, 1, "kalle");
	const char *conn = text_at(open_stream(anna, HERE_STREAM), "conn");

	open_stream(kalle, HERE_STREAM);
	told_of(kalle, conn, 2000);
	node_kill(w, 0);
	while (told_of(kalle, conn, 12000))
		;
	cr_assert_eq(json_array_size(at(open_stream(kalle, HERE_STREAM), "present")), 0);
	world_stop(w);
}

Test(presence, is_only_for_who_has_opened_the_stream)
{
	struct world *w = world_start(1);
	struct person *anna = sign_in(w, 0, "anna"), *kalle = sign_in(w, 0, "kalle");
	char *before = digest(w);

	open_stream(kalle, HERE_STREAM);
	set_presence(anna, "{s:b}", "typing", 1); /* not open: nothing */
	json_object_clear(
	        ask(anna, "presence.set", json_pack("{s:s, s:b}", "stream", HERE_STREAM, "typing", 1)));
	wait_ms(200);
	open_stream(anna, STREAM("thread", THREAD(IN_COHORT)));
	for (json_t *notice; (notice = client_next(kalle->client, QUIET_MS)); json_decref(notice)) {
		char *text = json_dumps(notice, 0);

		cr_assert(!strstr(text, member_id("anna")), "%s", text);
		free(text);
	}
	unchanged(w, before);
	world_stop(w);
}

/* How many come to be known to `p`, who comes now, up to `want`. */
static size_t known_to(struct person *p, size_t want)
{
	int64_t deadline = now_ms() + ANSWER_MS;
	json_t *conns = json_object(), *notice, *one;
	size_t i, count;

	json_array_foreach(at(open_stream(p, HERE_STREAM), "present"), i, one)
		json_object_set_new(conns, text_at(one, "conn"), json_true());
	while (json_object_size(conns) < want && (notice = client_next(p->client, (int)(deadline - now_ms())))) {
		if (strcmp(text_at(notice, "method"), "presence.changed") == 0)
			json_array_foreach(at(notice, "params/present"), i, one)
				json_object_set_new(conns, text_at(one, "conn"), json_true());
		json_decref(notice);
	}
	count = json_object_size(conns);
	json_decref(conns);
	return count;
}

/* All of them together are more than a message of the bus holds. */
Test(presence, a_crowd_on_one_node_is_told_to_who_comes_to_another)
{
	static const char *const who[] = { "anna", "kalle", "eva" };
	struct world *w = world_start(2);
	size_t crowd = 57;

	for (size_t i = 0; i < crowd; i++)
		open_stream(sign_in(w, 0, who[i % 3]), HERE_STREAM);
	cr_assert_geq(known_to(sign_in(w, 1, "stina"), crowd), crowd);
	world_stop(w);
}

static void bus_cut(struct world *w, int node)
{
	char statement[300], *cut;

	sql(w, "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I CONNECTION LIMIT 0', current_database()); END $$");
	snprintf(statement, sizeof statement,
	        "SELECT count(*) FILTER (WHERE pg_terminate_backend(pid, 5000)) FROM pg_stat_activity"
	        " WHERE datname = current_database() AND application_name = 'korsdrag %d' AND query ~ 'LISTEN|pg_notify'",
	        (int)w->nodes[node].pid);
	cut = sql_text(w, statement);
	cr_assert_str_eq(cut, "1");
	free(cut);
}

static void bus_mend(struct world *w)
{
	sql(w, "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I CONNECTION LIMIT -1', current_database()); END $$");
}

/* Neither those who went on the node that could not be heard nor those whose going it could not hear stay as ghosts. */
Test(presence, who_goes_while_a_node_is_cut_off_is_gone_when_it_is_back)
{
	struct world *w = world_start(2);
	struct person *anna = sign_in(w, 0, "anna"), *stina = sign_in(w, 0, "stina");
	struct person *kalle = sign_in(w, 1, "kalle"), *eva = sign_in(w, 1, "eva");
	const char *of_stina, *of_kalle;

	open_stream(anna, HERE_STREAM);
	open_stream(eva, HERE_STREAM);
	of_stina = text_at(open_stream(stina, HERE_STREAM), "conn");
	of_kalle = text_at(open_stream(kalle, HERE_STREAM), "conn");
	cr_assert(told_of(anna, of_kalle, 5000) && told_of(eva, of_stina, 5000));
	bus_cut(w, 0);
	ok(kalle, "stream.close", "{s:s}", "stream", HERE_STREAM);
	ok(stina, "stream.close", "{s:s}", "stream", HERE_STREAM);
	while (told_of(eva, of_kalle, ANSWER_MS)) /* on their own nodes it is known: the word to the other is lost */
		;
	while (told_of(anna, of_stina, ANSWER_MS))
		;
	wait_ms(100);
	bus_mend(w);
	while (told_of(anna, of_kalle, ANSWER_MS))
		;
	while (told_of(eva, of_stina, ANSWER_MS))
		;
	world_stop(w);
}

/* A reader whose socket takes nothing is not sent each step; but that somebody went, it hears when it reads again. */
Test(presence, a_slow_reader_is_told_of_who_went_meanwhile)
{
	struct world *w = world_start(1);
	struct person *anna = sign_in(w, 0, "anna"), *kalle = sign_in(w, 0, "kalle"), *slow = sign_in(w, 0, "eva");
	int small = 16 * 1024, large = 1 << 20;
	char *text = malloc(30001), thread[] = STREAM("thread", THREAD(IN_NETWORK));
	const char *conn;

	memset(text, 'x', 30000);
	text[30000] = '\0';
	setsockopt(client_fd(slow->client), SOL_SOCKET, SO_RCVBUF, &small, sizeof small);
	open_stream(slow, HERE_STREAM);
	open_stream(slow, thread);
	conn = text_at(open_stream(kalle, HERE_STREAM), "conn");
	while (metric_of(w, 0, "korsdrag_viewers_behind_total") == 0)
		post_in(anna, THREAD(IN_NETWORK), text);
	ok(kalle, "stream.close", "{s:s}", "stream", HERE_STREAM);
	wait_ms(200); /* some ticks */
	setsockopt(client_fd(slow->client), SOL_SOCKET, SO_RCVBUF, &large, sizeof large);
	while (told_of(slow, conn, ANSWER_MS))
		;
	free(text);
	world_stop(w);
}

/* How many connections of `member` `p` is told of, until no more come. */
static size_t count_of(struct person *p, const char *member)
{
	json_t *conns = json_object(), *notice, *one;
	size_t i, count;

	while ((notice = client_next(p->client, json_object_size(conns) ? 1000 : ANSWER_MS))) {
		json_array_foreach(at(notice, "params/present"), i, one)
			if (strcmp(text_at(one, "member"), member) == 0)
				json_object_set_new(conns, text_at(one, "conn"), json_true());
		json_decref(notice);
	}
	count = json_object_size(conns);
	json_decref(conns);
	return count;
}

/* Of a crowd as many are shown as one list holds; when they go, others take their places, on the other node too. */
Test(presence, a_crowd_is_shown_in_part)
{
	struct world *w = world_start_with(2, "limit.connections_per_member = 0\n");
	struct person *first[KD_PRESENT_MAX], *looks = sign_in(w, 0, "kalle"), *other = sign_in(w, 1, "eva");
	int after = 60; /* others come onto the list when 50 have gone */

	for (int i = 0; i < KD_PRESENT_MAX; i++)
		open_stream(first[i] = sign_in(w, 0, "anna"), HERE_STREAM);
	for (int i = 0; i < after; i++)
		open_stream(sign_in(w, 0, "stina"), HERE_STREAM);
	cr_assert_eq(json_array_size(at(open_stream(looks, HERE_STREAM), "present")), KD_PRESENT_MAX);
	cr_assert_geq(known_to(other, KD_PRESENT_MAX - 1), KD_PRESENT_MAX - 1, "with oneself the list is full");
	for (int i = 0; i < after; i++)
		leave(first[i]);
	cr_assert_geq(count_of(looks, member_id("stina")), 50);
	cr_assert_geq(count_of(other, member_id("stina")), 49);
	world_stop(w);
}

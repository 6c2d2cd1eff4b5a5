/* Who is here: people come, point, write and go, on any node, and are never stored. */
#include "steps.h"
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

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

/* A board's one timer: what each method does, what it refuses, and that every node and whoever comes late tell the same. */
#include "replay.h"
#include "steps.h"
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#define HERE BOARD(IN_NETWORK)
#define HERE_STREAM STREAM("board", HERE)

static json_int_t clock_of(struct person *p)
{
	return int_at(ok(p, "clock.get", "{}"), "now");
}

static bool is_near(json_int_t a, json_int_t b)
{
	return llabs((long long)(a - b)) < 5000; /* as long as a call may take beside other tests */
}

Test(timer, runs_is_paused_resumed_extended_and_stopped_for_everybody)
{
	struct world *w = world_start(2);
	struct person *anna = sign_in(w, 0, "anna"), *kalle = sign_in(w, 1, "kalle"), *netta = sign_in(w, 1, "netta");
	json_t *view = view_answer(NULL, open_stream(kalle, HERE_STREAM)), *event, *fresh, *tables;
	json_int_t now = clock_of(kalle), left;

	cr_assert(!has(view, "timer"));
	ok(anna, "timer.start", "{s:s, s:i, s:s}", "board", HERE, "seconds", 300, "label", "Egna idéer");
	view_apply(view, event = expect_event(kalle, HERE_STREAM, "timer.started"));
	cr_assert_str_eq(text_at(event, "body/timer/label"), "Egna idéer");
	cr_assert(is_near(int_at(event, "body/timer/ends_at"), now + 300000), "%s", json_dumps(event, 0));
	cr_assert(int_at(event, "body/timer/duration") == 300000 && !has(event, "body/timer/left"));
	ok(netta, "timer.pause", "{s:s}", "board", HERE);
	view_apply(view, event = expect_event(kalle, HERE_STREAM, "timer.paused"));
	left = int_at(event, "body/timer/left");
	cr_assert(left <= 300000 && is_near(left, 300000) && !has(event, "body/timer/ends_at"));
	ok(anna, "timer.extend", "{s:s, s:i}", "board", HERE, "seconds", 60);
	view_apply(view, event = expect_event(kalle, HERE_STREAM, "timer.extended"));
	cr_assert(int_at(event, "body/timer/left") == left + 60000 && int_at(event, "body/timer/duration") == 360000);
	ok(anna, "timer.resume", "{s:s}", "board", HERE);
	view_apply(view, event = expect_event(kalle, HERE_STREAM, "timer.resumed"));
	cr_assert(is_near(int_at(event, "body/timer/ends_at"), clock_of(anna) + left + 60000));
	fresh = view_of_snapshot(at(open_stream(sign_in(w, 0, "lone"), HERE_STREAM), "snapshot"));
	tables = view_of_tables(w, HERE);
	view_expect(view, fresh, "the events and what who comes late is told");
	view_expect(view, tables, "the events and the tables");
	ok(netta, "timer.stop", "{s:s}", "board", HERE);
	view_apply(view, expect_event(kalle, HERE_STREAM, "timer.stopped"));
	cr_assert(!has(view, "timer") && !has(open_stream(anna, HERE_STREAM), "snapshot/board/timer"));
	json_decref(view);
	json_decref(fresh);
	json_decref(tables);
	world_stop(w);
}

Test(timer, what_it_refuses_changes_nothing)
{
	struct world *w = world_start(1);
	struct person *anna = sign_in(w, 0, "anna"), *kalle = sign_in(w, 0, "kalle");
	char *before = digest(w);

	refused(anna, KD_E_INVALID, "/seconds", "timer.start", "{s:s, s:i}", "board", HERE, "seconds", 4);
	refused(anna, KD_E_INVALID, "/seconds", "timer.start", "{s:s, s:i}", "board", HERE, "seconds", 28801);
	refused(anna, KD_E_INVALID, "/label", "timer.start", "{s:s, s:i, s:s}", "board", HERE, "seconds", 60, "label", "a\nb");
	refused(anna, KD_E_CONFLICT, NULL, "timer.pause", "{s:s}", "board", HERE);
	refused(anna, KD_E_CONFLICT, NULL, "timer.resume", "{s:s}", "board", HERE);
	refused(anna, KD_E_CONFLICT, NULL, "timer.stop", "{s:s}", "board", HERE);
	refused(anna, KD_E_CONFLICT, NULL, "timer.extend", "{s:s, s:i}", "board", HERE, "seconds", 60);
	refused(kalle, KD_E_FORBIDDEN, NULL, "timer.start", "{s:s, s:i}", "board", HERE, "seconds", 60);
	unchanged(w, before);
	ok(anna, "timer.start", "{s:s, s:i}", "board", HERE, "seconds", 28800);
	before = digest(w);
	refused(anna, KD_E_CONFLICT, NULL, "timer.start", "{s:s, s:i}", "board", HERE, "seconds", 60);
	refused(anna, KD_E_INVALID, "/seconds", "timer.extend", "{s:s, s:i}", "board", HERE, "seconds", 60);
	refused(kalle, KD_E_FORBIDDEN, NULL, "timer.extend", "{s:s, s:i}", "board", HERE, "seconds", 60);
	unchanged(w, before);
	world_stop(w);
}

/* J5: when the time is out nothing is blocked, and more can be given. */
Test(timer, whose_time_is_out_blocks_nothing_and_can_be_extended)
{
	struct world *w = world_start(2);
	struct person *anna = sign_in(w, 0, "anna"), *kalle = sign_in(w, 1, "kalle");
	json_t *event;

	open_stream(kalle, HERE_STREAM);
	ok(anna, "timer.start", "{s:s, s:i}", "board", HERE, "seconds", 5);
	sql(w, "UPDATE timer SET ends_at = now() - interval '1 minute'");
	card_on(kalle, HERE, new_id(), "a7");
	refused(anna, KD_E_CONFLICT, NULL, "timer.pause", "{s:s}", "board", HERE);
	ok(anna, "timer.extend", "{s:s, s:i}", "board", HERE, "seconds", 60);
	expect_event(kalle, HERE_STREAM, "timer.started");
	expect_event(kalle, HERE_STREAM, "card.created");
	event = expect_event(kalle, HERE_STREAM, "timer.extended");
	cr_assert(is_near(int_at(event, "body/timer/ends_at"), clock_of(kalle) + 60000), "it is counted from now");
	sql(w, "UPDATE timer SET ends_at = now() - interval '1 minute'");
	ok(anna, "timer.start", "{s:s, s:i}", "board", HERE, "seconds", 60);
	expect_event(kalle, HERE_STREAM, "timer.started");
	world_stop(w);
}

Test(timer, outlives_its_nodes)
{
	struct world *w = world_start(1);
	struct person *anna = sign_in(w, 0, "anna");
	json_int_t ends_at;

	ok(anna, "timer.start", "{s:s, s:i}", "board", HERE, "seconds", 600);
	ends_at = int_at(open_stream(anna, HERE_STREAM), "snapshot/board/timer/ends_at");
	node_kill(w, 0);
	node_start(w, 0);
	reconnect(anna, 0);
	cr_assert_eq(int_at(open_stream(anna, HERE_STREAM), "snapshot/board/timer/ends_at"), ends_at);
	world_stop(w);
}

/* NATS as the bus between two nodes: who hears what. */
#include "nats_world.h"
#include <criterion/criterion.h>
#include <string.h>

static struct nats_server s;

static void setup(void)
{
	s = nats_server_new();
	nats_server_start(&s);
}

static void teardown(void)
{
	nats_server_end(&s);
}

TestSuite(nats, .init = setup, .fini = teardown);

Test(nats, a_node_hears_of_the_streams_that_it_shows)
{
	struct world *w = joined_by(2, ALL_OF(&s), "bus.subjects = stad.test\n");
	struct person *anna = sign_in(w, 0, "anna"), *kalle = sign_in(w, 1, "kalle");
	double gaps;

	until_interest(&s, "stad.test.nodes", 2);
	cr_assert_eq(nats_server_interest(&s, "stad.test.stream." BOARD_STREAM), 0);
	open_stream(kalle, BOARD_STREAM);
	until_interest(&s, "stad.test.stream." BOARD_STREAM, 1);
	gaps = metric_of(w, 1, "korsdrag_journal_reads_total");
	for (int i = 0; i < 5; i++)
		sees_a_card(anna, kalle);
	cr_assert_geq(metric_of(w, 1, "korsdrag_journal_reads_total") - gaps, 1);
	ok(kalle, "stream.close", "{s:s}", "stream", BOARD_STREAM);
	until_interest(&s, "stad.test.stream." BOARD_STREAM, 0);
	world_stop(w);
}

/* By NATS's own count: to a node that shows a board each change of it is delivered, and to one that does not next to
 * nothing, however much happens there. */
Test(nats, what_nobody_looks_at_is_not_delivered)
{
	enum { CARDS = 60 };
	struct world *w = joined_by(2, ALL_OF(&s), "");
	struct person *anna = sign_in(w, 0, "anna"), *kalle = sign_in(w, 1, "kalle");
	const char *only_kalles = "korsdrag.stream.member:" FIXTURE_ID("0b009");
	json_int_t subscriptions, before, shown, unshown;
	int64_t began;

	until_interest(&s, only_kalles, 1);
	subscriptions = nats_server_number(&s, only_kalles, "subscriptions");
	before = nats_server_number(&s, only_kalles, "out_msgs");
	began = now_ms();
	for (int i = 0; i < CARDS; i++)
		card_on(anna, BOARD(IN_NETWORK), new_id(), "a1");
	unshown = nats_server_number(&s, only_kalles, "out_msgs") - before;
	/* Signs of life each two seconds, hints at most each fifth of one. */
	cr_assert_leq(unshown, 3 + (now_ms() - began) / 150, "%lld messages for nobody", (long long)unshown);
	cr_assert_eq(nats_server_number(&s, only_kalles, "subscriptions"), subscriptions);
	open_stream(kalle, BOARD_STREAM);
	until_interest(&s, "korsdrag.stream." BOARD_STREAM, 1);
	cr_assert_eq(nats_server_number(&s, only_kalles, "subscriptions"), subscriptions + 1);
	before = nats_server_number(&s, only_kalles, "out_msgs");
	for (int i = 0; i < CARDS; i++)
		sees_a_card(anna, kalle);
	shown = nats_server_number(&s, only_kalles, "out_msgs") - before;
	cr_assert_geq(shown, CARDS, "%lld messages for a viewer", (long long)shown);
	world_stop(w);
}

/* What says so to everyone: a hint of a new thread reaches a node on which nobody has opened it. */
static void hears_of_a_thread(struct person *anna, struct person *kalle)
{
	ID_TEXT(thread);
	ID_TEXT(post);

	expect_no_event(kalle); /* what is still on its way from before */
	json_array_clear(kalle->notices);
	ok(anna, "thread.create", "{s:s, s:s, s:s, s:s, s:s}", "space", SPACE(IN_NETWORK), "thread", thread, "post", post, "title", "Hej", "text", "hej");
	cr_assert_str_eq(text_at(expect_notice(kalle, "hint"), "topics/0"), "threads");
}

Test(nats, hints_reach_every_node_and_go_another_way_in_an_outage)
{
	struct world *w = joined_by(2, ALL_OF(&s), "");
	struct person *anna = sign_in(w, 0, "anna"), *kalle = sign_in(w, 1, "kalle");

	ok(kalle, "feed.watch", "{s:[s]}", "topics", "threads");
	hears_of_a_thread(anna, kalle);
	nats_server_kill(&s);
	until_connected(w, false);
	cr_assert_eq(json_array_size(at(expect_notice(kalle, "hint"), "spaces")), 0, "something may have been missed");
	for (int i = 0; i < 3; i++)
		hears_of_a_thread(anna, kalle);
	nats_server_start(&s);
	until_connected(w, true);
	hears_of_a_thread(anna, kalle);
	world_stop(w);
}

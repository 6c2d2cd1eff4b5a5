/* The bus between two nodes, on a real database: what is said arrives at the other and not at oneself, cut into as many
 * messages as it needs. */
#include "../db/fixture.h"
#include "base/clock.h"
#include "base/metrics.h"
#include "stream/bus.h"
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NODE_A "01890000-0000-7000-8000-00000000000a"
#define NODE_B "01890000-0000-7000-8000-00000000000b"
#define STREAM "board:01890000-0000-7000-8000-0000000000f1"
#define COHORT "01890000-0000-7000-8000-0000000000c1"
#define SPACE "01890000-0000-7000-8000-0000000000e1"

struct ear { /* what one node has heard */
	struct bus *bus;
	int heads, hints, present, left, messages, who, comes, again, lost, restored, hints_lost;
	int64_t head;
	bool has_access, is_done;
	struct access access;
	int until_heads, until_hints, until_present, until_lost; /* is_done when so many have come */
};

static void look(struct ear *e)
{
	e->is_done = e->heads >= e->until_heads && e->hints >= e->until_hints && e->present >= e->until_present && e->lost >= e->until_lost;
}

static void heard_head(void *owner, const char *stream, int64_t head)
{
	struct ear *e = owner;

	cr_assert_eq(strncmp(stream, "board:", 6), 0);
	e->heads++;
	e->head = head;
	look(e);
}

static void heard_hint(void *owner, const char *stream, const struct access *access)
{
	struct ear *e = owner;

	cr_assert_str_eq(stream, STREAM);
	e->hints++;
	e->has_access = access != NULL;
	if (access)
		e->access = *access;
	look(e);
}

static void heard_presence(void *owner, const char *node, const json_t *streams)
{
	struct ear *e = owner;
	json_t *one;
	size_t i;

	cr_assert_str_eq(node, NODE_A);
	e->messages++;
	json_array_foreach(streams, i, one) {
		cr_assert_str_eq(json_string_value(json_object_get(one, "stream")), STREAM);
		e->present += (int)json_array_size(json_object_get(one, "present"));
		e->left += (int)json_array_size(json_object_get(one, "left"));
	}
	look(e);
}

static void heard_who(void *owner, const char *stream)
{
	cr_assert_str_eq(stream, STREAM);
	((struct ear *)owner)->who++;
}

static void heard_new(void *owner, const char *node)
{
	(void)node;
	((struct ear *)owner)->comes++;
}

static void heard_again(void *owner, const char *node)
{
	cr_assert_str_eq(node, NODE_A);
	((struct ear *)owner)->again++;
}

static void heard_lost(void *owner, const char *node)
{
	(void)node;
	((struct ear *)owner)->lost++;
	look(owner);
}

static void is_restored(void *owner)
{
	((struct ear *)owner)->restored++;
}

static void hints_lost(void *owner)
{
	((struct ear *)owner)->hints_lost++;
}

static struct world *world;
static struct ear a, b;

static void setup(void)
{
	static const struct bus_handlers handlers = { .head = heard_head, .hint = heard_hint, .presence = heard_presence, .who = heard_who,
		.node_new = heard_new, .node_again = heard_again, .node_lost = heard_lost, .restored = is_restored, .hints_lost = hints_lost };
	static const struct db_stmt *const none[] = { NULL };
	struct err err;

	world = world_create(pg_newdb(NULL), none, (struct world_options){ 0 });
	a.bus = bus_create(&(struct bus_config){ .loop = world->loop, .db = world->db, .node = NODE_A, .handlers = &handlers, .owner = &a }, &err);
	b.bus = bus_create(&(struct bus_config){ .loop = world->loop, .db = world->db, .node = NODE_B, .handlers = &handlers, .owner = &b }, &err);
	cr_assert(a.bus && b.bus);
	cr_assert_str_eq(bus_name(a.bus), "postgresql");
	for (int ms = 0; !a.restored || !b.restored; ms += 5) { /* both listen */
		cr_assert_lt(ms, 20000);
		world_for(world, 5);
	}
}

static void teardown(void)
{
	bus_destroy(a.bus);
	bus_destroy(b.bus);
	bus_destroy(NULL);
	world_destroy(world);
}

TestSuite(bus, .init = setup, .fini = teardown);

/* Says one head more, which comes after all that was said before, and turns the loop until it has come. */
static void until_heard(int heads)
{
	b.until_heads = heads;
	b.is_done = false;
	look(&b);
	world_until(world, &b.is_done);
}

Test(bus, heads_and_hints_arrive_with_what_the_stream_is_open_to)
{
	struct access access = { .openness = OPEN_COHORT, .track = TRACK_EXECUTIVE, .cohort = COHORT, .space = SPACE };

	cr_assert(bus_is_up(a.bus));
	bus_head(a.bus, STREAM, 7);
	bus_hint(a.bus, STREAM, &access);
	b.until_hints = 1;
	until_heard(1);
	cr_assert(b.head == 7 && b.has_access);
	cr_assert(b.access.openness == OPEN_COHORT && b.access.track == TRACK_EXECUTIVE);
	cr_assert_str_eq(b.access.cohort, COHORT);
	cr_assert_str_eq(b.access.space, SPACE);
	bus_head(a.bus, STREAM, 8);
	bus_hint(a.bus, STREAM, NULL);
	b.until_hints = 2;
	until_heard(2);
	cr_assert(b.head == 8 && !b.has_access);
	cr_assert(a.heads == 0 && b.comes == 1, "a node does not hear itself");
	cr_assert(a.hints_lost == 0 && b.hints_lost == 0, "nothing is lost before anybody was here");
}

Test(bus, all_that_a_turn_brought_comes_in_as_many_messages_as_it_needs)
{
	struct metric *sent = metric_counter("korsdrag_bus_sent_total", "", NULL);
	int64_t before = metric_value(sent);
	char stream[64];

	for (int i = 0; i < 500; i++) {
		snprintf(stream, sizeof stream, "board:01890000-0000-7000-8000-%012d", i);
		bus_head(a.bus, stream, i);
	}
	until_heard(500);
	cr_assert_leq(metric_value(sent) - before, 12, "500 heads in %lld messages", (long long)(metric_value(sent) - before));
	cr_assert_geq(metric_value(sent) - before, 3);
}

Test(bus, beyond_its_measure_it_drops_and_counts)
{
	struct metric *dropped = metric_counter("korsdrag_bus_dropped_total", "", NULL);
	int64_t before = metric_value(dropped);

	for (int i = 0; i < 5000; i++)
		bus_head(a.bus, STREAM, i);
	until_heard(4096);
	cr_assert_eq(metric_value(dropped) - before, 5000 - 4096);
	cr_assert_eq(b.head, 4095);
	bus_head(a.bus, STREAM, 9999); /* and the next turn is another one */
	until_heard(4097);
	cr_assert_eq(b.head, 9999);
}

static json_t *people(int count, size_t name_length)
{
	json_t *present = json_array();
	char *name = calloc(1, name_length + 1), conn[40];

	memset(name, 'x', name_length);
	for (int i = 0; i < count; i++) {
		snprintf(conn, sizeof conn, "0123456789ab-%x", i);
		json_array_append_new(present, json_pack("{s:s, s:s}", "conn", conn, "name", name));
	}
	free(name);
	return json_pack("[{s:s, s:o, s:[s]}]", "stream", STREAM, "present", present, "left", "0123456789ab-ff");
}

Test(bus, a_crowd_comes_whole)
{
	bus_presence(a.bus, people(400, 60));
	b.until_present = 400;
	until_heard(0);
	cr_assert(b.present == 400 && b.left == 1);
	cr_assert_gt(b.messages, 1);
	bus_who(a.bus, STREAM);
	bus_again(a.bus);
	bus_head(a.bus, STREAM, 1);
	until_heard(1);
	cr_assert(b.again == 1);
	for (int ms = 0; !b.who; ms += 5) {
		cr_assert_lt(ms, 20000);
		world_for(world, 5);
	}
	cr_assert(b.who == 1 && a.who == 0);
}

/* What is longer than a message may be is dropped by itself; what comes with it arrives. */
Test(bus, what_is_too_long_is_dropped_alone)
{
	struct metric *dropped = metric_counter("korsdrag_bus_dropped_total", "", NULL);
	int64_t before = metric_value(dropped);

	bus_presence(a.bus, people(1, 9000));
	bus_presence(a.bus, people(2, 10));
	b.until_present = 2;
	until_heard(0);
	cr_assert_eq(metric_value(dropped) - before, 1);
}

Test(bus, who_says_farewell_is_gone_at_once)
{
	bus_head(a.bus, STREAM, 1);
	until_heard(1);
	bus_destroy(a.bus);
	a.bus = NULL;
	/* The farewell leaves only when the connection is free: otherwise the silence tells. Here it is. */
	b.until_lost = 1;
	clock_set(clock_mono_ms() + BUS_NODE_LOST_MS + 1000);
	until_heard(0);
	cr_assert_eq(b.lost, 1);
	clock_set(-1);
}

Test(bus, no_more_nodes_are_remembered_than_there_may_be)
{
	struct metric *dropped = metric_counter("korsdrag_bus_dropped_total", "", NULL);
	int64_t before = metric_value(dropped);

	pg_exec(world->admin, "SELECT pg_notify('korsdrag', json_build_object('n', 'stranger-' || i, 'h', json_build_array(json_build_array('"
		STREAM "', i)))::text) FROM generate_series(1, 1100) AS i");
	until_heard(1000);
	world_for(world, 200);
	cr_assert_eq(b.comes, 1024);
	cr_assert_leq(b.heads, 1024, "what nobody says is not heard");
	cr_assert_geq(metric_value(dropped) - before, 76);
}

/* Presence in numbers, and words of other nodes that make no sense. */
#include "base/clock.h"
#include "loop/loop.h"
#include "stream/presence.h"
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#define BOARD "board:01890000-0000-7000-8000-0000000000b1"
#define NODE "01890000-0000-7000-8000-00000000000a"
#define OTHER_NODE "01890000-0000-7000-8000-00000000000b"
#define LONG "0123456789012345678901234567890123456789012345678901234567890123456789"

static const struct caller anna = { .member = "01890000-0000-7000-8000-000000000001", .name = "Anna" };
static struct loop *loop;
static struct presence *presence;
static size_t told_present, told_left;
static int fills;

static void tell(void *owner, const char *stream, const char *text, size_t len, const json_t *left)
{
	json_t *notice = json_loadb(text, len, 0, NULL);

	(void)owner, (void)stream;
	told_present = json_array_size(json_object_get(json_object_get(notice, "params"), "present"));
	told_left = json_array_size(left);
	json_decref(notice);
	loop_stop(loop);
}

/* Everybody looks on, as the hub would say. */
static void fill(void *owner, const char *stream)
{
	char key[32];

	(void)owner;
	fills++;
	for (int i = 0; i < 1100; i++) {
		snprintf(key, sizeof key, "conn-%d", i);
		if (!presence_come(presence, stream, key, &anna))
			break;
	}
}

static void setup(void)
{
	loop = loop_create();
	presence = presence_create(loop, tell, fill, NULL);
	cr_assert(loop && presence);
	presence_follow(presence, BOARD);
}

static void teardown(void)
{
	presence_destroy(presence); /* with whoever is still there */
	presence_destroy(NULL);
	loop_destroy(loop);
}

TestSuite(crowd, .init = setup, .fini = teardown, .timeout = 30);

static size_t count_here(void)
{
	json_t *list = json_loads(presence_list(presence, BOARD, ""), JSON_REJECT_DUPLICATES, NULL);
	size_t n = json_array_size(list);

	json_decref(list);
	return n;
}

static void come(int from, int to)
{
	char key[32];

	for (int i = from; i < to; i++) {
		snprintf(key, sizeof key, "conn-%d", i);
		presence_put(presence, BOARD, key, &anna, i % 2 ? json_pack("{s:b}", "typing", 1) : NULL);
	}
}

static void go(int from, int to)
{
	char key[32];

	for (int i = from; i < to; i++) {
		snprintf(key, sizeof key, "conn-%d", i);
		presence_leave(presence, BOARD, key);
		presence_leave(presence, BOARD, key); /* once is enough */
	}
}

Test(crowd, a_place_shows_so_many)
{
	json_t *list;

	come(0, 1100);
	cr_assert_eq(count_here(), KD_PRESENT_MAX);
	loop_run(loop);
	cr_assert(told_present == KD_PRESENT_MAX && told_left == 0, "in one notice");
	list = json_loads(presence_list(presence, BOARD, "conn-7"), JSON_REJECT_DUPLICATES, NULL);
	cr_assert_eq(json_array_size(list), KD_PRESENT_MAX - 1, "without the asker");
	json_decref(list);
	go(500, 600); /* who was not shown goes unseen */
	cr_assert_eq(count_here(), KD_PRESENT_MAX);
	presence_leave(presence, "board:nowhere", "conn-1");
	come(7, 8);
	loop_run(loop);
	cr_assert(told_present == 1 && told_left == 0, "whoever is shown is told of as before");
	go(0, 1);
	loop_run(loop);
	cr_assert(told_present == 0 && told_left == 1);
	come(2000, 2001); /* there is room again */
	cr_assert_eq(count_here(), KD_PRESENT_MAX);
}

/* Not for each who goes: the whole crowd is looked through for it. */
Test(crowd, others_come_onto_the_list_when_there_is_room)
{
	come(0, 1100);
	loop_run(loop);
	go(0, PRESENCE_ROOM - 1);
	loop_run(loop);
	cr_assert(fills == 0 && told_left == PRESENCE_ROOM - 1);
	go(PRESENCE_ROOM - 1, PRESENCE_ROOM);
	loop_run(loop);
	cr_assert_eq(fills, 1);
	cr_assert(told_left == 1 && told_present == PRESENCE_ROOM, "%zu came", told_present);
	cr_assert_eq(count_here(), KD_PRESENT_MAX);
	cr_assert(presence_come(presence, BOARD, "conn-7", &anna), "is there");
	cr_assert_not(presence_come(presence, "board:nowhere", "conn-7", &anna));
}

Test(crowd, a_list_that_was_never_full_is_not_filled)
{
	come(0, KD_PRESENT_MAX);
	loop_run(loop);
	go(0, KD_PRESENT_MAX);
	loop_run(loop);
	cr_assert(fills == 0 && told_left == KD_PRESENT_MAX);
}

/* The tick in which a crowd's comings are told, from when the first of them came. */
static int64_t told_after_ms(void)
{
	int64_t since = clock_mono_ms();

	loop_run(loop);
	return clock_mono_ms() - since;
}

Test(crowd, who_comes_to_a_crowd_is_told_with_others_and_who_moves_at_once)
{
	come(0, PRESENCE_CROWD + 1);
	loop_run(loop);
	come(100, 103);
	cr_assert_geq(told_after_ms(), PRESENCE_TICK_MS * (PRESENCE_CROWD_TICKS - 1));
	cr_assert_eq(told_present, 3);
	presence_leave(presence, BOARD, "conn-100");
	come(0, 1); /* they are here already: a new state */
	loop_run(loop);
	cr_assert(told_present == 1 && told_left == 1, "what moves takes with it what could wait");
}

Test(crowd, a_list_is_the_same_text_until_something_changes)
{
	const char *list;

	come(0, 20);
	list = presence_list(presence, BOARD, "");
	cr_assert_eq(presence_list(presence, BOARD, "conn-77"), list);
	presence_rest(presence); /* it was asked for: it stays */
	cr_assert_eq(presence_list(presence, BOARD, ""), list);
	presence_rest(presence);
	presence_rest(presence);
	cr_assert_eq(count_here(), 20);
	come(20, 21);
	cr_assert_eq(count_here(), 21);
	presence_leave(presence, BOARD, "conn-20");
	cr_assert_eq(count_here(), 20);
	cr_assert_str_eq(presence_list(presence, "board:nowhere", ""), "[]");
}

static void heard(const char *node, const char *words)
{
	json_t *json = json_loads(words, 0, NULL);

	cr_assert(json, "%s", words);
	presence_heard(presence, node, json);
	json_decref(json);
}

Test(crowd, words_that_make_no_sense_bring_nobody)
{
	static const char *const words[] = { "[]", "[5]", "[{}]", "[{\"stream\":5}]", "[{\"stream\":\"" LONG "\"}]",
		"[{\"stream\":\"board:x\",\"present\":[{\"conn\":\"a\"}]}]", "[{\"stream\":\"" BOARD "\"}]",
		"[{\"stream\":\"" BOARD "\",\"present\":5,\"left\":5}]", "[{\"stream\":\"" BOARD "\",\"left\":[5,\"a\"]}]",
		"[{\"stream\":\"" BOARD "\",\"present\":[5,{},{\"conn\":5},{\"conn\":\"" LONG "\"}]}]" };

	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		heard(NODE, words[i]);
	heard(LONG, "[{\"stream\":\"" BOARD "\",\"present\":[{\"conn\":\"a\"}]}]");
	cr_assert_eq(count_here(), 0);
}

Test(crowd, a_node_speaks_for_its_own_people)
{
	come(0, 3);
	heard(NODE, "[{\"stream\":\"" BOARD "\",\"present\":[{\"conn\":\"a\"},{\"conn\":\"b\"}]}]");
	heard(OTHER_NODE, "[{\"stream\":\"" BOARD "\",\"present\":[{\"conn\":\"c\"}],\"left\":[\"a\",\"conn-1\"]}]");
	cr_assert_eq(count_here(), 6, "a node let go of people that are not with it");
	presence_lose_node(presence, NODE);
	cr_assert_eq(count_here(), 4);
	presence_tell(presence, BOARD);
	presence_tell(presence, "board:nowhere");
	presence_forget_stream(presence, "board:nowhere");
	presence_forget_stream(presence, BOARD); /* ours stay until they go themselves */
	cr_assert_eq(count_here(), 3);
}

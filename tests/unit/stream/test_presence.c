/* Who is here, without a bus: what other nodes say of their people, and what is told to who looks. */
#include "base/id.h"
#include "loop/loop.h"
#include "stream/presence.h"
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#define BOARD "board:01890000-0000-7000-8000-0000000000b1"
#define NODE "01890000-0000-7000-8000-00000000000a"
#define OTHER_NODE "01890000-0000-7000-8000-00000000000b"
#define SOON_MS 5000

static const struct caller anna = { .member = "01890000-0000-7000-8000-000000000001", .name = "Anna",
	.organisation = "01890000-0000-7000-8000-0000000000f1" };

struct room {
	struct loop *loop;
	struct timer *patience;
	struct presence *presence;
	json_t *told; /* the last notice's params */
};

static void tell(void *owner, const char *stream, const char *text, size_t len, const json_t *left)
{
	struct room *r = owner;
	json_t *notice = json_loadb(text, len, 0, NULL);

	(void)stream;
	json_decref(r->told);
	r->told = json_incref(json_object_get(notice, "params"));
	cr_assert(json_equal(json_object_get(r->told, "left"), left));
	json_decref(notice);
	loop_stop(r->loop);
}

static void nobody_more(void *owner, const char *stream)
{
	(void)owner, (void)stream;
	cr_assert_fail("no list was full");
}

static void too_late(void *owner)
{
	cr_assert_fail("nothing was told in %d ms", SOON_MS);
	loop_stop(((struct room *)owner)->loop);
}

static struct room room_make(void)
{
	struct room r = { .loop = loop_create() };

	cr_assert(r.loop);
	return r;
}

static void room_open(struct room *r)
{
	r->presence = presence_create(r->loop, tell, nobody_more, r);
	r->patience = loop_timer_create(r->loop, too_late, r);
	cr_assert(r->presence && r->patience);
}

/* Turns the loop until something is told. */
static const json_t *next(struct room *r)
{
	timer_start(r->patience, SOON_MS, 0);
	loop_run(r->loop);
	timer_stop(r->patience);
	return r->told;
}

static void room_close(struct room *r)
{
	presence_destroy(r->presence);
	timer_destroy(r->patience);
	loop_destroy(r->loop);
	json_decref(r->told);
}

/* What `node` says of one connection: it is there, it left, or both since the last word. */
static void heard(struct room *r, const char *node, const char *conn, bool is_present, bool has_left)
{
	json_t *words = json_pack("[{s:s, s:[], s:[]}]", "stream", BOARD, "present", "left");
	json_t *one = json_pack("{s:s, s:s, s:s, s:s}", "conn", conn, "member", anna.member, "name", "Bo", "organisation",
		anna.organisation);

	if (is_present)
		json_array_append(json_object_get(json_array_get(words, 0), "present"), one);
	if (has_left)
		json_array_append_new(json_object_get(json_array_get(words, 0), "left"), json_string(conn));
	presence_heard(r->presence, node, words);
	json_decref(words);
	json_decref(one);
}

static bool is_here(struct room *r, const char *conn)
{
	json_t *list = json_loads(presence_list(r->presence, BOARD, ""), 0, NULL), *one;
	bool found = false;
	size_t i;

	json_array_foreach(list, i, one)
		found = found || strcmp(json_string_value(json_object_get(one, "conn")), conn) == 0;
	json_decref(list);
	return found;
}

/* The viewer's own presence comes with the answer to stream.open; other nodes may have told theirs before. */
Test(presence, what_is_heard_before_the_first_viewer_is_ready_is_kept)
{
	struct room r = room_make();

	room_open(&r);
	presence_follow(r.presence, BOARD);
	heard(&r, NODE, "bo", true, false);
	cr_assert(is_here(&r, "bo"));
	cr_assert_eq(json_array_size(json_object_get(next(&r), "present")), 1);
	presence_put(r.presence, BOARD, "anna", &anna, NULL);
	cr_assert(is_here(&r, "bo") && is_here(&r, "anna"));
	room_close(&r);
}

Test(presence, what_nobody_here_looks_at_is_not_kept)
{
	struct room r = room_make();

	room_open(&r);
	heard(&r, NODE, "bo", true, false);
	cr_assert_not(is_here(&r, "bo"));
	presence_follow(r.presence, BOARD);
	heard(&r, NODE, "bo", true, false);
	presence_forget_stream(r.presence, BOARD);
	cr_assert_not(is_here(&r, "bo"));
	heard(&r, NODE, "bo", true, false);
	cr_assert_not(is_here(&r, "bo"));
	room_close(&r);
}

Test(presence, who_went_and_came_back_between_two_words_is_here)
{
	struct room r = room_make();

	room_open(&r);
	presence_follow(r.presence, BOARD);
	heard(&r, NODE, "bo", true, false);
	next(&r);
	heard(&r, NODE, "bo", true, true);
	cr_assert(is_here(&r, "bo"));
	cr_assert_eq(json_array_size(json_object_get(next(&r), "present")), 1);
	heard(&r, NODE, "bo", false, true);
	cr_assert_not(is_here(&r, "bo"));
	room_close(&r);
}

Test(presence, who_is_not_said_again_by_a_node_in_doubt_goes)
{
	struct room r = room_make();
	const json_t *left;

	room_open(&r);
	presence_follow(r.presence, BOARD);
	presence_put(r.presence, BOARD, "anna", &anna, NULL);
	heard(&r, NODE, "bo", true, false);
	heard(&r, NODE, "eva", true, false);
	heard(&r, OTHER_NODE, "kim", true, false);
	next(&r);
	presence_doubt(r.presence, NODE);
	heard(&r, NODE, "eva", true, false);
	next(&r);
	cr_assert(is_here(&r, "bo"), "a doubt is given its time");
	left = json_object_get(next(&r), "left");
	cr_assert_eq(json_array_size(left), 1);
	cr_assert_str_eq(json_string_value(json_array_get(left, 0)), "bo");
	cr_assert(is_here(&r, "eva") && is_here(&r, "kim") && is_here(&r, "anna"));
	room_close(&r);
}

/* What it is told is heard in tests/integration/test_presence.c. */
Test(presence, for_a_node_that_knows_nobody_our_viewers_hear_nothing_again)
{
	struct room r = room_make();

	room_open(&r);
	presence_follow(r.presence, BOARD);
	presence_put(r.presence, BOARD, "anna", &anna, NULL);
	heard(&r, NODE, "bo", true, false);
	cr_assert_eq(json_array_size(json_object_get(next(&r), "present")), 2);
	presence_tell_all(r.presence);
	presence_tell(r.presence, BOARD);
	heard(&r, NODE, "eva", true, false);
	cr_assert_eq(json_array_size(json_object_get(next(&r), "present")), 1);
	cr_assert_str_eq(json_string_value(json_object_get(json_array_get(json_object_get(r.told, "present"), 0), "conn")), "eva");
	room_close(&r);
}

/* Keys name connections of one node each; should another use one of ours, it speaks of nobody. */
Test(presence, a_node_speaks_for_its_own_people_alone)
{
	struct room r = room_make();
	json_t *list;

	room_open(&r);
	presence_follow(r.presence, BOARD);
	presence_put(r.presence, BOARD, "ours-1", &anna, NULL);
	next(&r);
	heard(&r, NODE, "ours-1", true, false);
	heard(&r, NODE, "ours-1", false, true);
	list = json_loads(presence_list(r.presence, BOARD, ""), 0, NULL);
	cr_assert_eq(json_array_size(list), 1);
	cr_expect_str_eq(json_string_value(json_object_get(json_array_get(list, 0), "name")), "Anna");
	json_decref(list);
	room_close(&r);
}

/* Snapshots are kept in memory for who comes next: shared, never older than the asking, no longer than the names in them hold,
 * and only for who may read. */
#include "steps.h"
#include <criterion/criterion.h>
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

/* Threads and posts: what each method does, what it refuses, and what others hear. */
#include "steps.h"
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#define HERE THREAD(IN_NETWORK)
#define HERE_STREAM STREAM("thread", HERE)

static void begin_thread(
        struct person *p, const char *space, const char *thread, const char *post, const char *text)
{
	ok(p, "thread.create", "{s:s, s:s, s:s, s:s, s:s}", "thread", thread, "post", post, "space", space,
	        "title", "Ny tråd", "text", text);
}

Test(thread, begins_with_its_first_post_and_leads_the_list)
{
	struct world *w = world_start(1);
	struct person *anna = sign_in(w, 0, "anna"), *kalle = sign_in(w, 0, "kalle");
	ID_TEXT(thread);
	ID_TEXT(post);
	char stream[64];
	json_t *opened;
	const json_t *first;

	begin_thread(anna, SPACE(IN_NETWORK), thread, post, "Hej **alla**!");
	snprintf(stream, sizeof stream, "thread:%s", thread);
	opened = open_since(kalle, stream, 0);
	cr_assert_eq(json_array_size(at(opened, "events")), 2);
	cr_assert_str_eq(text_at(opened, "events/0/type"), "thread.created");
	cr_assert_str_eq(text_at(opened, "events/1/body/post/html"), "<p>Hej <strong>alla</strong>!</p>\n");
	cr_assert_str_eq(text_at(opened, "events/0/actor"), member_id("anna"));
	cr_assert(has(opened, "events/0/op") && !has(opened, "events/1/op"));
	opened = open_stream(kalle, stream);
	cr_assert_eq(int_at(opened, "seq"), 2);
	cr_assert_str_eq(text_at(opened, "snapshot/thread/title"), "Ny tråd");
	cr_assert_str_eq(text_at(opened, "snapshot/posts/0/id"), post);
	first = at(ok(kalle, "thread.list", "{}"), "threads/0");
	cr_assert_str_eq(text_at(first, "id"), thread);
	cr_assert_str_eq(text_at(first, "excerpt"), "Hej alla!");
	cr_assert_eq(int_at(first, "replies"), 0);
	world_stop(w);
}

Test(thread, ids_that_are_taken_are_refused)
{
	struct world *w = world_start(1);
	struct person *anna = sign_in(w, 0, "anna");
	char *before = digest(w);

	refused(anna, KD_E_CONFLICT, NULL, "thread.create", "{s:s, s:s, s:s, s:s, s:s}", "thread", HERE,
	        "post", new_id(), "space", SPACE(IN_NETWORK), "title", "t", "text", "x");
	refused(anna, KD_E_CONFLICT, NULL, "thread.create", "{s:s, s:s, s:s, s:s, s:s}", "thread", new_id(),
	        "post", POST(IN_NETWORK), "space", SPACE(IN_NETWORK), "title", "t", "text", "x");
	refused(anna, KD_E_CONFLICT, NULL, "thread.create", "{s:s, s:s, s:s, s:s, s:s}", "thread",
	        BOARD(IN_NETWORK), "post", new_id(), "space", SPACE(IN_NETWORK), "title", "t", "text",
	        "x"); /* a board's id */
	refused(anna, KD_E_CONFLICT, NULL, "post.create", "{s:s, s:s, s:s}", "thread", HERE, "post",
	        POST(IN_NETWORK), "text", "x");
	unchanged(w, before);
	world_stop(w);
}

Test(thread, texts_have_bounds)
{
	struct world *w = world_start(1);
	struct person *anna = sign_in(w, 0, "anna");
	char *before = digest(w), *long_text = malloc(32770);

	memset(long_text, 'x', 32769);
	long_text[32769] = '\0';
	refused(anna, KD_E_INVALID, "/text", "post.create", "{s:s, s:s, s:s}", "thread", HERE, "post",
	        new_id(), "text", long_text);
	memcpy(long_text, "å", 2); /* 32,768 characters, but one byte too many */
	refused(anna, KD_E_TOO_LARGE, "/text", "post.create", "{s:s, s:s, s:s}", "thread", HERE, "post",
	        new_id(), "text", long_text);
	refused(anna, KD_E_INVALID, "/text", "post.create", "{s:s, s:s, s:s}", "thread", HERE, "post",
	        new_id(), "text", " \n\t");
	refused(anna, KD_E_INVALID, "/title", "thread.rename", "{s:s, s:s}", "thread", HERE, "title",
	        "två\nrader");
	refused(anna, KD_E_INVALID, "/title", "thread.rename", "{s:s, s:s}", "thread", HERE, "title",
	        "\xe2\x80\x8b");
	unchanged(w, before);
	long_text[32768] = '\0';
	ok(anna, "post.create", "{s:s, s:s, s:s}", "thread", HERE, "post", new_id(), "text", long_text);
	free(long_text);
	world_stop(w);
}

Test(thread, a_reply_answers_a_post_of_the_same_thread)
{
	struct world *w = world_start(1);
	struct person *anna = sign_in(w, 0, "anna"), *kalle = sign_in(w, 0, "kalle");
	json_t *event;

	open_stream(kalle, HERE_STREAM);
	refused(anna, KD_E_INVALID, "/reply_to", "post.create", "{s:s, s:s, s:s, s:s}", "thread", HERE,
	        "post", new_id(), "text", "x", "reply_to", POST(IN_TRACK));
	cr_assert_eq(int_at(ok(anna, "post.create", "{s:s, s:s, s:s, s:s}", "thread", HERE, "post", new_id(),
	                            "text", "svar", "reply_to", POST_OTHER(IN_NETWORK)),
	                     "number"),
	        4);
	event = expect_event(kalle, HERE_STREAM, "post.created");
	cr_assert_str_eq(text_at(event, "body/post/reply_to"), POST_OTHER(IN_NETWORK));
	cr_assert_eq(int_at(event, "body/post/number"), 4);
	world_stop(w);
}

Test(thread, only_its_author_edits_a_post_and_only_the_newest_revision)
{
	struct world *w = world_start(1);
	struct person *anna = sign_in(w, 0, "anna"), *olle = sign_in(w, 0, "olle"),
	              *admin = sign_in(w, 0, "admin");
	json_t *event;
	char *before;

	open_stream(olle, HERE_STREAM);
	cr_assert_eq(int_at(ok(anna, "post.edit", "{s:s, s:s, s:s, s:i}", "thread", HERE, "post",
	                            POST(IN_NETWORK), "text", "Ny *början*", "revision", 1),
	                     "revision"),
	        2);
	event = expect_event(olle, HERE_STREAM, "post.edited");
	cr_assert_eq(int_at(event, "body/revision"), 2);
	cr_assert_str_eq(text_at(event, "body/html"), "<p>Ny <em>början</em></p>\n");
	before = digest(w);
	refused(anna, KD_E_CONFLICT, NULL, "post.edit", "{s:s, s:s, s:s, s:i}", "thread", HERE, "post",
	        POST(IN_NETWORK), "text", "x", "revision", 1);
	refused(olle, KD_E_FORBIDDEN, NULL, "post.edit", "{s:s, s:s, s:s, s:i}", "thread", HERE, "post",
	        POST(IN_NETWORK), "text", "x", "revision", 2);
	refused(admin, KD_E_FORBIDDEN, NULL, "post.edit", "{s:s, s:s, s:s, s:i}", "thread", HERE, "post",
	        POST(IN_NETWORK), "text", "x", "revision", 2);
	refused(anna, KD_E_NOT_FOUND, NULL, "post.edit", "{s:s, s:s, s:s, s:i}", "thread", HERE, "post",
	        POST(IN_TRACK), "text", "x", "revision", 1);
	unchanged(w, before);
	expect_no_event(olle);
	cr_assert_str_eq(
	        text_at(find_id(at(ok(olle, "thread.list", "{}"), "threads"), HERE), "excerpt"), "Ny början");
	world_stop(w);
}

Test(thread, a_deleted_post_leaves_its_place_and_none_of_its_words)
{
	struct world *w = world_start(1);
	struct person *olle = sign_in(w, 0, "olle"), *netta = sign_in(w, 0, "netta"),
	              *anna = sign_in(w, 0, "anna");
	json_t *opened;
	char *text, *found;
	ID_TEXT(post);

	ok(olle, "post.create", "{s:s, s:s, s:s}", "thread", HERE, "post", post, "text", "ångrat ordalag");
	ok(olle, "post.edit", "{s:s, s:s, s:s, s:i}", "thread", HERE, "post", post, "text",
	        "ångrat ordalag två", "revision", 1);
	refused(anna, KD_E_FORBIDDEN, NULL, "post.delete", "{s:s, s:s}", "thread", HERE, "post", post);
	ok(netta, "post.delete", "{s:s, s:s}", "thread", HERE, "post", post); /* moderates */
	refused(olle, KD_E_NOT_FOUND, NULL, "post.delete", "{s:s, s:s}", "thread", HERE, "post", post);
	refused(olle, KD_E_NOT_FOUND, NULL, "post.edit", "{s:s, s:s, s:s, s:i}", "thread", HERE, "post", post,
	        "text", "x", "revision", 2);
	opened = open_stream(anna, HERE_STREAM);
	cr_assert(json_is_true(at(find_id(at(opened, "snapshot/posts"), post), "deleted")));
	text = json_dumps(opened, 0);
	cr_assert(!strstr(text, "ordalag"));
	free(text);
	text = json_dumps(open_since(anna, HERE_STREAM, 0), 0);
	cr_assert(!strstr(text, "ordalag"), "the journal still tells it: %s", text);
	free(text);
	found = sql_text(w, "SELECT count(*) FROM event WHERE body::text LIKE '%ordalag%' OR result::text "
	                    "LIKE '%ordalag%'");
	cr_assert_str_eq(found, "0");
	free(found);
	world_stop(w);
}

Test(thread, a_thread_whose_posts_are_all_deleted_is_not_listed)
{
	struct world *w = world_start(1);
	struct person *anna = sign_in(w, 0, "anna");
	ID_TEXT(thread);
	ID_TEXT(post);

	begin_thread(anna, SPACE(IN_NETWORK), thread, post, "x");
	cr_assert(find_id(at(ok(anna, "thread.list", "{}"), "threads"), thread));
	ok(anna, "post.delete", "{s:s, s:s}", "thread", thread, "post", post);
	cr_assert(!find_id(at(ok(anna, "thread.list", "{}"), "threads"), thread));
	world_stop(w);
}

Test(thread, is_renamed_by_its_author_and_by_facilitators)
{
	struct world *w = world_start(1);
	struct person *anna = sign_in(w, 0, "anna"), *fred = sign_in(w, 0, "fred"),
	              *olle = sign_in(w, 0, "olle");
	static const char *const stream = STREAM("thread", THREAD(IN_COHORT));

	open_stream(olle, stream);
	refused(olle, KD_E_FORBIDDEN, NULL, "thread.rename", "{s:s, s:s}", "thread", THREAD(IN_COHORT),
	        "title", "x");
	ok(anna, "thread.rename", "{s:s, s:s}", "thread", THREAD(IN_COHORT), "title", "Ett");
	cr_assert_str_eq(text_at(expect_event(olle, stream, "thread.renamed"), "body/title"), "Ett");
	ok(fred, "thread.rename", "{s:s, s:s}", "thread", THREAD(IN_COHORT), "title", "Två");
	cr_assert_str_eq(text_at(expect_event(olle, stream, "thread.renamed"), "body/title"), "Två");
	cr_assert_str_eq(text_at(open_stream(olle, stream), "snapshot/thread/title"), "Två");
	world_stop(w);
}

Test(thread, pages_follow_one_another_without_gap_or_repetition)
{
	struct world *w = world_start(1);
	struct person *anna = sign_in(w, 0, "anna"), *lone = sign_in(w, 0, "lone");
	char threads[7][CLIENT_ID_SIZE];
	const char *after = NULL;
	int seen = 0, pages = 0;

	for (int i = 0; i < 7; i++)
		begin_thread(anna, SPACE(IN_NETWORK), client_new_id(threads[i]), new_id(), "x");
	do {
		json_t *page =
		        after ? ok(lone, "thread.list", "{s:s, s:i, s:s}", "space", SPACE(IN_NETWORK),
		                        "limit", 3, "after", after)
		              : ok(lone, "thread.list", "{s:s, s:i}", "space", SPACE(IN_NETWORK), "limit", 3);
		json_t *one;
		size_t i;

		json_array_foreach(at(page, "threads"), i, one)
		{
			if (seen < 7)
				cr_assert_str_eq(text_at(one, "id"), threads[6 - seen]);
			seen++;
		}
		after = has(page, "next") ? text_at(page, "next") : NULL;
		pages++;
	} while (after);
	cr_assert_eq(seen, 8);
	cr_assert_eq(pages, 3);
	refused(lone, KD_E_INVALID, "/after", "thread.list", "{s:s}", "after", "nonsense");
	world_stop(w);
}

Test(thread, filters_tell_ones_own_and_unanswered)
{
	struct world *w = world_start(1);
	struct person *lone = sign_in(w, 0, "lone"), *olle = sign_in(w, 0, "olle");
	ID_TEXT(thread);

	begin_thread(lone, SPACE(IN_NETWORK), thread, new_id(), "Vem vet?");
	cr_assert_eq(json_array_size(at(ok(lone, "thread.list", "{s:s}", "filter", "mine"), "threads")), 1);
	cr_assert_eq(
	        json_array_size(at(ok(lone, "thread.list", "{s:s}", "filter", "unanswered"), "threads")), 1);
	post_in(olle, thread, "Jag.");
	cr_assert_eq(
	        json_array_size(at(ok(lone, "thread.list", "{s:s}", "filter", "unanswered"), "threads")), 0);
	cr_assert(find_id(at(ok(olle, "thread.list", "{s:s}", "filter", "mine"), "threads"), thread));
	world_stop(w);
}

Test(thread, earlier_posts_are_listed_by_number)
{
	struct world *w = world_start(1);
	struct person *anna = sign_in(w, 0, "anna");
	json_t *posts;

	for (int i = 0; i < 55; i++)
		post_in(anna, HERE, "x");
	cr_assert_eq(json_array_size(at(open_stream(anna, HERE_STREAM), "snapshot/posts")), 50);
	posts = ok(anna, "post.list", "{s:s, s:i, s:i}", "thread", HERE, "before", 9, "limit", 5);
	cr_assert_eq(json_array_size(at(posts, "posts")), 5);
	cr_assert_eq(int_at(posts, "posts/0/number"), 4);
	cr_assert_eq(int_at(posts, "posts/4/number"), 8);
	refused(sign_in(w, 0, "kalle"), KD_E_NOT_FOUND, NULL, "post.list", "{s:s, s:i}", "thread",
	        THREAD(IN_TRACK), "before", 9);
	world_stop(w);
}

Test(thread, markdown_becomes_safe_html)
{
	struct world *w = world_start(1);
	struct person *anna = sign_in(w, 0, "anna");
	static const char *const hostile[] = { "<script>alert(1)</script>", "[l](javascript:alert(1))",
		"<img src=x onerror=alert(1)>", "![b](data:text/html,x)", "<a href=\"vbscript:x\">y</a>",
		"[x](  JaVaScRiPt:alert(1))", "<svg/onload=alert(1)>" };

	for (size_t i = 0; i < sizeof hostile / sizeof *hostile; i++) {
		const char *html = text_at(ok(anna, "post.preview", "{s:s}", "text", hostile[i]), "html");
		const char *tag = html;

		while ((tag = strchr(tag, '<')))
			cr_assert(strspn(++tag, "/") <= 1 && strncmp(tag, "script", 6) &&
			                  strncmp(tag, "img", 3) && strncmp(tag, "svg", 3) &&
			                  strncmp(tag, "a href=\"j", 9) && strncmp(tag, "a href=\"v", 9),
			        "%s", html);
	}
	cr_assert_str_eq(
	        text_at(ok(anna, "post.preview", "{s:s}", "text", "[stad](https://stockholm.se)"), "html"),
	        "<p><a href=\"https://stockholm.se\" rel=\"nofollow noopener ugc\">stad</a></p>\n");
	world_stop(w);
}

Test(thread, nothing_changes_in_an_archived_space)
{
	struct world *w = world_start(1);
	struct person *anna = sign_in(w, 0, "anna"), *admin = sign_in(w, 0, "admin");
	char *before = digest(w);

	refused(anna, KD_E_FORBIDDEN, NULL, "post.create", "{s:s, s:s, s:s}", "thread", THREAD(IN_ARCHIVE),
	        "post", new_id(), "text", "x");
	refused(admin, KD_E_FORBIDDEN, NULL, "thread.rename", "{s:s, s:s}", "thread", THREAD(IN_ARCHIVE),
	        "title", "x");
	refused(anna, KD_E_FORBIDDEN, NULL, "post.delete", "{s:s, s:s}", "thread", THREAD(IN_ARCHIVE), "post",
	        POST(IN_ARCHIVE));
	unchanged(w, before);
	open_stream(anna, STREAM("thread", THREAD(IN_ARCHIVE)));
	world_stop(w);
}

Test(thread, a_hint_comes_to_those_who_may_read_and_only_to_them)
{
	struct world *w = world_start(2);
	struct person *anna = sign_in(w, 0, "anna"), *olle = sign_in(w, 1, "olle"),
	              *kalle = sign_in(w, 1, "kalle");
	json_t *hint;

	ok(olle, "feed.watch", "{s:[s, s]}", "topics", "threads", "boards");
	ok(kalle, "feed.watch", "{s:[s, s]}", "topics", "threads", "boards");
	post_in(anna, THREAD(IN_COHORT), "hemlighet");
	hint = expect_notice(olle, "hint");
	cr_assert_str_eq(text_at(hint, "topics/0"), "threads");
	cr_assert_str_eq(text_at(hint, "spaces/0"), SPACE(IN_COHORT));
	cr_assert_null(client_next(kalle->client, QUIET_MS));
	card_on(anna, BOARD(IN_COHORT), new_id(), "a7");
	cr_assert_str_eq(text_at(expect_notice(olle, "hint"), "topics/0"), "boards");
	cr_assert_null(client_next(kalle->client, 1200)); /* boards are told about once a second */
	ok(olle, "feed.watch", "{s:[]}", "topics");
	post_in(anna, HERE, "x");
	cr_assert_str_eq(text_at(expect_notice(kalle, "hint"), "spaces/0"), SPACE(IN_NETWORK));
	cr_assert_null(client_next(olle->client, QUIET_MS));
	world_stop(w);
}

/* Boards and their sections: what each method does, what it refuses, and what others hear. */
#include "replay.h"
#include "steps.h"
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#define HERE BOARD(IN_NETWORK)
#define HERE_STREAM STREAM("board", HERE)

static void add_section(struct person *p, const char *section, const char *order)
{
	ok(p, "section.create", "{s:s, s:s, s:s, s:i, s:i, s:i, s:i, s:s}", "board", HERE, "section", section,
	        "title", "Idéer", "x", 0, "y", 0, "width", 300, "height", 200, "order", order);
}

Test(board, is_made_listed_and_renamed)
{
	struct world *w = world_start(1);
	struct person *lone = sign_in(w, 0, "lone"), *kalle = sign_in(w, 0, "kalle"),
	              *admin = sign_in(w, 0, "admin");
	const json_t *listed;
	char stream[64];
	ID_TEXT(board);

	refused(lone, KD_E_INVALID, "/title", "board.create", "{s:s, s:s, s:s}", "board", new_id(), "space",
	        SPACE(IN_NETWORK), "title", "\n");
	refused(lone, KD_E_NOT_FOUND, NULL, "board.create", "{s:s, s:s, s:s}", "board", new_id(), "space",
	        SPACE(IN_TRACK), "title", "x");
	refused(lone, KD_E_CONFLICT, NULL, "board.create", "{s:s, s:s, s:s}", "board", THREAD(IN_NETWORK),
	        "space", SPACE(IN_NETWORK), "title", "x");
	cr_assert_eq(int_at(ok(lone, "board.create", "{s:s, s:s, s:s}", "board", board, "space",
	                            SPACE(IN_NETWORK), "title", "Tavla"),
	                     "seq"),
	        1);
	card_on(kalle, board, new_id(), "a0");
	listed = at(ok(kalle, "board.list", "{s:s}", "space", SPACE(IN_NETWORK)), "boards/0");
	cr_assert_str_eq(text_at(listed, "id"), board);
	cr_assert_eq(int_at(listed, "cards"), 1);
	cr_assert_eq(json_array_size(at(listed, "miniature")), 1);
	cr_assert_str_eq(text_at(listed, "organisations/0"), ORG_CULTURE);
	snprintf(stream, sizeof stream, "board:%s", board);
	open_stream(kalle, stream);
	refused(kalle, KD_E_FORBIDDEN, NULL, "board.rename", "{s:s, s:s}", "board", board, "title", "x");
	ok(lone, "board.rename", "{s:s, s:s}", "board", board, "title", "Ett");
	ok(admin, "board.rename", "{s:s, s:s}", "board", board, "title", "Två");
	cr_assert_str_eq(text_at(expect_event(kalle, stream, "board.renamed"), "body/title"), "Ett");
	cr_assert_str_eq(text_at(expect_event(kalle, stream, "board.renamed"), "body/title"), "Två");
	world_stop(w);
}

Test(board, who_facilitates_a_board_moderates_it_and_no_other)
{
	struct world *w = world_start(1);
	struct person *bert = sign_in(w, 0, "bert");

	cr_assert(json_is_true(
	        at(open_stream(bert, STREAM("board", BOARD(IN_BOARD))), "may_moderate")));
	cr_assert(json_is_false(at(open_stream(bert, HERE_STREAM), "may_moderate")));
	ok(bert, "board.rename", "{s:s, s:s}", "board", BOARD(IN_BOARD), "title", "x");
	ok(bert, "section.delete", "{s:s, s:s}", "board", BOARD(IN_BOARD), "section", SECTION(IN_BOARD));
	refused(bert, KD_E_FORBIDDEN, NULL, "board.rename", "{s:s, s:s}", "board", HERE, "title", "x");
	refused(bert, KD_E_FORBIDDEN, NULL, "section.delete", "{s:s, s:s}", "board", HERE, "section",
	        SECTION(IN_NETWORK));
	refused(bert, KD_E_FORBIDDEN, NULL, "thread.rename", "{s:s, s:s}", "thread", THREAD(IN_BOARD),
	        "title", "x");
	world_stop(w);
}

Test(section, is_made_changed_and_deleted)
{
	struct world *w = world_start(1);
	struct person *olle = sign_in(w, 0, "olle"), *kalle = sign_in(w, 0, "kalle");
	json_t *event, *view;
	ID_TEXT(section);
	ID_TEXT(card);

	view = view_answer(NULL, open_stream(kalle, HERE_STREAM));
	add_section(olle, section, "a3");
	event = expect_event(kalle, HERE_STREAM, "section.created");
	cr_assert_str_eq(text_at(event, "body/section/order"), "a3");
	view_apply(view, event);
	ok(kalle, "section.change", "{s:s, s:s, s:s, s:i}", "board", HERE, "section", section, "title",
	        "Nytt", "x", 7);
	event = expect_event(kalle, HERE_STREAM, "section.changed");
	cr_assert(int_at(event, "body/x") == 7 && !has(event, "body/y"));
	view_apply(view, event);
	ok(kalle, "card.create", "{s:s, s:s, s:s, s:s, s:s, s:i, s:i, s:s}", "board", HERE, "card", card,
	        "section", section, "text", "", "colour", "arg", "x", 1, "y", 2, "order", "a0");
	view_apply(view, expect_event(kalle, HERE_STREAM, "card.created"));
	refused(kalle, KD_E_FORBIDDEN, NULL, "section.delete", "{s:s, s:s}", "board", HERE, "section",
	        section);
	ok(olle, "section.delete", "{s:s, s:s}", "board", HERE, "section", section);
	view_apply(view, expect_event(kalle, HERE_STREAM, "section.deleted"));
	cr_assert(!has(json_object_get(json_object_get(view, "cards"), card), "section"),
	        "the card is not loose");
	refused(olle, KD_E_NOT_FOUND, NULL, "section.delete", "{s:s, s:s}", "board", HERE, "section",
	        section);
	refused(olle, KD_E_NOT_FOUND, NULL, "section.change", "{s:s, s:s, s:i}", "board", HERE, "section",
	        section, "x", 1);
	json_t *fresh = view_of_snapshot(at(open_stream(kalle, HERE_STREAM), "snapshot"));
	view_expect(view, fresh, "the view and the snapshot");
	json_decref(fresh);
	json_decref(view);
	world_stop(w);
}

Test(section, nonsense_is_refused_and_changes_nothing)
{
	struct world *w = world_start(1);
	struct person *anna = sign_in(w, 0, "anna");
	char *before = digest(w);

	refused(anna, KD_E_INVALID, "/order", "section.create", "{s:s, s:s, s:s, s:i, s:i, s:i, s:i, s:s}",
	        "board", HERE, "section", new_id(), "title", "x", "x", 0, "y", 0, "width", 300, "height", 200,
	        "order", "a00");
	refused(anna, KD_E_INVALID, "/width", "section.create", "{s:s, s:s, s:s, s:i, s:i, s:i, s:i, s:s}",
	        "board", HERE, "section", new_id(), "title", "x", "x", 0, "y", 0, "width", 6, "height", 200,
	        "order", "a1");
	refused(anna, KD_E_CONFLICT, NULL, "section.create", "{s:s, s:s, s:s, s:i, s:i, s:i, s:i, s:s}",
	        "board", HERE, "section", SECTION(IN_NETWORK), "title", "x", "x", 0, "y", 0, "width", 300,
	        "height", 200, "order", "a1");
	refused(anna, KD_E_CONFLICT, NULL, "section.create", "{s:s, s:s, s:s, s:i, s:i, s:i, s:i, s:s}",
	        "board", HERE, "section", SECTION(IN_TRACK), "title", "x", "x", 0, "y", 0, "width", 300,
	        "height", 200, "order", "a1"); /* another board's */
	refused(anna, KD_E_INVALID, NULL, "section.change", "{s:s, s:s}", "board", HERE, "section",
	        SECTION(IN_NETWORK));
	refused(anna, KD_E_NOT_FOUND, NULL, "section.change", "{s:s, s:s, s:i}", "board", HERE, "section",
	        SECTION(IN_TRACK), "x", 1);
	unchanged(w, before);
	world_stop(w);
}

Test(section, an_order_that_is_taken_is_repaired)
{
	struct world *w = world_start(1);
	struct person *anna = sign_in(w, 0, "anna");
	json_t *event;
	ID_TEXT(one);

	open_stream(anna, HERE_STREAM);
	add_section(anna, one, "a0"); /* as the fixture's */
	event = expect_event(anna, HERE_STREAM, "section.created");
	cr_assert(strcmp(text_at(event, "body/section/order"), "a0") > 0);
	ok(anna, "section.change", "{s:s, s:s, s:s}", "board", HERE, "section", one, "order", "a0");
	event = expect_event(anna, HERE_STREAM, "section.changed");
	cr_assert(strcmp(text_at(event, "body/order"), "a0") > 0);
	world_stop(w);
}

Test(section, a_board_holds_two_hundred)
{
	struct world *w = world_start(1);
	struct person *anna = sign_in(w, 0, "anna");

	sql(w, "INSERT INTO section (id, board_id, title, x, y, width, height, \"order\") SELECT "
	       "gen_random_uuid(), '" HERE "', 's', 0, 0, "
	       "200, 200, 'b' || lpad(n::text, 3, '0') || '1' FROM generate_series(1, 199) n");
	refused(anna, KD_E_TOO_LARGE, NULL, "section.create", "{s:s, s:s, s:s, s:i, s:i, s:i, s:i, s:s}",
	        "board", HERE, "section", new_id(), "title", "x", "x", 0, "y", 0, "width", 300, "height", 200,
	        "order", "a1");
	world_stop(w);
}

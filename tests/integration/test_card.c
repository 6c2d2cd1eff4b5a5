/* Cards: what each method does, what it refuses, and what others hear. */
#include "replay.h"
#include "steps.h"
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#define HERE BOARD(IN_NETWORK)
#define HERE_STREAM STREAM("board", HERE)
#define MINE CARD(IN_NETWORK)

Test(card, every_change_is_told_and_adds_up_to_the_snapshot)
{
	struct world *w = world_start(1);
	struct person *lone = sign_in(w, 0, "lone"), *kalle = sign_in(w, 0, "kalle");
	json_t *view = view_answer(NULL, open_stream(kalle, HERE_STREAM)), *fresh, *tables, *last = NULL;
	static const char *const types[] = { "card.created", "card.moved", "card.moved", "card.resized",
		"card.edited", "card.recoloured", "card.deleted", "card.restored" };
	ID_TEXT(card);

	ok(lone, "card.create", "{s:s, s:s, s:s, s:s, s:i, s:i, s:s}", "board", HERE, "card", card, "text",
	        "Ett kort", "colour", "puts", "x", -100000, "y", 100000, "order", "a1");
	ok(kalle, "card.move", "{s:s, s:s, s:s, s:i, s:i, s:s}", "board", HERE, "card", card, "section",
	        SECTION(IN_NETWORK), "x", 5, "y", 6, "order", "a1");
	ok(kalle, "card.move", "{s:s, s:s, s:i, s:i, s:s}", "board", HERE, "card", card, "x", 50, "y", 60,
	        "order", "a1");
	ok(kalle, "card.resize", "{s:s, s:s, s:i, s:i}", "board", HERE, "card", card, "width", 300, "height",
	        200);
	cr_assert_eq(int_at(ok(kalle, "card.edit", "{s:s, s:s, s:s, s:i}", "board", HERE, "card", card,
	                            "text", "Nytt", "revision", 1),
	                     "revision"),
	        2);
	ok(kalle, "card.recolour", "{s:s, s:s, s:s}", "board", HERE, "card", card, "colour", "skymning");
	ok(kalle, "card.delete", "{s:s, s:s}", "board", HERE, "card", card);
	ok(kalle, "card.restore", "{s:s, s:s}", "board", HERE, "card", card);
	for (size_t i = 0; i < sizeof types / sizeof *types; i++)
		view_apply(view, last = expect_event(kalle, HERE_STREAM, types[i]));
	cr_assert_eq(int_at(last, "body/card/width"), 300); /* a card that comes back is as it was */
	cr_assert_str_eq(text_at(last, "body/card/author/name"), "Förvaltningschef lone");
	fresh = view_of_snapshot(at(open_stream(lone, HERE_STREAM), "snapshot"));
	tables = view_of_tables(w, HERE);
	view_expect(view, fresh, "the view and the snapshot");
	view_expect(view, tables, "the view and the tables");
	json_decref(view);
	json_decref(fresh);
	json_decref(tables);
	world_stop(w);
}

Test(card, an_edit_of_a_stale_revision_conflicts)
{
	struct world *w = world_start(1);
	struct person *anna = sign_in(w, 0, "anna"), *kalle = sign_in(w, 0, "kalle");
	ID_TEXT(op);
	json_t *first;

	open_stream(kalle, HERE_STREAM);
	first = ok(anna, "card.edit", "{s:s, s:s, s:s, s:i, s:s}", "board", HERE, "card", MINE, "text", "a",
	        "revision", 1, "op", op);
	refused(kalle, KD_E_CONFLICT, NULL, "card.edit", "{s:s, s:s, s:s, s:i}", "board", HERE, "card", MINE,
	        "text", "b", "revision", 1);
	cr_assert(json_equal(first, ok(anna, "card.edit", "{s:s, s:s, s:s, s:i, s:s}", "board", HERE, "card",
	                                    MINE, "text", "a", "revision", 1, "op", op)),
	        "the same op is answered otherwise");
	expect_event(kalle, HERE_STREAM, "card.edited");
	expect_no_event(kalle);
	world_stop(w);
}

/* A move and an edit at once must not overwrite one another: the last writer wins for each property. */
Test(card, properties_do_not_overwrite_one_another)
{
	struct world *w = world_start(2);
	struct person *anna = sign_in(w, 0, "anna"), *kalle = sign_in(w, 1, "kalle");
	const json_t *card;

	for (int i = 0; i < 20; i++) {
		int64_t move = ask_soon(anna, "card.move", "{s:s, s:s, s:i, s:i, s:s}", "board", HERE, "card",
		        MINE, "x", i, "y", i, "order", "a9");
		int64_t paint = ask_soon(kalle, "card.recolour", "{s:s, s:s, s:s}", "board", HERE, "card",
		        MINE, "colour", i % 2 ? "arg" : "puts");

		answers_ok(anna, &move, 1);
		answers_ok(kalle, &paint, 1);
	}
	card = find_id(at(open_stream(anna, HERE_STREAM), "snapshot/cards"), MINE);
	cr_assert(int_at(card, "x") == 19 && int_at(card, "y") == 19 &&
	                  strcmp(text_at(card, "colour"), "arg") == 0,
	        "%s", json_dumps(card, 0));
	world_stop(w);
}

Test(card, orders_stay_unique_in_their_place)
{
	struct world *w = world_start(1);
	struct person *anna = sign_in(w, 0, "anna");
	json_t *cards, *one, *seen = json_object();
	size_t i;

	for (int n = 0; n < 30; n++)
		ok(anna, "card.create", "{s:s, s:s, s:s, s:s, s:s, s:i, s:i, s:s}", "board", HERE, "card",
		        new_id(), "section", SECTION(IN_NETWORK), "text", "x", "colour", "kalk", "x", 0, "y",
		        0, "order", n % 2 ? "a0" : "a1");
	cards = (json_t *)at(open_stream(anna, HERE_STREAM), "snapshot/cards");
	json_array_foreach(cards, i, one)
	{
		char place[128];

		snprintf(place, sizeof place, "%s/%s", has(one, "section") ? text_at(one, "section") : "",
		        text_at(one, "order"));
		cr_assert(!json_object_get(seen, place), "two at %s", place);
		json_object_set_new(seen, place, json_true());
	}
	cr_assert_eq(json_object_size(seen), 31);
	json_decref(seen);
	world_stop(w);
}

Test(card, what_is_gone_or_elsewhere_is_not_found)
{
	struct world *w = world_start(1);
	struct person *anna = sign_in(w, 0, "anna");
	static const char *const gone[] = { CARD_DELETED(IN_NETWORK), CARD(IN_TRACK), SECTION(IN_NETWORK),
		POST(IN_NETWORK) };
	char *before = digest(w);

	for (size_t i = 0; i < sizeof gone / sizeof *gone; i++) {
		refused(anna, KD_E_NOT_FOUND, NULL, "card.move", "{s:s, s:s, s:i, s:i, s:s}", "board", HERE,
		        "card", gone[i], "x", 0, "y", 0, "order", "a3");
		refused(anna, KD_E_NOT_FOUND, NULL, "card.resize", "{s:s, s:s, s:i, s:i}", "board", HERE,
		        "card", gone[i], "width", 300, "height", 200);
		refused(anna, KD_E_NOT_FOUND, NULL, "card.edit", "{s:s, s:s, s:s, s:i}", "board", HERE,
		        "card", gone[i], "text", "x", "revision", 1);
		refused(anna, KD_E_NOT_FOUND, NULL, "card.recolour", "{s:s, s:s, s:s}", "board", HERE, "card",
		        gone[i], "colour", "arg");
		refused(anna, KD_E_NOT_FOUND, NULL, "card.delete", "{s:s, s:s}", "board", HERE, "card",
		        gone[i]);
	}
	refused(anna, KD_E_NOT_FOUND, NULL, "card.move", "{s:s, s:s, s:s, s:i, s:i, s:s}", "board", HERE,
	        "card", MINE, "section", SECTION(IN_TRACK), "x", 0, "y", 0, "order", "a3");
	refused(anna, KD_E_CONFLICT, NULL, "card.restore", "{s:s, s:s}", "board", HERE, "card", MINE);
	refused(anna, KD_E_CONFLICT, NULL, "card.create", "{s:s, s:s, s:s, s:s, s:i, s:i, s:s}", "board",
	        HERE, "card", CARD(IN_TRACK), "text", "x", "colour", "kalk", "x", 0, "y", 0, "order", "a3");
	unchanged(w, before);
	world_stop(w);
}

Test(card, a_card_whose_section_is_gone_comes_back_loose)
{
	struct world *w = world_start(1);
	struct person *anna = sign_in(w, 0, "anna");
	json_t *event;

	ok(anna, "card.delete", "{s:s, s:s}", "board", HERE, "card", MINE);
	ok(anna, "section.delete", "{s:s, s:s}", "board", HERE, "section", SECTION(IN_NETWORK));
	open_stream(anna, HERE_STREAM);
	ok(anna, "card.restore", "{s:s, s:s}", "board", HERE, "card", MINE);
	event = expect_event(anna, HERE_STREAM, "card.restored");
	cr_assert(!has(event, "body/card/section"), "%s", json_dumps(event, 0));
	world_stop(w);
}

Test(card, a_board_holds_five_thousand)
{
	struct world *w = world_start(1);
	struct person *anna = sign_in(w, 0, "anna");
	json_t *opened;

	sql(w, "INSERT INTO card (id, board_id, text, colour, x, y, width, height, \"order\", created_by) "
	       "SELECT gen_random_uuid(), '" HERE
	       "', 'Ett kort ' || n, 'kalk', n, n, 160, 128, 'b' || lpad(n::text, 5, '0') || '1', "
	       "'" FIXTURE_ID("0b006") "' FROM generate_series(1, 4999) n");
	opened = open_stream(anna, HERE_STREAM);
	cr_assert_eq(json_array_size(at(opened, "snapshot/cards")), 5000);
	refused(anna, KD_E_TOO_LARGE, NULL, "card.create", "{s:s, s:s, s:s, s:s, s:i, s:i, s:s}", "board",
	        HERE, "card", new_id(), "text", "x", "colour", "kalk", "x", 0, "y", 0, "order", "a3");
	refused(anna, KD_E_TOO_LARGE, NULL, "card.restore", "{s:s, s:s}", "board", HERE, "card",
	        CARD_DELETED(IN_NETWORK));
	world_stop(w);
}

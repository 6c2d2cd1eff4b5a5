/* Boards, threads and spaces where their rules end: titles with nothing to see, places in the order that have no room left,
 * and whoever is not there. */
#include "steps.h"
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#define BLANK "\xc2\xa0 " /* a no-break space */
#define THE_BOARD BOARD(IN_NETWORK)
#define THE_CARD CARD(IN_NETWORK)
#define THE_SECTION SECTION(IN_NETWORK)
#define THE_THREAD THREAD(IN_NETWORK)

/* Two neighbours of the greatest length: nothing goes between. */
#define ZEROS_61 "0000000000000000000000000000000000000000000000000000000000000"
#define TIGHT "a1" ZEROS_61 "1"
#define TIGHT_NEXT "a1" ZEROS_61 "2"

static void card_refused(struct person *p, enum kd_code code, const char *field, const char *card, const char *order)
{
	refused(p, code, field, "card.create", "{s:s, s:s, s:s, s:s, s:i, s:i, s:s}", "board", THE_BOARD, "card", card,
	        "text", "x", "colour", "kalk", "x", 0, "y", 0, "order", order);
}

Test(refusals, a_card_finds_no_room_between_the_longest_orders)
{
	struct world *w = world_start(1);
	struct person *anna = sign_in(w, 0, "anna");
	ID_TEXT(one);
	ID_TEXT(two);
	ID_TEXT(gone);
	char *before;

	card_on(anna, THE_BOARD, gone, TIGHT);
	ok(anna, "card.delete", "{s:s, s:s}", "board", THE_BOARD, "card", gone);
	card_on(anna, THE_BOARD, one, TIGHT);
	card_on(anna, THE_BOARD, two, TIGHT_NEXT);
	before = digest(w);
	card_refused(anna, KD_E_CONFLICT, NULL, new_id(), TIGHT);
	refused(anna, KD_E_CONFLICT, NULL, "card.restore", "{s:s, s:s}", "board", THE_BOARD, "card", gone);
	unchanged(w, before);
	ok(anna, "card.delete", "{s:s, s:s}", "board", THE_BOARD, "card", two);
	ok(anna, "card.restore", "{s:s, s:s}", "board", THE_BOARD, "card", gone); /* now there is room behind the other */
	world_stop(w);
}

Test(refusals, a_card_moves_only_where_there_is_room)
{
	struct world *w = world_start(1);
	struct person *anna = sign_in(w, 0, "anna");
	ID_TEXT(one);
	ID_TEXT(two);
	ID_TEXT(three);
	char *before;

	card_on(anna, THE_BOARD, one, TIGHT);
	card_on(anna, THE_BOARD, two, TIGHT_NEXT);
	ok(anna, "card.create", "{s:s, s:s, s:s, s:s, s:i, s:i, s:i, s:i, s:s}", "board", THE_BOARD, "card", three, "text",
	        "x", "colour", "kalk", "x", 0, "y", 0, "width", 200, "height", 150, "order", "a5");
	before = digest(w);
	refused(anna, KD_E_CONFLICT, NULL, "card.move", "{s:s, s:s, s:i, s:i, s:s}", "board", THE_BOARD, "card", three, "x", 0,
	        "y", 0, "order", TIGHT);
	refused(anna, KD_E_INVALID, "/order", "card.move", "{s:s, s:s, s:i, s:i, s:s}", "board", THE_BOARD, "card", three, "x",
	        0, "y", 0, "order", "a00");
	card_refused(anna, KD_E_INVALID, "/order", new_id(), "a00");
	unchanged(w, before);
	world_stop(w);
}

static void section_refused(
        struct person *p, enum kd_code code, const char *field, const char *section, const char *title, const char *order)
{
	refused(p, code, field, "section.create", "{s:s, s:s, s:s, s:i, s:i, s:i, s:i, s:s}", "board", THE_BOARD, "section",
	        section, "title", title, "x", 0, "y", 0, "width", 300, "height", 200, "order", order);
}

static void section_on(struct person *p, const char *section, const char *order)
{
	ok(p, "section.create", "{s:s, s:s, s:s, s:i, s:i, s:i, s:i, s:s}", "board", THE_BOARD, "section", section, "title",
	        "Idéer", "x", 0, "y", 0, "width", 300, "height", 200, "order", order);
}

Test(refusals, a_section_finds_no_room_and_keeps_its_title)
{
	struct world *w = world_start(1);
	struct person *anna = sign_in(w, 0, "anna");
	ID_TEXT(one);
	ID_TEXT(two);
	char *before;

	section_on(anna, one, TIGHT);
	section_on(anna, two, TIGHT_NEXT);
	before = digest(w);
	section_refused(anna, KD_E_CONFLICT, NULL, new_id(), "Till", TIGHT);
	section_refused(anna, KD_E_INVALID, "/title", new_id(), BLANK, "a7");
	refused(anna, KD_E_CONFLICT, NULL, "section.change", "{s:s, s:s, s:s}", "board", THE_BOARD, "section", THE_SECTION,
	        "order", TIGHT);
	refused(anna, KD_E_INVALID, "/order", "section.change", "{s:s, s:s, s:s}", "board", THE_BOARD, "section", THE_SECTION,
	        "order", "a00");
	refused(anna, KD_E_INVALID, "/title", "section.change", "{s:s, s:s, s:s}", "board", THE_BOARD, "section", THE_SECTION,
	        "title", BLANK);
	refused(anna, KD_E_INVALID, NULL, "section.change", "{s:s, s:s}", "board", THE_BOARD, "section", THE_SECTION);
	refused(anna, KD_E_INVALID, "/title", "board.rename", "{s:s, s:s}", "board", THE_BOARD, "title", BLANK);
	refused(anna, KD_E_INVALID, "/title", "board.create", "{s:s, s:s, s:s}", "board", new_id(), "space", SPACE(IN_NETWORK),
	        "title", BLANK);
	unchanged(w, before);
	world_stop(w);
}

/* Each property of a section is changed by itself and leaves the others. */
Test(refusals, a_section_is_changed_property_by_property)
{
	static const struct {
		const char *field;
		int value;
	} changes[] = { { "x", 11 }, { "y", 12 }, { "width", 313 }, { "height", 214 } };
	struct world *w = world_start(1);
	struct person *anna = sign_in(w, 0, "anna");
	ID_TEXT(section);
	char *found, query[200];

	section_on(anna, section, "a5");
	for (size_t i = 0; i < 4; i++)
		ok(anna, "section.change", "{s:s, s:s, s:i}", "board", THE_BOARD, "section", section, changes[i].field,
		        changes[i].value);
	snprintf(query, sizeof query, "SELECT title || ' ' || x || ' ' || y || ' ' || width || ' ' || height FROM section WHERE id = '%s'",
	        section);
	found = sql_text(w, query);
	cr_assert_str_eq(found, "Idéer 11 12 313 214");
	free(found);
	world_stop(w);
}

Test(refusals, words_are_there_and_not_too_many)
{
	struct world *w = world_start(1);
	struct person *anna = sign_in(w, 0, "anna"), *admin = sign_in(w, 0, "admin");
	char *before = digest(w), *much = malloc(33001);

	for (int i = 0; i < 16500; i++) /* few enough characters, too many bytes */
		memcpy(much + 2 * i, "å", 3);
	refused(anna, KD_E_INVALID, "/title", "thread.create", "{s:s, s:s, s:s, s:s, s:s}", "thread", new_id(), "space",
	        SPACE(IN_NETWORK), "title", BLANK, "post", new_id(), "text", "x");
	refused(anna, KD_E_INVALID, "/text", "thread.create", "{s:s, s:s, s:s, s:s, s:s}", "thread", new_id(), "space",
	        SPACE(IN_NETWORK), "title", "x", "post", new_id(), "text", " \n\t");
	refused(anna, KD_E_INVALID, "/title", "thread.rename", "{s:s, s:s}", "thread", THE_THREAD, "title", "två\nrader");
	refused(anna, KD_E_INVALID, "/text", "post.edit", "{s:s, s:s, s:s, s:i}", "thread", THE_THREAD, "post",
	        POST(IN_NETWORK), "text", "\n", "revision", 1);
	refused(anna, KD_E_TOO_LARGE, "/text", "post.edit", "{s:s, s:s, s:s, s:i}", "thread", THE_THREAD, "post",
	        POST(IN_NETWORK), "text", much, "revision", 1);
	refused(anna, KD_E_TOO_LARGE, "/text", "post.preview", "{s:s}", "text", much);
	refused(admin, KD_E_INVALID, "/name", "space.update", "{s:s, s:s}", "space", SPACE(IN_NETWORK), "name", BLANK);
	refused(admin, KD_E_INVALID, NULL, "space.update", "{s:s}", "space", SPACE(IN_NETWORK));
	unchanged(w, before);
	free(much);
	world_stop(w);
}

Test(refusals, only_private_spaces_have_members_and_only_who_is_in_goes_out)
{
	struct world *w = world_start(1);
	struct person *stina = sign_in(w, 0, "stina"), *admin = sign_in(w, 0, "admin"), *lone = sign_in(w, 0, "lone");
	char *before = digest(w);
	static const char *const methods[] = { "space.add_member", "space.remove_member" };

	for (int i = 0; i < 2; i++) {
		refused(admin, KD_E_NOT_FOUND, NULL, methods[i], "{s:s, s:s}", "space", ORG_WATER, "member", member_id("olle"));
		refused(admin, KD_E_CONFLICT, NULL, methods[i], "{s:s, s:s}", "space", SPACE(IN_NETWORK), "member",
		        member_id("olle"));
	}
	refused(lone, KD_E_CONFLICT, NULL, "space.remove_member", "{s:s, s:s}", "space", SPACE(IN_NETWORK), "member",
	        member_id("lone")); /* nor does one leave the network */
	refused(stina, KD_E_CONFLICT, NULL, "space.remove_member", "{s:s, s:s}", "space", SPACE(IN_PRIVATE), "member",
	        member_id("olle"));
	refused(stina, KD_E_CONFLICT, NULL, "space.add_member", "{s:s, s:s}", "space", SPACE(IN_PRIVATE), "member",
	        member_id("anna"));
	unchanged(w, before);
	world_stop(w);
}

/* The rules of a board, on plain structs. */
#include "board/board_rules.h"
#include <criterion/criterion.h>
#include <string.h>

#define ANNA "01900000-0000-7000-8000-00000000000a"
#define BO "01900000-0000-7000-8000-00000000000b"
#define CECILIA "01900000-0000-7000-8000-00000000000c"

static const struct board_role anna = { ANNA, false }, facilitator = { CECILIA, true };
static struct err err;

Test(board, only_its_maker_and_facilitators_rename_it)
{
	cr_assert(board_may_rename(&anna, ANNA, &err));
	cr_assert(board_may_rename(&facilitator, ANNA, &err));
	cr_assert_not(board_may_rename(&anna, BO, &err));
	cr_assert_eq(err.code, KD_E_FORBIDDEN);
	cr_assert_not(board_may_rename(&anna, NULL, &err), "whoever made it is no longer a member");
}

Test(board, is_led_by_its_maker_and_facilitators)
{
	cr_assert(board_may_lead(&anna, ANNA, &err));
	cr_assert(board_may_lead(&facilitator, NULL, &err));
	cr_assert_not(board_may_lead(&anna, BO, &err));
	cr_assert_eq(err.code, KD_E_FORBIDDEN);
	cr_assert_not(board_may_lead(&anna, "", &err), "whoever made it is no longer a member");
}

Test(board, what_bars_others_does_not_bar_who_leads_it)
{
	static const struct {
		enum board_bar bar;
		const char *reason;
	} bars[] = { { BAR_LOOK, "for looking now" }, { BAR_SECTION, "section is locked" }, { BAR_CARD, "card is locked" } };

	cr_assert(board_may_pass(&anna, BO, BAR_NONE, &err));
	for (size_t i = 0; i < sizeof(bars) / sizeof(*bars); i++) {
		cr_assert(board_may_pass(&anna, ANNA, bars[i].bar, &err));
		cr_assert(board_may_pass(&facilitator, BO, bars[i].bar, &err));
		cr_assert_not(board_may_pass(&anna, BO, bars[i].bar, &err));
		cr_assert_eq(err.code, KD_E_FORBIDDEN);
		cr_assert(strstr(err.text, bars[i].reason), "%s", err.text);
	}
}

Test(board, a_section_is_deleted_by_its_maker_the_boards_maker_or_a_facilitator)
{
	cr_assert(section_may_delete(&anna, ANNA, BO, &err));
	cr_assert(section_may_delete(&anna, BO, ANNA, &err));
	cr_assert(section_may_delete(&facilitator, BO, BO, &err));
	cr_assert_not(section_may_delete(&anna, BO, BO, &err));
	cr_assert_eq(err.code, KD_E_FORBIDDEN);
	cr_assert_not(section_may_delete(&anna, NULL, NULL, &err));
}

Test(board, a_title_is_one_visible_line)
{
	cr_assert(board_title_fits("Idéer från förvaltningarna", &err));
	cr_assert_not(board_title_fits("two\nlines", &err));
	cr_assert_eq(err.code, KD_E_INVALID);
	cr_assert_str_eq(err.field, "/title");
	cr_assert_not(board_title_fits(" \xe2\x80\x8b ", &err));
}

Test(board, is_full_at_its_limit)
{
	struct place p = { .has_place = true, .live = 4999 };

	cr_assert(place_has_room(&p, 5000, "cards", &err));
	p.live = 5000;
	cr_assert_not(place_has_room(&p, 5000, "cards", &err));
	cr_assert_eq(err.code, KD_E_TOO_LARGE);
	cr_assert_str_eq(err.text, "a board holds at most 5000 cards");
}

Test(board, a_section_that_is_not_there_is_no_place)
{
	struct place p = { .has_place = false };

	cr_assert_not(place_has_section(&p, &err));
	cr_assert_eq(err.code, KD_E_NOT_FOUND);
}

Test(board, a_taken_order_gives_way_to_the_next_free_key_once)
{
	struct place p = { .has_place = true, .is_taken = true };
	struct order_try t;

	cr_assert(order_wish(&t, "a0", &err));
	cr_assert(order_repair(&t, &p, &err));
	cr_assert_str_eq(t.order, "a1");
	cr_assert_not(order_repair(&t, &p, &err));

	cr_assert(order_wish(&t, "a0", &err));
	strcpy(p.next, "a1");
	cr_assert(order_repair(&t, &p, &err));
	cr_assert_str_eq(t.order, "a0V");
}

Test(board, an_order_without_room_after_it_is_a_conflict)
{
	struct place p = { .is_taken = true };
	struct order_try t;
	char tight[ORDER_SIZE];

	memset(tight, '0', ORDER_MAX);
	tight[0] = 'a';
	tight[ORDER_MAX] = '\0';
	tight[ORDER_MAX - 1] = '1';
	cr_assert(order_wish(&t, tight, &err));
	strcpy(p.next, tight);
	p.next[ORDER_MAX - 1] = '2';
	cr_assert_not(order_repair(&t, &p, &err));
	cr_assert_eq(err.code, KD_E_CONFLICT);
	cr_assert_str_eq(t.order, tight);
}

Test(board, a_key_that_no_client_could_make_is_refused)
{
	struct order_try t;

	cr_assert_not(order_wish(&t, "a00", &err));
	cr_assert_eq(err.code, KD_E_INVALID);
	cr_assert_str_eq(err.field, "/order");
}

Test(board, a_text_based_on_an_old_revision_is_a_conflict)
{
	cr_assert(card_may_edit(3, 3, &err));
	cr_assert_not(card_may_edit(4, 3, &err));
	cr_assert_eq(err.code, KD_E_CONFLICT);
	cr_assert_not(card_may_edit(3, 4, &err));
}

Test(board, only_a_deleted_card_comes_back)
{
	cr_assert(card_may_restore(true, &err));
	cr_assert_not(card_may_restore(false, &err));
	cr_assert_eq(err.code, KD_E_CONFLICT);
}

/* The rules of private writing, and where what was written is put, on plain structs. */
#include "board/ground.h"
#include "board/writing_rules.h"
#include "protocol/board.h"
#include "protocol/writing.h"
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

static struct err err;

Test(writing, one_round_at_a_time_and_revealed_once)
{
	struct writing_facts f = { .is_found = true };

	cr_assert(writing_may_begin(false, &err));
	cr_assert_not(writing_may_begin(true, &err));
	cr_assert_eq(err.code, KD_E_CONFLICT);
	cr_assert(writing_may_reveal(&f, &err));
	f.is_revealed = true;
	cr_assert_not(writing_may_reveal(&f, &err));
	cr_assert_eq(err.code, KD_E_CONFLICT);
	f.is_found = false;
	cr_assert_not(writing_may_reveal(&f, &err));
	cr_assert_eq(err.code, KD_E_NOT_FOUND);
}

Test(writing, a_draft_is_put_while_the_round_is_open)
{
	const struct draft_facts fits = { .is_open = true, .has_section = true, .others = KD_DRAFTS_EACH - 1 };
	struct draft_facts f = fits;

	cr_assert(draft_may_be_put(&f, &err));
	f.others = KD_DRAFTS_EACH;
	cr_assert_not(draft_may_be_put(&f, &err));
	cr_assert_eq(err.code, KD_E_TOO_LARGE);
	cr_assert_str_eq(err.text, "one person has at most 50 drafts in a round");
	f = fits;
	f.is_open = false;
	cr_assert_not(draft_may_be_put(&f, &err));
	cr_assert_eq(err.code, KD_E_CONFLICT);
	f = fits;
	f.has_section = false;
	cr_assert_not(draft_may_be_put(&f, &err));
	cr_assert_eq(err.code, KD_E_NOT_FOUND);
	f = fits;
	f.is_taken = true;
	cr_assert_not(draft_may_be_put(&f, &err));
	cr_assert_eq(err.code, KD_E_CONFLICT);
	f = fits;
	f.is_removed = true;
	cr_assert_not(draft_may_be_put(&f, &err));
	cr_assert_str_eq(err.text, "who leads the writing has taken this out");
}

Test(writing, what_has_become_a_card_is_not_thrown_away_here)
{
	cr_assert(draft_may_be_deleted(true, true, &err));
	cr_assert(draft_may_be_deleted(true, false, &err), "sent again");
	cr_assert(draft_may_be_deleted(false, true, &err), "the board had no room for it");
	cr_assert_not(draft_may_be_deleted(false, false, &err));
	cr_assert_eq(err.code, KD_E_CONFLICT);
	cr_assert(draft_may_be_removed(true, true, &err));
	cr_assert_not(draft_may_be_removed(true, false, &err));
	cr_assert_eq(err.code, KD_E_NOT_FOUND);
	cr_assert_not(draft_may_be_removed(false, false, &err));
	cr_assert_eq(err.code, KD_E_CONFLICT);
}

/* --- layout ------------------------------------------------------------------------------------------ */

static bool touch(const struct rect *a, const struct rect *b)
{
	return a->x < b->x + b->width && b->x < a->x + a->width && a->y < b->y + b->height && b->y < a->y + a->height;
}

static struct rect next_card(struct layout *l)
{
	struct rect r = { 0, 0, LAYOUT_CARD_WIDTH, LAYOUT_CARD_HEIGHT };

	layout_next(l, &r.x, &r.y);
	return r;
}

Test(layout, a_section_is_filled_where_nothing_lies)
{
	const struct rect section = { 1000, -500, 560, 420 };
	const struct rect taken[] = { { 1100, -400, 160, 128 } };
	struct rect placed[2];
	struct layout l;

	/* Three by two places, four of which the card in the way touches. */
	layout_in_section(&l, &section, taken, 1);
	for (int i = 0; i < 2; i++) {
		placed[i] = next_card(&l);
		cr_assert_not(touch(&placed[i], &taken[0]), "card %d", i);
		cr_assert(placed[i].x >= section.x && placed[i].x + placed[i].width <= section.x + section.width);
		cr_assert(placed[i].y >= section.y && placed[i].y + placed[i].height <= section.y + section.height);
	}
	cr_assert_not(touch(&placed[0], &placed[1]));
}

Test(layout, in_a_full_section_no_two_lie_on_the_same_spot)
{
	const struct rect section = { 0, 0, 400, 400 };
	struct rect placed[20];
	struct layout l;

	layout_in_section(&l, &section, NULL, 0);
	for (int i = 0; i < 20; i++) {
		placed[i] = next_card(&l);
		for (int j = 0; j < i; j++)
			cr_assert(placed[i].x != placed[j].x || placed[i].y != placed[j].y, "card %d lies on %d", i, j);
	}
}

Test(layout, a_section_too_small_for_a_card_has_one_place)
{
	const struct rect section = { 0, 0, 120, 120 };
	struct layout l;
	struct rect first;

	layout_in_section(&l, &section, NULL, 0);
	first = next_card(&l);
	cr_assert(first.x >= 0 && first.x < 120 && first.y >= 0 && first.y < 120);
}

Test(layout, loose_ones_lie_beside_all_the_rest_and_on_the_board)
{
	const struct rect near = { -300, 40, 900, 600 }, at_the_edge = { 0, KD_BOARD_FAR - 60, KD_BOARD_FAR, 60 };
	struct layout l;

	layout_beside(&l, &near, 9);
	for (int i = 0; i < 9; i++) {
		struct rect r = next_card(&l);

		cr_assert(r.x >= near.x + near.width && r.y >= near.y && r.y + r.height <= near.y + 3 * (LAYOUT_CARD_HEIGHT + 16), "card %d", i);
	}
	layout_beside(&l, &at_the_edge, 4);
	for (int i = 0; i < 4; i++) {
		struct rect r = next_card(&l);

		cr_assert(r.x <= KD_BOARD_FAR && r.y <= KD_BOARD_FAR, "card %d", i);
	}
	layout_beside(&l, NULL, 1);
	cr_assert_eq(next_card(&l).x, 0);
}

Test(ground, each_goes_behind_the_last_of_its_section)
{
	struct arena *mem = arena_create(0, 1u << 20);
	const struct rect section = { 0, 0, 560, 420 }, card = { 20, 60, 160, 128 };
	struct ground g;
	struct ground_place first, second, loose, gone;

	ground_init(&g, mem, 1, 2, 2);
	ground_add_section(&g, "s1", &section);
	ground_add_card(&g, "s1", &card, "a5");
	ground_add_card(&g, NULL, &(struct rect){ 700, 0, 160, 128 }, "b00");
	cr_assert(ground_place(&g, "s1", &first));
	cr_assert(ground_place(&g, "s1", &second));
	cr_assert(ground_place(&g, NULL, &loose));
	cr_assert(ground_place(&g, "no longer there", &gone));
	cr_assert(strcmp("a5", first.order) < 0 && strcmp(first.order, second.order) < 0);
	cr_assert(strcmp("b00", loose.order) < 0 && strcmp(loose.order, gone.order) < 0);
	cr_assert(first.x == 196 && first.y == 60 && second.x == 372, "the first place is taken");
	cr_assert(loose.x >= 860 && gone.x >= 860);
	arena_destroy(mem);
}

Test(ground, behind_the_last_key_there_is_there_is_none)
{
	struct arena *mem = arena_create(0, 1u << 20);
	const struct rect card = { 0, 0, 160, 128 };
	struct ground g;
	struct ground_place at;
	char last[ORDER_SIZE];

	memset(last, 'z', ORDER_MAX);
	last[ORDER_MAX] = '\0';
	ground_init(&g, mem, 0, 1, 1);
	ground_add_card(&g, NULL, &card, last);
	cr_assert_not(ground_place(&g, NULL, &at));
	arena_destroy(mem);
}

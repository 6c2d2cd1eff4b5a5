/* test_seats.c - connections of one member are bounded, those of others are not touched. */
#include "../alloc/failing.h"
#include "rpc/seats.h"
#include <criterion/criterion.h>
#include <stdio.h>

#define A "00000000-0000-7000-8000-00000000000a"
#define B "00000000-0000-7000-8000-00000000000b"

Test(seats, are_counted_for_each_member)
{
	struct seats *s = seats_create(2);

	cr_assert(seats_take(s, A));
	cr_assert(seats_take(s, A));
	cr_assert_not(seats_take(s, A));
	cr_assert(seats_take(s, B));
	seats_give(s, A);
	cr_assert(seats_take(s, A));
	cr_assert_not(seats_take(s, A));
	seats_give(s, A);
	seats_give(s, A);
	seats_give(s, A); /* one too many does nothing */
	cr_assert(seats_take(s, A));
	seats_destroy(s);
	seats_destroy(NULL);
}

Test(seats, zero_means_any_number)
{
	struct seats *s = seats_create(0);

	for (int i = 0; i < 1000; i++)
		cr_assert(seats_take(s, A));
	seats_destroy(s);
}

Test(seats, a_thousand_members_have_their_own)
{
	struct seats *s = seats_create(1);
	char member[40];

	for (int round = 0; round < 2; round++)
		for (int i = 0; i < 1000; i++) {
			snprintf(member, sizeof member, "01890000-0000-7000-8000-%012d", i);
			cr_assert_eq(seats_take(s, member), round == 0);
		}
	for (int i = 0; i < 1000; i += 3) {
		snprintf(member, sizeof member, "01890000-0000-7000-8000-%012d", i);
		seats_give(s, member);
		cr_assert(seats_take(s, member));
	}
	seats_destroy(s);
}

Test(seats, without_memory_nobody_sits_down_and_nothing_breaks)
{
	struct seats *s;

	alloc_fail_at(0);
	cr_assert_null(seats_create(1));
	cr_assert(alloc_end());
	s = seats_create(1);
	alloc_fail_at(0);
	cr_assert_not(seats_take(s, A));
	cr_assert(alloc_end());
	cr_assert(seats_take(s, A));
	seats_destroy(s);
}

/* test_seats.c - connections of one member are bounded, those of others are not touched. */
#include "rpc/seats.h"
#include <criterion/criterion.h>

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

/* test_reserve.c - memory put aside: given back piece by piece, and put aside again. */
#include "base/reserve.h"
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

Test(reserve, is_not_low_before_anything_was_kept)
{
	cr_assert(!reserve_give());
	cr_assert(!reserve_is_low());
}

Test(reserve, gives_its_pieces_and_is_filled_again)
{
	cr_assert(reserve_keep());
	for (int i = 0; i < RESERVE_PIECES; i++)
		cr_assert(reserve_give());
	cr_assert(!reserve_give(), "there are no more");
	cr_assert(!reserve_is_low(), "here there is memory: it is put aside again");
	cr_assert(reserve_give(), "it is");
	cr_assert(reserve_keep());
}

Test(reserve, allocates_like_malloc)
{
	char *p = reserve_alloc(100, "a test");

	memset(p, 1, 100);
	free(p);
}

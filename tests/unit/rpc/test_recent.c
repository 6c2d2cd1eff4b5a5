/* test_recent.c - who wrote lately is remembered, and then forgotten. */
#include "../alloc/failing.h"
#include "rpc/recent.h"
#include <criterion/criterion.h>

#define A "00000000-0000-7000-8000-00000000000a"
#define B "00000000-0000-7000-8000-00000000000b"

Test(recent, remembers_the_last_write_of_each)
{
	struct recent *r = recent_create();

	cr_assert_eq(recent_ms(r, A), 0);
	recent_note(r, A, 100);
	recent_note(r, B, 150);
	recent_note(r, A, 200);
	cr_assert(recent_ms(r, A) == 200 && recent_ms(r, B) == 150);
	recent_sweep(r, 151);
	cr_assert(recent_ms(r, A) == 200 && recent_ms(r, B) == 0);
	recent_destroy(r);
	recent_destroy(NULL);
}

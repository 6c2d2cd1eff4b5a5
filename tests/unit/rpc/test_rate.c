/* Token buckets: bursts, refilling, and each class and person on their own. */
#include "../alloc/failing.h"
#include "rpc/rate.h"
#include <criterion/criterion.h>
#include <stdio.h>

static const int64_t per_minute[RATE_CLASSES] = { 0, 60, 6, 0, 1 };

Test(rate, a_burst_is_the_minutes_number_and_then_one_comes_back_in_time)
{
	struct rates *r = rates_create(per_minute);
	int64_t retry = 0;

	for (int i = 0; i < 60; i++)
		cr_assert(rate_take(r, "m", 1, 1, 1000, &retry));
	cr_assert_not(rate_take(r, "m", 1, 1, 1000, &retry));
	cr_assert(retry > 900 && retry <= 1001, "one a second comes back, not after %lld ms", (long long)retry);
	cr_assert(rate_take(r, "m", 1, 1, 1000 + retry, &retry));
	rates_destroy(r);
}

Test(rate, people_and_classes_do_not_share)
{
	struct rates *r = rates_create(per_minute);
	int64_t retry = 0;

	cr_assert(rate_take(r, "m", 4, 1, 1000, &retry));
	cr_assert_not(rate_take(r, "m", 4, 1, 1000, &retry));
	cr_assert(rate_take(r, "m", 2, 1, 1000, &retry));
	cr_assert(rate_take(r, "n", 4, 1, 1000, &retry));
	rates_destroy(r);
}

Test(rate, a_share_widens_and_zero_is_unlimited)
{
	struct rates *r = rates_create(per_minute);
	int64_t retry = 0;

	for (int i = 0; i < 3; i++)
		cr_assert(rate_take(r, "address", 4, 3, 1000, &retry));
	cr_assert_not(rate_take(r, "address", 4, 3, 1000, &retry));
	for (int i = 0; i < 10000; i++)
		cr_assert(rate_take(r, "m", 3, 1, 1000, &retry));
	rates_destroy(r);
}

Test(rate, a_sweep_forgets_only_who_is_full_again)
{
	struct rates *r = rates_create(per_minute);
	int64_t retry = 0;

	cr_assert(rate_take(r, "m", 4, 1, 1000, &retry));
	rates_sweep(r, 30000);
	cr_assert_not(rate_take(r, "m", 4, 1, 30000, &retry));
	rates_sweep(r, 300000);
	cr_assert(rate_take(r, "m", 4, 1, 300000, &retry));
	rates_destroy(r);
}

Test(rate, tokens_never_grow_beyond_the_burst)
{
	struct rates *r = rates_create(per_minute);
	int64_t retry = 0;

	cr_assert(rate_take(r, "m", 2, 1, 1000, &retry));
	for (int i = 0; i < 6; i++) /* an hour later it is full, not sixty times as full */
		cr_assert(rate_take(r, "m", 2, 1, 3600000, &retry), "the %dth", i);
	cr_assert_not(rate_take(r, "m", 2, 1, 3600000, &retry));
	cr_assert_not(rate_take(r, "m", 2, 1, 3599000, &retry), "a clock that goes back gives nothing");
	rates_destroy(r);
}

/* Names that begin alike share no bucket up to the length that is told apart, and thousands are kept and swept. */
Test(rate, thousands_are_counted_each_for_themselves)
{
	struct rates *r = rates_create(per_minute);
	int64_t retry = 0;
	char who[40];

	for (int round = 0; round < 2; round++)
		for (int i = 0; i < 5000; i++) {
			snprintf(who, sizeof who, "01890000-0000-7000-8000-%012d", i);
			cr_assert_eq(rate_take(r, who, 4, 1, 1000, &retry), round == 0, "%s", who);
		}
	rates_sweep(r, 1000 + 120001);
	for (int i = 0; i < 5000; i += 7) {
		snprintf(who, sizeof who, "01890000-0000-7000-8000-%012d", i);
		cr_assert(rate_take(r, who, 4, 1, 130000, &retry));
	}
	rates_destroy(r);
	rates_destroy(NULL);
}

/* Whoever cannot be counted for want of memory is let through, and counted as soon as there is some. */
Test(rate, without_memory_nobody_is_shut_out)
{
	struct rates *r;
	int64_t retry = 0;

	alloc_fail_at(0);
	cr_assert_null(rates_create(per_minute));
	cr_assert(alloc_end());
	r = rates_create(per_minute);
	alloc_fail_at(0);
	cr_assert(rate_take(r, "m", 4, 1, 1000, &retry));
	cr_assert(alloc_end());
	cr_assert(rate_take(r, "m", 4, 1, 1000, &retry));
	cr_assert_not(rate_take(r, "m", 4, 1, 1000, &retry));
	rates_destroy(r);
}

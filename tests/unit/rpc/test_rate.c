/* Token buckets: bursts, refilling, and each class and person on their own. */
#include "rpc/rate.h"
#include <criterion/criterion.h>

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

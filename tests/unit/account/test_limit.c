/* How often one address may ask. */
#include "account/limit.h"
#include "base/clock.h"
#include <criterion/criterion.h>

static struct limit limit;

Test(limit, takes_so_many_in_a_window)
{
	int64_t wait;

	clock_set(1000000);
	limit_init(&limit, 2, 60000);
	cr_expect(limit_take(&limit, "10.0.0.1", &wait));
	clock_set(1010000);
	cr_expect(limit_take(&limit, "10.0.0.1", &wait));
	cr_expect_not(limit_take(&limit, "10.0.0.1", &wait));
	cr_expect_eq(wait, 50000);
	cr_expect(limit_take(&limit, "10.0.0.2", &wait), "another address has its own");
	clock_set(1060000);
	cr_expect(limit_take(&limit, "10.0.0.1", &wait));
}

Test(limit, counts_an_ipv6_network_as_one)
{
	int64_t wait;

	clock_set(1000000);
	limit_init(&limit, 1, 60000);
	cr_expect(limit_take(&limit, "2001:db8:1:2::1", &wait));
	cr_expect_not(limit_take(&limit, "2001:db8:1:2:ffff::9", &wait));
	cr_expect(limit_take(&limit, "2001:db8:1:3::1", &wait));
}

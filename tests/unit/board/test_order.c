/* Fractional index keys: the cases of the fractional-indexing package, and that keys stay between for ever.
 */
#include "board/order.h"
#include <criterion/criterion.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static const struct {
	const char *after, *before, *expected; /* NULL: the list's end; refused */
} cases[] = {
	{ NULL, NULL, "a0" },
	{ NULL, "a0", "Zz" },
	{ NULL, "Zz", "Zy" },
	{ "a0", NULL, "a1" },
	{ "a1", NULL, "a2" },
	{ "a0", "a1", "a0V" },
	{ "a1", "a2", "a1V" },
	{ "a0V", "a1", "a0l" },
	{ "Zz", "a0", "ZzV" },
	{ "Zz", "a1", "a0" },
	{ NULL, "Y00", "Xzzz" },
	{ "bzz", NULL, "c000" },
	{ "a0", "a0V", "a0G" },
	{ "a0", "a0G", "a08" },
	{ "b125", "b129", "b127" },
	{ "a0", "a1V", "a1" },
	{ "Zz", "a01", "a0" },
	{ NULL, "a0V", "a0" },
	{ NULL, "b999", "b99" },
	{ "Yzz", NULL, "Z0" },
	{ "az", NULL, "b00" },
	{ NULL, "b00", "az" },
	{ NULL, "Z0", "Yzz" },
	{ NULL, "A000000000000000000000000001", "A000000000000000000000000000V" },
	{ "zzzzzzzzzzzzzzzzzzzzzzzzzzy", NULL, "zzzzzzzzzzzzzzzzzzzzzzzzzzz" },
	{ "zzzzzzzzzzzzzzzzzzzzzzzzzzz", NULL, "zzzzzzzzzzzzzzzzzzzzzzzzzzzV" },
	{ NULL, "A00000000000000000000000001", "A00000000000000000000000000V" }, /* the least one alone is not valid */
	{ NULL, "A00000000000000000000000010", "A0000000000000000000000000z" },
	{ "a0V", "a0W5", "a0W" },
	{ "a0V", "a0W", "a0VV" },
	{ "a0", "a01", "a00V" },
	{ "a0", "a001", "a000V" },
	{ "a0z", "a1", "a0zV" },
	{ "az", "b00", "azV" },
	{ "az5", "b00", "azY" },
	{ "Zz", "b00", "a0" },
	{ NULL, "A00000000000000000000000000", NULL },
	{ NULL, "a00", NULL },
	{ "a00", NULL, NULL },
	{ "a00", "a1", NULL },
	{ "0", "1", NULL },
	{ "a1", "a0", NULL },
	{ "a1", "a1", NULL },
};

Test(order, between_is_what_the_client_library_would_make)
{
	char key[ORDER_SIZE];

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		bool is_made = order_between(cases[i].after, cases[i].before, key);

		cr_assert_eq(is_made, cases[i].expected != NULL, "case %zu", i);
		if (is_made)
			cr_assert_str_eq(key, cases[i].expected, "case %zu", i);
	}
}

Test(order, only_keys_that_the_algorithm_makes_are_valid)
{
	static const char *const good[] = { "a0", "Zz", "a0V", "b00", "c1234",
		"zzzzzzzzzzzzzzzzzzzzzzzzzzzV", "z00000000000000000000000000", "A00000000000000000000000001" };
	static const char *const bad[] = { "", "0", "a", "b0", "a00", "a0V0", "a-", "a0 ", "a0\xc3\xa5", "m", "@0", "[0", "`0", "{0", "-",
		"A00000000000000000000000000",
		"a0VVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVV" };

	for (size_t i = 0; i < sizeof(good) / sizeof(*good); i++)
		cr_assert(order_is_valid(good[i]), "%s", good[i]);
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		cr_assert_not(order_is_valid(bad[i]), "%s", bad[i]);
}

/* A list that grows at random places stays sorted, valid and free of doubles. */
Test(order, a_list_that_grows_anywhere_stays_in_order)
{
	enum { COUNT = 3000 };
	static char keys[COUNT][ORDER_SIZE];
	uint32_t seed = 20231;
	size_t longest = 0;

	for (size_t n = 0; n < COUNT; n++) {
		size_t at;

		seed = seed * 1664525u + 1013904223u;
		at = (seed >> 8) % (n + 1);
		memmove(keys[at + 1 < COUNT ? at + 1 : at], keys[at], (n - at) * ORDER_SIZE);
		cr_assert(
		        order_between(at > 0 ? keys[at - 1] : NULL, at < n ? keys[at + 1] : NULL, keys[at]));
		cr_assert(order_is_valid(keys[at]), "%s", keys[at]);
	}
	for (size_t i = 0; i < COUNT; i++) {
		if (i > 0)
			cr_assert_lt(strcmp(keys[i - 1], keys[i]), 0);
		if (strlen(keys[i]) > longest)
			longest = strlen(keys[i]);
	}
	cr_assert_leq(longest, 10);
}

Test(order, no_key_is_ever_longer_than_it_may_be)
{
	char low[ORDER_SIZE] = "a0", high[ORDER_SIZE] = "a1", key[ORDER_SIZE];
	int made = 0;

	while (order_between(low, high, key)) {
		cr_assert_lt(strcmp(low, key), 0);
		cr_assert_lt(strcmp(key, high), 0);
		cr_assert_leq(strlen(key), ORDER_MAX);
		memcpy(made % 2 ? low : high, key, sizeof(key));
		cr_assert_lt(++made, 1000);
	}
	cr_assert_gt(made, 100);
}

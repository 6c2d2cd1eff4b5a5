/* Who may call a method at all. */
#include "rpc/allow.h"
#include <criterion/criterion.h>
#include <string.h>

static const struct caller member = { .grant_count = 0 }, facilitator = { .grant_count = 1 }, administrator = { .is_administrator = true };

static void expect(enum call_access access, bool of_member, bool of_facilitator, bool of_administrator)
{
	const struct {
		const struct caller *who;
		bool may;
	} cases[] = { { &member, of_member }, { &facilitator, of_facilitator }, { &administrator, of_administrator } };

	for (size_t i = 0; i < 3; i++) {
		struct err err = { 0 };

		cr_expect_eq(allow_call(access, cases[i].who, &err), cases[i].may, "access %d, caller %zu", (int)access, i);
		cr_expect_eq(err.code == KD_E_FORBIDDEN, !cases[i].may);
	}
}

Test(allow, each_access_is_for_those_it_names)
{
	expect(ACCESS_GUEST, true, true, true);
	expect(ACCESS_MEMBER, true, true, true);
	expect(ACCESS_FACILITATOR, false, true, true);
	expect(ACCESS_ADMINISTRATOR, false, false, true);
}

Test(allow, what_is_no_access_is_for_nobody)
{
	expect((enum call_access)0, false, false, false);
	expect((enum call_access)99, false, false, false);
}

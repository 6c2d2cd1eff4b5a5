/* Who may give and take roles: every kind of caller against every role. */
#include "people/role.h"
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#define SELF "01900000-0000-7000-8000-00000000000a"
#define OTHER "01900000-0000-7000-8000-00000000000b"
#define COHORT "01900000-0000-7000-8000-0000000000c1"
#define OTHER_COHORT "01900000-0000-7000-8000-0000000000c2"

static struct err err;
static struct grant network_grant = { SCOPE_NETWORK, "" }, cohort_grant = { SCOPE_COHORT, COHORT };
static const struct caller administrator = { .member = SELF, .is_administrator = true };
static const struct caller network = { .member = SELF, .grant_count = 1, .grants = &network_grant };
static const struct caller cohort = { .member = SELF, .grant_count = 1, .grants = &cohort_grant };
static const struct caller member = { .member = SELF };

enum { GRANT = 1, REVOKE = 2 };

static int may(const struct caller *who, const char *whose, bool is_administrator, enum scope scope)
{
	struct role role = { whose, is_administrator, scope, scope == SCOPE_NETWORK ? NULL : COHORT };

	return (role_may_grant(&role, who, &err) ? GRANT : 0) |
	       (role_may_revoke(&role, who, &err) ? REVOKE : 0);
}

Test(role, administrators_decide_on_all_but_their_own_rise)
{
	cr_expect_eq(may(&administrator, OTHER, true, SCOPE_NETWORK), GRANT | REVOKE);
	for (int s = SCOPE_NETWORK; s <= SCOPE_BOARD; s++) {
		cr_expect_eq(may(&administrator, OTHER, false, s), GRANT | REVOKE);
		cr_expect_eq(may(&administrator, SELF, false, s), REVOKE);
	}
	cr_expect_eq(may(&administrator, SELF, true, SCOPE_NETWORK), REVOKE, "SQL keeps the last one");
}

Test(role, network_facilitators_decide_on_narrower_scopes)
{
	cr_expect_eq(may(&network, OTHER, true, SCOPE_NETWORK), 0);
	cr_expect_eq(may(&network, OTHER, false, SCOPE_NETWORK), 0);
	for (int s = SCOPE_COHORT; s <= SCOPE_BOARD; s++) {
		cr_expect_eq(may(&network, OTHER, false, s), GRANT | REVOKE);
		cr_expect_eq(may(&network, SELF, false, s), REVOKE);
	}
	cr_expect_eq(may(&network, SELF, true, SCOPE_NETWORK), 0);
}

Test(role, others_may_only_give_up_their_own)
{
	const struct caller *const callers[] = { &cohort, &member };

	for (size_t i = 0; i < 2; i++) {
		cr_expect_eq(may(callers[i], OTHER, true, SCOPE_NETWORK), 0);
		cr_expect_eq(may(callers[i], SELF, true, SCOPE_NETWORK), 0);
		for (int s = SCOPE_NETWORK; s <= SCOPE_BOARD; s++) {
			cr_expect_eq(may(callers[i], OTHER, false, s), 0);
			cr_expect_eq(may(callers[i], SELF, false, s), REVOKE);
		}
	}
	cr_expect_eq(err.code, KD_E_FORBIDDEN);
}

Test(role, facilitators_take_others_into_their_cohort)
{
	cr_expect(cohort_may_take_in(COHORT, SELF, &administrator, &err));
	cr_expect(cohort_may_take_in(COHORT, OTHER, &network, &err));
	cr_expect_not(cohort_may_take_in(COHORT, SELF, &network, &err), "it would be a promotion");
	cr_expect(cohort_may_take_in(COHORT, OTHER, &cohort, &err));
	cr_expect_not(cohort_may_take_in(COHORT, SELF, &cohort, &err));
	cr_expect_not(cohort_may_take_in(OTHER_COHORT, OTHER, &cohort, &err));
	cr_expect_not(cohort_may_take_in(COHORT, OTHER, &member, &err));
	cr_expect(cohort_may_take_out(COHORT, &cohort, &err));
	cr_expect_not(cohort_may_take_out(OTHER_COHORT, &cohort, &err));
	cr_expect_not(cohort_may_take_out(COHORT, &member, &err));
}

static const char *wrong_field(const char *role, const char *scope, const char *scope_id)
{
	struct kd_role p = { OTHER, role, scope, scope_id, SELF };
	struct role r;

	return role_read(&r, &p, &err) ? "" : err.field;
}

Test(role, scope_fits_the_role)
{
	cr_expect_str_eq(wrong_field("administrator", NULL, NULL), "");
	cr_expect_str_eq(wrong_field("administrator", "network", NULL), "/scope");
	cr_expect_str_eq(wrong_field("administrator", NULL, COHORT), "/scope_id");
	cr_expect_str_eq(wrong_field("facilitator", NULL, NULL), "/scope");
	cr_expect_str_eq(wrong_field("facilitator", "network", NULL), "");
	cr_expect_str_eq(wrong_field("facilitator", "network", COHORT), "/scope_id");
	cr_expect_str_eq(wrong_field("facilitator", "cohort", NULL), "/scope_id");
	cr_expect_str_eq(wrong_field("facilitator", "board", COHORT), "");
}

Test(role, things_in_spaces_must_be_readable_to_whoever_decides)
{
	struct role space = { OTHER, false, SCOPE_SPACE, COHORT }, own = { SELF, false, SCOPE_SPACE, COHORT };
	struct role of_cohort = { OTHER, false, SCOPE_COHORT, COHORT },
	            administration = { OTHER, true, SCOPE_NETWORK, NULL };

	cr_expect(role_needs_open(&space, &administrator, false));
	cr_expect(role_needs_open(&space, &administrator, true));
	cr_expect_not(role_needs_open(&own, &member, true));
	cr_expect_not(role_needs_open(&of_cohort, &administrator, false));
	cr_expect_not(role_needs_open(&administration, &administrator, false));
}

/* people.c - what the domain's files share: the table of methods, and small helpers. */
#include "people/people_private.h"
#include "people/import.h"
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>

const struct rpc_binding people_rpc[] = {
	{ &kd_organisation_list, organisation_list, ACCESS_MEMBER, RATE_READ, 0 },
	{ &kd_organisation_add, organisation_add, ACCESS_ADMINISTRATOR, RATE_WRITE, 0 },
	{ &kd_cohort_list, cohort_list, ACCESS_MEMBER, RATE_READ, 0 },
	{ &kd_cohort_add, cohort_add, ACCESS_ADMINISTRATOR, RATE_WRITE, 0 },
	{ &kd_cohort_plan, cohort_plan, ACCESS_ADMINISTRATOR, RATE_WRITE, 0 },
	{ &kd_cohort_add_member, cohort_add_member, ACCESS_FACILITATOR, RATE_WRITE, 0 },
	{ &kd_cohort_remove_member, cohort_remove_member, ACCESS_FACILITATOR, RATE_WRITE, 0 },
	{ &kd_member_list, member_list, ACCESS_MEMBER, RATE_READ, 0 },
	{ &kd_member_get, member_get, ACCESS_MEMBER, RATE_READ, 0 },
	{ &kd_member_add, member_add, ACCESS_ADMINISTRATOR, RATE_WRITE, 0 },
	{ &kd_member_import, member_import, ACCESS_ADMINISTRATOR, RATE_HEAVY, sizeof(struct import) },
	{ &kd_member_invite, member_invite, ACCESS_ADMINISTRATOR, RATE_HEAVY, 0 },
	{ &kd_member_suspend, member_suspend, ACCESS_ADMINISTRATOR, RATE_WRITE, 0 },
	{ &kd_member_reinstate, member_reinstate, ACCESS_ADMINISTRATOR, RATE_WRITE, 0 },
	{ &kd_role_grant, role_grant, ACCESS_FACILITATOR, RATE_WRITE, sizeof(struct kd_role_grant_result) },
	{ &kd_role_revoke, role_revoke, ACCESS_FACILITATOR, RATE_WRITE, 0 },
	{ .method = NULL },
};

void people_hint_all(struct call *c)
{
	static const struct access everyone = { .openness = OPEN_NETWORK };

	call_opens_to(c, &everyone);
}

const char *people_array_of(struct call *c, const char *id)
{
	return arena_printf(c->mem, "{%s}", id);
}

bool date_is_valid(const char *text)
{
	static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	int year, month, day;

	for (size_t i = 0; i < 10; i++)
		if (i == 4 || i == 7 ? text[i] != '-' : !isdigit((unsigned char)text[i]))
			return false;
	if (text[10] != '\0')
		return false;
	year = (int)strtol(text, NULL, 10);
	month = (int)strtol(text + 5, NULL, 10);
	day = (int)strtol(text + 8, NULL, 10);
	if (year < 1900 || month < 1 || month > 12 || day < 1)
		return false;
	return day <= days[month - 1] + (month == 2 && year % 4 == 0 && (year % 100 != 0 || year % 400 == 0));
}

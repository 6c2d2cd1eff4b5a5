/* people_private.h - what the files of people/ share. */
#ifndef PEOPLE_PEOPLE_PRIVATE_H
#define PEOPLE_PEOPLE_PRIVATE_H
#include "base/line.h"
#include "people/people.h"
#include "protocol/people.h"

/* cohort_rpc.c */
call_step organisation_list, organisation_add, cohort_list, cohort_add, cohort_plan, cohort_add_member,
        cohort_remove_member;
/* member_rpc.c */
call_step member_list, member_get, member_add, member_invite, member_suspend, member_reinstate;
/* import_rpc.c */
call_step member_import;
/* role_rpc.c */
call_step role_grant, role_revoke;

/* Hints of this change go to everyone: the directory shows it. */
void people_hint_all(struct call *c);

/* "{id}": a uuid[] of one as text. */
const char *people_array_of(struct call *c, const char *id);

/* 2023-02-28, a day that there is. */
bool date_is_valid(const char *text);
#endif

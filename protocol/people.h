/* people.h - organisations, cohorts, members and roles as they travel. The field tables are in people.c. */
#ifndef PROTOCOL_PEOPLE_H
#define PROTOCOL_PEOPLE_H
#include "protocol/account.h"

#define KD_IMPORT_MAX_BYTES 60000
#define KD_IMPORT_MAX_ROWS 1000
#define KD_IMPORT_MAX_ERRORS 1000

/* --- nouns ------------------------------------------------------------------------------------- */

struct kd_organisation {
	const char *id, *kind, *short_name, *name; /* `short` on the wire */
	int64_t members;
};
struct kd_organisations {
	size_t count;
	struct kd_organisation *items;
};

struct kd_meeting {
	const char *id;
	int64_t ordinal;
	const char *theme_sv, *theme_en, *held_by, *held_on;
};
struct kd_meetings {
	size_t count;
	struct kd_meeting *items;
};
struct kd_cohort {
	const char *id, *track;
	int64_t round;
	const char *name;
	int64_t members;
	struct kd_meetings meetings;
};
struct kd_cohorts {
	size_t count;
	struct kd_cohort *items;
};

struct kd_card_of_member { /* a row of the directory */
	const char *id, *name;
	struct kd_organisation_name organisation;
	const char *title, *helps_with;
	struct kd_cohorts_of cohorts;
	bool is_facilitator, is_administrator;
	const char *status;
};
struct kd_cards_of_members {
	size_t count;
	struct kd_card_of_member *items;
};

struct kd_import_error {
	int64_t line;
	const char *field, *problem, *reason;
};
struct kd_import_errors {
	size_t count;
	struct kd_import_error *items;
};

/* --- parameters and results -------------------------------------------------------------------- */

struct kd_organisation_list_result {
	struct kd_organisations organisations;
};
struct kd_organisation_add {
	const char *organisation, *kind, *short_name, *name, *op;
};

struct kd_cohort_list_result {
	struct kd_cohorts cohorts;
};
struct kd_cohort_add {
	const char *cohort, *track;
	int64_t round;
	const char *name, *op;
};
struct kd_cohort_plan {
	const char *cohort;
	struct kd_meetings meetings;
	const char *op;
};
struct kd_cohort_member { /* cohort.add_member, cohort.remove_member */
	const char *cohort, *member, *op;
};

struct kd_member_list {
	const char *query, *organisation, *cohort, *track;
	struct kd_opt_int limit;
	const char *after;
};
struct kd_member_list_result {
	struct kd_cards_of_members members;
	const char *next;
};
struct kd_member_get {
	const char *member;
};
struct kd_member_get_result { /* a card and more */
	const char *id, *name;
	struct kd_organisation_name organisation;
	const char *title, *helps_with;
	struct kd_cohorts_of cohorts;
	bool is_facilitator, is_administrator;
	const char *status, *about, *mail;
	struct kd_grants grants;
};
struct kd_member_add {
	const char *member, *mail, *name, *organisation, *cohort;
	struct kd_opt_bool invite;
	const char *op;
};
struct kd_member_import {
	const char *csv;
	struct kd_opt_bool dry_run, invite;
	const char *op;
};
struct kd_member_import_result {
	int64_t added, changed, unchanged;
	struct kd_import_errors errors;
	struct kd_opt_int seq;
};
struct kd_member_op { /* member.invite, member.suspend, member.reinstate */
	const char *member, *op;
};
struct kd_role { /* role.grant, role.revoke */
	const char *member, *role, *scope, *scope_id, *op;
};
struct kd_role_grant_result {
	const char *grant;
	int64_t seq;
};

/* --- events ------------------------------------------------------------------------------------ */

/* on the network's stream */
struct kd_organisation_added {
	const char *organisation, *kind, *short_name, *name;
};
struct kd_cohort_added {
	const char *cohort, *track;
	int64_t round;
	const char *name;
};
struct kd_cohort_planned {
	const char *cohort;
	struct kd_meetings meetings;
};
struct kd_member_added {
	const char *member;
};
struct kd_member_imported {
	int64_t added, changed;
	struct kd_ids members;
};
/* on the member's own stream */
struct kd_cohort_joined { /* and left */
	const char *cohort;
};
struct kd_member_invited { /* and suspended, and reinstated */
	const char *member;
};
struct kd_role_granted { /* and revoked */
	const char *role, *scope, *scope_id;
};

extern const struct kd_event kd_organisation_added, kd_cohort_added, kd_cohort_planned, kd_member_added,
	kd_member_imported;
extern const struct kd_event kd_cohort_joined, kd_cohort_left, kd_member_invited, kd_member_suspended,
	kd_member_reinstated, kd_role_granted, kd_role_revoked;
extern const struct kd_event *const kd_people_events[];

extern const struct kd_method kd_organisation_list, kd_organisation_add;
extern const struct kd_method kd_cohort_list, kd_cohort_add, kd_cohort_plan, kd_cohort_add_member,
	kd_cohort_remove_member;
extern const struct kd_method kd_member_list, kd_member_get, kd_member_add, kd_member_import, kd_member_invite,
	kd_member_suspend, kd_member_reinstate;
extern const struct kd_method kd_role_grant, kd_role_revoke;
extern const struct kd_method *const kd_people_methods[];

#endif

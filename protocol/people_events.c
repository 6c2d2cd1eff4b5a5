/* people_events.c - what happens to organisations, cohorts, members and roles. */
#include "protocol/people_fields.h"

static const char *const held_by_words[] = { "consultants", "city", NULL };
static const char *const role_words[] = { "administrator", "facilitator", NULL };

const char *const kd_organisation_kind_words[] = { "administration", "district_administration", "company", "other", NULL };

const struct kd_field kd_meeting_fields[] = {
	KD_ID(struct kd_meeting, id, KD_REQUIRED, "Meeting; its id is made by the client."),
	KD_INT(struct kd_meeting, ordinal, 1, 20, "1, 2, … within the cohort."),
	KD_TEXT(struct kd_meeting, theme_sv, KD_REQUIRED, 1, 160, "Its theme in Swedish."),
	KD_TEXT(struct kd_meeting, theme_en, KD_REQUIRED, 1, 160, "Its theme in English."),
	KD_ENUM(struct kd_meeting, held_by, KD_REQUIRED, held_by_words, "Who holds it."),
	KD_TEXT(struct kd_meeting, held_on, KD_OPTIONAL, 10, 10, "Its day as YYYY-MM-DD, once it is set."),
	KD_FIELDS_END,
};

/* --- on the network's stream --------------------------------------------------------------------- */

static const struct kd_field organisation_added_event[] = {
	KD_ID(struct kd_organisation_added, organisation, KD_REQUIRED, "The new organisation."),
	ORGANISATION_FIELDS(struct kd_organisation_added),
	KD_FIELDS_END,
};
const struct kd_event kd_organisation_added = {
	.name = "organisation.added", .summary = "An administration or company was added.",
	.fields = organisation_added_event, .size = sizeof(struct kd_organisation_added),
};

static const struct kd_field cohort_added_event[] = {
	KD_ID(struct kd_cohort_added, cohort, KD_REQUIRED, "The new cohort."),
	COHORT_FIELDS(struct kd_cohort_added),
	KD_FIELDS_END,
};
const struct kd_event kd_cohort_added = {
	.name = "cohort.added", .summary = "A round of a track was added.",
	.fields = cohort_added_event, .size = sizeof(struct kd_cohort_added),
};

static const struct kd_field cohort_planned_event[] = {
	KD_ID(struct kd_cohort_planned, cohort, KD_REQUIRED, "The cohort."),
	KD_LIST(struct kd_cohort_planned, meetings, KD_REQUIRED, 20, kd_meeting_fields, "All its half-days from now on."),
	KD_FIELDS_END,
};
const struct kd_event kd_cohort_planned = {
	.name = "cohort.planned", .summary = "A cohort's half-days are these from now on.",
	.fields = cohort_planned_event, .size = sizeof(struct kd_cohort_planned),
};

static const struct kd_field member_added_event[] = {
	KD_ID(struct kd_member_added, member, KD_REQUIRED, "The new member."),
	KD_FIELDS_END,
};
const struct kd_event kd_member_added = {
	.name = "member.added", .summary = "A member was added.",
	.fields = member_added_event, .size = sizeof(struct kd_member_added),
};

static const struct kd_field member_imported_event[] = {
	KD_INT(struct kd_member_imported, added, 0, KD_IMPORT_MAX_ROWS, "How many are new."),
	KD_INT(struct kd_member_imported, changed, 0, KD_IMPORT_MAX_ROWS, "How many have changed."),
	KD_LIST_ID(struct kd_member_imported, members, KD_REQUIRED, KD_IMPORT_MAX_ROWS, "All of those."),
	KD_FIELDS_END,
};
const struct kd_event kd_member_imported = {
	.name = "member.imported", .summary = "Members were added or changed from a list.",
	.fields = member_imported_event, .size = sizeof(struct kd_member_imported),
};

/* --- on the member's own stream -------------------------------------------------------------------- */

static const struct kd_field cohort_joined_event[] = {
	KD_ID(struct kd_cohort_joined, cohort, KD_REQUIRED, "The cohort."),
	KD_FIELDS_END,
};
const struct kd_event kd_cohort_joined = {
	.name = "cohort.joined", .summary = "The stream's member belongs to a cohort from now on.",
	.fields = cohort_joined_event, .size = sizeof(struct kd_cohort_joined),
};
const struct kd_event kd_cohort_left = {
	.name = "cohort.left", .summary = "The stream's member belongs to a cohort no more.",
	.fields = cohort_joined_event, .size = sizeof(struct kd_cohort_joined),
};

static const struct kd_field member_invited_event[] = {
	KD_ID(struct kd_member_invited, member, KD_REQUIRED, "The stream's member."),
	KD_FIELDS_END,
};
const struct kd_event kd_member_invited = {
	.name = "member.invited", .summary = "An invitation is on its way to the stream's member.",
	.fields = member_invited_event, .size = sizeof(struct kd_member_invited),
};
const struct kd_event kd_member_suspended = {
	.name = "member.suspended", .summary = "The stream's member is shut out; sockets are closed with 4401.",
	.fields = member_invited_event, .size = sizeof(struct kd_member_invited),
};
const struct kd_event kd_member_reinstated = {
	.name = "member.reinstated", .summary = "The stream's member may sign in again.",
	.fields = member_invited_event, .size = sizeof(struct kd_member_invited),
};

static const struct kd_field role_granted_event[] = {
	KD_ENUM(struct kd_role_granted, role, KD_REQUIRED, role_words, "Which role."),
	KD_ENUM(struct kd_role_granted, scope, KD_OPTIONAL, kd_scope_words, "What a facilitator facilitates."),
	KD_ID(struct kd_role_granted, scope_id, KD_OPTIONAL, "Which cohort, space or board."),
	KD_FIELDS_END,
};
const struct kd_event kd_role_granted = {
	.name = "role.granted", .summary = "The stream's member has a further role.",
	.fields = role_granted_event, .size = sizeof(struct kd_role_granted),
};
const struct kd_event kd_role_revoked = {
	.name = "role.revoked", .summary = "The stream's member has a role no more.",
	.fields = role_granted_event, .size = sizeof(struct kd_role_granted),
};

const struct kd_event *const kd_people_events[] = {
	&kd_organisation_added, &kd_cohort_added, &kd_cohort_planned, &kd_member_added, &kd_member_imported,
	&kd_cohort_joined, &kd_cohort_left, &kd_member_invited, &kd_member_suspended, &kd_member_reinstated,
	&kd_role_granted, &kd_role_revoked, NULL,
};

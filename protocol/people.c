/* people.c - organisations, cohorts, members and roles: what their methods are. The events are in people_events.c. */
#include "protocol/people_fields.h"

static const char *const status_words[] = { "invited", "active", "suspended", NULL };
static const char *const role_words[] = { "administrator", "facilitator", NULL };

static const struct kd_field no_fields[] = { KD_FIELDS_END };

/* --- organisations ------------------------------------------------------------------------------- */

static const struct kd_field organisation_fields[] = {
	KD_ID(struct kd_organisation, id, KD_REQUIRED, "Organisation."),
	ORGANISATION_FIELDS(struct kd_organisation),
	KD_INT(struct kd_organisation, members, 0, KD_MAX_SAFE_INT, "Members who work there."),
	KD_FIELDS_END,
};

static const struct kd_field organisation_list_result[] = {
	KD_LIST(struct kd_organisation_list_result, organisations, KD_REQUIRED, KD_LIST_MAX, organisation_fields, "By name."),
	KD_FIELDS_END,
};
const struct kd_method kd_organisation_list = {
	.name = "organisation.list", .summary = "The city's administrations and companies.",
	.params = no_fields, .params_size = 0,
	.result = organisation_list_result, .result_size = sizeof(struct kd_organisation_list_result),
};

static const struct kd_field organisation_add_params[] = {
	KD_ID(struct kd_organisation_add, organisation, KD_REQUIRED, "Id of the new organisation, made by the client."),
	ORGANISATION_FIELDS(struct kd_organisation_add),
	KD_ID(struct kd_organisation_add, op, KD_REQUIRED, "This change."),
	KD_FIELDS_END,
};
const struct kd_method kd_organisation_add = {
	.name = "organisation.add", .summary = "Add an administration or company.",
	.doc = "For administrators. Short and full names are unique.",
	.params = organisation_add_params, .params_size = sizeof(struct kd_organisation_add),
	.result = kd_seq_fields, .result_size = sizeof(struct kd_seq), .emits = &kd_organisation_added,
	.errors = KD_ERRORS(KD_E_FORBIDDEN, KD_E_CONFLICT), .has_op = true,
};

/* --- cohorts --------------------------------------------------------------------------------------- */

static const struct kd_field cohort_fields[] = {
	KD_ID(struct kd_cohort, id, KD_REQUIRED, "Cohort."),
	COHORT_FIELDS(struct kd_cohort),
	KD_INT(struct kd_cohort, members, 0, KD_MAX_SAFE_INT, "Members who belong to it."),
	KD_LIST(struct kd_cohort, meetings, KD_REQUIRED, KD_LIST_MAX, kd_meeting_fields, "Its half-days, in order."),
	KD_FIELDS_END,
};

static const struct kd_field cohort_list_result[] = {
	KD_LIST(struct kd_cohort_list_result, cohorts, KD_REQUIRED, KD_LIST_MAX, cohort_fields, "By track and round."),
	KD_FIELDS_END,
};
const struct kd_method kd_cohort_list = {
	.name = "cohort.list", .summary = "The programme's cohorts and their half-days.",
	.params = no_fields, .params_size = 0,
	.result = cohort_list_result, .result_size = sizeof(struct kd_cohort_list_result),
};

static const struct kd_field cohort_add_params[] = {
	KD_ID(struct kd_cohort_add, cohort, KD_REQUIRED, "Id of the new cohort, made by the client."),
	COHORT_FIELDS(struct kd_cohort_add),
	KD_ID(struct kd_cohort_add, op, KD_REQUIRED, "This change."),
	KD_FIELDS_END,
};
const struct kd_method kd_cohort_add = {
	.name = "cohort.add", .summary = "Add a round of a track.",
	.doc = "For administrators. Names, and rounds within a track, are unique.",
	.params = cohort_add_params, .params_size = sizeof(struct kd_cohort_add),
	.result = kd_seq_fields, .result_size = sizeof(struct kd_seq), .emits = &kd_cohort_added,
	.errors = KD_ERRORS(KD_E_FORBIDDEN, KD_E_CONFLICT), .has_op = true,
};

static const struct kd_field cohort_plan_params[] = {
	KD_ID(struct kd_cohort_plan, cohort, KD_REQUIRED, "Cohort."),
	KD_LIST(struct kd_cohort_plan, meetings, KD_REQUIRED, 20, kd_meeting_fields,
		"All its half-days: those that are not given are taken away."),
	KD_ID(struct kd_cohort_plan, op, KD_REQUIRED, "This change."),
	KD_FIELDS_END,
};
const struct kd_method kd_cohort_plan = {
	.name = "cohort.plan", .summary = "Say which half-days a cohort has.",
	.doc = "For administrators.",
	.params = cohort_plan_params, .params_size = sizeof(struct kd_cohort_plan),
	.result = kd_seq_fields, .result_size = sizeof(struct kd_seq), .emits = &kd_cohort_planned,
	.errors = KD_ERRORS(KD_E_FORBIDDEN, KD_E_NOT_FOUND, KD_E_CONFLICT), .has_op = true,
};

static const struct kd_field cohort_member_params[] = {
	KD_ID(struct kd_cohort_member, cohort, KD_REQUIRED, "Cohort."),
	KD_ID(struct kd_cohort_member, member, KD_REQUIRED, "Who."),
	KD_ID(struct kd_cohort_member, op, KD_REQUIRED, "This change."),
	KD_FIELDS_END,
};
const struct kd_method kd_cohort_add_member = {
	.name = "cohort.add_member", .summary = "Take a member into a cohort.",
	.doc = "For administrators, and for facilitators of the cohort or the network, who cannot take in themselves. "
	       "The event goes to the member's own stream.",
	.params = cohort_member_params, .params_size = sizeof(struct kd_cohort_member),
	.result = kd_seq_fields, .result_size = sizeof(struct kd_seq), .emits = &kd_cohort_joined,
	.errors = KD_ERRORS(KD_E_FORBIDDEN, KD_E_NOT_FOUND, KD_E_CONFLICT), .has_op = true,
};
const struct kd_method kd_cohort_remove_member = {
	.name = "cohort.remove_member", .summary = "Take a member out of a cohort.",
	.doc = "For administrators, and for facilitators of the cohort or the network. The event goes to the member's own "
	       "stream; what the member has open by right of the cohort is closed.",
	.params = cohort_member_params, .params_size = sizeof(struct kd_cohort_member),
	.result = kd_seq_fields, .result_size = sizeof(struct kd_seq), .emits = &kd_cohort_left,
	.errors = KD_ERRORS(KD_E_FORBIDDEN, KD_E_NOT_FOUND, KD_E_CONFLICT), .has_op = true,
};

/* --- the directory ----------------------------------------------------------------------------------- */

#define CARD_FIELDS(T)                                                                                                \
	KD_ID(T, id, KD_REQUIRED, "Member."), KD_TEXT(T, name, KD_REQUIRED, 1, KD_NAME_MAX, "Name."),                \
		KD_OBJECT(T, organisation, kd_organisation_name_fields, "Administration or company."),               \
		KD_TEXT(T, title, KD_REQUIRED, 0, 120, "What the member works as; may be empty."),                   \
		KD_TEXT(T, helps_with, KD_REQUIRED, 0, KD_HELPS_WITH_MAX,                                            \
			"What others may ask the member about; may be empty."),                                      \
		KD_LIST(T, cohorts, KD_REQUIRED, KD_LIST_MAX, kd_cohort_of_fields, "Cohorts the member belongs to."), \
		KD_BOOL(T, is_facilitator, "Whether the member facilitates the network or a cohort."),               \
		KD_BOOL(T, is_administrator, "Whether the member is an administrator."),                             \
		KD_ENUM(T, status, KD_REQUIRED, status_words,                                                        \
			"Invited: has not signed in yet. Suspended ones are shown to administrators only.")

static const struct kd_field member_card_fields[] = {
	CARD_FIELDS(struct kd_card_of_member),
	KD_FIELDS_END,
};

static const struct kd_field member_list_params[] = {
	KD_TEXT(struct kd_member_list, query, KD_OPTIONAL, 1, 100,
		"Words to find in name, title, what one helps with, and organisation; accents and small slips are forgiven."),
	KD_ID(struct kd_member_list, organisation, KD_OPTIONAL, "Only who works there."),
	KD_ID(struct kd_member_list, cohort, KD_OPTIONAL, "Only who belongs to it."),
	KD_ENUM(struct kd_member_list, track, KD_OPTIONAL, kd_track_words, "Only who went through it."),
	KD_OPT_INT(struct kd_member_list, limit, 1, 100, "How many; 50 when absent."),
	KD_TEXT(struct kd_member_list, after, KD_OPTIONAL, 1, 64, "`next` of the page before."),
	KD_FIELDS_END,
};
static const struct kd_field member_list_result[] = {
	KD_LIST(struct kd_member_list_result, members, KD_REQUIRED, 100, member_card_fields, "By name."),
	KD_TEXT(struct kd_member_list_result, next, KD_OPTIONAL, 1, 64, "Where the next page begins; absent on the last."),
	KD_FIELDS_END,
};
const struct kd_method kd_member_list = {
	.name = "member.list", .summary = "The directory.",
	.doc = "Addresses are not in it.",
	.params = member_list_params, .params_size = sizeof(struct kd_member_list),
	.result = member_list_result, .result_size = sizeof(struct kd_member_list_result),
};

static const struct kd_field member_get_params[] = {
	KD_ID(struct kd_member_get, member, KD_REQUIRED, "Member."),
	KD_FIELDS_END,
};
static const struct kd_field member_get_result[] = {
	CARD_FIELDS(struct kd_member_get_result),
	KD_TEXT(struct kd_member_get_result, about, KD_REQUIRED, 0, KD_ABOUT_MAX, "A few words about the member; may be empty."),
	KD_TEXT(struct kd_member_get_result, mail, KD_OPTIONAL, 3, KD_MAIL_MAX, "Address; for administrators and oneself."),
	KD_LIST(struct kd_member_get_result, grants, KD_OPTIONAL, KD_LIST_MAX, kd_grant_fields,
		"What the member facilitates, as far as the caller may read it; for administrators and oneself."),
	KD_FIELDS_END,
};
const struct kd_method kd_member_get = {
	.name = "member.get", .summary = "One member.",
	.params = member_get_params, .params_size = sizeof(struct kd_member_get),
	.result = member_get_result, .result_size = sizeof(struct kd_member_get_result),
	.errors = KD_ERRORS(KD_E_NOT_FOUND),
};

/* --- members, for administrators ------------------------------------------------------------------------ */

static const struct kd_field member_add_params[] = {
	KD_ID(struct kd_member_add, member, KD_REQUIRED, "Id of the new member, made by the client."),
	KD_TEXT(struct kd_member_add, mail, KD_REQUIRED, 3, KD_MAIL_MAX, "Address that sign-in links will go to."),
	KD_TEXT(struct kd_member_add, name, KD_REQUIRED, 1, KD_NAME_MAX, "Name, one line."),
	KD_ID(struct kd_member_add, organisation, KD_REQUIRED, "Administration or company."),
	KD_ID(struct kd_member_add, cohort, KD_OPTIONAL, "Cohort the member belongs to."),
	KD_OPT_BOOL(struct kd_member_add, invite, "Whether to send an invitation."),
	KD_ID(struct kd_member_add, op, KD_REQUIRED, "This change."),
	KD_FIELDS_END,
};
const struct kd_method kd_member_add = {
	.name = "member.add", .summary = "Add a member.", .doc = "For administrators. The network is by invitation only.",
	.params = member_add_params, .params_size = sizeof(struct kd_member_add),
	.result = kd_seq_fields, .result_size = sizeof(struct kd_seq), .emits = &kd_member_added,
	.errors = KD_ERRORS(KD_E_FORBIDDEN, KD_E_CONFLICT), .has_op = true,
};

static const char *const import_problem_words[] = {
	"empty", "unreadable", "no_column", "missing", "malformed", "unknown", "repeated", "suspended", NULL,
};
static const struct kd_field import_error_fields[] = {
	KD_INT(struct kd_import_error, line, 1, KD_MAX_SAFE_INT, "Line of the list on which the row begins."),
	KD_TEXT(struct kd_import_error, field, KD_REQUIRED, 0, 40, "Column; empty when the whole row is meant."),
	KD_ENUM(struct kd_import_error, problem, KD_REQUIRED, import_problem_words,
		"What is wrong with it, for a client to say in its own language: the list is empty, the row is no CSV, the first line does "
		"not name the column, there is nothing in it, it is not as it must be, nothing has that name, an earlier line has the same "
		"address, the member is suspended."),
	KD_TEXT(struct kd_import_error, reason, KD_REQUIRED, 1, 200, "What is wrong with it, in English."),
	KD_FIELDS_END,
};
static const struct kd_field member_import_params[] = {
	KD_TEXT(struct kd_member_import, csv, KD_REQUIRED, 1, KD_IMPORT_MAX_BYTES,
		"The list: at most 60,000 bytes and 1,000 rows, commas or semicolons, with the columns mail, name, organisation, "
		"track and cohort named in its first line."),
	KD_OPT_BOOL(struct kd_member_import, dry_run, "Only say what would happen."),
	KD_OPT_BOOL(struct kd_member_import, invite, "Whether to send those who are new an invitation."),
	KD_ID(struct kd_member_import, op, KD_REQUIRED, "This change."),
	KD_FIELDS_END,
};
static const struct kd_field member_import_result[] = {
	KD_INT(struct kd_member_import_result, added, 0, KD_IMPORT_MAX_ROWS, "Rows that made a member."),
	KD_INT(struct kd_member_import_result, changed, 0, KD_IMPORT_MAX_ROWS,
		"Rows that gave a member another name, organisation or a further cohort."),
	KD_INT(struct kd_member_import_result, unchanged, 0, KD_IMPORT_MAX_ROWS, "Rows that are so already."),
	KD_LIST(struct kd_member_import_result, errors, KD_REQUIRED, KD_IMPORT_MAX_ERRORS, import_error_fields,
		"What is wrong with the rows that were not taken, by line."),
	KD_OPT_INT(struct kd_member_import_result, seq, 1, KD_MAX_SAFE_INT,
		"The stream's number of the event; absent when nothing was changed."),
	KD_FIELDS_END,
};
const struct kd_method kd_member_import = {
	.name = "member.import", .summary = "Add members from a CSV list.",
	.doc = "For administrators. Good rows are taken, bad ones reported by line; the same list again changes nothing. "
	       "`organisation` is a short or full name, `track` is executive or key_person, `cohort` a round's number or a "
	       "cohort's name; both may be empty. Nobody is taken out of a cohort.",
	.params = member_import_params, .params_size = sizeof(struct kd_member_import),
	.result = member_import_result, .result_size = sizeof(struct kd_member_import_result), .emits = &kd_member_imported,
	.errors = KD_ERRORS(KD_E_FORBIDDEN), .has_op = true,
};

static const struct kd_field member_op_params[] = {
	KD_ID(struct kd_member_op, member, KD_REQUIRED, "Member."),
	KD_ID(struct kd_member_op, op, KD_REQUIRED, "This change."),
	KD_FIELDS_END,
};
const struct kd_method kd_member_invite = {
	.name = "member.invite", .summary = "Send a member an invitation by mail.",
	.doc = "For administrators. The mail leads to the sign-in page; it holds no secret.",
	.params = member_op_params, .params_size = sizeof(struct kd_member_op),
	.result = kd_seq_fields, .result_size = sizeof(struct kd_seq), .emits = &kd_member_invited,
	.errors = KD_ERRORS(KD_E_FORBIDDEN, KD_E_NOT_FOUND, KD_E_CONFLICT), .has_op = true,
};
const struct kd_method kd_member_suspend = {
	.name = "member.suspend", .summary = "Shut a member out until reinstated.",
	.doc = "For administrators. Open sockets are closed on every node. The last administrator stays.",
	.params = member_op_params, .params_size = sizeof(struct kd_member_op),
	.result = kd_seq_fields, .result_size = sizeof(struct kd_seq), .emits = &kd_member_suspended,
	.errors = KD_ERRORS(KD_E_FORBIDDEN, KD_E_NOT_FOUND, KD_E_CONFLICT), .has_op = true,
};
const struct kd_method kd_member_reinstate = {
	.name = "member.reinstate", .summary = "Let a suspended member in again.", .doc = "For administrators.",
	.params = member_op_params, .params_size = sizeof(struct kd_member_op),
	.result = kd_seq_fields, .result_size = sizeof(struct kd_seq), .emits = &kd_member_reinstated,
	.errors = KD_ERRORS(KD_E_FORBIDDEN, KD_E_NOT_FOUND, KD_E_CONFLICT), .has_op = true,
};

/* --- roles --------------------------------------------------------------------------------------------- */

static const struct kd_field role_params[] = {
	KD_ID(struct kd_role, member, KD_REQUIRED, "Whose role it is."),
	KD_ENUM(struct kd_role, role, KD_REQUIRED, role_words, "Which role."),
	KD_ENUM(struct kd_role, scope, KD_OPTIONAL, kd_scope_words, "What a facilitator facilitates; required for that role alone."),
	KD_ID(struct kd_role, scope_id, KD_OPTIONAL, "Which cohort, space or board; not for the network."),
	KD_ID(struct kd_role, op, KD_REQUIRED, "This change."),
	KD_FIELDS_END,
};
static const struct kd_field role_grant_result[] = {
	KD_ID(struct kd_role_grant_result, grant, KD_OPTIONAL, "The facilitator's grant; absent for administrators."),
	KD_INT(struct kd_role_grant_result, seq, 1, KD_MAX_SAFE_INT, "The stream's number of the event."),
	KD_FIELDS_END,
};
const struct kd_method kd_role_grant = {
	.name = "role.grant", .summary = "Make a member an administrator or a facilitator.",
	.doc = "For administrators. Network facilitators may make others facilitators of cohorts, spaces and boards that they "
	       "may read. Nobody gives a role to oneself.",
	.params = role_params, .params_size = sizeof(struct kd_role),
	.result = role_grant_result, .result_size = sizeof(struct kd_role_grant_result), .emits = &kd_role_granted,
	.errors = KD_ERRORS(KD_E_FORBIDDEN, KD_E_NOT_FOUND, KD_E_CONFLICT), .has_op = true,
};
const struct kd_method kd_role_revoke = {
	.name = "role.revoke", .summary = "Take a role back.",
	.doc = "For who may give it, and facilitators may give up their own. The last administrator stays.",
	.params = role_params, .params_size = sizeof(struct kd_role),
	.result = kd_seq_fields, .result_size = sizeof(struct kd_seq), .emits = &kd_role_revoked,
	.errors = KD_ERRORS(KD_E_FORBIDDEN, KD_E_NOT_FOUND, KD_E_CONFLICT), .has_op = true,
};

const struct kd_method *const kd_people_methods[] = {
	&kd_organisation_list, &kd_organisation_add, &kd_cohort_list, &kd_cohort_add, &kd_cohort_plan,
	&kd_cohort_add_member, &kd_cohort_remove_member, &kd_member_list, &kd_member_get, &kd_member_add,
	&kd_member_import, &kd_member_invite, &kd_member_suspend, &kd_member_reinstate, &kd_role_grant,
	&kd_role_revoke, NULL,
};

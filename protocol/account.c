/* account.c - oneself, one's sessions and sign-in: what their methods and events are. */
#include "protocol/account.h"

const char *const kd_locale_words[] = { "sv", "en", NULL };
const char *const kd_theme_words[] = { "system", "light", "dark", NULL };
const char *const kd_track_words[] = { "executive", "key_person", NULL };
const char *const kd_scope_words[] = { "network", "cohort", "space", "board", NULL };
static const char *const session_kind_words[] = { "browser", "token", NULL };

static const struct kd_field no_fields[] = { KD_FIELDS_END };

/* --- nouns ------------------------------------------------------------------------------------- */

const struct kd_field kd_cohort_of_fields[] = {
	KD_ID(struct kd_cohort_of, id, KD_REQUIRED, "Cohort."),
	KD_ENUM(struct kd_cohort_of, track, KD_REQUIRED, kd_track_words, "Its track."),
	KD_INT(struct kd_cohort_of, round, 1, 99, "Its round within the track."),
	KD_TEXT(struct kd_cohort_of, name, KD_REQUIRED, 1, 80, "Its name."),
	KD_FIELDS_END,
};

const struct kd_field kd_grant_fields[] = {
	KD_ID(struct kd_grant, id, KD_REQUIRED, "Grant."),
	KD_ENUM(struct kd_grant, scope, KD_REQUIRED, kd_scope_words, "What kind of thing is facilitated."),
	KD_ID(struct kd_grant, scope_id, KD_OPTIONAL, "Which one; absent for the whole network."),
	KD_FIELDS_END,
};

static const struct kd_field session_fields[] = {
	KD_ID(struct kd_session, id, KD_REQUIRED, "Session."),
	KD_ENUM(struct kd_session, kind, KD_REQUIRED, session_kind_words, "A browser's cookie, or a token for scripts."),
	KD_TEXT(struct kd_session, name, KD_REQUIRED, 1, 200, "What the browser calls itself, or the owner the token."),
	KD_TIME(struct kd_session, created_at, "When it began."),
	KD_TIME(struct kd_session, last_seen_at, "When it was last used, to the minute."),
	KD_TIME(struct kd_session, expires_at, "When it ends if it is not used again."),
	KD_BOOL(struct kd_session, is_current, "Whether it is the one that asks."),
	KD_FIELDS_END,
};

/* --- events ------------------------------------------------------------------------------------ */

#define ABOUT_ONESELF(T)                                                                                              \
	KD_TEXT(T, name, KD_OPTIONAL, 1, KD_NAME_MAX, "Name, one line."),                                            \
		KD_TEXT(T, title, KD_OPTIONAL, 0, 120, "What one works as, one line."),                              \
		KD_TEXT(T, about, KD_OPTIONAL, 0, KD_ABOUT_MAX, "A few words about oneself."),                       \
		KD_TEXT(T, helps_with, KD_OPTIONAL, 0, KD_HELPS_WITH_MAX, "What others may ask one about."),         \
		KD_ENUM(T, locale, KD_OPTIONAL, kd_locale_words, "Language of the client and of mails."),            \
		KD_ENUM(T, theme, KD_OPTIONAL, kd_theme_words, "Colours of the client.")

static const struct kd_field member_changed_event[] = {
	KD_ID(struct kd_member_changed, member, KD_REQUIRED, "The stream's member."),
	ABOUT_ONESELF(struct kd_member_changed),
	KD_FIELDS_END,
};
const struct kd_event kd_member_changed = {
	.name = "member.changed", .summary = "What is given of the member is new.",
	.fields = member_changed_event, .size = sizeof(struct kd_member_changed),
};

static const struct kd_field session_revoked_event[] = {
	KD_ID(struct kd_session_revoked, session, KD_REQUIRED, "The session that has ended."),
	KD_FIELDS_END,
};
const struct kd_event kd_session_revoked = {
	.name = "session.revoked", .summary = "A session was ended; its sockets are closed with 4401 on every node.",
	.fields = session_revoked_event, .size = sizeof(struct kd_session_revoked),
};

static const struct kd_field token_created_event[] = {
	KD_ID(struct kd_token_created, session, KD_REQUIRED, "The new session."),
	KD_TEXT(struct kd_token_created, name, KD_REQUIRED, 1, 80, "What its owner calls it."),
	KD_FIELDS_END,
};
const struct kd_event kd_token_created = {
	.name = "token.created", .summary = "A token for scripts was made.",
	.fields = token_created_event, .size = sizeof(struct kd_token_created),
};

const struct kd_event *const kd_account_events[] = {
	&kd_member_changed, &kd_session_revoked, &kd_token_created, NULL,
};

/* --- oneself ----------------------------------------------------------------------------------- */

static const struct kd_field me_get_result[] = {
	KD_ID(struct kd_me, member, KD_REQUIRED, "One's own id."),
	KD_TEXT(struct kd_me, name, KD_REQUIRED, 1, KD_NAME_MAX, "Name."),
	KD_TEXT(struct kd_me, mail, KD_REQUIRED, 3, KD_MAIL_MAX, "Address that sign-in links go to."),
	KD_OBJECT(struct kd_me, organisation, kd_organisation_name_fields, "Administration or company."),
	KD_TEXT(struct kd_me, title, KD_REQUIRED, 0, 120, "What one works as; may be empty."),
	KD_TEXT(struct kd_me, about, KD_REQUIRED, 0, KD_ABOUT_MAX, "A few words about oneself; may be empty."),
	KD_TEXT(struct kd_me, helps_with, KD_REQUIRED, 0, KD_HELPS_WITH_MAX, "What others may ask one about; may be empty."),
	KD_ENUM(struct kd_me, locale, KD_REQUIRED, kd_locale_words, "Language of the client and of mails."),
	KD_ENUM(struct kd_me, theme, KD_REQUIRED, kd_theme_words, "Colours of the client."),
	KD_BOOL(struct kd_me, is_administrator, "Whether one is an administrator."),
	KD_LIST(struct kd_me, cohorts, KD_REQUIRED, KD_LIST_MAX, kd_cohort_of_fields, "Cohorts one belongs to."),
	KD_LIST(struct kd_me, grants, KD_REQUIRED, KD_LIST_MAX, kd_grant_fields, "What one facilitates."),
	KD_ID(struct kd_me, session, KD_REQUIRED, "The session that asks."),
	KD_FIELDS_END,
};
const struct kd_method kd_me_get = {
	.name = "me.get", .summary = "Who the caller is.",
	.params = no_fields, .params_size = 0,
	.result = me_get_result, .result_size = sizeof(struct kd_me),
};

static const struct kd_field me_update_params[] = {
	ABOUT_ONESELF(struct kd_me_update),
	KD_ID(struct kd_me_update, op, KD_REQUIRED, "This change."),
	KD_FIELDS_END,
};
const struct kd_method kd_me_update = {
	.name = "me.update", .summary = "Change what is known of oneself.",
	.doc = "What is not given stays as it is. Organisation, cohorts and roles are administrators' to change.",
	.params = me_update_params, .params_size = sizeof(struct kd_me_update),
	.result = kd_seq_fields, .result_size = sizeof(struct kd_seq), .emits = &kd_member_changed, .has_op = true,
};

/* --- sessions ---------------------------------------------------------------------------------- */

static const struct kd_field session_list_result[] = {
	KD_LIST(struct kd_session_list_result, sessions, KD_REQUIRED, KD_LIST_MAX, session_fields, "Last used first."),
	KD_FIELDS_END,
};
const struct kd_method kd_session_list = {
	.name = "session.list", .summary = "The caller's own sessions that have not ended.",
	.params = no_fields, .params_size = 0,
	.result = session_list_result, .result_size = sizeof(struct kd_session_list_result),
};

static const struct kd_field session_revoke_params[] = {
	KD_ID(struct kd_session_revoke, session, KD_REQUIRED, "One of one's own sessions; may be the one that asks."),
	KD_ID(struct kd_session_revoke, op, KD_REQUIRED, "This change."),
	KD_FIELDS_END,
};
const struct kd_method kd_session_revoke = {
	.name = "session.revoke", .summary = "End one of one's own sessions.",
	.doc = "Its sockets are closed with 4401 on every node.",
	.params = session_revoke_params, .params_size = sizeof(struct kd_session_revoke),
	.result = kd_seq_fields, .result_size = sizeof(struct kd_seq), .emits = &kd_session_revoked,
	.errors = KD_ERRORS(KD_E_NOT_FOUND), .has_op = true,
};

static const struct kd_field token_create_params[] = {
	KD_TEXT(struct kd_token_create, name, KD_REQUIRED, 1, 80, "What to call it, one line."),
	KD_INT(struct kd_token_create, days, 1, 365, "Days until it ends."),
	KD_ID(struct kd_token_create, op, KD_REQUIRED, "This change."),
	KD_FIELDS_END,
};
static const struct kd_field token_create_result[] = {
	KD_ID(struct kd_token_create_result, session, KD_REQUIRED, "The session that the token is for."),
	KD_TEXT(struct kd_token_create_result, token, KD_OPTIONAL, 43, 43,
		"The token, this once: it is stored hashed. Absent when the op is repeated; revoke the session then."),
	KD_INT(struct kd_token_create_result, seq, 1, KD_MAX_SAFE_INT, "The stream's number of the event."),
	KD_FIELDS_END,
};
const struct kd_method kd_token_create = {
	.name = "token.create", .summary = "Make a token with which a script acts as the caller.",
	.doc = "It is sent as `Authorization: Bearer`, by the `korsdrag` program among others.",
	.params = token_create_params, .params_size = sizeof(struct kd_token_create),
	.result = token_create_result, .result_size = sizeof(struct kd_token_create_result), .emits = &kd_token_created,
	.errors = KD_ERRORS(KD_E_CONFLICT), .has_op = true,
};

const struct kd_method *const kd_account_methods[] = {
	&kd_me_get, &kd_me_update, &kd_session_list, &kd_session_revoke, &kd_token_create, NULL,
};

/* --- sign-in over HTTP --------------------------------------------------------------------------- */

const struct kd_field kd_auth_ask_fields[] = {
	KD_TEXT(struct kd_auth_ask, mail, KD_REQUIRED, 3, KD_MAIL_MAX, "Address to send a sign-in link to."),
	KD_ENUM(struct kd_auth_ask, locale, KD_REQUIRED, kd_locale_words, "Language of the page that asks."),
	KD_FIELDS_END,
};

const struct kd_field kd_auth_redeem_fields[] = {
	KD_TEXT(struct kd_auth_redeem, token, KD_OPTIONAL, 1, 100, "What follows # in the link."),
	KD_TEXT(struct kd_auth_redeem, code, KD_OPTIONAL, 1, 40, "The mail's code of eight characters."),
	KD_FIELDS_END,
};

/* account.h - oneself, one's sessions and sign-in as they travel. The field tables are in account.c. */
#ifndef PROTOCOL_ACCOUNT_H
#define PROTOCOL_ACCOUNT_H
#include "protocol/kd.h"
#include "protocol/person.h"

#define KD_MAIL_MAX 254       /* bytes of an address: RFC 5321's limit on a path, less its brackets */
#define KD_NAME_MAX 120       /* code points, of members and organisations */
#define KD_ABOUT_MAX 2000
#define KD_HELPS_WITH_MAX 400
#define KD_LIST_MAX 100000    /* "as many as there are": lists in results */

/* Words that people.c's tables know as well. */
extern const char *const kd_locale_words[], *const kd_theme_words[];
extern const char *const kd_track_words[], *const kd_scope_words[];

/* --- nouns ------------------------------------------------------------------------------------- */

struct kd_cohort_of { /* a cohort that somebody belongs to */
	const char *id, *track;
	int64_t round;
	const char *name;
};
struct kd_cohorts_of {
	size_t count;
	struct kd_cohort_of *items;
};
extern const struct kd_field kd_cohort_of_fields[];

struct kd_grant { /* what a facilitator facilitates; the whole network has no scope_id */
	const char *id, *scope, *scope_id;
};
struct kd_grants {
	size_t count;
	struct kd_grant *items;
};
extern const struct kd_field kd_grant_fields[];

struct kd_me {
	const char *member, *name, *mail;
	struct kd_organisation_name organisation;
	const char *title, *about, *helps_with, *locale, *theme;
	bool is_administrator;
	struct kd_cohorts_of cohorts;
	struct kd_grants grants;
	const char *session;
};

struct kd_session {
	const char *id, *kind, *name;
	int64_t created_at, last_seen_at, expires_at;
	bool is_current;
};
struct kd_sessions {
	size_t count;
	struct kd_session *items;
};

/* --- parameters and results -------------------------------------------------------------------- */

struct kd_me_update {
	const char *name, *title, *about, *helps_with, *locale, *theme, *op;
};
struct kd_session_list_result {
	struct kd_sessions sessions;
};
struct kd_session_revoke {
	const char *session, *op;
};
struct kd_token_create {
	const char *name;
	int64_t days;
	const char *op;
};
struct kd_token_create_result {
	const char *session, *token;
	int64_t seq;
};

/* --- events, on the member's own stream ---------------------------------------------------------- */

struct kd_member_changed {
	const char *member, *name, *title, *about, *helps_with, *locale, *theme;
};
struct kd_session_revoked {
	const char *session;
};
struct kd_token_created {
	const char *session, *name;
};

extern const struct kd_event kd_member_changed, kd_session_revoked, kd_token_created;
extern const struct kd_event *const kd_account_events[];

extern const struct kd_method kd_me_get, kd_me_update, kd_session_list, kd_session_revoke, kd_token_create;
extern const struct kd_method *const kd_account_methods[];

/* --- sign-in, over HTTP: no methods, for nobody is signed in yet ---------------------------------- */

struct kd_auth_ask {
	const char *mail, *locale;
};
struct kd_auth_redeem { /* one of the two */
	const char *token, *code;
};
extern const struct kd_field kd_auth_ask_fields[], kd_auth_redeem_fields[];

#endif

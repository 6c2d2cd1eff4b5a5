#include "people/role.h"
#include <assert.h>
#include <string.h>

static enum scope scope_from_text(const char *text)
{
	enum scope scope = SCOPE_NETWORK;

	while (strcmp(kd_scope_words[scope], text) != 0) {
		scope++;
		assert(kd_scope_words[scope]); /* the field table lets no other word through */
	}
	return scope;
}

bool role_read(struct role *role, const struct kd_role *p, struct err *err)
{
	role->member = p->member;
	role->is_administrator = strcmp(p->role, "administrator") == 0;
	role->scope = p->scope ? scope_from_text(p->scope) : SCOPE_NETWORK;
	role->scope_id = p->scope_id;
	if (role->is_administrator && p->scope)
		return err_field(err, "/scope", "administrators have no scope");
	if (role->is_administrator && p->scope_id)
		return err_field(err, "/scope_id", "administrators have no scope");
	if (!role->is_administrator && !p->scope)
		return err_field(err, "/scope", "say what the facilitator facilitates");
	if (!role->is_administrator && role->scope == SCOPE_NETWORK && p->scope_id)
		return err_field(err, "/scope_id", "there is only one network");
	if (!role->is_administrator && role->scope != SCOPE_NETWORK && !p->scope_id)
		return err_field(err, "/scope_id", "say which one");
	return true;
}

static bool is_own(const struct role *role, const struct caller *who)
{
	return strcmp(role->member, who->member) == 0;
}

/* Besides administrators: network facilitators, for scopes narrower than their own. */
static bool may_decide(const struct role *role, const struct caller *who, struct err *err)
{
	if (who->is_administrator)
		return true;
	if (role->is_administrator)
		return err_set(err, KD_E_FORBIDDEN, "only administrators decide who is one");
	if (role->scope == SCOPE_NETWORK)
		return err_set(err, KD_E_FORBIDDEN, "only administrators decide who facilitates the network");
	if (!caller_is_facilitator(who, SCOPE_NETWORK, ""))
		return err_set(err, KD_E_FORBIDDEN,
		        "only administrators and network facilitators decide on this role");
	return true;
}

bool role_may_grant(const struct role *role, const struct caller *who, struct err *err)
{
	if (is_own(role, who))
		return err_set(err, KD_E_FORBIDDEN, "nobody gives a role to oneself");
	return may_decide(role, who, err);
}

bool role_may_revoke(const struct role *role, const struct caller *who, struct err *err)
{
	if (is_own(role, who) && !role->is_administrator)
		return true; /* giving up what one has */
	return may_decide(role, who, err);
}

bool role_needs_open(const struct role *role, const struct caller *who, bool is_revoked)
{
	if (role->is_administrator || (role->scope != SCOPE_SPACE && role->scope != SCOPE_BOARD))
		return false;
	return !(is_revoked && is_own(role, who));
}

bool cohort_may_take_out(const char *cohort, const struct caller *who, struct err *err)
{
	if (who->is_administrator || caller_is_facilitator(who, SCOPE_COHORT, cohort))
		return true;
	return err_set(err, KD_E_FORBIDDEN, "only administrators and facilitators of the cohort may do this");
}

/* A cohort opens its own spaces and its track's, so that taking in oneself would be a promotion. */
bool cohort_may_take_in(const char *cohort, const char *member, const struct caller *who, struct err *err)
{
	if (!cohort_may_take_out(cohort, who, err))
		return false;
	if (!who->is_administrator && strcmp(member, who->member) == 0)
		return err_set(err, KD_E_FORBIDDEN, "nobody takes in oneself");
	return true;
}

/* role_rpc.c - giving roles and taking them back. role.c rules who may; a space or board that the role is for
 * must be readable to the caller, who otherwise learns nothing of it. */
#include "people/people_private.h"
#include "people/role.h"

static enum call_next tell_role(struct call *c, const struct kd_event *type)
{
	const struct kd_role *p = c->params;
	struct kd_role_granted event = { p->role, p->scope, p->scope_id };
	struct kd_role_grant_result *f = c->frame;
	struct kd_seq reply;

	people_hint_all(c);
	reply.seq = call_emit(c, type, &event);
	if (type == &kd_role_revoked)
		return call_reply(c, &reply);
	f->seq = reply.seq;
	return call_reply(c, f);
}

/* --- role.grant ----------------------------------------------------------------------------------- */

static call_step role_grant_opened, role_grant_store, role_grant_cohort, role_grant_administrator,
        role_grant_stored;

enum call_next role_grant(struct call *c)
{
	const struct kd_role *p = c->params;
	struct role role;

	if (!role_read(&role, p, &c->err) || !role_may_grant(&role, c->caller, &c->err))
		return call_refuse(c);
	if (role_needs_open(&role, c->caller, false))
		return call_open(c, p->scope, p->scope_id, role_grant_opened);
	return call_change_unchecked(c, "member", p->member, role_grant_store);
}

static enum call_next role_grant_opened(struct call *c)
{
	const struct kd_role *p = c->params;

	return call_change_unchecked(c, "member", p->member, role_grant_store);
}

static enum call_next insert_grant(struct call *c)
{
	const struct kd_role *p = c->params;
	struct kd_role_grant_result *f = c->frame;

	f->grant = call_id(c);
	return call_query(c, role_grant_stored, &Q_GRANT_INSERT, f->grant, p->member, p->scope, p->scope_id,
	        c->caller->member);
}

static enum call_next role_grant_store(struct call *c)
{
	const struct kd_role *p = c->params;
	struct role role;

	role_read(&role, p, &c->err);
	if (role.is_administrator)
		return call_query(c, role_grant_administrator, &Q_ADMINISTRATOR_GRANT, p->member);
	if (role.scope == SCOPE_COHORT)
		return call_query(c, role_grant_cohort, &Q_COHORT_EXISTS, p->scope_id);
	return insert_grant(c);
}

static enum call_next role_grant_cohort(struct call *c)
{
	if (db_count(c->rows) == 0)
		return call_fail(c, KD_E_NOT_FOUND, "no such cohort");
	return insert_grant(c);
}

static enum call_next role_grant_stored(struct call *c)
{
	if (db_count(c->rows) == 0)
		return call_fail(c, KD_E_CONFLICT, "the member has that role already");
	return tell_role(c, &kd_role_granted);
}

static enum call_next role_grant_administrator(struct call *c)
{
	if (db_count(c->rows) == 0)
		return call_fail(c, KD_E_CONFLICT, "the member is an administrator already");
	return tell_role(c, &kd_role_granted);
}

/* --- role.revoke ---------------------------------------------------------------------------------- */

static call_step role_revoke_opened, role_revoke_store, role_revoke_stored, role_revoke_administrator;

enum call_next role_revoke(struct call *c)
{
	const struct kd_role *p = c->params;
	struct role role;

	if (!role_read(&role, p, &c->err) || !role_may_revoke(&role, c->caller, &c->err))
		return call_refuse(c);
	if (role_needs_open(&role, c->caller, true))
		return call_open(c, p->scope, p->scope_id, role_revoke_opened);
	return call_change_unchecked(c, "member", p->member, role_revoke_store);
}

static enum call_next role_revoke_opened(struct call *c)
{
	const struct kd_role *p = c->params;

	return call_change_unchecked(c, "member", p->member, role_revoke_store);
}

static enum call_next role_revoke_store(struct call *c)
{
	const struct kd_role *p = c->params;
	struct role role;

	role_read(&role, p, &c->err);
	if (role.is_administrator)
		return call_query(c, role_revoke_administrator, &Q_ADMINISTRATOR_REVOKE, p->member);
	return call_query(c, role_revoke_stored, &Q_GRANT_DELETE, p->member, p->scope, p->scope_id);
}

static enum call_next role_revoke_stored(struct call *c)
{
	if (db_count(c->rows) == 0)
		return call_fail(c, KD_E_CONFLICT, "the member does not have that role");
	return tell_role(c, &kd_role_revoked);
}

static enum call_next role_revoke_administrator(struct call *c)
{
	if (db_count(c->rows) == 0 || !db_bool(c->rows, 0, "was_administrator"))
		return call_fail(c, KD_E_CONFLICT, "the member is no administrator");
	if (!db_bool(c->rows, 0, "is_done"))
		return call_fail(c, KD_E_CONFLICT, "the last administrator stays");
	return tell_role(c, &kd_role_revoked);
}

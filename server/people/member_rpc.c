/* member_rpc.c - the directory, and members as administrators manage them one by one. */
#include "account/account.h"
#include "base/mail_address.h"
#include "people/people_private.h"

#define PAGE 50

/* --- the directory -------------------------------------------------------------------------------- */

enum call_next member_list(struct call *c)
{
	const struct kd_member_list *p = c->params;

	if (p->after && !kd_id_is_valid(p->after))
		return call_fail_field(c, "/after", "is not what `next` said");
	return call_query(c, call_reply_row, &Q_MEMBER_LIST, p->query, p->organisation, p->cohort, p->track,
	        call_int(c, p->limit.is_set ? p->limit.value : PAGE), p->after,
	        call_bool(c->caller->is_administrator));
}

enum call_next member_get(struct call *c)
{
	const struct kd_member_get *p = c->params;

	return call_query(c, call_reply_row, &Q_MEMBER_GET, p->member, c->caller->member,
	        call_bool(c->caller->is_administrator));
}

/* --- member.add ----------------------------------------------------------------------------------- */

static call_step member_add_check, member_add_store, member_add_invite, member_add_tell;

enum call_next member_add(struct call *c)
{
	const struct kd_member_add *p = c->params;

	if (!mail_is_valid(p->mail))
		return call_fail_field(c, "/mail", "is no mail address");
	if (!line_is_visible(p->name))
		return call_fail_field(c, "/name", "must be one line with something to see on it");
	return call_change_unchecked(c, "network", STREAM_NETWORK_ID, member_add_check);
}

static enum call_next member_add_check(struct call *c)
{
	const struct kd_member_add *p = c->params;

	return call_query(
	        c, member_add_store, &Q_MEMBER_CHECK, p->member, p->mail, p->organisation, p->cohort);
}

static enum call_next member_add_store(struct call *c)
{
	const struct kd_member_add *p = c->params;

	if (db_bool(c->rows, 0, "is_id_taken"))
		return call_fail(c, KD_E_CONFLICT, "that id is taken");
	if (db_bool(c->rows, 0, "is_mail_taken"))
		return call_fail(c, KD_E_CONFLICT, "a member has that address already");
	if (!db_bool(c->rows, 0, "is_organisation"))
		return call_fail_field(c, "/organisation", "is not an organisation");
	if (!db_bool(c->rows, 0, "is_cohort"))
		return call_fail_field(c, "/cohort", "is not a cohort");
	return call_query(c, member_add_invite, &Q_MEMBER_INSERT, p->member, p->mail, p->name,
	        p->organisation, p->cohort);
}

static enum call_next tell_added(struct call *c)
{
	const struct kd_member_add *p = c->params;
	struct kd_member_added event = { p->member };
	struct kd_seq reply;

	people_hint_all(c);
	reply.seq = call_emit(c, &kd_member_added, &event);
	return call_reply(c, &reply);
}

static enum call_next member_add_invite(struct call *c)
{
	const struct kd_member_add *p = c->params;

	if (p->invite.is_set && p->invite.value)
		return call_query(c, member_add_tell, ACCOUNT_INVITE, people_array_of(c, p->member));
	return tell_added(c);
}

static enum call_next member_add_tell(struct call *c)
{
	return tell_added(c);
}

/* --- on the member's own stream: invited, suspended, reinstated ----------------------------------- */

static enum call_next tell_member(struct call *c, const struct kd_event *type)
{
	const struct kd_member_op *p = c->params;
	struct kd_member_invited event = { p->member };
	struct kd_seq reply;

	people_hint_all(c);
	reply.seq = call_emit(c, type, &event);
	return call_reply(c, &reply);
}

static call_step member_invite_store, member_invite_stored;

enum call_next member_invite(struct call *c)
{
	const struct kd_member_op *p = c->params;

	return call_change_unchecked(c, "member", p->member, member_invite_store);
}

static enum call_next member_invite_store(struct call *c)
{
	const struct kd_member_op *p = c->params;

	return call_query(c, member_invite_stored, ACCOUNT_INVITE, people_array_of(c, p->member));
}

static enum call_next member_invite_stored(struct call *c)
{
	if (db_count(c->rows) == 0)
		return call_fail(c, KD_E_CONFLICT, "the member is suspended");
	return tell_member(c, &kd_member_invited);
}

static call_step member_suspend_store, member_suspend_stored;

enum call_next member_suspend(struct call *c)
{
	const struct kd_member_op *p = c->params;

	return call_change_unchecked(c, "member", p->member, member_suspend_store);
}

static enum call_next member_suspend_store(struct call *c)
{
	const struct kd_member_op *p = c->params;

	return call_query(c, member_suspend_stored, &Q_MEMBER_SUSPEND, p->member);
}

static enum call_next member_suspend_stored(struct call *c)
{
	if (db_count(c->rows) == 0)
		return call_fail(c, KD_E_NOT_FOUND, "no such member");
	if (db_bool(c->rows, 0, "was_suspended"))
		return call_fail(c, KD_E_CONFLICT, "the member is suspended already");
	if (!db_bool(c->rows, 0, "is_done"))
		return call_fail(c, KD_E_CONFLICT, "the last administrator stays");
	return tell_member(c, &kd_member_suspended);
}

static call_step member_reinstate_store, member_reinstate_stored;

enum call_next member_reinstate(struct call *c)
{
	const struct kd_member_op *p = c->params;

	return call_change_unchecked(c, "member", p->member, member_reinstate_store);
}

static enum call_next member_reinstate_store(struct call *c)
{
	const struct kd_member_op *p = c->params;

	return call_query(c, member_reinstate_stored, &Q_MEMBER_REINSTATE, p->member);
}

static enum call_next member_reinstate_stored(struct call *c)
{
	if (db_count(c->rows) == 0)
		return call_fail(c, KD_E_CONFLICT, "the member is not suspended");
	return tell_member(c, &kd_member_reinstated);
}

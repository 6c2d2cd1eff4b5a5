/* space_rpc.c - spaces: list, get, create, update, and who belongs to private ones. */
#include "protocol/talk.h"
#include "talk/talk.h"
#include "talk/talk_store.h"
#include <stdio.h>
#include <string.h>

/* --- space.list --------------------------------------------------------------------------------- */

static enum call_next space_list(struct call *c)
{
	return call_query(c, call_reply_row, &Q_SPACE_LIST, c->caller->member);
}

/* --- space.get ---------------------------------------------------------------------------------- */

static call_step space_get_query;

static enum call_next space_get(struct call *c)
{
	const struct kd_space_get *p = c->params;

	return call_open(c, "space", p->space, space_get_query);
}

static enum call_next space_get_query(struct call *c)
{
	const struct kd_space_get *p = c->params;

	return call_query(c, call_reply_row, &Q_SPACE_GET, p->space, c->caller->member);
}

/* --- space.create -------------------------------------------------------------------------------- */

static call_step space_create_store, space_create_stored, space_create_own, space_create_joined;

static enum call_next space_create(struct call *c)
{
	const struct kd_space_create *p = c->params;
	struct space_wish wish = { p->name, p->openness, p->track, p->cohort };

	if (!space_may_create(&wish, c->caller, &c->err))
		return call_refuse(c);
	/* Belonging to a new private space is a new right of its maker, so it is journaled on the maker's own
	 * stream. */
	if (strcmp(p->openness, "private") == 0)
		return call_change(c, "member", c->caller->member, space_create_own);
	/* The rule above is all the permission there is: within one's own stream anybody may write. */
	return call_create(c, "space", p->space, "member", c->caller->member, space_create_store);
}

static const char *description_of(const struct kd_space_create *p)
{
	return p->description ? p->description : "";
}

static enum call_next space_create_store(struct call *c)
{
	const struct kd_space_create *p = c->params;

	return call_query(c, space_create_stored, &Q_SPACE_INSERT, p->space, p->name, description_of(p),
	        p->openness, p->track, p->cohort, c->caller->member);
}

static enum call_next space_create_stored(struct call *c)
{
	const struct kd_space_create *p = c->params;
	struct kd_space_created ev = { p->space, p->name, description_of(p), p->openness, p->track,
		p->cohort };
	struct access access = { .openness = openness_from_text(p->openness),
		.track = track_from_text(p->track) };
	struct kd_seq answer;

	if (db_count(c->rows) == 0)
		return call_fail_field(c, "/cohort", "is not a cohort");
	snprintf(access.cohort, sizeof(access.cohort), "%s", p->cohort ? p->cohort : "");
	snprintf(access.space, sizeof(access.space), "%s", p->space);
	call_opens_to(c, &access);
	answer.seq = call_emit(c, &kd_space_created, &ev);
	return call_reply(c, &answer);
}

static enum call_next space_create_own(struct call *c)
{
	const struct kd_space_create *p = c->params;

	return call_query(c, space_create_joined, &Q_SPACE_INSERT_PRIVATE, p->space, p->name,
	        description_of(p), c->caller->member, call_id(c));
}

static enum call_next space_create_joined(struct call *c)
{
	const struct kd_space_create *p = c->params;
	struct kd_space_joined ev = { p->space };
	struct kd_seq answer = { call_emit(c, &kd_space_joined, &ev) };

	return call_reply(c, &answer);
}

/* --- space.update -------------------------------------------------------------------------------- */

static call_step space_update_decide, space_update_stored;

static enum call_next space_update(struct call *c)
{
	const struct kd_space_update *p = c->params;

	if (!p->name && !p->description && !p->archived.is_set)
		return call_fail(c, KD_E_INVALID, "give what is to be changed");
	if (p->name && !talk_line_fits("/name", p->name, &c->err))
		return call_refuse(c);
	/* Not call_change: an archived space can be taken up again. */
	return call_change_unchecked(c, "space", p->space, space_update_decide);
}

static enum call_next space_update_decide(struct call *c)
{
	const struct kd_space_update *p = c->params;

	if (!c->access)
		return call_fail(c, KD_E_NOT_FOUND, "no such space");
	if (!access_may_moderate(c->access, c->caller))
		return call_fail(c, KD_E_FORBIDDEN, "only the space's facilitators may change it");
	return call_query(c, space_update_stored, &Q_SPACE_CHANGE, p->space, p->name, p->description,
	        p->archived.is_set ? call_bool(p->archived.value) : NULL);
}

static enum call_next space_update_stored(struct call *c)
{
	const struct kd_space_update *p = c->params;
	struct kd_space_changed ev = { p->space, p->name, p->description, p->archived };
	struct kd_seq answer = { call_emit(c, &kd_space_changed, &ev) };

	return call_reply(c, &answer);
}

/* --- space.add_member ---------------------------------------------------------------------------- */

/* Who belongs to a space is a right of the member, so it is journaled on the member's stream, which the
 * facilitator cannot read: the space decides. */
static call_step space_add_member_lock, space_add_member_load, space_add_member_decide,
        space_add_member_stored;

static enum call_next space_add_member(struct call *c)
{
	const struct kd_space_member *p = c->params;

	return call_change_unchecked(c, "member", p->member, space_add_member_lock);
}

static enum call_next space_add_member_lock(struct call *c)
{
	const struct kd_space_member *p = c->params;

	return call_query(c, space_add_member_load, &Q_SPACE_LOCK, p->space);
}

static enum call_next space_add_member_load(struct call *c)
{
	const struct kd_space_member *p = c->params;

	return call_query(c, space_add_member_decide, &Q_SPACE_BELONGING, p->space, p->member);
}

static enum call_next space_add_member_decide(struct call *c)
{
	const struct kd_space_member *p = c->params;
	struct belonging b;

	if (!belonging_from_row(&b, c->rows))
		return call_fail(c, KD_E_NOT_FOUND, "no such space");
	if (!space_may_add(&b, c->caller, &c->err))
		return call_refuse(c);
	return call_query(c, space_add_member_stored, &Q_SPACE_JOIN, p->space, p->member);
}

static enum call_next space_add_member_stored(struct call *c)
{
	const struct kd_space_member *p = c->params;
	struct kd_space_joined ev = { p->space };
	struct kd_seq answer = { call_emit(c, &kd_space_joined, &ev) };

	return call_reply(c, &answer);
}

/* --- space.remove_member ------------------------------------------------------------------------- */

static call_step space_remove_member_lock, space_remove_member_load, space_remove_member_decide,
        space_remove_member_stored;

static enum call_next space_remove_member(struct call *c)
{
	const struct kd_space_member *p = c->params;

	return call_change_unchecked(c, "member", p->member, space_remove_member_lock);
}

static enum call_next space_remove_member_lock(struct call *c)
{
	const struct kd_space_member *p = c->params;

	return call_query(c, space_remove_member_load, &Q_SPACE_LOCK, p->space);
}

static enum call_next space_remove_member_load(struct call *c)
{
	const struct kd_space_member *p = c->params;

	return call_query(c, space_remove_member_decide, &Q_SPACE_BELONGING, p->space, p->member);
}

static enum call_next space_remove_member_decide(struct call *c)
{
	const struct kd_space_member *p = c->params;
	struct belonging b;

	if (!belonging_from_row(&b, c->rows))
		return call_fail(c, KD_E_NOT_FOUND, "no such space");
	if (!space_may_remove(&b, c->caller, p->member, &c->err))
		return call_refuse(c);
	return call_query(c, space_remove_member_stored, &Q_SPACE_LEAVE, p->space, p->member);
}

static enum call_next space_remove_member_stored(struct call *c)
{
	const struct kd_space_member *p = c->params;
	struct kd_space_joined ev = { p->space };
	struct kd_seq answer = { call_emit(c, &kd_space_left, &ev) };

	return call_reply(c, &answer);
}

const struct rpc_binding space_rpc[] = {
	{ &kd_space_list, space_list, ACCESS_MEMBER, RATE_READ, 0 },
	{ &kd_space_get, space_get, ACCESS_MEMBER, RATE_READ, 0 },
	{ &kd_space_create, space_create, ACCESS_MEMBER, RATE_WRITE, 0 },
	{ &kd_space_update, space_update, ACCESS_MEMBER, RATE_WRITE, 0 },
	{ &kd_space_add_member, space_add_member, ACCESS_MEMBER, RATE_WRITE, 0 },
	{ &kd_space_remove_member, space_remove_member, ACCESS_MEMBER, RATE_WRITE, 0 },
	{ .method = NULL },
};

/* What members' rights allow is checked by the layer below, from these facts. */
static const struct stream_kind space_kind = {
	.name = "space",
	.access = &Q_SPACE_ACCESS,
	.snapshot = &Q_SPACE_SNAPSHOT,
	.snapshot_fields = kd_space_snapshot_fields,
	.hint_topic = "spaces",
};
static const struct stream_kind thread_kind = {
	.name = "thread",
	.access = &Q_THREAD_ACCESS,
	.snapshot = &Q_THREAD_SNAPSHOT,
	.snapshot_fields = kd_thread_snapshot_fields,
	.has_presence = true,
	.hint_topic = "threads",
};
const struct stream_kind *const talk_stream_kinds[] = { &space_kind, &thread_kind, NULL };

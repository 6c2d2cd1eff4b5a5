/* cohort_rpc.c - organisations and cohorts. */
#include "people/people_private.h"
#include "people/role.h"
#include <stdlib.h>
#include <string.h>

static const char one_line[] = "must be one line with something to see on it";

/* --- organisations -------------------------------------------------------------------------------- */

enum call_next organisation_list(struct call *c)
{
	return call_query(c, call_reply_row, &Q_ORGANISATION_LIST);
}

static call_step organisation_add_store, organisation_add_stored;

enum call_next organisation_add(struct call *c)
{
	const struct kd_organisation_add *p = c->params;

	if (!line_is_visible(p->short_name))
		return call_fail_field(c, "/short", one_line);
	if (!line_is_visible(p->name))
		return call_fail_field(c, "/name", one_line);
	return call_change_unchecked(c, "network", STREAM_NETWORK_ID, organisation_add_store);
}

static enum call_next organisation_add_store(struct call *c)
{
	const struct kd_organisation_add *p = c->params;

	return call_query(c, organisation_add_stored, &Q_ORGANISATION_INSERT, p->organisation, p->kind,
	        p->short_name, p->name);
}

static enum call_next organisation_add_stored(struct call *c)
{
	const struct kd_organisation_add *p = c->params;
	struct kd_organisation_added event = { p->organisation, p->kind, p->short_name, p->name };
	struct kd_seq reply;

	if (db_count(c->rows) == 0)
		return call_fail(
		        c, KD_E_CONFLICT, "there is an organisation with that id, short or full name");
	people_hint_all(c);
	reply.seq = call_emit(c, &kd_organisation_added, &event);
	return call_reply(c, &reply);
}

/* --- cohorts -------------------------------------------------------------------------------------- */

enum call_next cohort_list(struct call *c)
{
	return call_query(c, call_reply_row, &Q_COHORT_LIST);
}

static call_step cohort_add_store, cohort_add_stored;

enum call_next cohort_add(struct call *c)
{
	const struct kd_cohort_add *p = c->params;

	if (!line_is_visible(p->name))
		return call_fail_field(c, "/name", one_line);
	return call_change_unchecked(c, "network", STREAM_NETWORK_ID, cohort_add_store);
}

static enum call_next cohort_add_store(struct call *c)
{
	const struct kd_cohort_add *p = c->params;

	return call_query(
	        c, cohort_add_stored, &Q_COHORT_INSERT, p->cohort, p->track, call_int(c, p->round), p->name);
}

static enum call_next cohort_add_stored(struct call *c)
{
	const struct kd_cohort_add *p = c->params;
	struct kd_cohort_added event = { p->cohort, p->track, p->round, p->name };
	struct kd_seq reply;

	if (db_count(c->rows) == 0)
		return call_fail(c, KD_E_CONFLICT, "there is a cohort with that id, round or name");
	people_hint_all(c);
	reply.seq = call_emit(c, &kd_cohort_added, &event);
	return call_reply(c, &reply);
}

/* --- cohort.plan ---------------------------------------------------------------------------------- */

static call_step cohort_plan_find, cohort_plan_forget, cohort_plan_put, cohort_plan_stored;

static bool plan_is_valid(const struct kd_meetings *plan, struct call *c)
{
	for (size_t i = 0; i < plan->count; i++) {
		const struct kd_meeting *m = &plan->items[i];
		const char *field = NULL, *why = one_line;
		if (!line_is_visible(m->theme_sv))
			field = "theme_sv";
		else if (!line_is_visible(m->theme_en))
			field = "theme_en";
		else if (m->held_on && !date_is_valid(m->held_on))
			field = "held_on", why = "must be a day as YYYY-MM-DD";
		for (size_t j = 0; j < i && !field; j++) {
			if (plan->items[j].ordinal == m->ordinal)
				field = "ordinal", why = "is another meeting's too";
			else if (strcmp(plan->items[j].id, m->id) == 0)
				field = "id", why = "is another meeting's too";
		}
		if (field)
			return err_field(
			        &c->err, arena_printf(c->mem, "/meetings/%zu/%s", i, field), "%s", why);
	}
	return true;
}

enum call_next cohort_plan(struct call *c)
{
	const struct kd_cohort_plan *p = c->params;

	if (!plan_is_valid(&p->meetings, c))
		return call_refuse(c);
	return call_change_unchecked(c, "network", STREAM_NETWORK_ID, cohort_plan_find);
}

static enum call_next cohort_plan_find(struct call *c)
{
	const struct kd_cohort_plan *p = c->params;

	return call_query(c, cohort_plan_forget, &Q_COHORT_EXISTS, p->cohort);
}

/* The meetings as JSON text: what the event says is what is stored. NULL: no memory. */
static const char *plan_text(struct call *c)
{
	const struct kd_cohort_plan *p = c->params;
	struct kd_cohort_planned event = { p->cohort, p->meetings };
	json_t *json = kd_encode(kd_cohort_planned.fields, &event);
	char *text = json_dumps(json_object_get(json, "meetings"), JSON_COMPACT),
	     *kept = arena_strdup(c->mem, text);

	free(text);
	json_decref(json);
	return kept;
}

static enum call_next cohort_plan_forget(struct call *c)
{
	const struct kd_cohort_plan *p = c->params;
	const char *plan;

	if (db_count(c->rows) == 0)
		return call_fail(c, KD_E_NOT_FOUND, "no such cohort");
	plan = plan_text(c);
	if (!plan)
		return call_fail(c, KD_E_INTERNAL, "out of memory");
	return call_query(c, cohort_plan_put, &Q_MEETING_FORGET, p->cohort, plan);
}

static enum call_next cohort_plan_put(struct call *c)
{
	const struct kd_cohort_plan *p = c->params;
	const char *plan = plan_text(c);

	if (!plan)
		return call_fail(c, KD_E_INTERNAL, "out of memory");
	return call_query(c, cohort_plan_stored, &Q_MEETING_PUT, p->cohort, plan);
}

static enum call_next cohort_plan_stored(struct call *c)
{
	const struct kd_cohort_plan *p = c->params;
	struct kd_cohort_planned event = { p->cohort, p->meetings };
	struct kd_seq reply;

	if ((size_t)db_count(c->rows) != p->meetings.count)
		return call_fail(c, KD_E_CONFLICT, "a meeting's id is taken by another cohort");
	people_hint_all(c);
	reply.seq = call_emit(c, &kd_cohort_planned, &event);
	return call_reply(c, &reply);
}

/* --- who belongs to a cohort ---------------------------------------------------------------------- */

static call_step cohort_add_member_store, cohort_add_member_stored;

enum call_next cohort_add_member(struct call *c)
{
	const struct kd_cohort_member *p = c->params;

	if (!cohort_may_take_in(p->cohort, p->member, c->caller, &c->err))
		return call_refuse(c);
	return call_change_unchecked(c, "member", p->member, cohort_add_member_store);
}

static enum call_next cohort_add_member_store(struct call *c)
{
	const struct kd_cohort_member *p = c->params;

	return call_query(c, cohort_add_member_stored, &Q_COHORT_MEMBER_INSERT, p->cohort, p->member);
}

static enum call_next tell_of_cohort(struct call *c, const struct kd_event *type, const char *otherwise)
{
	const struct kd_cohort_member *p = c->params;
	struct kd_cohort_joined event = { p->cohort };
	struct kd_seq reply;

	if (!db_bool(c->rows, 0, "is_cohort"))
		return call_fail(c, KD_E_NOT_FOUND, "no such cohort");
	if (!db_bool(c->rows, 0, "is_done"))
		return call_fail(c, KD_E_CONFLICT, "%s", otherwise);
	people_hint_all(c);
	reply.seq = call_emit(c, type, &event);
	return call_reply(c, &reply);
}

static enum call_next cohort_add_member_stored(struct call *c)
{
	return tell_of_cohort(c, &kd_cohort_joined, "the member belongs to the cohort already");
}

static call_step cohort_remove_member_store, cohort_remove_member_stored;

enum call_next cohort_remove_member(struct call *c)
{
	const struct kd_cohort_member *p = c->params;

	if (!cohort_may_take_out(p->cohort, c->caller, &c->err))
		return call_refuse(c);
	return call_change_unchecked(c, "member", p->member, cohort_remove_member_store);
}

static enum call_next cohort_remove_member_store(struct call *c)
{
	const struct kd_cohort_member *p = c->params;

	return call_query(c, cohort_remove_member_stored, &Q_COHORT_MEMBER_DELETE, p->cohort, p->member);
}

static enum call_next cohort_remove_member_stored(struct call *c)
{
	return tell_of_cohort(c, &kd_cohort_left, "the member does not belong to the cohort");
}

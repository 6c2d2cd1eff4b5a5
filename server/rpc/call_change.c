/* call_change.c - from permission to the stream's turn: call_open, call_change and their kin. */
#include "rpc/rpc_private.h"
#include <assert.h>
#include <stdio.h>
#include <string.h>

#define ARCHIVED "it is archived: nothing changes here any more"

static struct call_run *run_of(struct call *c)
{
	return (struct call_run *)c;
}

static void copy_id(char *to, const char *from)
{
	snprintf(to, ID_SIZE, "%s", from ? from : "");
}

/* What the call's params carry as `op`; NULL when the method has none. */
static const char *op_of(const struct call *c)
{
	const struct kd_field *f;

	for (f = c->method->has_op ? c->method->params : NULL; f && f->name; f++)
		if (strcmp(f->name, "op") == 0)
			return *(const char *const *)((const char *)c->params + f->offset);
	return NULL;
}

/* --- the stream's turn ------------------------------------------------------------------------------------- */

static void change_turn(struct change *ch)
{
	struct call_run *run = (struct call_run *)((char *)ch - offsetof(struct call_run, change));

	run->is_in_change = true;
	call_step_run(run, run->after);
}

/* Permission is looked at for each call, by the facts that came with its batch's lock. */
static bool change_decide(struct change *ch, struct stream_model *m, const struct access *access, struct err *err)
{
	struct call_run *run = (struct call_run *)((char *)ch - offsetof(struct call_run, change));
	struct call *c = &run->call;
	bool is_done;

	c->access = access && access_may_read(access, c->caller) ? access : NULL;
	if (!c->access) {
		ch->is_stranger = true;
		return err_set(err, KD_E_NOT_FOUND, "no such object");
	}
	if (!access_may_write(access, c->caller))
		return err_set(err, KD_E_FORBIDDEN, ARCHIVED);
	ch->access = access;
	is_done = run->decide(c, m);
	c->access = NULL; /* the batch's */
	if (!is_done)
		*err = c->err;
	return is_done;
}

static void change_ended(struct change *ch, const struct err *err)
{
	struct call_run *run = (struct call_run *)((char *)ch - offsetof(struct call_run, change));
	json_t *result;

	run->is_in_change = false;
	if (err) {
		call_end(run, NULL, err);
		return;
	}
	if (run->rpc->recent)
		recent_note(run->rpc->recent, run->call.caller->member, clock_mono_ms());
	if (run->decide) {
		call_end_text(run, ch->answer ? ch->answer : "{}");
		return;
	}
	result = run->result ? run->result : json_incref(ch->result); /* ch->result: a repeated op's first answer */
	run->result = NULL;
	call_end(run, result, NULL);
}

static enum call_next submit(struct call_run *run)
{
	struct change *ch = &run->change;

	snprintf(ch->kind, sizeof(ch->kind), "%s", run->kind);
	copy_id(ch->id, run->object);
	ch->is_new = run->is_create;
	ch->actor = run->call.caller->member;
	ch->op = op_of(&run->call);
	ch->at_ms = run->call.now_ms;
	ch->access = run->call.access;
	ch->turn = change_turn;
	ch->ended = change_ended;
	run->state = CALL_TURN;
	journal_submit(run->rpc->journal, ch);
	return CALL_NEXT_;
}

/* --- permission first ---------------------------------------------------------------------------------------- */

enum way { WAY_OPEN, WAY_CHANGE, WAY_UNCHECKED };

static enum call_next access_known(struct call *c, enum way way)
{
	struct call_run *run = run_of(c);

	if (db_count(c->rows) > 0) {
		access_from_row(&run->access, c->rows);
		c->access = access_may_read(&run->access, c->caller) ? &run->access : NULL;
	}
	if (way == WAY_UNCHECKED)
		return submit(run);
	if (!c->access)
		return call_fail(c, KD_E_NOT_FOUND, "no such object");
	if (way == WAY_OPEN) {
		call_step_run(run, run->after);
		return CALL_NEXT_;
	}
	if (!access_may_write(c->access, c->caller))
		return call_fail(c, KD_E_FORBIDDEN, ARCHIVED);
	return submit(run);
}

static enum call_next access_known_open(struct call *c)
{
	return access_known(c, WAY_OPEN);
}

static enum call_next access_known_change(struct call *c)
{
	return access_known(c, WAY_CHANGE);
}

static enum call_next access_known_unchecked(struct call *c)
{
	return access_known(c, WAY_UNCHECKED);
}

/* Asks for the access facts of kind:id; the handler's step comes after what `known` decides. */
static enum call_next ask_access(struct call *c, const char *kind, const char *id, call_step *known, call_step *next)
{
	struct call_run *run = run_of(c);
	const struct stream_kind *k = stream_kind_find(run->rpc->config.kinds, kind);

	assert(k && run->state == CALL_STEP && !run->is_in_change);
	run->after = next;
	return call_query(c, known, k->access, id);
}

enum call_next call_open(struct call *c, const char *kind, const char *id, call_step *next)
{
	return ask_access(c, kind, id, access_known_open, next);
}

static enum call_next change(struct call *c, const char *kind, const char *id, bool is_create, const char *facts_kind,
	const char *facts_id, call_step *known, call_step *next)
{
	struct call_run *run = run_of(c);

	snprintf(run->kind, sizeof(run->kind), "%s", kind);
	copy_id(run->object, id);
	run->is_create = is_create;
	return ask_access(c, facts_kind, facts_id, known, next);
}

enum call_next call_change(struct call *c, const char *kind, const char *id, call_step *next)
{
	return change(c, kind, id, false, kind, id, access_known_change, next);
}

enum call_next call_create(struct call *c, const char *kind, const char *id, const char *within_kind, const char *within_id,
	call_step *next)
{
	return change(c, kind, id, true, within_kind, within_id, access_known_change, next);
}

enum call_next call_change_unchecked(struct call *c, const char *kind, const char *id, call_step *next)
{
	return change(c, kind, id, false, kind, id, access_known_unchecked, next);
}

/* --- decided in memory ----------------------------------------------------------------------------------------- */

enum call_next call_decide(struct call *c, const char *kind, const char *id, const char *makes, call_decide_fn *decide)
{
	struct call_run *run = run_of(c);
	const struct stream_kind *k = stream_kind_find(run->rpc->config.kinds, kind);
	struct change *ch = &run->change;

	assert(k && k->model && run->state == CALL_STEP && !run->is_in_change);
	snprintf(run->kind, sizeof(run->kind), "%s", kind);
	copy_id(run->object, id);
	run->decide = decide;
	ch->decide = change_decide;
	ch->model = k->model;
	ch->makes = makes;
	ch->facts = k->access;
	ch->facts_id = run->object;
	return submit(run);
}

int64_t call_seq(const struct call *c)
{
	return change_seq(&((const struct call_run *)c)->change);
}

bool call_is_taken(const struct call *c)
{
	return ((const struct call_run *)c)->change.is_taken;
}

bool call_done(struct call *c, const struct kd_event *event, const void *body, const void *result)
{
	struct call_run *run = run_of(c);
	struct buf *b = &run->rpc->answer;
	struct kd_fault fault;

	buf_reset(b);
	if (!kd_write(c->method->result, result, buf_sink(b), &fault) || b->failed) {
		log_line(LOG_ERROR, "answer does not fit its table", "method", c->method->name, "field", fault.field, NULL);
		assert(!"an answer must fit its table");
	}
	run->change.answer = arena_strndup(c->mem, b->data, b->len);
	change_tell(&run->change, event, body);
	return true;
}

void call_opens_to(struct call *c, const struct access *access)
{
	struct call_run *run = run_of(c);

	assert(run->is_in_change);
	run->access = *access;
	run->change.access = &run->access;
}

/* --- events ---------------------------------------------------------------------------------------------------- */

int64_t call_emit_json(struct call *c, const struct kd_event *event, json_t *body)
{
	struct call_run *run = run_of(c);

	assert(run->is_in_change);
#ifdef KORSDRAG_CHECK_FRAMES
	struct kd_fault fault;

	if (body && !kd_check(event->fields, body, &fault)) {
		log_line(LOG_ERROR, "event does not fit its table", "event", event->name, "field", fault.field, "reason",
			fault.reason, NULL);
		assert(!"an event must fit its table");
	}
#endif
	return change_emit(&run->change, event->name, body);
}

int64_t call_emit(struct call *c, const struct kd_event *event, const void *body)
{
	return call_emit_json(c, event, kd_encode(event->fields, body));
}

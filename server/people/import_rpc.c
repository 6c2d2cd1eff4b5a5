/* import_rpc.c - member.import: read the list, ask what is known of it, decide each row, take the good ones.
 * A dry run ends before the taking and changes nothing. import.c has the rules. */
#include "account/account.h"
#include "people/import.h"
#include "people/people_private.h"
#include <stdlib.h>

static call_step import_resolve, import_resolved, import_applied, import_invited;

static bool is_yes(struct kd_opt_bool b)
{
	return b.is_set && b.value;
}

/* Taken; NULL when memory ran out. */
static const char *as_text(struct call *c, json_t *json)
{
	char *text = json_dumps(json, JSON_COMPACT);
	const char *kept = arena_strdup(c->mem, text);

	free(text);
	json_decref(json);
	return kept;
}

static enum call_next ask(struct call *c)
{
	const char *questions = as_text(c, import_questions(c->frame));

	if (!questions)
		return call_fail(c, KD_E_INTERNAL, "out of memory");
	return call_query(c, import_resolved, &Q_IMPORT_RESOLVE, questions);
}

enum call_next member_import(struct call *c)
{
	const struct kd_member_import *p = c->params;

	if (!import_read(c->frame, p->csv, c->mem, &c->err))
		return call_refuse(c);
	if (is_yes(p->dry_run))
		return ask(c);
	return call_change_unchecked(c, "network", STREAM_NETWORK_ID, import_resolve);
}

static enum call_next import_resolve(struct call *c)
{
	return ask(c);
}

static enum call_next answer(struct call *c, int64_t seq)
{
	struct import *im = c->frame;
	struct kd_member_import_result result = {
		.added = im->added, .changed = im->changed, .unchanged = im->unchanged
	};

	import_sort(im);
	result.errors = im->errors;
	result.seq.is_set = seq > 0;
	result.seq.value = seq;
	return call_reply(c, &result);
}

static enum call_next import_resolved(struct call *c)
{
	const struct kd_member_import *p = c->params;
	struct import *im = c->frame;
	const char *orders;

	for (int i = 0; i < db_count(c->rows); i++) {
		struct import_known known = {
			.organisation = db_text(c->rows, i, "organisation"),
			.cohort = db_text(c->rows, i, "cohort"),
			.member = db_text(c->rows, i, "member"),
			.name = db_text(c->rows, i, "known_name"),
			.is_suspended = db_bool(c->rows, i, "is_suspended"),
			.is_same_organisation = db_bool(c->rows, i, "is_same_organisation"),
			.is_in_cohort = db_bool(c->rows, i, "is_in_cohort"),
		};
		import_decide(im, &im->rows[db_int(c->rows, i, "row")], &known);
	}
	if (is_yes(p->dry_run) || im->added + im->changed == 0)
		return answer(c, 0);
	orders = as_text(c, import_orders(im));
	if (!orders)
		return call_fail(c, KD_E_INTERNAL, "out of memory");
	return call_query(
	        c, import_applied, &Q_IMPORT_APPLY, orders, c->caller->member, call_int(c, c->now_ms));
}

static enum call_next tell_imported(struct call *c)
{
	struct import *im = c->frame;
	struct kd_member_imported event = { .added = im->added, .changed = im->changed };

	event.members.items = arena_new_n(c->mem, const char *, im->count);
	for (size_t i = 0; i < im->count; i++)
		if (im->rows[i].fate == IMPORT_ADD || im->rows[i].fate == IMPORT_CHANGE)
			event.members.items[event.members.count++] = im->rows[i].member;
	people_hint_all(c);
	return answer(c, call_emit(c, &kd_member_imported, &event));
}

/* "{id,id}" of those who are new. */
static const char *new_members(struct call *c)
{
	const struct import *im = c->frame;
	char *list = arena_alloc(c->mem, 2 + (size_t)im->added * ID_SIZE + 1), *at = list;

	*at++ = '{';
	for (size_t i = 0; i < im->count; i++)
		if (im->rows[i].fate == IMPORT_ADD) {
			if (at > list + 1)
				*at++ = ',';
			at = stpcpy(at, im->rows[i].member);
		}
	*at = '}';
	return list;
}

static enum call_next import_applied(struct call *c)
{
	const struct kd_member_import *p = c->params;
	const struct import *im = c->frame;

	if (is_yes(p->invite) && im->added > 0)
		return call_query(c, import_invited, ACCOUNT_INVITE, new_members(c));
	return tell_imported(c);
}

static enum call_next import_invited(struct call *c)
{
	return tell_imported(c);
}

/* Z9: knowing an id gives no right, and an id of one kind is none of another. From the method tables: every parameter that is
 * an id is given every id that there is but those it is for, by an administrator, whom nothing else stops. */
#include "params.h"
#include "steps.h"
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#define ELSEWHERE IN_COHORT /* another place: its own space, thread, board and what is in them */

static const struct known {
	const char *kind, *id;
	bool is_within; /* it belongs to its thread or board, and is none of another's */
} ids[] = {
	{ "space", SPACE(IN_NETWORK), false },     { "thread", THREAD(IN_NETWORK), false },   { "post", POST(IN_NETWORK), true },
	{ "board", BOARD(IN_NETWORK), false },     { "section", SECTION(IN_NETWORK), true },  { "card", CARD(IN_NETWORK), true },
	{ "post", POST(ELSEWHERE), true },         { "section", SECTION(ELSEWHERE), true },   { "card", CARD(ELSEWHERE), true },
	{ "cohort", COHORT_E1, false },            { "organisation", ORG_CULTURE, false },    { "member", FIXTURE_ID("0b006"), false },
	{ "network", NETWORK_STREAM, false },
};
#define IDS (sizeof ids / sizeof *ids)

static int tried;

static const char *kind_of(const char *field)
{
	return strcmp(field, "reply_to") == 0 ? "post" : field;
}

/* One that is right there, or a filter, which then finds nothing. */
static bool is_empty(const json_t *result)
{
	const char *key;
	json_t *value;

	json_object_foreach((json_t *)result, key, value)
		if (json_is_array(value) && json_array_size(value) > 0)
			return false;
	return true;
}

/* No such object; for what the change refers to, that the field names none; a role for it that nobody has. */
static bool is_refused(const struct kd_method *m, const json_t *answer, const char *field)
{
	return int_at(answer, "error/code") == KD_E_NOT_FOUND ||
		(int_at(answer, "error/code") == KD_E_CONFLICT && strcmp(m->name, "role.revoke") == 0) ||
		(int_at(answer, "error/code") == KD_E_INVALID && strcmp(text_at(answer, "error/data/field") + 1, field) == 0);
}

static void try(struct person *admin, const struct kd_method *m, json_t *params, const char *field, const char *id)
{
	json_t *answer;

	json_object_set_new(params, field, json_string(id));
	answer = ask(admin, m->name, params);
	tried++;
	if (has(answer, "result"))
		must(!m->has_op && is_empty(at(answer, "result")), "%s takes %s as its %s: %s", m->name, id, field, json_dumps(answer, 0));
	else
		must(is_refused(m, answer, field), "%s with %s as its %s: %s", m->name, id, field, json_dumps(answer, 0));
}

static void field_try(struct person *admin, const struct kd_method *m, const struct object *o, const char *field)
{
	for (size_t i = 0; i < IDS; i++) {
		bool is_its_kind = strcmp(ids[i].kind, kind_of(field)) == 0;
		bool is_elsewhere = ids[i].is_within && strcmp(ids[i].id, POST(IN_NETWORK)) != 0 && strcmp(ids[i].id, CARD(IN_NETWORK)) != 0 &&
			strcmp(ids[i].id, SECTION(IN_NETWORK)) != 0;

		if (!is_its_kind || is_elsewhere)
			try(admin, m, params_make(m, o), field, ids[i].id);
	}
}

/* What a role is for depends on its scope. */
static void scope_try(struct person *admin, const struct kd_method *m, const struct object *o)
{
	static const char *const scopes[] = { "cohort", "space", "board" };

	for (size_t s = 0; s < sizeof scopes / sizeof *scopes; s++)
		for (size_t i = 0; i < IDS; i++) {
			json_t *params = params_make(m, o);

			json_object_set_new(params, "scope", json_string(scopes[s]));
			if (strcmp(ids[i].kind, scopes[s]) == 0)
				json_decref(params);
			else
				try(admin, m, params, "scope_id", ids[i].id);
		}
}

/* With openness cohort alone the cohort is looked at. */
static void space_create_try(struct person *admin, const struct kd_method *m)
{
	struct object o;

	object_find(&o, "cohort", "");
	field_try(admin, m, &o, "cohort");
}

static void method_try(struct person *admin, const struct kd_method *m, const struct object *o)
{
	for (const struct kd_field *f = m->params; f && f->name; f++) {
		if (f->type != KD_TYPE_ID || strcmp(f->name, "op") == 0 || is_made(m, f->name))
			continue;
		if (strcmp(f->name, "scope_id") == 0)
			scope_try(admin, m, o);
		else if (strcmp(m->name, "space.create") == 0)
			space_create_try(admin, m);
		else
			field_try(admin, m, o, f->name);
	}
}

Test(ids, of_another_object_or_kind_are_refused, .timeout = 300)
{
	struct world *w = world_start(1);
	struct person *admin = sign_in(w, 0, "admin");
	char *before = digest(w);
	struct object o;

	object_find(&o, "network", "");
	for (int t = 0; kd_method_tables[t]; t++)
		for (int i = 0; kd_method_tables[t][i]; i++)
			if (!kd_method_tables[t][i]->is_notice)
				method_try(admin, kd_method_tables[t][i], &o);
	unchanged(w, before);
	cr_log_info("%d ids that were none", tried);
	cr_assert_gt(tried, 500);
	world_stop(w);
}

/* A stream is named by its kind and its object's id. */
Test(ids, of_another_kind_name_no_stream)
{
	static const char *const kinds[] = { "network", "member", "space", "thread", "board" };
	struct world *w = world_start(1);
	struct person *admin = sign_in(w, 0, "admin");

	for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++)
		for (size_t i = 0; i < IDS; i++) {
			char stream[80];

			snprintf(stream, sizeof stream, "%s:%s", kinds[k], ids[i].id);
			if (strcmp(kinds[k], ids[i].kind) != 0 || strcmp(kinds[k], "member") == 0)
				refused(admin, KD_E_NOT_FOUND, NULL, "stream.open", "{s:s}", "stream", stream);
		}
	cr_assert_eq(metric_of(w, 0, "korsdrag_subscriptions"), 0);
	world_stop(w);
}

/* Every field of every method, given wrong in every way its row allows: the answer names the field, the connection lives
 * on, and nothing has changed (security.md P3, P4). */
#include "params.h"
#include "wrong.h"
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int tried;

static void invalid(struct person *p, const struct kd_method *m, json_t *params, const char *field, const char *at_item, const char *kind)
{
	char pointer[128];
	json_t *answer = ask(p, m->name, params);

	tried++;
	snprintf(pointer, sizeof pointer, "/%s%s", field, at_item);
	must(has(answer, "error") && int_at(answer, "error/code") == KD_E_INVALID, "%s with %s %s: %s", m->name, field, kind,
		json_dumps(answer, 0));
	must(strcmp(text_at(answer, "error/data/field"), pointer) == 0, "%s with %s %s must name %s: %s", m->name, field, kind, pointer,
		json_dumps(answer, 0));
}

static void field_try(struct person *p, const struct kd_method *m, const struct object *o, const struct kd_field *f)
{
	struct wrong wrongs[WRONG_MAX];
	size_t count = wrong_values(f, wrongs);
	json_t *params;

	for (size_t i = 0; i < count; i++) {
		params = params_make(m, o);
		json_object_set_new(params, f->name, wrongs[i].value);
		invalid(p, m, params, f->name, wrongs[i].at, wrongs[i].kind);
	}
	if (!f->presence)
		return;
	params = params_make(m, o);
	json_object_del(params, f->name);
	invalid(p, m, params, f->name, "", "missing");
}

Test(input, every_field_is_checked_and_named, .timeout = 300)
{
	struct world *w = world_start(1);
	struct person *admin = sign_in(w, 0, "admin");
	char *before = digest(w), *after;
	struct object o;

	object_find(&o, "network", "");
	for (int t = 0; kd_method_tables[t]; t++)
		for (int i = 0; kd_method_tables[t][i]; i++) {
			const struct kd_method *m = kd_method_tables[t][i];
			json_t *params;

			if (m->is_notice)
				continue;
			for (const struct kd_field *f = m->params; f && f->name; f++)
				field_try(admin, m, &o, f);
			params = params_make(m, &o);
			json_object_set_new(params, "nonsense", json_true());
			invalid(admin, m, params, "nonsense", "", "unknown");
		}
	ok(admin, "me.get", "{}");
	after = digest(w);
	cr_assert_str_eq(before, after);
	fprintf(stderr, "wrong input: %d calls\n", tried);
	free(before);
	free(after);
	world_stop(w);
}

/* Notices are not answered, whatever is wrong with them. */
Test(input, a_wrong_notice_is_not_answered)
{
	struct world *w = world_start(1);
	struct person *anna = sign_in(w, 0, "anna");

	client_notify(anna->client, "presence.set", json_pack("{s:i}", "stream", 5));
	client_notify(anna->client, "presence.set", json_object());
	client_notify(anna->client, "no.such", json_object());
	ok(anna, "me.get", "{}");
	cr_assert_null(client_next_stray(anna->client, QUIET_MS));
	world_stop(w);
}

/* The strings that a table cannot tell from others, and that must come back as they were sent. */
Test(input, text_comes_back_as_it_was_sent)
{
	static const char *const texts[] = {
		"räksmörgås", "<script>alert(1)</script>", "'; DROP TABLE post; --", "\\u0000 \\ \" /", "👩‍👩‍👧‍👦 e\xcc\x81",
		"\xe2\x80\xae" "bakåt", "rad 1\nrad 2\ttabb", "%s%n $1 {{x}}",
	};
	struct world *w = world_start(1);
	struct person *anna = sign_in(w, 0, "anna");

	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		const char *id = new_id();
		json_t *list;

		ok(anna, "post.create", "{s:s, s:s, s:s}", "thread", THREAD(IN_NETWORK), "post", id, "text", texts[i]);
		list = ok(anna, "post.list", "{s:s, s:i}", "thread", THREAD(IN_NETWORK), "before", 1000);
		cr_expect_str_eq(text_at(find_id(at(list, "posts"), id), "text"), texts[i]);
	}
	world_stop(w);
}

/* Every method on every kind of object by every kind of member, as permissions.txt says (security.md Z1, Z2, Z3, Z4).
 *
 * The refused go first: after them the tables are as before and nobody has heard anything. What is used up by being done
 * (a post that is deleted) is made anew for each who may. */
#include "expectations.h"
#include "params.h"
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const names[] = { "admin", "netta", "fred", "nils", "stina", "bert", "anna", "olle", "eva", "kalle", "lone" };
#define PEOPLE (sizeof names / sizeof *names)

struct matrix {
	struct world *world;
	struct person *people[PEOPLE];
	int cells;
};

static struct person *person(const struct matrix *m, const char *who)
{
	for (size_t i = 0; i < PEOPLE; i++)
		if (strcmp(names[i], who) == 0)
			return m->people[i];
	return NULL;
}

static bool is(const struct expectation *e, const char *method)
{
	return strcmp(e->method, method) == 0;
}

static void set(json_t *params, const char *name, const char *value)
{
	json_object_set_new(params, name, json_string(value));
}

/* --- what no table says ------------------------------------------------------------------------------------------ */

static void role_params(const struct expectation *e, const struct object *o, json_t *params)
{
	bool is_admin = strcmp(e->place, "administrator") == 0, is_all = strcmp(e->place, "everything") == 0;

	set(params, "role", is_admin ? "administrator" : "facilitator");
	if (is_admin || is_all) {
		json_object_del(params, "scope_id");
		json_object_del(params, "scope");
	}
	if (is_all)
		set(params, "scope", "network");
	if (strcmp(e->place, "cohort") == 0) {
		set(params, "scope", "cohort");
		set(params, "scope_id", COHORT_E1);
	}
	if (strcmp(e->place, "board") == 0) {
		set(params, "scope", "board");
		set(params, "scope_id", o->board);
	}
}

static void revision_params(struct world *w, const char *table, const char *id, json_t *params)
{
	char statement[160], *text;

	snprintf(statement, sizeof statement, "SELECT coalesce((SELECT revision FROM %s WHERE id = '%s'), 1)", table, id);
	text = sql_text(w, statement);
	json_object_set_new(params, "revision", json_integer(atoll(text)));
	free(text);
}

static void special_params(const struct matrix *m, const struct expectation *e, const struct object *o, const char *who, json_t *params)
{
	char *session;

	if (strncmp(e->method, "role.", 5) == 0)
		role_params(e, o, params);
	if (strcmp(e->variant, "self") == 0)
		set(params, "member", member_id(who));
	if (strcmp(e->place, "administrator") == 0 && strncmp(e->method, "member.", 7) == 0)
		set(params, "member", member_id("admin"));
	if (is(e, "post.edit"))
		revision_params(m->world, "post", o->post, params);
	if (is(e, "card.edit"))
		revision_params(m->world, "card", o->card, params);
	if (is(e, "session.revoke") && strcmp(e->place, "other") == 0) {
		session = sql_text(m->world, "SELECT s.id FROM session s JOIN member m ON m.id = s.member_id WHERE m.mail LIKE 'tove@%'");
		set(params, "session", session);
		free(session);
	}
}

/* --- making and mending what the allowed use up ---------------------------------------------------------------------- */

static void fresh_post(const struct matrix *m, const struct expectation *e, const struct object *o, json_t *params)
{
	const char *other = strcmp(e->place, "private") == 0 ? "stina" : "olle";
	const char *author = strcmp(e->variant, "other") == 0 ? other : "anna";
	const char *id = new_id();

	ok(person(m, author), "post.create", "{s:s, s:s, s:s}", "thread", o->thread, "post", id, "text", "ett inlägg");
	set(params, "post", id);
}

static void fresh_card(const struct matrix *m, const struct object *o, json_t *params, bool deleted)
{
	const char *id = new_id();

	ok(person(m, "anna"), "card.create", "{s:s, s:s, s:s, s:s, s:i, s:i, s:s}", "board", o->board, "card", id, "text", "ett kort",
		"colour", "arg", "x", 0, "y", 0, "order", "a5");
	if (deleted)
		ok(person(m, "anna"), "card.delete", "{s:s, s:s}", "board", o->board, "card", id);
	set(params, "card", id);
}

static void fresh_section(const struct matrix *m, const struct object *o, json_t *params)
{
	const char *id = new_id();

	ok(person(m, "anna"), "section.create", "{s:s, s:s, s:s, s:i, s:i, s:i, s:i, s:s}", "board", o->board, "section", id, "title",
		"en del", "x", 0, "y", 0, "width", 400, "height", 400, "order", "a5");
	set(params, "section", id);
}

static bool is_vote(const struct expectation *e)
{
	return strncmp(e->method, "vote.", 5) == 0 && strcmp(e->variant, "none") != 0;
}

static void fresh_round(const struct matrix *m, const struct object *o, json_t *params)
{
	const char *id = new_id();

	ok(person(m, "anna"), "vote.open", "{s:s, s:s, s:i, s:i, s:s, s:b, s:b}", "board", o->board, "round", id, "budget", 1, "most", 1, "per",
		"board", "secret", false, "live", true);
	set(params, "round", id);
}

/* The board has the timer that the method is for. */
static void fresh_timer(const struct matrix *m, const struct expectation *e, const struct object *o)
{
	ask(person(m, "anna"), "timer.stop", json_pack("{s:s, s:s}", "board", o->board, "op", new_id()));
	if (is(e, "timer.start"))
		return;
	ok(person(m, "anna"), "timer.start", "{s:s, s:i}", "board", o->board, "seconds", 600);
	if (is(e, "timer.resume"))
		ok(person(m, "anna"), "timer.pause", "{s:s}", "board", o->board);
}

static bool is_writing(const struct expectation *e)
{
	return (strncmp(e->method, "writing.", 8) == 0 || strncmp(e->method, "draft.", 6) == 0) && strcmp(e->variant, "none") != 0;
}

static void fresh_writing(const struct matrix *m, const struct expectation *e, const struct object *o, json_t *params)
{
	const char *id = new_id();

	ok(person(m, "anna"), "writing.begin", "{s:s, s:s}", "board", o->board, "round", id);
	set(params, "round", id);
	if (is(e, "draft.remove"))
		ok(person(m, "anna"), "draft.put", "{s:s, s:s, s:s, s:s, s:s}", "board", o->board, "round", id, "draft", text_at(params, "draft"),
			"text", "ett utkast", "colour", "arg");
}

/* `other` with the same parameters, by somebody who may. */
static void do_also(const struct matrix *m, const char *who, const char *other, const json_t *params)
{
	json_t *copy = json_deep_copy(params), *answer;

	set(copy, "op", new_id());
	answer = ask(person(m, who), other, copy);
	must(json_object_get(answer, "result"), "%s by %s: %s", other, who, json_dumps(answer, 0));
}

static void prepare(const struct matrix *m, const struct expectation *e, const struct object *o, const char *who, json_t *params)
{
	if (is(e, "post.delete"))
		fresh_post(m, e, o, params);
	if (is(e, "card.delete") || is(e, "card.restore"))
		fresh_card(m, o, params, is(e, "card.restore"));
	if (is(e, "section.delete"))
		fresh_section(m, o, params);
	if (is_vote(e) && !is(e, "vote.open"))
		fresh_round(m, o, params);
	if (strncmp(e->method, "timer.", 6) == 0)
		fresh_timer(m, e, o);
	if (is_writing(e) && !is(e, "writing.begin"))
		fresh_writing(m, e, o, params);
	if (is(e, "session.revoke"))
		set(params, "session", text_at(ok(person(m, who), "token.create", "{s:s, s:i}", "name", "prov", "days", 1), "session"));
	if (is(e, "role.revoke"))
		do_also(m, "admin", "role.grant", params);
	if (is(e, "cohort.remove_member"))
		do_also(m, "admin", "cohort.add_member", params);
	if (is(e, "space.remove_member"))
		do_also(m, "stina", "space.add_member", params);
}

static void mend(const struct matrix *m, const struct expectation *e, const json_t *params)
{
	static const struct {
		const char *method, *who, *undo;
	} undos[] = {
		{ "role.grant", "admin", "role.revoke" },
		{ "cohort.add_member", "admin", "cohort.remove_member" },
		{ "space.add_member", "stina", "space.remove_member" },
		{ "member.suspend", "admin", "member.reinstate" },
		{ "card.lock", "anna", "card.unlock" },
		{ "section.lock", "anna", "section.unlock" },
		{ "member.reinstate", "admin", "member.suspend" },
	};

	if (is_vote(e) && !is(e, "vote.close"))
		ok(person(m, "anna"), "vote.close", "{s:s, s:s}", "board", text_at(params, "board"), "round", text_at(params, "round"));
	if (is_writing(e) && !is(e, "writing.reveal"))
		ok(person(m, "anna"), "writing.reveal", "{s:s, s:s}", "board", text_at(params, "board"), "round", text_at(params, "round"));
	for (size_t i = 0; i < sizeof undos / sizeof *undos; i++)
		if (is(e, undos[i].method))
			do_also(m, undos[i].who, undos[i].undo, params);
}

/* --- one cell --------------------------------------------------------------------------------------------------------- */

static void cell_compare(const struct expectation *e, const char *who, const char *expected, json_t *answer)
{
	const char *got = "ok";

	if (json_object_get(answer, "error"))
		got = text_at(answer, "error/data/code");
	must(strcmp(expected, got) == 0, "permissions.txt:%d: %s %s%s%s by %s must be %s, but: %s", e->line, e->method, e->place,
		*e->variant ? ":" : "", e->variant, who, expected, json_dumps(answer, 0));
	if (json_object_get(answer, "result"))
		result_check(NULL, kd_method_find(e->method), json_object_get(answer, "result"));
}

static void streams_try(struct matrix *m, const struct expectation *e, const struct object *o, const char *who, const char *expected)
{
	char names_of[3][80] = { "", "", "" };

	snprintf(names_of[0], 80, "thread:%s", o->thread);
	if (strcmp(e->place, "member") == 0 || strcmp(e->place, "own") == 0) {
		snprintf(names_of[0], 80, "member:%s", member_id(strcmp(e->place, "own") == 0 ? who : "tove"));
	} else if (strcmp(e->place, "administration") == 0) {
		snprintf(names_of[0], 80, "network:" NETWORK_STREAM);
	} else {
		snprintf(names_of[1], 80, "board:%s", o->board);
		snprintf(names_of[2], 80, "space:%s", o->space);
	}
	for (int i = 0; i < 3 && *names_of[i]; i++)
		cell_compare(e, who, expected, ask(person(m, who), "stream.open", json_pack("{s:s}", "stream", names_of[i])));
}

static void silence_try(struct matrix *m, const struct expectation *e, const struct object *o, const char *who)
{
	struct person *p = person(m, who);
	json_t *stray;

	client_notify(p->client, e->method, params_make(kd_method_find(e->method), o));
	ok(p, "me.get", "{}");
	stray = client_next_stray(p->client, 0);
	must(!stray, "%s was answered: %s", e->method, json_dumps(stray, 0));
}

static void cell_try(struct matrix *m, const struct expectation *e, const char *who, const char *expected)
{
	struct object o;
	json_t *params;

	m->cells++;
	object_find(&o, e->place, e->variant);
	if (is(e, "stream.open")) {
		streams_try(m, e, &o, who, expected);
		return;
	}
	if (strcmp(expected, "silence") == 0) {
		silence_try(m, e, &o, who);
		return;
	}
	params = params_make(kd_method_find(e->method), &o);
	special_params(m, e, &o, who, params);
	if (strcmp(expected, "ok") == 0)
		prepare(m, e, &o, who, params);
	cell_compare(e, who, expected, ask(person(m, who), e->method, json_incref(params)));
	if (strcmp(expected, "ok") == 0)
		mend(m, e, params);
	json_decref(params);
}

/* --- the refused change nothing and nobody hears of it ------------------------------------------------------------------ */

/* anna sees everything that she made. */
static void anna_listens(struct matrix *m)
{
	static const char *const streams[] = {
		"thread:" THREAD(IN_NETWORK), "thread:" THREAD(IN_TRACK), "thread:" THREAD(IN_COHORT), "thread:" THREAD(IN_PRIVATE),
		"board:" BOARD(IN_NETWORK), "board:" BOARD(IN_TRACK), "board:" BOARD(IN_COHORT), "board:" BOARD(IN_PRIVATE),
		"space:" SPACE(IN_NETWORK), "space:" SPACE(IN_PRIVATE),
	};

	for (size_t i = 0; i < sizeof streams / sizeof *streams; i++)
		ok(person(m, "anna"), "stream.open", "{s:s}", "stream", streams[i]);
}

static json_t *anna_hears(struct matrix *m)
{
	struct person *anna = person(m, "anna");
	json_t *heard = json_array(), *notice;

	ok(anna, "me.get", "{}");
	while ((notice = client_next(anna->client, 0))) {
		if (strcmp(text_at(notice, "method"), "stream.events") == 0)
			json_array_append(heard, notice);
		json_decref(notice);
	}
	return heard;
}

static void row_try(struct matrix *m, const struct expectation *e)
{
	char *before = digest(m->world), *after;
	json_t *heard;

	json_decref(anna_hears(m));
	for (size_t i = 0; i < PEOPLE; i++) {
		const char *expected = expectation_for(e, names[i]);

		if (strcmp(expected, "ok") != 0 && strcmp(expected, "silence") != 0)
			cell_try(m, e, names[i], expected);
	}
	after = digest(m->world);
	must(strcmp(before, after) == 0, "permissions.txt:%d: a refused %s has changed something:\n%s\n%s", e->line, e->method, before, after);
	heard = anna_hears(m);
	must(json_array_size(heard) == 0, "permissions.txt:%d: a refused %s was told: %s", e->line, e->method, json_dumps(heard, 0));
	json_decref(heard);
	for (size_t i = 0; i < PEOPLE; i++) {
		const char *expected = expectation_for(e, names[i]);

		if (strcmp(expected, "ok") == 0 || strcmp(expected, "silence") == 0)
			cell_try(m, e, names[i], expected);
	}
	free(before);
	free(after);
}

/* In a process of its own for each part, so that they share the cores. */
#define NOUNS_MAX 8
enum { PEOPLE_PART, SPACES_PART, THREADS_PART, BOARDS_PART, CARDS_PART, PARTS };
static const char *const nouns[PARTS][NOUNS_MAX] = {
	[PEOPLE_PART] = { "me", "session", "token", "organisation", "cohort", "member", "role" },
	[SPACES_PART] = { "space" },
	[THREADS_PART] = { "thread", "post" },
	[BOARDS_PART] = { "board", "section", "stream", "presence", "feed", "timer", "clock", "template" },
	[CARDS_PART] = { "card", "vote", "writing", "draft" },
};

static bool is_of_part(const char *method, int part)
{
	for (int i = 0; i < NOUNS_MAX && nouns[part][i]; i++)
		if (strlen(nouns[part][i]) == strcspn(method, ".") && strncmp(method, nouns[part][i], strcspn(method, ".")) == 0)
			return true;
	return false;
}

static void rows_try(int part)
{
	struct matrix m = { .world = world_start(1) };
	size_t count;
	struct expectation *all = expectations_read(&count);

	for (size_t i = 0; i < PEOPLE; i++)
		m.people[i] = sign_in(m.world, 0, names[i]);
	anna_listens(&m);
	for (size_t i = 0; i < count; i++)
		if (is_of_part(all[i].method, part))
			row_try(&m, &all[i]);
	cr_log_info("%d cells of the permission matrix", m.cells);
	fprintf(stderr, "permission matrix, %s …: %d cells\n", nouns[part][0], m.cells);
	free(all);
	world_stop(m.world);
}

#define PART(name, part) Test(permissions, name) { rows_try(part); }
PART(of_oneself_and_people, PEOPLE_PART)
PART(of_spaces, SPACES_PART)
PART(of_threads_and_posts, THREADS_PART)
PART(of_boards, BOARDS_PART)
PART(of_cards, CARDS_PART)

/* --- the file is whole ---------------------------------------------------------------------------------------------------- */

static bool is_expected(const struct expectation *all, size_t count, const char *method, const char *place)
{
	for (size_t i = 0; i < count; i++)
		if (is(&all[i], method) && (!place || strcmp(all[i].place, place) == 0))
			return true;
	return false;
}

/* A method that means a space, thread or board by its id has to say what happens in each kind of place. */
static bool means_a_place(const struct kd_method *m)
{
	size_t noun = strcspn(m->name, ".");

	for (const struct kd_field *f = m->params; f && f->name; f++) {
		bool is_place = strcmp(f->name, "space") == 0 || strcmp(f->name, "thread") == 0 || strcmp(f->name, "board") == 0;
		bool is_new = strcmp(m->name + noun, ".create") == 0 && strlen(f->name) == noun && strncmp(m->name, f->name, noun) == 0;

		if (is_place && !is_new)
			return true;
	}
	return false;
}

Test(permissions, every_method_has_an_expectation)
{
	static const char *const places[] = { "network", "track", "cohort", "private", "archive", "none" };
	size_t count;
	struct expectation *all = expectations_read(&count);

	for (int t = 0; kd_method_tables[t]; t++)
		for (int i = 0; kd_method_tables[t][i]; i++) {
			const struct kd_method *m = kd_method_tables[t][i];

			int parts = 0;

			for (int part = 0; part < PARTS; part++)
				parts += is_of_part(m->name, part);
			cr_expect_eq(parts, 1, "%s is tried in %d parts: put its noun into one", m->name, parts);
			cr_expect(is_expected(all, count, m->name, NULL), "%s has no line in permissions.txt", m->name);
			for (size_t p = 0; means_a_place(m) && p < sizeof places / sizeof *places; p++)
				cr_expect(is_expected(all, count, m->name, places[p]), "%s %s has no line in permissions.txt", m->name, places[p]);
		}
	free(all);
}

Test(permissions, of_strangers_and_the_suspended)
{
	struct world *w = world_start(1);
	char url[64], err[CLIENT_ERR_SIZE], token[44];
	struct client *sven;
	int status;

	cr_assert_null(client_connect_with(&(struct client_options){ .url = node_url(w, 0, url), .ret_status = &status }, err));
	cr_assert_eq(status, 401, "without a token the handshake is refused: %d %s", status, err);
	sven = client_connect(node_url(w, 0, url), member_token("sven", token), err);
	if (sven) {
		cr_assert(client_wait_closed(sven, ANSWER_MS));
		cr_assert_eq(client_close_code(sven), 4401, "closed with %d %s", client_close_code(sven), client_close_reason(sven));
		client_drop(sven);
	}
	world_stop(w);
}

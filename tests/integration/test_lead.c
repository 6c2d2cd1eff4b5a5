/* Modes and locks of a board: who leads it changes everything, others what is open to them; on two nodes, whatever is under way. */
#include "replay.h"
#include "steps.h"
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HERE BOARD(IN_NETWORK)
#define HERE_STREAM STREAM("board", HERE)
#define MINE CARD(IN_NETWORK)
#define PART SECTION(IN_NETWORK)

static void set_mode(struct person *p, const char *mode)
{
	ok(p, "board.set_mode", "{s:s, s:s}", "board", HERE, "mode", mode);
}

static void views_agree(struct world *w, struct person *a, struct person *b, const json_t *view)
{
	json_t *tables = view_of_tables(w, HERE);

	for (int i = 0; i < 2; i++) {
		json_t *fresh = view_of_snapshot(at(open_stream(i ? b : a, HERE_STREAM), "snapshot"));

		view_expect(fresh, tables, "a fresh snapshot and the tables");
		json_decref(fresh);
	}
	if (view)
		view_expect(view, tables, "the events and the tables");
	json_decref(tables);
}

static json_int_t number_of(struct world *w, const char *statement)
{
	char *text = sql_text(w, statement);
	json_int_t n = atoll(text);

	free(text);
	return n;
}

Test(lead, a_board_for_looking_is_changed_by_those_who_lead_it)
{
	struct world *w = world_start(1);
	struct person *anna = sign_in(w, 0, "anna"), *netta = sign_in(w, 0, "netta"), *kalle = sign_in(w, 0, "kalle");
	json_t *view = view_answer(NULL, open_stream(kalle, HERE_STREAM)), *answer;
	char *before;
	ID_TEXT(round);

	set_mode(anna, "look");
	view_apply(view, expect_event(kalle, HERE_STREAM, "board.mode_set"));
	before = digest(w);
	answer = ask(kalle, "card.recolour", json_pack("{s:s, s:s, s:s, s:s}", "board", HERE, "card", MINE, "colour", "arg", "op", new_id()));
	cr_assert_eq(int_at(answer, "error/code"), KD_E_FORBIDDEN);
	cr_assert(strstr(text_at(answer, "error/message"), "for looking now"), "%s", json_dumps(answer, 0));
	refused(kalle, KD_E_FORBIDDEN, NULL, "card.create", "{s:s, s:s, s:s, s:s, s:i, s:i, s:s}", "board", HERE, "card", new_id(), "text",
		"", "colour", "arg", "x", 0, "y", 0, "order", "a8");
	refused(kalle, KD_E_FORBIDDEN, NULL, "card.edit", "{s:s, s:s, s:s, s:i}", "board", HERE, "card", MINE, "text", "x", "revision", 1);
	refused(kalle, KD_E_FORBIDDEN, NULL, "card.delete", "{s:s, s:s}", "board", HERE, "card", MINE);
	refused(kalle, KD_E_FORBIDDEN, NULL, "card.restore", "{s:s, s:s}", "board", HERE, "card", CARD_DELETED(IN_NETWORK));
	refused(kalle, KD_E_FORBIDDEN, NULL, "section.create", "{s:s, s:s, s:s, s:i, s:i, s:i, s:i, s:s}", "board", HERE, "section",
		new_id(), "title", "x", "x", 0, "y", 0, "width", 300, "height", 200, "order", "a4");
	refused(kalle, KD_E_FORBIDDEN, NULL, "section.change", "{s:s, s:s, s:i}", "board", HERE, "section", PART, "x", 1);
	refused(kalle, KD_E_FORBIDDEN, NULL, "board.set_mode", "{s:s, s:s}", "board", HERE, "mode", "write");
	unchanged(w, before);
	move_card(netta, HERE, MINE, 10, 20);
	move_card(anna, HERE, MINE, 30, 40);
	view_apply(view, expect_event(kalle, HERE_STREAM, "card.moved"));
	view_apply(view, expect_event(kalle, HERE_STREAM, "card.moved"));
	ok(anna, "card.lock", "{s:s, s:s}", "board", HERE, "card", MINE);
	view_apply(view, expect_event(kalle, HERE_STREAM, "card.locked"));
	ok(anna, "vote.open", "{s:s, s:s, s:i, s:i, s:s, s:b, s:b}", "board", HERE, "round", round, "budget", 1, "most", 1, "per", "board",
		"secret", false, "live", true);
	ok(kalle, "vote.cast", "{s:s, s:s, s:s, s:i}", "board", HERE, "round", round, "card", MINE, "votes", 1); /* a vote changes no card */
	ok(anna, "vote.close", "{s:s, s:s}", "board", HERE, "round", round);
	ok(anna, "card.unlock", "{s:s, s:s}", "board", HERE, "card", MINE);
	for (int i = 0; i < 4; i++)
		view_apply(view, next_event(kalle, HERE_STREAM, ANSWER_MS));
	set_mode(netta, "write");
	view_apply(view, expect_event(kalle, HERE_STREAM, "board.mode_set"));
	move_card(kalle, HERE, MINE, 50, 60);
	view_apply(view, expect_event(kalle, HERE_STREAM, "card.moved"));
	views_agree(w, anna, kalle, view);
	json_decref(view);
	world_stop(w);
}

/* --- a mode that is switched under others' hands ------------------------------------------------------------------ */

#define WRITERS 20
#define EARLY 12
#define LATE 4

static int64_t write_soon(struct person *p, int n)
{
	return ask_soon(p, "card.resize", "{s:s, s:s, s:i, s:i}", "board", HERE, "card", MINE, "width", 100 + n, "height", 100);
}

/* The numbers of what was done come before the switch's; the rest was refused, and says why. */
static int take_answers(struct person *p, const int64_t *ids, int count, json_int_t before)
{
	int done = 0;

	for (int i = 0; i < count; i++) {
		json_t *answer = client_answer(p->client, ids[i], ANSWER_MS);

		cr_assert(answer, "no answer");
		if (json_object_get(answer, "result")) {
			cr_assert(int_at(answer, "result/seq") < before, "done after the switch: %s", json_dumps(answer, 0));
			done++;
		} else {
			cr_assert_eq(int_at(answer, "error/code"), KD_E_FORBIDDEN, "%s", json_dumps(answer, 0));
		}
		json_decref(answer);
	}
	return done;
}

Test(lead, after_the_switch_is_acknowledged_no_others_change_is_taken_on_any_node, .timeout = 120)
{
	static const char *const who[] = { "olle", "kalle", "lone", "eva", "bert" };
	struct world *w = world_start(2);
	struct person *anna = sign_in(w, 0, "anna"), *netta = sign_in(w, 1, "netta"), *writers[WRITERS];
	int64_t early[WRITERS][EARLY], late[WRITERS][LATE], others[WRITERS][LATE], last[2], mode = 0;
	json_int_t switched, open_again;
	json_t *answer;

	open_stream(anna, HERE_STREAM);
	for (int i = 0; i < WRITERS; i++)
		writers[i] = sign_in(w, i % 2, who[i % 5]);
	for (int i = 0; i < WRITERS * EARLY; i++) {
		early[i / EARLY][i % EARLY] = write_soon(writers[i / EARLY], i);
		if (i == WRITERS * EARLY / 2)
			mode = ask_soon(anna, "board.set_mode", "{s:s, s:s}", "board", HERE, "mode", "look");
	}
	answer = client_answer(anna->client, mode, ANSWER_MS);
	switched = int_at(answer, "result/seq");
	json_decref(answer);
	for (int i = 0; i < WRITERS; i++)
		for (int n = 0; n < LATE; n++)
			late[i][n] = write_soon(writers[i], n);
	last[0] = write_soon(anna, 1);
	last[1] = write_soon(netta, 2);
	for (int i = 0; i < WRITERS; i++) {
		take_answers(writers[i], early[i], EARLY, switched);
		cr_assert_eq(take_answers(writers[i], late[i], LATE, 0), 0, "after the answer");
	}
	answers_ok(anna, &last[0], 1);
	answers_ok(netta, &last[1], 1);
	set_mode(netta, "write");
	open_again = number_of(w, "SELECT head FROM stream WHERE id = '" HERE "'");
	for (int i = 0; i < WRITERS; i++)
		for (int n = 0; n < LATE; n++)
			others[i][n] = write_soon(writers[i], n);
	for (int i = 0; i < WRITERS; i++)
		cr_assert_eq(take_answers(writers[i], others[i], LATE, INT64_MAX), LATE, "open again");
	char statement[300];
	snprintf(statement, sizeof statement, "SELECT count(*) FROM event WHERE stream_id = '" HERE "' AND seq > %lld AND seq <= %lld "
		"AND actor NOT IN ('%s', '%s')", (long long)switched, (long long)open_again, member_id("anna"), member_id("netta"));
	cr_assert_eq(number_of(w, statement), 0, "the journal tells of a change that the mode forbade");
	views_agree(w, anna, netta, NULL);
	world_stop(w);
}

/* A node that alone has written takes what it knows for true, and finds out when it writes. */
Test(lead, a_node_that_guesses_does_not_let_through_what_another_has_closed)
{
	struct world *w = world_start(2);
	struct person *anna = sign_in(w, 0, "anna"), *kalle = sign_in(w, 1, "kalle");
	double right;

	for (int round = 0; round < 3; round++) {
		for (int i = 0; i < 12 && round == 0; i++)
			move_card(kalle, HERE, MINE, i, i);
		right = metric_of(w, 1, "korsdrag_journal_guesses_total{outcome=\"right\"}");
		cr_assert(right > 0, "it does not guess");
		set_mode(anna, "look");
		refused(kalle, KD_E_FORBIDDEN, NULL, "card.resize", "{s:s, s:s, s:i, s:i}", "board", HERE, "card", MINE, "width", 200, "height", 200);
		set_mode(anna, "write");
		ok(anna, "card.lock", "{s:s, s:s}", "board", HERE, "card", MINE);
		refused(kalle, KD_E_FORBIDDEN, NULL, "card.resize", "{s:s, s:s, s:i, s:i}", "board", HERE, "card", MINE, "width", 200, "height", 200);
		ok(anna, "card.unlock", "{s:s, s:s}", "board", HERE, "card", MINE);
		ok(anna, "section.lock", "{s:s, s:s}", "board", HERE, "section", PART);
		refused(kalle, KD_E_FORBIDDEN, NULL, "card.move", "{s:s, s:s, s:s, s:i, s:i, s:s}", "board", HERE, "card", MINE, "section", PART,
			"x", 1, "y", 1, "order", "a1");
		ok(anna, "section.unlock", "{s:s, s:s}", "board", HERE, "section", PART);
		for (int i = 0; i < 40; i++) /* until it guesses again, which it does the later the more often it was wrong */
			move_card(kalle, HERE, MINE, i, i);
	}
	views_agree(w, anna, kalle, NULL);
	world_stop(w);
}

/* --- a model of the rules, which knows nothing of the server's ------------------------------------------------------ */

#define CARDS 6
#define PARTS 3
enum { NOWHERE = -1 };

struct little {
	bool is_look;
	bool is_there[CARDS], is_locked[CARDS];
	int in[CARDS]; /* which part, or NOWHERE */
	bool has_part[PARTS], is_closed[PARTS];
	const char *maker[PARTS];
	char cards[CARDS][CLIENT_ID_SIZE], parts[PARTS][CLIENT_ID_SIZE];
};

struct actor {
	struct person *person;
	bool leads;
};

static enum kd_code card_verdict(const struct little *l, const struct actor *a, int card, int to)
{
	int in = l->in[card];

	if (!a->leads) {
		if (l->is_look || (to != NOWHERE && l->has_part[to] && l->is_closed[to]))
			return KD_E_FORBIDDEN;
		if (l->is_there[card] && (l->is_locked[card] || (in != NOWHERE && l->is_closed[in])))
			return KD_E_FORBIDDEN;
	}
	return !l->is_there[card] || (to != NOWHERE && !l->has_part[to]) ? KD_E_NOT_FOUND : KD_OK;
}

static enum kd_code restore_verdict(const struct little *l, const struct actor *a, int card)
{
	int in = l->in[card];

	if (!a->leads && (l->is_look || l->is_locked[card] || (in != NOWHERE && l->has_part[in] && l->is_closed[in])))
		return KD_E_FORBIDDEN;
	return l->is_there[card] ? KD_E_CONFLICT : KD_OK;
}

static enum kd_code part_verdict(const struct little *l, const struct actor *a, int part)
{
	if (!a->leads && (l->is_look || (l->has_part[part] && l->is_closed[part])))
		return KD_E_FORBIDDEN;
	return l->has_part[part] ? KD_OK : KD_E_NOT_FOUND;
}

static bool holds_locked(const struct little *l, int part)
{
	for (int i = 0; i < CARDS; i++)
		if (l->is_there[i] && l->in[i] == part && l->is_locked[i])
			return true;
	return false;
}

static enum kd_code part_delete_verdict(const struct little *l, const struct actor *a, int part)
{
	if (!l->has_part[part])
		return KD_E_NOT_FOUND;
	if (a->leads)
		return KD_OK;
	return l->is_look || strcmp(l->maker[part], a->person->who) != 0 || l->is_closed[part] || holds_locked(l, part) ? KD_E_FORBIDDEN : KD_OK;
}

static void part_gone(struct little *l, int part)
{
	l->has_part[part] = l->is_closed[part] = false;
	for (int i = 0; i < CARDS; i++)
		if (l->is_there[i] && l->in[i] == part)
			l->in[i] = NOWHERE;
}

static void must_be(const struct actor *a, int step, enum kd_code expected, const char *method, json_t *params)
{
	json_t *answer;
	json_int_t code;

	json_object_set_new(params, "board", json_string(HERE));
	json_object_set_new(params, "op", json_string(new_id()));
	answer = ask(a->person, method, json_incref(params));
	code = has(answer, "error") ? int_at(answer, "error/code") : KD_OK;
	must(code == (json_int_t)expected, "step %d: %s by %s must be %d: %s of %s", step, method, a->person->who, (int)expected,
		json_dumps(answer, 0), json_dumps(params, 0));
	json_decref(params);
}

static void card_step(struct little *l, const struct actor *a, int step, unsigned what)
{
	int card = rand() % CARDS, to = rand() % (PARTS + 1) - 1;
	enum kd_code v;
	json_t *p = json_pack("{s:s}", "card", l->cards[card]);

	if (what == 0) {
		v = restore_verdict(l, a, card);
		must_be(a, step, v, "card.restore", p);
		if (v == KD_OK && l->in[card] != NOWHERE && !l->has_part[l->in[card]])
			l->in[card] = NOWHERE;
		l->is_there[card] |= v == KD_OK;
	} else if (what == 1) {
		v = card_verdict(l, a, card, NOWHERE);
		must_be(a, step, v, "card.delete", p);
		l->is_there[card] &= v != KD_OK;
	} else if (what == 2) {
		json_object_set_new(p, "colour", json_string("himmel"));
		must_be(a, step, card_verdict(l, a, card, NOWHERE), "card.recolour", p);
	} else {
		v = card_verdict(l, a, card, to);
		json_object_update_new(p, json_pack("{s:i, s:i, s:s, s:s*}", "x", step, "y", card, "order", "a1", "section", to == NOWHERE ? NULL : l->parts[to]));
		must_be(a, step, v, "card.move", p);
		if (v == KD_OK)
			l->in[card] = to;
	}
}

static void part_step(struct little *l, const struct actor *a, int step, unsigned what)
{
	int part = rand() % PARTS;
	enum kd_code v;
	json_t *p = json_pack("{s:s}", "section", l->parts[part]);

	if (what == 0) {
		v = part_delete_verdict(l, a, part);
		must_be(a, step, v, "section.delete", p);
		if (v == KD_OK)
			part_gone(l, part);
	} else if (what == 1 && !l->has_part[part]) {
		v = !a->leads && l->is_look ? KD_E_FORBIDDEN : KD_OK;
		json_object_update_new(p, json_pack("{s:s, s:i, s:i, s:i, s:i, s:s}", "title", "Del", "x", 0, "y", 0, "width", 300, "height", 300,
			"order", "a1"));
		must_be(a, step, v, "section.create", p);
		l->has_part[part] = v == KD_OK;
		l->maker[part] = a->person->who;
	} else {
		json_object_set_new(p, "x", json_integer(step));
		must_be(a, step, part_verdict(l, a, part), "section.change", p);
	}
}

static void lead_step(struct little *l, const struct actor *a, int step, unsigned what)
{
	int card = rand() % CARDS, part = rand() % PARTS;
	bool is_on = rand() % 2;
	enum kd_code v = a->leads ? KD_OK : KD_E_FORBIDDEN;

	if (what == 0) {
		must_be(a, step, v, "board.set_mode", json_pack("{s:s}", "mode", is_on ? "look" : "write"));
		if (v == KD_OK)
			l->is_look = is_on;
	} else if (what == 1) {
		v = a->leads && !l->is_there[card] ? KD_E_NOT_FOUND : v;
		must_be(a, step, v, is_on ? "card.lock" : "card.unlock", json_pack("{s:s}", "card", l->cards[card]));
		if (v == KD_OK)
			l->is_locked[card] = is_on;
	} else {
		v = a->leads && !l->has_part[part] ? KD_E_NOT_FOUND : v;
		must_be(a, step, v, is_on ? "section.lock" : "section.unlock", json_pack("{s:s}", "section", l->parts[part]));
		if (v == KD_OK)
			l->is_closed[part] = is_on;
	}
}

static void little_begin(struct little *l, const struct actor *anna)
{
	*l = (struct little){ .is_look = false };
	for (int i = 0; i < PARTS; i++) {
		client_new_id(l->parts[i]);
		must_be(anna, -1, KD_OK, "section.create", json_pack("{s:s, s:s, s:i, s:i, s:i, s:i, s:s}", "section", l->parts[i], "title", "Del",
			"x", 0, "y", 0, "width", 300, "height", 300, "order", "a1"));
		l->has_part[i] = true;
		l->maker[i] = anna->person->who;
	}
	for (int i = 0; i < CARDS; i++) {
		client_new_id(l->cards[i]);
		card_on(anna->person, HERE, l->cards[i], "a5");
		l->is_there[i] = true;
		l->in[i] = NOWHERE;
	}
}

/* What the viewer was told says the same of modes and locks as the model. */
static void little_agrees(const struct little *l, const json_t *view, int step)
{
	must((strcmp(text_at(view, "mode"), "look") == 0) == l->is_look, "step %d: the mode", step);
	for (int i = 0; i < CARDS; i++) {
		const json_t *card = json_object_get(json_object_get(view, "cards"), l->cards[i]);

		must((card != NULL) == l->is_there[i] && (!card || has(card, "locked") == l->is_locked[i]), "step %d: card %d", step, i);
	}
	for (int i = 0; i < PARTS; i++) {
		const json_t *part = json_object_get(json_object_get(view, "sections"), l->parts[i]);

		must((part != NULL) == l->has_part[i] && (!part || has(part, "locked") == l->is_closed[i]), "step %d: section %d", step, i);
	}
}

Test(lead, does_and_refuses_what_an_independent_model_says, .timeout = 300)
{
	enum { STEPS = 600 };
	struct world *w = world_start(2);
	struct actor actors[] = { { sign_in(w, 0, "anna"), true }, { sign_in(w, 1, "netta"), true }, { sign_in(w, 0, "kalle"), false },
		{ sign_in(w, 1, "kalle"), false }, { sign_in(w, 1, "lone"), false }, { sign_in(w, 0, "olle"), false } };
	struct person *viewer = sign_in(w, 1, "eva");
	const char *given = getenv("KORSDRAG_SEED");
	unsigned seed = given ? (unsigned)atoi(given) : 4;
	struct little l;
	json_t *view, *event;

	srand(seed);
	fprintf(stderr, "seed %u\n", seed);
	little_begin(&l, &actors[0]);
	view = view_answer(NULL, open_stream(viewer, HERE_STREAM));
	json_int_t seen = number_of(w, "SELECT head FROM stream WHERE id = '" HERE "'");
	for (int step = 0; step < STEPS; step++) {
		const struct actor *a = &actors[rand() % 6];
		int what = rand() % 12;

		if (what < 6)
			card_step(&l, a, step, (unsigned)what % 4);
		else if (what < 9)
			part_step(&l, a, step, (unsigned)what % 3);
		else
			lead_step(&l, a, step, (unsigned)what % 3);
		for (json_int_t head = number_of(w, "SELECT head FROM stream WHERE id = '" HERE "'"); seen < head; seen++) {
			event = next_event(viewer, HERE_STREAM, ANSWER_MS);
			must(event && int_at(event, "seq") == seen + 1, "step %d", step);
			view_apply(view, event);
		}
		little_agrees(&l, view, step);
	}
	views_agree(w, actors[0].person, viewer, view);
	json_decref(view);
	world_stop(w);
}

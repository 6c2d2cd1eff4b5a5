/* Votes: what rounds do and refuse, that no budget is exceeded on any node, and that what is secret is told nobody. */
#include "steps.h"
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HERE BOARD(IN_NETWORK)
#define HERE_STREAM STREAM("board", HERE)

struct round {
	int budget, most;
	const char *per;
	bool secret, live;
};

static void open_round(struct person *p, const char *round, struct round r)
{
	ok(p, "vote.open", "{s:s, s:s, s:i, s:i, s:s, s:b, s:b}", "board", HERE, "round", round, "budget", r.budget, "most", r.most, "per",
		r.per, "secret", r.secret, "live", r.live);
}

static json_int_t cast(struct person *p, const char *round, const char *card, int votes)
{
	return int_at(ok(p, "vote.cast", "{s:s, s:s, s:s, s:i}", "board", HERE, "round", round, "card", card, "votes", votes), "left");
}

#define cast_refused(p, code, round, card, votes) \
	refused(p, code, NULL, "vote.cast", "{s:s, s:s, s:s, s:i}", "board", HERE, "round", round, "card", card, "votes", votes)

static void close_round(struct person *p, const char *round)
{
	ok(p, "vote.close", "{s:s, s:s}", "board", HERE, "round", round);
}

static json_t *votes_of(struct person *p, const char *round)
{
	return ok(p, "vote.list", "{s:s, s:s}", "board", HERE, "round", round);
}

Test(vote, a_round_is_opened_spent_and_closed_for_all_to_see)
{
	struct world *w = world_start(2);
	struct person *anna = sign_in(w, 0, "anna"), *olle = sign_in(w, 0, "olle"), *kalle = sign_in(w, 1, "kalle");
	const json_t *event;
	ID_TEXT(round);
	ID_TEXT(one);
	ID_TEXT(two);

	card_on(olle, HERE, one, "aB");
	card_on(olle, HERE, two, "aC");
	open_stream(kalle, HERE_STREAM);
	open_round(anna, round, (struct round){ 3, 2, "board", false, true });
	event = expect_event(kalle, HERE_STREAM, "vote.opened");
	cr_assert_str_eq(text_at(event, "body/round/opened_by/id"), member_id("anna"));
	cr_assert_eq(int_at(event, "body/round/budget"), 3);

	cr_assert_eq(cast(olle, round, one, 2), 1);
	event = expect_event(kalle, HERE_STREAM, "vote.cast");
	cr_assert(int_at(event, "body/voters") == 1 && int_at(event, "body/totals/0/votes") == 2);
	cast_refused(olle, KD_E_CONFLICT, round, one, 3);
	cast_refused(olle, KD_E_CONFLICT, round, two, 2);
	cr_assert_eq(cast(olle, round, two, 1), 0);
	cr_assert_eq(cast(kalle, round, two, 2), 1);
	cr_assert_eq(cast(olle, round, one, 0), 2);
	cr_assert_eq(int_at(votes_of(olle, round), "mine/0/votes"), 1);
	cr_assert_eq(json_array_size(at(votes_of(olle, round), "votes")), 2);

	refused(olle, KD_E_FORBIDDEN, NULL, "vote.close", "{s:s, s:s}", "board", HERE, "round", round);
	refused(anna, KD_E_CONFLICT, NULL, "vote.open", "{s:s, s:s, s:i, s:i, s:s, s:b, s:b}", "board", HERE, "round", new_id(), "budget", 1,
		"most", 1, "per", "board", "secret", false, "live", true);
	close_round(anna, round);
	for (int i = 0; i < 3; i++)
		expect_event(kalle, HERE_STREAM, "vote.cast");
	event = expect_event(kalle, HERE_STREAM, "vote.closed");
	cr_assert_str_eq(text_at(event, "body/results/0/card"), two);
	cr_assert(int_at(event, "body/results/0/votes") == 3 && json_array_size(at(event, "body/results")) == 1);
	cast_refused(olle, KD_E_CONFLICT, round, one, 1);
	refused(anna, KD_E_CONFLICT, NULL, "vote.close", "{s:s, s:s}", "board", HERE, "round", round);

	/* What it came to stands, whatever becomes of the cards; the next round begins anew. */
	ok(olle, "card.delete", "{s:s, s:s}", "board", HERE, "card", two);
	event = at(open_stream(anna, HERE_STREAM), "snapshot");
	cr_assert(int_at(event, "rounds/0/results/0/votes") == 3 && int_at(event, "rounds/0/voters") == 2);
	open_round(anna, new_id(), (struct round){ 1, 1, "section", true, false });
	cr_assert_eq(json_array_size(at(open_stream(olle, HERE_STREAM), "snapshot/rounds")), 2);
	world_stop(w);
}

Test(vote, only_the_sections_that_were_named)
{
	struct world *w = world_start(1);
	struct person *anna = sign_in(w, 0, "anna"), *olle = sign_in(w, 0, "olle");
	ID_TEXT(round);
	ID_TEXT(loose);

	card_on(olle, HERE, loose, "aB");
	refused(anna, KD_E_NOT_FOUND, NULL, "vote.open", "{s:s, s:s, s:i, s:i, s:s, s:b, s:b, s:[s]}", "board", HERE, "round", round, "budget", 2,
		"most", 1, "per", "section", "secret", false, "live", true, "sections", SECTION(IN_TRACK));
	refused(anna, KD_E_INVALID, "/most", "vote.open", "{s:s, s:s, s:i, s:i, s:s, s:b, s:b}", "board", HERE, "round", round, "budget", 2,
		"most", 3, "per", "section", "secret", false, "live", true);
	ok(anna, "vote.open", "{s:s, s:s, s:i, s:i, s:s, s:b, s:b, s:[s], s:s}", "board", HERE, "round", round, "budget", 2, "most", 1, "per",
		"section", "secret", false, "live", true, "sections", SECTION(IN_NETWORK), "title", "Vad börjar vi med?");
	cast_refused(olle, KD_E_CONFLICT, round, loose, 1);
	cast_refused(olle, KD_E_NOT_FOUND, round, CARD(IN_TRACK), 1);
	cast_refused(olle, KD_E_NOT_FOUND, round, CARD_DELETED(IN_NETWORK), 1);
	cr_assert_eq(cast(olle, round, CARD(IN_NETWORK), 1), 1);
	cr_assert_str_eq(text_at(open_stream(olle, HERE_STREAM), "snapshot/rounds/0/title"), "Vad börjar vi med?");
	world_stop(w);
}

/* --- secrecy ---------------------------------------------------------------------------------------------------- */

static void expect_silence_on(const json_t *event, const char *voter, bool live)
{
	char *text = json_dumps(event, JSON_COMPACT);

	cr_assert_str_eq(text_at(event, "type"), "vote.cast");
	cr_assert(!has(event, "actor") && !strstr(text, voter), "it is told whose it is: %s", text);
	cr_assert_eq(has(event, "body/totals"), live, "%s", text);
	cr_assert(live || !strstr(text, CARD(IN_NETWORK)), "it is told what for: %s", text);
	free(text);
}

Test(vote, what_is_secret_is_told_nobody_at_once_or_later)
{
	struct world *w = world_start(2);
	struct person *anna = sign_in(w, 0, "anna"), *olle = sign_in(w, 0, "olle"), *kalle = sign_in(w, 1, "kalle");
	const json_t *event;
	json_int_t since;
	ID_TEXT(round);

	open_round(anna, round, (struct round){ 2, 1, "board", true, false });
	open_stream(anna, HERE_STREAM);
	since = int_at(open_stream(kalle, HERE_STREAM), "seq");
	cast(olle, round, CARD(IN_NETWORK), 1);
	expect_silence_on(expect_event(anna, HERE_STREAM, "vote.cast"), member_id("olle"), false);
	expect_silence_on(expect_event(kalle, HERE_STREAM, "vote.cast"), member_id("olle"), false);
	reconnect(kalle, 1);
	expect_silence_on(at(open_since(kalle, HERE_STREAM, since), "events/0"), member_id("olle"), false);
	cr_assert(!has(open_stream(kalle, HERE_STREAM), "snapshot/rounds/0/results"));
	cr_assert(!has(votes_of(anna, round), "votes") && json_array_size(at(votes_of(anna, round), "mine")) == 0);
	cr_assert_eq(int_at(votes_of(olle, round), "mine/0/votes"), 1);
	close_round(anna, round);
	event = expect_event(kalle, HERE_STREAM, "vote.closed");
	cr_assert_eq(int_at(event, "body/results/0/votes"), 1);
	cr_assert_not(has(votes_of(anna, round), "votes"), "not even afterwards");
	world_stop(w);
}

Test(vote, an_open_round_that_is_not_live_tells_at_its_end)
{
	struct world *w = world_start(1);
	struct person *anna = sign_in(w, 0, "anna"), *olle = sign_in(w, 0, "olle");
	ID_TEXT(round);

	open_round(anna, round, (struct round){ 2, 1, "board", false, false });
	open_stream(anna, HERE_STREAM);
	cast(olle, round, CARD(IN_NETWORK), 1);
	expect_silence_on(expect_event(anna, HERE_STREAM, "vote.cast"), member_id("olle"), false);
	cr_assert_not(has(votes_of(anna, round), "votes"));
	close_round(anna, round);
	cr_assert_str_eq(text_at(votes_of(anna, round), "votes/0/voter/id"), member_id("olle"));
	world_stop(w);
}

/* --- budgets ----------------------------------------------------------------------------------------------------- */

#define BUDGET 5
#define CARDS 12
#define EACH 40 /* casts by each connection */

struct voter {
	struct person *at[2]; /* one person on two nodes at once */
	int64_t asked[2][EACH];
};

static void ask_all(struct voter *v, const char *round, char cards[][CLIENT_ID_SIZE], unsigned *seed)
{
	for (int i = 0; i < EACH; i++)
		for (int n = 0; n < 2; n++)
			v->asked[n][i] = ask_soon(v->at[n], "vote.cast", "{s:s, s:s, s:s, s:i}", "board", HERE, "round", round, "card",
				cards[rand_r(seed) % CARDS], "votes", (int)(rand_r(seed) % 3));
}

/* Each answer is a vote or a refusal that says why; how many were votes. */
static int hear_all(struct voter *v)
{
	int taken = 0;

	for (int i = 0; i < EACH; i++)
		for (int n = 0; n < 2; n++) {
			json_t *answer = client_answer(v->at[n]->client, v->asked[n][i], ANSWER_MS);

			cr_assert(answer);
			if (has(answer, "error")) { /* spent, or the card had just gone */
				const char *why = text_at(answer, "error/data/code");

				cr_assert(strcmp(why, "conflict") == 0 || strcmp(why, "not_found") == 0, "%s", json_dumps(answer, 0));
			}
			taken += has(answer, "result");
			json_decref(answer);
		}
	return taken;
}

Test(vote, no_budget_is_exceeded_by_one_person_on_two_nodes, .timeout = 120)
{
	static const char *const names[] = { "olle", "kalle", "lone" };
	struct world *w = world_start(2);
	struct person *anna = sign_in(w, 0, "anna");
	struct voter voters[3];
	char cards[CARDS][CLIENT_ID_SIZE], *found;
	unsigned seed = (unsigned)now_ms();
	int taken = 0;
	ID_TEXT(round);

	fprintf(stderr, "seed %u\n", seed);
	for (int i = 0; i < CARDS; i++) {
		const char order[] = { 'a', (char)('A' + i), '\0' };

		client_new_id(cards[i]);
		card_on(anna, HERE, cards[i], order);
	}
	open_round(anna, round, (struct round){ BUDGET, 2, "board", false, true });
	for (int i = 0; i < 3; i++)
		for (int n = 0; n < 2; n++)
			voters[i].at[n] = sign_in(w, n, names[i]);
	for (int i = 0; i < 3; i++)
		ask_all(&voters[i], round, cards, &seed);
	for (int i = 0; i < CARDS; i += 3) /* some cards go meanwhile, and some of them come back */
		ok(anna, "card.delete", "{s:s, s:s}", "board", HERE, "card", cards[i]);
	for (int i = 0; i < CARDS; i += 6)
		ok(anna, "card.restore", "{s:s, s:s}", "board", HERE, "card", cards[i]);
	for (int i = 0; i < 3; i++)
		taken += hear_all(&voters[i]);

	found = sql_text(w, "SELECT max(n) FROM (SELECT sum(votes) AS n FROM vote_round r, votes_of(r.id) GROUP BY member_id) AS t");
	cr_assert_leq(atoi(found), BUDGET);
	cr_assert_gt(atoi(found), 0);
	free(found);
	found = sql_text(w, "SELECT count(*) FROM event WHERE type = 'vote.cast' AND actor IS NOT NULL");
	cr_assert_eq(atoi(found), taken, "each vote is in the record, once");
	free(found);
	found = sql_text(w, "SELECT bool_and(body->'totals'->0->>'votes' ~ '^[0-6]$') FROM event WHERE type = 'vote.cast'");
	cr_assert_str_eq(found, "t", "three people with two votes a card each");
	free(found);
	world_stop(w);
}

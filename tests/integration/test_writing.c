/* Private writing: what is hidden reaches nobody else before it is revealed, and everything that was kept is revealed once. */
#include "steps.h"
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HERE BOARD(IN_NETWORK)
#define HERE_STREAM STREAM("board", HERE)

static void begin(struct person *p, const char *round)
{
	ok(p, "writing.begin", "{s:s, s:s, s:s}", "board", HERE, "round", round, "title", "Vad hindrar oss?");
}

static const json_t *reveal(struct person *p, const char *round)
{
	return ok(p, "writing.reveal", "{s:s, s:s}", "board", HERE, "round", round);
}

static void put(struct person *p, const char *round, const char *draft, const char *text)
{
	ok(p, "draft.put", "{s:s, s:s, s:s, s:s, s:s}", "board", HERE, "round", round, "draft", draft, "text", text, "colour", "ockra");
}

static void put_in(struct person *p, const char *round, const char *draft, const char *section, const char *text)
{
	ok(p, "draft.put", "{s:s, s:s, s:s, s:s, s:s, s:s}", "board", HERE, "round", round, "draft", draft, "section", section, "text", text,
		"colour", "ockra");
}

#define put_refused(p, code, round, draft) \
	refused(p, code, NULL, "draft.put", "{s:s, s:s, s:s, s:s, s:s}", "board", HERE, "round", round, "draft", draft, "text", "ord", \
		"colour", "ockra")

static const json_t *drafts_of(struct person *p, const char *round)
{
	return at(ok(p, "draft.list", "{s:s, s:s}", "board", HERE, "round", round), "drafts");
}

static const json_t *review(struct person *p, const char *round)
{
	return at(ok(p, "draft.review", "{s:s, s:s}", "board", HERE, "round", round), "drafts");
}

/* --- a round ---------------------------------------------------------------------------------------------------- */

Test(writing, what_was_written_is_on_the_board_when_it_is_revealed)
{
	struct world *w = world_start(2);
	struct person *anna = sign_in(w, 0, "anna"), *olle = sign_in(w, 0, "olle"), *kalle = sign_in(w, 1, "kalle");
	const json_t *event, *answer, *mine;
	ID_TEXT(round);
	ID_TEXT(first);
	ID_TEXT(second);
	ID_TEXT(third);
	ID_TEXT(after);

	open_stream(kalle, HERE_STREAM);
	refused(olle, KD_E_FORBIDDEN, NULL, "writing.begin", "{s:s, s:s}", "board", HERE, "round", round);
	begin(anna, round);
	event = expect_event(kalle, HERE_STREAM, "writing.begun");
	cr_assert_str_eq(text_at(event, "body/round/begun_by/id"), member_id("anna"));
	refused(anna, KD_E_CONFLICT, NULL, "writing.begin", "{s:s, s:s}", "board", HERE, "round", new_id());
	cr_assert_str_eq(text_at(open_stream(olle, HERE_STREAM), "snapshot/writing/0/id"), round);

	put_in(olle, round, first, SECTION(IN_NETWORK), "Avtalen");
	put(olle, round, first, "Avtalen är olika"); /* anew, and loose now */
	put(olle, round, second, "Ingen äger frågan");
	put_in(kalle, round, third, SECTION(IN_NETWORK), "Budgeten");
	put_refused(kalle, KD_E_CONFLICT, round, first);
	put_refused(kalle, KD_E_CONFLICT, round, CARD(IN_NETWORK));
	refused(kalle, KD_E_NOT_FOUND, NULL, "draft.put", "{s:s, s:s, s:s, s:s, s:s, s:s}", "board", HERE, "round", round, "draft", new_id(),
		"section", SECTION(IN_TRACK), "text", "ord", "colour", "arg");
	mine = drafts_of(olle, round);
	cr_assert_eq(json_array_size(mine), 2);
	cr_assert_str_eq(text_at(mine, "0/text"), "Avtalen är olika");
	cr_assert_not(has(mine, "0/section"));
	ok(olle, "draft.delete", "{s:s, s:s, s:s}", "board", HERE, "round", round, "draft", second);
	ok(olle, "draft.delete", "{s:s, s:s, s:s}", "board", HERE, "round", round, "draft", second);
	ok(kalle, "draft.delete", "{s:s, s:s, s:s}", "board", HERE, "round", round, "draft", first); /* not his: nothing happens */
	cr_assert_eq(json_array_size(drafts_of(olle, round)), 1);

	refused(olle, KD_E_FORBIDDEN, NULL, "writing.reveal", "{s:s, s:s}", "board", HERE, "round", round);
	answer = reveal(anna, round);
	cr_assert(int_at(answer, "cards") == 2 && int_at(answer, "left") == 0);
	for (int i = 0; i < 2; i++) {
		event = expect_event(kalle, HERE_STREAM, "card.created");
		cr_assert_str_eq(text_at(event, "body/card/author/id"),
			member_id(strcmp(text_at(event, "body/card/id"), first) == 0 ? "olle" : "kalle"));
		cr_assert_eq(has(event, "body/card/section"), strcmp(text_at(event, "body/card/id"), third) == 0);
		cr_assert_gt(int_at(event, "body/card/created_at"), int_at(event, "at") - 60000, "it is as old as the reveal");
	}
	event = expect_event(kalle, HERE_STREAM, "writing.revealed");
	cr_assert_eq(int_at(event, "body/cards"), 2);
	cr_assert_eq(int_at(event, "seq"), int_at(answer, "seq"));

	/* From now on they are cards as all others, and nothing is hidden any more. */
	cr_assert_eq(json_array_size(at(open_stream(olle, HERE_STREAM), "snapshot/writing")), 0);
	ok(kalle, "card.edit", "{s:s, s:s, s:s, s:i}", "board", HERE, "card", first, "text", "Avtalen är lika", "revision", 1);
	ok(anna, "card.move", "{s:s, s:s, s:i, s:i, s:s}", "board", HERE, "card", third, "x", 5, "y", 5, "order", "a7");
	put_refused(olle, KD_E_CONFLICT, round, after);
	refused(olle, KD_E_CONFLICT, NULL, "draft.delete", "{s:s, s:s, s:s}", "board", HERE, "round", round, "draft", first);
	refused(anna, KD_E_CONFLICT, NULL, "writing.reveal", "{s:s, s:s}", "board", HERE, "round", round);
	cr_assert_eq(json_array_size(drafts_of(olle, round)), 0);
	begin(anna, after);
	cr_assert_eq(int_at(reveal(anna, after), "cards"), 0);
	world_stop(w);
}

Test(writing, one_who_leads_takes_out_what_is_unfit_without_knowing_whose_it_is)
{
	struct world *w = world_start(2);
	struct person *anna = sign_in(w, 0, "anna"), *olle = sign_in(w, 0, "olle"), *kalle = sign_in(w, 1, "kalle");
	const json_t *seen;
	char drafts[8][CLIENT_ID_SIZE], text[20];
	int in_order = 0;
	ID_TEXT(round);

	begin(anna, round);
	for (int i = 0; i < 8; i++) {
		client_new_id(drafts[i]);
		snprintf(text, sizeof text, "tanke %d", i);
		put(i % 2 ? olle : kalle, round, drafts[i], text);
	}
	refused(olle, KD_E_FORBIDDEN, NULL, "draft.review", "{s:s, s:s}", "board", HERE, "round", round);
	refused(olle, KD_E_FORBIDDEN, NULL, "draft.remove", "{s:s, s:s, s:s}", "board", HERE, "round", round, "draft", drafts[0]);
	for (int look = 0; look < 8; look++) {
		bool is_ordered = true;
		char *whole;

		seen = review(anna, round);
		cr_assert_eq(json_array_size(seen), 8);
		for (size_t i = 0; i + 1 < 8; i++)
			is_ordered = is_ordered &&
				strcmp(text_at(json_array_get(seen, i), "id"), text_at(json_array_get(seen, i + 1), "id")) < 0;
		in_order += is_ordered;
		whole = json_dumps(seen, 0);
		cr_assert(!strstr(whole, member_id("olle")) && !strstr(whole, member_id("kalle")) && !strstr(whole, "_at"), "%s", whole);
		free(whole);
	}
	cr_assert_lt(in_order, 8, "eight times in order of time, of 40,320 orders");

	ok(anna, "draft.remove", "{s:s, s:s, s:s}", "board", HERE, "round", round, "draft", drafts[3]);
	ok(anna, "draft.remove", "{s:s, s:s, s:s}", "board", HERE, "round", round, "draft", drafts[3]);
	refused(anna, KD_E_NOT_FOUND, NULL, "draft.remove", "{s:s, s:s, s:s}", "board", HERE, "round", round, "draft", new_id());
	cr_assert_eq(json_array_size(review(anna, round)), 7);
	seen = find_id(drafts_of(olle, round), drafts[3]);
	cr_assert(seen && json_is_true(at(seen, "removed")));
	put_refused(olle, KD_E_CONFLICT, round, drafts[3]);
	cr_assert_eq(int_at(reveal(anna, round), "cards"), 7);
	cr_assert_null(find_id(at(open_stream(olle, HERE_STREAM), "snapshot/cards"), drafts[3]));
	world_stop(w);
}

/* --- secrecy ---------------------------------------------------------------------------------------------------- */

struct ear {
	struct person *person;
	const char *who;
	bool is_revealed;
	size_t heard, found;
};

/* Nobody hears another's word. */
static void listen_for_words(void *owner, const char *text, size_t len)
{
	struct ear *ear = owner;
	static const char *const words[][2] = { { "olle", "ollekanarie" }, { "kalle", "kallekanarie" }, { "lone", "lonekanarie" } };

	frame_check(ear->person, text, len);
	ear->heard++;
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (strcmp(words[i][0], ear->who) != 0 && memmem(text, len, words[i][1], strlen(words[i][1]))) {
			ear->found++;
			must(ear->is_revealed, "%s heard of %s: %.*s", ear->who, words[i][0], (int)len, text);
		}
}

Test(writing, nothing_of_it_reaches_anybody_else_before_it_is_revealed)
{
	static const char *const names[] = { "olle", "kalle", "lone", "bert" };
	struct world *w = world_start(2);
	struct person *anna = sign_in(w, 0, "anna"), *people[4];
	struct ear ears[5] = { { .person = anna, .who = "anna" } };
	char draft[CLIENT_ID_SIZE], text[40], *told;
	json_int_t since;
	ID_TEXT(round);

	client_tap(anna->client, listen_for_words, &ears[0]);
	for (int i = 0; i < 4; i++) {
		people[i] = sign_in(w, i % 2, names[i]);
		ears[i + 1] = (struct ear){ .person = people[i], .who = names[i] };
		client_tap(people[i]->client, listen_for_words, &ears[i + 1]);
		open_stream(people[i], HERE_STREAM);
	}
	begin(anna, round);
	since = int_at(open_stream(anna, HERE_STREAM), "seq");
	for (int i = 0; i < 3; i++)
		for (int n = 0; n < 4; n++) {
			client_new_id(draft);
			snprintf(text, sizeof text, "%skanarie %d", names[i], n);
			put_in(people[i], round, draft, SECTION(IN_NETWORK), text);
			put(people[i], round, draft, text);
			if (n == 3)
				ok(people[i], "draft.delete", "{s:s, s:s, s:s}", "board", HERE, "round", round, "draft", draft);
		}
	/* Whatever they ask, and whatever they hear: a snapshot, what is missed, lists, what they wrote themselves. */
	for (int i = 0; i < 4; i++) {
		expect_event(people[i], HERE_STREAM, "writing.begun");
		open_stream(people[i], HERE_STREAM);
		cr_assert_eq(json_array_size(at(open_since(people[i], HERE_STREAM, since), "events")), 0, "not even that something is written");
		ok(people[i], "board.list", "{}");
		cr_assert_eq(json_array_size(drafts_of(people[i], round)), i < 3 ? 3 : 0);
		expect_no_event(people[i]);
	}
	told = sql_text(w, "SELECT count(*) FROM event WHERE body::text LIKE '%kanarie %'");
	cr_assert_str_eq(told, "0");
	free(told);
	for (int i = 0; i < 5; i++) {
		cr_assert_gt(ears[i].heard, 0);
		ears[i].is_revealed = true;
	}
	cr_assert_eq(int_at(reveal(anna, round), "cards"), 9);
	for (int i = 0; i < 4; i++) {
		for (int n = 0; n < 10; n++)
			cr_assert(next_event(people[i], HERE_STREAM, ANSWER_MS));
		cr_assert_gt(ears[i + 1].found, 0, "%s hears of it now", names[i]);
	}
	world_stop(w);
}

/* --- limits and races -------------------------------------------------------------------------------------------- */

#define WRITERS 3
#define EACH 45 /* puts by each connection */

static bool is_kept(struct person *p, int64_t asked, const char *refusal)
{
	json_t *answer = client_answer(p->client, asked, ANSWER_MS);
	bool is_result;

	cr_assert(answer);
	is_result = has(answer, "result");
	cr_assert(is_result || strcmp(text_at(answer, "error/data/code"), refusal) == 0, "%s", json_dumps(answer, 0));
	json_decref(answer);
	return is_result;
}

static int64_t put_soon(struct person *p, const char *round, const char *draft)
{
	return ask_soon(p, "draft.put", "{s:s, s:s, s:s, s:s, s:s}", "board", HERE, "round", round, "draft", draft, "text", "i sista stund",
		"colour", "ockra");
}

Test(writing, nobody_has_more_than_fifty_drafts_however_many_are_sent_at_once)
{
	struct world *w = world_start(2);
	struct person *anna = sign_in(w, 0, "anna"), *olle[2] = { sign_in(w, 0, "olle"), sign_in(w, 1, "olle") };
	int64_t asked[2][35];
	int kept = 0;
	ID_TEXT(round);

	begin(anna, round);
	for (int i = 0; i < 35; i++)
		for (int n = 0; n < 2; n++)
			asked[n][i] = put_soon(olle[n], round, new_id());
	for (int i = 0; i < 35; i++)
		for (int n = 0; n < 2; n++)
			kept += is_kept(olle[n], asked[n][i], "too_large");
	cr_assert_eq(kept, 50);
	cr_assert_eq(json_array_size(drafts_of(olle[0], round)), 50);
	cr_assert_eq(int_at(reveal(anna, round), "cards"), 50);
	world_stop(w);
}

Test(writing, what_was_acknowledged_is_revealed_once_and_what_was_refused_is_not, .timeout = 120)
{
	static const char *const names[WRITERS] = { "olle", "kalle", "lone" };
	struct world *w = world_start(2);
	struct person *anna = sign_in(w, 0, "anna"), *eva = sign_in(w, 1, "eva"), *writers[WRITERS];
	char drafts[WRITERS][EACH][CLIENT_ID_SIZE];
	int64_t asked[WRITERS][EACH], revealed = 0;
	const json_t *cards;
	json_t *answer;
	int kept = 0;
	ID_TEXT(round);

	begin(anna, round);
	open_stream(eva, HERE_STREAM);
	for (int i = 0; i < WRITERS; i++)
		writers[i] = sign_in(w, i % 2, names[i]);
	card_on(eva, HERE, new_id(), "aB"); /* the other node holds the board in memory */
	for (int n = 0; n < EACH; n++) {
		if (n == EACH / 3)
			revealed = ask_soon(anna, "writing.reveal", "{s:s, s:s}", "board", HERE, "round", round);
		for (int i = 0; i < WRITERS; i++) {
			client_new_id(drafts[i][n]);
			asked[i][n] = put_soon(writers[i], round, drafts[i][n]);
		}
	}
	answer = client_answer(anna->client, revealed, ANSWER_MS);
	cr_assert(answer && has(answer, "result"), "%s", json_dumps(answer, 0));
	card_on(eva, HERE, new_id(), "aC");
	cards = at(open_stream(anna, HERE_STREAM), "snapshot/cards");
	for (int i = 0; i < WRITERS; i++)
		for (int n = 0; n < EACH; n++) {
			bool is_here = is_kept(writers[i], asked[i][n], "conflict");

			cr_assert_eq(find_id(cards, drafts[i][n]) != NULL, is_here, "%s's draft %d", names[i], n);
			kept += is_here;
		}
	cr_assert_eq(int_at(answer, "result/cards"), kept);
	cr_assert_eq(int_at(answer, "result/left"), 0);
	json_decref(answer);
	for (int i = 0; i < WRITERS; i++)
		cr_assert_eq(json_array_size(drafts_of(writers[i], round)), 0);
	/* Each is told of once, and the node that did not reveal rules on them at once. */
	for (int n = 0; n < kept + 3; n++)
		cr_assert(next_event(eva, HERE_STREAM, ANSWER_MS), "event %d of %d", n, kept + 3);
	expect_no_event(eva);
	for (size_t i = 0; i < json_array_size(cards); i++)
		if (strcmp(text_at(json_array_get(cards, i), "text"), "i sista stund") == 0)
			ok(eva, "card.recolour", "{s:s, s:s, s:s}", "board", HERE, "card", text_at(json_array_get(cards, i), "id"), "colour", "arg");
	world_stop(w);
}

Test(writing, what_the_board_has_no_room_for_stays_with_its_writer, .timeout = 120)
{
	struct world *w = world_start(1);
	struct person *anna = sign_in(w, 0, "anna"), *olle = sign_in(w, 0, "olle");
	const json_t *answer;
	ID_TEXT(round);

	begin(anna, round);
	for (int i = 0; i < 5; i++)
		put(olle, round, new_id(), "en till");
	sql(w, "INSERT INTO card (id, board_id, text, colour, x, y, width, height, \"order\") "
	       "SELECT gen_random_uuid(), '" HERE "', 'x', 'kalk', 0, 0, 160, 128, 'a1' FROM generate_series(1, "
	       "4998 - (SELECT count(*)::integer FROM card WHERE board_id = '" HERE "' AND deleted_at IS NULL))");
	answer = reveal(anna, round);
	cr_assert(int_at(answer, "cards") == 2 && int_at(answer, "left") == 3);
	cr_assert_eq(json_array_size(drafts_of(olle, round)), 3);
	ok(olle, "draft.delete", "{s:s, s:s, s:s}", "board", HERE, "round", round, "draft", text_at(drafts_of(olle, round), "0/id"));
	cr_assert_eq(json_array_size(drafts_of(olle, round)), 2);
	world_stop(w);
}

#define MANY 1200 /* more than a node's memory of a board catches up with, in texts as long as they may be */

Test(writing, very_many_long_ones_reach_everybody, .timeout = 240)
{
	struct world *w = world_start(2);
	struct person *anna = sign_in(w, 0, "anna"), *eva = sign_in(w, 1, "eva");
	const json_t *cards;
	json_int_t seq, seen;
	char statement[400];
	ID_TEXT(round);

	begin(anna, round);
	card_on(eva, HERE, new_id(), "aB");
	seen = int_at(open_stream(eva, HERE_STREAM), "seq");
	snprintf(statement, sizeof statement,
		"INSERT INTO draft_card (id, round_id, member_id, section_id, text, colour) "
		"SELECT gen_random_uuid(), '%s', '%s', CASE WHEN n %% 2 = 0 THEN '" SECTION(IN_NETWORK) "'::uuid END, repeat('ö', 2000), 'puts' "
		"FROM generate_series(1, %d) AS n", round, member_id("olle"), MANY);
	sql(w, statement);
	seq = int_at(reveal(anna, round), "seq");
	cr_assert_eq(seq, seen + MANY + 1);
	cr_assert_eq(hear_until(eva, HERE_STREAM, seen, seq), seq);
	cards = at(open_stream(anna, HERE_STREAM), "snapshot/cards");
	for (int i = 0; i < 20; i++)
		ok(eva, "card.recolour", "{s:s, s:s, s:s}", "board", HERE, "card", text_at(json_array_get(cards, json_array_size(cards) - 1 - i), "id"),
			"colour", "arg");
	world_stop(w);
}

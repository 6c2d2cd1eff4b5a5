/* Boards that begin with a method: what the gallery offers, and that a board made so is as one made by hand. */
#include "replay.h"
#include "steps.h"
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

static void make(struct person *p, const char *board, const char *template, const char *language)
{
	ok(p, "board.create", "{s:s, s:s, s:s, s:s, s:s}", "board", board, "space", SPACE(IN_NETWORK), "title", "Metod", "template", template,
		"language", language);
}

/* Everything on it has the template's words and places, in order. */
static void looks_like(const json_t *snapshot, const json_t *template)
{
	json_t *section, *card;
	size_t i;

	must(strcmp(text_at(snapshot, "board/template"), text_at(template, "id")) == 0, "it does not remember its template");
	must(json_array_size(at(snapshot, "sections")) == json_array_size(at(template, "sections")), "sections are missing");
	must(json_array_size(at(snapshot, "cards")) == json_array_size(at(template, "cards")), "cards are missing");
	json_array_foreach(at(template, "sections"), i, section)
	{
		const json_t *made = json_array_get(at(snapshot, "sections"), i);

		must(strcmp(text_at(made, "title"), text_at(section, "title")) == 0, "%s", text_at(made, "title"));
		must(int_at(made, "x") == int_at(section, "x") && int_at(made, "height") == int_at(section, "height"), "it lies elsewhere");
	}
	json_array_foreach(at(template, "cards"), i, card)
	{
		const json_t *made = json_array_get(at(snapshot, "cards"), i);

		must(strcmp(text_at(made, "text"), text_at(card, "text")) == 0, "%s", text_at(made, "text"));
		must(strcmp(text_at(made, "author/id"), member_id("anna")) == 0, "somebody else's card");
	}
}

Test(templates, each_makes_a_board_in_both_languages)
{
	struct world *w = world_start(1);
	struct person *anna = sign_in(w, 0, "anna");
	const char *const languages[] = { "sv", "en" };

	for (int l = 0; l < 2; l++) {
		const json_t *templates = at(ok(anna, "template.list", "{s:s}", "language", languages[l]), "templates");
		json_t *template;
		size_t i;

		cr_assert_geq(json_array_size(templates), 12);
		json_array_foreach(templates, i, template)
		{
			char stream[64];
			ID_TEXT(board);

			make(anna, board, text_at(template, "id"), languages[l]);
			snprintf(stream, sizeof stream, "board:%s", board);
			looks_like(at(open_stream(anna, stream), "snapshot"), template);
		}
	}
	world_stop(w);
}

Test(templates, a_board_made_so_is_its_journal_replayed)
{
	struct world *w = world_start(2);
	struct person *anna = sign_in(w, 0, "anna"), *kalle = sign_in(w, 1, "kalle");
	json_t *replayed, *fresh, *stored;
	const json_t *answer;
	char stream[64];
	ID_TEXT(board);

	make(anna, board, "innovation-steps", "sv");
	snprintf(stream, sizeof stream, "board:%s", board);
	answer = open_since(kalle, stream, 0);
	cr_assert_str_eq(text_at(answer, "events/0/type"), "board.created");
	cr_assert_str_eq(text_at(answer, "events/0/body/template"), "innovation-steps");
	replayed = view_answer(view_empty(), answer);
	fresh = view_of_snapshot(at(open_stream(anna, stream), "snapshot"));
	stored = view_of_tables(w, board);
	view_expect(replayed, fresh, "the journal and the snapshot");
	view_expect(stored, fresh, "the tables and the snapshot");
	/* What is written on it afterwards finds its place: the model in memory knows what was laid. */
	card_on(kalle, board, new_id(), "a0");
	expect_event(anna, stream, "card.created");
	json_decref(replayed);
	json_decref(fresh);
	json_decref(stored);
	world_stop(w);
}

Test(templates, the_language_is_the_callers_when_none_is_given)
{
	struct world *w = world_start(1);
	struct person *anna = sign_in(w, 0, "anna");
	char stream[64];
	ID_TEXT(board);

	ok(anna, "me.update", "{s:s}", "locale", "en");
	reconnect(anna, 0);
	cr_assert_str_eq(text_at(ok(anna, "template.list", "{}"), "templates/0/title"), "Innovation in six steps");
	ok(anna, "board.create", "{s:s, s:s, s:s, s:s}", "board", board, "space", SPACE(IN_NETWORK), "title", "x", "template", "retrospective");
	snprintf(stream, sizeof stream, "board:%s", board);
	cr_assert_str_eq(text_at(open_stream(anna, stream), "snapshot/sections/0/title"), "Went well");
	world_stop(w);
}

Test(templates, what_is_wrong_makes_nothing_and_what_is_sent_again_is_made_once)
{
	struct world *w = world_start(1);
	struct person *anna = sign_in(w, 0, "anna"), *lone = sign_in(w, 0, "lone");
	char *before = digest(w), *count;
	ID_TEXT(board);
	ID_TEXT(op);

	refused(anna, KD_E_INVALID, "/template", "board.create", "{s:s, s:s, s:s, s:s}", "board", new_id(), "space", SPACE(IN_NETWORK),
		"title", "x", "template", "no-such-method");
	refused(anna, KD_E_INVALID, "/language", "board.create", "{s:s, s:s, s:s, s:s}", "board", new_id(), "space", SPACE(IN_NETWORK),
		"title", "x", "language", "de");
	refused(lone, KD_E_NOT_FOUND, NULL, "board.create", "{s:s, s:s, s:s, s:s}", "board", new_id(), "space", SPACE(IN_TRACK), "title", "x",
		"template", "retrospective");
	unchanged(w, before);
	for (int i = 0; i < 2; i++)
		ok(anna, "board.create", "{s:s, s:s, s:s, s:s, s:s}", "board", board, "space", SPACE(IN_NETWORK), "title", "x", "template",
			"retrospective", "op", op);
	count = sql_text(w, "SELECT count(*) FROM section WHERE title IN ('Gick bra', 'Went well')");
	cr_assert_str_eq(count, "1");
	free(count);
	world_stop(w);
}

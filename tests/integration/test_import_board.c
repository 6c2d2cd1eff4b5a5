/* Files and lists as new boards: what comes back as it was, what is refused and where, and what is too large for a message. */
#include "http.h"
#include "replay.h"
#include "steps.h"
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CARDS 5000

/* The board as `who` exports it, without what an import makes anew. */
static json_t *exported(const struct world *w, const char *who, const char *board)
{
	char path[80], headers[128], token[44];
	struct http_answer *a;
	json_t *file, *card;
	size_t i;

	snprintf(path, sizeof path, "/board/%s/export.json", board);
	snprintf(headers, sizeof headers, "Authorization: Bearer %s\r\n", member_token(who, token));
	a = http_get(w, 0, path, headers);
	must(a->status == 200, "%d %s", a->status, a->body);
	file = json_loads(a->body, 0, NULL);
	json_object_del(file, "exported_at");
	json_object_del(file, "space");
	json_array_foreach(at(file, "cards"), i, card)
	{
		json_object_del(card, "created_at");
		json_object_del(card, "author");
		json_object_del(card, "organisation");
	}
	http_answer_free(a);
	return file;
}

static struct http_answer *post(const struct world *w, const char *who, const char *headers, const json_t *params)
{
	char more[256], token[44], *body = json_dumps(params, JSON_COMPACT);
	struct http_answer *a;

	snprintf(more, sizeof more, "Authorization: Bearer %s\r\n%s", member_token(who, token), headers);
	a = http_post(w, 0, "/call/board.import", more, body);
	free(body);
	return a;
}

Test(import_board, what_was_exported_comes_back_as_it_was)
{
	struct world *w = world_start(2);
	struct person *anna = sign_in(w, 0, "anna"), *kalle = sign_in(w, 1, "kalle");
	char stream[64];
	json_t *before, *after, *replayed, *fresh;
	ID_TEXT(board);
	ID_TEXT(copy);

	ok(anna, "board.create", "{s:s, s:s, s:s, s:s, s:s}", "board", board, "space", SPACE(IN_NETWORK), "title", "Återblick", "template",
		"service-journey", "language", "sv");
	ok(anna, "card.create", "{s:s, s:s, s:s, s:s, s:i, s:i, s:s}", "board", board, "card", new_id(), "text", "=1\n\"å\" 😀", "colour", "puts", "x",
		-40, "y", -500, "order", "Zz");
	before = exported(w, "anna", board);
	ok(kalle, "board.import", "{s:s, s:s, s:O}", "board", copy, "space", SPACE(IN_NETWORK), "file", before);
	after = exported(w, "anna", copy);
	cr_assert(json_equal(before, after), "%s", json_dumps(after, JSON_INDENT(1)));
	snprintf(stream, sizeof stream, "board:%s", copy);
	replayed = view_answer(view_empty(), open_since(anna, stream, 0));
	fresh = view_of_snapshot(at(open_stream(kalle, stream), "snapshot"));
	view_expect(replayed, fresh, "the journal and the snapshot");
	cr_assert_str_eq(text_at(open_stream(kalle, stream), "snapshot/cards/0/author/id"), member_id("kalle"));
	json_decref(before);
	json_decref(after);
	json_decref(replayed);
	json_decref(fresh);
	world_stop(w);
}

Test(import_board, what_does_not_fit_is_named_and_makes_nothing)
{
	struct world *w = world_start(1);
	struct person *anna = sign_in(w, 0, "anna");
	const char *const good = "{\"format\": \"korsdrag-board\", \"version\": 1, \"title\": \"T\", \"sections\": [], \"cards\": [{\"text\": \"\", \"colour\": "
				 "\"arg\", \"x\": 0, \"y\": 0, \"width\": 160, \"height\": 128}]}";
	static const struct {
		const char *at, *key, *value, *field;
	} wrongs[] = {
		{ "", "version", "2", "/file/version" }, { "", "format", "\"excalidraw\"", "/file/format" }, { "", "title", "\"\\n\"", "/file/title" },
		{ "cards/0", "colour", "\"rosa\"", "/file/cards/0/colour" }, { "cards/0", "section", "1", "/file/cards/0/section" },
		{ "cards/0", "x", "1000000", "/file/cards/0/x" }, { "cards/0", "id", "\"x\"", "/file/cards/0/id" },
	};
	char *before = digest(w);

	for (size_t i = 0; i < sizeof wrongs / sizeof *wrongs; i++) {
		json_t *file = json_loads(good, 0, NULL), *in = *wrongs[i].at ? (json_t *)at(file, wrongs[i].at) : file;

		json_object_set_new(in, wrongs[i].key, json_loads(wrongs[i].value, JSON_DECODE_ANY, NULL));
		refused(anna, KD_E_INVALID, wrongs[i].field, "board.import", "{s:s, s:s, s:o}", "board", new_id(), "space", SPACE(IN_NETWORK), "file", file);
	}
	refused(anna, KD_E_INVALID, NULL, "board.import", "{s:s, s:s}", "board", new_id(), "space", SPACE(IN_NETWORK));
	refused(anna, KD_E_INVALID, "/title", "board.import", "{s:s, s:s, s:s}", "board", new_id(), "space", SPACE(IN_NETWORK), "csv", "ett\n");
	refused(anna, KD_E_INVALID, "/csv", "board.import", "{s:s, s:s, s:s, s:s}", "board", new_id(), "space", SPACE(IN_NETWORK), "csv",
		"text,colour\nett,rosa\n", "title", "x");
	unchanged(w, before);
	world_stop(w);
}

/* Cards in one section, as a file that no message could hold. */
static json_t *large(int cards)
{
	json_t *file = json_pack("{s:s, s:i, s:s, s:[{s:s, s:i, s:i, s:i, s:i}], s:[]}", "format", "korsdrag-board", "version", 1, "title", "Stor", "sections",
		"title", "Allt", "x", 0, "y", 0, "width", 10000, "height", 10000, "cards");

	for (int i = 0; i < cards; i++)
		json_array_append_new(json_object_get(file, "cards"), json_pack("{s:i, s:s, s:s, s:i, s:i, s:i, s:i}", "section", 1, "text",
			"Fler kommer på återträffen om den ligger på eftermiddagen.", "colour", "himmel", "x", i % 50 * 176, "y", i / 50 * 144, "width", 160, "height", 128));
	return file;
}

Test(import_board, what_is_too_large_for_a_message_comes_by_post)
{
	struct world *w = world_start(1);
	json_t *file = large(CARDS), *params, *answer, *again;
	struct http_answer *a;
	ID_TEXT(board);

	params = json_pack("{s:s, s:s, s:O, s:s}", "board", board, "space", SPACE(IN_NETWORK), "file", file, "op", new_id());
	for (int i = 0; i < 2; i++) { /* a repeated op gets its first answer */
		a = post(w, "anna", "", params);
		cr_assert_eq(a->status, 200, "%d %s", a->status, a->body);
		answer = json_loads(a->body, 0, NULL);
		cr_assert_eq(int_at(answer, "result/cards"), CARDS);
		json_decref(answer);
		http_answer_free(a);
	}
	again = exported(w, "anna", board);
	cr_assert(json_equal(at(again, "cards"), at(file, "cards")));
	json_decref(again);
	json_decref(params);
	json_decref(file);
	world_stop(w);
}

Test(import_board, by_post_is_for_the_same_people_and_says_the_same)
{
	struct world *w = world_start(1);
	json_t *params = json_pack("{s:s, s:s, s:s, s:s, s:s}", "board", new_id(), "space", SPACE(IN_PRIVATE), "csv", "ett\n", "title", "x", "op", new_id());
	char *before = digest(w);
	struct http_answer *a = post(w, "kalle", "", params);

	cr_assert(a->status == 200 && strstr(a->body, "\"not_found\""), "%d %s", a->status, a->body);
	http_answer_free(a);
	a = http_post(w, 0, "/call/board.import", SAME_ORIGIN, "{}");
	cr_assert_eq(a->status, 401, "nobody: %d", a->status);
	http_answer_free(a);
	a = http_post(w, 0, "/call/board.import", "Cookie: __Host-korsdrag=x\r\nSec-Fetch-Site: cross-site\r\nOrigin: https://evil.example\r\n", "{}");
	cr_assert(a->status == 403 || a->status == 401, "a foreign page: %d", a->status);
	http_answer_free(a);
	a = http_get(w, 0, "/call/board.import", SAME_ORIGIN);
	cr_assert_eq(a->status, 405);
	http_answer_free(a);
	json_object_set_new(params, "csv", json_integer(1));
	a = post(w, "anna", "", params);
	cr_assert(a->status == 200 && strstr(a->body, "/csv"), "%d %s", a->status, a->body);
	http_answer_free(a);
	json_decref(params);
	params = json_array();
	a = post(w, "anna", "", params);
	cr_assert(strstr(a->body, "must be an object"), "%d %s", a->status, a->body);
	http_answer_free(a);
	json_decref(params);
	unchanged(w, before);
	world_stop(w);
}

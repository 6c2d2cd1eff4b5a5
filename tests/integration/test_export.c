/* Boards as files over HTTP: for whom, by which method, and what is in them. */
#include "http.h"
#include "steps.h"
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const endings[] = { "csv", "md", "json", "pdf", "png" };
#define ENDINGS (sizeof endings / sizeof *endings)

static struct http_answer *export(const struct world *w, int node, const char *who, const char *board, const char *ending, const char *method)
{
	struct http_answer *a;
	char request[512], token[44];
	int len = snprintf(request, sizeof request, "%s /board/%s/export.%s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n%s%s\r\n\r\n", method, board,
		ending, who ? "Authorization: Bearer " : "", who ? member_token(who, token) : SAME_ORIGIN "X-Nobody: 1");

	a = http_send(w, node, request, (size_t)len);
	if (who)
		text_check_canaries(who, a->body, strlen(a->body));
	return a;
}

static int status_of(const struct world *w, const char *who, const char *board, const char *ending, const char *method)
{
	struct http_answer *a = export(w, 0, who, board, ending, method);
	int status = a->status;

	http_answer_free(a);
	return status;
}

Test(export, is_for_who_may_read_the_board_and_nothing_is_told_to_others)
{
	struct world *w = world_start(1);

	for (size_t i = 0; i < ENDINGS; i++) {
		struct http_answer *stranger = export(w, 0, "kalle", BOARD(IN_PRIVATE), endings[i], "GET");
		struct http_answer *nothing = export(w, 0, "kalle", new_id(), endings[i], "GET");

		cr_assert_eq(stranger->status, 404);
		cr_assert_str_eq(stranger->body, nothing->body, "what is not for kalle is as what is not");
		cr_assert_eq(status_of(w, "stina", BOARD(IN_PRIVATE), endings[i], "GET"), 200, "%s", endings[i]);
		cr_assert_eq(status_of(w, NULL, BOARD(IN_NETWORK), endings[i], "GET"), 401);
		cr_assert_eq(status_of(w, "sven", BOARD(IN_NETWORK), endings[i], "GET"), 401, "who is suspended is nobody");
		http_answer_free(stranger);
		http_answer_free(nothing);
	}
	cr_assert_eq(status_of(w, "stina", THREAD(IN_PRIVATE), "csv", "GET"), 404, "a thread is no board");
	cr_assert_eq(status_of(w, "stina", "x", "csv", "GET"), 404);
	world_stop(w);
}

Test(export, knows_get_and_head_alone)
{
	struct world *w = world_start(1);
	struct http_answer *whole = export(w, 0, "anna", BOARD(IN_NETWORK), "md", "GET"), *head = export(w, 0, "anna", BOARD(IN_NETWORK), "md", "HEAD");
	char *length = http_header_of(head, "Content-Length"), *name = http_header_of(head, "Content-Disposition");
	char *cached = http_header_of(whole, "Cache-Control"), *sniffed = http_header_of(whole, "X-Content-Type-Options");

	cr_assert_eq(head->status, 200);
	cr_assert_str_empty(head->body);
	cr_assert_eq((size_t)atoll(length), strlen(whole->body));
	cr_assert(strstr(name, "attachment; filename=\""), "%s", name);
	cr_assert_str_eq(cached, "private, no-store");
	cr_assert_str_eq(sniffed, "nosniff");
	cr_assert_eq(status_of(w, "anna", BOARD(IN_NETWORK), "md", "POST"), 405);
	cr_assert_eq(status_of(w, "anna", BOARD(IN_NETWORK), "md", "DELETE"), 405);
	free(length);
	free(name);
	free(cached);
	free(sniffed);
	http_answer_free(whole);
	http_answer_free(head);
	world_stop(w);
}

/* What a file begins with says of which kind it is. */
static void begins(const struct world *w, const char *who, const char *board, const char *ending, const char *with)
{
	struct http_answer *a = export(w, 0, who, board, ending, "GET");

	must(a->status == 200, "%s: %d %s", ending, a->status, a->body);
	must(strncmp(a->body, with, strlen(with)) == 0, "%s begins: %.40s", ending, a->body);
	http_answer_free(a);
}

Test(export, holds_what_is_on_the_board_in_the_readers_language)
{
	struct world *w = world_start(2);
	struct person *anna = sign_in(w, 0, "anna"), *kalle = sign_in(w, 1, "kalle");
	struct http_answer *csv, *json;
	json_t *read;
	ID_TEXT(board);

	ok(anna, "board.create", "{s:s, s:s, s:s, s:s, s:s}", "board", board, "space", SPACE(IN_NETWORK), "title", "Återblick", "template",
		"innovation-steps", "language", "sv");
	ok(kalle, "card.create", "{s:s, s:s, s:s, s:s, s:i, s:i, s:s}", "board", board, "card", new_id(), "text", "=HYPERLINK(\"x\")", "colour",
		"arg", "x", 1, "y", 2000, "order", "b00");
	csv = export(w, 0, "anna", board, "csv", "GET");
	cr_assert(strstr(csv->body, "1 Ringa in,\"Vilket behov gäller det, och hos vem?\",himmel"), "%s", csv->body);
	cr_assert(strstr(csv->body, ",\"'=HYPERLINK(\"\"x\"\")\",ärg"), "%s", csv->body);
	json = export(w, 0, "anna", board, "json", "GET");
	read = json_loads(json->body, 0, NULL);
	cr_assert_str_eq(text_at(read, "template"), "innovation-steps");
	cr_assert_eq(json_array_size(at(read, "sections")), 6);
	cr_assert_eq(json_array_size(at(read, "cards")), 7);
	ok(anna, "me.update", "{s:s}", "locale", "en");
	begins(w, "anna", board, "csv", "\xef\xbb\xbf" "Section,Text,Colour,By,Organisation,Made\r\n");
	begins(w, "kalle", board, "csv", "\xef\xbb\xbf" "Sektion,Text,Färg,Av,Organisation,Skapad\r\n");
	begins(w, "kalle", board, "md", "# Återblick\n");
	begins(w, "kalle", board, "pdf", "%PDF-1.");
	begins(w, "kalle", board, "png", "\x89PNG");
	json_decref(read);
	http_answer_free(csv);
	http_answer_free(json);
	world_stop(w);
}

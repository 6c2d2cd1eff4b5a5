/* replay.c - what each event does to a board. */
#include "replay.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

json_t *view_empty(void)
{
	return json_pack("{s:s, s:s, s:{}, s:{}}", "title", "", "mode", "write", "sections", "cards");
}

static json_t *by_id(const json_t *list)
{
	json_t *map = json_object(), *one;
	size_t i;

	json_array_foreach(list, i, one) json_object_set_new(map, text_at(one, "id"), json_deep_copy(one));
	return map;
}

json_t *view_of_snapshot(const json_t *snapshot)
{
	return json_pack("{s:s, s:s, s:O*, s:o, s:o}", "title", text_at(snapshot, "board/title"), "mode",
	        text_at(snapshot, "board/mode"), "timer", json_object_get(at(snapshot, "board"), "timer"), "sections",
	        by_id(at(snapshot, "sections")), "cards", by_id(at(snapshot, "cards")));
}

json_t *view_of_tables(struct world *w, const char *board)
{
	char statement[2048], *text;
	json_t *whole, *view;

	snprintf(statement, sizeof statement,
	        "SELECT json_build_object('board', json_strip_nulls(json_build_object('title', b.title, 'mode', b.mode,"
	        "  'timer', (SELECT json_build_object('label', label, 'duration', duration, 'ends_at', ms(ends_at), 'left', left_ms)"
	        "   FROM timer WHERE board_id = b.id))),"
	        " 'sections', (SELECT coalesce(json_agg(json_strip_nulls(json_build_object('id', id, 'title', title, 'x', x, "
	        "'y', y, 'width', width,"
	        "  'height', height, 'order', \"order\", 'locked', nullif(is_locked, false)))), '[]') FROM section WHERE board_id = b.id AND "
	        "deleted_at IS NULL),"
	        " 'cards', (SELECT coalesce(json_agg(json_strip_nulls(json_build_object('id', id, 'section', "
	        "section_id, 'text', text,"
	        "  'revision', revision, 'colour', colour, 'x', x, 'y', y, 'width', width, 'height', height, "
	        "'order', \"order\","
	        "  'author', person(created_by), 'created_at', ms(created_at), 'locked', nullif(is_locked, false)))), '[]') FROM card"
	        "  WHERE board_id = b.id AND deleted_at IS NULL)) FROM board b WHERE id = '%s'",
	        board);
	text = sql_text(w, statement);
	whole = json_loads(text, 0, NULL);
	view = view_of_snapshot(whole);
	json_decref(whole);
	free(text);
	return view;
}

static json_t *of(json_t *view, const char *what, const json_t *body, const char *key)
{
	json_t *one = json_object_get(json_object_get(view, what), text_at(body, key));

	must(one, "an event of something that is not there: %s", json_dumps(body, 0));
	return one;
}

/* What is given of the body replaces what was. */
static void update(json_t *one, const json_t *body, const char *but)
{
	const char *key;
	json_t *value;

	json_object_foreach((json_t *)body, key, value) if (strcmp(key, but) != 0)
	        json_object_set(one, key, value);
}

static void put(json_t *view, const char *what, const json_t *one)
{
	json_object_set_new(json_object_get(view, what), text_at(one, "id"), json_deep_copy(one));
}

static void section_gone(json_t *view, const char *section)
{
	const char *id;
	json_t *card;

	json_object_del(json_object_get(view, "sections"), section);
	json_object_foreach(json_object_get(view, "cards"), id,
	        card) if (has(card, "section") && strcmp(text_at(card, "section"), section) == 0)
	        json_object_del(card, "section");
}

/* What is locked says so. */
static void lock(json_t *view, const char *what, const json_t *body, const char *key, bool is_locked)
{
	if (is_locked)
		json_object_set_new(of(view, what, body, key), "locked", json_true());
	else
		json_object_del(of(view, what, body, key), "locked");
}

static bool led(json_t *view, const char *type, const json_t *body)
{
	if (strcmp(type, "board.mode_set") == 0)
		json_object_set(view, "mode", (json_t *)at(body, "mode"));
	else if (strcmp(type, "timer.stopped") == 0)
		json_object_del(view, "timer");
	else if (strncmp(type, "timer.", 6) == 0)
		json_object_set(view, "timer", (json_t *)at(body, "timer"));
	else if (strcmp(type, "card.locked") == 0 || strcmp(type, "card.unlocked") == 0)
		lock(view, "cards", body, "card", strcmp(type, "card.locked") == 0);
	else if (strcmp(type, "section.locked") == 0 || strcmp(type, "section.unlocked") == 0)
		lock(view, "sections", body, "section", strcmp(type, "section.locked") == 0);
	else
		return false;
	return true;
}

void view_apply(json_t *view, const json_t *event)
{
	const char *type = text_at(event, "type");
	const json_t *body = at(event, "body");

	if (led(view, type, body) || strncmp(type, "vote.", 5) == 0) /* votes change no card: test_vote.c follows them */
		return;
	if (strcmp(type, "board.created") == 0 || strcmp(type, "board.renamed") == 0) {
		json_object_set(view, "title", (json_t *)at(body, "title"));
	} else if (strcmp(type, "section.created") == 0) {
		put(view, "sections", at(body, "section"));
	} else if (strcmp(type, "section.changed") == 0) {
		update(of(view, "sections", body, "section"), body, "section");
	} else if (strcmp(type, "section.deleted") == 0) {
		of(view, "sections", body, "section");
		section_gone(view, text_at(body, "section"));
	} else if (strcmp(type, "card.created") == 0 || strcmp(type, "card.restored") == 0) {
		put(view, "cards", at(body, "card"));
	} else if (strcmp(type, "card.deleted") == 0) {
		of(view, "cards", body, "card");
		json_object_del(json_object_get(view, "cards"), text_at(body, "card"));
	} else if (strcmp(type, "card.moved") == 0) {
		json_object_del(of(view, "cards", body, "card"), "section"); /* not given: loose */
		update(of(view, "cards", body, "card"), body, "card");
	} else if (strncmp(type, "card.", 5) == 0) {
		update(of(view, "cards", body, "card"), body, "card");
	} else {
		must(false, "no board knows %s", type);
	}
}

json_t *view_answer(json_t *view, const json_t *answer)
{
	json_t *event;
	size_t i;

	if (has(answer, "snapshot")) {
		json_decref(view);
		return view_of_snapshot(at(answer, "snapshot"));
	}
	json_array_foreach(at(answer, "events"), i, event) view_apply(view, event);
	return view;
}

void view_expect(const json_t *view, const json_t *expected, const char *what)
{
	char *a = json_dumps(view, JSON_SORT_KEYS | JSON_INDENT(1)),
	     *b = json_dumps(expected, JSON_SORT_KEYS | JSON_INDENT(1));
	size_t same = 0;

	while (a[same] && a[same] == b[same])
		same++;
	same = same > 200 ? same - 200 : 0;
	must(strcmp(a, b) == 0, "%s differ: %.600s\n---\n%.600s", what, a + same, b + same);
	free(a);
	free(b);
}

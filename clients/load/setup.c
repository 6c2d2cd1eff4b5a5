/* setup.c - before a run: one ordinary client makes what the others use. */
#include "clients/load/ask.h"
#include "clients/load/run.h"
#include <stdlib.h>
#include <string.h>

#define AHEAD 32 /* calls under way while cards are made */

/* Many calls of one method, `AHEAD` of them under way; `params_of(i)` makes each one's. */
static bool do_calls(struct client *c, const char *method, uint32_t count, json_t *(*params_of)(void *owner, uint32_t i), void *owner)
{
	int64_t ids[AHEAD];
	json_t *params[AHEAD];
	bool is_good = true;

	for (uint32_t i = 0; i < count + AHEAD; i++) {
		uint32_t at = i % AHEAD;

		if (i >= AHEAD && i - AHEAD < count) {
			json_t *answer = client_answer(c, ids[at], ANSWER_MS);

			if (!json_object_get(answer, "result")) /* once more, with patience */
				is_good = is_good && ask_done(c, method, json_incref(params[at]));
			json_decref(answer);
			json_decref(params[at]);
		}
		if (i < count) {
			params[at] = params_of(owner, i);
			ids[at] = client_ask(c, method, json_incref(params[at]));
		}
	}
	return is_good;
}

/* --- what there must be -------------------------------------------------------------------------------------- */

static json_t *new_op(void)
{
	char op[CLIENT_ID_SIZE];

	return json_string(client_new_id(op));
}

/* Members may make private ones, administrators others as well; in a private one all tokens must be of its maker. */
static bool space_make(struct client *c, const char *openness, char ret_space[ID_TEXT])
{
	json_t *result, *error;

	client_new_id(ret_space);
	client_call(c, "space.create",
	        json_pack("{s:s, s:s, s:s, s:o}", "space", ret_space, "name", "korsdrag-load", "openness", openness, "op", new_op()),
	        ANSWER_MS, &result, &error);
	json_decref(error);
	json_decref(result);
	return result != NULL;
}

static bool space_find(struct run *r, struct client *c, char ret_space[ID_TEXT])
{
	json_t *spaces, *space;
	size_t i;

	*ret_space = '\0';
	if (r->o.space) {
		snprintf(ret_space, ID_TEXT, "%s", r->o.space);
		return true;
	}
	spaces = ask(c, "space.list", NULL);
	json_array_foreach(json_object_get(spaces, "spaces"), i, space)
	{
		const char *openness = json_string_value(json_object_get(space, "openness"));

		if (!*ret_space && openness && strcmp(openness, "network") == 0 && json_is_false(json_object_get(space, "archived")))
			snprintf(ret_space, ID_TEXT, "%s", json_string_value(json_object_get(space, "id")));
	}
	json_decref(spaces);
	if (*ret_space)
		return true;
	return space_make(c, "network", ret_space) || space_make(c, "private", ret_space) ||
	       complain("space", "none is open to the whole network, and none can be made");
}

struct cards_wanted {
	struct random *random;
	struct board *board;
};

static json_t *card_params(void *owner, uint32_t i)
{
	struct cards_wanted *w = owner;
	struct board *b = w->board;
	char card[CLIENT_ID_SIZE], order[24], text[40];

	snprintf(order, sizeof order, "b%02u%03uV", i / 1000 % 100, i % 1000);
	snprintf(text, sizeof text, "kort %u", (unsigned)i);
	return json_pack("{s:s, s:s, s:s, s:s, s:s, s:i, s:i, s:s, s:o}", "board", b->id, "card", client_new_id(card), "section",
	        b->sections[i % SECTIONS], "text", text, "colour", "kalk", "x", (int)random_below(w->random, 4000), "y",
	        (int)random_below(w->random, 4000), "order", order, "op", new_op());
}

static bool board_make(struct run *r, struct client *c, const char *space, struct board *b)
{
	struct cards_wanted wanted = { &r->random, b };

	client_new_id(b->id);
	if (!ask_done(c, "board.create", json_pack("{s:s, s:s, s:s, s:o}", "board", b->id, "space", space, "title", "Last", "op", new_op())))
		return false;
	for (int i = 0; i < SECTIONS; i++) {
		char order[16];

		snprintf(order, sizeof order, "a%d", i + 1);
		client_new_id(b->sections[i]);
		if (!ask_done(c, "section.create",
		            json_pack("{s:s, s:s, s:s, s:i, s:i, s:i, s:i, s:s, s:o}", "board", b->id, "section", b->sections[i],
		                    "title", "Avsnitt", "x", i % 2 * 2000, "y", i / 2 * 2000, "width", 1900, "height", 1900,
		                    "order", order, "op", new_op())))
			return false;
	}
	return do_calls(c, "card.create", (uint32_t)r->o.cards, card_params, &wanted);
}

static bool thread_make(struct client *c, const char *space, char id[ID_TEXT])
{
	char post[CLIENT_ID_SIZE];

	client_new_id(id);
	return ask_done(c, "thread.create",
	        json_pack("{s:s, s:s, s:s, s:s, s:s, s:o}", "thread", id, "post", client_new_id(post), "space", space, "title", "Last",
	                "text", "Här börjar det.", "op", new_op()));
}

/* A board that was there: its cards and sections. */
static bool board_learn(struct client *c, struct board *b)
{
	char name[64];
	json_t *result, *cards, *sections, *one;
	size_t i;

	snprintf(name, sizeof name, "board:%s", b->id);
	result = ask(c, "stream.open", json_pack("{s:s}", "stream", name));
	cards = json_object_get(json_object_get(result, "snapshot"), "cards");
	sections = json_object_get(json_object_get(result, "snapshot"), "sections");
	b->size = b->count = b->there = (uint32_t)json_array_size(cards);
	b->cards = calloc(b->size + 1, sizeof *b->cards);
	if (!b->cards)
		abort();
	json_array_foreach(cards, i, one)
	{
		snprintf(b->cards[i].id, ID_TEXT, "%s", json_string_value(json_object_get(one, "id")));
		b->cards[i].revision = (uint32_t)json_integer_value(json_object_get(one, "revision"));
		b->cards[i].is_there = true;
	}
	json_array_foreach(sections, i, one) if (i < SECTIONS) snprintf(b->sections[i], ID_TEXT, "%s",
	        json_string_value(json_object_get(one, "id")));
	b->section_count = json_array_size(sections) < SECTIONS ? (int)json_array_size(sections) : SECTIONS;
	json_decref(result);
	return result && ask_done(c, "stream.close", json_pack("{s:s}", "stream", name));
}

/* --- together ---------------------------------------------------------------------------------------------------- */

static bool streams_make(struct run *r, struct client *c)
{
	char space[ID_TEXT] = "";

	if (((r->o.boards && !r->o.board) || (r->o.threads && !r->o.thread)) && !space_find(r, c, space))
		return false;
	for (int i = 0; i < r->o.boards; i++) {
		struct board *b = &r->boards[i];

		if (r->o.board)
			snprintf(b->id, ID_TEXT, "%s", r->o.board);
		if (!(r->o.board || board_make(r, c, space, b)) || !board_learn(c, b))
			return false;
		journal_init(&r->streams[r->stream_count++], STREAM_BOARD, b->id, &r->ops, &r->wrongs);
	}
	for (int i = 0; i < r->o.threads; i++) {
		if (r->o.thread)
			snprintf(r->threads[i], ID_TEXT, "%s", r->o.thread);
		else if (!thread_make(c, space, r->threads[i]))
			return false;
		journal_init(&r->streams[r->stream_count++], STREAM_THREAD, r->threads[i], &r->ops, &r->wrongs);
	}
	for (int i = 0; i < r->stream_count; i++)
		r->streams[i].kept_max /= 1 + (size_t)r->stream_count / 8;
	for (int i = 0; i < r->stream_count; i++)
		if (!snapshot_look(c, &r->streams[i]))
			return false;
	return true;
}

bool run_prepare(struct run *r)
{
	char err[CLIENT_ERR_SIZE];
	struct client *c;
	bool is_made;

	r->streams = calloc((size_t)(r->o.boards + r->o.threads) + 1, sizeof *r->streams);
	r->boards = calloc((size_t)r->o.boards + 1, sizeof *r->boards);
	r->threads = calloc((size_t)r->o.threads + 1, sizeof *r->threads);
	if (!r->streams || !r->boards || !r->threads)
		abort();
	c = client_connect(r->o.urls[0], r->tokens.list[0], err);
	if (!c)
		return complain(r->o.urls[0], err);
	is_made = streams_make(r, c);
	client_close(c);
	return is_made;
}

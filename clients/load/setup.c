/* setup.c - before and after a run: one ordinary client makes what the others use, and looks at it afresh at the end. */
#include "clients/lib/client.h"
#include "clients/load/run.h"
#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <stdlib.h>
#include <string.h>
#include <sys/un.h>
#include <unistd.h>

#define ANSWER_MS 60000
#define AHEAD 32 /* calls under way while cards are made */
#define SINCE_MAX 1000 /* events of one catching up, as the protocol says */

static bool failed(const char *what, const char *why)
{
	fprintf(stderr, "korsdrag-load: %s: %s\n", what, why);
	return false;
}

/* --- tokens and addresses ----------------------------------------------------------------------------------- */

static bool token_add(struct run *r, const char *token)
{
	char **more = realloc(r->tokens, (r->token_count + 1) * sizeof *more);

	if (!more)
		abort();
	r->tokens = more;
	r->tokens[r->token_count++] = strdup(token);
	return true;
}

static bool tokens_read(struct run *r)
{
	const char *token = getenv("KORSDRAG_TOKEN");
	FILE *f;
	char line[512];

	if (!r->o.token_file)
		return token && *token ? token_add(r, token) : failed("tokens", "give --tokens FILE or KORSDRAG_TOKEN");
	f = fopen(r->o.token_file, "re");
	if (!f)
		return failed(r->o.token_file, strerror(errno));
	while (fgets(line, sizeof line, f)) {
		line[strcspn(line, "\r\n")] = '\0';
		if (*line)
			token_add(r, line);
	}
	fclose(f);
	return r->token_count ? true : failed(r->o.token_file, "it holds no token");
}

static bool target_read(struct conn_target *t, const char *text)
{
	struct addrinfo hints = { .ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM }, *found;
	struct sockaddr_un *local = (struct sockaddr_un *)&t->address;
	char err[256];
	int error;

	if (!url_read(&t->url, text, err, sizeof err))
		return failed(text, err);
	if (t->url.is_tls)
		return failed(text, "load is made without TLS: give the node's own address");
	if (t->url.is_unix) {
		local->sun_family = AF_UNIX;
		t->len = sizeof *local;
		return strlen(t->url.host) < sizeof local->sun_path ? strcpy(local->sun_path, t->url.host) != NULL
		                                                    : failed(text, "the path is too long");
	}
	error = getaddrinfo(t->url.host, t->url.port, &hints, &found);
	if (error)
		return failed(text, gai_strerror(error));
	memcpy(&t->address, found->ai_addr, found->ai_addrlen);
	t->len = found->ai_addrlen;
	freeaddrinfo(found);
	return true;
}

bool targets_read(struct conn_target *targets, const struct options *o)
{
	for (int i = 0; i < o->url_count; i++)
		if (!target_read(&targets[i], o->urls[i]))
			return false;
	return true;
}

/* --- calls -------------------------------------------------------------------------------------------------- */

/* Waits as long as the error says. False: it is not one that passes. */
static bool wait_out(const json_t *error)
{
	const json_t *data = json_object_get(error, "data");
	const char *code = json_string_value(json_object_get(data, "code"));
	const json_t *after = json_object_get(data, "retryAfterMs");

	if (!code || (strcmp(code, "busy") != 0 && strcmp(code, "rate_limited") != 0 && strcmp(code, "unavailable") != 0))
		return false;
	usleep((useconds_t)(after ? json_integer_value(after) : 200) * 1000);
	return true;
}

/* The result, the caller's to release; NULL: it has been said why. `params` is taken. */
static json_t *call(struct client *c, const char *method, json_t *params)
{
	json_t *result = NULL, *error = NULL;
	enum client_status status = CLIENT_REFUSED;

	for (int tries = 0; tries < 100; tries++) {
		json_decref(error);
		status = client_call(c, method, json_incref(params), ANSWER_MS, &result, &error);
		if (status != CLIENT_REFUSED || !wait_out(error))
			break;
	}
	json_decref(params);
	if (status != CLIENT_OK)
		failed(method, error ? json_string_value(json_object_get(error, "message")) : "no answer");
	json_decref(error);
	return result;
}

static bool do_call(struct client *c, const char *method, json_t *params)
{
	json_t *result = call(c, method, params);

	json_decref(result);
	return result != NULL;
}

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
				is_good = is_good && do_call(c, method, json_incref(params[at]));
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
	spaces = call(c, "space.list", NULL);
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
	       failed("space", "none is open to the whole network, and none can be made");
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
	if (!do_call(c, "board.create", json_pack("{s:s, s:s, s:s, s:o}", "board", b->id, "space", space, "title", "Last", "op", new_op())))
		return false;
	for (int i = 0; i < SECTIONS; i++) {
		char order[16];

		snprintf(order, sizeof order, "a%d", i + 1);
		client_new_id(b->sections[i]);
		if (!do_call(c, "section.create",
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
	return do_call(c, "thread.create",
	        json_pack("{s:s, s:s, s:s, s:s, s:s, s:o}", "thread", id, "post", client_new_id(post), "space", space, "title", "Last",
	                "text", "Här börjar det.", "op", new_op()));
}

/* --- reading streams ------------------------------------------------------------------------------------------- */

struct heard_text {
	char *text;
	size_t len;
};

/* Keeps the last answer as it came: the journal reads text, not trees. */
static void keep_answer(void *owner, const char *text, size_t len)
{
	struct heard_text *h = owner;

	if (!memmem(text, len < 200 ? len : 200, "\"id\":", 5))
		return; /* a notice */
	free(h->text);
	h->text = malloc(len + 1);
	if (!h->text)
		abort();
	memcpy(h->text, text, len);
	h->text[len] = '\0';
	h->len = len;
}

/* Opens a stream and closes it again, so that nothing more is heard of it. The result's text, in h. */
static bool open_once(struct client *c, struct journal *j, int64_t since, struct heard_text *h, struct span *ret_result)
{
	json_t *params = since < 0 ? json_pack("{s:s}", "stream", j->name)
	                           : json_pack("{s:s, s:I}", "stream", j->name, "since", (json_int_t)since);
	bool is_open;

	client_tap(c, keep_answer, h);
	is_open = do_call(c, "stream.open", params);
	client_tap(c, NULL, NULL);
	if (!is_open)
		return false;
	*ret_result = message_scan(h->text, h->len).content;
	return do_call(c, "stream.close", json_pack("{s:s}", "stream", j->name));
}

static uint64_t snapshot_look(struct client *c, struct journal *j)
{
	struct heard_text h = { NULL, 0 };
	struct span result;
	uint64_t seq = 0;

	if (open_once(c, j, -1, &h, &result)) {
		seq = (uint64_t)span_int(scan_find(result, "seq"), 0);
		journal_take_snapshot(j, scan_find(result, "snapshot"), seq);
	}
	free(h.text);
	return seq;
}

/* The last events again, as the journal holds them; all of them when there are few. */
static bool journal_look(struct client *c, struct journal *j)
{
	uint64_t since = j->head > SINCE_MAX - 100 ? j->head - (SINCE_MAX - 100) : 0, at = since;
	struct heard_text h = { NULL, 0 };
	struct span result, events;
	bool is_open = open_once(c, j, (int64_t)since, &h, &result);

	events = is_open ? scan_find(result, "events") : (struct span){ NULL, 0 };
	if (events.at) {
		journal_hear(j, h.text, h.len, events, &at);
		if (since == 0)
			journal_replay(j, events, at);
		if (at != (uint64_t)span_int(scan_find(result, "seq"), 0))
			wrong(j->wrongs, WRONG_GAP, "%s: read afresh, the events end at %llu", j->name, (unsigned long long)at);
	}
	free(h.text);
	return is_open;
}

/* A board that was there: its cards and sections. */
static bool board_learn(struct client *c, struct board *b)
{
	char name[64];
	json_t *result, *cards, *sections, *one;
	size_t i;

	snprintf(name, sizeof name, "board:%s", b->id);
	result = call(c, "stream.open", json_pack("{s:s}", "stream", name));
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
	return result && do_call(c, "stream.close", json_pack("{s:s}", "stream", name));
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
		if (!snapshot_look(c, &r->streams[i]))
			return false;
	return true;
}

bool run_prepare(struct run *r)
{
	char err[CLIENT_ERR_SIZE];
	struct client *c;
	bool is_made;

	if (!tokens_read(r) || !targets_read(r->targets, &r->o))
		return false;
	r->streams = calloc((size_t)(r->o.boards + r->o.threads) + 1, sizeof *r->streams);
	r->boards = calloc((size_t)r->o.boards + 1, sizeof *r->boards);
	r->threads = calloc((size_t)r->o.threads + 1, sizeof *r->threads);
	if (!r->streams || !r->boards || !r->threads)
		abort();
	c = client_connect(r->o.urls[0], r->tokens[0], err);
	if (!c)
		return failed(r->o.urls[0], err);
	is_made = streams_make(r, c);
	client_close(c);
	return is_made;
}

void run_look_afresh(struct run *r)
{
	char err[CLIENT_ERR_SIZE];

	for (int node = 0; node < r->o.url_count; node++) {
		struct client *c = client_connect(r->o.urls[node], r->tokens[0], err);

		if (!c) {
			fprintf(stderr, "korsdrag-load: not looked at afresh: %s\n", err);
			continue;
		}
		for (int i = 0; i < r->stream_count; i++)
			if (!snapshot_look(c, &r->streams[i]) || !journal_look(c, &r->streams[i]))
				wrong(&r->wrongs, WRONG_VIEW, "%s cannot be opened afresh at %s", r->streams[i].name, r->o.urls[node]);
		client_close(c);
	}
}

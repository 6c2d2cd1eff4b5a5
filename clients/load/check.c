/* check.c - `korsdrag-load check`: is what a run has recorded what the server holds?
 *
 * Each acknowledged change is sent again with its op. A server that has it answers as it did the first time, however long
 * the journal has become; one that lost it does it anew and answers another number, or refuses. Changes of unknown outcome
 * are sent again as well and then count as done. The numbers of all of them must be different, and when nobody else wrote,
 * they must be all there are: a change that was done twice would leave one over. */
#include "clients/load/check.h"
#include "clients/load/ask.h"
#include "clients/load/reach.h"
#include "clients/load/value.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define AHEAD 32       /* calls under way */
#define STREAMS_MAX 4096
#define SHOWN 10       /* complaints printed; the others are counted */

struct stream {
	char name[64];
	uint64_t begins, head;
	uint64_t *seqs; /* of all changes that are in it */
	size_t count, size;
};

struct sent { /* a line of the record, sent again */
	int64_t id;
	json_t *line;
};

struct check {
	struct options o;
	struct tokens tokens;
	struct client **clients; /* one a token, when it is needed */
	struct stream *streams;
	size_t stream_count;
	uint64_t acked, unknown, refused, wrong;
	uint64_t resolved; /* of unknown outcome, done now */
	struct sent *under_way; /* AHEAD of each client */
};

static void wrong_say(struct check *k, const char *what, const json_t *line, long long was, long long is)
{
	const char *op = json_string_value(json_object_get(line, "op"));

	if (++k->wrong <= SHOWN)
		printf("WRONG: %s: %s %s (recorded %lld, the server says %lld)\n", json_string_value(json_object_get(line, "stream")),
		        op ? op : "", what, was, is);
}

/* --- streams -------------------------------------------------------------------------------------------------- */

static struct stream *stream_get(struct check *k, const char *name)
{
	struct stream *s;

	for (size_t i = 0; i < k->stream_count; i++)
		if (strcmp(k->streams[i].name, name) == 0)
			return &k->streams[i];
	if (k->stream_count == STREAMS_MAX)
		return NULL;
	s = &k->streams[k->stream_count++];
	snprintf(s->name, sizeof s->name, "%s", name);
	return s;
}

static void seq_add(struct stream *s, uint64_t seq)
{
	if (s->count == s->size) {
		size_t size = s->size ? 2 * s->size : 1024;
		uint64_t *more = realloc(s->seqs, size * sizeof *more);

		if (!more)
			abort();
		s->seqs = more;
		s->size = size;
	}
	s->seqs[s->count++] = seq;
}

static int by_number(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

/* --- sending again ---------------------------------------------------------------------------------------------- */

static struct client *client_get(struct check *k, uint32_t token)
{
	char err[CLIENT_ERR_SIZE];

	if (!k->clients[token]) {
		k->clients[token] = client_connect(k->o.urls[token % (uint32_t)k->o.url_count], k->tokens.list[token], err);
		if (!k->clients[token])
			complain("connection", err);
	}
	return k->clients[token];
}

static void judge(struct check *k, const json_t *line, const json_t *result)
{
	const char *stream = json_string_value(json_object_get(line, "stream"));
	struct stream *s = stream ? stream_get(k, stream) : NULL;
	json_int_t seq = json_integer_value(json_object_get(result, "seq")), was = json_integer_value(json_object_get(line, "seq"));
	bool was_acked = json_object_get(line, "seq") != NULL;

	if (was_acked && !result)
		wrong_say(k, "was acknowledged and is not there", line, was, 0);
	else if (was_acked && seq != was)
		wrong_say(k, "was acknowledged and was not there: it has now been done anew", line, was, seq);
	else if (s && result)
		seq_add(s, (uint64_t)seq);
	k->resolved += !was_acked && result;
}

static bool answer_take(struct check *k, struct client *c, struct sent *sent)
{
	const char *method = json_string_value(json_object_get(sent->line, "method"));
	json_t *answer = client_answer(c, sent->id, ANSWER_MS), *result = json_incref(json_object_get(answer, "result"));
	bool has_answered = answer != NULL;

	if (!result && has_answered && wait_out(json_object_get(answer, "error")))
		result = ask(c, method, json_incref(json_object_get(sent->line, "params")));
	if (has_answered)
		judge(k, sent->line, result);
	else
		complain(method, "no answer");
	json_decref(answer);
	json_decref(result);
	json_decref(sent->line);
	*sent = (struct sent){ 0 };
	return has_answered;
}

/* Takes the line. */
static bool again(struct check *k, json_t *line)
{
	uint32_t token = (uint32_t)json_integer_value(json_object_get(line, "token"));
	struct client *c = token < k->tokens.count ? client_get(k, token) : NULL;
	struct sent *sent;
	static uint64_t next;

	if (!c) {
		json_decref(line);
		return complain("record", "a change's token is not among those given, or its client cannot connect");
	}
	sent = &k->under_way[(size_t)token * AHEAD + next++ % AHEAD];
	if (sent->line && !answer_take(k, c, sent)) {
		json_decref(line);
		return false;
	}
	sent->line = line;
	sent->id = client_ask(c, json_string_value(json_object_get(line, "method")), json_incref(json_object_get(line, "params")));
	return true;
}

static bool rest_take(struct check *k)
{
	bool is_good = true;

	for (size_t i = 0; i < (size_t)k->tokens.count * AHEAD; i++)
		if (k->under_way[i].line)
			is_good = answer_take(k, k->clients[i / AHEAD], &k->under_way[i]) && is_good;
	return is_good;
}

/* --- the record --------------------------------------------------------------------------------------------------- */

/* Takes the line. */
static bool line_take(struct check *k, json_t *line)
{
	const char *outcome = json_string_value(json_object_get(line, "outcome"));
	const char *stream = json_string_value(json_object_get(line, "stream"));
	bool is_acked = outcome && strcmp(outcome, "acked") == 0, is_unknown = outcome && strcmp(outcome, "unknown") == 0;
	struct stream *s = stream ? stream_get(k, stream) : NULL;

	if (!s || (outcome && !json_equal(json_object_get(line, "op"), json_object_get(json_object_get(line, "params"), "op")))) {
		json_decref(line);
		return complain("record", s ? "a line's op is not its call's" : "a line names no stream");
	}
	if (json_object_get(line, "begins"))
		s->begins = (uint64_t)json_integer_value(json_object_get(line, "begins"));
	k->acked += is_acked;
	k->unknown += is_unknown;
	k->refused += outcome && !is_acked && !is_unknown;
	if (is_acked || is_unknown)
		return again(k, line);
	json_decref(line);
	return true;
}

static bool record_read(struct check *k)
{
	FILE *f = fopen(k->o.record_file, "re");
	bool is_good = true;
	char *text = NULL;
	size_t size = 0;

	if (!f)
		return complain(k->o.record_file, strerror(errno));
	while (is_good && getline(&text, &size, f) > 0) {
		json_t *line = json_loads(text, JSON_REJECT_DUPLICATES, NULL);

		is_good = line ? line_take(k, line) : complain(k->o.record_file, "a line is no JSON");
	}
	free(text);
	fclose(f);
	return rest_take(k) && is_good;
}

/* --- the streams as they are now ------------------------------------------------------------------------------------ */

/* Each node must show the same. */
static bool heads_look(struct check *k, struct stream *s)
{
	uint64_t hash = 0;

	for (int node = 0; node < k->o.url_count; node++) {
		char err[CLIENT_ERR_SIZE];
		struct client *c = client_connect(k->o.urls[node], k->tokens.list[0], err);
		struct answer h = { NULL, 0 };
		struct span result;
		bool is_open = c ? ask_stream(c, s->name, -1, &h, &result) : complain(k->o.urls[node], err);
		uint64_t seq = is_open ? (uint64_t)span_int(scan_find(result, "seq"), 0) : 0;
		uint64_t here = is_open ? value_hash(scan_find(result, "snapshot")) : 0;

		client_close(c);
		free(h.text);
		if (!is_open)
			return false;
		if (node > 0 && (seq != s->head || here != hash) && ++k->wrong <= SHOWN)
			printf("WRONG: %s: %s shows it at %llu, %s at %llu%s\n", s->name, k->o.urls[0], (unsigned long long)s->head,
			        k->o.urls[node], (unsigned long long)seq, seq == s->head ? ", and not the same" : "");
		s->head = seq;
		hash = here;
	}
	return true;
}

static void seqs_check(struct check *k, struct stream *s)
{
	uint64_t distinct = 0;

	qsort(s->seqs, s->count, sizeof *s->seqs, by_number);
	for (size_t i = 0; i < s->count; i++) {
		bool is_again = i > 0 && s->seqs[i] == s->seqs[i - 1];

		distinct += !is_again;
		if (is_again && ++k->wrong <= SHOWN)
			printf("WRONG: %s: two changes have the number %llu\n", s->name, (unsigned long long)s->seqs[i]);
	}
	if (!k->o.others_write && s->head - s->begins != distinct && ++k->wrong <= SHOWN)
		printf("WRONG: %s: %llu events from %llu to %llu, of %llu recorded changes\n", s->name,
		        (unsigned long long)(s->head - s->begins), (unsigned long long)s->begins, (unsigned long long)s->head,
		        (unsigned long long)distinct);
}

static int checked(struct check *k)
{
	if (!record_read(k))
		return 3;
	for (size_t i = 0; i < k->stream_count; i++) {
		if (!heads_look(k, &k->streams[i]))
			return 3;
		seqs_check(k, &k->streams[i]);
	}
	printf("%llu acknowledged, %llu of unknown outcome (%llu of them are done now), %llu refused, in %zu streams: %llu wrong\n",
	        (unsigned long long)k->acked, (unsigned long long)k->unknown, (unsigned long long)k->resolved,
	        (unsigned long long)k->refused, k->stream_count, (unsigned long long)k->wrong);
	return k->wrong ? 1 : 0;
}

int check_run(const struct options *o)
{
	struct check k = { .o = *o };
	int status = 3;

	if (!tokens_read(&k.tokens, o->token_file))
		return 3;
	k.clients = calloc(k.tokens.count, sizeof(struct client *));
	k.under_way = calloc((size_t)k.tokens.count * AHEAD, sizeof *k.under_way);
	k.streams = calloc(STREAMS_MAX, sizeof *k.streams);
	if (k.clients && k.under_way && k.streams)
		status = checked(&k);
	for (uint32_t i = 0; i < k.tokens.count; i++)
		client_drop(k.clients[i]);
	for (size_t i = 0; i < (size_t)k.tokens.count * AHEAD; i++)
		json_decref(k.under_way[i].line);
	for (size_t i = 0; i < k.stream_count; i++)
		free(k.streams[i].seqs);
	free(k.clients);
	free(k.under_way);
	free(k.streams);
	tokens_finish(&k.tokens);
	return status;
}

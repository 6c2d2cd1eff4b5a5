/* protocol_korsdrag.c - JSON-RPC over korsdrag.v1: streams are opened, cards moved or posts written, events counted. */
#include "batches.h"
#include "drive.h"
#include "fetch.h"
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define OPEN_ID 1000000000 /* ids of calls from here on open streams; those below are ops */
#define ID_SIZE 64

/* As browsers do. Where thousands come at once, nothing is large enough for it. */
static bool fetches(void)
{
	return strcmp(options.mode, "join") == 0;
}

static void korsdrag_opened(struct client *c)
{
	const char *name = client_streams(c);

	if (!name) { /* who gets an answer is signed in */
		client_textf(c, "{\"jsonrpc\":\"2.0\",\"id\":%u,\"method\":\"me.get\",\"params\":{}}", OPEN_ID);
		return;
	}
	for (uint32_t i = 0; *name; i++) {
		size_t len = strcspn(name, ",");

		if (i == 0 && c->seq > 0)
			client_textf(c, "{\"jsonrpc\":\"2.0\",\"id\":%u,\"method\":\"stream.open\",\"params\":{\"stream\":\"%.*s\",\"since\":%lld}}",
				OPEN_ID + i, (int)len, name, (long long)c->seq);
		else
			client_textf(c, "{\"jsonrpc\":\"2.0\",\"id\":%u,\"method\":\"stream.open\",\"params\":{\"stream\":\"%.*s\"%s}}", OPEN_ID + i,
				(int)len, name, fetches() ? ",\"fetch\":true" : "");
		name += len + (name[len] == ',');
	}
}

static uint32_t streams_asked(const struct client *c)
{
	const char *streams = client_streams(c);
	uint32_t n = streams ? 1 : 0;

	for (const char *at = streams; at && (at = strchr(at, ',')); at++)
		n++;
	return n;
}

/* An op's id tells whose it is: 0…-8…-WWWWNNNNNNNN. */
static void seen_each(struct client *c, const char *text, size_t len)
{
	const char *end = text + len;

	for (const char *at = text; (at = memmem(at, (size_t)(end - at), "\"op\":", 5));) {
		char digits[13] = "";
		unsigned long long whose;

		at += 5;
		at += at < end && *at == ' '; /* as PostgreSQL writes JSON */
		if (end - at < 38)
			return;
		memcpy(digits, at + 1 + 24, 12);
		whose = strtoull(digits, NULL, 16);
		drive_seen_from(c, (uint32_t)(whose >> 32), (uint32_t)whose);
	}
}

static void events_heard(struct client *c, const char *text, size_t len)
{
	int64_t first = number_after(text, len < 200 ? len : 200, "\"first\":");
	struct batch *b = batch_of(first, len);

	if (!b->events)
		b->events = occurrences(text, len, "\"seq\":");
	if (c->seq >= 0 && first != c->seq + 1)
		drive_gap(c);
	c->seq = first + b->events - 1;
	drive_seen(c, b->events);
	if (c->is_watching)
		seen_each(c, text, len);
}

/* The snapshot may be elsewhere. */
static void fetch_snapshot(const struct client *c, const char *text, size_t len)
{
	static const char key[] = "\"snapshot_url\":\"";
	const char *path = memmem(text, len < 512 ? len : 512, key, sizeof key - 1), *end;

	if (!path)
		return;
	path += sizeof key - 1;
	end = memchr(path, '"', (size_t)(text + len - path));
	if (end)
		fetch(c, path, (size_t)(end - path));
}

static void answer_heard(struct client *c, const char *text, size_t len)
{
	/* The id may stand before a long result or behind it. */
	int64_t id = number_after(text, len < 64 ? len : 64, "\"id\":");
	bool is_error = memmem(text, len < 96 ? len : 96, "\"error\":", 8) != NULL;

	if (id < 0)
		id = number_after(text + (len > 32 ? len - 32 : 0), len > 32 ? 32 : len, "\"id\":");
	if (is_error && id < OPEN_ID) {
		drive_failed(c, text, len);
	} else if (is_error) {
		if (!client_again(c)) {
			fprintf(stderr, "bench-drive: %.*s\n", (int)len, text);
			exit(1);
		}
	} else if (id < OPEN_ID) {
		drive_acked(c, (uint32_t)id);
	} else {
		if (fetches())
			fetch_snapshot(c, text, len);
		if (id == OPEN_ID) { /* the result's own number comes before what it holds, or last */
			int64_t seq = -1;

			for (const char *at = text; (at = memmem(at, (size_t)(text + len - at), "\"seq\":", 6)); at += 6) {
				int64_t n = number_after(at, (size_t)(text + len - at), "\"seq\":");

				if (n > seq)
					seq = n;
			}
			c->seq = seq;
		}
		if (id + 1 >= OPEN_ID + (int64_t)streams_asked(c))
			drive_joined(c);
	}
}

static void korsdrag_heard(struct client *c, const char *text, size_t len)
{
	static const char events[] = "{\"jsonrpc\":\"2.0\",\"method\":\"stream.events\"";

	if (len > sizeof events && memcmp(text, events, sizeof events - 1) == 0)
		events_heard(c, text, len);
	else if (!memmem(text, len < 64 ? len : 64, "\"method\":", 9))
		answer_heard(c, text, len);
}

/* A UUIDv7 whose last digits say whose op it is; `kind` and the run's own number keep runs apart. */
static void id_make(char ret_id[ID_SIZE], uint32_t kind, uint32_t writer, uint32_t n)
{
	static uint32_t run;
	struct timespec t;
	uint64_t ms;

	if (!run)
		run = (uint32_t)clock_ns() | 1;
	clock_gettime(CLOCK_REALTIME, &t);
	ms = (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
	snprintf(ret_id, ID_SIZE, "%08llx-%04llx-7%03x-%04x-%04x%08x", (unsigned long long)(ms >> 16), (unsigned long long)(ms & 0xffff),
		run & 0xfff, 0x8000 | kind << 8 | (run >> 12 & 0xff), writer & 0xffff, n);
}

static void korsdrag_op(struct client *c, uint32_t n)
{
	const char *id = strchr(client_streams(c), ':') + 1;
	char op[ID_SIZE], post[ID_SIZE];
	uint32_t card = random_below(&drive.net.random, options.cards);
	static const char digits[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

	id_make(op, 1, c->index, n);
	if (strcmp(options.method, "post.create") == 0) {
		id_make(post, 2, c->index, n);
		client_textf(c, "{\"jsonrpc\":\"2.0\",\"id\":%u,\"method\":\"post.create\",\"params\":{\"thread\":\"%.36s\",\"post\":\"%s\","
				"\"text\":\"Ett inlägg som är så långt som inlägg brukar vara när någon svarar på en fråga.\",\"op\":\"%s\"}}",
			n, id, post, op);
		return;
	}
	client_textf(c, "{\"jsonrpc\":\"2.0\",\"id\":%u,\"method\":\"card.move\",\"params\":{\"board\":\"%.36s\",\"card\":\"%s%012x\",\"x\":%u,"
			"\"y\":%u,\"order\":\"c%c%c%c\",\"op\":\"%s\"}}",
		n, id, options.card_prefix, card, random_below(&drive.net.random, 10000), random_below(&drive.net.random, 10000),
		digits[card / 3844 % 62], digits[card / 62 % 62], digits[card % 62], op);
}

const struct protocol protocol_korsdrag = {
	.name = "korsdrag", .path = "/ws", .subprotocol = "korsdrag.v1", .echoes = true, .opened = korsdrag_opened, .heard = korsdrag_heard,
	.op = korsdrag_op,
};

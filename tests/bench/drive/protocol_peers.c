/* protocol_peers.c - boards of tldraw, ShareDB and Yjs (Hocuspocus), as their own clients speak to them. */
#include "batches.h"
#include "drive.h"
#include <string.h>

/* x and y of a move; x says whose op it is, so that whoever sees it knows when it was due. */
static unsigned long long op_x(const struct client *c, uint32_t n)
{
	return (unsigned long long)c->index * 1000000 + n % 1000000;
}

static void seen_x(struct client *c, const char *text, size_t len, const char *key)
{
	const char *end = text + len;

	for (const char *at = text; (at = memmem(at, (size_t)(end - at), key, strlen(key))); at++) {
		int64_t x = number_after(at, (size_t)(end - at), key);

		if (x >= 0)
			drive_seen_from(c, (uint32_t)(x / 1000000), (uint32_t)(x % 1000000));
	}
}

/* --- tldraw: @tldraw/sync-core's protocol.ts, version 8 -------------------------------------------------------------------- */

static void tldraw_opened(struct client *c)
{
	conn_send(&c->conn, options.hello, strlen(options.hello));
}

static void tldraw_heard(struct client *c, const char *text, size_t len)
{
	static const char push[] = "\"type\":\"push_result\",\"clientClock\":";
	const char *end = text + len;

	if (!c->is_joined) {
		if (memmem(text, len < 200 ? len : 200, "\"type\":\"connect\"", 16))
			drive_joined(c);
		return;
	}
	for (const char *at = text; (at = memmem(at, (size_t)(end - at), push, sizeof push - 1)); at++)
		drive_acked(c, (uint32_t)number_after(at, (size_t)(end - at), push));
	drive_seen(c, occurrences(text, len, "\"type\":\"patch\""));
	if (c->is_watching)
		seen_x(c, text, len, "\"x\":[\"put\",");
}

static void tldraw_op(struct client *c, uint32_t n)
{
	client_textf(c, "{\"type\":\"push\",\"clientClock\":%u,\"diff\":{\"shape:c%u\":[\"patch\",{\"x\":[\"put\",%llu],\"y\":[\"put\",%u]}]}}", n,
		random_below(&drive.net.random, options.cards), op_x(c, n), random_below(&drive.net.random, 10000));
}

static void tldraw_alive(struct client *c)
{
	conn_send(&c->conn, "{\"type\":\"ping\"}", 15);
}

const struct protocol protocol_tldraw = {
	.name = "tldraw", .path = "/", .opened = tldraw_opened, .heard = tldraw_heard, .op = tldraw_op, .alive = tldraw_alive,
};

/* --- ShareDB: lib/agent.js and lib/message-actions.js; each card is a json0 document, and all of them are subscribed to ----------- */

#define CARDS_MAX 10000
static int64_t versions[CARDS_MAX]; /* the newest that any client has seen of a card */

static void sharedb_opened(struct client *c)
{
	static char text[CARDS_MAX * 16];
	size_t at = (size_t)snprintf(text, sizeof text, "{\"a\":\"bs\",\"c\":\"cards\",\"b\":{");

	for (uint32_t i = 0; i < options.cards; i++)
		at += (size_t)snprintf(text + at, sizeof text - at, "%s\"c%u\":null", i ? "," : "", i);
	at += (size_t)snprintf(text + at, sizeof text - at, "}}");
	client_textf(c, "{\"a\":\"hs\",\"id\":\"c%u\",\"protocol\":1,\"protocolMinor\":2}", c->index);
	conn_send(&c->conn, text, at);
}

static void sharedb_heard(struct client *c, const char *text, size_t len)
{
	int64_t version, card;

	if (!c->is_joined) {
		if (memmem(text, len, "\"a\":\"bs\"", 8))
			drive_joined(c);
		return;
	}
	if (!memmem(text, len < 100 ? len : 100, "\"a\":\"op\"", 8))
		return;
	if (memmem(text, len, "\"error\"", 7)) {
		drive_failed(c, text, len);
		return;
	}
	version = number_after(text, len, "\"v\":");
	card = number_after(text, len, "\"d\":\"c");
	if (card >= 0 && card < CARDS_MAX && version >= versions[card]) /* an op of version v makes version v + 1 */
		versions[card] = version + 1;
	if (memmem(text, len, "\"op\":[", 6)) {
		drive_seen(c, 1);
		if (c->is_watching)
			seen_x(c, text, len, "\"oi\":");
	} else {
		drive_acked(c, (uint32_t)number_after(text, len, "\"seq\":") - 1);
	}
}

static void sharedb_op(struct client *c, uint32_t n)
{
	uint32_t card = random_below(&drive.net.random, options.cards);

	if (versions[card] == 0)
		versions[card] = 1; /* it was made */
	client_textf(c, "{\"a\":\"op\",\"c\":\"cards\",\"d\":\"c%u\",\"v\":%lld,\"src\":\"c%u\",\"seq\":%u,\"op\":[{\"p\":[\"x\"],\"oi\":%llu},"
			"{\"p\":[\"y\"],\"oi\":%u}],\"x\":{}}",
		card, (long long)versions[card], c->index, n + 1, op_x(c, n), random_below(&drive.net.random, 10000));
}

const struct protocol protocol_sharedb = {
	.name = "sharedb", .path = "/", .opened = sharedb_opened, .heard = sharedb_heard, .op = sharedb_op,
};

/* --- Yjs by Hocuspocus: a document's name, then y-protocols; what clients say was made by yjs beforehand (peers/yjs-script.mjs) --- */

enum { YJS_SYNC = 0, YJS_STEP_2 = 1, YJS_UPDATE = 2, YJS_SYNC_STATUS = 8 };

static const struct message_bytes *said(const struct client *c, uint32_t n)
{
	return &options.script[c->index * (options.script_joins + options.script_ops) + n];
}

static void yjs_say(struct client *c, uint32_t n)
{
	const struct message_bytes *m = said(c, n);

	conn_send_frame(&c->conn, 0x80 | 2, m->at, m->len);
}

static void yjs_opened(struct client *c)
{
	for (uint32_t i = 0; i < options.script_joins; i++)
		yjs_say(c, i);
}

static void yjs_heard(struct client *c, const char *text, size_t len)
{
	const uint8_t *m = (const uint8_t *)text;
	size_t name = len ? m[0] : 0; /* shorter than 128 */

	if (len < name + 3)
		return;
	m += 1 + name;
	if (m[0] == YJS_SYNC && m[1] == YJS_STEP_2)
		drive_joined(c);
	else if (m[0] == YJS_SYNC && m[1] == YJS_UPDATE)
		drive_seen(c, 1);
	else if (m[0] == YJS_SYNC_STATUS)
		drive_acked(c, c->acked); /* in order */
}

static void yjs_op(struct client *c, uint32_t n)
{
	if (n < options.script_ops)
		yjs_say(c, options.script_joins + n);
	else
		drive.skipped++; /* the script was too short: the runner says so */
}

const struct protocol protocol_yjs = {
	.name = "yjs", .path = "/", .opened = yjs_opened, .heard = yjs_heard, .op = yjs_op, .echoes = true,
};

/* hostile.c - what a server must bear from anybody: broken frames, broken JSON, too much, half of something. Each act ends
 * the connection or not, as the server likes; a new one follows. */
#include "clients/lib/frame.h"
#include "clients/load/run.h"
#include <string.h>

#define ACT_MS 50 /* between two acts of one connection */
#define OVERSIZE (80u << 10) /* beyond limit.message */

static const char *const bad_texts[] = {
	"", "{", "[", "nonsense", "null", "[]", "\"text\"", "{\"jsonrpc\":\"2.0\"}", "{\"jsonrpc\":\"2.0\",\"id\":{},\"method\":\"me.get\"}",
	"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"no.such\"}", "{\"jsonrpc\":\"1.0\",\"id\":1,\"method\":\"me.get\"}",
	"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"card.move\",\"params\":{\"board\":\"x\"}}",
	"{\"jsonrpc\":\"2.0\",\"id\":1,\"id\":1,\"method\":\"me.get\"}", "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"me.get\",\"params\":[1]}",
	"{\"jsonrpc\":\"2.0\",\"id\":1e999,\"method\":\"me.get\"}", "{\"a\":\"\\u0000\"}", "{\"a\":\"\\ud800\"}",
	"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]",
	"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"stream.open\",\"params\":{\"stream\":\"board:00000000-0000-7000-8000-000000000000\"}}",
};

static void send_text(struct user *u, const char *text)
{
	conn_send(&u->conn, text, strlen(text));
}

static void bad_text(struct run *r, struct user *u)
{
	send_text(u, bad_texts[random_below(&r->random, sizeof bad_texts / sizeof *bad_texts)]);
}

static void not_utf8(struct run *r, struct user *u)
{
	(void)r;
	conn_send(&u->conn, "{\"a\":\"\xff\xfe\xc0\xaf\"}", 12);
}

static void oversize(struct run *r, struct user *u)
{
	static char big[OVERSIZE];

	(void)r;
	memset(big, ' ', sizeof big);
	conn_send(&u->conn, big, sizeof big);
}

/* FIN, RSV and opcode at random. */
static void bad_frame(struct run *r, struct user *u)
{
	conn_send_frame(&u->conn, (uint8_t)random_next(&r->random), "x", 1);
}

/* A length of 2^62, and nothing behind it. */
static void endless_frame(struct run *r, struct user *u)
{
	static const uint8_t head[14] = { 0x81, 0xff, 0x40 };

	(void)r;
	conn_send_raw(&u->conn, head, sizeof head);
}

static void noise(struct run *r, struct user *u)
{
	uint64_t bytes[16];

	for (int i = 0; i < 16; i++)
		bytes[i] = random_next(&r->random);
	conn_send_raw(&u->conn, bytes, sizeof bytes);
}

/* Fragments without an end: each is little, together they would be much. */
static void fragments(struct run *r, struct user *u)
{
	(void)r;
	conn_send_frame(&u->conn, WS_TEXT, "[", 1);
	for (int i = 0; i < 200; i++)
		conn_send_frame(&u->conn, WS_CONTINUE, "1,", 2);
}

static void big_ping(struct run *r, struct user *u)
{
	static const char big[200] = "x";

	(void)r;
	conn_send_frame(&u->conn, WS_FIN | WS_PING, big, sizeof big);
}

static void vanish(struct run *r, struct user *u)
{
	(void)r;
	conn_send_raw(&u->conn, "\x81\xfe\x10", 3);
	net_flush(&r->net);
	user_cut(u, 0);
}

static void (*const acts[])(struct run *r, struct user *u) = { bad_text, bad_text, bad_text, not_utf8, oversize, bad_frame,
	endless_frame, noise, fragments, big_ping, vanish };

static void act_fires(struct timer *t, int64_t now)
{
	struct user *u = (struct user *)((char *)t - offsetof(struct user, due));
	struct run *r = the_run;

	if (u->conn.state != CONN_OPEN || r->phase > PHASE_MEASURE)
		return;
	r->stats.hostile_acts++;
	acts[random_below(&r->random, sizeof acts / sizeof *acts)](r, u);
	timer_set(&r->loop, t, now + (ACT_MS + random_below(&r->random, ACT_MS)) * NS_PER_MS);
}

void hostile_begin(struct user *u)
{
	u->state = USER_OPENING;
	u->tries = 0;
	u->due.fire = act_fires;
	timer_set(&the_run->loop, &u->due, the_run->loop.now + ACT_MS * NS_PER_MS);
}

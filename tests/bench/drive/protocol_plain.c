/* protocol_plain.c - the plain ws and pg server of peers/plain.mjs: one frame for what one transaction committed. */
#include "batches.h"
#include "drive.h"
#include <stdlib.h>
#include <string.h>

/* Writers by the name that the server gave them. */
static uint32_t index_of[65536];

static void plain_opened(struct client *c)
{
	(void)c;
}

/* {"first":12,"events":[{"seq":12,"by":3,"n":17,"card":5,"x":1,"y":2},…]} */
static void batch_read(struct batch *b, const char *text, size_t len)
{
	const char *end = text + len;

	b->events = 0;
	b->done_count = 0;
	for (const char *at = text; (at = memmem(at, (size_t)(end - at), "\"by\":", 5)); at += 5) {
		uint32_t writer = index_of[number_after(at, (size_t)(end - at), "\"by\":") & 0xffff], i;
		uint32_t n = (uint32_t)number_after(at, (size_t)(end - at), "\"n\":");

		b->events++;
		for (i = 0; i < b->done_count && b->done[i].writer != writer; i++) {}
		if (i == sizeof b->done / sizeof b->done[0]) {
			fprintf(stderr, "bench-drive: more writers than a batch can tell apart\n");
			exit(1);
		}
		if (i == b->done_count)
			b->done[b->done_count++].writer = writer;
		b->done[i].upto = n + 1;
	}
}

static void seen_each(struct client *c, const char *text, size_t len)
{
	const char *end = text + len;

	for (const char *at = text; (at = memmem(at, (size_t)(end - at), "\"by\":", 5)); at += 5)
		drive_seen_from(c, index_of[number_after(at, (size_t)(end - at), "\"by\":") & 0xffff],
			(uint32_t)number_after(at, (size_t)(end - at), "\"n\":"));
}

static void plain_heard(struct client *c, const char *text, size_t len)
{
	int64_t first = number_after(text, len < 40 ? len : 40, "{\"first\":");
	struct batch *b;

	if (first < 0) {
		c->name = number_after(text, len < 40 ? len : 40, "{\"you\":");
		c->seq = number_after(text, len < 60 ? len : 60, "\"seq\":");
		index_of[c->name & 0xffff] = c->index;
		drive_joined(c);
		return;
	}
	b = batch_of(first, len);
	if (!b->events)
		batch_read(b, text, len);
	if (first != c->seq + 1)
		drive_gap(c);
	c->seq = first + b->events - 1;
	drive_seen(c, b->events);
	for (uint32_t i = 0; c->index < options.writers && i < b->done_count; i++)
		if (b->done[i].writer == c->index)
			drive_acked_upto(c, b->done[i].upto);
	if (c->is_watching)
		seen_each(c, text, len);
}

static void plain_op(struct client *c, uint32_t n)
{
	client_textf(c, "{\"n\":%u,\"card\":%u,\"x\":%u,\"y\":%u}", n, random_below(&drive.net.random, options.cards),
		random_below(&drive.net.random, 10000), random_below(&drive.net.random, 10000));
}

const struct protocol protocol_plain = {
	.name = "plain", .path = "/", .echoes = true, .opened = plain_opened, .heard = plain_heard, .op = plain_op,
};

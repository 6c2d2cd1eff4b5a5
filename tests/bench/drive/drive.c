/* drive.c - clients that join, and writers that keep their pace. */
#include "drive.h"
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

struct drive drive;
struct options options;

/* --- joining -------------------------------------------------------------------------------------------------------- */

static uint32_t wanted_end;
static void (*on_all_joined)(void);

static void connect_next(void)
{
	while (drive.begun < wanted_end && drive.begun - drive.joined - drive.lost < options.ramp)
		client_begin(&drive.clients[drive.begun++]);
}

void client_begin(struct client *c)
{
	const struct conn_target *target = drive.is_after || c->index < options.others ? &drive.target_after : &drive.target;
	const struct ws_request request = {
		.subprotocol = options.protocol->subprotocol,
		.token = options.token_count ? options.tokens[c->index % options.token_count] : NULL,
	};
	char err[256];

	if (c->tries == 0)
		c->began = clock_ns();
	c->is_joined = false;
	if (!conn_open(&drive.net, &c->conn, target, NULL, 0, &request, err, sizeof err)) {
		fprintf(stderr, "bench-drive: client %u cannot connect: %s\n", c->index, err);
		exit(1);
	}
}

static void retry_fire(struct timer *t, int64_t now)
{
	(void)now;
	client_begin((struct client *)((char *)t - offsetof(struct client, retry)));
}

void client_return(struct client *c, int64_t within)
{
	c->retry.fire = retry_fire;
	timer_set(&drive.loop, &c->retry, clock_ns() + (int64_t)(random_unit(&drive.net.random) * (double)within));
}

#define TRIES 30

bool client_again(struct client *c)
{
	if (c->tries++ == TRIES)
		return false;
	drive.again++;
	conn_drop(&c->conn);
	client_return(c, NS_PER_S);
	return true;
}

void clients_begin(uint32_t first, uint32_t count, void (*all_joined)(void))
{
	drive.begun = first;
	drive.joined = first;
	wanted_end = first + count;
	on_all_joined = all_joined;
	connect_next();
}

void drive_joined(struct client *c)
{
	if (c->is_joined)
		return;
	c->is_joined = true;
	c->joined_after = clock_ns() - c->began;
	histogram_record(&drive.join_latency, c->joined_after);
	drive.joined++;
	if (drive.on_joined)
		drive.on_joined(c);
	if (drive.joined == wanted_end && on_all_joined) {
		void (*next)(void) = on_all_joined;

		on_all_joined = NULL;
		next();
		return;
	}
	connect_next();
}

/* --- counting ---------------------------------------------------------------------------------------------------------- */

static void write_more(struct client *c);

void drive_acked(struct client *c, uint32_t n)
{
	int64_t *due = &c->due[n % OPS_UNDER_WAY];

	if (n >= c->sent || c->sent - n > OPS_UNDER_WAY || *due == NEVER)
		return;
	if (drive.is_measuring) {
		drive.acked++;
		histogram_record(&drive.ack_latency, clock_ns() - *due);
	}
	*due = NEVER;
	c->acked++;
	write_more(c);
}

void drive_acked_upto(struct client *c, uint32_t n)
{
	for (uint32_t i = c->acked; i < n; i++)
		drive_acked(c, i);
}

void drive_failed(struct client *c, const char *text, size_t len)
{
	drive.failed++;
	if (!drive.failure[0])
		snprintf(drive.failure, sizeof drive.failure, "%.*s", (int)len, text);
	c->acked++;
	write_more(c);
}

void drive_seen(struct client *c, uint64_t events)
{
	(void)c;
	if (drive.is_measuring)
		drive.seen += events;
}

/* When it was due is kept by a table of its own, because an op is often acknowledged before others see it. */
static int64_t (*seen_due)[OPS_UNDER_WAY];

void drive_seen_from(struct client *c, uint32_t writer, uint32_t n)
{
	int64_t due;

	if (!drive.is_measuring || writer >= options.writers || writer == c->index)
		return;
	due = seen_due[writer][n % OPS_UNDER_WAY];
	if (due >= drive.window_began)
		histogram_record(&drive.seen_latency, clock_ns() - due);
}

void drive_gap(struct client *c)
{
	(void)c;
	drive.gaps++;
}

const char *client_streams(const struct client *c)
{
	return options.stream_count ? options.streams[c->index % options.stream_count] : NULL;
}

void client_textf(struct client *c, const char *format, ...)
{
	static char text[65536];
	va_list args;
	int len;

	va_start(args, format);
	len = vsnprintf(text, sizeof text, format, args);
	va_end(args);
	if (len < 0 || (size_t)len >= sizeof text)
		abort();
	conn_send(&c->conn, text, (size_t)len);
}

/* --- writing ----------------------------------------------------------------------------------------------------------- */

#define UNDER_WAY_MAX 60 /* of one writer: Korsdrag allows a connection 64 calls (limit.calls) */

static struct timer pace;
static uint32_t writers_first, writers_count;
static bool is_writing;

static void write_one(struct client *c, int64_t due)
{
	uint32_t n = c->sent++;

	c->due[n % OPS_UNDER_WAY] = due;
	seen_due[c->index - writers_first][n % OPS_UNDER_WAY] = due;
	options.protocol->op(c, n);
}

static int64_t step_ns(void)
{
	return (int64_t)((double)NS_PER_S / options.rate);
}

/* Paced: what is due, as far as the server allows; what it does not, waits, and counts as late from when it was due. */
static void write_due(struct client *c, int64_t now)
{
	for (; c->next_due <= now && c->sent - c->acked < UNDER_WAY_MAX; c->next_due += step_ns())
		write_one(c, c->next_due);
}

static void write_more(struct client *c)
{
	if (!is_writing || c->conn.state != CONN_OPEN)
		return;
	if (options.rate > 0)
		write_due(c, clock_ns());
	while (options.rate <= 0 && c->sent - c->acked < options.flight)
		write_one(c, clock_ns());
}

static void pace_fire(struct timer *t, int64_t now)
{
	int64_t next = now + NS_PER_S;

	for (uint32_t i = 0; i < writers_count; i++) {
		struct client *c = &drive.clients[writers_first + i];

		if (c->conn.state == CONN_OPEN)
			write_due(c, now);
		if (c->next_due > now && c->next_due < next)
			next = c->next_due;
	}
	if (is_writing)
		timer_set(&drive.loop, t, next);
}

void writers_begin(uint32_t first, uint32_t count)
{
	int64_t now = clock_ns(), step = options.rate > 0 ? step_ns() : 0;

	writers_first = first;
	writers_count = count;
	seen_due = calloc(count, sizeof *seen_due);
	is_writing = true;
	for (uint32_t i = 0; i < count; i++) {
		struct client *c = &drive.clients[first + i];

		c->due = calloc(OPS_UNDER_WAY, sizeof *c->due);
		if (!seen_due || !c->due)
			abort();
		c->next_due = now + step * i / count; /* spread over the step, as people are */
		write_more(c);
	}
	pace.fire = pace_fire;
	if (options.rate > 0)
		timer_set(&drive.loop, &pace, now);
}

/* Not acknowledged is not seen either. */
static void count_late(int64_t ns, uint64_t watching)
{
	histogram_record(&drive.ack_latency, ns);
	histogram_record_many(&drive.seen_latency, ns, watching);
}

void writers_count_late(void)
{
	int64_t now = clock_ns();
	uint64_t watching = 0;

	for (uint32_t i = 0; i < drive.begun; i++)
		watching += drive.clients[i].is_watching;

	for (uint32_t i = 0; i < writers_count; i++) {
		const struct client *c = &drive.clients[writers_first + i];

		for (uint32_t n = c->sent > OPS_UNDER_WAY ? c->sent - OPS_UNDER_WAY : 0; n < c->sent; n++)
			if (c->due[n % OPS_UNDER_WAY] != NEVER && c->due[n % OPS_UNDER_WAY] >= drive.window_began)
				count_late(now - c->due[n % OPS_UNDER_WAY], watching);
		for (int64_t due = c->next_due; options.rate > 0 && due < now; due += step_ns())
			count_late(now - due, watching);
	}
}

void writers_stop(void)
{
	is_writing = false;
	timer_clear(&drive.loop, &pace);
}

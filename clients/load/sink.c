/* sink.c - `korsdrag-load sink`: connections to any WebSocket server; what comes is counted, and timed if it says when it
 * was sent. For comparing servers whose protocols have nothing in common. */
#include "clients/load/sink.h"
#include "clients/load/ask.h"
#include "clients/load/clock.h"
#include "clients/load/cpu.h"
#include "clients/load/reach.h"
#include "clients/load/schedule.h"
#include "clients/load/histogram.h"
#include <jansson.h>
#include <openssl/rand.h>
#include <netinet/in.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#define TICK (100 * NS_PER_MS)
#define SAY_MAX 8192

struct sink_conn {
	struct conn conn; /* first */
	struct timer due;
	struct schedule schedule;
	uint32_t index;
	bool is_open;
};

static struct sink {
	struct options o;
	struct loop loop;
	struct net net;
	struct random random;
	struct conn_target targets[URLS_MAX];
	struct sink_conn *conns;
	struct histogram latency, late;
	uint64_t messages, bytes, marked, said; /* while measuring */
	uint64_t lost;
	uint32_t arrived, open;
	int64_t began, measure_begins, measure_ends;
	struct timer arrival, tick, phase;
	struct cpu before, after;
	bool is_measuring, has_failed;
	size_t marker_len, answer_len;
	const char *reply; /* what to say to the message `answer` */
	char why[200];
} sink;

/* --- messages -------------------------------------------------------------------------------------------------- */

static void times_take(const char *text, size_t len)
{
	int64_t now = clock_ns();
	const char *end = text + len, *at = text;

	while ((at = memmem(at, (size_t)(end - at), sink.o.marker, sink.marker_len))) {
		int64_t sent = 0;

		for (at += sink.marker_len; at < end && *at >= '0' && *at <= '9'; at++)
			sent = sent * 10 + (*at - '0');
		sink.marked++;
		if (sent >= sink.measure_begins && sent < sink.measure_ends)
			histogram_record(&sink.latency, now - sent);
	}
}

static void heard(struct conn *c, const char *text, size_t len)
{
	if (sink.reply && len == sink.answer_len && memcmp(text, sink.o.answer, len) == 0)
		conn_send(c, sink.reply, strlen(sink.reply));
	if (!sink.is_measuring)
		return;
	sink.messages++;
	sink.bytes += len;
	if (sink.marker_len)
		times_take(text, len);
}

/* "%t" becomes the time that the message was due. */
static void say(struct conn *c, int64_t due)
{
	const char *time = strstr(sink.o.say, "%t");
	char text[SAY_MAX];
	int len = time ? snprintf(text, sizeof text, "%.*s%lld%s", (int)(time - sink.o.say), sink.o.say, (long long)due, time + 2)
	               : snprintf(text, sizeof text, "%s", sink.o.say);

	conn_send(c, text, (size_t)len);
	sink.said += sink.is_measuring;
}

static void due_fires(struct timer *t, int64_t now)
{
	struct sink_conn *s = (struct sink_conn *)((char *)t - offsetof(struct sink_conn, due));
	int64_t due;

	while (s->is_open && schedule_take(&s->schedule, now, &due, &sink.random))
		say(&s->conn, due);
	if (s->is_open)
		timer_set(&sink.loop, t, s->schedule.next);
}

static void opened(struct conn *c)
{
	struct sink_conn *s = (struct sink_conn *)c;

	s->is_open = true;
	sink.open++;
	if (sink.o.hello)
		conn_send(c, sink.o.hello, strlen(sink.o.hello));
}

static void closed(struct conn *c, const char *why)
{
	struct sink_conn *s = (struct sink_conn *)c;

	sink.open -= s->is_open;
	s->is_open = false;
	sink.lost++;
	snprintf(sink.why, sizeof sink.why, "%s", why);
}

/* --- phases ----------------------------------------------------------------------------------------------------- */

static void measure_end(struct timer *t, int64_t now)
{
	(void)t;
	(void)now;
	sink.is_measuring = false;
	cpu_read(&sink.after, sink.o.pids, sink.o.pid_count, sink.o.database_pid);
	loop_stop(&sink.loop);
}

static void measure_begin(struct timer *t, int64_t now)
{
	sink.is_measuring = true;
	sink.measure_begins = now;
	sink.measure_ends = now + (int64_t)(sink.o.duration * (double)NS_PER_S);
	cpu_read(&sink.before, sink.o.pids, sink.o.pid_count, sink.o.database_pid);
	t->fire = measure_end;
	timer_set(&sink.loop, t, sink.measure_ends);
}

static void talk_begin(void)
{
	for (uint32_t i = 0; sink.o.say && sink.o.rate > 0 && i < sink.o.writers; i++) {
		struct sink_conn *s = &sink.conns[i];

		schedule_begin(&s->schedule, sink.o.rate, sink.o.is_poisson, sink.loop.now, &sink.random);
		timer_set(&sink.loop, &s->due, s->schedule.next);
	}
}

static void tick_fires(struct timer *t, int64_t now)
{
	static bool is_there;

	if (!is_there && sink.open == sink.o.clients) {
		is_there = true;
		talk_begin();
		sink.phase.fire = measure_begin;
		timer_set(&sink.loop, &sink.phase, now + (int64_t)(sink.o.warmup * (double)NS_PER_S));
	} else if (!is_there && now - sink.began > (int64_t)((sink.o.ramp + sink.o.settle) * (double)NS_PER_S)) {
		fprintf(stderr, "korsdrag-load: only %u of %lld connections are there: %s\n", sink.open, (long long)sink.o.clients, sink.why);
		sink.has_failed = true;
		loop_stop(&sink.loop);
	}
	timer_set(&sink.loop, t, now + TICK);
}

static void arrive(struct sink_conn *s)
{
	struct ws_request request = { .subprotocol = sink.o.subprotocol };
	const struct conn_target *target = &sink.targets[s->index % (uint32_t)sink.o.url_count];
	struct sockaddr_in source;
	bool has_source = source_choose(&source, target, s->index, sink.o.per_address);

	if (!conn_open(&sink.net, &s->conn, target, has_source ? (struct sockaddr *)&source : NULL, sizeof source, &request, sink.why,
	            sizeof sink.why))
		sink.lost++;
}

static void arrival_fires(struct timer *t, int64_t now)
{
	double share = sink.o.ramp > 0 ? (double)(now - sink.began) / (sink.o.ramp * (double)NS_PER_S) : 1;
	double due = share >= 1 ? (double)sink.o.clients : share * (double)sink.o.clients;

	while (sink.arrived < due && sink.net.opening < 500)
		arrive(&sink.conns[sink.arrived++]);
	if (sink.arrived < sink.o.clients)
		timer_set(&sink.loop, t, now + NS_PER_MS);
}

static void late(struct loop *loop, int64_t ns)
{
	(void)loop;
	if (sink.is_measuring)
		histogram_record(&sink.late, ns);
}

static void turn_ends(struct loop *loop)
{
	(void)loop;
	net_flush(&sink.net);
}

/* --- results ------------------------------------------------------------------------------------------------------ */

static double per(double a, double b)
{
	return b > 0 ? a / b : 0;
}

static bool result_write(void)
{
	double s = (double)(sink.after.at - sink.before.at) / 1e9, own = (double)(sink.after.own - sink.before.own) / 1e9,
	       servers = (double)(sink.after.servers - sink.before.servers) / 1e9;
	uint64_t deliveries = sink.marker_len ? sink.marked : sink.messages;
	const struct histogram *h = &sink.latency;
	bool is_bottleneck = own / s > 0.9;
	json_t *all;
	bool is_written;

	printf("korsdrag-load sink: %lld connections, %.1f s\n\n  %llu messages (%.0f/s), %llu marked (%.0f/s), %.1f MB/s\n",
	        (long long)sink.o.clients, s, (unsigned long long)sink.messages, (double)sink.messages / s,
	        (unsigned long long)sink.marked, (double)sink.marked / s, (double)sink.bytes / s / 1e6);
	if (h->count)
		printf("  delivery, ms: p50 %.2f, p90 %.2f, p99 %.2f, p99.9 %.2f, max %.2f\n", (double)histogram_at(h, 0.5) / 1e6,
		        (double)histogram_at(h, 0.9) / 1e6, (double)histogram_at(h, 0.99) / 1e6, (double)histogram_at(h, 0.999) / 1e6,
		        (double)h->max / 1e6);
	printf("  this client: %.0f %% of a processor, late p99 %.2f ms\n", 100 * own / s, (double)histogram_at(&sink.late, 0.99) / 1e6);
	if (sink.o.pid_count)
		printf("  server: %.0f %% of a processor, %.1f MB, %.3f us a delivery\n", 100 * servers / s, (double)sink.after.servers_rss / 1e6,
		        per(servers * 1e6, (double)deliveries));
	if (sink.lost)
		printf("  %llu connections lost; the last: %s\n", (unsigned long long)sink.lost, sink.why);
	if (is_bottleneck)
		puts("  NOTE: this program used a whole processor: its figures are its own limit, not the server's");
	if (!sink.o.json_file)
		return true;
	all = json_pack("{s:I, s:f, s:I, s:I, s:I, s:I, s:f, s:f, s:f, s:I, s:f, s:f, s:f, s:f, s:b, s:I}", "connections",
	        (json_int_t)sink.o.clients, "seconds", s, "messages", (json_int_t)sink.messages, "marked", (json_int_t)sink.marked, "bytes",
	        (json_int_t)sink.bytes, "said", (json_int_t)sink.said, "deliveries_per_s", (double)deliveries / s, "client_cpu_share", own / s,
	        "server_cpu_share", servers / s, "server_rss", (json_int_t)sink.after.servers_rss, "server_us_per_delivery",
	        per(servers * 1e6, (double)deliveries), "p50_ms", (double)histogram_at(h, 0.5) / 1e6, "p99_ms",
	        (double)histogram_at(h, 0.99) / 1e6, "max_ms", (double)h->max / 1e6, "client_is_bottleneck", is_bottleneck, "lost",
	        (json_int_t)sink.lost);
	is_written = strcmp(sink.o.json_file, "-") == 0 ? json_dumpf(all, stdout, JSON_INDENT(1)) == 0 && puts("") != EOF
	                                                 : json_dump_file(all, sink.o.json_file, JSON_INDENT(1)) == 0;
	json_decref(all);
	return is_written ? true : complain(sink.o.json_file, "it cannot be written");
}

/* --- from the beginning --------------------------------------------------------------------------------------------- */

static bool reply_find(void)
{
	const char *mark = sink.o.answer ? strchr(sink.o.answer, '=') : NULL;

	if (sink.o.answer && !mark)
		return complain("--answer", "it is TEXT=REPLY");
	if (mark) {
		sink.answer_len = (size_t)(mark - sink.o.answer);
		sink.reply = mark + 1;
	}
	sink.marker_len = sink.o.marker ? strlen(sink.o.marker) : 0;
	return (!sink.o.say || strlen(sink.o.say) < SAY_MAX - 32) || complain("--say", "it is too long");
}

static bool targets_find(void)
{
	if (!targets_read(sink.targets, &sink.o))
		return false;
	for (int i = 0; i < sink.o.url_count; i++)
		if (sink.o.path)
			snprintf(sink.targets[i].url.path, sizeof sink.targets[i].url.path, "%s", sink.o.path);
	return true;
}

static void conns_make(void)
{
	static const struct conn_hooks hooks = { opened, heard, closed };

	RAND_bytes((unsigned char *)&sink.random, sizeof sink.random);
	sink.conns = calloc((size_t)sink.o.clients, sizeof *sink.conns);
	if (!sink.conns || !loop_init(&sink.loop) || !net_init(&sink.net, &sink.loop, &hooks, random_next(&sink.random)))
		abort();
	for (uint32_t i = 0; i < sink.o.clients; i++) {
		sink.conns[i].conn.fd = -1;
		sink.conns[i].index = i;
		sink.conns[i].due.fire = due_fires;
	}
	sink.loop.late = late;
	sink.loop.turn_ends = turn_ends;
	sink.tick.fire = tick_fires;
	sink.arrival.fire = arrival_fires;
}

int sink_run(const struct options *o)
{
	bool is_written;

	sink.o = *o;
	if (sink.o.writers > sink.o.clients)
		sink.o.writers = sink.o.clients;
	if (!reply_find() || !targets_find())
		return 2;
	conns_make();
	sink.began = clock_ns();
	timer_set(&sink.loop, &sink.arrival, sink.began);
	timer_set(&sink.loop, &sink.tick, sink.began + TICK);
	loop_run(&sink.loop);
	is_written = sink.has_failed || result_write();
	for (uint32_t i = 0; i < sink.o.clients; i++)
		conn_drop(&sink.conns[i].conn);
	free(sink.conns);
	net_finish(&sink.net);
	loop_finish(&sink.loop);
	return sink.has_failed || !is_written ? 3 : 0;
}

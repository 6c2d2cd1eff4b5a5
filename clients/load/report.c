/* report.c - how it goes while it goes, and the figures at the end, for people and for programs. */
#include "clients/load/run.h"
#include <errno.h>
#include <jansson.h>
#include <string.h>
#include <unistd.h>

#define PLAIN_EVERY 5        /* seconds between lines where there is no terminal */
#define BUSY_SHARE 0.9       /* of a processor: beyond it we are the bottleneck ourselves */
#define LATE_MS 10           /* so late our own schedule may be, at p99 */

static const char *const phase_words[] = { "arriving", "warming up", "measuring", "draining", "settling", "done" };

static double ms(int64_t ns)
{
	return (double)ns / 1e6;
}

static double seconds(const struct run *r)
{
	return (double)(r->cpu_after.at - r->cpu_before.at) / (double)NS_PER_S;
}

/* --- progress -------------------------------------------------------------------------------------------------- */

void progress_print(struct run *r, bool is_last)
{
	static struct { int64_t at; uint64_t acked, events; } before;
	static int count;
	bool is_terminal = isatty(STDERR_FILENO);
	int64_t now = clock_ns();
	double passed = before.at ? (double)(now - before.at) / 1e9 : 1;
	uint64_t acked = r->stats.acked + r->stats.reads_done;

	if (!r->o.has_progress || (!is_terminal && count++ % PLAIN_EVERY != 0) || (is_last && !is_terminal))
		return;
	fprintf(stderr, "%s%6.1f s  %-10s %u of %lld connected  %.0f answers/s  %.0f events/s  %llu under way  %llu lost%s",
	        is_terminal ? "\r\033[K" : "", (double)(now - r->began) / 1e9, phase_words[r->phase], r->ready,
	        (long long)r->o.clients, (double)(acked - before.acked) / passed,
	        (double)(r->stats.deliveries - before.events) / passed, (unsigned long long)r->under_way,
	        (unsigned long long)r->stats.lost, is_terminal && !is_last ? "" : "\n");
	fflush(stderr);
	before.at = now;
	before.acked = acked;
	before.events = r->stats.deliveries;
}

/* --- what the figures say -------------------------------------------------------------------------------------- */

struct line {
	const char *key, *words;
	const struct histogram *h;
};

enum { LINES = 8 };

static void lines_make(struct run *r, struct line lines[LINES])
{
	const struct line all[LINES] = {
		{ "ack", "acknowledged", &r->stats.ack },
		{ "delivery", "on another's screen", &r->stats.delivery },
		{ "read", "reads answered", &r->stats.read },
		{ "presence", "pointers shown", &r->stats.presence },
		{ "connect", "connected and open", &r->stats.connect },
		{ "back", "back after a loss", &r->stats.back },
		{ "late", "our own lateness", &r->stats.late },
		{ NULL, NULL, NULL },
	};

	memcpy(lines, all, sizeof all);
}

static double own_share(const struct run *r)
{
	return (double)(r->cpu_after.own - r->cpu_before.own) / (double)(r->cpu_after.at - r->cpu_before.at);
}

static double host_share(const struct run *r)
{
	int64_t all = r->cpu_after.all - r->cpu_before.all;

	return all > 0 ? 1 - (double)(r->cpu_after.idle - r->cpu_before.idle) / (double)all : 0;
}

/* Why the figures may say more of us than of the server; NULL: they do not. */
static const char *bottleneck(const struct run *r)
{
	if (own_share(r) > BUSY_SHARE)
		return "this program used a whole processor: its figures are its own limit, not the server's";
	if (r->stats.late.count > 100 && histogram_at(&r->stats.late, 0.99) > LATE_MS * NS_PER_MS)
		return host_share(r) > BUSY_SHARE
		               ? "every processor of this host was busy, and this program ran late: latencies include that"
		               : "this program ran late: latencies include that";
	return NULL;
}

/* --- the table --------------------------------------------------------------------------------------------------- */

static void line_print(const struct line *l, double s)
{
	const struct histogram *h = l->h;

	if (!h->count)
		return;
	printf("  %-20s %11llu %10.1f %9.2f %9.2f %9.2f %9.2f %9.2f\n", l->words, (unsigned long long)h->count, (double)h->count / s,
	        ms(histogram_at(h, 0.5)), ms(histogram_at(h, 0.9)), ms(histogram_at(h, 0.99)), ms(histogram_at(h, 0.999)), ms(h->max));
}

static double us_per(int64_t ns, uint64_t count)
{
	return count ? (double)ns / 1000 / (double)count : 0;
}

/* What each connection added to a process's memory. */
static double kb_each(const struct run *r, int64_t before, int64_t after)
{
	return (double)(after - before) / 1e3 / (double)r->user_count;
}

static void costs_print(const struct run *r)
{
	int64_t own = r->cpu_after.own - r->cpu_before.own, servers = r->cpu_after.servers - r->cpu_before.servers,
	        database = r->cpu_after.database - r->cpu_before.database;
	uint64_t calls = r->stats.acked_measured + r->stats.reads_measured;
	double s = seconds(r);

	printf("\n  calls %.1f/s, deliveries %.0f/s (to the writers too) in frames of %.1f events, %.1f MB/s read\n", (double)calls / s,
	        (double)r->stats.deliveries / s,
	        r->stats.delivery_frames ? (double)r->stats.deliveries / (double)r->stats.delivery_frames : 0,
	        (double)(r->bytes_after - r->bytes_before) / s / 1e6);
	printf("  this client: %.0f %% of a processor, %.1f MB (%.1f KB a connection)", 100 * own_share(r),
	        (double)r->cpu_after.own_rss / 1e6, kb_each(r, r->cpu_start.own_rss, r->cpu_after.own_rss));
	if (calls)
		printf(", %.0f calls a second of its CPU", (double)calls / ((double)own / 1e9));
	if (r->o.pid_count)
		printf("\n  server: %.0f %% of a processor, %.1f MB (%.1f KB a connection), %.2f us a call, %.3f us a delivery",
		        100 * (double)servers / 1e9 / s, (double)r->cpu_after.servers_rss / 1e6,
		        kb_each(r, r->cpu_start.servers_rss, r->cpu_after.servers_rss), us_per(servers, calls), us_per(servers, r->stats.deliveries));
	if (r->o.database_pid)
		printf("\n  database: %.0f %% of a processor, %.2f us a call", 100 * (double)database / 1e9 / s, us_per(database, calls));
	printf("\n  host: %.0f %% busy\n", 100 * host_share(r));
}

static void troubles_print(const struct run *r)
{
	const struct stats *s = &r->stats;

	for (int i = 0; refusal_words[i]; i++)
		if (s->refusals[i])
			printf("  %llu answered %s\n", (unsigned long long)s->refusals[i], refusal_words[i]);
	if (s->lost || s->failed_connects)
		printf("  %llu connections lost, %llu tries in vain; the last: %s\n", (unsigned long long)s->lost,
		        (unsigned long long)s->failed_connects, *s->last_loss ? s->last_loss : "cut by us");
	if (s->resent || s->unknown)
		printf("  %llu calls sent again, %llu of unknown outcome\n", (unsigned long long)s->resent, (unsigned long long)s->unknown);
	if (s->behind)
		printf("  %llu times so far behind that a snapshot came instead of events\n", (unsigned long long)s->behind);
	if (s->hostile_acts)
		printf("  %llu hostile acts, %llu answers to them, %llu connections ended by the server\n",
		        (unsigned long long)s->hostile_acts, (unsigned long long)s->bad_answers, (unsigned long long)s->hostile_closed);
	if (bottleneck(r))
		printf("  NOTE: %s\n", bottleneck(r));
}

static void checks_print(const struct run *r)
{
	uint64_t events = 0, snapshots = 0, unheard = 0;

	for (int i = 0; i < r->stream_count; i++) {
		events += r->streams[i].head - r->streams[i].base;
		snapshots += r->streams[i].snapshots;
		unheard += r->streams[i].unheard;
	}
	printf("\n  checked: %llu acknowledged changes, %llu events of %d streams, %llu snapshots", (unsigned long long)r->stats.acked,
	        (unsigned long long)events, r->stream_count, (unsigned long long)snapshots);
	if (unheard)
		printf(" (%llu events were heard by nobody: what they changed is checked by snapshots alone)", (unsigned long long)unheard);
	putchar('\n');
	for (int i = 0; i < WRONG_KINDS; i++)
		if (r->wrongs.count[i])
			printf("  WRONG: %llu %s; the first: %s\n", (unsigned long long)r->wrongs.count[i], wrong_words[i], r->wrongs.first[i]);
	if (!wrongs_total(&r->wrongs))
		puts("  everything held");
}

void report_print(struct run *r)
{
	struct line lines[LINES];

	lines_make(r, lines);
	printf("korsdrag-load %s: %lld clients, %lld writers, %d node%s, %.1f s, seed %lld\n\n", r->o.scenario, (long long)r->o.clients,
	        (long long)r->o.writers, r->o.url_count, r->o.url_count == 1 ? "" : "s", seconds(r), (long long)r->o.seed);
	printf("  %-20s %11s %10s %9s %9s %9s %9s %9s\n", "milliseconds", "count", "a second", "p50", "p90", "p99", "p99.9", "max");
	for (int i = 0; lines[i].key; i++)
		line_print(&lines[i], seconds(r));
	costs_print(r);
	troubles_print(r);
	checks_print(r);
	fflush(stdout);
}

/* --- JSON --------------------------------------------------------------------------------------------------------- */

static json_t *histogram_json(const struct histogram *h)
{
	return json_pack("{s:I, s:f, s:f, s:f, s:f, s:f, s:f, s:f}", "count", (json_int_t)h->count, "mean_ms",
	        histogram_mean(h) / 1e6, "min_ms", ms(h->min), "p50_ms", ms(histogram_at(h, 0.5)), "p90_ms", ms(histogram_at(h, 0.9)),
	        "p99_ms", ms(histogram_at(h, 0.99)), "p999_ms", ms(histogram_at(h, 0.999)), "max_ms", ms(h->max));
}

static json_t *settings_json(const struct run *r)
{
	const struct options *o = &r->o;

	return json_pack("{s:s, s:I, s:I, s:i, s:f, s:I, s:I, s:I, s:I, s:I, s:f, s:I, s:I, s:I}", "scenario", o->scenario, "clients",
	        (json_int_t)o->clients, "writers", (json_int_t)o->writers, "nodes", o->url_count, "rate", o->rate, "in_flight",
	        (json_int_t)o->in_flight, "boards", (json_int_t)o->boards, "threads", (json_int_t)o->threads, "cards",
	        (json_int_t)o->cards, "text", (json_int_t)o->text, "presence", o->presence, "slow", (json_int_t)o->slow, "hostile",
	        (json_int_t)o->hostile, "seed", (json_int_t)o->seed);
}

static json_t *counts_json(const struct run *r)
{
	const struct stats *s = &r->stats;
	json_t *refusals = json_object();

	for (int i = 0; refusal_words[i]; i++)
		if (s->refusals[i])
			json_object_set_new(refusals, refusal_words[i], json_integer((json_int_t)s->refusals[i]));
	return json_pack("{s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:o}", "sent",
	        (json_int_t)s->sent, "acked", (json_int_t)s->acked, "refused", (json_int_t)s->refused, "unknown",
	        (json_int_t)s->unknown, "resent", (json_int_t)s->resent, "reads", (json_int_t)s->reads_done, "lost",
	        (json_int_t)s->lost, "failed_connects", (json_int_t)s->failed_connects, "behind", (json_int_t)s->behind,
	        "presence_sent", (json_int_t)s->presence_sent, "presence_frames", (json_int_t)s->presence_heard, "deliveries",
	        (json_int_t)s->deliveries, "delivery_frames", (json_int_t)s->delivery_frames, "hostile_acts",
	        (json_int_t)s->hostile_acts, "hostile_closed", (json_int_t)s->hostile_closed, "refusals", refusals);
}

static json_t *rates_json(const struct run *r)
{
	int64_t own = r->cpu_after.own - r->cpu_before.own, servers = r->cpu_after.servers - r->cpu_before.servers;
	uint64_t calls = r->stats.acked_measured + r->stats.reads_measured;
	double s = seconds(r);
	json_t *rates = json_pack("{s:f, s:f, s:f, s:f, s:f, s:I, s:f, s:b, s:f}", "seconds", s, "calls_per_s", (double)calls / s,
	        "acks_per_s", (double)r->stats.acked_measured / s, "deliveries_per_s", (double)r->stats.deliveries / s,
	        "client_cpu_share", own_share(r), "client_rss", (json_int_t)r->cpu_after.own_rss, "host_cpu_share", host_share(r),
	        "client_is_bottleneck", bottleneck(r) != NULL, "client_us_per_delivery", us_per(own, r->stats.deliveries));

	if (r->o.pid_count)
		json_object_update_new(rates,
		        json_pack("{s:f, s:I, s:f, s:f, s:f}", "server_cpu_share", (double)servers / 1e9 / s, "server_rss",
		                (json_int_t)r->cpu_after.servers_rss, "server_kb_per_connection",
		                kb_each(r, r->cpu_start.servers_rss, r->cpu_after.servers_rss), "server_us_per_call", us_per(servers, calls),
		                "server_us_per_delivery", us_per(servers, r->stats.deliveries)));
	if (r->o.database_pid)
		json_object_set_new(rates, "database_us_per_call", json_real(us_per(r->cpu_after.database - r->cpu_before.database, calls)));
	return rates;
}

static json_t *checks_json(const struct run *r)
{
	json_t *checks = json_object();
	uint64_t unheard = 0;

	for (int i = 0; i < WRONG_KINDS; i++)
		if (r->wrongs.count[i])
			json_object_set_new(checks, wrong_words[i],
			        json_pack("{s:I, s:s}", "count", (json_int_t)r->wrongs.count[i], "first", r->wrongs.first[i]));
	for (int i = 0; i < r->stream_count; i++)
		unheard += r->streams[i].unheard;
	return json_pack("{s:b, s:I, s:o}", "held", wrongs_total(&r->wrongs) == 0, "unheard", (json_int_t)unheard, "wrong", checks);
}

bool report_write_json(struct run *r)
{
	json_t *all, *latency;
	struct line lines[LINES];
	bool is_written;

	if (!r->o.json_file)
		return true;
	latency = json_object();
	lines_make(r, lines);
	for (int i = 0; lines[i].key; i++)
		if (lines[i].h->count)
			json_object_set_new(latency, lines[i].key, histogram_json(lines[i].h));
	all = json_pack("{s:o, s:o, s:o, s:o, s:o}", "settings", settings_json(r), "rates", rates_json(r), "latency", latency, "counts",
	        counts_json(r), "checks", checks_json(r));
	is_written = strcmp(r->o.json_file, "-") == 0 ? json_dumpf(all, stdout, JSON_INDENT(1)) == 0 && puts("") != EOF
	                                              : json_dump_file(all, r->o.json_file, JSON_INDENT(1)) == 0;
	json_decref(all);
	if (!is_written)
		fprintf(stderr, "korsdrag-load: %s: %s\n", r->o.json_file, strerror(errno));
	return is_written;
}

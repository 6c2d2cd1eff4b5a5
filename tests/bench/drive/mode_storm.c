/* mode_storm.c - many clients lose their server at once and come back on another, from where they were, while others go on
 * writing there.
 *
 * "ready" is printed when all are joined; the server is then killed by whoever runs this. The clients that lost it wait a random
 * part of --spread, as browsers do, and open their stream since the last event they have. */
#include "report.h"
#include <stddef.h>
#include <string.h>

static struct usage before;
static struct timer settle;
static uint32_t back;
static int64_t lost_at;
static struct histogram calm_latency;

static void storm_lost(struct client *c)
{
	if (!lost_at) {
		lost_at = clock_ns();
		calm_latency = drive.ack_latency;
		memset(&drive.ack_latency, 0, sizeof drive.ack_latency);
		memset(&drive.join_latency, 0, sizeof drive.join_latency);
		usage_read(&before);
		drive.is_measuring = true;
		drive.joined = options.others;
		drive.lost = 0;
		drive.again = 0;
		drive.is_after = true;
	}
	c->tries = 0;
	client_return(c, (int64_t)(options.spread_s * NS_PER_S));
}

static void storm_joined(struct client *c)
{
	if (!lost_at || c->index < options.others || ++back < options.clients)
		return;
	writers_stop();
	if (options.others)
		writers_count_late();
	printf("{\"mode\":\"storm\",\"clients\":%u,\"back_after_s\":%.3f,\"again\":%u,", options.clients, (double)(clock_ns() - lost_at) / 1e9,
		drive.again);
	report_usage(&before, stdout);
	putchar(',');
	report_histogram(&drive.join_latency, "join", stdout);
	putchar(',');
	report_histogram(&calm_latency, "ack_before", stdout);
	putchar(',');
	report_histogram(&drive.ack_latency, "ack", stdout);
	printf(",\"failed\":%llu,\"skipped\":%llu,\"gaps\":%llu,\"failure\":", (unsigned long long)drive.failed, (unsigned long long)drive.skipped,
		(unsigned long long)drive.gaps);
	report_text(drive.failure, stdout);
	printf("}\n");
	fflush(stdout);
	loop_stop(&drive.loop);
}

static void ready(struct timer *t, int64_t now)
{
	(void)t, (void)now;
	printf("{\"mode\":\"storm\",\"ready\":%u}\n", drive.joined);
	fflush(stdout);
}

static void all_joined(void)
{
	drive.is_measuring = true;
	drive.window_began = clock_ns();
	if (options.others)
		writers_begin(0, options.others);
	settle.fire = ready;
	timer_set(&drive.loop, &settle, clock_ns() + (int64_t)(options.warm_s * NS_PER_S));
}

/* The others, who come first, are on the server that stays. */
void mode_storm(void)
{
	drive.on_joined = storm_joined;
	drive.on_lost = storm_lost;
	clients_begin(0, options.others + options.clients, all_joined);
	loop_run(&drive.loop);
}

/* mode_join.c - clients come one after the other and leave again: how long until each has everything, and in how many bytes. */
#include "report.h"

static struct usage before;
static struct timer next_step;
static uint32_t done;

static void next_client(struct timer *t, int64_t now)
{
	(void)t, (void)now;
	conn_drop(&drive.clients[done].conn);
	if (++done < options.clients) {
		drive.is_measuring = true;
		clients_begin(done, 1, NULL);
		return;
	}
	printf("{\"mode\":\"join\",\"protocol\":\"%s\",\"clients\":%u,", options.protocol->name, options.clients);
	report_usage(&before, stdout);
	putchar(',');
	report_histogram(&drive.join_latency, "join", stdout);
	printf("}\n");
	fflush(stdout);
	loop_stop(&drive.loop);
}

/* Called by the loop at each turn's end: the client that came is let go outside of its own message. */
static void turn_ends(struct loop *loop)
{
	net_flush(&drive.net);
	if (done < options.clients && drive.clients[done].is_joined && !next_step.at) {
		next_step.fire = next_client;
		timer_set(loop, &next_step, clock_ns() + 20 * NS_PER_MS);
	}
}

void mode_join(void)
{
	drive.loop.turn_ends = turn_ends;
	usage_read(&before);
	clients_begin(0, 1, NULL);
	loop_run(&drive.loop);
}

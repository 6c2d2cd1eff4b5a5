/* mode_run.c - clients join, writers write, and after a warm-up a window of time is measured: what was acknowledged, what
 * was delivered, how late, and the processor time of whoever is watched. */
#include "report.h"
#include <string.h>

static struct timer next_step;
static struct usage before;

static void window_end(struct timer *t, int64_t now)
{
	(void)t, (void)now;
	drive.is_measuring = false;
	writers_count_late();
	report_window(&before);
	loop_stop(&drive.loop);
}

static void window_begin(struct timer *t, int64_t now)
{
	drive.is_measuring = true;
	drive.window_began = clock_ns();
	usage_read(&before);
	t->fire = window_end;
	timer_set(&drive.loop, t, now + (int64_t)(options.seconds * NS_PER_S));
}

static void begin_writing(struct timer *t, int64_t now)
{
	writers_begin(0, options.writers);
	t->fire = window_begin;
	timer_set(&drive.loop, t, now + (int64_t)(options.warm_s * NS_PER_S));
}

/* What the joining itself causes (lists of who is here) is not what is measured. */
static void all_joined(void)
{
	next_step.fire = begin_writing;
	timer_set(&drive.loop, &next_step, clock_ns() + NS_PER_S + (int64_t)options.clients * NS_PER_MS / 5);
}

void mode_run(void)
{
	clients_begin(0, options.clients + options.others, all_joined);
	loop_run(&drive.loop);
}

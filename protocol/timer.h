/* timer.h - a board's one timer as it travels. The field tables are in timer.c. */
#ifndef PROTOCOL_TIMER_H
#define PROTOCOL_TIMER_H
#include "protocol/kd.h"

#define KD_TIMER_SECONDS_MIN 5
#define KD_TIMER_SECONDS_MAX 28800 /* eight hours */
#define KD_TIMER_LABEL_MAX 80

struct kd_timer { /* times in ms */
	const char *label;
	int64_t duration;
	struct kd_opt_int ends_at, left; /* one of them */
};
extern const struct kd_field kd_timer_fields[];

struct kd_timer_start {
	const char *board;
	int64_t seconds;
	const char *label, *op;
};
struct kd_timer_extend {
	const char *board;
	int64_t seconds;
	const char *op;
};
struct kd_timer_change { /* pause, resume, stop */
	const char *board, *op;
};
struct kd_clock {
	int64_t now;
};

struct kd_timer_set { /* all events but timer.stopped */
	struct kd_timer timer;
};

extern const struct kd_event kd_timer_started, kd_timer_paused, kd_timer_resumed, kd_timer_extended, kd_timer_stopped;
extern const struct kd_event *const kd_timer_events[];
extern const struct kd_method kd_timer_start, kd_timer_pause, kd_timer_resume, kd_timer_extend, kd_timer_stop, kd_clock_get;
extern const struct kd_method *const kd_timer_methods[];
#endif

/* timer.h - the rules of a board's timer, as pure functions on structs: no I/O, no clock. */
#ifndef BOARD_TIMER_H
#define BOARD_TIMER_H
#include "base/err.h"

struct timer_state { /* times in ms */
	bool is_there;
	const char *label; /* NULL: none. Borrowed */
	int64_t duration;  /* with what was added */
	bool is_paused;
	int64_t ends_at;   /* unless it is paused */
	int64_t left;      /* when it is paused */
};

/* What is left of it at a time; 0: it is out, or there is none. */
int64_t timer_left(const struct timer_state *t, int64_t now);

/* Each changes `t`, or leaves it as it is and says why. */
bool timer_start_at(struct timer_state *t, const char *label, int64_t seconds, int64_t now, struct err *err);
bool timer_pause_at(struct timer_state *t, int64_t now, struct err *err);
bool timer_resume_at(struct timer_state *t, int64_t now, struct err *err);
bool timer_extend_at(struct timer_state *t, int64_t seconds, int64_t now, struct err *err);
bool timer_stop_now(struct timer_state *t, struct err *err);
#endif

/* handle.h - what is common to everything that sits on the loop; inside this room only.
 *
 * Each object begins with its libuv handle, whose `data` is its own address: so the loop knows its own when it
 * closes what is left. libuv frees nothing until the close callback, so an object may be destroyed inside its own
 * callback. */
#ifndef LOOP_HANDLE_H
#define LOOP_HANDLE_H
#include "loop/loop.h"
#include <uv.h>

struct loop {
	uv_loop_t uv;
	uv_prepare_t before_sleep;
	uv_idle_t no_sleep;     /* active while tasks wait */
	struct task tasks;      /* ring heads: tasks of the next round, */
	struct task running;    /* and of this one */
	struct turn_end *turn_ends;
	bool is_ending_turn;
	uint64_t turn_began_ns, turn_idle_ns; /* libuv's clocks at the last turn's end */
	int64_t slow_us;                      /* a turn that takes longer is told of */
	const char *note;                     /* what this turn was last doing */
	bool is_unmeasured;                   /* a signal cut libuv's measure of the sleep short */
	struct metric *turn_seconds, *turns_slow;
	struct work *work_waiting;            /* for one of the few threads */
	int work_waits, work_running;
};

void handle_close(uv_handle_t *h); /* freed on a later turn */
#endif

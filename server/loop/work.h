/* work.h - what takes too long for the loop, on a thread of libuv's pool: drawing pages, reading large files.
 *
 * A job runs alone with what it was given: no log, no metrics, no arena of a call, nothing of the loop's. Few run at once, and few
 * wait: whoever comes beyond that is refused. */
#ifndef LOOP_WORK_H
#define LOOP_WORK_H
#include "loop/loop.h"

#define WORK_AT_ONCE 2   /* the machine's other work goes on */
#define WORK_WAITING 16

struct work;

/* `run` gets `job` on another thread, then `done` on the loop, which may look at the job; `job_free` frees it after that, on the
 * loop. NULL: too much work waits, or no memory; the job is still the caller's. */
struct work *work_begin(struct loop *loop, void *job, void (*run)(void *job), void (*done)(void *owner, void *job),
	void (*job_free)(void *job), void *owner);
/* `done` is not called any more; the job is freed when it has run, or at once if it has not begun. NULL is fine. */
void work_abandon(struct work *w);
#endif

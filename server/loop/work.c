/* work.c - jobs on libuv's threads, a few at once. */
#include "loop/work.h"
#include "handle.h"
#include <stdlib.h>
#include <utlist.h>

struct work {
	uv_work_t uv; /* first */
	struct loop *loop;
	void *job;
	void (*run)(void *job);
	void (*done)(void *owner, void *job); /* NULL: abandoned */
	void (*job_free)(void *job);
	void *owner;
	bool is_begun;
	struct work *prev, *next; /* loop->work_waiting */
};

static void work_free(struct work *w)
{
	w->job_free(w->job);
	free(w);
}

static void on_run(uv_work_t *uv)
{
	struct work *w = (struct work *)uv;

	w->run(w->job);
}

static void work_next(struct loop *loop);

static void on_done(uv_work_t *uv, int status)
{
	struct work *w = (struct work *)uv;
	struct loop *loop = w->loop;

	(void)status; /* it is never cancelled: what has begun runs to its end */
	loop->work_running--;
	work_next(loop);
	if (w->done)
		w->done(w->owner, w->job);
	work_free(w);
}

static void work_next(struct loop *loop)
{
	struct work *w = loop->work_waiting;

	if (!w || loop->work_running == WORK_AT_ONCE)
		return;
	DL_DELETE(loop->work_waiting, w);
	loop->work_waits--;
	loop->work_running++;
	w->is_begun = true;
	uv_queue_work(&loop->uv, &w->uv, on_run, on_done); /* fails only without a callback */
}

struct work *work_begin(struct loop *loop, void *job, void (*run)(void *job), void (*done)(void *owner, void *job),
	void (*job_free)(void *job), void *owner)
{
	struct work *w = loop->work_waits < WORK_WAITING ? calloc(1, sizeof(*w)) : NULL;

	if (!w)
		return NULL;
	w->loop = loop;
	w->job = job;
	w->run = run;
	w->done = done;
	w->job_free = job_free;
	w->owner = owner;
	DL_APPEND(loop->work_waiting, w);
	loop->work_waits++;
	work_next(loop);
	return w;
}

void work_abandon(struct work *w)
{
	if (!w)
		return;
	w->done = NULL;
	if (w->is_begun)
		return;
	DL_DELETE(w->loop->work_waiting, w);
	w->loop->work_waits--;
	work_free(w);
}

/* timer.c - timers of the loop. */
#include "handle.h"
#include <stdlib.h>

struct timer {
	uv_timer_t uv; /* first: see handle.h */
	void (*fn)(void *owner);
	void *owner;
};

static void on_timer(uv_timer_t *h)
{
	struct timer *t = (struct timer *)h;

	t->fn(t->owner);
}

struct timer *loop_timer_create(struct loop *loop, void (*fn)(void *owner), void *owner)
{
	struct timer *t = calloc(1, sizeof *t);

	if (!t)
		return NULL;
	t->fn = fn;
	t->owner = owner;
	uv_timer_init(&loop->uv, &t->uv);
	t->uv.data = t;
	return t;
}

void timer_start(struct timer *t, int64_t after_ms, int64_t repeat_ms)
{
	/* libuv counts from the beginning of the turn; after long work a short timer would fire at once. */
	uv_update_time(t->uv.loop);
	uv_timer_start(&t->uv, on_timer, after_ms < 0 ? 0 : (uint64_t)after_ms, repeat_ms < 0 ? 0 : (uint64_t)repeat_ms);
}

void timer_stop(struct timer *t)
{
	uv_timer_stop(&t->uv);
}

void timer_destroy(struct timer *t)
{
	if (t)
		handle_close((uv_handle_t *)&t->uv);
}

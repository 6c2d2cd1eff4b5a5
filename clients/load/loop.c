/* loop.c - waits, calls, and counts how late it was. */
#include "clients/load/loop.h"
#include "clients/load/clock.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#define EVENTS_MAX 256

bool loop_init(struct loop *loop)
{
	*loop = (struct loop){ .epoll = epoll_create1(EPOLL_CLOEXEC) };
	loop->now = clock_ns();
	return loop->epoll >= 0;
}

void loop_finish(struct loop *loop)
{
	close(loop->epoll);
	free(loop->heap);
}

bool loop_watch(struct loop *loop, int fd, struct watch *w, uint32_t events)
{
	struct epoll_event e = { .events = events, .data.ptr = w };

	return epoll_ctl(loop->epoll, EPOLL_CTL_ADD, fd, &e) == 0;
}

void loop_rewatch(struct loop *loop, int fd, struct watch *w, uint32_t events)
{
	struct epoll_event e = { .events = events, .data.ptr = w };

	epoll_ctl(loop->epoll, EPOLL_CTL_MOD, fd, &e);
}

/* --- timers: a binary heap ------------------------------------------------------------------------------ */

static void place(struct loop *loop, struct timer *t, uint32_t at)
{
	loop->heap[at] = t;
	t->at = at;
}

static void rise(struct loop *loop, struct timer *t, uint32_t at)
{
	for (; at > 1 && loop->heap[at / 2]->when > t->when; at /= 2)
		place(loop, loop->heap[at / 2], at);
	place(loop, t, at);
}

static void sink(struct loop *loop, struct timer *t, uint32_t at)
{
	for (;;) {
		uint32_t child = 2 * at;

		if (child > loop->count)
			break;
		if (child < loop->count && loop->heap[child + 1]->when < loop->heap[child]->when)
			child++;
		if (loop->heap[child]->when >= t->when)
			break;
		place(loop, loop->heap[child], at);
		at = child;
	}
	place(loop, t, at);
}

static void heap_grow(struct loop *loop)
{
	uint32_t size = loop->size ? 2 * loop->size : 1024;
	struct timer **more = realloc(loop->heap, (size + 1) * sizeof(struct timer *));

	if (!more)
		abort(); /* nothing is left to measure with */
	loop->heap = more;
	loop->size = size;
}

void timer_clear(struct loop *loop, struct timer *t)
{
	struct timer *last;
	uint32_t at = t->at;

	if (!at)
		return;
	last = loop->heap[loop->count--];
	t->at = 0;
	if (last == t)
		return;
	if (at > 1 && loop->heap[at / 2]->when > last->when)
		rise(loop, last, at);
	else
		sink(loop, last, at);
}

void timer_set(struct loop *loop, struct timer *t, int64_t when)
{
	timer_clear(loop, t);
	if (loop->count == loop->size)
		heap_grow(loop);
	t->when = when;
	rise(loop, t, ++loop->count);
}

static void timers_fire(struct loop *loop)
{
	loop->now = clock_ns();
	while (loop->count && loop->heap[1]->when <= loop->now) {
		struct timer *t = loop->heap[1];
		int64_t late = loop->now - t->when;

		timer_clear(loop, t);
		if (late > loop->late_max)
			loop->late_max = late;
		if (loop->late)
			loop->late(loop, late);
		t->fire(t, loop->now);
	}
}

/* --- turns ------------------------------------------------------------------------------------------------ */

static void wait_and_call(struct loop *loop)
{
	struct epoll_event events[EVENTS_MAX];
	struct timespec wait = { 0 };
	int64_t left = loop->count ? loop->heap[1]->when - clock_ns() : NS_PER_S;
	int n;

	if (left > 0)
		wait = (struct timespec){ .tv_sec = left / NS_PER_S, .tv_nsec = left % NS_PER_S };
	n = epoll_pwait2(loop->epoll, events, EVENTS_MAX, &wait, NULL);
	if (n < 0 && errno != EINTR)
		abort();
	loop->now = clock_ns();
	for (int i = 0; i < n; i++) {
		struct watch *w = events[i].data.ptr;

		w->ready(w, events[i].events);
	}
}

void loop_run(struct loop *loop)
{
	loop->has_stopped = false;
	while (!loop->has_stopped) {
		wait_and_call(loop);
		timers_fire(loop);
		loop->turns++;
		if (loop->turn_ends)
			loop->turn_ends(loop);
	}
}

void loop_stop(struct loop *loop)
{
	loop->has_stopped = true;
}

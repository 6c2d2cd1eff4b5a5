/* watch.c - descriptors of others, and signals. */
#include "handle.h"
#include <stdlib.h>

struct watch {
	uv_poll_t uv; /* first: see handle.h */
	void (*fn)(void *owner, int events);
	void *owner;
	int wanted;
};

struct loop_signal {
	uv_signal_t uv; /* first: see handle.h */
	struct loop *loop;
	void (*fn)(void *owner, int signum);
	void *owner;
};

static void on_poll(uv_poll_t *h, int status, int events)
{
	struct watch *w = (struct watch *)h;
	int seen = 0;

	if (events & UV_READABLE)
		seen |= WATCH_READ;
	if (events & UV_WRITABLE)
		seen |= WATCH_WRITE;
	/* A broken descriptor: who reads or writes it will find out why. libuv has stopped watching. */
	if (status < 0)
		seen = WATCH_READ | WATCH_WRITE;
	w->fn(w->owner, seen);
}

struct watch *watch_create(struct loop *loop, int fd, void (*fn)(void *owner, int events), void *owner)
{
	struct watch *w = calloc(1, sizeof *w);

	if (!w)
		return NULL;
	w->fn = fn;
	w->owner = owner;
	if (uv_poll_init(&loop->uv, &w->uv, fd) != 0) {
		free(w);
		return NULL;
	}
	w->uv.data = w;
	return w;
}

void watch_want(struct watch *w, int events)
{
	int wanted = 0;

	if (events & WATCH_READ)
		wanted |= UV_READABLE;
	if (events & WATCH_WRITE)
		wanted |= UV_WRITABLE;
	if (wanted == w->wanted && (wanted == 0 || uv_is_active((uv_handle_t *)&w->uv)))
		return;
	w->wanted = wanted;
	if (wanted)
		uv_poll_start(&w->uv, wanted, on_poll);
	else
		uv_poll_stop(&w->uv);
}

void watch_destroy(struct watch *w)
{
	if (w)
		handle_close((uv_handle_t *)&w->uv);
}

static void on_signal(uv_signal_t *h, int signum)
{
	struct loop_signal *s = (struct loop_signal *)h;

	s->loop->is_unmeasured = true;
	s->fn(s->owner, signum);
}

struct loop_signal *loop_signal_create(struct loop *loop, int signum, void (*fn)(void *owner, int signum), void *owner)
{
	struct loop_signal *s = calloc(1, sizeof *s);

	if (!s)
		return NULL;
	s->loop = loop;
	s->fn = fn;
	s->owner = owner;
	uv_signal_init(&loop->uv, &s->uv);
	s->uv.data = s;
	if (uv_signal_start(&s->uv, on_signal, signum) != 0) {
		handle_close((uv_handle_t *)&s->uv);
		return NULL;
	}
	return s;
}

void loop_signal_destroy(struct loop_signal *s)
{
	if (s)
		handle_close((uv_handle_t *)&s->uv);
}

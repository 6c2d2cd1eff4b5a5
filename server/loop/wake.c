/* wake.c - the one call into the loop that other threads may make: a library's own thread has something for us. */
#include "handle.h"
#include <stdlib.h>

struct wake {
	uv_async_t uv; /* first: see handle.h */
	void (*fn)(void *owner);
	void *owner;
};

static void on_wake(uv_async_t *h)
{
	struct wake *w = (struct wake *)h;

	w->fn(w->owner);
}

struct wake *wake_create(struct loop *loop, void (*fn)(void *owner), void *owner)
{
	struct wake *w = calloc(1, sizeof *w);

	if (!w)
		return NULL;
	w->fn = fn;
	w->owner = owner;
	if (uv_async_init(&loop->uv, &w->uv, on_wake) != 0) {
		free(w);
		return NULL;
	}
	w->uv.data = w;
	return w;
}

void wake_send(struct wake *w)
{
	uv_async_send(&w->uv);
}

void wake_destroy(struct wake *w)
{
	if (w)
		handle_close((uv_handle_t *)&w->uv);
}

/* queue.c - a connection's ring of waiting frames. */
#include "net/queue.h"
#include "net/frame_wire.h"
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#define CAP_FIRST 8u
#define CAP_KEPT 64u /* a ring that has grown beyond this is given back when it runs empty */

static struct queue_item *at(const struct queue *q, uint32_t i)
{
	assert(q->items); /* there is no i-th in an empty ring */
	return &q->items[(q->first + i) & (q->cap - 1)];
}

size_t queue_cost(const struct frame *f)
{
	return f->len + QUEUE_ITEM_COST;
}

static bool grow(struct queue *q)
{
	uint32_t cap = q->cap ? q->cap * 2 : CAP_FIRST;
	struct queue_item *items = calloc(cap, sizeof(*items));

	if (!items)
		return false;
	for (uint32_t i = 0; i < q->count; i++)
		items[i] = *at(q, i);
	free(q->items);
	q->items = items;
	q->first = 0;
	q->cap = cap;
	return true;
}

bool queue_push(struct queue *q, struct frame *f, uint32_t tag)
{
	if (q->count == q->cap && !grow(q))
		return false;
	*at(q, q->count++) = (struct queue_item){ frame_ref(f), tag };
	q->bytes += queue_cost(f);
	return true;
}

static void pop(struct queue *q)
{
	struct frame *f = at(q, 0)->frame;

	q->bytes -= queue_cost(f) - q->sent;
	q->sent = 0;
	q->first = (q->first + 1) & (q->cap - 1);
	q->count--;
	frame_unref(f);
	if (q->count == 0 && q->cap > CAP_KEPT) {
		free(q->items);
		q->items = NULL;
		q->first = q->cap = 0;
	}
}

void queue_finish(struct queue *q)
{
	while (q->count)
		pop(q);
	free(q->items);
	*q = (struct queue){ 0 };
}

size_t queue_drop(struct queue *q, uint32_t tag)
{
	uint32_t kept = q->sent > 0, count = q->count;

	for (uint32_t i = kept; i < count; i++) {
		struct queue_item item = *at(q, i);

		if (item.tag != tag) {
			*at(q, kept++) = item;
			continue;
		}
		q->bytes -= queue_cost(item.frame);
		frame_unref(item.frame);
	}
	q->count = kept;
	return count - kept;
}

/* The next fragment of a frame that is too big to leave whole. */
static size_t gather_fragment(struct queue *q, char *out, size_t cap, size_t *frames)
{
	struct frame *f = at(q, 0)->frame;
	size_t piece = f->len - q->sent, head;
	bool is_last = piece <= cap - FRAME_HEAD_MAX;

	if (!is_last)
		piece = cap - FRAME_HEAD_MAX;
	head = frame_head_write(out, (q->sent ? FRAME_CONTINUATION : FRAME_TEXT) | (is_last ? FRAME_FIN : 0), piece);
	memcpy(out + head, f->data + q->sent, piece);
	q->sent += (uint32_t)piece;
	q->bytes -= piece;
	if (is_last) {
		*frames += 1;
		pop(q);
	}
	return head + piece;
}

size_t queue_gather(struct queue *q, char *out, size_t cap, size_t *frames)
{
	size_t n = 0;

	while (q->count) {
		struct frame *f = at(q, 0)->frame;
		size_t head = frame_head_size(f->len), size = head + f->len;

		if (q->sent || size > cap || f->len > FRAME_WHOLE_MAX) {
			if (n) /* big pieces begin a write of their own, so that they stay big */
				break;
			n = gather_fragment(q, out, cap < FRAME_WHOLE_MAX ? cap : FRAME_WHOLE_MAX, frames);
			if (q->sent)
				break;
			continue;
		}
		if (size > cap - n)
			break;
		memcpy(out + n, f->data - head, size);
		n += size;
		*frames += 1;
		pop(q);
	}
	return n;
}

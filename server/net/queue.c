/* queue.c - a connection's ring of waiting frames. */
#include "net/queue.h"
#include "net/frame_wire.h"
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#define CAP_FIRST 8u

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
	struct queue_item *items = malloc(cap * sizeof(*items));

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
	if (q->count == 0) {
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

/* Small frames carry their heads with them; big ones get one for each fragment. `sent` octets of it have left already. */
static struct queue_piece piece_of(const struct frame *f, size_t sent)
{
	size_t own = frame_head_size(f->len);
	struct queue_piece p = { .data = f->data + sent, .len = f->len - sent };
	bool is_last;

	if (sent == 0 && own + f->len <= QUEUE_PIECE_MAX) {
		p.data -= own;
		p.len += own;
		return p;
	}
	is_last = p.len <= QUEUE_PIECE_MAX - FRAME_HEAD_MAX;
	if (!is_last)
		p.len = QUEUE_PIECE_MAX - FRAME_HEAD_MAX;
	p.head_len = frame_head_write(p.head, (sent ? FRAME_CONTINUATION : FRAME_TEXT) | (is_last ? FRAME_FIN : 0), p.len);
	return p;
}

size_t queue_peek(const struct queue *q, struct queue_piece *pieces, size_t max, size_t max_bytes)
{
	size_t n = 0, bytes = 0, sent = q->sent;

	for (uint32_t i = 0; i < q->count && n < max && bytes < max_bytes; i += sent == 0) {
		const struct frame *f = at(q, i)->frame;
		struct queue_piece p = piece_of(f, sent);

		sent = p.head_len == 0 || sent + p.len == f->len ? 0 : sent + p.len;
		bytes += p.head_len + p.len;
		pieces[n++] = p;
	}
	return n;
}

size_t queue_take(struct queue *q, size_t n)
{
	size_t frames = 0;

	while (n-- > 0) {
		const struct frame *f = at(q, 0)->frame;
		struct queue_piece p = piece_of(f, q->sent);

		if (p.head_len == 0 || q->sent + p.len == f->len) {
			pop(q);
			frames++;
		} else {
			q->sent += (uint32_t)p.len;
			q->bytes -= p.len;
		}
	}
	return frames;
}

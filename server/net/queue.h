/* queue.h - frames that wait to leave one connection, in order, and how they become bytes.
 *
 * It holds references; nothing is copied until the bytes leave. A frame too big for one write leaves in
 * RFC 6455 fragments, between which pings and pongs may pass. */
#ifndef NET_QUEUE_H
#define NET_QUEUE_H
#include "net/frame.h"
#include <stdbool.h>

#define QUEUE_ITEM_COST 16 /* what a place in the queue counts for, so that empty frames are not free */

struct queue_item {
	struct frame *frame;
	uint32_t tag;
};

struct queue { /* zeroed: empty */
	struct queue_item *items; /* a ring of `cap` places */
	uint32_t first, count, cap;
	uint32_t sent; /* octets of the first frame that have left as fragments */
	size_t bytes;  /* what waits, with QUEUE_ITEM_COST each */
};

void queue_finish(struct queue *q); /* drops everything */
bool queue_push(struct queue *q, struct frame *f, uint32_t tag); /* takes a reference of its own; false: no memory */
size_t queue_drop(struct queue *q, uint32_t tag); /* how many; a frame that has begun to leave stays */
size_t queue_cost(const struct frame *f);
/* Moves as many frames as fit in `cap` octets to `out`; 0 when the queue is empty. Adds to *frames those that
 * are finished. `cap` must be at least 64. */
size_t queue_gather(struct queue *q, char *out, size_t cap, size_t *frames);
#endif

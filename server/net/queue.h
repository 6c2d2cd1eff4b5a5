/* queue.h - frames that wait to leave one connection, in order, and how they become bytes.
 *
 * It holds references; nothing is copied. A big frame leaves in RFC 6455 fragments, between which pings and pongs may
 * pass. */
#ifndef NET_QUEUE_H
#define NET_QUEUE_H
#include "net/frame.h"
#include <stdbool.h>

#define QUEUE_PIECE_MAX 16384 /* octets: what of a piece the socket refuses has to be kept beside the queue */
#define QUEUE_ITEM_COST 16 /* what a place in the queue counts for, so that empty frames are not free */

struct queue_item {
	struct frame *frame;
	uint32_t tag;
};

struct queue { /* zeroed: empty */
	struct queue_item *items; /* a ring of `cap` places; NULL while it is empty: most connections are idle */
	uint32_t first, count, cap;
	uint32_t sent; /* octets of the first frame that have left as fragments */
	size_t bytes;  /* what waits, with QUEUE_ITEM_COST each */
};

void queue_finish(struct queue *q); /* drops everything */
bool queue_push(struct queue *q, struct frame *f, uint32_t tag); /* takes a reference of its own; false: no memory */
size_t queue_drop(struct queue *q, uint32_t tag); /* how many; a frame that has begun to leave stays */
size_t queue_cost(const struct frame *f);
/* What leaves next, in order: whole frames, or fragments of one that is too big. At most `max` pieces and about
 * `max_bytes`; 0 when the queue is empty. They are the queue's until queue_take. */
struct queue_piece {
	char head[4];     /* head_len octets of it come first */
	size_t head_len;
	const char *data;
	size_t len;
};
size_t queue_peek(const struct queue *q, struct queue_piece *pieces, size_t max, size_t max_bytes);
/* The first `n` of them have left: how many frames are finished by that. */
size_t queue_take(struct queue *q, size_t n);
#endif

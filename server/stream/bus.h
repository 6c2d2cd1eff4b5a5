/* bus.h - joins the nodes: hints that a stream has grown, and presence, which is never stored.
 *
 * A message on the bus is only a hint to read the journal: a lost one costs latency and never data.
 * This is the embedded bus, PostgreSQL's LISTEN/NOTIFY on a connection of its own, after the commit. */
#ifndef STREAM_BUS_H
#define STREAM_BUS_H
#include "stream/access.h"
#include <jansson.h>
struct loop; struct db; struct bus;

struct bus_handlers {
	void (*head)(void *owner, const char *stream, int64_t head, const struct access *access);
	void (*presence)(void *owner, const char *node, const json_t *streams); /* [{stream, present, left}] */
	void (*who)(void *owner, const char *stream);        /* a node has its first viewer there: tell who is here */
	void (*node_new)(void *owner, const char *node);     /* heard for the first time, or again after it was lost: it knows nobody here */
	void (*node_again)(void *owner, const char *node);   /* it could not be heard for a while */
	void (*node_lost)(void *owner, const char *node);    /* not heard for BUS_NODE_LOST_MS, or drained */
	void (*restored)(void *owner);                       /* messages may have been lost: read heads */
};
#define BUS_ALIVE_MS 2000
#define BUS_NODE_LOST_MS 7000

struct bus *bus_create(struct loop *loop, struct db *db, const char *node, const struct bus_handlers *handlers, void *owner);
void bus_destroy(struct bus *b); /* says farewell, so that others need not wait to see us gone */

/* Gathered and sent at the end of the loop's turn. */
void bus_head(struct bus *b, const char *stream, int64_t head, const struct access *access); /* access may be NULL */
void bus_presence(struct bus *b, json_t *streams); /* takes an array of {stream, present, left} */
void bus_who(struct bus *b, const char *stream);
void bus_again(struct bus *b); /* at once: what we said for a while may not have been heard */
#endif

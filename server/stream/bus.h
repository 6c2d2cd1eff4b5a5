/* bus.h - joins the nodes: hints that a stream has grown, and presence, which is never stored.
 *
 * A message on the bus is only a hint to read the journal: a lost one costs latency and never data. It travels over
 * PostgreSQL's LISTEN/NOTIFY, on a connection of its own and after the commit (bus_pg.c), where every node hears
 * everything; or over NATS (bus_nats.c), where a node hears of the streams it follows. While NATS is away, hints, which are
 * in no journal, travel over PostgreSQL. */
#ifndef STREAM_BUS_H
#define STREAM_BUS_H
#include "stream/access.h"
#include "base/err.h"
#include <jansson.h>
struct loop; struct db; struct bus; struct nats_link_config;

struct bus_handlers {
	void (*head)(void *owner, const char *stream, int64_t head);
	void (*hint)(void *owner, const char *stream, const struct access *access); /* access NULL: everyone may know */
	void (*presence)(void *owner, const char *node, const json_t *streams); /* [{stream, present, left}] */
	void (*who)(void *owner, const char *stream);        /* a node has its first viewer there: tell who is here */
	void (*node_new)(void *owner, const char *node);     /* heard for the first time, or again after it was lost: it knows nobody here */
	void (*node_again)(void *owner, const char *node);   /* it could not be heard for a while */
	void (*node_lost)(void *owner, const char *node);    /* not heard for BUS_NODE_LOST_MS, or drained */
	void (*restored)(void *owner);                       /* messages may have been lost: read heads */
	void (*hints_lost)(void *owner);                     /* hints may have been lost */
};
#define BUS_ALIVE_MS 2000
#define BUS_NODE_LOST_MS 7000

struct bus_config {
	struct loop *loop;
	struct db *db;
	const char *node;
	const struct bus_handlers *handlers;
	void *owner;
	const struct nats_link_config *nats; /* NULL: over PostgreSQL. The server and sign-in part of it; the rest is ours. */
	const char *subjects;                /* NATS: how ours begin, so that several networks can share a server */
};

struct bus *bus_create(const struct bus_config *config, struct err *err); /* NULL: wrong settings or no memory */
void bus_destroy(struct bus *b); /* says farewell, so that others need not wait to see us gone; NULL is fine */
bool bus_is_up(const struct bus *b);
const char *bus_name(const struct bus *b); /* "postgresql" or "nats" */
const char *bus_reason(const struct bus *b); /* what is wrong with it, for the operator; NULL: nothing is known to be */

/* What is said of a stream from now on is wanted, or not any more. Not counted. */
void bus_follow(struct bus *b, const char *stream);
void bus_unfollow(struct bus *b, const char *stream);

/* Gathered and sent at the end of the loop's turn; hints at most five times a second. */
void bus_head(struct bus *b, const char *stream, int64_t head);                  /* to who follows it */
void bus_hint(struct bus *b, const char *stream, const struct access *access); /* to every node */
void bus_presence(struct bus *b, json_t *streams); /* takes an array of {stream, present, left} */
void bus_who(struct bus *b, const char *stream);
void bus_again(struct bus *b); /* at once: what we said for a while may not have been heard */
#endif

/* hub.h - who on this node is looking at which stream, and handing them its events in order, each once.
 *
 * What this node commits arrives through hub_committed, what others commit through hub_heard; a gap is filled
 * from the journal. A viewer whose queue is full is marked behind and served from the journal once the socket
 * has drained. Permission is looked at again for each delivery. */
#ifndef STREAM_HUB_H
#define STREAM_HUB_H
#include "stream/stream.h"

struct loop; struct db; struct net; struct hub; struct nats_link_config;

#define HUB_HEADS_MS 1000       /* how often heads are compared, so that a lost bus message costs a second */
#define HUB_RESUME_MAX 1000     /* events that a returning viewer is given instead of a snapshot */
#define HUB_STREAMS_PER_CONN 64

struct hub_config {
	struct loop *loop;
	struct db *db;
	const struct stream_kind *const *kinds;
	const char *node; /* this node's id: a UUID made at start */
	const struct nats_link_config *nats; /* see bus.h */
	const char *subjects;
	/* Who sits on a connection; NULL when nobody does any more. */
	const struct caller *(*caller_of)(void *owner, uint64_t conn);
	/* A stream that is held (hub_hold) has grown: its rights or settings may have changed. */
	void (*grown)(void *owner, const char *kind, const char *id);
	/* A feed's content changed: `access` says who may know; NULL: everyone. */
	void (*feed)(void *owner, const char *topic, const struct access *access);
	void *owner;
};

struct hub *hub_create(const struct hub_config *config, struct err *err); /* NULL: see err */
void hub_destroy(struct hub *hub);
bool hub_bus_is_up(const struct hub *hub);
const char *hub_bus_name(const struct hub *hub);
const char *hub_bus_reason(const struct hub *hub); /* see bus.h */
void hub_set_net(struct hub *hub, struct net *net);

/* A viewer comes: nothing is delivered until hub_ready says up to which number the viewer knows. False: too many streams.
 * Opening an open stream starts it anew. */
bool hub_open(struct hub *hub, uint64_t conn, const struct stream_kind *kind, const char *id, const struct access *access) KD_MUST_CHECK;
void hub_ready(struct hub *hub, uint64_t conn, const char *stream, int64_t seq);
void hub_close(struct hub *hub, uint64_t conn, const char *stream);
void hub_conn_closed(struct hub *hub, uint64_t conn);
void hub_conn_drained(struct hub *hub, uint64_t conn);
/* The caller's rights are new: streams that may not be seen any more are closed and what waits is taken back. */
void hub_conn_recheck(struct hub *hub, uint64_t conn);

/* Presence in an open stream that has it. `state` is taken. False: not open. */
bool hub_presence(struct hub *hub, uint64_t conn, const char *stream, json_t *state);
const char *hub_presence_list(struct hub *hub, uint64_t conn, const char *stream); /* a JSON array's text, without this connection; see presence_list */
void hub_conn_key(const struct hub *hub, uint64_t conn, char ret_key[64]);     /* how presence names a connection */

/* Follows a stream for the server's own sake. `head` is what is known already. Counted. */
void hub_hold(struct hub *hub, const char *kind, const char *id, int64_t head);
void hub_release(struct hub *hub, const char *id);

/* Tells one unbroken following of a stream from the next: 0 while nobody here follows it. */
uint64_t hub_follows(const struct hub *hub, const char *id);

/* journal_committed */
void hub_committed(void *owner, const char *kind, const char *id, int64_t first, int64_t last, const char *events,
	const struct access *access);
int hub_viewers(void *owner, const char *id); /* how many connections here have the stream open */
#endif

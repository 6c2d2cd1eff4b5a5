/* hub_private.h - what hub.c, hub_read.c and hub_bus.c share. */
#ifndef STREAM_HUB_PRIVATE_H
#define STREAM_HUB_PRIVATE_H
#include "stream/hub.h"
#include "stream/bus.h"
#include "stream/presence.h"
#include "base/hash.h"
#include "base/metrics.h"
#include "loop/loop.h"
#include "net/net.h"
#include <utlist.h>

enum sub_state {
	SUB_OPENING,  /* its snapshot is being read */
	SUB_LIVE,     /* gets each frame as it comes */
	SUB_READING,  /* missing events are being read from the journal */
	SUB_BEHIND,   /* its connection's queue is full: waits for it to drain */
};

struct entry; struct held;

struct sub { /* one connection's view of one stream */
	uint64_t conn;
	uint32_t tag;       /* of its frames in the connection's queue */
	enum sub_state state;
	int64_t seq;        /* what it has been sent */
	struct entry *entry;
	struct hub *hub;
	struct db_ticket ticket;
	bool is_untold;                /* presence was not sent since, and is owed */
	uint64_t untold_from;          /* number of the first in `missed.left` that it was not told of */
	struct sub *prev, *next;       /* on the entry */
	struct sub *viewer_next;       /* of the connection */
};

struct viewer { /* one connection's open streams */
	uint64_t conn;
	struct sub *subs;
	int count;
	uint32_t next_tag;
	UT_hash_handle hh;
};

struct missed { /* presence, by those viewers of a stream who could not be sent it; see hub_presence.c */
	int viewers;         /* who are is_untold */
	json_t *left;        /* names of connections that left since the first of them missed something; NULL: none */
	uint64_t first;      /* number of the first of these */
	struct frame *frame; /* all of it, until something changes; NULL: to be made */
};

struct entry { /* a stream that someone here follows */
	char id[ID_SIZE];
	char name[STREAM_NAME_SIZE];
	const struct stream_kind *kind;
	int64_t head;       /* up to which subscribers have been served; -1: not known yet */
	int64_t target;     /* what we have heard it to be */
	int64_t asked;      /* `head` when the heads were asked for: the database cannot know less */
	bool is_reading;
	struct access access;
	struct sub *subs;
	int viewers;        /* of them */
	struct missed missed;
	struct held *held;  /* events that wait a little: see hub_deliver.c */
	int64_t due_us;        /* while something is held: until then */
	int64_t delivered_us;  /* when the last left, */
	int64_t delivered;     /* and how many events they were */
	struct entry *holding_prev, *holding_next; /* hub->holding, while something is held */
	int holds;
	uint64_t serial;
	struct hub *hub;
	struct db_ticket ticket;
	UT_hash_handle hh;
};

struct hub {
	struct hub_config config;
	struct net *net;
	struct entry *entries;
	uint64_t next_serial;
	struct viewer *viewers;
	struct bus *bus;
	struct presence *presence;
	struct timer *heads;
	struct entry *holding;
	struct timer *hold;    /* for hold_due_us; 0: for nothing */
	int64_t hold_due_us;
	struct db_ticket heads_ticket;
	bool is_asking_heads;
	struct metric *deliveries, *frames, *gaps, *behind, *subs_gauge;
};

struct entry *hub_entry_find(struct hub *hub, const char *id);
void hub_entry_let_go(struct entry *e); /* frees it when nobody follows it */
void hub_deliver(struct entry *e, int64_t first, int64_t last, struct frame *f); /* at once, or with what follows soon */
void hub_held_forget(struct entry *e);
void hub_hold_ended(void *owner);       /* hub->hold */
void hub_sub_read(struct sub *s);       /* asks the journal for what the viewer misses */
void hub_entry_read(struct entry *e);   /* asks the journal for what everyone here misses */
void hub_entry_heard(struct entry *e, int64_t head);
void hub_sub_presence(struct sub *s);   /* tells the viewer who is here, when it was not told for a while */
void hub_sub_told(struct sub *s);       /* or that it need not be told any more */
void hub_presence_catch_up(struct hub *hub);
void hub_presence_tell(void *owner, const char *stream, const char *text, size_t len, const json_t *left); /* presence_send */
void hub_presence_fill(void *owner, const char *stream); /* presence_fill */
struct frame *hub_frame(const char *stream, int64_t first, const char *events_json);
bool hub_bus_start(struct hub *hub, struct err *err); /* bus and presence */
#endif

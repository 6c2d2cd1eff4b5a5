/* drive.h - one load driver for Korsdrag and every peer: the same connections, pace, clock and counting for all, so that
 * figures differ by what the servers do. It stands on the load client's connections (clients/load); what a peer's
 * protocol says is a row of small functions here.
 *
 * Latency is counted from when an op was due, not from when it could be sent, so that a server that stalls cannot hide it. */
#ifndef BENCH_DRIVE_H
#define BENCH_DRIVE_H
#include "clients/load/clock.h"
#include "clients/load/conn.h"
#include "clients/load/histogram.h"
#include "clients/load/loop.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* --- processor time of processes, from /proc/PID/stat ------------------------------------------------------------ */

#define WATCHED_MAX 8
struct watched {
	char name[24];
	int pid;
	bool is_tree; /* its children as well: PostgreSQL's */
};
bool watched_parse(struct watched *w, const char *text); /* "name=PID", or "name=PID+" for a tree */
double watched_cpu_s(const struct watched *w);           /* used until now */

/* --- clients ------------------------------------------------------------------------------------------------------ */

#define OPS_UNDER_WAY 4096 /* of one writer whose times are kept */

struct client {
	struct conn conn; /* first */
	uint32_t index;
	bool is_joined, is_watching; /* watching: looks at each event */
	int64_t began, joined_after;
	/* as a writer */
	int64_t *due; /* by op, OPS_UNDER_WAY of them: when it was due; NEVER once done */
	uint32_t sent, acked;
	uint32_t tries; /* to join that failed */
	int64_t next_due;
	struct timer retry;
	/* the protocol's own */
	int64_t seq;  /* of the last event seen */
	int64_t name; /* how the server calls it */
};

struct protocol {
	const char *name;
	const char *path;        /* of the handshake's request */
	const char *subprotocol; /* or NULL */
	bool echoes;             /* a writer's own op comes back to it as an event */
	void (*opened)(struct client *c);                       /* after the handshake: says what joins, or drive_joined */
	void (*heard)(struct client *c, const char *text, size_t len);
	void (*op)(struct client *c, uint32_t n);               /* sends op n */
	void (*alive)(struct client *c);                        /* each five seconds; or NULL */
};
extern const struct protocol protocol_event, protocol_socketio, protocol_plain, protocol_korsdrag, protocol_tldraw, protocol_sharedb,
	protocol_yjs;

/* What protocols tell the driver. */
void drive_joined(struct client *c);
void drive_acked(struct client *c, uint32_t n);          /* op n is done; repeated is fine */
void drive_acked_upto(struct client *c, uint32_t n);     /* all ops below n are */
void drive_failed(struct client *c, const char *text, size_t len); /* an error answer */
void drive_seen(struct client *c, uint64_t events);
void drive_seen_from(struct client *c, uint32_t writer, uint32_t n); /* a watching client saw that writer's op n */
void drive_gap(struct client *c);

/* What this client opens; NULL: nothing. */
const char *client_streams(const struct client *c);
void client_textf(struct client *c, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* --- what was asked for --------------------------------------------------------------------------------------------- */

struct message_bytes { const char *at; uint32_t len; };

struct options {
	const struct protocol *protocol;
	const char *mode;
	uint32_t clients, writers, others, cards, flight, ramp, watch_every, size;
	double rate;      /* ops a second of each writer; 0: `flight` under way at all times */
	double warm_s, seconds, spread_s;
	char **streams; /* Korsdrag: what is opened, "board:…", several with commas; client i opens line i */
	uint32_t stream_count;
	const char *method; /* Korsdrag: what writers call, card.move or post.create */
	const char *card_prefix; /* card ids without their last 12 digits, which are the card's number in hexadecimal */
	char **tokens;
	uint32_t token_count;
	char *hello; /* what a client says first, from a file */
	struct message_bytes *script; /* what each client says, in order: yjs, whose updates only yjs can make */
	uint32_t script_joins, script_ops; /* per client */
	bool is_raw; /* connects and says nothing: memory before a request */
	struct watched watched[WATCHED_MAX];
	int watched_count;
};
extern struct options options;

struct drive {
	struct loop loop;
	struct net net;
	struct conn_target target, target_after; /* target_after: where a storm goes, and the `others` are */
	bool is_after;
	struct client *clients;
	uint32_t joined, lost, again, begun; /* again: attempts to join that failed */
	void (*on_joined)(struct client *c); /* for modes; may be NULL */
	void (*on_lost)(struct client *c);   /* NULL: a lost connection ends the driver */
	/* of the window that is measured */
	bool is_measuring;
	int64_t window_began;
	uint64_t acked, seen, failed, gaps, skipped, bytes;
	struct histogram ack_latency, seen_latency, join_latency;
	char failure[256]; /* the first error answer */
};
extern struct drive drive;

/* --- modes: each runs the loop to its end and prints a line of JSON -------------------------------------------------- */

void mode_run(void);   /* clients join, writers write, a window is measured */
void mode_hold(void);  /* clients join and stay until standard input ends */
void mode_join(void);  /* one after the other */
void mode_storm(void); /* clients lose their server and come back on another */

void clients_begin(uint32_t first, uint32_t count, void (*all_joined)(void)); /* connects, `ramp` at a time */
void client_begin(struct client *c);
void client_return(struct client *c, int64_t within); /* connects anew, at some moment of that time */
/* A server that is busy sends clients away, and they come again within a second. False: often enough. */
bool client_again(struct client *c);
void writers_begin(uint32_t first, uint32_t count);
void writers_stop(void);
void writers_count_late(void); /* ops without an answer yet count as if it came now: who does not keep up cannot hide it */
#endif

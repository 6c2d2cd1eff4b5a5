/* conn.h - one WebSocket of the very many that the load client holds: opens, reads and writes without waiting.
 *
 * What is written in one turn of the loop leaves in one send at its end. Whole messages are handed over where they were
 * read, in one buffer that all connections share; only what is cut off by the end of a read is copied. */
#ifndef CLIENTS_LOAD_CONN_H
#define CLIENTS_LOAD_CONN_H
#include "clients/lib/upgrade.h"
#include "clients/load/histogram.h"
#include "clients/load/loop.h"
#include "clients/load/random.h"
#include <stddef.h>
#include <sys/socket.h>

enum conn_state { CONN_NONE, CONN_CONNECTING, CONN_UPGRADING, CONN_OPEN };

struct conn;
struct upgrade;

struct conn_hooks { /* none may free the conn; each may write to it, drop it and open others */
	void (*opened)(struct conn *c);
	void (*heard)(struct conn *c, const char *text, size_t len); /* one whole message, good until it returns */
	void (*closed)(struct conn *c, const char *why);             /* not after conn_drop */
};

struct net {
	struct loop *loop;
	struct conn_hooks hooks;
	struct random random; /* for masks: they keep caches honest, not secrets */
	char *shared;         /* where reads go */
	struct conn *dirty;   /* have something to write at this turn's end */
	uint64_t bytes_in, bytes_out, reads, writes, frames_in;
	uint32_t open, opening;
};

struct conn {
	struct watch watch;
	struct net *net;
	struct conn *next_dirty;
	struct upgrade *upgrade; /* while upgrading */
	char *out;               /* to be written: out_at … out_len */
	char *in;                /* the beginning of a frame, or the fragments of a message */
	uint32_t out_at, out_len, out_size;
	uint32_t in_len, in_size, message_len; /* of in, message_len belong to whole fragments */
	int fd;
	uint8_t state;
	bool is_dirty, is_choked, is_deaf;
	bool is_narrow;      /* a small receive buffer; set before conn_open */
	uint16_t close_code; /* the server's; 0: none came */
};

#define CONN_MESSAGE_MAX (64u << 20)

bool net_init(struct net *net, struct loop *loop, const struct conn_hooks *hooks, uint64_t seed);
void net_finish(struct net *net);
void net_flush(struct net *net); /* at the end of each turn */

struct conn_target {
	struct sockaddr_storage address;
	socklen_t len;
	struct url url;
};

/* Begins to connect from `source` (NULL: any address). False: it cannot even begin; `err` says why. */
bool conn_open(struct net *net, struct conn *c, const struct conn_target *target, const struct sockaddr *source,
        socklen_t source_len, const struct ws_request *request, char *err, size_t err_size);
void conn_send(struct conn *c, const char *text, size_t len); /* a text message; nothing when it is not open */
void conn_send_frame(struct conn *c, uint8_t first, const void *payload, size_t len);
void conn_send_raw(struct conn *c, const void *bytes, size_t len); /* past all manners */
void conn_deafen(struct conn *c, bool is_deaf);               /* reads no more, or again */
void conn_drop(struct conn *c);                               /* as if the cable were cut */
size_t conn_waiting(const struct conn *c);                    /* bytes not yet taken by the socket */
#endif

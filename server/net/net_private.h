/* net_private.h - what the files of net/ share. Nobody else includes it.
 *
 * A socket is first a `peer`: it speaks HTTP, read by our own parser (head.c). When its request is a good
 * WebSocket handshake, the descriptor and a handshake written anew by us go to libwebsockets, and the peer
 * becomes a `conn`. So libwebsockets never sees an octet of HTTP that a stranger wrote: its request parser
 * (use after free, cookies, lengths; see security.md's traps) is out of reach, not guarded. */
#ifndef NET_PRIVATE_H
#define NET_PRIVATE_H
#include "net/net.h"
#include "net/address.h"
#include "net/head.h"
#include "net/queue.h"
#include "net/utf8.h"
#include "base/buf.h"
#include "base/metrics.h"
#include "loop/loop.h"
#include <sys/types.h>

struct lws;
struct engine;
struct listener;
struct site;
struct handshake;

/* --- peers: HTTP (peer.c) ---------------------------------------------------------------------------- */

enum peer_state {
	PEER_HEAD,   /* reading a request's head; nothing of one yet: idle */
	PEER_BODY,   /* reading its body */
	PEER_WAIT,   /* its handler is at work */
	PEER_WRITE,  /* the answer leaves */
	PEER_LINGER, /* answered and half-closed: what still comes is thrown away, so that the answer arrives */
};

struct peer {
	struct net *net;
	int fd;
	enum peer_state state;
	struct watch *watch;
	struct task step;             /* goes on after http_reply, outside of its caller */
	struct address *address;      /* the place it takes; NULL: not counted */
	char text[ADDRESS_SIZE];      /* its own address */
	bool is_proxy;                /* a configured one: X-Forwarded-For says who asks */
	bool is_kept;                 /* another request may follow the answer */
	int64_t deadline_ms, started_ms;
	struct http_request *request; /* the one in PEER_BODY or PEER_WAIT; not ours any more once answered */
	char *in;                     /* config.max_head bytes while there is something in it, else NULL: most sockets are silent */
	size_t in_len, scanned;
	struct buf out;               /* head of the answer, and a body that had to be copied */
	const char *tail;             /* a body that the site owns, after `out` */
	size_t tail_len, written;
	void (*tail_done)(void *owner); /* it is lent; NULL: it is not */
	void *tail_owner;
	struct peer *prev, *next;     /* net->peers */
};

/* Takes `fd`. `address` is the place taken for it, or NULL. */
void peer_create(struct net *net, int fd, const char *text, struct address *address, bool is_proxy);
void peer_destroy(struct peer *p);
void peer_sweep(struct net *net, int64_t now_ms); /* ends those over their deadlines */
void peers_drain(struct net *net); /* ends those who have been answered, and gives those who have not asked yet a second for it */
void peer_answer(struct peer *p, bool is_kept);   /* p->out and tail are ready: they leave on a later step */
void peer_wait_body(struct peer *p);
int peer_give_up_fd(struct peer *p); /* for a handshake: the peer is destroyed, the descriptor lives on */

/* --- requests (http.c, route.c) ------------------------------------------------------------------------ */

struct cookie_value {
	struct cookie_value *next;
	char text[];
};

struct http_request {
	struct net *net;
	struct peer *peer; /* NULL once the peer has gone or the answer was given */
	const struct http_route *route;
	void *owner;
	struct head head;  /* points into text */
	const char *origin;
	char address[ADDRESS_SIZE];
	char user_agent[201];
	struct cookie_value *cookies;
	struct handshake *credential; /* of a HTTP_SIGNED_IN route */
	struct buf headers; /* of the answer */
	bool has_cache_control, is_head_only;
	char *body;
	size_t body_size, body_len;
	char text[];       /* the head as it came */
};

/* 0 and the request, or the status that refuses it, with a reason. */
int request_create(struct peer *p, size_t head_size, struct http_request **ret_request, const char **ret_why);
void request_destroy(struct http_request *r);
void request_route(struct http_request *r);    /* answers, waits for the body, hands over, or calls the handler */
void request_complete(struct http_request *r); /* the body is there */
void request_refuse(struct http_request *r, int status, const char *why); /* answers and ends the connection */
void request_answer_static(struct http_request *r, int status, const char *type, const char *data, size_t len);

/* --- answers (response.c, headers.c) ------------------------------------------------------------------- */

struct response {
	int status;
	const char *type;    /* Content-Type, or NULL */
	size_t len;          /* of the body as Content-Length says it */
	const char *headers; /* more lines, each with CR LF, or NULL */
	bool is_kept, has_cache_control;
};
void response_head(struct buf *out, const struct net *net, const struct response *res);
const char *response_reason(int status);
char *headers_make(const char *const *origins); /* R3: the lines that every answer carries; the caller frees */

/* --- static files (serve.c, site.h) ----------------------------------------------------------------------------- */

bool site_serve(struct net *net, struct http_request *r); /* false: there is no such file or client route */
/* 404: the client, which says it in the reader's words, to who asks for a page; else plain text. */
void site_serve_lost(struct net *net, struct http_request *r);

/* --- connections: WebSocket (conn.c, outbox.c, alive.c, engine.c) --------------------------------------------------------- */

enum conn_state {
	CONN_OPENING,  /* handed to libwebsockets, which has not answered yet */
	CONN_OPEN,
	CONN_CLOSING,  /* what is queued leaves, then the close frame */
	CONN_FAREWELL, /* our close frame has left; the answer to it is awaited */
	CONN_QUIET,    /* libwebsockets ends it, or the socket is gone: we send nothing */
};

enum conn_alive {
	ALIVE_NOT_WATCHED,
	ALIVE_HEARD, /* on net->heard: it is asked when its time has come */
	ALIVE_ASKED, /* on net->asked: it is given up when its time has come */
};

struct conn {
	uint64_t id;
	struct net *net;
	struct lws *wsi;
	enum conn_state state;
	struct address *address;
	struct queue queue;
	struct buf message;       /* fragments put together so far */
	uint32_t fragments;
	struct utf8 utf8;
	bool is_in_frame;         /* more of the present fragment is to come */
	bool is_dirty;            /* on net->dirty */
	bool is_over_soft;        /* was over the soft limit, or refused a frame: `drained` is owed */
	int64_t soft_since_ms;    /* over the soft limit since then; 0: it is not */
	int64_t behind_since_ms;  /* refused a frame then, and has not been empty since; 0: nothing is owed. On net->behind */
	enum conn_alive alive;
	int64_t alive_due_ms;
	bool is_reply_over;       /* a reply beyond the hard limit is queued */
	bool is_told;             /* the house has heard `opened` */
	int close_code;
	const char *close_reason; /* the house's */
	int64_t close_by_ms;
	struct conn *dirty_prev, *dirty_next;
	struct conn *drained_next; /* net->drained */
	struct conn *closing_prev, *closing_next;
	struct conn *behind_prev, *behind_next;
	struct conn *alive_prev, *alive_next;
	bool is_drained, is_in_closing;
};

struct conn *conn_create(struct net *net, struct address *address); /* NULL: no memory or no place */
void conn_destroy(struct conn *c);
struct conn *net_conn_find(const struct net *net, uint64_t id);
bool conn_opened(struct conn *c, struct lws *wsi, const struct net_handshake *hs);
void conn_gone(struct conn *c);             /* libwebsockets has closed it; destroys it */
int conn_receive(struct conn *c, char *bytes, size_t len); /* nonzero: libwebsockets shall end it */
int conn_writable(struct conn *c);
void conn_dropped(struct conn *c);          /* libwebsockets is about to end it */
int conn_peer_closes(struct conn *c, unsigned char *payload, size_t len);
void conn_forget_queue(struct conn *c);
void conn_caught_up(struct conn *c); /* it is not behind any more */
void conn_flush(struct conn *c);
void conn_flush_all(struct net *net);
void conn_sweep(struct net *net, int64_t now_ms);
void conn_kill(struct conn *c);             /* ends it without a word, on a later turn */

void alive_heard(struct conn *c); /* it has opened, or answered a ping */
void alive_forget(struct conn *c);
void alive_sweep(struct net *net, int64_t now_ms);

struct engine *engine_create(struct net *net, struct err *err); /* libwebsockets' context and vhost */
void engine_destroy(struct engine *engine);                     /* runs the loop until its handles are closed */
void engine_adopt(struct engine *engine, int fd, const char *key, struct conn *c, const struct net_handshake *hs);
void engine_poke(struct engine *engine);

/* --- the net ------------------------------------------------------------------------------------------- */

struct listener *listener_create(struct net *net, struct err *err);
void listener_destroy(struct listener *l); /* NULL is fine */
/* Whoever waits in the kernel's queue is let in now: when the socket is closed the kernel resets them, also where another node
 * shares the port. */
void listener_take_rest(struct listener *l);
int listener_port(const struct listener *l);

enum net_refusal { /* counted by reason */
	REFUSED_ADDRESS, REFUSED_PROCESS, REFUSED_HEAD, REFUSED_HEAD_TIME, REFUSED_IDLE, REFUSED_KEEP_ALIVE, REFUSED_MESSAGE,
	REFUSED_FRAGMENTS, REFUSED_QUEUE_SOFT, REFUSED_QUEUE_HARD, REFUSED_BEHIND, REFUSED_DEAD, REFUSAL_LIMITS,
	/* and what no limit has refused */
	REFUSED_REQUEST = REFUSAL_LIMITS, REFUSED_HANDSHAKE, REFUSED_ORIGIN, REFUSED_CREDENTIAL,
	REFUSED_TOO_BIG, REFUSED_PROTOCOL, REFUSAL_COUNT,
};

struct net_metrics {
	struct metric *conns, *peers, *requests, *refused[REFUSAL_COUNT];
	struct metric *bytes_in, *bytes_out, *frames_in, *frames_out;
	struct metric *queued, *dropped, *flushes, *choked;
};

struct route_owner {
	const struct http_route *table;
	void *owner;
};

struct net {
	struct loop *loop;
	struct net_config config; /* with copies of its texts */
	struct engine *engine;
	struct listener *listener;
	struct site *site;
	char *security_headers;
	struct addresses *addresses;
	struct peer *peers;
	int peer_count, conn_count;
	struct conn **slots; /* by the low bits of a connection's number */
	uint32_t slot_cap, slot_free;
	uint64_t serial;
	struct conn *dirty, *drained, *closing, *behind;
	struct conn *heard, *asked; /* by their times; see alive.c */
	struct turn_end *turn_end;
	struct task again;   /* makes another turn when something became dirty after the flush */
	struct timer *sweep;
	bool is_draining, is_sweeping;
	struct route_owner owners[32];
	size_t owner_count;
	struct net_metrics metrics;
	char scratch[QUEUE_PIECE_MAX]; /* the rest of a piece that a socket had begun with */
};

/* Whether every route says who may ask for it; *err names the one that does not. */
bool routes_fit(const struct http_route *const *tables, struct err *err);
void *net_route_owner(const struct net *net, const struct http_route *table);
void net_refused(struct net *net, enum net_refusal why);
void net_sweep_start(struct net *net);
#endif

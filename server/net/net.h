/* net.h - WebSocket connections and HTTP requests. The only door to libwebsockets.h.
 *
 * A node's listener is its own socket (SO_REUSEPORT), handed over connection by connection. Everything the
 * handshake can tell is checked here (security.md T1-T8, P1); who the caller is, is rpc's business.
 * A connection is known to the rest of the house by its number: a number whose connection has closed is
 * simply not found. Callbacks run from the loop, never inside a call into net. */
#ifndef NET_NET_H
#define NET_NET_H
#include "net/frame.h"
#include "base/err.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
struct loop;
struct net;

enum net_close { /* RFC 6455 codes we send */
	NET_CLOSE_NORMAL = 1000, NET_CLOSE_GOING_AWAY = 1001, NET_CLOSE_PROTOCOL = 1002, NET_CLOSE_POLICY = 1008,
	NET_CLOSE_TOO_BIG = 1009, NET_CLOSE_INTERNAL = 1011, NET_CLOSE_TRY_LATER = 1013,
	NET_CLOSE_SIGNED_OUT = 4401, /* the session is unknown, has ended or was revoked */
};

struct net_handshake {
	const char *credential; /* session cookie's value or bearer token; never NULL, not yet looked up */
	bool is_bearer;
	const char *address;    /* peer's, or X-Forwarded-For's when the peer is a configured proxy */
	const char *user_agent; /* "" when absent; cut to 200 bytes, cleaned of controls */
};

struct net_handlers { /* `owner` is net_config.owner */
	void (*opened)(void *owner, uint64_t conn, const struct net_handshake *hs); /* borrowed */
	void (*message)(void *owner, uint64_t conn, const char *text, size_t len); /* a whole text message, UTF-8 checked */
	void (*closed)(void *owner, uint64_t conn);      /* always once after opened; net_* on it do nothing any more */
	void (*drained)(void *owner, uint64_t conn);     /* its queue has become empty after it was over the soft limit */
};

/* Who may ask for a route; a row without one stops the start. What the handler itself looks at (a cookie, a mailed secret)
 * comes on top. */
enum http_access {
	HTTP_ANYBODY = 1, /* whoever reaches the node: it reads only, and says nothing of members */
	HTTP_OWN_PAGES,   /* T6: only a page of ours, by Sec-Fetch-Site: same-origin or a matching Origin */
	HTTP_SIGNED_IN,   /* who brings a bearer token, or the session's cookie from a page of ours; whose it is, the handler looks up */
};

struct http_request;
struct http_route {
	const char *method; /* "GET", "POST" */
	const char *path;   /* exact, "/auth/ask"; one that ends with a slash stands for all below it; a * stands for one part, "/x/" and "/y" around it */
	void (*handle)(void *owner, struct http_request *r); /* may answer later; must answer exactly once */
	enum http_access access; /* what changes anything (no GET) must be HTTP_OWN_PAGES or HTTP_SIGNED_IN */
	size_t max_body;     /* bytes; 0: no body */
};

struct net_config {
	const char *listen;          /* "127.0.0.1:8080", "[::1]:8080", "unix:/run/korsdrag/http.sock" */
	const char *const *origins;  /* NULL-terminated, byte for byte: "https://korsdrag.example.se" */
	const char *const *proxies;  /* NULL-terminated addresses whose X-Forwarded-For we believe ("unix": who comes by the unix socket); may be NULL */
	const char *web_root;        /* folder of the built web client; NULL: none */
	const char *const *app_paths;/* NULL-terminated: client routes that get index.html: "/", "/thread/", … ("/x/" is a prefix) */
	bool is_loopback_required;   /* T7: refuse to start when the bound address is not loopback or unix */
	size_t max_head;             /* bytes of a request's head, the empty line included */
	int64_t head_ms, idle_ms, keep_alive_ms; /* to send a head; between two pieces of a body or an answer; between two requests */
	size_t max_message;
	int max_fragments;           /* of one message */
	size_t queue_soft, queue_hard;
	int64_t queue_soft_ms;       /* over queue_soft for so long, a queue takes no more than that */
	int64_t behind_ms;           /* refused something and not empty for so long since, a connection is closed */
	int max_conns, max_conns_per_address;
	int64_t ping_ms, dead_ms;
	const struct net_handlers *handlers;
	const struct http_route *const *routes; /* NULL-terminated list of tables, each ended by path == NULL */
	void *owner;
};

struct net *net_create(struct loop *loop, const struct net_config *config, struct err *err); /* listens; NULL: err says */
void net_destroy(struct net *net); /* not from inside the loop: runs some turns of it; calls `closed` for who is left */
/* Drain: whoever waits in the kernel's queue is let in and answered (a handshake with 503), and then nobody more. Sockets that wait
 * for nothing are closed. */
void net_stop_listening(struct net *net);
bool net_is_answering(const struct net *net); /* somebody's HTTP request is under way, or may still come after net_stop_listening */
int net_conn_count(const struct net *net);
int net_port(const struct net *net);                      /* really bound, for ":0"; 0 for unix */
void net_set_route_owner(struct net *net, const struct http_route *table, void *owner); /* what handle() gets for that table */

/* Puts a reference to `f` in the connection's queue; leaves at the turn's end. `tag` tells subscriptions
 * apart (0: none) for net_drop_tag. False when the connection is gone or its queue is over the hard limit, or has been
 * over the soft one for too long: then nothing was queued. Replies pass `is_reply` and may go over the limit once per connection (16 MiB). */
bool net_send(struct net *net, uint64_t conn, struct frame *f, uint32_t tag, bool is_reply);
size_t net_queued_bytes(const struct net *net, uint64_t conn);
void net_drop_tag(struct net *net, uint64_t conn, uint32_t tag); /* what has not begun to leave is taken back */
/* After what is queued has left, at most 5 s. `reason` is a literal, at most 123 octets of it are sent. */
void net_close(struct net *net, uint64_t conn, int code, const char *reason);

/* --- one HTTP request ------------------------------------------------------------------------------ */
const char *http_body(const struct http_request *r, size_t *ret_len);
const char *http_address(const struct http_request *r);
const char *http_path(const struct http_request *r); /* as sent, up to the '?' */
/* What it brings to show who asks, for as long as r lives; of a HTTP_SIGNED_IN route never NULL. */
const char *http_credential(const struct http_request *r, bool *ret_is_bearer);
bool http_takes_gzip(const struct http_request *r); /* Accept-Encoding says so */
const char *http_user_agent(const struct http_request *r);
const char *http_origin(const struct http_request *r);                         /* configured origin that the request came to */
const char *http_cookie(const struct http_request *r, const char *name); /* NULL: absent, doubled or malformed */
/* Headers are added before the reply; names and values are checked (no CR LF). */
void http_header(struct http_request *r, const char *name, const char *value);
/* Answers and frees `r`. Security headers (R3) are always added. `body` is copied. When the peer has gone, does nothing. */
void http_reply(struct http_request *r, int status, const char *content_type, const void *body, size_t len);
/* The same without a copy: `done` says once that the body is not needed any more, be it at once. */
void http_reply_lent(struct http_request *r, int status, const char *content_type, const char *body, size_t len,
	void (*done)(void *owner), void *owner);
void http_reply_json(struct http_request *r, int status, json_t *body); /* takes body */
bool http_is_alive(const struct http_request *r); /* the peer is still there; r itself is valid until http_reply */
#endif

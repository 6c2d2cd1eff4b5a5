/* conn.c - one WebSocket connection: its life, messages in, and how it ends. What leaves is outbox.c's. */
#include "net/net_private.h"
#include <errno.h>
#include <libwebsockets.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <utlist.h>

/* --- life ---------------------------------------------------------------------------------------------------- */

#define SLOT_BITS 20 /* the low bits of a connection's number say where it is; the others make it unique */

static bool slots_grow(struct net *net)
{
	uint32_t cap = net->slot_cap ? net->slot_cap * 2 : 64;
	struct conn **slots;

	if (cap > 1u << SLOT_BITS)
		return false;
	slots = realloc(net->slots, cap * sizeof(struct conn *));
	if (!slots)
		return false;
	memset(slots + net->slot_cap, 0, (cap - net->slot_cap) * sizeof(struct conn *));
	net->slots = slots;
	net->slot_free = net->slot_cap;
	net->slot_cap = cap;
	return true;
}

static bool slot_take(struct net *net, struct conn *c)
{
	if ((uint32_t)net->conn_count >= net->slot_cap && !slots_grow(net))
		return false;
	while (net->slots[net->slot_free])
		net->slot_free = (net->slot_free + 1) % net->slot_cap;
	c->id = ++net->serial << SLOT_BITS | net->slot_free;
	net->slots[net->slot_free] = c;
	return true;
}

struct conn *net_conn_find(const struct net *net, uint64_t id)
{
	uint32_t slot = (uint32_t)id & ((1u << SLOT_BITS) - 1);
	struct conn *c = slot < net->slot_cap ? net->slots[slot] : NULL;

	return c && c->id == id ? c : NULL;
}

struct conn *conn_create(struct net *net, struct address *address)
{
	struct conn *c = calloc(1, sizeof(*c));

	if (!c || !slot_take(net, c)) {
		free(c);
		return NULL;
	}
	c->net = net;
	c->address = address;
	buf_init(&c->message, net->config.max_message);
	metric_set(net->metrics.conns, ++net->conn_count);
	return c;
}

void conn_forget_queue(struct conn *c)
{
	metric_add(c->net->metrics.queued, -(int64_t)c->queue.bytes);
	queue_finish(&c->queue);
}

void conn_destroy(struct conn *c)
{
	struct net *net = c->net;

	if (c->is_dirty)
		DL_DELETE2(net->dirty, c, dirty_prev, dirty_next);
	if (c->is_in_closing)
		DL_DELETE2(net->closing, c, closing_prev, closing_next);
	conn_caught_up(c);
	alive_forget(c);
	if (c->is_drained)
		LL_DELETE2(net->drained, c, drained_next);
	conn_forget_queue(c);
	buf_finish(&c->message);
	address_release(net->addresses, c->address);
	net->slots[(uint32_t)c->id & ((1u << SLOT_BITS) - 1)] = NULL;
	metric_set(net->metrics.conns, --net->conn_count);
	free(c);
}

bool conn_opened(struct conn *c, struct lws *wsi, const struct net_handshake *hs)
{
	struct net *net = c->net;

	c->wsi = wsi;
	c->state = CONN_OPEN;
	c->is_told = true;
	alive_heard(c);
	net->config.handlers->opened(net->config.owner, c->id, hs);
	return true;
}

void conn_gone(struct conn *c)
{
	struct net *net = c->net;
	uint64_t id = c->id;
	bool is_told = c->is_told;

	conn_destroy(c); /* first, so that what the house says to it from inside `closed` finds nobody */
	if (is_told && net->config.handlers->closed)
		net->config.handlers->closed(net->config.owner, id);
}

/* --- messages in ---------------------------------------------------------------------------------------------- */

/* Ends the connection from inside one of its callbacks, with a close frame that says why. */
static int conn_end(struct conn *c, enum net_refusal counted, int code, const char *reason)
{
	net_refused(c->net, counted);
	c->state = CONN_QUIET;
	conn_forget_queue(c);
	lws_close_reason(c->wsi, (enum lws_close_status)code, (unsigned char *)(uintptr_t)reason, strlen(reason));
	return -1;
}

static int conn_fail(struct conn *c, int code, const char *reason)
{
	return conn_end(c, REFUSED_PROTOCOL, code, reason);
}

static int conn_fail_fragments(struct conn *c)
{
	char reason[80];

	snprintf(reason, sizeof(reason), "a message may have at most %d fragments", c->net->config.max_fragments);
	return conn_end(c, REFUSED_FRAGMENTS, NET_CLOSE_TOO_BIG, reason);
}

static int conn_fail_size(struct conn *c)
{
	char reason[80];

	snprintf(reason, sizeof(reason), "a message may have at most %zu bytes", c->net->config.max_message);
	return conn_end(c, REFUSED_MESSAGE, NET_CLOSE_TOO_BIG, reason);
}

static void message_take(struct conn *c, const char *text, size_t len)
{
	struct net *net = c->net;

	metric_add(net->metrics.frames_in, 1);
	net->config.handlers->message(net->config.owner, c->id, text, len);
}

int conn_receive(struct conn *c, char *bytes, size_t len)
{
	size_t left = lws_remaining_packet_payload(c->wsi);
	bool is_last = lws_is_final_fragment(c->wsi) != 0; /* of the message, and no octet of it is to come */

	if (c->state != CONN_OPEN)
		return 0; /* we have said goodbye: what still comes is not heard */
	if (lws_frame_is_binary(c->wsi))
		return conn_fail(c, 1003, "only text is understood");
	if (!c->is_in_frame && ++c->fragments > (uint32_t)c->net->config.max_fragments)
		return conn_fail_fragments(c);
	c->is_in_frame = left > 0;
	/* By the announced length, before anything of it is kept. */
	if (left > c->net->config.max_message || c->message.len + len + left > c->net->config.max_message)
		return conn_fail_size(c);
	metric_add(c->net->metrics.bytes_in, (int64_t)len);
	if (!utf8_feed(&c->utf8, bytes, len) || (is_last && !utf8_is_whole(&c->utf8)))
		return conn_fail(c, 1007, "the message is no UTF-8");
	if (is_last && c->message.len == 0) {
		c->fragments = 0;
		message_take(c, len ? bytes : "", len); /* the common case: nothing is copied */
		return 0;
	}
	if (len)
		buf_add(&c->message, bytes, len);
	if (c->message.failed)
		return conn_fail(c, NET_CLOSE_INTERNAL, "the server is short of memory");
	if (is_last) {
		struct buf whole = c->message;

		/* Taken off first: the house may close the connection while it reads. */
		buf_init(&c->message, c->net->config.max_message);
		c->fragments = 0;
		message_take(c, whole.data, whole.len);
		buf_finish(&whole);
	}
	return 0;
}

/* RFC 6455 7.4: codes that may stand in a close frame. */
static bool is_close_code(int code)
{
	return (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1011) || (code >= 3000 && code <= 4999);
}

int conn_peer_closes(struct conn *c, unsigned char *payload, size_t len)
{
	struct utf8 utf8 = { 0 };

	if (c->state == CONN_FAREWELL) {
		c->state = CONN_QUIET;
		return -1; /* the answer to our close frame: that is the end */
	}
	if (len == 1)
		return conn_fail(c, 1002, "a close code has two octets");
	if (len >= 2 && !is_close_code(payload[0] << 8 | payload[1]))
		return conn_fail(c, 1002, "that is no close code");
	if (len > 2 && (!utf8_feed(&utf8, payload + 2, len - 2) || !utf8_is_whole(&utf8)))
		return conn_fail(c, 1007, "the close reason is no UTF-8");
	c->state = CONN_QUIET;
	conn_forget_queue(c);
	return 0; /* libwebsockets echoes it */
}

/* libwebsockets ends the connection of its own accord: bad framing, or the peer has gone. For some errors it would close
 * without a word, so the word is put into its mouth, if anybody is there to hear it. */
void conn_dropped(struct conn *c)
{
	static const char why[] = "bad framing";
	bool is_ours = c->state == CONN_OPEN || c->state == CONN_CLOSING;
	char octet;
	ssize_t n = recv(lws_get_socket_fd(c->wsi), &octet, 1, MSG_PEEK | MSG_DONTWAIT);

	c->state = CONN_QUIET;
	conn_forget_queue(c);
	if (!is_ours || n == 0 || (n < 0 && errno != EAGAIN) || lws_get_close_length(c->wsi) > 0)
		return;
	if (!c->net->is_draining)
		net_refused(c->net, REFUSED_PROTOCOL);
	lws_close_reason(c->wsi, LWS_CLOSE_STATUS_PROTOCOL_ERR, (unsigned char *)(uintptr_t)why, strlen(why));
}

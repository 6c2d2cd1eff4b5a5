/* conn.c - sockets, the upgrade, frames in and out. */
#include "clients/load/conn.h"
#include "clients/lib/frame.h"
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/uio.h>
#include <unistd.h>

#define SHARED_SIZE (256u << 10) /* fits a second-level cache, and many frames */
#define KEEP_OUT 1024            /* an output buffer of this size is kept when empty, a larger one freed */
#define ANSWER_MAX 4096          /* head of the answer to the upgrade */

struct upgrade {
	struct ws_request request; /* only whether a subprotocol was asked for counts here */
	char key[UPGRADE_KEY_SIZE];
	uint32_t len;
	char head[ANSWER_MAX];
};

bool net_init(struct net *net, struct loop *loop, const struct conn_hooks *hooks, uint64_t seed)
{
	*net = (struct net){ .loop = loop, .hooks = *hooks, .random = { seed }, .shared = malloc(SHARED_SIZE) };
	return net->shared != NULL;
}

void net_finish(struct net *net)
{
	free(net->shared);
}

/* --- the end of a connection ---------------------------------------------------------------------------- */

static void forget(struct conn *c)
{
	if (c->state == CONN_OPEN)
		c->net->open--;
	else if (c->state != CONN_NONE)
		c->net->opening--;
	c->state = CONN_NONE;
	if (c->fd >= 0)
		close(c->fd);
	c->fd = -1;
	free(c->upgrade);
	free(c->out);
	free(c->in);
	c->upgrade = NULL;
	c->out = c->in = NULL;
	c->out_at = c->out_len = c->out_size = c->in_len = c->in_size = c->message_len = 0;
	c->is_choked = false;
}

void conn_drop(struct conn *c)
{
	if (c->state != CONN_NONE)
		forget(c); /* should it be dirty, net_flush finds nothing to write */
}

static void lose(struct conn *c, const char *why)
{
	forget(c);
	c->net->hooks.closed(c, why);
}

/* --- out -------------------------------------------------------------------------------------------------- */

static uint32_t interest(const struct conn *c)
{
	return (c->is_deaf ? 0u : (uint32_t)EPOLLIN) | (c->is_choked ? (uint32_t)EPOLLOUT : 0u);
}

/* Room for `len` more bytes of output, or NULL. */
static char *room(struct conn *c, size_t len)
{
	size_t need = c->out_len + len, size = c->out_size ? c->out_size : 256;
	char *more;

	if (need > CONN_MESSAGE_MAX)
		return NULL;
	while (size < need)
		size *= 2;
	if (size > c->out_size) {
		more = realloc(c->out, size);
		if (!more)
			return NULL;
		c->out = more;
		c->out_size = (uint32_t)size;
	}
	return c->out + c->out_len;
}

static void mark_dirty(struct conn *c)
{
	if (c->is_dirty || c->is_choked)
		return;
	c->is_dirty = true;
	c->next_dirty = c->net->dirty;
	c->net->dirty = c;
}

void conn_send_frame(struct conn *c, uint8_t first, const void *payload, size_t len)
{
	uint32_t mask = (uint32_t)random_next(&c->net->random);
	uint8_t bytes[4];
	char *to;

	if (c->state != CONN_OPEN || !(to = room(c, FRAME_HEAD_MAX + len)))
		return;
	memcpy(bytes, &mask, 4);
	c->out_len += (uint32_t)frame_write((uint8_t *)to, first, payload, len, bytes);
	mark_dirty(c);
}

void conn_send(struct conn *c, const char *text, size_t len)
{
	conn_send_frame(c, WS_FIN | WS_TEXT, text, len);
}

void conn_send_raw(struct conn *c, const void *bytes, size_t len)
{
	char *to;

	if (c->state != CONN_OPEN || !(to = room(c, len)))
		return;
	memcpy(to, bytes, len);
	c->out_len += (uint32_t)len;
	mark_dirty(c);
}

size_t conn_waiting(const struct conn *c)
{
	return c->out_len - c->out_at;
}

static void flush(struct conn *c)
{
	while (c->state != CONN_NONE && c->out_at < c->out_len) {
		ssize_t n = send(c->fd, c->out + c->out_at, c->out_len - c->out_at, MSG_NOSIGNAL);

		c->net->writes++;
		if (n > 0) {
			c->out_at += (uint32_t)n;
			c->net->bytes_out += (uint64_t)n;
		} else if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) {
			if (!c->is_choked) {
				c->is_choked = true;
				loop_rewatch(c->net->loop, c->fd, &c->watch, interest(c));
			}
			return;
		} else if (n < 0 && errno != EINTR) {
			return; /* what can still be read comes first; then the read finds the end */
		}
	}
	c->out_at = c->out_len = 0;
	if (c->out_size > KEEP_OUT || c->state == CONN_UPGRADING) {
		free(c->out);
		c->out = NULL;
		c->out_size = 0;
	}
	if (c->is_choked && c->state != CONN_NONE) {
		c->is_choked = false;
		loop_rewatch(c->net->loop, c->fd, &c->watch, interest(c));
	}
}

void net_flush(struct net *net)
{
	while (net->dirty) {
		struct conn *c = net->dirty;

		net->dirty = c->next_dirty;
		c->is_dirty = false;
		flush(c);
	}
}

void conn_deafen(struct conn *c, bool is_deaf)
{
	c->is_deaf = is_deaf;
	if (c->state == CONN_OPEN)
		loop_rewatch(c->net->loop, c->fd, &c->watch, interest(c));
}

/* --- in ----------------------------------------------------------------------------------------------------- */

/* Keeps bytes for later: all of a frame's room at once when its length is known. */
static bool keep(struct conn *c, const char *bytes, size_t len, size_t room_for)
{
	size_t need = c->in_len + (room_for > len ? room_for : len);

	if (need > c->in_size) {
		char *more = need <= 2u * CONN_MESSAGE_MAX ? realloc(c->in, need) : NULL;

		if (!more)
			return false;
		c->in = more;
		c->in_size = (uint32_t)need;
	}
	memcpy(c->in + c->in_len, bytes, len);
	c->in_len += (uint32_t)len;
	return true;
}

static void kept_free(struct conn *c)
{
	free(c->in);
	c->in = NULL;
	c->in_len = c->in_size = c->message_len = 0;
}

static void close_heard(struct conn *c, const struct frame *f)
{
	const uint8_t *p = (const uint8_t *)f->payload;
	char why[160];

	c->close_code = f->len >= 2 ? (uint16_t)(p[0] << 8 | p[1]) : 1005; /* RFC 6455, 7.1.5 */
	snprintf(why, sizeof why, "closed by the server: %u %.*s", (unsigned)c->close_code,
	        f->len > 2 ? (int)(f->len - 2) : 0, f->len > 2 ? f->payload + 2 : "");
	conn_send_frame(c, WS_FIN | WS_CLOSE, f->payload, f->len >= 2 ? 2 : 0);
	flush(c);
	lose(c, why);
}

/* A frame whose fragments before it, if any, lie in c->in. False: the connection is gone. */
static bool frame_heard(struct conn *c, const struct frame *f)
{
	c->net->frames_in++;
	switch (f->opcode) {
	case WS_PING:
		conn_send_frame(c, WS_FIN | WS_PONG, f->payload, f->len);
		return c->state == CONN_OPEN;
	case WS_PONG:
		return true;
	case WS_CLOSE:
		close_heard(c, f);
		return false;
	case WS_TEXT:
	case WS_BINARY:
	case WS_CONTINUE:
		break;
	default:
		lose(c, "the server sent a frame of no known kind");
		return false;
	}
	if (f->is_last && c->message_len == 0) {
		c->net->hooks.heard(c, f->payload, f->len);
		return c->state == CONN_OPEN;
	}
	return true; /* a fragment: message_add */
}

/* Fragments are put together in c->in, whose first message_len bytes they are. `f` may lie behind them in c->in itself. */
static bool message_add(struct conn *c, const struct frame *f)
{
	if (!c->in || f->payload < c->in || f->payload >= c->in + c->in_size) {
		c->in_len = c->message_len;
		if (!keep(c, f->payload, f->len, f->len))
			return false;
	} else {
		memmove(c->in + c->message_len, f->payload, f->len);
	}
	c->message_len += (uint32_t)f->len;
	c->in_len = c->message_len;
	return true;
}

static bool is_fragment(const struct conn *c, const struct frame *f)
{
	return f->opcode < WS_CLOSE && (!f->is_last || c->message_len > 0);
}

/* One whole frame. False: the connection is gone. */
static bool frame_take(struct conn *c, const struct frame *f)
{
	if (!frame_heard(c, f))
		return false;
	if (!is_fragment(c, f))
		return true;
	if (!message_add(c, f)) {
		lose(c, "a message is larger than we take");
		return false;
	}
	if (f->is_last) {
		char *whole = c->in;
		size_t len = c->message_len;

		c->in = NULL; /* handed out: what is heard may drop the connection */
		c->in_len = c->in_size = c->message_len = 0;
		c->net->hooks.heard(c, whole, len);
		free(whole);
	}
	return c->state == CONN_OPEN;
}

/* Takes whole frames off the front. How many bytes were used; SIZE_MAX: the connection is gone. */
static size_t frames_take(struct conn *c, const char *bytes, size_t len, size_t *ret_wanted)
{
	size_t at = 0;
	struct frame f;

	*ret_wanted = 0;
	for (;;) {
		switch (frame_read(bytes + at, len - at, CONN_MESSAGE_MAX, &f)) {
		case FRAME_WRONG:
			lose(c, "the server sent what is no frame");
			return SIZE_MAX;
		case FRAME_PART:
			*ret_wanted = f.total;
			return at;
		case FRAME_WHOLE:
			break;
		}
		at += f.total;
		if (!frame_take(c, &f))
			return SIZE_MAX;
	}
}

static void bytes_heard(struct conn *c, const char *bytes, size_t len)
{
	size_t wanted, used = frames_take(c, bytes, len, &wanted);

	if (used != SIZE_MAX && used < len && !keep(c, bytes + used, len - used, wanted))
		lose(c, "out of memory");
}

/* Something of a frame is kept: its rest is read behind it, and what follows into the shared buffer. */
static ssize_t read_rest(struct conn *c)
{
	struct frame f;
	size_t kept = c->in_len - c->message_len, rest = 0;
	struct iovec io[2];
	ssize_t n;

	if (frame_read(c->in + c->message_len, kept, CONN_MESSAGE_MAX, &f) == FRAME_PART && f.total > kept &&
	        c->message_len + f.total <= c->in_size)
		rest = f.total - kept;
	io[0] = (struct iovec){ c->in + c->in_len, rest };
	io[1] = (struct iovec){ c->net->shared, SHARED_SIZE };
	n = readv(c->fd, io, 2);
	if (n <= 0)
		return n;
	c->net->bytes_in += (uint64_t)n;
	if (rest && (size_t)n < rest) { /* still not whole */
		c->in_len += (uint32_t)n;
		return n;
	}
	c->in_len += (uint32_t)rest;
	if (rest == 0) { /* its head was not whole: put together what there is */
		char *whole = malloc(kept + (size_t)n);

		if (!whole)
			abort();
		memcpy(whole, c->in + c->message_len, kept);
		memcpy(whole + kept, c->net->shared, (size_t)n);
		c->in_len = c->message_len;
		if (!c->message_len)
			kept_free(c);
		bytes_heard(c, whole, kept + (size_t)n);
		free(whole);
		return n;
	}
	if (frame_read(c->in + c->message_len, c->in_len - c->message_len, CONN_MESSAGE_MAX, &f) == FRAME_WHOLE) {
		char *whole = c->in;
		bool is_alone = c->message_len == 0, is_alive;

		if (is_alone) { /* the frame leaves the connection, which may go or read on meanwhile */
			c->in = NULL;
			c->in_len = c->in_size = 0;
		}
		is_alive = frame_take(c, &f);
		if (is_alone)
			free(whole);
		else if (is_alive && f.opcode >= WS_CLOSE)
			c->in_len = c->message_len; /* a ping between fragments */
		if (is_alive && (size_t)n > rest)
			bytes_heard(c, c->net->shared, (size_t)n - rest);
	}
	return n;
}

static ssize_t read_fresh(struct conn *c)
{
	ssize_t n = recv(c->fd, c->net->shared, SHARED_SIZE, 0);

	if (n > 0) {
		c->net->bytes_in += (uint64_t)n;
		bytes_heard(c, c->net->shared, (size_t)n);
	}
	return n;
}

static void head_heard(struct conn *c)
{
	struct upgrade *u = c->upgrade;
	char *end, err[256], key[UPGRADE_KEY_SIZE];
	ssize_t n = recv(c->fd, u->head + u->len, ANSWER_MAX - 1 - u->len, 0);
	size_t head, behind;
	int status;

	if (n <= 0) {
		if (n == 0 || (errno != EAGAIN && errno != EINTR))
			lose(c, n == 0 ? "it hung up instead of answering" : strerror(errno));
		return;
	}
	u->len += (uint32_t)n;
	u->head[u->len] = '\0';
	end = strstr(u->head, "\r\n\r\n");
	if (!end) {
		if (u->len == ANSWER_MAX - 1)
			lose(c, "the answer's head is too long");
		return;
	}
	head = (size_t)(end - u->head) + 4;
	behind = u->len - head;
	memcpy(c->net->shared, u->head + head, behind);
	memcpy(key, u->key, sizeof key);
	u->head[head] = '\0';
	if (!upgrade_check(u->head, key, &u->request, &status, err, sizeof err)) {
		lose(c, err);
		return;
	}
	free(u);
	c->upgrade = NULL;
	c->state = CONN_OPEN;
	c->net->opening--;
	c->net->open++;
	c->net->hooks.opened(c);
	if (c->state == CONN_OPEN && behind)
		bytes_heard(c, c->net->shared, behind);
}

/* --- beginning -------------------------------------------------------------------------------------------- */

static void connected(struct conn *c)
{
	int error = 0;
	socklen_t size = sizeof error;

	getsockopt(c->fd, SOL_SOCKET, SO_ERROR, &error, &size);
	if (error) {
		lose(c, strerror(error));
		return;
	}
	c->state = CONN_UPGRADING;
	loop_rewatch(c->net->loop, c->fd, &c->watch, EPOLLIN);
	mark_dirty(c);
}

static void ready(struct watch *w, uint32_t events)
{
	struct conn *c = (struct conn *)w;
	ssize_t n;

	switch ((enum conn_state)c->state) {
	case CONN_NONE:
		return;
	case CONN_CONNECTING:
		connected(c);
		return;
	case CONN_UPGRADING:
		head_heard(c);
		return;
	case CONN_OPEN:
		break;
	}
	if (events & EPOLLOUT)
		flush(c);
	if (c->state != CONN_OPEN || (c->is_deaf && !(events & (EPOLLHUP | EPOLLERR))) ||
	        !(events & (EPOLLIN | EPOLLHUP | EPOLLERR)))
		return;
	c->net->reads++;
	n = c->in_len > c->message_len ? read_rest(c) : read_fresh(c);
	if (n == 0)
		lose(c, "the server hung up");
	else if (n < 0 && errno != EAGAIN && errno != EINTR)
		lose(c, strerror(errno));
}

static bool refuse(struct conn *c, char *err, size_t size, const char *why)
{
	if (why)
		snprintf(err, size, "%s", why);
	if (c->fd >= 0)
		close(c->fd);
	c->fd = -1;
	free(c->upgrade);
	free(c->out);
	c->upgrade = NULL;
	c->out = NULL;
	c->out_len = c->out_size = 0;
	return false;
}

bool conn_open(struct net *net, struct conn *c, const struct conn_target *target, const struct sockaddr *source,
        socklen_t source_len, const struct ws_request *request, char *err, size_t err_size)
{
	int one = 1, family = target->address.ss_family;
	bool was_dirty = c->is_dirty;
	struct conn *next_dirty = c->next_dirty;
	bool is_deaf = c->is_deaf, is_narrow = c->is_narrow;

	*c = (struct conn){ .watch = { ready }, .net = net, .fd = -1, .is_dirty = was_dirty, .next_dirty = next_dirty,
		.is_deaf = is_deaf, .is_narrow = is_narrow };
	c->upgrade = calloc(1, sizeof *c->upgrade);
	c->out_size = 1024;
	c->out = malloc(c->out_size);
	if (!c->upgrade || !c->out)
		return refuse(c, err, err_size, "out of memory");
	c->upgrade->request.subprotocol = request->subprotocol;
	c->out_len = (uint32_t)upgrade_request(c->out, c->out_size, &target->url, request, c->upgrade->key, err, err_size);
	if (!c->out_len)
		return refuse(c, NULL, 0, NULL); /* err says why */
	c->fd = socket(family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (c->fd < 0)
		return refuse(c, err, err_size, strerror(errno));
	if (family != AF_UNIX)
		setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
	if (is_narrow)
		setsockopt(c->fd, SOL_SOCKET, SO_RCVBUF, &(int){ 4096 }, sizeof(int));
	if (source) {
		/* The port is chosen when connecting, so that one address has 28,000 of them towards each server. */
		setsockopt(c->fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &one, sizeof one);
		if (bind(c->fd, source, source_len) != 0)
			return refuse(c, err, err_size, strerror(errno));
	}
	if (connect(c->fd, (const struct sockaddr *)&target->address, target->len) != 0 && errno != EINPROGRESS)
		return refuse(c, err, err_size, strerror(errno));
	if (!loop_watch(net->loop, c->fd, &c->watch, EPOLLOUT))
		return refuse(c, err, err_size, strerror(errno));
	c->state = CONN_CONNECTING;
	net->opening++;
	return true;
}

/* outbox.c - what leaves a WebSocket connection: the queue, its flush at the turn's end, and our close frame. */
#include "net/net_private.h"
#include "net/frame_wire.h"
#include "base/clock.h"
#include <errno.h>
#include <libwebsockets.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <utlist.h>

#define CLOSE_MS 5000
#define CLOSE_REASON_MAX 123 /* octets: RFC 6455, 5.5 */
#define REPLY_MAX (16u << 20)
#define PIECES_MAX 64u             /* of one write */
#define WRITE_MAX (256u << 10)
#define TURN_BYTES_MAX (1u << 20) /* what one connection may send in one turn, so that others get theirs */

void conn_kill(struct conn *c)
{
	c->state = CONN_QUIET;
	conn_forget_queue(c);
	/* Never end a connection from inside another's callback: on a later turn. */
	lws_set_timeout(c->wsi, PENDING_TIMEOUT_USER_REASON_BASE, LWS_TO_KILL_ASYNC);
	engine_poke(c->net->engine);
}

static void mark_dirty(struct conn *c)
{
	if (c->is_dirty)
		return;
	c->is_dirty = true;
	DL_APPEND2(c->net->dirty, c, dirty_prev, dirty_next);
}

/* Our close frame, written by ourselves: Debian's libwebsockets closes twice what asks for its end from a writable
 * callback (a self-test of its debug build, which Debian ships), and the second time kills before the frame leaves. */
static void farewell(struct conn *c)
{
	size_t len = strnlen(c->close_reason, CLOSE_REASON_MAX) + 2;
	char frame[FRAME_HEAD_MAX + 2 + CLOSE_REASON_MAX];
	size_t head = frame_head_write(frame, FRAME_CLOSE | FRAME_FIN, len);

	frame[head] = (char)(c->close_code >> 8);
	frame[head + 1] = (char)c->close_code;
	memcpy(frame + head + 2, c->close_reason, len - 2);
	c->state = CONN_FAREWELL;
	c->close_by_ms = clock_mono_ms() + CLOSE_MS;
	if (lws_write(c->wsi, (unsigned char *)frame, head + len, LWS_WRITE_RAW) < 0)
		conn_kill(c);
}

/* Everything has left: what was promised for then happens. */
static void queue_emptied(struct conn *c)
{
	struct net *net = c->net;

	c->is_reply_over = false;
	c->soft_since_ms = 0;
	conn_caught_up(c);
	if (c->state == CONN_CLOSING)
		farewell(c);
	else if (c->is_over_soft && !c->is_drained) {
		c->is_over_soft = false;
		c->is_drained = true;
		LL_APPEND2(net->drained, c, drained_next);
		task_post(&net->again);
	}
}

/* How far a write went: so many pieces whole, and so many octets of the next. */
static size_t pieces_sent(const struct queue_piece *pieces, size_t n, size_t octets, size_t *ret_of_next)
{
	size_t whole = 0;

	while (whole < n && octets >= pieces[whole].head_len + pieces[whole].len) {
		octets -= pieces[whole].head_len + pieces[whole].len;
		whole++;
	}
	*ret_of_next = octets;
	return whole;
}

/* What the socket refused of a piece it had begun with; libwebsockets keeps it, and its own frames behind it. */
static bool finish_piece(struct conn *c, const struct queue_piece *p, size_t sent)
{
	char *rest = c->net->scratch;
	size_t of_head = sent < p->head_len ? p->head_len - sent : 0, of_data = sent < p->head_len ? 0 : sent - p->head_len;

	memcpy(rest, p->head + p->head_len - of_head, of_head);
	memcpy(rest + of_head, p->data + of_data, p->len - of_data);
	return lws_write(c->wsi, (unsigned char *)rest, of_head + p->len - of_data, LWS_WRITE_RAW) >= 0;
}

static ssize_t pieces_send(const struct conn *c, const struct queue_piece *pieces, size_t n)
{
	struct iovec iov[2 * PIECES_MAX];
	struct msghdr message = { .msg_iov = iov };
	ssize_t sent;

	for (size_t i = 0; i < n; i++) {
		if (pieces[i].head_len)
			iov[message.msg_iovlen++] = (struct iovec){ (void *)(uintptr_t)pieces[i].head, pieces[i].head_len };
		iov[message.msg_iovlen++] = (struct iovec){ (void *)(uintptr_t)pieces[i].data, pieces[i].len };
	}
	do
		sent = sendmsg(lws_get_socket_fd(c->wsi), &message, MSG_DONTWAIT | MSG_NOSIGNAL);
	while (sent < 0 && errno == EINTR);
	return sent < 0 && (errno == EAGAIN || errno == EWOULDBLOCK) ? 0 : sent;
}

/* One write of what waits, past libwebsockets: all is framed, and nothing is copied but what a choked socket has begun with.
 * False: that is all for now. */
static bool flush_some(struct conn *c, size_t *turn)
{
	struct net *net = c->net;
	struct queue_piece pieces[PIECES_MAX];
	size_t n = queue_peek(&c->queue, pieces, PIECES_MAX, WRITE_MAX), before = c->queue.bytes, whole, of_next = 0;
	ssize_t sent = n ? pieces_send(c, pieces, n) : 0;

	if (n == 0) {
		queue_emptied(c);
		return false;
	}
	whole = pieces_sent(pieces, n, sent > 0 ? (size_t)sent : 0, &of_next);
	if (sent < 0 || (of_next && !finish_piece(c, &pieces[whole], of_next))) {
		conn_kill(c);
		return false;
	}
	*turn += (size_t)sent;
	metric_add(net->metrics.frames_out, (int64_t)queue_take(&c->queue, whole + (of_next > 0)));
	if (c->soft_since_ms && c->queue.bytes <= net->config.queue_soft)
		c->soft_since_ms = 0;
	metric_add(net->metrics.queued, (int64_t)c->queue.bytes - (int64_t)before);
	metric_add(net->metrics.bytes_out, sent);
	metric_add(net->metrics.flushes, 1);
	if (whole == n)
		return true;
	lws_callback_on_writable(c->wsi); /* also when libwebsockets keeps a rest: it calls for itself then, not for us */
	metric_add(net->metrics.choked, 1);
	return false;
}

void conn_flush(struct conn *c)
{
	size_t turn = 0;

	if (c->state != CONN_OPEN && c->state != CONN_CLOSING)
		return;
	while (!lws_partial_buffered(c->wsi) && turn <= TURN_BYTES_MAX)
		if (!flush_some(c, &turn))
			return;
	if (turn > TURN_BYTES_MAX)
		lws_callback_on_writable(c->wsi);
}

void conn_flush_all(struct net *net)
{
	struct conn *c;

	while ((c = net->dirty)) {
		c->is_dirty = false;
		DL_DELETE2(net->dirty, c, dirty_prev, dirty_next);
		conn_flush(c);
	}
}

int conn_writable(struct conn *c)
{
	conn_flush(c);
	return 0;
}

/* --- what the house does ------------------------------------------------------------------------------------------ */

/* Who has been over the soft limit for long gets no more than that; the clock is asked for the slow ones alone. */
static bool is_soft_for_long(const struct conn *c)
{
	return c->soft_since_ms && clock_mono_ms() - c->soft_since_ms >= c->net->config.queue_soft_ms;
}

static bool has_room(struct conn *c, size_t cost, bool is_reply)
{
	const struct net_config *config = &c->net->config;

	if (c->queue.bytes + cost <= config->queue_hard && (is_reply || !is_soft_for_long(c)))
		return true;
	/* One frame beyond the limit may wait alone: its memory is shared, and refused for ever it could not help. */
	if (c->queue.count == 0 && !lws_partial_buffered(c->wsi))
		return true;
	if (!is_reply || c->is_reply_over || cost > REPLY_MAX)
		return false;
	c->is_reply_over = true;
	return true;
}

void conn_caught_up(struct conn *c)
{
	if (c->behind_since_ms)
		DL_DELETE2(c->net->behind, c, behind_prev, behind_next);
	c->behind_since_ms = 0;
}

static void frame_refused(struct conn *c, size_t cost)
{
	struct net *net = c->net;

	net_refused(net, c->queue.bytes + cost > net->config.queue_hard ? REFUSED_QUEUE_HARD : REFUSED_QUEUE_SOFT);
	c->is_over_soft = true; /* `drained` is owed to who was refused */
	if (c->behind_since_ms)
		return;
	c->behind_since_ms = clock_mono_ms();
	DL_APPEND2(net->behind, c, behind_prev, behind_next);
	net_sweep_start(net);
}

bool net_send(struct net *net, uint64_t conn, struct frame *f, uint32_t tag, bool is_reply)
{
	struct conn *c = net_conn_find(net, conn);
	size_t cost;

	if (!c || c->state != CONN_OPEN)
		return false;
	cost = queue_cost(f);
	if (!has_room(c, cost, is_reply) || !queue_push(&c->queue, f, tag)) {
		frame_refused(c, cost);
		return false;
	}
	metric_add(net->metrics.queued, (int64_t)cost);
	if (c->queue.bytes > net->config.queue_soft) {
		c->is_over_soft = true;
		if (!c->soft_since_ms)
			c->soft_since_ms = clock_mono_ms();
	}
	mark_dirty(c);
	return true;
}

size_t net_queued_bytes(const struct net *net, uint64_t conn)
{
	const struct conn *c = net_conn_find(net, conn);

	return c ? c->queue.bytes : 0;
}

void net_drop_tag(struct net *net, uint64_t conn, uint32_t tag)
{
	struct conn *c = net_conn_find(net, conn);
	size_t before;

	if (!c)
		return;
	before = c->queue.bytes;
	metric_add(net->metrics.dropped, (int64_t)queue_drop(&c->queue, tag));
	metric_add(net->metrics.queued, (int64_t)c->queue.bytes - (int64_t)before);
	if (c->queue.bytes <= net->config.queue_soft)
		c->soft_since_ms = 0;
	if (c->queue.count == 0 && c->is_over_soft && c->state == CONN_OPEN)
		mark_dirty(c); /* the flush sees that it is empty */
}

void net_close(struct net *net, uint64_t conn, int code, const char *reason)
{
	struct conn *c = net_conn_find(net, conn);

	if (!c || c->state != CONN_OPEN)
		return;
	c->state = CONN_CLOSING;
	c->close_code = code;
	c->close_reason = reason;
	c->close_by_ms = clock_mono_ms() + CLOSE_MS;
	c->is_in_closing = true;
	DL_APPEND2(net->closing, c, closing_prev, closing_next);
	net_sweep_start(net);
	mark_dirty(c);
}

/* Whoever cannot catch up is told to come again, when what waits has left; see net_close. */
static void behind_end(struct net *net, int64_t now_ms)
{
	struct conn *c, *next;

	DL_FOREACH_SAFE2(net->behind, c, next, behind_next) {
		if (c->state != CONN_OPEN || now_ms - c->behind_since_ms < net->config.behind_ms)
			continue;
		net_refused(net, REFUSED_BEHIND);
		net_close(net, c->id, NET_CLOSE_TRY_LATER, "too slow to keep up");
		conn_caught_up(c);
	}
}

void conn_sweep(struct net *net, int64_t now_ms)
{
	struct conn *c, *next;

	behind_end(net, now_ms);
	DL_FOREACH_SAFE2(net->closing, c, next, closing_next)
		if ((c->state == CONN_CLOSING || c->state == CONN_FAREWELL) && now_ms >= c->close_by_ms)
			conn_kill(c);
}

/* peer.c - a socket that speaks HTTP: reading requests one after the other, writing their answers, and the
 * times that each part may take (security.md, limits). */
#include "net/net_private.h"
#include "base/clock.h"
#include "base/log.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>
#include <utlist.h>

#define WHOLE_MS 120000 /* for a body or an answer as a whole, at the pace that config.idle_ms allows */
#define LINGER_MS 2000
#define LAST_WORD_MS 1000 /* while draining: for who has come and not asked yet */

static void peer_event(void *owner, int events);
static void peer_step(struct task *t);

static void deadline_set(struct peer *p, int64_t after_ms)
{
	p->deadline_ms = clock_mono_ms() + after_ms;
}

void peer_create(struct net *net, int fd, const char *text, struct address *address, bool is_proxy)
{
	struct peer *p = calloc(1, sizeof(*p));
	struct watch *watch = p ? watch_create(net->loop, fd, peer_event, p) : NULL;

	if (!watch) {
		free(p);
		address_release(net->addresses, address);
		close(fd);
		return;
	}
	p->net = net;
	p->fd = fd;
	p->watch = watch;
	p->address = address;
	p->is_proxy = is_proxy;
	strcpy(p->text, text);
	task_init(&p->step, net->loop, peer_step);
	buf_init(&p->out, 32u << 20);
	deadline_set(p, net->config.idle_ms);
	DL_APPEND(net->peers, p);
	net->peer_count++;
	metric_set(net->metrics.peers, net->peer_count);
	net_sweep_start(net);
	watch_want(p->watch, WATCH_READ);
}

int peer_give_up_fd(struct peer *p)
{
	int fd = p->fd;

	watch_destroy(p->watch);
	p->watch = NULL;
	p->fd = -1;
	peer_destroy(p);
	return fd;
}

/* The body has left, or nobody takes it any more. */
static void tail_drop(struct peer *p)
{
	void (*done)(void *owner) = p->tail_done;

	p->tail = NULL;
	p->tail_len = 0;
	p->tail_done = NULL;
	if (done)
		done(p->tail_owner);
}

void peer_destroy(struct peer *p)
{
	struct net *net = p->net;

	if (p->request) {
		p->request->peer = NULL;
		if (p->state == PEER_BODY)
			request_destroy(p->request); /* no handler has heard of it */
	}
	task_cancel(&p->step);
	watch_destroy(p->watch);
	if (p->fd >= 0)
		close(p->fd);
	address_release(net->addresses, p->address);
	tail_drop(p);
	buf_finish(&p->out);
	free(p->in);
	DL_DELETE(net->peers, p);
	net->peer_count--;
	metric_set(net->metrics.peers, net->peer_count);
	free(p);
}

/* --- reading ----------------------------------------------------------------------------------------------- */

static void watch_again(struct peer *p)
{
	int want = 0;

	switch (p->state) {
	case PEER_HEAD:
	case PEER_BODY:
	case PEER_LINGER:
		want = WATCH_READ;
		break;
	case PEER_WAIT:
		want = p->in_len < p->net->config.max_head ? WATCH_READ : 0;
		break;
	case PEER_WRITE:
		want = WATCH_WRITE;
		break;
	}
	watch_want(p->watch, want);
}

static void refuse_unread(struct peer *p, int status, const char *why)
{
	struct response res = { .status = status, .type = "text/plain; charset=utf-8", .len = strlen(why) + 1 };

	buf_reset(&p->out);
	response_head(&p->out, p->net, &res);
	buf_printf(&p->out, "%s\n", why);
	tail_drop(p);
	peer_answer(p, false);
}

static void in_consume(struct peer *p, size_t n)
{
	p->in_len -= n;
	if (p->in_len > 0) {
		memmove(p->in, p->in + n, p->in_len);
		return;
	}
	free(p->in);
	p->in = NULL;
}

/* What of the body has come together with the head. */
static void body_from_in(struct peer *p)
{
	struct http_request *r = p->request;
	size_t n = r->body_size - r->body_len;

	if (n > p->in_len)
		n = p->in_len;
	if (n == 0)
		return;
	memcpy(r->body + r->body_len, p->in, n);
	r->body_len += n;
	in_consume(p, n);
}

static void body_check(struct peer *p)
{
	if (p->request->body_len < p->request->body_size)
		return;
	p->state = PEER_WAIT;
	p->deadline_ms = INT64_MAX; /* the handler's time is its own business */
	watch_again(p);
	request_complete(p->request);
}

void peer_wait_body(struct peer *p)
{
	static const char go_on[] = "HTTP/1.1 100 Continue\r\n\r\n";

	p->state = PEER_BODY;
	p->started_ms = clock_mono_ms();
	deadline_set(p, p->net->config.idle_ms);
	body_from_in(p);
	watch_again(p);
	if (p->request->body_len == 0 && p->request->body_size > 0 &&
		head_has_token(&p->request->head, "expect", "100-continue"))
		/* If it does not fit into an empty socket buffer, the client sends its body a little later. */
		(void)!send(p->fd, go_on, sizeof(go_on) - 1, MSG_NOSIGNAL | MSG_DONTWAIT);
	body_check(p);
}

/* Takes the next request out of what has been read. May destroy the peer (a handshake takes its socket). */
static void head_advance(struct peer *p)
{
	struct http_request *r;
	const char *why = "malformed request";
	size_t size;
	int status;

	if (p->scanned == 0)
		deadline_set(p, p->net->config.head_ms);
	switch (head_scan(p->in, p->in_len, &p->scanned)) {
	case HEAD_MORE:
		if (p->in_len == p->net->config.max_head) {
			char text[80];

			snprintf(text, sizeof(text), "the request's head is over %zu bytes", p->net->config.max_head);
			net_refused(p->net, REFUSED_HEAD);
			refuse_unread(p, 431, text);
		}
		return;
	case HEAD_BAD:
		net_refused(p->net, REFUSED_REQUEST);
		refuse_unread(p, 400, why);
		return;
	case HEAD_DONE:
		break;
	}
	size = p->scanned;
	p->scanned = 0;
	status = request_create(p, size, &r, &why);
	in_consume(p, size);
	if (status) {
		net_refused(p->net, REFUSED_REQUEST);
		refuse_unread(p, status, why);
		return;
	}
	metric_add(p->net->metrics.requests, 1);
	p->request = r;
	p->state = PEER_WAIT;
	p->deadline_ms = INT64_MAX;
	watch_again(p);
	request_route(r);
}

/* Reads once. False when the socket is at its end or broken. */
static bool read_some(struct peer *p, char *to, size_t size, size_t *ret_len)
{
	ssize_t n = recv(p->fd, to, size, 0);

	*ret_len = 0;
	if (n < 0)
		return errno == EAGAIN || errno == EINTR;
	if (n == 0)
		return false;
	*ret_len = (size_t)n;
	metric_add(p->net->metrics.bytes_in, n);
	return true;
}

/* What comes of heads. False: there is no more of it, nor will be. */
static bool read_in(struct peer *p)
{
	size_t n;

	if (!p->in)
		p->in = malloc(p->net->config.max_head);
	if (!p->in || !read_some(p, p->in + p->in_len, p->net->config.max_head - p->in_len, &n))
		return false;
	p->in_len += n;
	return true;
}

static void peer_read(struct peer *p)
{
	struct http_request *r = p->request;
	char waste[4096];
	size_t n;

	switch (p->state) {
	case PEER_HEAD:
		n = p->in_len;
		if (!read_in(p))
			peer_destroy(p);
		else if (p->in_len > n)
			head_advance(p);
		return; /* p may be gone */
	case PEER_BODY:
		if (!read_some(p, r->body + r->body_len, r->body_size - r->body_len, &n)) {
			peer_destroy(p);
			return;
		}
		r->body_len += n;
		if (n)
			deadline_set(p, p->net->config.idle_ms);
		body_check(p);
		return;
	case PEER_WAIT:
		if (!read_in(p))
			peer_destroy(p); /* gone before the answer; the handler finishes its work without it */
		else
			watch_again(p); /* with a full buffer nothing more is read */
		return;
	case PEER_LINGER:
		if (!read_some(p, waste, sizeof(waste), &n))
			peer_destroy(p);
		return;
	case PEER_WRITE:
		return;
	}
}

/* --- writing ----------------------------------------------------------------------------------------------- */

void peer_answer(struct peer *p, bool is_kept)
{
	p->request = NULL;
	p->state = PEER_WRITE;
	p->is_kept = is_kept && !p->out.failed;
	p->written = 0;
	p->started_ms = clock_mono_ms();
	deadline_set(p, p->net->config.idle_ms);
	watch_want(p->watch, 0);
	task_post(&p->step);
}

static void peer_answered(struct peer *p)
{
	buf_finish(&p->out);
	tail_drop(p);
	if (p->is_kept && !p->net->is_draining) {
		p->state = PEER_HEAD;
		deadline_set(p, p->net->config.keep_alive_ms);
		watch_again(p);
		if (p->in_len)
			head_advance(p);
		return;
	}
	/* Closing at once with unread input would send a reset that may overtake the answer. */
	p->state = PEER_LINGER;
	deadline_set(p, LINGER_MS);
	if (shutdown(p->fd, SHUT_WR) != 0)
		peer_destroy(p);
	else
		watch_again(p);
}

static void peer_write(struct peer *p)
{
	size_t total = p->out.len + p->tail_len;

	if (p->out.failed) {
		log_line(LOG_ERROR, "answer failed", "reason", "too long, or out of memory", NULL);
		peer_destroy(p);
		return;
	}
	while (p->written < total) {
		struct iovec iov[2];
		struct msghdr msg = { .msg_iov = iov };
		ssize_t n;

		if (p->written < p->out.len)
			iov[msg.msg_iovlen++] = (struct iovec){ p->out.data + p->written, p->out.len - p->written };
		if (p->tail_len) {
			size_t from = p->written > p->out.len ? p->written - p->out.len : 0;

			/* iovec has no const; sendmsg only reads. */
			iov[msg.msg_iovlen++] = (struct iovec){ (char *)(uintptr_t)p->tail + from, p->tail_len - from };
		}
		n = sendmsg(p->fd, &msg, MSG_NOSIGNAL);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno == EAGAIN) {
			watch_again(p);
			return;
		}
		if (n < 0) {
			peer_destroy(p);
			return;
		}
		p->written += (size_t)n;
		metric_add(p->net->metrics.bytes_out, n);
		deadline_set(p, p->net->config.idle_ms);
	}
	peer_answered(p);
}

static void peer_step(struct task *t)
{
	struct peer *p = task_owner(t, struct peer, step);

	if (p->state == PEER_WRITE)
		peer_write(p);
}

static void peer_event(void *owner, int events)
{
	struct peer *p = owner;

	if (p->state == PEER_WRITE) {
		if (events & WATCH_WRITE)
			peer_write(p);
	} else if (events & WATCH_READ) {
		peer_read(p);
	}
}

/* --- times ------------------------------------------------------------------------------------------------- */

static void peer_late(struct peer *p)
{
	net_refused(p->net, p->state == PEER_HEAD ? REFUSED_HEAD_TIME : REFUSED_IDLE);
	if (p->state == PEER_BODY) {
		request_destroy(p->request);
		p->request = NULL;
		refuse_unread(p, 408, "the body did not come in time");
	} else if (p->state == PEER_HEAD && p->in_len) {
		refuse_unread(p, 408, "the request did not come in time");
	} else {
		peer_destroy(p);
	}
}

void peer_sweep(struct net *net, int64_t now_ms)
{
	struct peer *p, *next;

	DL_FOREACH_SAFE(net->peers, p, next) {
		bool is_slow = (p->state == PEER_BODY || p->state == PEER_WRITE) && now_ms - p->started_ms > WHOLE_MS;

		if (now_ms < p->deadline_ms && !is_slow)
			continue;
		if (p->state == PEER_LINGER) {
			peer_destroy(p);
		} else if (p->state == PEER_HEAD && p->in_len == 0) { /* there is nothing to answer */
			net_refused(net, p->is_kept ? REFUSED_KEEP_ALIVE : REFUSED_IDLE);
			peer_destroy(p);
		} else {
			peer_late(p);
		}
	}
}

void peers_drain(struct net *net)
{
	struct peer *p, *next;

	DL_FOREACH_SAFE(net->peers, p, next) {
		if (p->state != PEER_HEAD || p->in_len > 0)
			continue;
		if (p->is_kept)
			peer_destroy(p);
		else
			deadline_set(p, LAST_WORD_MS);
	}
}

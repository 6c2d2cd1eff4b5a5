/* alive.c - whether anybody is still there: who has been silent is asked by a ping, and who does not answer is given up.
 *
 * All wait equally long for each, so both lists are in the order of their times and a look costs what is due, not what is open.
 * libwebsockets would do the same with one sorted list, which it walks for each pong: with 10,000 connections that did
 * nothing at all, this took a seventh of a core. */
#include "net/net_private.h"
#include "net/frame_wire.h"
#include "base/clock.h"
#include <libwebsockets.h>
#include <utlist.h>

#define ECHO_MS 5000 /* of limit.dead: for the answer to our close frame */
#define ASK_MAX 1000 /* in one look, so that those who came together do not make one long turn of the loop */

static void list_leave(struct conn *c)
{
	struct net *net = c->net;

	if (c->alive == ALIVE_HEARD)
		DL_DELETE2(net->heard, c, alive_prev, alive_next);
	else if (c->alive == ALIVE_ASKED)
		DL_DELETE2(net->asked, c, alive_prev, alive_next); /* NOLINT(clang-analyzer-core.NullDereference): the first and not the only has a next */
	c->alive = ALIVE_NOT_WATCHED;
}

void alive_forget(struct conn *c)
{
	list_leave(c);
}

void alive_heard(struct conn *c)
{
	list_leave(c);
	c->alive = ALIVE_HEARD;
	c->alive_due_ms = clock_mono_ms() + c->net->config.ping_ms;
	DL_APPEND2(c->net->heard, c, alive_prev, alive_next);
	net_sweep_start(c->net);
}

static void ask(struct conn *c, int64_t now_ms)
{
	const struct net_config *config = &c->net->config;
	int64_t patience_ms = config->dead_ms - ECHO_MS - config->ping_ms;
	char frame[FRAME_HEAD_MAX + 1];
	size_t head = frame_head_write(frame, FRAME_PING | FRAME_FIN, 1);

	frame[head] = '?'; /* libwebsockets does not tell of a pong without any octet */
	list_leave(c);
	c->alive = ALIVE_ASKED;
	c->alive_due_ms = now_ms + (patience_ms > 1000 ? patience_ms : 1000);
	DL_APPEND2(c->net->asked, c, alive_prev, alive_next);
	if (lws_write(c->wsi, (unsigned char *)frame, head + 1, LWS_WRITE_RAW) < 0)
		conn_kill(c);
}

static void give_up(struct conn *c)
{
	list_leave(c);
	net_refused(c->net, REFUSED_DEAD);
	conn_forget_queue(c);
	net_close(c->net, c->id, NET_CLOSE_PROTOCOL, "no answer to pings");
}

void alive_sweep(struct net *net, int64_t now_ms)
{
	struct conn *c;
	int asked = 0;

	while ((c = net->asked) && now_ms >= c->alive_due_ms) {
		if (c->state == CONN_OPEN)
			give_up(c);
		else
			list_leave(c); /* its end has a time of its own */
	}
	while ((c = net->heard) && now_ms >= c->alive_due_ms && asked++ < ASK_MAX) {
		if (c->state == CONN_OPEN)
			ask(c, now_ms);
		else
			list_leave(c);
	}
}

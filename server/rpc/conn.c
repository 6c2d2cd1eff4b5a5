/* conn.c - who sits on a connection: asked for at the handshake, when rights change, and each limit.session_check. */
#include "rpc/rpc_private.h"
#include <stdlib.h>
#include <string.h>

struct conn *rpc_conn(struct rpc *rpc, uint64_t id)
{
	struct conn *c;

	HASH_FIND(hh, rpc->conns, &id, sizeof(id), c);
	return c;
}

static void held_free(struct conn *c)
{
	while (c->held) {
		struct held *h = c->held;
		LL_DELETE(c->held, h);
		free(h);
	}
	c->held_count = 0;
	c->held_bytes = 0;
}

static void caller_drop(struct conn *c)
{
	if (!c->caller)
		return;
	hub_release(c->rpc->hub, c->caller->caller.member);
	seats_give(c->rpc->seats, c->caller->caller.member);
	metric_add(c->rpc->signed_in_gauge, -1);
	caller_unref(c->caller);
	c->caller = NULL;
}

static void conn_free(struct conn *c)
{
	hub_conn_closed(c->rpc->hub, c->id);
	caller_drop(c);
	db_ticket_cancel(&c->ticket);
	held_free(c);
	HASH_DEL(c->rpc->conns, c);
	free(c);
}

void conn_free_all(struct rpc *rpc)
{
	struct conn *c, *next;

	HASH_ITER(hh, rpc->conns, c, next)
		conn_free(c);
}

void conn_close(struct conn *c, int code, const char *reason)
{
	if (c->state == CONN_CLOSING)
		return;
	c->state = CONN_CLOSING;
	held_free(c);
	net_close(c->rpc->net, c->id, code, reason);
}

/* At the node's end calls are still answered when net and all connections have gone. */
bool conn_send_text(struct rpc *rpc, uint64_t conn, const char *text, size_t len, bool is_reply)
{
	struct frame *f = rpc_conn(rpc, conn) ? frame_create(text, len) : NULL;
	bool sent = f && net_send(rpc->net, conn, f, 0, is_reply);

	frame_unref(f);
	return sent;
}

bool conn_send_json(struct rpc *rpc, uint64_t conn, json_t *message, bool is_reply)
{
	char *text = message && rpc_conn(rpc, conn) ? json_dumps(message, JSON_COMPACT | JSON_REAL_PRECISION(15)) : NULL;
	bool sent = text && conn_send_text(rpc, conn, text, strlen(text), is_reply);

	free(text);
	return sent;
}

/* Hostile or broken clients are told what is wrong each time, but not for ever. */
void conn_bad_message(struct conn *c)
{
	int64_t now = clock_mono_ms();

	metric_add(c->rpc->bad_messages, 1);
	if (now - c->bad_since_ms > c->rpc->config.bad_messages_ms) {
		c->bad_since_ms = now;
		c->bad = 0;
	}
	if (++c->bad > c->rpc->config.bad_messages && c->state != CONN_CLOSING) {
		metric_add(c->rpc->refusals.bad_messages, 1);
		conn_close(c, NET_CLOSE_POLICY, "too many bad messages");
	}
}

/* What came while the caller's rights were being read. */
static void held_dispatch(struct conn *c)
{
	struct held *h;

	while (c->state == CONN_OPEN && !c->is_rechecking && (h = c->held)) {
		LL_DELETE(c->held, h);
		c->held_count--;
		c->held_bytes -= h->len;
		dispatch_message(c, h->text, h->len);
		free(h);
	}
}

/* --- who is it? -------------------------------------------------------------------------------------- */

static void ended_told(void *owner, const struct db_rows *rows, const struct err *err)
{
	(void)owner;
	if (!err && db_count(rows) > 0)
		metric_add(metric_refusals(db_text(rows, 0, "setting")), 1);
}

/* A session that we know, but whose time is over: which time? Nobody waits for that. */
static void ended_count(const struct conn *c)
{
	const char *params[] = { c->hash };

	if (c->rpc->config.credential_ended)
		db_query(c->rpc->config.db, NULL, c->rpc->config.credential_ended, params, ended_told, NULL);
}

static void conn_ask(struct conn *c)
{
	if (!sign_ins_ask(c->rpc->sign_ins, c))
		conn_close(c, NET_CLOSE_TRY_LATER, "the server is short of memory");
}

void conn_known(struct conn *c, const struct db_rows *rows, int row, const struct err *err)
{
	if (err && db_was_lost(err) && !c->was_asked_again) {
		c->was_asked_again = true;
		conn_ask(c);
		return;
	}
	if (err) {
		conn_close(c, NET_CLOSE_TRY_LATER, "the database is not available");
		return;
	}
	c->caller = caller_from_row(rows, row);
	if (!c->caller) {
		ended_count(c);
		conn_close(c, NET_CLOSE_SIGNED_OUT, "sign in again");
		return;
	}
	if (!seats_take(c->rpc->seats, c->caller->caller.member)) {
		caller_unref(c->caller);
		c->caller = NULL;
		conn_close(c, NET_CLOSE_TRY_LATER, "too many connections of this account");
		return;
	}
	c->state = CONN_OPEN;
	c->checked_ms = clock_mono_ms();
	metric_add(c->rpc->signed_in_gauge, 1);
	hub_hold(c->rpc->hub, "member", c->caller->caller.member, c->caller->head);
	held_dispatch(c);
}

static void net_opened(void *owner, uint64_t id, const struct net_handshake *hs)
{
	struct rpc *rpc = owner;
	struct conn *c = reserve_is_low() ? NULL : calloc(1, sizeof(*c));

	if (!c || rpc->is_draining) {
		net_close(rpc->net, id, NET_CLOSE_TRY_LATER, c ? "the server is stopping" : "the server is short of memory");
		free(c);
		return;
	}
	c->id = id;
	c->rpc = rpc;
	c->is_bearer = hs->is_bearer;
	c->opened_ms = c->told_ms = clock_mono_ms();
	strncpy(c->address, hs->address, sizeof(c->address) - 1);
	secret_hash(hs->credential, c->hash);
	HASH_ADD(hh, rpc->conns, id, sizeof(c->id), c);
	conn_ask(c);
}

static void conn_hold_message(struct conn *c, const char *text, size_t len)
{
	struct held *h = NULL;

	if (c->held_count < HELD_MAX && c->held_bytes + len <= HELD_BYTES_MAX)
		h = malloc(sizeof(*h) + len + 1);
	if (!h) {
		conn_close(c, NET_CLOSE_TRY_LATER, "too much at once while the rights were being read");
		return;
	}
	memcpy(h->text, text, len);
	h->text[len] = '\0';
	h->len = len;
	LL_APPEND(c->held, h);
	c->held_count++;
	c->held_bytes += len;
}

static void net_message(void *owner, uint64_t id, const char *text, size_t len)
{
	struct conn *c = rpc_conn(owner, id);

	/* Whoever has just been told of a new right uses it at once: the call waits until we know of it as well. */
	if (c && (c->state == CONN_ASKING || (c->state == CONN_OPEN && c->is_rechecking)))
		conn_hold_message(c, text, len);
	else if (c && c->state == CONN_OPEN)
		dispatch_message(c, text, len);
}

static void net_closed(void *owner, uint64_t id)
{
	struct conn *c = rpc_conn(owner, id);

	if (!c)
		return;
	log_line(LOG_INFO, "conn closed", "conn", log_int((int64_t)id), "member", c->caller ? c->caller->caller.member : NULL,
		"age_s", log_int((clock_mono_ms() - c->opened_ms) / 1000), NULL);
	conn_free(c);
}

static void net_drained(void *owner, uint64_t id)
{
	hub_conn_drained(((struct rpc *)owner)->hub, id);
}

const struct net_handlers *rpc_net_handlers(void)
{
	static const struct net_handlers handlers = {
		.opened = net_opened, .message = net_message, .closed = net_closed, .drained = net_drained,
	};
	return &handlers;
}

/* --- rights may have changed --------------------------------------------------------------------------- */

static void conn_rechecked(void *owner, const struct db_rows *rows, const struct err *err)
{
	struct conn *c = owner;
	struct caller_ref *fresh;
	bool is_due = c->is_due;

	c->is_rechecking = c->is_due = false;
	if (c->state != CONN_OPEN)
		return;
	if (err) { /* what cannot be checked is asked again at the next tick */
		c->checked_ms = INT64_MIN / 2;
		held_dispatch(c);
		return;
	}
	fresh = caller_from_row(rows, 0);
	if (!fresh) {
		if (is_due)
			metric_add(c->rpc->refusals.session_check, 1);
		ended_count(c);
		conn_close(c, NET_CLOSE_SIGNED_OUT, "sign in again");
		return;
	}
	caller_unref(c->caller);
	c->caller = fresh;
	c->checked_ms = clock_mono_ms();
	hub_conn_recheck(c->rpc->hub, c->id);
	if (c->recheck_again)
		conn_recheck(c);
	held_dispatch(c);
}

void conn_recheck(struct conn *c)
{
	const char *params[1];

	if (c->state != CONN_OPEN)
		return;
	c->recheck_again = c->is_rechecking;
	if (c->is_rechecking)
		return;
	c->is_rechecking = true;
	params[0] = c->caller->caller.session;
	db_query(c->rpc->config.db, &c->ticket, c->rpc->config.caller_by_session, params, conn_rechecked, c);
}

void conn_recheck_member(struct rpc *rpc, const char *member)
{
	struct conn *c, *next;

	HASH_ITER(hh, rpc->conns, c, next)
		if (c->caller && strcmp(c->caller->caller.member, member) == 0)
			conn_recheck(c);
}

void conn_tick(struct rpc *rpc)
{
	struct conn *c, *next;
	int64_t now = clock_mono_ms();

	HASH_ITER(hh, rpc->conns, c, next)
		if (c->state == CONN_OPEN && now - c->checked_ms > rpc->config.session_check_ms && !c->is_rechecking &&
			db_is_up(rpc->config.db)) {
			c->is_due = true;
			conn_recheck(c);
		}
}

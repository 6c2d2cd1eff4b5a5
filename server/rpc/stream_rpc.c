/* stream_rpc.c - opening streams, presence, and watching feeds. */
#include "rpc/rpc_private.h"
#include "protocol/stream.h"
#include "journal_sql.h"
#include <stdio.h>
#include <string.h>

#define ANSWER_MAX (64u << 20) /* bytes */

static struct call_run *run_of(struct call *c)
{
	return (struct call_run *)c;
}

/* --- stream.open ------------------------------------------------------------------------------------------- */

struct stream_open_frame {
	const struct stream_kind *kind;
	const char *id;
	uint64_t follows; /* the stream was followed here before its head was read: hub_follows */
};

static call_step stream_open_allowed, stream_open_missed, stream_open_personal, stream_open_snapshot;

static enum call_next stream_open(struct call *c)
{
	const struct kd_stream_open *p = c->params;
	struct stream_open_frame *f = c->frame;
	struct rpc *rpc = run_of(c)->rpc;

	f->kind = stream_name_read(rpc->config.kinds, p->stream, &f->id);
	if (!f->kind)
		return call_fail_field(c, "/stream", "no such kind of stream");
	f->follows = hub_follows(rpc->hub, f->id);
	return call_look(c, f->kind->name, f->id, stream_open_allowed);
}

static enum call_next ask_snapshot(struct call *c)
{
	const struct stream_open_frame *f = c->frame;

	if (f->kind->snapshot->params > 1)
		return call_query(c, stream_open_personal, f->kind->snapshot, f->id, c->caller->member);
	return call_snapshot(c, f->kind->name, f->id, c->head, stream_open_snapshot);
}

/* The right may have ended while we asked for what the stream holds: what is said then is what is true now. */
static bool may_read_still(struct call *c)
{
	const struct conn *conn = rpc_conn(run_of(c)->rpc, c->conn);

	return conn && conn->state == CONN_OPEN && access_may_read(c->access, &conn->caller->caller);
}

/* What the database has put together is passed on as the text that it is. */
static void write_answer(struct buf *b, struct call *c, int64_t seq, const char *what, const char *text)
{
	const struct kd_stream_open *p = c->params;
	struct hub *hub = run_of(c)->rpc->hub;
	const struct caller *caller = &rpc_conn(run_of(c)->rpc, c->conn)->caller->caller;
	char key[64];

	hub_conn_key(hub, c->conn, key);
	buf_printf(b, "{\"stream\":\"%s\",\"seq\":%lld,\"conn\":\"%s\",\"may_moderate\":%s,\"%s\":", p->stream, (long long)seq, key,
		access_may_moderate(c->access, caller) ? "true" : "false", what);
	buf_add_str(b, text);
	buf_add_str(b, ",\"present\":");
	buf_add_str(b, hub_presence_list(hub, c->conn, p->stream));
	buf_add_char(b, '}');
}

/* The answer is queued first, then the viewer is live from that number on. */
static enum call_next answer(struct call *c, int64_t seq, const char *what, const char *text)
{
	const struct kd_stream_open *p = c->params;
	struct hub *hub = run_of(c)->rpc->hub;
	enum call_next next;
	struct buf b;

	if (!may_read_still(c)) {
		hub_close(hub, c->conn, p->stream);
		return call_fail(c, KD_E_NOT_FOUND, "no such object");
	}
	buf_init(&b, ANSWER_MAX);
	write_answer(&b, c, seq, what, text);
	next = call_reply_text(c, b.failed ? NULL : b.data);
	buf_finish(&b);
	hub_ready(hub, c->conn, p->stream, seq);
	return next;
}

/* Subscribed before reading, so that whatever is committed meanwhile is seen as missing, never lost. */
static enum call_next stream_open_allowed(struct call *c)
{
	const struct kd_stream_open *p = c->params;
	const struct stream_open_frame *f = c->frame;
	struct rpc *rpc = run_of(c)->rpc;
	const char *since = call_int(c, p->since.is_set ? p->since.value : 0);

	if (!rpc_conn(rpc, c->conn))
		return call_fail(c, KD_E_UNAVAILABLE, "the connection has closed");
	if (!may_read_still(c))
		return call_fail(c, KD_E_NOT_FOUND, "no such object");
	if (!hub_open(rpc->hub, c->conn, f->kind, f->id, c->access))
		return call_fail(c, KD_E_TOO_LARGE, "at most %d streams may be open on a connection", HUB_STREAMS_PER_CONN);
	if (!p->since.is_set && f->kind->snapshot)
		return ask_snapshot(c);
	if (p->since.is_set && p->since.value == c->head && f->follows && f->follows == hub_follows(rpc->hub, f->id))
		return answer(c, c->head, "events", "[]"); /* followed since before the head was read: nothing was missed */
	return call_query(c, stream_open_missed, &Q_STREAM_SINCE, f->id, since, call_int(c, HUB_RESUME_MAX), f->kind->name);
}

/* The call ends without the stream being open. */
static enum call_next fail_closed(struct call *c, enum kd_code code, const char *text)
{
	const struct kd_stream_open *p = c->params;

	hub_close(run_of(c)->rpc->hub, c->conn, p->stream);
	return call_fail(c, code, "%s", text);
}

static enum call_next stream_open_missed(struct call *c)
{
	const struct stream_open_frame *f = c->frame;

	if (db_count(c->rows) == 0)
		return fail_closed(c, KD_E_NOT_FOUND, "no such object");
	if (db_text(c->rows, 0, "events"))
		return answer(c, db_int(c->rows, 0, "head"), "events", db_text(c->rows, 0, "events"));
	if (f->kind->snapshot) {
		c->head = db_int(c->rows, 0, "head");
		return ask_snapshot(c);
	}
	return answer(c, db_int(c->rows, 0, "head"), "events", "[]"); /* too much missed of what has no snapshot */
}

static enum call_next stream_open_personal(struct call *c)
{
	if (db_count(c->rows) == 0)
		return fail_closed(c, KD_E_NOT_FOUND, "no such object");
	return answer(c, db_int(c->rows, 0, "seq"), "snapshot", db_text(c->rows, 0, "snapshot"));
}

static enum call_next stream_open_snapshot(struct call *c)
{
	const struct kd_stream_open *p = c->params;

	if (c->err.code != KD_OK) {
		hub_close(run_of(c)->rpc->hub, c->conn, p->stream);
		return call_refuse(c);
	}
	if (!c->snapshot)
		return fail_closed(c, KD_E_NOT_FOUND, "no such object");
	if (p->fetch.is_set && p->fetch.value && c->snapshot->len > SNAPSHOT_LARGE)
		return answer(c, c->snapshot->seq, "snapshot_url", snapshot_offer(run_of(c)->rpc, c->mem, p->stream, run_of(c)->snapshot));
	return answer(c, c->snapshot->seq, "snapshot", c->snapshot->text);
}

static enum call_next stream_close(struct call *c)
{
	const struct kd_stream_close *p = c->params;

	hub_close(run_of(c)->rpc->hub, c->conn, p->stream);
	return call_reply(c, NULL);
}

/* --- presence.set -------------------------------------------------------------------------------------------- */

static enum call_next presence_set(struct call *c)
{
	const struct kd_presence_set *p = c->params;
	json_t *state = kd_encode(c->method->params, p);

	json_object_del(state, "stream");
	if (!hub_presence(run_of(c)->rpc->hub, c->conn, p->stream, state))
		return call_fail(c, KD_E_NOT_FOUND, "the stream is not open here");
	return call_reply(c, NULL);
}

/* --- feed.watch ------------------------------------------------------------------------------------------------ */

static enum call_next feed_watch(struct call *c)
{
	const struct kd_feed_watch *p = c->params;
	struct conn *conn = rpc_conn(run_of(c)->rpc, c->conn);
	unsigned topics = 0, bit;

	for (size_t i = 0; i < p->topics.count; i++) {
		if (!feed_topic_bit(p->topics.items[i], &bit))
			return call_fail_field(c, arena_printf(c->mem, "/topics/%zu", i), "no such topic");
		topics |= bit;
	}
	if (conn)
		conn->topics = topics;
	return call_reply(c, NULL);
}

const struct rpc_binding stream_rpc[] = {
	{ &kd_stream_open, stream_open, ACCESS_MEMBER, RATE_READ, sizeof(struct stream_open_frame) },
	{ &kd_stream_close, stream_close, ACCESS_MEMBER, RATE_READ, 0 },
	{ &kd_presence_set, presence_set, ACCESS_MEMBER, RATE_LIVE, 0 },
	{ &kd_feed_watch, feed_watch, ACCESS_MEMBER, RATE_READ, 0 },
	{ NULL, NULL, 0, 0, 0 },
};

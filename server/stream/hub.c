/* hub.c - who looks at which stream, and what this node commits. */
#include "stream/hub_private.h"
#include <assert.h>
#include <stdlib.h>
#include <string.h>

struct entry *hub_entry_find(struct hub *hub, const char *id)
{
	struct entry *e;

	HASH_FIND_STR(hub->entries, id, e);
	return e;
}

static struct entry *entry_get(struct hub *hub, const struct stream_kind *kind, const char *id)
{
	struct entry *e = hub_entry_find(hub, id);

	if (e)
		return e;
	e = calloc(1, sizeof(*e));
	if (!e)
		return NULL;
	strcpy(e->id, id);
	stream_name_make(e->name, kind->name, id);
	e->kind = kind;
	e->head = -1;
	e->hub = hub;
	e->serial = ++hub->next_serial;
	HASH_ADD_STR(hub->entries, id, e);
	bus_follow(hub->bus, e->name);
	return e;
}

void hub_entry_let_go(struct entry *e)
{
	if (!e->subs) {
		hub_held_forget(e);
		presence_forget_stream(e->hub->presence, e->name);
	}
	if (e->subs || e->holds > 0)
		return;
	bus_unfollow(e->hub->bus, e->name);
	db_ticket_cancel(&e->ticket);
	HASH_DEL(e->hub->entries, e);
	free(e);
}

static struct viewer *viewer_find(struct hub *hub, uint64_t conn)
{
	struct viewer *v;

	HASH_FIND(hh, hub->viewers, &conn, sizeof(conn), v);
	return v;
}

static struct sub *sub_find(struct hub *hub, uint64_t conn, const char *stream)
{
	struct viewer *v = viewer_find(hub, conn);
	struct sub *s;

	for (s = v ? v->subs : NULL; s; s = s->viewer_next)
		if (strcmp(s->entry->name, stream) == 0)
			return s;
	return NULL;
}

static void sub_free(struct viewer *v, struct sub *s)
{
	struct hub *hub = s->hub;
	struct entry *e = s->entry;

	db_ticket_cancel(&s->ticket);
	hub_sub_told(s);
	LL_DELETE2(v->subs, s, viewer_next);
	v->count--;
	DL_DELETE(e->subs, s);
	e->viewers--;
	metric_add(hub->subs_gauge, -1);
	if (e->kind->has_presence) {
		char key[64];
		hub_conn_key(hub, s->conn, key);
		presence_leave(hub->presence, e->name, key);
	}
	free(s);
	hub_entry_let_go(e);
}

bool hub_open(struct hub *hub, uint64_t conn, const struct stream_kind *kind, const char *id, const struct access *access)
{
	char name[STREAM_NAME_SIZE];
	struct viewer *v = viewer_find(hub, conn);
	struct entry *e;
	struct sub *s;

	stream_name_make(name, kind->name, id);
	s = sub_find(hub, conn, name);
	if (s) { /* again: what waits is taken back, the answer starts it anew */
		db_ticket_cancel(&s->ticket);
		net_drop_tag(hub->net, conn, s->tag);
		s->state = SUB_OPENING;
		s->entry->access = *access;
		return true;
	}
	if (!v) {
		v = calloc(1, sizeof(*v));
		if (!v)
			return false;
		v->conn = conn;
		HASH_ADD(hh, hub->viewers, conn, sizeof(v->conn), v);
	}
	if (v->count >= HUB_STREAMS_PER_CONN)
		return false;
	e = entry_get(hub, kind, id);
	s = e ? calloc(1, sizeof(*s)) : NULL;
	if (!s) {
		if (e)
			hub_entry_let_go(e);
		return false;
	}
	e->access = *access;
	s->conn = conn;
	s->tag = ++v->next_tag;
	s->entry = e;
	s->hub = hub;
	if (!e->subs && kind->has_presence) {
		presence_follow(hub->presence, e->name);
		bus_who(hub->bus, e->name);
	}
	DL_APPEND(e->subs, s);
	e->viewers++;
	LL_PREPEND2(v->subs, s, viewer_next);
	v->count++;
	metric_add(hub->subs_gauge, 1);
	return true;
}

void hub_ready(struct hub *hub, uint64_t conn, const char *stream, int64_t seq)
{
	struct sub *s = sub_find(hub, conn, stream);
	const struct caller *c = hub->config.caller_of(hub->config.owner, conn);
	struct entry *e;

	if (!s || !c)
		return;
	e = s->entry;
	s->seq = seq;
	s->state = SUB_LIVE;
	if (e->head < 0)
		e->head = seq;
	if (seq < e->head)
		hub_sub_read(s);
	hub_entry_heard(e, seq); /* the others may not have been served up to there yet, or all may have been told of more */
	if (e->kind->has_presence)
		hub_presence(hub, conn, stream, NULL);
}

void hub_close(struct hub *hub, uint64_t conn, const char *stream)
{
	struct sub *s = sub_find(hub, conn, stream);

	if (s)
		sub_free(viewer_find(hub, conn), s);
}

void hub_conn_closed(struct hub *hub, uint64_t conn)
{
	struct viewer *v = viewer_find(hub, conn);

	if (!v)
		return;
	while (v->subs)
		sub_free(v, v->subs);
	HASH_DEL(hub->viewers, v);
	free(v);
}

/* Tells the viewer that a stream has ended for them, after taking back what has not left. */
static void sub_close_no_access(struct viewer *v, struct sub *s)
{
	json_t *message = kd_notice_message("stream.closed", json_pack("{s:s, s:s}", "stream", s->entry->name, "reason", "no_access"));
	char *text = message ? json_dumps(message, JSON_COMPACT) : NULL;
	struct frame *f = text ? frame_create(text, strlen(text)) : NULL;
	struct hub *hub = s->hub;
	uint64_t conn = s->conn;

	net_drop_tag(hub->net, conn, s->tag);
	sub_free(v, s);
	if (f)
		net_send(hub->net, conn, f, 0, true);
	frame_unref(f);
	free(text);
	json_decref(message);
}

void hub_conn_recheck(struct hub *hub, uint64_t conn)
{
	struct viewer *v = viewer_find(hub, conn);
	const struct caller *c = hub->config.caller_of(hub->config.owner, conn);
	struct sub *s, *next;

	for (s = v ? v->subs : NULL; s; s = next) {
		next = s->viewer_next;
		if (!c || !access_may_read(&s->entry->access, c))
			sub_close_no_access(v, s);
	}
}

/* --- what was committed here ----------------------------------------------------------------------------- */

int hub_viewers(void *owner, const char *id)
{
	struct entry *e = hub_entry_find(owner, id);

	return e ? e->viewers : 0;
}

void hub_committed(void *owner, const char *kind, const char *id, int64_t first, int64_t last, const char *events,
	const struct access *access)
{
	struct hub *hub = owner;
	struct entry *e = hub_entry_find(hub, id);
	const struct stream_kind *k = stream_kind_find(hub->config.kinds, kind);
	char name[STREAM_NAME_SIZE];

	stream_name_make(name, kind, id);
	bus_head(hub->bus, name, last);
	if (k && k->hint_topic) {
		const struct access *who = strcmp(kind, "network") == 0 ? NULL : access;

		bus_hint(hub->bus, name, who);
		hub->config.feed(hub->config.owner, k->hint_topic, who);
	}
	if (!e)
		return;
	if (events && e->head >= 0 && e->head + 1 == first && !e->is_reading) {
		struct frame *f = e->subs ? hub_frame(name, first, events) : NULL;

		e->head = last;
		if (last > e->target)
			e->target = last;
		if (f)
			hub_deliver(e, first, last, f);
		else if (e->subs)
			e->head = first - 1; /* no memory now: the heads' check reads it from the journal */
		frame_unref(f);
		if (e->holds > 0)
			hub->config.grown(hub->config.owner, kind, id);
	} else {
		hub_entry_heard(e, last);
	}
}

void hub_conn_drained(struct hub *hub, uint64_t conn)
{
	struct viewer *v = viewer_find(hub, conn);
	struct sub *s;

	for (s = v ? v->subs : NULL; s; s = s->viewer_next)
		if (s->state == SUB_BEHIND)
			hub_sub_read(s);
	for (s = v ? v->subs : NULL; s; s = s->viewer_next)
		if (s->is_untold)
			hub_sub_presence(s);
}

/* --- following for the server's own sake -------------------------------------------------------------- */

void hub_hold(struct hub *hub, const char *kind, const char *id, int64_t head)
{
	const struct stream_kind *k = stream_kind_find(hub->config.kinds, kind);
	struct entry *e = k ? entry_get(hub, k, id) : NULL;

	if (!e)
		return;
	e->holds++;
	if (e->head < 0)
		e->head = head;
	else if (head > e->head)
		hub_entry_heard(e, head);
}

void hub_release(struct hub *hub, const char *id)
{
	struct entry *e = hub_entry_find(hub, id);

	if (!e)
		return;
	assert(e->holds > 0);
	e->holds--;
	hub_entry_let_go(e);
}

uint64_t hub_follows(const struct hub *hub, const char *id)
{
	struct entry *e;

	HASH_FIND_STR(hub->entries, id, e);
	return e ? e->serial : 0;
}

bool hub_bus_is_up(const struct hub *hub)
{
	return bus_is_up(hub->bus);
}

const char *hub_bus_reason(const struct hub *hub)
{
	return bus_reason(hub->bus);
}

const char *hub_bus_name(const struct hub *hub)
{
	return bus_name(hub->bus);
}

/* --- birth and end ------------------------------------------------------------------------------------- */

void hub_set_net(struct hub *hub, struct net *net)
{
	hub->net = net;
}

static void metrics_find(struct hub *hub)
{
	hub->deliveries = metric_counter("korsdrag_events_delivered_total", "Events queued to viewers.", NULL);
	hub->frames = metric_counter("korsdrag_event_frames_total", "Frames of events, each shared by its viewers.", NULL);
	hub->gaps = metric_counter("korsdrag_journal_reads_total", "Times that missing events were read from the journal.", NULL);
	hub->behind = metric_counter("korsdrag_viewers_behind_total", "Times that a viewer's queue was full.", NULL);
	hub->subs_gauge = metric_gauge("korsdrag_subscriptions", "Open streams of all connections.", NULL);
}

struct hub *hub_create(const struct hub_config *config, struct err *err)
{
	struct hub *hub = calloc(1, sizeof(*hub));

	err_set(err, KD_E_INTERNAL, "out of memory");
	if (!hub)
		return NULL;
	hub->config = *config;
	metrics_find(hub);
	if (!hub_bus_start(hub, err)) {
		hub_destroy(hub);
		return NULL;
	}
	return hub;
}

void hub_destroy(struct hub *hub)
{
	struct viewer *v, *v_next;
	struct entry *e, *e_next;

	if (!hub)
		return;
	timer_destroy(hub->heads);
	timer_destroy(hub->hold);
	db_ticket_cancel(&hub->heads_ticket);
	HASH_ITER(hh, hub->viewers, v, v_next)
		hub_conn_closed(hub, v->conn);
	HASH_ITER(hh, hub->entries, e, e_next) {
		e->holds = 0;
		hub_entry_let_go(e);
	}
	bus_destroy(hub->bus);
	presence_destroy(hub->presence);
	free(hub);
}

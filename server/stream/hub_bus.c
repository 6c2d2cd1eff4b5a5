/* hub_bus.c - the hub's ear: what other nodes say, and the heads compared once a second. */
#include "stream/hub_private.h"
#include "base/buf.h"
#include "base/log.h"
#include "journal_sql.h"
#include <string.h>

void hub_conn_key(const struct hub *hub, uint64_t conn, char ret_key[64])
{
	snprintf(ret_key, 64, "%.12s-%llx", hub->config.node + 24, (unsigned long long)conn);
}

bool hub_presence(struct hub *hub, uint64_t conn, const char *stream, json_t *state)
{
	const struct caller *c = hub->config.caller_of(hub->config.owner, conn);
	struct viewer *v;
	struct sub *s;
	char key[64];

	HASH_FIND(hh, hub->viewers, &conn, sizeof(conn), v);
	for (s = v ? v->subs : NULL; s; s = s->viewer_next)
		if (strcmp(s->entry->name, stream) == 0 && s->state != SUB_OPENING)
			break;
	if (!s || !c || !s->entry->kind->has_presence || !access_may_read(&s->entry->access, c)) {
		json_decref(state);
		return false;
	}
	hub_conn_key(hub, conn, key);
	presence_put(hub->presence, stream, key, c, state);
	return true;
}

const char *hub_presence_list(struct hub *hub, uint64_t conn, const char *stream)
{
	char key[64];

	hub_conn_key(hub, conn, key);
	return presence_list(hub->presence, stream, key);
}

static void heard_head(void *owner, const char *stream, int64_t head)
{
	struct hub *hub = owner;
	const char *id;
	struct entry *e = stream_name_read(hub->config.kinds, stream, &id) ? hub_entry_find(hub, id) : NULL;

	if (e)
		hub_entry_heard(e, head);
}

static void heard_hint(void *owner, const char *stream, const struct access *access)
{
	struct hub *hub = owner;
	const char *id;
	const struct stream_kind *k = stream_name_read(hub->config.kinds, stream, &id);

	if (k && k->hint_topic)
		hub->config.feed(hub->config.owner, k->hint_topic, access);
}

static void heard_presence(void *owner, const char *node, const json_t *streams)
{
	presence_heard(((struct hub *)owner)->presence, node, streams);
}

static void heard_who(void *owner, const char *stream)
{
	presence_tell(((struct hub *)owner)->presence, stream);
}

static void new_node(void *owner, const char *node)
{
	(void)node;
	presence_tell_all(((struct hub *)owner)->presence);
}

static void again_node(void *owner, const char *node)
{
	presence_doubt(((struct hub *)owner)->presence, node);
}

static void lost_node(void *owner, const char *node)
{
	presence_lose_node(((struct hub *)owner)->presence, node);
}

/* --- heads, once a second ------------------------------------------------------------------------------ */

/* PostgreSQL has failed over and lost the end of the stream, which our viewers have seen. They come back, are ahead of it, and
 * get a snapshot of what there is. */
static void entry_rewind(struct entry *e, int64_t head)
{
	struct sub *s;

	log_line(LOG_WARN, "events were lost", "stream", e->kind->name, "from", log_int(head + 1), "to", log_int(e->asked), NULL);
	e->head = e->target = head;
	hub_held_forget(e);
	DL_FOREACH(e->subs, s)
		net_close(e->hub->net, s->conn, NET_CLOSE_TRY_LATER, "the database has lost what came last");
	if (e->holds > 0)
		e->hub->config.grown(e->hub->config.owner, e->kind->name, e->id);
}

static void heads_read(void *owner, const struct db_rows *rows, const struct err *err)
{
	struct hub *hub = owner;
	struct entry *e;

	hub->is_asking_heads = false;
	for (int i = 0; !err && i < db_count(rows); i++) {
		e = hub_entry_find(hub, db_text(rows, i, "id"));
		if (e && db_int(rows, i, "head") < e->asked)
			entry_rewind(e, db_int(rows, i, "head"));
		else if (e)
			hub_entry_heard(e, db_int(rows, i, "head"));
	}
	if (err)
		return;
	for (e = hub->entries; e; e = e->hh.next) { /* viewers whose own reading failed try again */
		struct sub *s, *next;
		DL_FOREACH_SAFE(e->subs, s, next)
			if (s->state == SUB_BEHIND && net_queued_bytes(hub->net, s->conn) == 0)
				hub_sub_read(s);
	}
}

static void heads_ask(void *owner)
{
	struct hub *hub = owner;
	struct buf ids;
	struct entry *e;
	const char *params[1];

	hub_presence_catch_up(hub); /* a queue may have kept presence out without ever being full */
	presence_rest(hub->presence);
	if (hub->is_asking_heads || !hub->entries || !db_is_up(hub->config.db))
		return;
	buf_init(&ids, 8u << 20);
	buf_add_char(&ids, '{');
	for (e = hub->entries; e; e = e->hh.next) {
		e->asked = e->head;
		buf_add_str(&ids, e->id);
		buf_add_char(&ids, e->hh.next ? ',' : '}');
	}
	if (!ids.failed) {
		params[0] = ids.data;
		hub->is_asking_heads = true;
		db_query(hub->config.db, &hub->heads_ticket, &Q_STREAM_HEADS, params, heads_read, hub);
	}
	buf_finish(&ids);
}

/* Whoever watches a list looks again. */
static void hints_were_lost(void *owner)
{
	struct hub *hub = owner;

	for (const struct stream_kind *const *k = hub->config.kinds; *k; k++)
		if ((*k)->hint_topic)
			hub->config.feed(hub->config.owner, (*k)->hint_topic, NULL);
}

/* What was said meanwhile was heard by nobody, neither ours by the others nor theirs by us. */
static void bus_was_restored(void *owner)
{
	struct hub *hub = owner;

	heads_ask(hub);
	presence_doubt(hub->presence, NULL);
	bus_again(hub->bus);
	presence_tell_all(hub->presence);
	for (struct entry *e = hub->entries; e; e = e->hh.next)
		if (e->subs && e->kind->has_presence)
			bus_who(hub->bus, e->name);
}

bool hub_bus_start(struct hub *hub, struct err *err)
{
	static const struct bus_handlers handlers = {
		.head = heard_head, .hint = heard_hint, .presence = heard_presence, .who = heard_who, .node_new = new_node,
		.node_again = again_node, .node_lost = lost_node, .restored = bus_was_restored,
		.hints_lost = hints_were_lost,
	};

	hub->presence = presence_create(hub->config.loop, hub_presence_tell, hub_presence_fill, hub);
	hub->bus = bus_create(&(struct bus_config){
		.loop = hub->config.loop, .db = hub->config.db, .node = hub->config.node, .handlers = &handlers, .owner = hub,
		.nats = hub->config.nats, .subjects = hub->config.subjects }, err);
	hub->heads = loop_timer_create(hub->config.loop, heads_ask, hub);
	hub->hold = loop_timer_create(hub->config.loop, hub_hold_ended, hub);
	if (!hub->bus || !hub->presence || !hub->heads || !hub->hold)
		return false;
	presence_set_bus(hub->presence, hub->bus);
	timer_start(hub->heads, HUB_HEADS_MS, HUB_HEADS_MS);
	return true;
}

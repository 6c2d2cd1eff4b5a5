/* hub_read.c - filling gaps from the journal: for one viewer, or for everyone who looks at a stream here. */
#include "stream/hub_private.h"
#include "journal_sql.h"
#include <stdio.h>
#include <string.h>

#define READ_AT_ONCE "500" /* events a query */

static void journal_read(struct hub *hub, struct db_ticket *ticket, const char *id, int64_t since, db_done *done, void *owner)
{
	char from[24];
	const char *params[] = { id, from, READ_AT_ONCE };

	snprintf(from, sizeof(from), "%lld", (long long)since);
	metric_add(hub->gaps, 1);
	db_query(hub->config.db, ticket, &Q_STREAM_EVENTS, params, done, owner);
}

static void sub_read_done(void *owner, const struct db_rows *rows, const struct err *err)
{
	struct sub *s = owner;
	struct hub *hub = s->hub;
	const struct caller *c = hub->config.caller_of(hub->config.owner, s->conn);
	struct frame *f;
	int64_t last;

	s->state = SUB_BEHIND; /* the heads' check looks after it when this fails */
	if (err || !c || !access_may_read(&s->entry->access, c))
		return;
	if (db_int(rows, 0, "count") == 0) {
		s->state = SUB_LIVE;
		return;
	}
	last = db_int(rows, 0, "last");
	f = hub_frame(s->entry->name, db_int(rows, 0, "first"), db_text(rows, 0, "events"));
	if (f && net_send(hub->net, s->conn, f, s->tag, false)) {
		metric_add(hub->deliveries, last - s->seq);
		s->seq = last;
		s->state = SUB_LIVE;
		if (s->seq < s->entry->head)
			hub_sub_read(s);
	}
	frame_unref(f);
}

void hub_sub_read(struct sub *s)
{
	if (s->state == SUB_READING || s->state == SUB_OPENING)
		return;
	s->state = SUB_READING;
	journal_read(s->hub, &s->ticket, s->entry->id, s->seq, sub_read_done, s);
}

static void entry_read_done(void *owner, const struct db_rows *rows, const struct err *err)
{
	struct entry *e = owner;
	struct hub *hub = e->hub;
	struct frame *f;
	int64_t first, last;

	e->is_reading = false;
	if (err || db_int(rows, 0, "count") == 0)
		return; /* the heads' check asks again */
	first = db_int(rows, 0, "first");
	last = db_int(rows, 0, "last");
	if (e->head + 1 == first) {
		f = e->subs ? hub_frame(e->name, first, db_text(rows, 0, "events")) : NULL;
		if (e->subs && !f)
			return;
		e->head = last;
		if (f)
			hub_deliver(e, first, last, f);
		frame_unref(f);
	}
	if (e->target > e->head)
		hub_entry_read(e);
	if (e->holds > 0)
		hub->config.grown(hub->config.owner, e->kind->name, e->id);
}

void hub_entry_read(struct entry *e)
{
	if (e->is_reading)
		return;
	e->is_reading = true;
	journal_read(e->hub, &e->ticket, e->id, e->head, entry_read_done, e);
}

void hub_entry_heard(struct entry *e, int64_t head)
{
	if (head > e->target)
		e->target = head;
	if (e->head >= 0 && e->target > e->head)
		hub_entry_read(e);
}

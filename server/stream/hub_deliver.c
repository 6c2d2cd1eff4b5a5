/* hub_deliver.c - a stream's events to those who look at it here, in order.
 *
 * What a write to a socket costs hardly depends on what it holds. So where a crowd looks on and many write, changes wait a little
 * and leave together: a batch is often small and the next one large, since the first of many writers' changes makes the one and
 * all others' the other. Where few write, a change goes at once, unless the one before it has hardly left. */
#include "stream/hub_private.h"
#include "base/buf.h"
#include "base/clock.h"
#include <stdlib.h>

#define WRITE_US 20        /* a write to a viewer takes half of it, so sending leaves the other half of the time to others */
#define HOLD_MAX_US 40000  /* nobody sees that somebody else's change is so late */
#define CROWD 100          /* viewers */
#define CROWD_HOT 500      /* where changes have gathered for as long before they were written (hot.c) */
#define BUSY_EVENTS 8      /* so many in one delivery, and another soon: many write */
#define BUSY_US 250        /* for each viewer: a crowd needs its time to read and answer */

struct held { /* events that wait for the stream's next delivery */
	struct held *next;
	int64_t first, last;
	struct frame *frame;
};

/* True: the viewer has them, or will ask for them; else nothing that follows can be told either. */
static bool sub_deliver(struct sub *s, const struct held *h)
{
	struct hub *hub = s->hub;

	if (s->seq >= h->last)
		return true;
	if (s->seq + 1 != h->first) {
		hub_sub_read(s);
		return false;
	}
	if (!net_send(hub->net, s->conn, h->frame, s->tag, false)) {
		s->state = SUB_BEHIND;
		metric_add(hub->behind, 1);
		return false;
	}
	metric_add(hub->deliveries, h->last - s->seq);
	s->seq = h->last;
	return true;
}

/* What is opening, reading or behind looks at the head when it gets there, and whose right has ended is closed by
 * hub_conn_recheck. */
static void deliver_to(struct sub *s, const struct held *list)
{
	const struct caller *c = s->state == SUB_LIVE ? s->hub->config.caller_of(s->hub->config.owner, s->conn) : NULL;

	if (!c || !access_may_read(&s->entry->access, c))
		return;
	for (; list; list = list->next)
		if (!sub_deliver(s, list))
			return;
}

static void deliver_all(struct entry *e, const struct held *list)
{
	struct sub *s;

	e->delivered_us = clock_mono_us();
	e->delivered = 0;
	for (const struct held *h = list; h; h = h->next)
		e->delivered += h->last - h->first + 1;
	DL_FOREACH(e->subs, s)
		deliver_to(s, list);
}

/* --- waiting ------------------------------------------------------------------------------------------------ */

static int64_t due_us(const struct entry *e, int64_t now)
{
	bool is_busy = e->delivered >= BUSY_EVENTS && now - e->delivered_us < (int64_t)e->viewers * BUSY_US;
	int64_t us = e->viewers > (e->kind->model ? CROWD_HOT : CROWD) ? (int64_t)e->viewers * WRITE_US : 0;

	return (is_busy ? now : e->delivered_us) + (us < HOLD_MAX_US ? us : HOLD_MAX_US);
}

void hub_held_forget(struct entry *e)
{
	if (e->held)
		DL_DELETE2(e->hub->holding, e, holding_prev, holding_next);
	while (e->held) {
		struct held *h = e->held;

		e->held = h->next;
		frame_unref(h->frame);
		free(h);
	}
}

static void held_deliver(struct entry *e)
{
	if (e->held)
		deliver_all(e, e->held);
	hub_held_forget(e);
}

static void timer_for(struct hub *hub, int64_t due, int64_t now)
{
	if (hub->hold_due_us && hub->hold_due_us <= due)
		return;
	hub->hold_due_us = due;
	timer_start(hub->hold, due - now > 1000 ? (due - now + 999) / 1000 : 1, 0);
}

void hub_hold_ended(void *owner)
{
	struct hub *hub = owner;
	struct entry *e, *next;
	int64_t now = clock_mono_us(), soonest = INT64_MAX;

	hub->hold_due_us = 0;
	DL_FOREACH_SAFE2(hub->holding, e, next, holding_next) {
		if (e->due_us <= now)
			held_deliver(e);
		else if (e->due_us < soonest)
			soonest = e->due_us;
	}
	if (hub->holding)
		timer_for(hub, soonest, now);
}

/* Behind what waits already, if anything does. False: no memory. */
static bool hold(struct entry *e, int64_t first, int64_t last, struct frame *f)
{
	struct held *h = malloc(sizeof(*h));

	if (!h)
		return false;
	*h = (struct held){ .first = first, .last = last, .frame = frame_ref(f) };
	if (!e->held)
		DL_APPEND2(e->hub->holding, e, holding_prev, holding_next);
	LL_APPEND(e->held, h);
	return true;
}

void hub_deliver(struct entry *e, int64_t first, int64_t last, struct frame *f)
{
	int64_t now = clock_mono_us();

	metric_add(e->hub->frames, 1);
	if (!e->held)
		e->due_us = due_us(e, now);
	if (e->due_us > now && hold(e, first, last, f)) {
		timer_for(e->hub, e->due_us, now);
		return;
	}
	held_deliver(e);
	deliver_all(e, &(struct held){ .first = first, .last = last, .frame = f });
}

struct frame *hub_frame(const char *stream, int64_t first, const char *events_json)
{
	struct buf b;
	struct frame *f;

	buf_init(&b, 64u << 20);
	buf_printf(&b, "{\"jsonrpc\":\"2.0\",\"method\":\"stream.events\",\"params\":{\"stream\":\"%s\",\"first\":%lld,\"events\":",
		stream, (long long)first);
	buf_add_str(&b, events_json);
	buf_add_str(&b, "}}");
	f = b.failed ? NULL : frame_create(b.data, b.len);
	buf_finish(&b);
	return f;
}

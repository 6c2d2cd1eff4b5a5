/* hub_presence.c - telling viewers who is here: each tick to who keeps up, and the whole of it later to who did not.
 *
 * What was missed is kept once a stream, not once a viewer: the list of who is here is made anew when it is wanted and is the
 * same for all, and so are the names of those who left since the first viewer missed something. */
#include "stream/hub_private.h"
#include "base/buf.h"
#include <stdlib.h>
#include <string.h>

#define NOTICE_MAX (16u << 20)          /* bytes of who is here and who left, together */
#define PRESENCE_QUEUE_MAX (32 * 1024) /* bytes waiting on a connection beyond which presence is not sent */

static bool may_send_presence(const struct sub *s)
{
	return net_queued_bytes(s->hub->net, s->conn) <= PRESENCE_QUEUE_MAX;
}

static const struct caller *reader(const struct sub *s)
{
	const struct caller *c = s->state == SUB_OPENING ? NULL : s->hub->config.caller_of(s->hub->config.owner, s->conn);

	return c && access_may_read(&s->entry->access, c) ? c : NULL;
}

/* --- what was missed ------------------------------------------------------------------------------------ */

static void missed(struct sub *s)
{
	struct missed *m = &s->entry->missed;

	if (s->is_untold)
		return;
	s->is_untold = true;
	s->untold_from = m->first + json_array_size(m->left);
	m->viewers++;
}

static void frame_forget(struct missed *m)
{
	frame_unref(m->frame);
	m->frame = NULL;
}

void hub_sub_told(struct sub *s)
{
	struct missed *m = &s->entry->missed;

	if (!s->is_untold)
		return;
	s->is_untold = false;
	if (--m->viewers > 0)
		return;
	m->first += json_array_size(m->left);
	json_decref(m->left);
	m->left = NULL;
	frame_forget(m);
}

/* Who has not been told of so many cannot be any more, and comes again. */
static void forget_oldest(struct entry *e)
{
	struct missed *m = &e->missed;
	size_t cut = json_array_size(m->left) / 2;
	json_t *kept = json_array();
	struct sub *s;

	for (size_t i = cut; i < json_array_size(m->left); i++)
		json_array_append(kept, json_array_get(m->left, i));
	json_decref(m->left);
	m->left = kept;
	m->first += cut;
	DL_FOREACH(e->subs, s)
		if (s->is_untold && s->untold_from < m->first)
			net_close(e->hub->net, s->conn, NET_CLOSE_TRY_LATER, "too slow");
}

static void left_remember(struct entry *e, const json_t *left)
{
	struct missed *m = &e->missed;

	frame_forget(m);
	if (m->viewers == 0)
		return;
	if (!m->left)
		m->left = json_array();
	json_array_extend(m->left, (json_t *)(uintptr_t)left);
	if (json_array_size(m->left) > KD_LEFT_MAX)
		forget_oldest(e);
}

/* What the next tick tells is told to those who are given this as well. */
static struct frame *missed_frame(struct entry *e)
{
	struct missed *m = &e->missed;
	char *left;
	struct buf b;

	if (m->frame)
		return m->frame;
	left = m->left ? json_dumps(m->left, JSON_COMPACT) : NULL;
	buf_init(&b, NOTICE_MAX);
	buf_printf(&b, "{\"jsonrpc\":\"2.0\",\"method\":\"presence.changed\",\"params\":{\"stream\":\"%s\",\"present\":", e->name);
	buf_add_str(&b, presence_list(e->hub->presence, e->name, ""));
	buf_add_str(&b, ",\"left\":");
	buf_add_str(&b, left ? left : "[]");
	buf_add_str(&b, "}}");
	m->frame = b.failed || (m->left && !left) ? NULL : frame_create(b.data, b.len);
	free(left);
	buf_finish(&b);
	return m->frame;
}

void hub_sub_presence(struct sub *s)
{
	struct frame *f = reader(s) ? missed_frame(s->entry) : NULL;

	if (f && net_send(s->hub->net, s->conn, f, s->tag, false))
		hub_sub_told(s);
}

void hub_presence_catch_up(struct hub *hub)
{
	for (struct entry *e = hub->entries; e; e = e->hh.next) {
		struct sub *s;

		if (e->missed.viewers > 0)
			DL_FOREACH(e->subs, s)
				if (s->is_untold && may_send_presence(s))
					hub_sub_presence(s);
	}
}

/* --- each tick -------------------------------------------------------------------------------------------- */

void hub_presence_tell(void *owner, const char *stream, const char *text, size_t len, const json_t *left)
{
	struct hub *hub = owner;
	struct entry *e = hub_entry_find(hub, strchr(stream, ':') + 1);
	struct frame *f = e && e->subs ? frame_create(text, len) : NULL;
	struct sub *s;

	if (!f)
		return;
	DL_FOREACH(e->subs, s)
		if (reader(s) && (s->is_untold || !may_send_presence(s) || !net_send(hub->net, s->conn, f, s->tag, false)))
			missed(s);
	left_remember(e, left);
	frame_unref(f);
}

/* Those who found no room on the list, here and on other nodes. */
void hub_presence_fill(void *owner, const char *stream)
{
	struct hub *hub = owner;
	struct entry *e = hub_entry_find(hub, strchr(stream, ':') + 1);
	struct sub *s;

	if (!e || !e->subs)
		return;
	DL_FOREACH(e->subs, s) {
		const struct caller *c = reader(s);
		char key[64];

		hub_conn_key(hub, s->conn, key);
		if (c && !presence_come(hub->presence, stream, key, c))
			break;
	}
	bus_who(hub->bus, stream);
}

/* follow.c - what a client is told: its streams, in order and without gaps, and where others point. */
#include "clients/load/run.h"

#define PRESENCE_LISTENERS 64 /* so many look at each presence notice: all get the same */
#define CURSOR_WRAP 1000000   /* the pointer's x is the time in 0.1 ms, so */
#define CURSOR_NS 100000

/* --- presence ----------------------------------------------------------------------------------------------- */

void presence_beat(struct timer *t, int64_t now)
{
	struct user *u = (struct user *)((char *)t - offsetof(struct user, beat));
	struct run *r = the_run;
	char text[400];
	int len;

	if (u->state == USER_READY && may_work(r) && u->stream_count) {
		const struct journal *j = &r->streams[u->streams[0].stream];

		len = snprintf(text, sizeof text,
		        "{\"jsonrpc\":\"2.0\",\"method\":\"presence.set\",\"params\":{\"stream\":\"%s\",\"cursor\":{\"x\":%lld,\"y\":%u}}}",
		        j->name, (long long)(now / CURSOR_NS % CURSOR_WRAP), (unsigned)u->index);
		conn_send(&u->conn, text, (size_t)len);
		r->stats.presence_sent++;
	}
	if (r->phase <= PHASE_MEASURE)
		timer_set(&r->loop, t, t->when + (int64_t)((double)NS_PER_S / r->o.presence));
}

static void presence_heard(struct run *r, struct user *u, struct span params)
{
	struct scan s = scan_of(scan_find(params, "present"));
	int64_t now = clock_ns() / CURSOR_NS % CURSOR_WRAP;

	r->stats.presence_heard++;
	if (!r->o.presence || u->index >= PRESENCE_LISTENERS || r->phase != PHASE_MEASURE || !scan_list(&s))
		return;
	while (scan_item(&s)) {
		struct span cursor = scan_find(scan_value(&s), "cursor");
		double x = span_number(scan_find(cursor, "x"), -1), y = span_number(scan_find(cursor, "y"), -1);
		int64_t late = (now - (int64_t)x + CURSOR_WRAP) % CURSOR_WRAP;

		if (cursor.at && (uint32_t)y != u->index && late < CURSOR_WRAP / 2)
			histogram_record(&r->stats.presence, late * CURSOR_NS);
	}
}

/* --- streams -------------------------------------------------------------------------------------------------------- */

static void delivered(struct run *r, const struct user *u, const struct heard *h)
{
	int64_t now;

	if (r->phase != PHASE_MEASURE && r->phase != PHASE_DRAIN)
		return;
	now = clock_ns();
	if (r->phase == PHASE_MEASURE) {
		r->stats.delivery_frames++;
		r->stats.deliveries += h->count;
	}
	for (uint32_t i = 0; i < h->count; i++)
		if (h->marks[i].user != u->index && is_measured(r, h->marks[i].due))
			histogram_record(&r->stats.delivery, now - h->marks[i].due);
}

static void stream_open(struct run *r, struct user *u, int k)
{
	const struct subscription *s = &u->streams[k];
	char text[256], since[40] = "";

	if (s->has_begun)
		snprintf(since, sizeof since, ",\"since\":%llu", (unsigned long long)s->seq);
	conn_send(&u->conn, text,
	        (size_t)snprintf(text, sizeof text,
	                "{\"jsonrpc\":\"2.0\",\"id\":%d,\"method\":\"stream.open\",\"params\":{\"stream\":\"%s\"%s}}", -1 - k,
	                r->streams[s->stream].name, since));
}

static void stream_opened(struct run *r, struct user *u, struct subscription *s, const char *text, size_t len,
        struct span result)
{
	struct journal *j = &r->streams[s->stream];
	struct span snapshot = scan_find(result, "snapshot"), events = scan_find(result, "events");
	uint64_t seq = (uint64_t)span_int(scan_find(result, "seq"), 0);

	if (snapshot.at) {
		r->stats.behind += s->has_begun;
		journal_take_snapshot(j, snapshot, seq);
		s->seq = seq;
	} else if (events.at) {
		delivered(r, u, journal_hear(j, text, len, events, &s->seq));
	}
	if (s->seq != seq)
		wrong(&r->wrongs, WRONG_GAP, "%s: opened at %llu, the events end at %llu", j->name, (unsigned long long)seq,
		        (unsigned long long)s->seq);
	s->seq = seq;
	s->has_begun = s->is_live = true;
	for (int k = 0; k < u->stream_count; k++)
		if (!u->streams[k].is_live)
			return;
	user_ready(u);
}

void open_answered(struct run *r, struct user *u, const struct message *m, const char *text, size_t len)
{
	int k = (int)(-1 - m->id);

	if (k >= u->stream_count || u->streams[k].is_live) {
		wrong(&r->wrongs, WRONG_STRANGE, "a second answer to stream.open");
		return;
	}
	if (m->kind == MESSAGE_RESULT) {
		stream_opened(r, u, &u->streams[k], text, len, m->content);
		return;
	}
	r->stats.refusals[refusal_of(span_text(scan_find(scan_find(m->content, "data"), "code")))]++;
	snprintf(r->stats.last_loss, sizeof r->stats.last_loss, "stream.open: %.*s", (int)m->content.len, m->content.at);
	user_cut(u, 0);
}

void notice_heard(struct run *r, struct user *u, const struct message *m, const char *text, size_t len)
{
	struct span name = span_text(scan_find(m->content, "stream"));

	r->stats.notices++;
	if (span_is(m->method, "presence.changed")) {
		presence_heard(r, u, m->content);
		return;
	}
	if (span_is(m->method, "hint"))
		return;
	for (int k = 0; k < u->stream_count; k++)
		if (u->streams[k].is_live && span_is(name, r->streams[u->streams[k].stream].name) &&
		        span_is(m->method, "stream.events")) {
			delivered(r, u, journal_hear(&r->streams[u->streams[k].stream], text, len, scan_find(m->content, "events"),
			                        &u->streams[k].seq));
			return;
		}
	wrong(&r->wrongs, WRONG_STRANGE, "%.*s of %.*s came unasked for", (int)m->method.len, m->method.at, (int)name.len,
	        name.at ? name.at : "");
}

bool frame_known(struct run *r, struct user *u, const char *text, size_t len)
{
	for (int k = 0; k < u->stream_count; k++) {
		struct subscription *s = &u->streams[k];
		const struct heard *h = s->is_live ? journal_known(&r->streams[s->stream], text, len, &s->seq) : NULL;

		if (h) {
			delivered(r, u, h);
			return true;
		}
	}
	return false;
}

void streams_open(struct run *r, struct user *u)
{
	for (int k = 0; k < u->stream_count; k++)
		stream_open(r, u, k);
}

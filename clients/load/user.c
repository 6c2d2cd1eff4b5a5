/* user.c - one client: connects, opens its streams, makes its calls, comes back when it has lost its connection. */
#include "clients/load/run.h"
#include <stdlib.h>
#include <string.h>

#define MESSAGE_SIZE 8192
#define RETRY_MS 100          /* for the moment refused, without a word of when */
#define PRESENCE_LISTENERS 64 /* so many look at each presence notice: all get the same */
#define CURSOR_WRAP 1000000   /* the pointer's x is the time in 0.1 ms, so */
#define CURSOR_NS 100000

const char *const refusal_words[16] = { "parse", "request", "method", "invalid", "internal", "unauthenticated", "forbidden",
	"not_found", "conflict", "too_large", "busy", "unavailable", "rate_limited", "other" };

static void user_back(struct user *u, int64_t within);

static struct run *run_of(const struct user *u)
{
	(void)u;
	return the_run;
}

static int refusal_of(struct span word)
{
	int i = 0;

	while (refusal_words[i + 1] && !span_is(word, refusal_words[i]))
		i++;
	return i;
}

static bool may_work(const struct run *r)
{
	return r->phase == PHASE_WARMUP || r->phase == PHASE_MEASURE;
}

/* --- calls under way -------------------------------------------------------------------------------------- */

static void under_way_add(struct run *r, struct user *u, uint32_t index)
{
	uint32_t *at = &u->first_op;

	while (*at != OP_NONE)
		at = &ops_get(&r->ops, *at)->next;
	*at = index;
	u->under_way++;
	r->under_way++;
}

static bool under_way_remove(struct run *r, struct user *u, uint32_t index)
{
	uint32_t *at = &u->first_op;

	while (*at != OP_NONE && *at != index)
		at = &ops_get(&r->ops, *at)->next;
	if (*at == OP_NONE)
		return false;
	*at = ops_get(&r->ops, index)->next;
	u->under_way--;
	r->under_way--;
	return true;
}

static void call_send(struct run *r, struct user *u, uint32_t index)
{
	char text[MESSAGE_SIZE];

	ops_get(&r->ops, index)->state = OP_SENT;
	conn_send(&u->conn, text, work_write(r, index, text, sizeof text));
}

static bool call_begin(struct run *r, struct user *u, int64_t due)
{
	struct op op = { .due = due, .user = u->index, .next = OP_NONE };
	uint32_t index;

	if (!work_choose(r, u, &op))
		return false;
	index = ops_add(&r->ops, &op);
	under_way_add(r, u, index);
	r->stats.sent++;
	call_send(r, u, index);
	return true;
}

void user_work(struct user *u)
{
	struct run *r = run_of(u);
	int64_t now = r->loop.now, due;

	if (!u->is_writer || u->state != USER_READY || !may_work(r))
		return;
	if (r->o.in_flight) {
		while (u->under_way < r->o.in_flight)
			if (!call_begin(r, u, clock_ns())) {
				timer_set(&r->loop, &u->due, now + NS_PER_MS);
				break;
			}
		return;
	}
	while (u->under_way < UNDER_WAY_MAX && schedule_take(&u->schedule, now, &due, &r->random))
		call_begin(r, u, due);
	if (u->schedule.next > now)
		timer_set(&r->loop, &u->due, u->schedule.next);
}

static void due_fires(struct timer *t, int64_t now)
{
	struct user *u = (struct user *)((char *)t - offsetof(struct user, due));

	(void)now;
	user_work(u);
}

static void work_begin(struct run *r, struct user *u)
{
	if (u->is_writer && !u->schedule.next)
		schedule_begin(&u->schedule, r->o.rate, r->o.is_poisson, r->loop.now, &r->random);
}

/* --- presence ----------------------------------------------------------------------------------------------- */

static void beat_fires(struct timer *t, int64_t now)
{
	struct user *u = (struct user *)((char *)t - offsetof(struct user, beat));
	struct run *r = run_of(u);
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

/* --- ready, and what was cut off ------------------------------------------------------------------------------ */

static void give_up(struct run *r, struct user *u, uint32_t index, enum op_state state, const char *code)
{
	under_way_remove(r, u, index);
	ops_get(&r->ops, index)->state = (uint8_t)state;
	r->stats.unknown += state == OP_UNKNOWN;
	work_given_up(r, index);
	record_op(r, index, code);
}

static void calls_again(struct run *r, struct user *u, bool waiting_only)
{
	for (uint32_t index = u->first_op, next; index != OP_NONE; index = next) {
		struct op *op = ops_get(&r->ops, index);

		next = op->next;
		if (waiting_only && op->state != OP_WAITING)
			continue;
		if (!r->o.sends_again && !waiting_only) {
			give_up(r, u, index, OP_UNKNOWN, NULL);
			continue;
		}
		op->was_resent = true;
		r->stats.resent++;
		call_send(r, u, index);
	}
}

static void user_ready(struct user *u)
{
	struct run *r = run_of(u);
	int64_t now = clock_ns();

	u->state = USER_READY;
	u->tries = 0;
	r->ready++;
	if (u->lost_at)
		histogram_record(&r->stats.back, now - u->lost_at);
	else
		histogram_record(&r->stats.connect, now - u->began_at);
	u->lost_at = 0;
	calls_again(r, u, false);
	if (u->is_slow && may_work(r))
		conn_deafen(&u->conn, true);
	if (may_work(r) || r->o.works_early)
		work_begin(r, u);
	if (u->drags && !u->beat.at && r->phase <= PHASE_MEASURE)
		timer_set(&r->loop, &u->beat, r->loop.now + (int64_t)(random_unit(&r->random) * (double)NS_PER_S / r->o.presence));
	user_work(u);
}

/* --- answers ------------------------------------------------------------------------------------------------------ */

static void call_acked(struct run *r, struct user *u, uint32_t index, struct span result)
{
	struct op *op = ops_get(&r->ops, index);
	int64_t took = clock_ns() - op->due;
	bool counts = is_measured(r, op->due);

	under_way_remove(r, u, index);
	op->state = OP_ACKED;
	if (op->kind >= OP_WRITES) {
		r->stats.reads_done++;
		r->stats.reads_measured += counts;
		if (counts)
			histogram_record(&r->stats.read, took);
		return;
	}
	r->stats.acked++;
	r->stats.acked_measured += r->phase == PHASE_MEASURE;
	if (counts)
		histogram_record(&r->stats.ack, took);
	op->seq = (uint64_t)span_int(scan_find(result, "seq"), 0);
	if (!op->seq)
		wrong(&r->wrongs, WRONG_STRANGE, "%s was answered without a number", op_methods[op->kind]);
	else if (op->seen && op->seen != op->seq)
		wrong(&r->wrongs, WRONG_SEQ, "heard as %llu, acknowledged as %llu", (unsigned long long)op->seen,
		        (unsigned long long)op->seq);
	work_done(r, index, result);
	record_op(r, index, NULL);
}

static void call_refused(struct run *r, struct user *u, uint32_t index, struct span error)
{
	struct span data = scan_find(error, "data"), word = span_text(scan_find(data, "code"));
	int64_t after = span_int(scan_find(data, "retryAfterMs"), RETRY_MS);
	int code = refusal_of(word);

	r->stats.refusals[code]++;
	if (span_is(word, "busy") || span_is(word, "unavailable") || span_is(word, "rate_limited")) {
		ops_get(&r->ops, index)->state = OP_WAITING;
		r->stats.deferred++;
		after += (int64_t)random_below(&r->random, (uint32_t)after + 1);
		if (!u->again.at)
			timer_set(&r->loop, &u->again, r->loop.now + after * NS_PER_MS);
		return;
	}
	r->stats.refused++;
	give_up(r, u, index, OP_REFUSED, refusal_words[code]);
}

static void call_answered(struct run *r, struct user *u, const struct message *m)
{
	uint32_t index = (uint32_t)m->id;
	struct op *op = m->id < (int64_t)r->ops.count ? ops_get(&r->ops, index) : NULL;

	if (!op || op->user != u->index || (op->state != OP_SENT && op->state != OP_WAITING)) {
		wrong(&r->wrongs, WRONG_STRANGE, "an answer to what was not asked: %lld", (long long)m->id);
		return;
	}
	if (m->kind == MESSAGE_RESULT)
		call_acked(r, u, index, m->content);
	else
		call_refused(r, u, index, m->content);
	user_work(u);
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

static void open_answered(struct run *r, struct user *u, const struct message *m, const char *text, size_t len)
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

static void notice_heard(struct run *r, struct user *u, const struct message *m, const char *text, size_t len)
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

/* --- what connections say ------------------------------------------------------------------------------------------- */

static void opened(struct conn *c)
{
	struct user *u = (struct user *)c;
	struct run *r = run_of(u);

	if (u->is_hostile) {
		hostile_begin(u);
		return;
	}
	u->state = USER_OPENING;
	for (int k = 0; k < u->stream_count; k++)
		stream_open(r, u, k);
	if (!u->stream_count)
		user_ready(u);
}

static void heard(struct conn *c, const char *text, size_t len)
{
	struct user *u = (struct user *)c;
	struct run *r = run_of(u);
	struct message m;

	for (int k = 0; k < u->stream_count; k++) {
		struct subscription *s = &u->streams[k];
		const struct heard *h = s->is_live ? journal_known(&r->streams[s->stream], text, len, &s->seq) : NULL;

		if (h) {
			delivered(r, u, h);
			return;
		}
	}
	if (u->is_hostile) {
		r->stats.bad_answers++;
		return;
	}
	m = message_scan(text, len);
	if (m.kind == MESSAGE_NOTICE)
		notice_heard(r, u, &m, text, len);
	else if (m.kind == MESSAGE_OTHER || m.id == INT64_MIN)
		wrong(&r->wrongs, WRONG_STRANGE, "what is this: %.120s", text);
	else if (m.id < 0)
		open_answered(r, u, &m, text, len);
	else
		call_answered(r, u, &m);
}

static void user_lost(struct user *u, int64_t within)
{
	struct run *r = run_of(u);

	r->ready -= u->state == USER_READY;
	if (!u->is_hostile) {
		r->stats.failed_connects += u->state == USER_CONNECTING;
		r->stats.lost += u->state != USER_CONNECTING;
	}
	if (!u->lost_at && u->state == USER_READY)
		u->lost_at = clock_ns();
	u->state = USER_AWAY;
	u->conn.is_deaf = false;
	for (int k = 0; k < u->stream_count; k++)
		u->streams[k].is_live = false;
	user_back(u, within);
}

static void closed(struct conn *c, const char *why)
{
	struct user *u = (struct user *)c;
	struct run *r = run_of(u);

	if (u->is_hostile)
		r->stats.hostile_closed++;
	else
		snprintf(r->stats.last_loss, sizeof r->stats.last_loss, "%s", why);
	user_lost(u, 0);
}

void user_cut(struct user *u, int64_t within)
{
	conn_drop(&u->conn);
	user_lost(u, within);
}

/* --- coming and coming back --------------------------------------------------------------------------------------- */

static void again_fires(struct timer *t, int64_t now)
{
	struct user *u = (struct user *)((char *)t - offsetof(struct user, again));

	(void)now;
	if (u->state == USER_AWAY)
		user_arrive(u);
	else if (u->state == USER_READY)
		calls_again(run_of(u), u, true);
}

/* Full jitter: anywhere between now and the longest wait, which doubles each time (M. Brooker, "Exponential Backoff and
 * Jitter", AWS Architecture Blog, 2015). `within` overrides the first. */
static void user_back(struct user *u, int64_t within)
{
	struct run *r = run_of(u);
	double longest = r->o.back_off * (double)(1 << (u->tries < 16 ? u->tries : 16));

	if (longest > r->o.back_off_max)
		longest = r->o.back_off_max;
	if (!within)
		within = (int64_t)(longest * (double)NS_PER_MS);
	if (u->tries < UINT16_MAX)
		u->tries++;
	u->url = (uint16_t)((u->url + 1) % r->o.url_count);
	if (r->phase != PHASE_DONE)
		timer_set(&r->loop, &u->again, clock_ns() + (int64_t)(random_unit(&r->random) * (double)within));
}

void user_arrive(struct user *u)
{
	struct run *r = run_of(u);
	struct ws_request request = { .subprotocol = "korsdrag.v1", .token = r->tokens.list[u->index % r->tokens.count] };
	struct sockaddr_in source;
	bool has_source = source_choose(&source, &r->targets[u->url], u->index, r->o.per_address);

	u->began_at = clock_ns();
	u->state = USER_CONNECTING;
	u->conn.is_narrow = u->is_slow;
	if (!conn_open(&r->net, &u->conn, &r->targets[u->url], has_source ? (struct sockaddr *)&source : NULL, sizeof source,
	            &request, r->stats.last_loss, sizeof r->stats.last_loss))
		user_lost(u, 0);
}

void users_create(struct run *r)
{
	static const struct conn_hooks hooks = { opened, heard, closed };
	uint32_t dragging = r->o.presence > 0 ? (uint32_t)(r->o.presence_share * (double)r->o.clients) : 0;

	r->user_count = (uint32_t)(r->o.clients + r->o.hostile);
	r->users = calloc(r->user_count, sizeof *r->users);
	if (!r->users || !net_init(&r->net, &r->loop, &hooks, random_next(&r->random)))
		abort();
	for (uint32_t i = 0; i < r->user_count; i++) {
		struct user *u = &r->users[i];

		u->conn.fd = -1;
		u->index = i;
		u->url = (uint16_t)(i % (uint32_t)r->o.url_count);
		u->first_op = OP_NONE;
		u->due.fire = due_fires;
		u->again.fire = again_fires;
		u->beat.fire = beat_fires;
		u->is_hostile = i >= r->o.clients;
		if (u->is_hostile)
			continue;
		u->is_writer = i < r->o.writers;
		u->is_slow = i >= r->o.clients - r->o.slow;
		u->drags = i < dragging;
		if (r->o.boards)
			u->streams[u->stream_count++].stream = (uint16_t)(i % (uint32_t)r->o.boards);
		if (r->o.threads)
			u->streams[u->stream_count++].stream = (uint16_t)(r->o.boards + i % (uint32_t)r->o.threads);
	}
}

void users_begin_work(struct run *r)
{
	for (uint32_t i = 0; i < r->o.clients; i++) {
		struct user *u = &r->users[i];

		work_begin(r, u);
		if (u->is_slow && u->state == USER_READY)
			conn_deafen(&u->conn, true);
		if (u->state == USER_READY)
			user_work(u);
	}
}

bool users_have_settled(struct run *r)
{
	for (uint32_t i = 0; i < r->o.clients; i++) {
		const struct user *u = &r->users[i];

		if (u->state != USER_READY || u->under_way)
			return false;
		for (int k = 0; k < u->stream_count; k++)
			if (u->streams[k].seq < r->streams[u->streams[k].stream].top)
				return false;
	}
	return true;
}

void users_leave(struct run *r)
{
	r->phase = PHASE_DONE;
	for (uint32_t i = 0; i < r->user_count; i++) {
		struct user *u = &r->users[i];

		while (u->first_op != OP_NONE)
			give_up(r, u, u->first_op, OP_UNKNOWN, NULL);
		conn_drop(&u->conn);
	}
}

/* user.c - one client: connects, opens its streams, makes its calls, comes back when it has lost its connection. */
#include "clients/load/run.h"
#include <stdlib.h>
#include <string.h>


static void user_back(struct user *u, int64_t within);

/* --- ready ---------------------------------------------------------------------------------------------------- */

void user_ready(struct user *u)
{
	struct run *r = the_run;
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
		calls_begin(r, u);
	if (u->drags && !u->beat.at && r->phase <= PHASE_MEASURE)
		timer_set(&r->loop, &u->beat, r->loop.now + (int64_t)(random_unit(&r->random) * (double)NS_PER_S / r->o.presence));
	user_work(u);
}

/* --- what connections say ------------------------------------------------------------------------------------------- */

static void opened(struct conn *c)
{
	struct user *u = (struct user *)c;
	struct run *r = the_run;

	if (u->is_hostile) {
		hostile_begin(u);
		return;
	}
	u->state = USER_OPENING;
	streams_open(r, u);
	if (!u->stream_count)
		user_ready(u);
}

static void heard(struct conn *c, const char *text, size_t len)
{
	struct user *u = (struct user *)c;
	struct run *r = the_run;
	struct message m;

	if (frame_known(r, u, text, len))
		return;
	if (u->is_hostile) {
		r->stats.bad_answers++;
		return;
	}
	m = message_scan(text, len);
	if (m.kind == MESSAGE_NOTICE)
		notice_heard(r, u, &m, text, len);
	else if (m.kind == MESSAGE_OTHER || m.id == INT64_MIN)
		wrong(&r->wrongs, WRONG_STRANGE, "what is this: %.*s", len < 120 ? (int)len : 120, text);
	else if (m.id < 0)
		open_answered(r, u, &m, text, len);
	else
		call_answered(r, u, &m);
}

static void user_lost(struct user *u, int64_t within)
{
	struct run *r = the_run;

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
	struct run *r = the_run;

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
		calls_again(the_run, u, true);
}

/* Full jitter: anywhere between now and the longest wait, which doubles each time (M. Brooker, "Exponential Backoff and
 * Jitter", AWS Architecture Blog, 2015). `within` overrides the first. */
static void user_back(struct user *u, int64_t within)
{
	struct run *r = the_run;
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
	struct run *r = the_run;
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
		u->due.fire = call_due;
		u->again.fire = again_fires;
		u->beat.fire = presence_beat;
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

		calls_begin(r, u);
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
			call_give_up(r, u, u->first_op, OP_UNKNOWN, NULL);
		conn_drop(&u->conn);
	}
}

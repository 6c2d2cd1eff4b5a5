/* LISTEN and NOTIFY on a connection of their own: a NOTIFY inside of a writing transaction would end group
 * commit. */
#include "base/clock.h"
#include "base/log.h"
#include "db/link.h"
#include "db/pool.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <utlist.h>

enum {
	LISTEN_PAYLOAD_MAX = 7900,
	LISTEN_QUEUE_MAX =
	        256, /* payloads that wait to be sent; what is dropped, nodes find by reading the heads */
	LISTEN_ANSWER_MS = 5000, /* for the server to answer anything */
	LISTEN_LOOK_MS = 250,    /* how often the connecting is looked after */
	LISTEN_BACKOFF_MIN_MS = 100,
	LISTEN_BACKOFF_MAX_MS = 1000,
};

struct payload {
	struct payload *prev, *next;
	char text[];
};

enum listen_state {
	LISTEN_RESTING,    /* not connected; the timer will try */
	LISTEN_CONNECTING, /* and asking to listen; the timer looks after it */
	LISTEN_IDLE,       /* hears */
	LISTEN_NOTIFYING,  /* hears, and waits for the answer to a NOTIFY; the timer ends it */
};

struct db_listen {
	struct link link;
	struct timer *timer;
	enum listen_state state;
	struct db *db;
	struct db_listen *prev, *next; /* db->listeners */
	char *channel;
	void (*heard)(void *owner, const char *payload);
	void (*restored)(void *owner);
	void *owner;
	int64_t backoff_ms, since_ms; /* since when it is connecting */
	struct payload *queue;
	int queued;
};

#define listen_of(l) ((struct db_listen *)((char *)(l)-offsetof(struct db_listen, link)))

static void listen_become(struct db_listen *l, enum listen_state state)
{
	l->state = state;
	switch (state) {
	case LISTEN_RESTING:
		timer_start(
		        l->timer, l->backoff_ms / 2 + arc4random_uniform((uint32_t)l->backoff_ms / 2 + 1), 0);
		l->backoff_ms =
		        l->backoff_ms * 2 < LISTEN_BACKOFF_MAX_MS ? l->backoff_ms * 2 : LISTEN_BACKOFF_MAX_MS;
		break;
	case LISTEN_IDLE:
		timer_stop(l->timer);
		break;
	case LISTEN_CONNECTING:
		l->since_ms = clock_mono_ms();
		timer_start(l->timer, LISTEN_LOOK_MS, LISTEN_LOOK_MS);
		break;
	default:
		timer_start(l->timer, LISTEN_ANSWER_MS, 0);
	}
}

static void listen_forget(struct db_listen *l)
{
	struct payload *p, *next;

	DL_FOREACH_SAFE(l->queue, p, next)
	{
		DL_DELETE(l->queue, p);
		free(p);
	}
	l->queued = 0;
}

static void listen_opened(struct link *link)
{
	struct db_listen *l = listen_of(link);
	char *name = PQescapeIdentifier(link->pg, l->channel, strlen(l->channel));
	char sql[400];

	if (!name) {
		link_break(link, "out of memory");
		return;
	}
	snprintf(sql, sizeof(sql), "SET synchronous_commit = off; SET statement_timeout = 5000; LISTEN %s; SELECT " HOSTS_TIMELINE,
	        name);
	PQfreemem(name);
	if (PQsendQuery(link->pg, sql))
		link_flush(link);
	else
		link_break(link, PQerrorMessage(link->pg));
}

static void listen_send(struct db_listen *l)
{
	struct payload *p = l->queue;
	const char *values[2];

	if (!p || l->state != LISTEN_IDLE || l->link.state != LINK_OPEN)
		return;
	values[0] = l->channel;
	values[1] = p->text;
	if (PQsendQueryParams(l->link.pg, "SELECT pg_notify($1, $2)", 2, NULL, values, NULL, NULL, 0))
		link_flush(&l->link);
	else
		link_break(&l->link, PQerrorMessage(l->link.pg));
	DL_DELETE(l->queue, p);
	l->queued--;
	free(p);
	listen_become(l, LISTEN_NOTIFYING);
}

/* What was asked last has been answered. */
static void listen_answered(struct db_listen *l, bool is_failed)
{
	if (l->state == LISTEN_CONNECTING) {
		if (l->link.state != LINK_OPEN)
			return; /* it is not admitted */
		if (is_failed) {
			link_break(&l->link, "LISTEN failed");
			return;
		}
		l->backoff_ms = LISTEN_BACKOFF_MIN_MS;
		listen_become(l, LISTEN_IDLE);
		log_line(LOG_INFO, "bus connected", "channel", l->channel, NULL);
		if (l->restored)
			l->restored(l->owner);
	} else if (l->state == LISTEN_NOTIFYING) {
		listen_become(l, LISTEN_IDLE);
	}
	listen_send(l);
}

static void listen_readable(struct link *link)
{
	struct db_listen *l = listen_of(link);
	bool is_failed = false;
	PGresult *result;
	PGnotify *notice;

	while ((l->state == LISTEN_CONNECTING || l->state == LISTEN_NOTIFYING) && !PQisBusy(link->pg)) {
		result = PQgetResult(link->pg);
		if (!result) {
			listen_answered(l, is_failed);
			break;
		}
		if (PQresultStatus(result) == PGRES_FATAL_ERROR) {
			is_failed = true;
			log_line(LOG_WARN, "bus refused", "channel", l->channel, "why",
			        PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY), NULL);
		}
		if (l->state == LISTEN_CONNECTING && PQresultStatus(result) == PGRES_TUPLES_OK &&
		        !hosts_admit(l->db->hosts, strtoll(PQgetvalue(result, 0, 0), NULL, 10)))
			link_pass(link, "this primary was left behind: another has been promoted since");
		PQclear(result);
	}
	while ((notice = PQnotifies(link->pg))) {
		l->heard(l->owner, notice->extra);
		PQfreemem(notice);
	}
}

static void listen_lost(struct link *link, const char *why)
{
	struct db_listen *l = listen_of(link);

	if (l->state == LISTEN_IDLE || l->state == LISTEN_NOTIFYING)
		log_line(LOG_WARN, "bus lost", "channel", l->channel, "why", why, NULL);
	else
		log_line(LOG_DEBUG, "bus away", "channel", l->channel, "why", why, NULL);
	link_close(link);
	listen_forget(l);
	listen_become(l, LISTEN_RESTING);
}

static const struct link_events listen_events = { listen_opened, listen_readable, listen_lost };

static void listen_timer(void *owner)
{
	struct db_listen *l = owner;

	switch (l->state) {
	case LISTEN_RESTING:
		listen_become(l, LISTEN_CONNECTING);
		link_start(&l->link, l->db->hosts, "read-write", l->db->application);
		break;
	case LISTEN_CONNECTING:
		if (l->link.state == LINK_OPEN && clock_mono_ms() - l->since_ms > LISTEN_ANSWER_MS)
			link_pass(&l->link, "the server does not answer");
		else
			link_check(&l->link, clock_mono_ms());
		break;
	default:
		link_break(&l->link, "the server does not answer");
	}
}

void listeners_move(struct db *db, const char *why)
{
	struct db_listen *l;

	DL_FOREACH(db->listeners, l)
		link_break(&l->link, why);
}

struct db_listen *db_listen_create(struct db *db, const char *channel,
        void (*heard)(void *owner, const char *payload), void (*restored)(void *owner), void *owner)
{
	struct db_listen *l = calloc(1, sizeof(*l));

	if (!l)
		return NULL;
	link_init(&l->link, db->loop, &listen_events);
	l->db = db;
	DL_APPEND(db->listeners, l);
	l->heard = heard;
	l->restored = restored;
	l->owner = owner;
	l->backoff_ms = LISTEN_BACKOFF_MIN_MS;
	l->channel = strdup(channel);
	l->timer = loop_timer_create(db->loop, listen_timer, l);
	if (!l->channel || !l->timer) {
		db_listen_destroy(l);
		return NULL;
	}
	timer_start(l->timer, 0, 0);
	return l;
}

void db_listen_destroy(struct db_listen *l)
{
	if (!l)
		return;
	DL_DELETE(l->db->listeners, l);
	link_close(&l->link);
	timer_destroy(l->timer);
	listen_forget(l);
	free(l->channel);
	free(l);
}

bool db_listen_is_up(const struct db_listen *l)
{
	return l->state == LISTEN_IDLE || l->state == LISTEN_NOTIFYING;
}

void db_listen_notify(struct db_listen *l, const char *payload)
{
	size_t len = strlen(payload);
	struct payload *p;

	if (!db_listen_is_up(l))
		return;
	if (len > LISTEN_PAYLOAD_MAX || l->queued >= LISTEN_QUEUE_MAX ||
	        !(p = malloc(sizeof(*p) + len + 1))) {
		log_line(LOG_WARN, "bus message dropped", "bytes", log_int((int64_t)len), "waiting",
		        log_int(l->queued), NULL);
		return;
	}
	memcpy(p->text, payload, len + 1);
	DL_APPEND(l->queue, p);
	l->queued++;
	listen_send(l);
}

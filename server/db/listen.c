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
	LISTEN_BACKOFF_MIN_MS = 100,
	LISTEN_BACKOFF_MAX_MS = 5000,
};

struct payload {
	struct payload *prev, *next;
	char text[];
};

enum listen_state {
	LISTEN_RESTING,    /* not connected; the timer will try */
	LISTEN_CONNECTING, /* and asking to listen; the timer ends it */
	LISTEN_IDLE,       /* hears */
	LISTEN_NOTIFYING,  /* hears, and waits for the answer to a NOTIFY; the timer ends it */
};

struct db_listen {
	struct link link;
	struct timer *timer;
	enum listen_state state;
	char *conninfo, *application, *channel;
	void (*heard)(void *owner, const char *payload);
	void (*restored)(void *owner);
	void *owner;
	int64_t backoff_ms;
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
	char sql[256];

	if (!name) {
		link_break(link, "out of memory");
		return;
	}
	snprintf(sql, sizeof(sql), "SET synchronous_commit = off; SET statement_timeout = 5000; LISTEN %s",
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

	if (l->state != LISTEN_RESTING) {
		link_break(&l->link, "the server does not answer");
		return;
	}
	listen_become(l, LISTEN_CONNECTING);
	link_start(&l->link, l->conninfo, l->application);
}

struct db_listen *db_listen_create(struct db *db, const char *channel,
        void (*heard)(void *owner, const char *payload), void (*restored)(void *owner), void *owner)
{
	struct db_listen *l = calloc(1, sizeof(*l));

	if (!l)
		return NULL;
	link_init(&l->link, db->loop, &listen_events);
	l->heard = heard;
	l->restored = restored;
	l->owner = owner;
	l->backoff_ms = LISTEN_BACKOFF_MIN_MS;
	l->conninfo = strdup(db->conninfo);
	l->application = strdup(db->application);
	l->channel = strdup(channel);
	l->timer = loop_timer_create(db->loop, listen_timer, l);
	if (!l->conninfo || !l->application || !l->channel || !l->timer) {
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
	link_close(&l->link);
	timer_destroy(l->timer);
	listen_forget(l);
	free(l->conninfo);
	free(l->application);
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

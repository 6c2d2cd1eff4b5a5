#include "db/link.h"
#include "base/clock.h"
#include <stdio.h>
#include <string.h>

enum {
	LINK_CONNECT_MS = 10000, /* for the only host to say something */
	LINK_HOST_MS = 2000,     /* for one of several */
};

static void link_task(struct task *task);
static void link_ready(void *owner, int events);

void link_init(struct link *link, struct loop *loop, const struct link_events *events)
{
	*link = (struct link){ .loop = loop, .events = events };
	task_init(&link->task, loop, link_task);
}

/* libpq's messages have several lines, of which the first says it. */
static void link_because(struct link *link, const char *why)
{
	snprintf(link->why, sizeof(link->why), "%.*s", (int)strcspn(why, "\n"), why);
}

void link_break(struct link *link, const char *why)
{
	if (link->state == LINK_CLOSED || link->state == LINK_BROKEN)
		return;
	link_because(link, why);
	link->was_open = link->state == LINK_OPEN;
	link->state = LINK_BROKEN;
	/* libpq may have closed the descriptor by itself. libuv stops the process when it is to watch a closed one, and its
	 * number may be another's before we hear of it in our task. */
	watch_destroy(link->watch);
	link->watch = NULL;
	task_post(&link->task);
}

void link_pass(struct link *link, const char *why)
{
	if (link->state == LINK_CONNECTING || link->state == LINK_OPEN)
		hosts_pass(link->hosts, link->pg);
	link_break(link, why);
}

void link_check(struct link *link, int64_t now_ms)
{
	if (link->state == LINK_CONNECTING &&
	        now_ms - link->moved_ms > (hosts_count(link->hosts) > 1 ? LINK_HOST_MS : LINK_CONNECT_MS))
		link_pass(link, "no answer while connecting");
}

void link_close(struct link *link)
{
	task_cancel(&link->task);
	watch_destroy(link->watch);
	link->watch = NULL;
	PQfinish(link->pg);
	link->pg = NULL;
	link->state = LINK_CLOSED;
}

static bool link_watch(struct link *link, int events)
{
	int fd = PQsocket(link->pg);

	if (fd >= 0)
		link->watch = watch_create(link->loop, fd, link_ready, link);
	if (!link->watch)
		return false;
	watch_want(link->watch, events);
	return true;
}

/* libpq would print notices to standard error. */
static void link_ignore(void *owner, const PGresult *result)
{
	(void)owner;
	(void)result;
}

/* What the conninfo does not say: a peer that vanished is noticed within some 15 s, and a standby is not what
 * we want to be connected to. What must hold whatever it says comes after it. */
void link_start(struct link *link, struct hosts *hosts, const char *wanted, const char *application)
{
	const char *keys[16] = { "keepalives_idle", "keepalives_interval", "keepalives_count", "tcp_user_timeout",
		"gssencmode", "target_session_attrs" };
	const char *values[16] = { "10", "2", "3", "10000", "disable", wanted };
	int n = 6 + hosts_keys(hosts, keys + 6, values + 6);

	keys[n] = "application_name";
	values[n++] = application;
	keys[n] = "client_encoding";
	values[n++] = "UTF8";
	link->hosts = hosts;
	link->moved_ms = clock_mono_ms();
	link->state = LINK_CONNECTING;
	link->pg = PQconnectStartParams(keys, values, 1);
	if (link->pg)
		PQsetNoticeReceiver(link->pg, link_ignore, NULL);
	if (!link->pg)
		link_break(link, "out of memory");
	else if (PQstatus(link->pg) == CONNECTION_BAD)
		link_break(link, PQerrorMessage(link->pg));
	else if (!link_watch(link, WATCH_WRITE))
		link_break(link, "its socket cannot be watched");
}

static void link_connect(struct link *link)
{
	/* PQconnectPoll may close the descriptor and open another, even of the same number. */
	watch_destroy(link->watch);
	link->watch = NULL;
	link->moved_ms = clock_mono_ms();
	switch (PQconnectPoll(link->pg)) {
	case PGRES_POLLING_READING:
		if (!link_watch(link, WATCH_READ))
			link_break(link, "its socket cannot be watched");
		return;
	case PGRES_POLLING_WRITING:
		if (!link_watch(link, WATCH_WRITE))
			link_break(link, "its socket cannot be watched");
		return;
	case PGRES_POLLING_OK:
		if (PQsetnonblocking(link->pg, 1) != 0 || !link_watch(link, WATCH_READ)) {
			link_break(link, "its socket cannot be watched");
			return;
		}
		link->state = LINK_OPEN;
		link->events->opened(link);
		return;
	default:
		link_break(link, PQerrorMessage(link->pg));
	}
}

/* Sends what the socket takes. Whoever only writes can deadlock with a server that only writes too, so the
 * descriptor is always watched for reading as well. */
void link_flush(struct link *link)
{
	int left;

	if (link->state != LINK_OPEN)
		return;
	left = PQflush(link->pg);
	if (left < 0)
		link_break(link, PQerrorMessage(link->pg));
	else
		watch_want(link->watch, left ? WATCH_READ | WATCH_WRITE : WATCH_READ);
}

void link_again(struct link *link)
{
	task_post(&link->task);
}

static void link_ready(void *owner, int events)
{
	struct link *link = owner;

	if (link->state == LINK_CONNECTING) {
		link_connect(link);
		return;
	}
	if (link->state != LINK_OPEN)
		return;
	if (events & WATCH_WRITE)
		link_flush(link);
	/* A failed read may leave the server's last words in libpq's buffer: they are read before it is lost.
	 */
	if (link->state == LINK_OPEN && !PQconsumeInput(link->pg))
		link_break(link, PQerrorMessage(link->pg));
	else if (link->state == LINK_OPEN)
		link->events->readable(link);
}

static void link_task(struct task *task)
{
	struct link *link = task_owner(task, struct link, task);

	if (link->state == LINK_OPEN) {
		link->events->readable(link);
	} else if (link->state == LINK_BROKEN) {
		if (link->was_open)
			(void)PQconsumeInput(
			        link->pg); /* the server's last words, when it was a write that failed */
		link->events->lost(link, link->why);
	}
}

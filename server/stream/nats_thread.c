/* nats_thread.c - the thread that makes the library's calls, which may block, and keeps the connection; and what the
 * library's own threads call back.
 *
 * The library's own reconnecting is not used: it gives up for good when a server has refused us twice, says nothing of why a
 * try failed, and does not let go while it tries. Here one server after another is tried, round by round with a growing
 * pause, and all subscriptions are made before anybody hears that the connection is there. */
#include "stream/nats_private.h"
#include "loop/loop.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <utlist.h>

#define CONNECT_MS 2000
#define PING_MS 1000 /* one without an answer by the next and the connection is given up */
#define PAUSE_MIN_MS 100
#define PAUSE_MAX_MS 2000
#define GOODBYE_MS 1000 /* for what waits to be sent at the end */

/* --- to the loop, from any thread ---------------------------------------------------------------------------- */

static void tell(struct nats_link *l, enum link_what what, const char *subject, const char *text, size_t len)
{
	struct link_message *m = link_message_create(what, subject, text, len);

	pthread_mutex_lock(&l->lock);
	if (l->is_over) {
		free(m);
	} else {
		if (!m || !link_queue_put(&l->news, m))
			l->has_lost_news = true;
		wake_send(l->wake);
	}
	pthread_mutex_unlock(&l->lock);
}

static void tell_text(struct nats_link *l, enum link_what what, const char *text)
{
	tell(l, what, "", text, strlen(text));
}

/* --- on the library's threads -------------------------------------------------------------------------------- */

static void on_message(natsConnection *nc, natsSubscription *sub, natsMsg *msg, void *closure)
{
	(void)nc;
	(void)sub;
	if (strlen(natsMsg_GetSubject(msg)) < NATS_SUBJECT_SIZE && natsMsg_GetDataLength(msg) <= NATS_MESSAGE_MAX)
		tell(closure, LINK_HEARD, natsMsg_GetSubject(msg), natsMsg_GetData(msg), (size_t)natsMsg_GetDataLength(msg));
	natsMsg_Destroy(msg);
}

/* Which connection it was does not matter: the thread looks whether its own still stands. */
static void on_closed(natsConnection *nc, void *closure)
{
	struct nats_link *l = closure;
	struct link_message *m = link_message_create(LINK_CLOSED, "", "", 0);

	(void)nc;
	pthread_mutex_lock(&l->lock);
	if (m && !l->is_over)
		link_queue_put(&l->todo, m);
	else
		free(m); /* no memory just now: the thread finds it at the next message */
	pthread_cond_signal(&l->is_more);
	pthread_mutex_unlock(&l->lock);
}

static void on_error(natsConnection *nc, natsSubscription *sub, natsStatus why, void *closure)
{
	const char *text = NULL;

	(void)sub;
	if (why == NATS_NOT_PERMITTED)
		natsConnection_GetLastError(nc, &text);
	if (why != NATS_CONNECTION_CLOSED) /* of that on_closed tells */
		tell_text(closure, LINK_COMPLAINT, text && *text ? text : natsStatus_GetText(why));
}

/* --- the connection ------------------------------------------------------------------------------------------ */

static natsStatus subscribe(struct nats_link *l, struct link_subscription *s)
{
	natsStatus status = natsConnection_Subscribe(&s->sub, l->nc, s->subject, on_message, l);

	if (status == NATS_OK)
		natsSubscription_SetPendingLimits(s->sub, -1, -1); /* our own queue is the bounded one */
	return status;
}

static void connection_end(struct nats_link *l)
{
	struct link_subscription *s, *next;

	HASH_ITER(hh, l->subscriptions, s, next) {
		natsSubscription_Destroy(s->sub);
		s->sub = NULL;
	}
	natsConnection_Destroy(l->nc);
	l->nc = NULL;
}

/* All subscriptions are with the server when this is NATS_OK. */
static natsStatus subscribe_all(struct nats_link *l)
{
	struct link_subscription *s, *next;
	const char *text;
	natsStatus status = NATS_OK;

	HASH_ITER(hh, l->subscriptions, s, next)
		if (status == NATS_OK)
			status = subscribe(l, s);
	if (status == NATS_OK)
		status = natsConnection_FlushTimeout(l->nc, CONNECT_MS);
	return status == NATS_OK ? natsConnection_GetLastError(l->nc, &text) : status; /* a subscription that is not permitted, say */
}

static bool is_refusal(natsStatus s)
{
	return s == NATS_CONNECTION_AUTH_FAILED || s == NATS_NOT_PERMITTED || s == NATS_SSL_ERROR || s == NATS_SECURE_CONNECTION_WANTED ||
		s == NATS_SECURE_CONNECTION_REQUIRED;
}

/* False: `ret_reason` says which server and why. */
static bool server_try(struct nats_link *l, const char *server, enum link_what *ret_what, char ret_reason[LINK_REASON_SIZE])
{
	const char *text = NULL;
	natsStatus s;

	s = natsOptions_SetURL(l->options, server);
	if (s == NATS_OK)
		s = natsConnection_Connect(&l->nc, l->options);
	if (s == NATS_OK)
		s = subscribe_all(l);
	if (s == NATS_OK)
		return true;
	if (l->nc)
		natsConnection_GetLastError(l->nc, &text);
	else
		text = nats_GetLastError(NULL);
	if (text && strncmp(text, "(conn.c:", 8) == 0 && strstr(text, "): ")) /* where in the library helps nobody */
		text = strstr(text, "): ") + 3;
	snprintf(ret_reason, LINK_REASON_SIZE, "%s: %s", server, text && *text ? text : natsStatus_GetText(s));
	*ret_what = is_refusal(s) ? LINK_REFUSED : LINK_UNREACHED;
	connection_end(l);
	return false;
}

/* Not base/clock.h's: that belongs to the loop. */
static int64_t mono_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * INT64_C(1000) + t.tv_nsec / 1000000;
}

static bool is_ending(struct nats_link *l)
{
	bool is;

	pthread_mutex_lock(&l->lock);
	is = l->is_ending;
	pthread_mutex_unlock(&l->lock);
	return is;
}

static int64_t pause_ms(int failed_rounds)
{
	int64_t most = PAUSE_MIN_MS;

	while (failed_rounds-- > 1 && most < PAUSE_MAX_MS)
		most *= 2;
	if (most > PAUSE_MAX_MS)
		most = PAUSE_MAX_MS;
	return most / 2 + arc4random_uniform((uint32_t)most / 2 + 1);
}

/* One round. Of several reasons that of the gravest is told: a server that is away may come back by itself. */
static void connect_somewhere(struct nats_link *l)
{
	enum link_what gravest = LINK_UNREACHED, what;
	char told[LINK_REASON_SIZE] = "", reason[LINK_REASON_SIZE];

	for (int i = 0; i < l->server_count && !is_ending(l); i++) {
		const char *server = l->config.servers[(l->server_next + i) % l->server_count];

		if (server_try(l, server, &what, reason)) {
			l->server_next = (l->server_next + i + 1) % l->server_count; /* where to go when this one dies */
			l->failed_rounds = 0;
			tell_text(l, LINK_UP, server);
			return;
		}
		if (!told[0] || what == LINK_REFUSED) {
			gravest = what;
			strcpy(told, reason);
		}
	}
	if (told[0])
		tell_text(l, gravest, told);
	l->try_at_ms = mono_ms() + pause_ms(++l->failed_rounds);
}

static void look_whether_it_stands(struct nats_link *l)
{
	const char *text = NULL;

	if (!l->nc || !natsConnection_IsClosed(l->nc))
		return;
	natsConnection_GetLastError(l->nc, &text);
	tell_text(l, LINK_DOWN, text && *text ? text : "closed");
	connection_end(l);
	l->try_at_ms = mono_ms() + (int64_t)arc4random_uniform(PAUSE_MIN_MS); /* not all nodes at one time */
}

/* --- what is to be done -------------------------------------------------------------------------------------- */

static void subscription_begin(struct nats_link *l, const char *subject)
{
	struct link_subscription *s;
	natsStatus status;

	HASH_FIND_STR(l->subscriptions, subject, s);
	if (s || !(s = calloc(1, sizeof(*s))))
		return; /* no memory: heads are compared each second */
	strcpy(s->subject, subject);
	HASH_ADD_STR(l->subscriptions, subject, s);
	status = l->nc ? subscribe(l, s) : NATS_OK;
	if (status != NATS_OK && status != NATS_CONNECTION_CLOSED)
		tell_text(l, LINK_COMPLAINT, natsStatus_GetText(status));
}

static void subscription_end(struct nats_link *l, const char *subject)
{
	struct link_subscription *s;

	HASH_FIND_STR(l->subscriptions, subject, s);
	if (!s)
		return;
	HASH_DEL(l->subscriptions, s);
	if (s->sub)
		natsSubscription_Unsubscribe(s->sub);
	natsSubscription_Destroy(s->sub);
	free(s);
}

/* False: that was all. */
static bool message_do(struct nats_link *l, const struct link_message *m)
{
	switch (m->what) {
	case LINK_PUBLISH:
		if (l->nc)
			natsConnection_Publish(l->nc, m->subject, m->text, (int)m->len);
		return true;
	case LINK_SUBSCRIBE:
		subscription_begin(l, m->subject);
		return true;
	case LINK_UNSUBSCRIBE:
		subscription_end(l, m->subject);
		return true;
	case LINK_CLOSED:
		return true; /* it is looked at after each batch */
	default:
		return false;
	}
}

/* What there is to do; NULL when the time has come to connect. */
static struct link_message *todo_wait(struct nats_link *l)
{
	struct timespec until = { .tv_sec = l->try_at_ms / 1000, .tv_nsec = l->try_at_ms % 1000 * 1000000 };
	struct link_message *first;
	int status = 0;

	pthread_mutex_lock(&l->lock);
	while (!l->todo.first && status != ETIMEDOUT)
		status = l->nc ? pthread_cond_wait(&l->is_more, &l->lock) : pthread_cond_timedwait(&l->is_more, &l->lock, &until);
	first = link_queue_take_all(&l->todo);
	pthread_mutex_unlock(&l->lock);
	return first;
}

static void finish(struct nats_link *l)
{
	struct link_subscription *s, *next;

	if (l->nc)
		natsConnection_FlushTimeout(l->nc, GOODBYE_MS);
	connection_end(l);
	HASH_ITER(hh, l->subscriptions, s, next) {
		HASH_DEL(l->subscriptions, s);
		free(s);
	}
	nats_ReleaseThreadMemory();
}

void *nats_thread(void *link)
{
	struct nats_link *l = link;
	bool is_going_on = true;

	subscription_begin(l, l->config.subject);
	l->server_next = (int)arc4random_uniform((uint32_t)l->server_count); /* nodes spread over the servers */
	while (is_going_on) {
		struct link_message *first, *m, *next;

		look_whether_it_stands(l);
		if (!l->nc && mono_ms() >= l->try_at_ms)
			connect_somewhere(l);
		first = todo_wait(l);
		DL_FOREACH_SAFE(first, m, next) {
			is_going_on = is_going_on && message_do(l, m);
			free(m);
		}
	}
	finish(l);
	return NULL;
}

bool nats_options_connection(struct nats_link *l, struct err *err)
{
	natsOptions *o = l->options;
	natsStatus s = NATS_OK;

	for (const char *const *server = l->config.servers; *server; server++, l->server_count++)
		s = s == NATS_OK ? natsOptions_SetURL(o, *server) : s; /* one that cannot be read is found out now */
	s = s == NATS_OK ? natsOptions_SetName(o, l->config.name) : s;
	s = s == NATS_OK ? natsOptions_SetTimeout(o, CONNECT_MS) : s;
	s = s == NATS_OK ? natsOptions_SetPingInterval(o, PING_MS) : s;
	s = s == NATS_OK ? natsOptions_SetMaxPingsOut(o, 1) : s;
	s = s == NATS_OK ? natsOptions_SetAllowReconnect(o, false) : s;
	s = s == NATS_OK ? natsOptions_SetClosedCB(o, on_closed, l) : s;
	s = s == NATS_OK ? natsOptions_SetErrorHandler(o, on_error, l) : s;
	s = s == NATS_OK ? natsOptions_SetNoEcho(o, true) : s;
	s = s == NATS_OK ? natsOptions_SetSendAsap(o, true) : s;
	s = s == NATS_OK ? natsOptions_SetWriteDeadline(o, CONNECT_MS) : s;
	s = s == NATS_OK ? natsOptions_UseGlobalMessageDelivery(o, true) : s; /* one thread for all subscriptions */
	return s == NATS_OK || err_set(err, KD_E_INTERNAL, "bus.servers cannot be used: %s", natsStatus_GetText(s));
}

/* nats_link.c - see the header. What runs on which thread is said above each part; `lock` guards the two queues. */
#include "stream/nats_private.h"
#include "base/log.h"
#include "base/metrics.h"
#include "loop/loop.h"
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <uthash.h>
#include <utlist.h>

#define CONNECT_MS 2000
#define PING_MS 2000 /* two without an answer and the connection is given up */
#define PAUSE_MIN_MS 100
#define PAUSE_MAX_MS 2000
#define GOODBYE_MS 1000 /* for what waits to be sent at the end */

enum what { PUBLISH, SUBSCRIBE, UNSUBSCRIBE, END, HEARD, CAME, WENT, FAILED };

struct message {
	struct message *prev, *next;
	enum what what;
	char subject[NATS_SUBJECT_SIZE];
	size_t len;
	char text[]; /* ends with a NUL that `len` does not count */
};

struct queue {
	struct message *first;
	size_t octets;
};

struct subscription {
	char subject[NATS_SUBJECT_SIZE];
	natsSubscription *sub;
	UT_hash_handle hh;
};

struct nats_link {
	struct nats_link_config config;
	pthread_t thread;
	bool has_thread;
	pthread_mutex_t lock;
	pthread_cond_t is_more; /* to be done */
	struct queue todo, news;
	bool has_lost_news, is_over;
	struct wake *wake;
	/* the thread's own */
	natsOptions *options;
	natsConnection *nc;
	struct subscription *subscriptions;
	/* the loop's own */
	bool is_up;
	struct metric *up, *reconnects, *dropped_out, *dropped_in;
	struct nats_link *next_over;
};

/* Links that have ended. The library's threads may still be on their way to call back, and what would wait for them
 * (nats_CloseAndWait of 3.4) frees parts of OpenSSL that others still use; so a link's last page stays, one a process. */
static struct nats_link *over;

static struct message *message_create(enum what what, const char *subject, const char *text, size_t len)
{
	struct message *m = malloc(sizeof(*m) + len + 1);

	if (!m)
		return NULL;
	*m = (struct message){ .what = what, .len = len };
	snprintf(m->subject, sizeof(m->subject), "%s", subject);
	if (len)
		memcpy(m->text, text, len);
	m->text[len] = '\0';
	return m;
}

/* Takes `m`. What changes a state is never refused; what only tells is, when too much waits. */
static bool queue_put(struct queue *q, struct message *m)
{
	size_t size = sizeof(*m) + m->len;

	if ((m->what == PUBLISH || m->what == HEARD || m->what == FAILED) && q->octets + size > NATS_QUEUE_MAX) {
		free(m);
		return false;
	}
	q->octets += size;
	DL_APPEND(q->first, m);
	return true;
}

static struct message *queue_take_all(struct queue *q)
{
	struct message *first = q->first;

	*q = (struct queue){ 0 };
	return first;
}

static void messages_free(struct message *first)
{
	struct message *m, *next;

	DL_FOREACH_SAFE(first, m, next)
		free(m);
}

/* --- on the library's threads: news for the loop --------------------------------------------------------- */

static void tell(struct nats_link *l, enum what what, const char *subject, const char *text, size_t len)
{
	struct message *m = message_create(what, subject, text, len);

	pthread_mutex_lock(&l->lock);
	if (l->is_over) {
		free(m);
	} else {
		if (!m || !queue_put(&l->news, m))
			l->has_lost_news = true;
		wake_send(l->wake);
	}
	pthread_mutex_unlock(&l->lock);
}

static void on_message(natsConnection *nc, natsSubscription *sub, natsMsg *msg, void *closure)
{
	(void)nc;
	(void)sub;
	if (strlen(natsMsg_GetSubject(msg)) < NATS_SUBJECT_SIZE && natsMsg_GetDataLength(msg) <= NATS_MESSAGE_MAX)
		tell(closure, HEARD, natsMsg_GetSubject(msg), natsMsg_GetData(msg), (size_t)natsMsg_GetDataLength(msg));
	natsMsg_Destroy(msg);
}

static void on_up(natsConnection *nc, void *closure)
{
	(void)nc;
	tell(closure, CAME, "", "", 0);
}

static void on_down(natsConnection *nc, void *closure)
{
	(void)nc;
	tell(closure, WENT, "", "", 0);
}

static void on_error(natsConnection *nc, natsSubscription *sub, natsStatus why, void *closure)
{
	const char *text = natsStatus_GetText(why);

	(void)nc;
	(void)sub;
	tell(closure, FAILED, "", text, strlen(text));
}

static int64_t pause_of(natsConnection *nc, int attempts, void *closure)
{
	int64_t most = PAUSE_MIN_MS;

	(void)nc;
	(void)closure;
	while (attempts-- > 1 && most < PAUSE_MAX_MS)
		most *= 2;
	if (most > PAUSE_MAX_MS)
		most = PAUSE_MAX_MS;
	return most / 2 + arc4random_uniform((uint32_t)most / 2 + 1);
}

/* --- on our thread: the library's calls, which may block --------------------------------------------------- */

static void subscribe(struct nats_link *l, const char *subject)
{
	struct subscription *s = calloc(1, sizeof(*s));

	if (!s)
		return;
	strcpy(s->subject, subject);
	if (natsConnection_Subscribe(&s->sub, l->nc, subject, on_message, l) != NATS_OK) {
		tell(l, FAILED, "", "subscribe", strlen("subscribe"));
		free(s);
		return;
	}
	natsSubscription_SetPendingLimits(s->sub, -1, -1); /* our own queue is the bounded one */
	HASH_ADD_STR(l->subscriptions, subject, s);
}

static void subscription_end(struct nats_link *l, struct subscription *s)
{
	HASH_DEL(l->subscriptions, s);
	natsSubscription_Unsubscribe(s->sub);
	natsSubscription_Destroy(s->sub);
	free(s);
}

static bool message_do(struct nats_link *l, const struct message *m)
{
	struct subscription *s;

	switch (m->what) {
	case PUBLISH: /* what the library would keep for later is old by then */
		if (natsConnection_Status(l->nc) == NATS_CONN_STATUS_CONNECTED)
			natsConnection_Publish(l->nc, m->subject, m->text, (int)m->len);
		break;
	case SUBSCRIBE:
	case UNSUBSCRIBE:
		HASH_FIND_STR(l->subscriptions, m->subject, s);
		if (m->what == SUBSCRIBE && !s)
			subscribe(l, m->subject);
		else if (m->what == UNSUBSCRIBE && s)
			subscription_end(l, s);
		break;
	default:
		return false;
	}
	return true;
}

static void connection_end(struct nats_link *l)
{
	struct subscription *s, *next;

	if (l->nc && natsConnection_Status(l->nc) == NATS_CONN_STATUS_CONNECTED)
		natsConnection_FlushTimeout(l->nc, GOODBYE_MS);
	HASH_ITER(hh, l->subscriptions, s, next)
		subscription_end(l, s);
	natsConnection_Destroy(l->nc);
	natsOptions_Destroy(l->options);
}

static void *run(void *owner)
{
	struct nats_link *l = owner;
	bool is_going_on = true;
	natsStatus status = natsConnection_Connect(&l->nc, l->options);

	if (status == NATS_OK)
		on_up(l->nc, l);
	else if (status != NATS_NOT_YET_CONNECTED)
		on_error(NULL, NULL, status, l);
	while (is_going_on) {
		struct message *first, *m, *next;

		pthread_mutex_lock(&l->lock);
		while (!l->todo.first)
			pthread_cond_wait(&l->is_more, &l->lock);
		first = queue_take_all(&l->todo);
		pthread_mutex_unlock(&l->lock);
		DL_FOREACH_SAFE(first, m, next) {
			is_going_on = is_going_on && m->what != END && (!l->nc || message_do(l, m));
			free(m);
		}
	}
	connection_end(l);
	return NULL;
}

/* --- on the loop -------------------------------------------------------------------------------------------- */

static void news_of(struct nats_link *l, const struct message *m)
{
	switch (m->what) {
	case HEARD:
		l->config.heard(l->config.owner, m->subject, m->text, m->len);
		break;
	case CAME:
	case WENT:
		if (l->is_up == (m->what == CAME))
			break;
		l->is_up = m->what == CAME;
		metric_set(l->up, l->is_up);
		metric_add(l->reconnects, l->is_up);
		log_line(l->is_up ? LOG_INFO : LOG_WARN, l->is_up ? "nats connected" : "nats lost", NULL);
		l->config.came(l->config.owner, l->is_up);
		break;
	default:
		log_line(LOG_WARN, "nats failed", "reason", m->text, NULL);
	}
}

static void on_news(void *owner)
{
	struct nats_link *l = owner;
	struct message *first, *m, *next;
	bool has_lost;

	pthread_mutex_lock(&l->lock);
	first = queue_take_all(&l->news);
	has_lost = l->has_lost_news;
	l->has_lost_news = false;
	pthread_mutex_unlock(&l->lock);
	DL_FOREACH_SAFE(first, m, next) {
		news_of(l, m);
		free(m);
	}
	if (!has_lost)
		return;
	metric_add(l->dropped_in, 1);
	if (l->is_up)
		l->config.came(l->config.owner, true); /* as after an outage: something was missed */
}

static bool give(struct nats_link *l, enum what what, const char *subject, const char *text, size_t len)
{
	struct message *m = message_create(what, subject, text, len);
	bool is_taken;

	if (!m)
		return false;
	pthread_mutex_lock(&l->lock);
	is_taken = queue_put(&l->todo, m);
	pthread_cond_signal(&l->is_more);
	pthread_mutex_unlock(&l->lock);
	return is_taken;
}

bool nats_link_is_up(const struct nats_link *l)
{
	return l->is_up;
}

bool nats_link_publish(struct nats_link *l, const char *subject, const char *text, size_t len)
{
	if (l->is_up && len <= NATS_MESSAGE_MAX && give(l, PUBLISH, subject, text, len))
		return true;
	metric_add(l->dropped_out, 1);
	return false;
}

bool nats_link_subscribe(struct nats_link *l, const char *subject)
{
	return give(l, SUBSCRIBE, subject, "", 0);
}

void nats_link_unsubscribe(struct nats_link *l, const char *subject)
{
	give(l, UNSUBSCRIBE, subject, "", 0);
}

/* --- begin and end ------------------------------------------------------------------------------------------ */

static natsStatus options_connection(natsOptions *o, struct nats_link *l)
{
	const struct nats_link_config *c = &l->config;
	const char **servers = (const char **)c->servers; /* the library's type; it copies them */
	int count = 0;
	natsStatus s;

	while (servers[count])
		count++;
	s = natsOptions_SetServers(o, servers, count);
	s = s == NATS_OK ? natsOptions_SetName(o, c->name) : s;
	s = s == NATS_OK ? natsOptions_SetTimeout(o, CONNECT_MS) : s;
	s = s == NATS_OK ? natsOptions_SetPingInterval(o, PING_MS) : s;
	s = s == NATS_OK ? natsOptions_SetMaxReconnect(o, -1) : s;
	s = s == NATS_OK ? natsOptions_SetCustomReconnectDelay(o, pause_of, NULL) : s;
	s = s == NATS_OK ? natsOptions_SetRetryOnFailedConnect(o, true, on_up, l) : s;
	s = s == NATS_OK ? natsOptions_SetDisconnectedCB(o, on_down, l) : s;
	s = s == NATS_OK ? natsOptions_SetReconnectedCB(o, on_up, l) : s;
	s = s == NATS_OK ? natsOptions_SetErrorHandler(o, on_error, l) : s;
	s = s == NATS_OK ? natsOptions_SetNoEcho(o, true) : s;
	s = s == NATS_OK ? natsOptions_SetSendAsap(o, true) : s;
	s = s == NATS_OK ? natsOptions_SetWriteDeadline(o, CONNECT_MS) : s;
	return s == NATS_OK ? natsOptions_UseGlobalMessageDelivery(o, true) : s; /* one thread for all subscriptions */
}

static bool options_make(struct nats_link *l, struct err *err)
{
	natsStatus s = nats_Open(-1);

	if (s == NATS_OK)
		s = natsOptions_Create(&l->options);
	if (s == NATS_OK && (s = options_connection(l->options, l)) != NATS_OK)
		return err_set(err, KD_E_INTERNAL, "bus.servers cannot be used: %s", natsStatus_GetText(s));
	if (s != NATS_OK)
		return err_set(err, KD_E_INTERNAL, "NATS cannot be used: %s", natsStatus_GetText(s));
	return nats_options_trust(l->options, &l->config, err);
}

struct nats_link *nats_link_create(const struct nats_link_config *config, struct err *err)
{
	struct nats_link *l = calloc(1, sizeof(*l));

	if (!l) {
		err_set(err, KD_E_INTERNAL, "out of memory");
		return NULL;
	}
	l->config = *config;
	l->up = metric_gauge("korsdrag_bus_up", "Whether the bus between the nodes is connected.", NULL);
	l->reconnects = metric_counter("korsdrag_bus_connects_total", "Times that the bus came (back).", NULL);
	l->dropped_out = metric_counter("korsdrag_bus_dropped_total", "Bus items dropped before sending.", NULL);
	l->dropped_in = metric_counter("korsdrag_bus_overrun_total", "Times that more was heard on the bus than was kept.", NULL);
	pthread_mutex_init(&l->lock, NULL);
	pthread_cond_init(&l->is_more, NULL);
	l->wake = wake_create(config->loop, on_news, l);
	if (!l->wake)
		err_set(err, KD_E_INTERNAL, "out of memory or descriptors");
	else if (options_make(l, err))
		l->has_thread = pthread_create(&l->thread, NULL, run, l) == 0 || err_set(err, KD_E_INTERNAL, "no thread for NATS");
	if (l->has_thread)
		return l;
	nats_link_destroy(l);
	return NULL;
}

void nats_link_destroy(struct nats_link *l)
{
	if (!l)
		return;
	if (l->has_thread) {
		while (!give(l, END, "", "", 0))
			; /* no memory just now: there is no end without it */
		pthread_join(l->thread, NULL);
	} else {
		natsOptions_Destroy(l->options);
	}
	pthread_mutex_lock(&l->lock);
	l->is_over = true;
	messages_free(queue_take_all(&l->todo));
	messages_free(queue_take_all(&l->news));
	wake_destroy(l->wake);
	l->wake = NULL;
	l->next_over = over;
	over = l;
	pthread_mutex_unlock(&l->lock);
}

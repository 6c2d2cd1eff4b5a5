/* nats_link.c - the loop's side of the link: gives the thread what is to be done, and hears its news. */
#include "stream/nats_private.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/metrics.h"
#include "loop/loop.h"
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <utlist.h>

#define LOG_EVERY_MS 60000

/* Links that have ended. The library's threads may still be on their way to call back, and what would wait for them
 * (nats_CloseAndWait of 3.4) frees parts of OpenSSL that others still use; so a link's last page stays, one a process. */
static struct nats_link *over;

/* --- what is heard ------------------------------------------------------------------------------------------ */

static void went_up_or_down(struct nats_link *l, bool is_up, const char *text)
{
	l->is_up = is_up;
	l->logged = is_up ? LINK_UP : LINK_DOWN;
	snprintf(l->reason, sizeof(l->reason), "%s", is_up ? "" : text);
	metric_set(l->up, is_up);
	metric_add(l->connects, is_up);
	if (is_up)
		log_line(LOG_INFO, "nats connected", "server", text, NULL);
	else
		log_line(LOG_WARN, "nats lost", "reason", text, NULL);
	l->config.came(l->config.owner, is_up);
}

/* Not each try is logged: the first of its kind, and one a minute. */
static void in_trouble(struct nats_link *l, enum link_what what, const char *reason)
{
	int64_t now = clock_mono_ms();

	metric_add(l->failures, 1);
	snprintf(l->reason, sizeof(l->reason), "%s", reason);
	if (l->logged == what && now - l->logged_ms < LOG_EVERY_MS)
		return;
	l->logged = what;
	l->logged_ms = now;
	if (what == LINK_REFUSED) /* this does not pass by itself */
		log_line(LOG_ERROR, "nats refused", "reason", reason, NULL);
	else
		log_line(LOG_WARN, what == LINK_UNREACHED ? "nats not reached" : "nats complains", "reason", reason, NULL);
}

static void news_of(struct nats_link *l, const struct link_message *m)
{
	switch (m->what) {
	case LINK_HEARD:
		l->config.heard(l->config.owner, m->subject, m->text, m->len);
		break;
	case LINK_UP:
	case LINK_DOWN:
		went_up_or_down(l, m->what == LINK_UP, m->text);
		break;
	case LINK_COMPLAINT:
		if (l->is_up) /* otherwise it is why the connection was not made, and that is told as well */
			in_trouble(l, m->what, m->text);
		break;
	default:
		in_trouble(l, m->what, m->text);
	}
}

static void on_news(void *owner)
{
	struct nats_link *l = owner;
	struct link_message *first, *m, *next;
	bool has_lost;

	pthread_mutex_lock(&l->lock);
	first = link_queue_take_all(&l->news);
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

/* --- what is to be done ------------------------------------------------------------------------------------- */

static bool give(struct nats_link *l, enum link_what what, const char *subject, const char *text, size_t len)
{
	struct link_message *m = link_message_create(what, subject, text, len);
	bool is_taken;

	if (!m)
		return false;
	pthread_mutex_lock(&l->lock);
	is_taken = link_queue_put(&l->todo, m);
	pthread_cond_signal(&l->is_more);
	pthread_mutex_unlock(&l->lock);
	return is_taken;
}

bool nats_link_is_up(const struct nats_link *l)
{
	return l->is_up;
}

const char *nats_link_reason(const struct nats_link *l)
{
	return l->reason[0] ? l->reason : NULL;
}

bool nats_link_publish(struct nats_link *l, const char *subject, const char *text, size_t len)
{
	if (l->is_up && len <= NATS_MESSAGE_MAX && give(l, LINK_PUBLISH, subject, text, len))
		return true;
	metric_add(l->dropped_out, 1);
	return false;
}

bool nats_link_subscribe(struct nats_link *l, const char *subject)
{
	return give(l, LINK_SUBSCRIBE, subject, "", 0);
}

void nats_link_unsubscribe(struct nats_link *l, const char *subject)
{
	give(l, LINK_UNSUBSCRIBE, subject, "", 0);
}

/* --- begin and end ------------------------------------------------------------------------------------------ */

static bool options_make(struct nats_link *l, struct err *err)
{
	natsStatus s = nats_Open(-1);

	if (s == NATS_OK)
		s = natsOptions_Create(&l->options);
	if (s != NATS_OK)
		return err_set(err, KD_E_INTERNAL, "NATS cannot be used: %s", natsStatus_GetText(s));
	return nats_options_connection(l, err) && nats_options_trust(l->options, &l->config, err);
}

/* The thread waits by the clock that only goes forward. */
static bool lock_make(struct nats_link *l)
{
	pthread_condattr_t attributes;
	bool is_made;

	pthread_mutex_init(&l->lock, NULL);
	if (pthread_condattr_init(&attributes) != 0)
		return false;
	is_made = pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC) == 0 && pthread_cond_init(&l->is_more, &attributes) == 0;
	pthread_condattr_destroy(&attributes);
	return is_made;
}

static void metrics_make(struct nats_link *l)
{
	l->up = metric_gauge("korsdrag_bus_up", "Whether the bus between the nodes is connected.", NULL);
	l->connects = metric_counter("korsdrag_bus_connects_total", "Times that the bus came (back).", NULL);
	l->failures = metric_counter("korsdrag_bus_failures_total", "Times that the bus was not reached, or refused something.", NULL);
	l->dropped_out = metric_counter("korsdrag_bus_dropped_total", "Bus items dropped before sending.", NULL);
	l->dropped_in = metric_counter("korsdrag_bus_overrun_total", "Times that more was heard on the bus than was kept.", NULL);
}

struct nats_link *nats_link_create(const struct nats_link_config *config, struct err *err)
{
	struct nats_link *l = calloc(1, sizeof(*l));

	if (!l) {
		err_set(err, KD_E_INTERNAL, "out of memory");
		return NULL;
	}
	l->config = *config;
	metrics_make(l);
	l->wake = wake_create(config->loop, on_news, l);
	if (!lock_make(l) || !l->wake)
		err_set(err, KD_E_INTERNAL, "out of memory or descriptors");
	else if (options_make(l, err))
		l->has_thread = pthread_create(&l->thread, NULL, nats_thread, l) == 0 || err_set(err, KD_E_INTERNAL, "no thread for NATS");
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
		pthread_mutex_lock(&l->lock);
		l->is_ending = true;
		pthread_mutex_unlock(&l->lock);
		while (!give(l, LINK_END, "", "", 0))
			; /* no memory just now: there is no end without it */
		pthread_join(l->thread, NULL);
	}
	natsOptions_Destroy(l->options);
	pthread_mutex_lock(&l->lock);
	l->is_over = true;
	link_messages_free(link_queue_take_all(&l->todo));
	link_messages_free(link_queue_take_all(&l->news));
	wake_destroy(l->wake);
	l->wake = NULL;
	l->next_over = over;
	over = l;
	pthread_mutex_unlock(&l->lock);
}

/* bus_nats.c - the bus over NATS: a subject a stream, and one that every node hears. */
#include "stream/bus_private.h"
#include "stream/nats_link.h"
#include "stream/stream.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct way {
	struct road *road;
	struct nats_link *link;
	char all[NATS_SUBJECT_SIZE];     /* "korsdrag.nodes" */
	char streams[NATS_SUBJECT_SIZE]; /* "korsdrag.stream." */
};

static void heard(void *owner, const char *subject, const char *text, size_t len)
{
	struct way *w = owner;

	(void)subject; /* each message says itself what it is about */
	bus_heard(w->road, text, len);
}

static void came(void *owner, bool is_up)
{
	struct way *w = owner;

	if (is_up)
		bus_restored(w->road);
	else
		bus_lost(w->road);
}

static void way_destroy(void *way)
{
	struct way *w = way;

	nats_link_destroy(w->link);
	free(w);
}

static void *way_create(struct road *road, const struct bus_config *config, struct err *err)
{
	struct way *w = calloc(1, sizeof(*w));
	struct nats_link_config link = *config->nats;

	if (!w) {
		err_set(err, KD_E_INTERNAL, "out of memory");
		return NULL;
	}
	w->road = road;
	snprintf(w->all, sizeof(w->all), "%s.nodes", config->subjects);
	snprintf(w->streams, sizeof(w->streams), "%s.stream.", config->subjects);
	link.loop = config->loop;
	link.name = config->node;
	link.subject = w->all;
	link.heard = heard;
	link.came = came;
	link.owner = w;
	w->link = nats_link_create(&link, err);
	if (w->link)
		return w;
	way_destroy(w);
	return NULL;
}

static bool way_send(void *way, const char *stream, const char *text, size_t len)
{
	struct way *w = way;
	char subject[NATS_SUBJECT_SIZE + STREAM_NAME_SIZE];

	if (!stream)
		return nats_link_publish(w->link, w->all, text, len);
	snprintf(subject, sizeof(subject), "%s%s", w->streams, stream);
	return nats_link_publish(w->link, subject, text, len);
}

static void way_follow(void *way, const char *stream, bool is_wanted)
{
	struct way *w = way;
	char subject[NATS_SUBJECT_SIZE + STREAM_NAME_SIZE];

	snprintf(subject, sizeof(subject), "%s%s", w->streams, stream);
	if (is_wanted)
		nats_link_subscribe(w->link, subject);
	else
		nats_link_unsubscribe(w->link, subject);
}

static bool way_is_up(const void *way)
{
	return nats_link_is_up(((const struct way *)way)->link);
}

static const char *way_reason(const void *way)
{
	return nats_link_reason(((const struct way *)way)->link);
}

const struct bus_way bus_nats = {
	.name = "nats", .message_max = NATS_MESSAGE_MAX, .create = way_create, .destroy = way_destroy, .send = way_send,
	.follow = way_follow, .is_up = way_is_up, .reason = way_reason,
};

/* bus.c - what the nodes say to each other: one message for all that a turn of the loop brought.
 *
 * A message is JSON: {"n": node, "h": [[stream, head], …], "f": [[stream, openness, track, cohort, space] or [stream], …],
 * "p": [presence, …], "w": [stream, …], "again": true, "bye": true, "deaf": true}. Where every node hears everything, it is cut so
 * that each part fits the way; where a node hears what it follows, there is one for each stream and one with the hints (f) for all.
 *
 * Heads are compared each second and presence is said again, but a hint that was lost is lost. So a node to which NATS is lost
 * says over PostgreSQL that it is deaf, and while one is, all say their hints there too. */
#include "stream/bus_private.h"
#include "stream/stream.h"
#include "base/clock.h"
#include "base/hash.h"
#include "base/log.h"
#include "base/metrics.h"
#include "loop/loop.h"
#include <stdlib.h>
#include <string.h>

#define PENDING_MAX 4096 /* items of a kind in one turn; beyond it they are dropped, which costs a second */
#define HINTS_EVERY_MS 200 /* at most, and the first after quiet at once: every card of a board hints, and each node hears it */
#define PEERS_MAX 1024 /* nodes that are remembered; whoever claims to be one more is nobody */
#define FRAME_MAX 100 /* octets of a message around its items */
#define JSON_TIGHT (JSON_COMPACT | JSON_REAL_PRECISION(15))

struct peer {
	char node[ID_SIZE];
	int64_t heard_ms;
	UT_hash_handle hh;
};

struct road {
	struct bus *bus;
	const struct bus_way *way;
	void *link; /* NULL: there is no such road */
	bool has_been_up;
};

struct bus {
	char node[ID_SIZE];
	const struct bus_handlers *handlers;
	void *owner;
	struct road main, spare; /* the spare one is PostgreSQL's, when the main one is not */
	int64_t deaf_until_ms;   /* by what others say of themselves */
	struct task flush;
	struct timer *alive;
	struct peer *peers;
	json_t *heads, *presence, *who; /* arrays that wait for the turn's end */
	json_t *hints;                  /* an object, by each one's text, so that none waits twice */
	struct timer *hints_due;
	bool is_hint_due; /* the timer runs */
	int64_t hints_sent_ms;
	struct metric *sent, *heard, *dropped;
};

/* --- sending ------------------------------------------------------------------------------------------- */

/* Takes `message`. */
static void send_object(struct bus *b, const struct road *r, const char *stream, json_t *message)
{
	char *text = json_dumps(message, JSON_TIGHT);
	size_t len = text ? strlen(text) : 0;
	bool is_sent = text && len <= r->way->message_max && r->way->send(r->link, stream, text, len);

	metric_add(is_sent ? b->sent : b->dropped, 1);
	free(text);
	json_decref(message);
}

/* Sends the items of one array in as many messages as they need. */
static void send_array(struct bus *b, const struct road *r, const char *stream, const char *key, const json_t *items)
{
	json_t *part = json_array(), *item;
	size_t i, used = 0, most = r->way->message_max - FRAME_MAX;

	json_array_foreach(items, i, item) {
		size_t size = json_dumpb(item, NULL, 0, JSON_TIGHT) + 1;
		if (used > 0 && used + size > most) {
			send_object(b, r, stream, json_pack("{s:s, s:o}", "n", b->node, key, part));
			part = json_array();
			used = 0;
		}
		json_array_append(part, item);
		used += size;
	}
	if (used > 0)
		send_object(b, r, stream, json_pack("{s:s, s:o}", "n", b->node, key, part));
	else
		json_decref(part);
}

static const char *stream_of(const json_t *item)
{
	const json_t *name = json_is_array(item) ? json_array_get(item, 0) : json_is_object(item) ? json_object_get(item, "stream") : item;

	return json_string_value(name);
}

/* The items of one array, sorted by their streams, to who follows each. */
static void send_sorted(struct bus *b, const char *key, const json_t *items)
{
	json_t *streams = json_object(), *item, *list;
	const char *stream;
	size_t i;

	json_array_foreach(items, i, item) {
		list = json_object_get(streams, stream_of(item));
		if (!list) {
			list = json_array();
			json_object_set_new(streams, stream_of(item), list);
		}
		json_array_append(list, item);
	}
	json_object_foreach(streams, stream, list)
		send_array(b, &b->main, stream, key, list);
	json_decref(streams);
}

static void send_items(struct bus *b, const char *key, json_t *items)
{
	if (b->main.way->follow)
		send_sorted(b, key, items);
	else
		send_array(b, &b->main, NULL, key, items);
	json_array_clear(items);
}

static bool is_deaf(const struct bus *b)
{
	return b->spare.link && !b->main.way->is_up(b->main.link);
}

static void send_hints(void *owner)
{
	struct bus *b = owner;
	json_t *items = json_array(), *item;
	const char *key;

	json_object_foreach(b->hints, key, item)
		json_array_append(items, item);
	json_object_clear(b->hints);
	send_array(b, &b->main, NULL, "f", items);
	if (b->spare.link && (is_deaf(b) || clock_mono_ms() < b->deaf_until_ms))
		send_array(b, &b->spare, NULL, "f", items);
	json_decref(items);
	b->is_hint_due = false;
	b->hints_sent_ms = clock_mono_ms();
}

static void bus_flush(struct task *t)
{
	struct bus *b = task_owner(t, struct bus, flush);

	send_items(b, "h", b->heads);
	send_items(b, "p", b->presence);
	send_items(b, "w", b->who);
	if (!b->is_hint_due && json_object_size(b->hints) > 0)
		send_hints(b);
}

/* Takes `item`. */
static void add(struct bus *b, json_t *array, json_t *item)
{
	if (!item || json_array_size(array) >= PENDING_MAX) {
		json_decref(item);
		metric_add(b->dropped, 1);
		return;
	}
	json_array_append_new(array, item);
	task_post(&b->flush);
}

void bus_head(struct bus *b, const char *stream, int64_t head)
{
	add(b, b->heads, json_pack("[s, I]", stream, (json_int_t)head));
}

/* Takes `item`. */
static void add_hint(struct bus *b, json_t *item)
{
	char *text = item ? json_dumps(item, JSON_TIGHT) : NULL;
	int64_t quiet_ms = clock_mono_ms() - b->hints_sent_ms;

	if (text && json_object_size(b->hints) < PENDING_MAX)
		json_object_set(b->hints, text, item);
	else
		metric_add(b->dropped, 1);
	free(text);
	json_decref(item);
	if (b->is_hint_due)
		return;
	b->is_hint_due = quiet_ms < HINTS_EVERY_MS;
	if (b->is_hint_due)
		timer_start(b->hints_due, HINTS_EVERY_MS - quiet_ms, 0);
	else
		task_post(&b->flush);
}

void bus_hint(struct bus *b, const char *stream, const struct access *access)
{
	if (access)
		add_hint(b, json_pack("[s, i, i, s, s]", stream, (int)access->openness, (int)access->track, access->cohort, access->space));
	else
		add_hint(b, json_pack("[s]", stream));
}

static void add_part(struct bus *b, const char *stream, const char *list, json_t *part)
{
	json_t *item = json_pack("{s:s, s:[], s:[]}", "stream", stream, "present", "left");

	json_object_set_new(item, list, part);
	add(b, b->presence, item);
}

/* One stream's people may be more than a message holds, when a node tells of all of them: they go in parts. */
static void add_people(struct bus *b, const char *stream, const char *list, const json_t *people)
{
	json_t *part = json_array(), *one;
	size_t i, used = 0, most = b->main.way->message_max - FRAME_MAX - STREAM_NAME_SIZE - 100; /* the item's own frame */

	json_array_foreach(people, i, one) {
		size_t size = json_dumpb(one, NULL, 0, JSON_TIGHT) + 1;

		if (used > 0 && used + size > most) {
			add_part(b, stream, list, part);
			part = json_array();
			used = 0;
		}
		json_array_append(part, one);
		used += size;
	}
	if (used > 0)
		add_part(b, stream, list, part);
	else
		json_decref(part);
}

void bus_presence(struct bus *b, json_t *streams)
{
	json_t *item;
	size_t i;

	json_array_foreach(streams, i, item) {
		const char *stream = json_string_value(json_object_get(item, "stream"));

		add_people(b, stream, "left", json_object_get(item, "left")); /* first: who came back is in both */
		add_people(b, stream, "present", json_object_get(item, "present"));
	}
	json_decref(streams);
}

void bus_who(struct bus *b, const char *stream)
{
	add(b, b->who, json_string(stream));
}

static void send_word(struct bus *b, const struct road *r, const char *word)
{
	send_object(b, r, NULL, json_pack("{s:s, s:b}", "n", b->node, word, 1));
}

void bus_again(struct bus *b)
{
	send_word(b, &b->main, "again");
}

void bus_follow(struct bus *b, const char *stream)
{
	if (b->main.way->follow)
		b->main.way->follow(b->main.link, stream, true);
}

void bus_unfollow(struct bus *b, const char *stream)
{
	if (b->main.way->follow)
		b->main.way->follow(b->main.link, stream, false);
}

/* --- hearing ------------------------------------------------------------------------------------------- */

static void heard_head(struct bus *b, const json_t *item)
{
	const char *stream = stream_of(item);

	if (stream && strlen(stream) < STREAM_NAME_SIZE)
		b->handlers->head(b->owner, stream, json_integer_value(json_array_get(item, 1)));
}

static void heard_hint(struct bus *b, const json_t *item)
{
	const char *stream = stream_of(item);
	const char *cohort = json_string_value(json_array_get(item, 3)), *space = json_string_value(json_array_get(item, 4));
	struct access access = { .openness = OPEN_ADMIN };

	if (!stream || strlen(stream) >= STREAM_NAME_SIZE)
		return;
	if (json_array_size(item) == 1) {
		b->handlers->hint(b->owner, stream, NULL);
		return;
	}
	if (!cohort || !space || strlen(cohort) >= ID_SIZE || strlen(space) >= ID_SIZE)
		return;
	access.openness = (enum openness)json_integer_value(json_array_get(item, 1));
	access.track = (unsigned)json_integer_value(json_array_get(item, 2));
	strcpy(access.cohort, cohort);
	strcpy(access.space, space);
	b->handlers->hint(b->owner, stream, &access);
}

/* False: it is not one of us, or does not stay. */
static bool peer_heard(struct bus *b, const char *node, bool is_leaving)
{
	struct peer *p;

	HASH_FIND_STR(b->peers, node, p);
	if (is_leaving) {
		if (p) {
			HASH_DEL(b->peers, p);
			free(p);
		}
		b->handlers->node_lost(b->owner, node);
		return false;
	}
	if (!p) {
		p = HASH_COUNT(b->peers) < PEERS_MAX ? calloc(1, sizeof(*p)) : NULL;
		if (!p) {
			metric_add(b->dropped, 1);
			return false;
		}
		strcpy(p->node, node);
		HASH_ADD_STR(b->peers, node, p);
		b->handlers->node_new(b->owner, node);
	}
	p->heard_ms = clock_mono_ms();
	return true;
}

static void heard_main(struct bus *b, const char *node, const json_t *message)
{
	const json_t *presence = json_object_get(message, "p"), *item;
	size_t i;

	if (!peer_heard(b, node, json_is_true(json_object_get(message, "bye"))))
		return;
	if (json_is_true(json_object_get(message, "again")))
		b->handlers->node_again(b->owner, node);
	json_array_foreach(json_object_get(message, "h"), i, item)
		heard_head(b, item);
	json_array_foreach(json_object_get(message, "w"), i, item)
		if (json_is_string(item))
			b->handlers->who(b->owner, json_string_value(item));
	if (json_is_array(presence))
		b->handlers->presence(b->owner, node, presence);
}

void bus_heard(struct road *road, const char *text, size_t len)
{
	struct bus *b = road->bus;
	json_t *message = json_loadb(text, len, JSON_REJECT_DUPLICATES, NULL), *item;
	const char *node = json_string_value(json_object_get(message, "n"));
	size_t i;

	/* "" would be us: presence marks our own people so. */
	if (node && *node && strlen(node) < ID_SIZE && strcmp(node, b->node) != 0) {
		metric_add(b->heard, 1);
		if (road == &b->main)
			heard_main(b, node, message);
		else if (json_is_true(json_object_get(message, "deaf")))
			b->deaf_until_ms = clock_mono_ms() + BUS_NODE_LOST_MS;
		json_array_foreach(json_object_get(message, "f"), i, item)
			heard_hint(b, item);
	}
	json_decref(message);
}

/* The first time nothing can have been missed: nobody had seen anything here yet. */
void bus_restored(struct road *road)
{
	struct bus *b = road->bus;
	bool is_back = road->has_been_up;

	road->has_been_up = true;
	if (road == &b->main)
		b->handlers->restored(b->owner);
	else if (is_deaf(b))
		send_word(b, &b->spare, "deaf");
	if (is_back && (road == &b->main || is_deaf(b)))
		b->handlers->hints_lost(b->owner);
}

void bus_lost(struct road *road)
{
	struct bus *b = road->bus;

	if (!is_deaf(b))
		return;
	send_word(b, &b->spare, "deaf");
	b->handlers->hints_lost(b->owner);
}

static void bus_alive(void *owner)
{
	struct bus *b = owner;
	int64_t now = clock_mono_ms();
	struct peer *p, *next;

	send_object(b, &b->main, NULL, json_pack("{s:s}", "n", b->node));
	if (is_deaf(b))
		send_word(b, &b->spare, "deaf");
	HASH_ITER(hh, b->peers, p, next) {
		if (now - p->heard_ms < BUS_NODE_LOST_MS)
			continue;
		HASH_DEL(b->peers, p);
		log_line(LOG_INFO, "node lost", "peer", p->node, NULL);
		b->handlers->node_lost(b->owner, p->node);
		free(p);
	}
}

/* --- begin and end ----------------------------------------------------------------------------------------- */

bool bus_is_up(const struct bus *b)
{
	return b->main.way->is_up(b->main.link);
}

const char *bus_name(const struct bus *b)
{
	return b->main.way->name;
}

const char *bus_reason(const struct bus *b)
{
	return b->main.way->reason ? b->main.way->reason(b->main.link) : NULL;
}

static bool road_open(struct road *r, struct bus *b, const struct bus_way *way, const struct bus_config *config, struct err *err)
{
	r->bus = b;
	r->way = way;
	r->link = way->create(r, config, err);
	return r->link != NULL;
}

static void road_close(struct road *r)
{
	if (r->link)
		r->way->destroy(r->link);
}

struct bus *bus_create(const struct bus_config *config, struct err *err)
{
	struct bus *b = calloc(1, sizeof(*b));

	if (!b) {
		err_set(err, KD_E_INTERNAL, "out of memory");
		return NULL;
	}
	strcpy(b->node, config->node);
	b->handlers = config->handlers;
	b->owner = config->owner;
	b->heads = json_array();
	b->hints = json_object();
	b->presence = json_array();
	b->who = json_array();
	b->sent = metric_counter("korsdrag_bus_sent_total", "Messages sent on the bus.", NULL);
	b->heard = metric_counter("korsdrag_bus_heard_total", "Messages heard on the bus from other nodes.", NULL);
	b->dropped = metric_counter("korsdrag_bus_dropped_total", "Bus items dropped before sending.", NULL);
	task_init(&b->flush, config->loop, bus_flush);
	b->hints_sent_ms = clock_mono_ms() - HINTS_EVERY_MS;
	b->hints_due = loop_timer_create(config->loop, send_hints, b);
	b->alive = loop_timer_create(config->loop, bus_alive, b);
	if (!road_open(&b->main, b, config->nats ? &bus_nats : &bus_pg, config, err) ||
		(config->nats && !road_open(&b->spare, b, &bus_pg, config, err))) {
		bus_destroy(b);
		return NULL;
	}
	timer_start(b->alive, BUS_ALIVE_MS, BUS_ALIVE_MS);
	return b;
}

void bus_destroy(struct bus *b)
{
	struct peer *p, *next;

	if (!b)
		return;
	task_cancel(&b->flush);
	timer_destroy(b->alive);
	timer_destroy(b->hints_due);
	if (b->main.link)
		send_word(b, &b->main, "bye");
	road_close(&b->main);
	road_close(&b->spare);
	HASH_ITER(hh, b->peers, p, next) {
		HASH_DEL(b->peers, p);
		free(p);
	}
	json_decref(b->heads);
	json_decref(b->hints);
	json_decref(b->presence);
	json_decref(b->who);
	free(b);
}

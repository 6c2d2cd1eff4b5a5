/* bus_pg.c - the bus over PostgreSQL's NOTIFY: one message for all that a turn of the loop brought.
 *
 * A payload is JSON: {"n": node, "h": [[stream, head, openness, track, cohort, space], …], "p": [presence …],
 * "w": [stream, …], "again": true, "bye": true}. It is cut so that each message stays under PostgreSQL's 8,000 bytes. */
#include "stream/bus.h"
#include "stream/stream.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/metrics.h"
#include "db/db.h"
#include "loop/loop.h"
#include <stdlib.h>
#include <string.h>
#include <uthash.h>

#define CHANNEL "korsdrag"
#define PAYLOAD_MAX 7800
#define PART_MAX (PAYLOAD_MAX - 300) /* of one stream's people: its name and the message's frame come on top */
#define PENDING_MAX 4096 /* heads and presences of one turn; beyond it they are dropped, which costs a second */

struct peer {
	char node[ID_SIZE];
	int64_t heard_ms;
	UT_hash_handle hh;
};

struct bus {
	char node[ID_SIZE];
	const struct bus_handlers *handlers;
	void *owner;
	struct db_listen *listen;
	struct task flush;
	struct timer *alive;
	struct peer *peers;
	json_t *heads, *presence, *who; /* arrays that wait for the turn's end */
	struct metric *sent, *heard, *dropped;
};

static void send_object(struct bus *b, json_t *message)
{
	char *text = json_dumps(message, JSON_COMPACT | JSON_REAL_PRECISION(15));

	if (text && strlen(text) <= PAYLOAD_MAX + 100) {
		metric_add(b->sent, 1);
		db_listen_notify(b->listen, text);
	} else {
		metric_add(b->dropped, 1);
	}
	free(text);
}

/* Sends the items of one array in as many messages as they need, and empties it. */
static void send_array(struct bus *b, const char *key, json_t *items)
{
	json_t *part = json_array(), *item;
	size_t i, used = 0;

	json_array_foreach(items, i, item) {
		size_t size = json_dumpb(item, NULL, 0, JSON_COMPACT | JSON_REAL_PRECISION(15)) + 1;
		if (used > 0 && used + size > PAYLOAD_MAX - 100) {
			json_t *message = json_pack("{s:s, s:o}", "n", b->node, key, part);
			send_object(b, message);
			json_decref(message);
			part = json_array();
			used = 0;
		}
		json_array_append(part, item);
		used += size;
	}
	if (used > 0) {
		json_t *message = json_pack("{s:s, s:o}", "n", b->node, key, part);
		send_object(b, message);
		json_decref(message);
	} else {
		json_decref(part);
	}
	json_array_clear(items);
}

static void bus_flush(struct task *t)
{
	struct bus *b = task_owner(t, struct bus, flush);

	send_array(b, "h", b->heads);
	send_array(b, "p", b->presence);
	send_array(b, "w", b->who);
}

static void add(struct bus *b, json_t *array, json_t *item)
{
	if (json_array_size(array) >= PENDING_MAX) {
		json_decref(item);
		metric_add(b->dropped, 1);
		return;
	}
	json_array_append_new(array, item);
	task_post(&b->flush);
}

void bus_head(struct bus *b, const char *stream, int64_t head, const struct access *access)
{
	if (access)
		add(b, b->heads, json_pack("[s, I, i, i, s, s]", stream, (json_int_t)head, (int)access->openness,
			(int)access->track, access->cohort, access->space));
	else
		add(b, b->heads, json_pack("[s, I]", stream, (json_int_t)head));
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
	size_t i, used = 0;

	json_array_foreach(people, i, one) {
		size_t size = json_dumpb(one, NULL, 0, JSON_COMPACT | JSON_REAL_PRECISION(15)) + 1;

		if (used > 0 && used + size > PART_MAX) {
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

static void send_word(struct bus *b, const char *word)
{
	json_t *message = json_pack("{s:s, s:b}", "n", b->node, word, 1);

	send_object(b, message);
	json_decref(message);
}

void bus_again(struct bus *b)
{
	send_word(b, "again");
}

static void heard_head(struct bus *b, const json_t *item)
{
	const char *stream = json_string_value(json_array_get(item, 0));
	const char *cohort = json_string_value(json_array_get(item, 4)), *space = json_string_value(json_array_get(item, 5));
	int64_t head = json_integer_value(json_array_get(item, 1));
	struct access access = { .openness = OPEN_ADMIN };

	if (!stream || strlen(stream) >= STREAM_NAME_SIZE)
		return;
	if (!cohort || !space || strlen(cohort) >= ID_SIZE || strlen(space) >= ID_SIZE) {
		b->handlers->head(b->owner, stream, head, NULL);
		return;
	}
	access.openness = (enum openness)json_integer_value(json_array_get(item, 2));
	access.track = (unsigned)json_integer_value(json_array_get(item, 3));
	strcpy(access.cohort, cohort);
	strcpy(access.space, space);
	b->handlers->head(b->owner, stream, head, &access);
}

static void peer_heard(struct bus *b, const char *node, bool is_leaving)
{
	struct peer *p;

	HASH_FIND_STR(b->peers, node, p);
	if (is_leaving) {
		if (p) {
			HASH_DEL(b->peers, p);
			free(p);
		}
		b->handlers->node_lost(b->owner, node);
		return;
	}
	if (!p) {
		p = calloc(1, sizeof(*p));
		if (!p)
			return;
		strcpy(p->node, node);
		HASH_ADD_STR(b->peers, node, p);
		b->handlers->node_new(b->owner, node);
	}
	p->heard_ms = clock_mono_ms();
}

static void bus_heard(void *owner, const char *payload)
{
	struct bus *b = owner;
	json_t *message = json_loads(payload, JSON_REJECT_DUPLICATES, NULL), *item, *presence;
	const char *node = json_string_value(json_object_get(message, "n"));
	size_t i;

	if (node && strlen(node) < ID_SIZE && strcmp(node, b->node) != 0) {
		metric_add(b->heard, 1);
		peer_heard(b, node, json_is_true(json_object_get(message, "bye")));
		if (json_is_true(json_object_get(message, "again")))
			b->handlers->node_again(b->owner, node);
		json_array_foreach(json_object_get(message, "h"), i, item)
			heard_head(b, item);
		json_array_foreach(json_object_get(message, "w"), i, item)
			if (json_is_string(item))
				b->handlers->who(b->owner, json_string_value(item));
		presence = json_object_get(message, "p");
		if (json_is_array(presence))
			b->handlers->presence(b->owner, node, presence);
	}
	json_decref(message);
}

static void bus_restored(void *owner)
{
	struct bus *b = owner;

	b->handlers->restored(b->owner);
}

static void bus_alive(void *owner)
{
	struct bus *b = owner;
	json_t *message = json_pack("{s:s}", "n", b->node);
	int64_t now = clock_mono_ms();
	struct peer *p, *next;

	send_object(b, message);
	json_decref(message);
	HASH_ITER(hh, b->peers, p, next) {
		if (now - p->heard_ms < BUS_NODE_LOST_MS)
			continue;
		HASH_DEL(b->peers, p);
		log_line(LOG_INFO, "node lost", "peer", p->node, NULL);
		b->handlers->node_lost(b->owner, p->node);
		free(p);
	}
}

struct bus *bus_create(struct loop *loop, struct db *db, const char *node, const struct bus_handlers *handlers, void *owner)
{
	struct bus *b = calloc(1, sizeof(*b));

	if (!b)
		return NULL;
	strcpy(b->node, node);
	b->handlers = handlers;
	b->owner = owner;
	b->heads = json_array();
	b->presence = json_array();
	b->who = json_array();
	b->sent = metric_counter("korsdrag_bus_sent_total", "Messages sent on the bus.", NULL);
	b->heard = metric_counter("korsdrag_bus_heard_total", "Messages heard on the bus from other nodes.", NULL);
	b->dropped = metric_counter("korsdrag_bus_dropped_total", "Bus items dropped before sending.", NULL);
	task_init(&b->flush, loop, bus_flush);
	b->listen = db_listen_create(db, CHANNEL, bus_heard, bus_restored, b);
	b->alive = loop_timer_create(loop, bus_alive, b);
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
	send_word(b, "bye");
	db_listen_destroy(b->listen);
	HASH_ITER(hh, b->peers, p, next) {
		HASH_DEL(b->peers, p);
		free(p);
	}
	json_decref(b->heads);
	json_decref(b->presence);
	json_decref(b->who);
	free(b);
}

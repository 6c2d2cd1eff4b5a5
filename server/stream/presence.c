/* presence.c - people per stream, and one message a tick with what changed. */
#include "stream/presence.h"
#include "stream/bus.h"
#include "stream/stream.h"
#include "base/buf.h"
#include "base/hash.h"
#include "loop/loop.h"
#include <stdlib.h>
#include <string.h>

#define KEY_SIZE 64
#define TEXT_MAX (16u << 20) /* bytes of all who are in one place */

struct person {
	char key[KEY_SIZE];
	char node[ID_SIZE];   /* "" when the connection is ours */
	json_t *shown;        /* as it travels: {conn, member, name, organisation, cursor, …}; NULL once everybody was told */
	char *text;           /* of it, a fifth of its size; NULL: not written yet */
	bool is_dirty;        /* those who look here do not know it yet */
	bool is_owed;         /* other nodes do not */
	bool is_doubtful;     /* its node may have said since that they left */
	UT_hash_handle hh;
};

struct place { /* a stream that somebody looks at */
	char stream[STREAM_NAME_SIZE];
	struct person *people;
	json_t *left;         /* keys to tell of at the next tick: array */
	json_t *left_ours;    /* the part of them that other nodes do not know yet */
	struct buf list;      /* of all, as text; empty: to be put together */
	bool is_asked;        /* for the list, since presence_rest looked */
	bool is_dirty;
	bool is_crowded;      /* somebody found no room */
	int ticks;            /* that it may still wait while it is dirty */
	bool is_followed;     /* somebody here looks at it: what other nodes say of it is kept */
	UT_hash_handle hh;
};

struct presence {
	struct place *places;
	struct timer *tick, *doubt;
	bool is_ticking;
	struct bus *bus;
	presence_send *send;
	presence_fill *fill;
	void *owner;
	struct buf scratch;   /* a list without its asker, or a notice */
};

static void presence_tick(void *owner);
static void doubt_ends(void *owner);

struct presence *presence_create(struct loop *loop, presence_send *send, presence_fill *fill, void *owner)
{
	struct presence *p = calloc(1, sizeof(*p));

	if (!p)
		return NULL;
	p->send = send;
	p->fill = fill;
	p->owner = owner;
	buf_init(&p->scratch, TEXT_MAX);
	p->tick = loop_timer_create(loop, presence_tick, p);
	p->doubt = loop_timer_create(loop, doubt_ends, p);
	if (!p->tick || !p->doubt) {
		presence_destroy(p);
		return NULL;
	}
	return p;
}

void presence_set_bus(struct presence *p, struct bus *bus)
{
	p->bus = bus;
}

static void person_free(struct place *place, struct person *who)
{
	HASH_DEL(place->people, who);
	json_decref(who->shown);
	free(who->text);
	free(who);
	buf_finish(&place->list);
}

static void place_free(struct presence *p, struct place *place)
{
	struct person *who, *next;

	HASH_ITER(hh, place->people, who, next)
		person_free(place, who);
	HASH_DEL(p->places, place);
	json_decref(place->left);
	json_decref(place->left_ours);
	buf_finish(&place->list);
	free(place);
}

void presence_destroy(struct presence *p)
{
	struct place *place, *next;

	if (!p)
		return;
	HASH_ITER(hh, p->places, place, next)
		place_free(p, place);
	timer_destroy(p->tick);
	timer_destroy(p->doubt);
	buf_finish(&p->scratch);
	free(p);
}

static struct place *place_find(struct presence *p, const char *stream)
{
	struct place *place;

	HASH_FIND_STR(p->places, stream, place);
	return place;
}

/* `is_soon`: at the next tick, for something moves. Who comes to a crowd or leaves it can wait a little: when thousands come at
 * once, each of them is not told to all the others by itself. */
static void mark(struct presence *p, struct place *place, bool is_soon)
{
	if (is_soon || HASH_COUNT(place->people) <= PRESENCE_CROWD)
		place->ticks = 0;
	else if (!place->is_dirty)
		place->ticks = PRESENCE_CROWD_TICKS - 1;
	place->is_dirty = true;
	if (p->is_ticking)
		return;
	p->is_ticking = true;
	timer_start(p->tick, PRESENCE_TICK_MS, 0);
}

static struct place *place_get(struct presence *p, const char *stream)
{
	struct place *place = place_find(p, stream);

	if (place)
		return place;
	place = calloc(1, sizeof(*place));
	if (!place)
		return NULL;
	strcpy(place->stream, stream);
	place->left = json_array();
	place->left_ours = json_array();
	buf_init(&place->list, TEXT_MAX);
	HASH_ADD_STR(p->places, stream, place);
	return place;
}

static struct person *person_find(const struct place *place, const char *key)
{
	struct person *who;

	HASH_FIND_STR(place->people, key, who);
	return who;
}

static bool has_room(struct place *place)
{
	if (HASH_COUNT(place->people) < KD_PRESENT_MAX)
		return true;
	place->is_crowded = true;
	return false;
}

/* Puts `shown` (taken) in place of what was known of the person. */
static void person_put(struct presence *p, struct place *place, const char *key, const char *node, json_t *shown)
{
	struct person *who = person_find(place, key);
	bool is_soon = who != NULL;

	if (!who) {
		who = has_room(place) ? calloc(1, sizeof(*who)) : NULL;
		if (!who) {
			json_decref(shown);
			return;
		}
		strcpy(who->key, key);
		strcpy(who->node, node);
		HASH_ADD_STR(place->people, key, who);
	}
	json_decref(who->shown);
	free(who->text);
	who->shown = shown;
	who->text = NULL;
	who->is_dirty = who->is_owed = true;
	who->is_doubtful = false;
	buf_finish(&place->list);
	mark(p, place, is_soon);
}

void presence_put(struct presence *p, const char *stream, const char *key, const struct caller *c, json_t *state)
{
	struct place *place = place_get(p, stream);
	bool is_shown = place && (person_find(place, key) || has_room(place));
	json_t *shown = !is_shown ? NULL : json_pack("{s:s, s:s, s:s, s:s}", "conn", key, "member", c->member, "name", c->name,
		"organisation", c->organisation);

	if (!shown) {
		json_decref(state);
		return;
	}
	if (state)
		json_object_update_new(shown, state);
	person_put(p, place, key, "", shown);
}

bool presence_come(struct presence *p, const char *stream, const char *key, const struct caller *c)
{
	struct place *place = place_find(p, stream);

	if (place && person_find(place, key))
		return true;
	if (!place || !has_room(place))
		return false;
	presence_put(p, stream, key, c, NULL);
	return true;
}

static void person_leave(struct presence *p, struct place *place, struct person *who)
{
	json_array_append_new(place->left, json_string(who->key));
	if (who->node[0] == '\0')
		json_array_append_new(place->left_ours, json_string(who->key));
	person_free(place, who);
	mark(p, place, false);
}

void presence_leave(struct presence *p, const char *stream, const char *key)
{
	struct place *place = place_find(p, stream);
	struct person *who = place ? person_find(place, key) : NULL;

	if (who)
		person_leave(p, place, who);
}

static const char *person_text(struct person *who)
{
	if (!who->text)
		who->text = json_dumps(who->shown, JSON_COMPACT | JSON_REAL_PRECISION(15));
	return who->text;
}

/* Adds a comma before all but the first. */
static void add_person(struct buf *b, struct person *who, bool *is_first)
{
	const char *text = person_text(who);

	if (!text) /* no memory: they are told of when they next move */
		return;
	if (!*is_first)
		buf_add_char(b, ',');
	*is_first = false;
	buf_add_str(b, text);
}

static const char *list_text(struct buf *b, struct place *place, const struct person *but)
{
	struct person *who, *next;
	bool is_first = true;

	buf_add_char(b, '[');
	HASH_ITER(hh, place->people, who, next)
		if (who != but)
			add_person(b, who, &is_first);
	buf_add_char(b, ']');
	return b->failed ? "[]" : b->data;
}

const char *presence_list(struct presence *p, const char *stream, const char *but_key)
{
	struct place *place = place_find(p, stream);
	struct person *but = NULL;

	if (!place)
		return "[]";
	place->is_asked = true;
	HASH_FIND_STR(place->people, but_key, but);
	if (but) { /* who opens a stream anew */
		buf_reset(&p->scratch);
		return list_text(&p->scratch, place, but);
	}
	if (!place->list.len) {
		buf_init(&place->list, TEXT_MAX);
		return list_text(&place->list, place, NULL);
	}
	return place->list.data;
}

void presence_rest(struct presence *p)
{
	struct place *place, *next;

	HASH_ITER(hh, p->places, place, next) {
		if (!place->is_asked)
			buf_finish(&place->list);
		place->is_asked = false;
	}
}

void presence_follow(struct presence *p, const char *stream)
{
	struct place *place = place_get(p, stream);

	if (place)
		place->is_followed = true;
}

void presence_forget_stream(struct presence *p, const char *stream)
{
	struct place *place = place_find(p, stream);
	struct person *who, *next;

	if (!place)
		return;
	place->is_followed = false;
	HASH_ITER(hh, place->people, who, next) /* others' are not followed any more */
		if (who->node[0])
			person_free(place, who);
	mark(p, place, true); /* the tick lets it go */
}

/* What changed in one place, for who looks here. */
static void place_tell_viewers(struct presence *p, struct place *place)
{
	char *left = json_dumps(place->left, JSON_COMPACT);
	struct buf *b = &p->scratch;
	struct person *who, *next;
	bool is_first = true;

	buf_reset(b);
	buf_printf(b, "{\"jsonrpc\":\"2.0\",\"method\":\"presence.changed\",\"params\":{\"stream\":\"%s\",\"present\":[", place->stream);
	HASH_ITER(hh, place->people, who, next)
		if (who->is_dirty) {
			who->is_dirty = false;
			add_person(b, who, &is_first);
		}
	buf_printf(b, "],\"left\":");
	buf_add_str(b, left ? left : "[]");
	buf_add_str(b, "}}");
	if (!b->failed && (!is_first || json_array_size(place->left) > 0))
		p->send(p->owner, place->stream, b->data, b->len, place->left);
	free(left);
	json_decref(place->left);
	place->left = json_array();
}

/* Our own people's part, for the other nodes. */
static void place_tell_nodes(struct place *place, json_t *for_bus)
{
	json_t *ours = json_array();
	struct person *who, *next;

	HASH_ITER(hh, place->people, who, next) {
		if (who->is_owed && who->node[0] == '\0')
			json_array_append_new(ours, who->shown ? json_incref(who->shown) : json_loads(who->text, 0, NULL));
		who->is_owed = false;
		if (!who->shown || !person_text(who))
			continue;
		json_decref(who->shown);
		who->shown = NULL;
	}
	if (json_array_size(ours) + json_array_size(place->left_ours) > 0)
		json_array_append_new(for_bus, json_pack("{s:s, s:O, s:O}", "stream", place->stream, "present", ours,
			"left", place->left_ours));
	json_decref(ours);
	json_decref(place->left_ours); /* the bus keeps its own reference */
	place->left_ours = json_array();
}

static void place_fill(struct presence *p, struct place *place)
{
	if (!place->is_crowded || HASH_COUNT(place->people) > KD_PRESENT_MAX - PRESENCE_ROOM)
		return;
	place->is_crowded = false;
	p->fill(p->owner, place->stream);
}

static void presence_tick(void *owner)
{
	struct presence *p = owner;
	struct place *place, *next;
	json_t *for_bus = json_array();

	bool is_more = false;

	p->is_ticking = false;
	HASH_ITER(hh, p->places, place, next) {
		if (place->is_dirty && place->ticks > 0) {
			place->ticks--;
			is_more = true;
			continue;
		}
		if (place->is_dirty) {
			place_fill(p, place);
			place->is_dirty = false;
			place_tell_viewers(p, place);
			place_tell_nodes(place, for_bus);
		}
		if (!place->people && !place->is_followed)
			place_free(p, place);
	}
	if (is_more && !p->is_ticking) {
		p->is_ticking = true;
		timer_start(p->tick, PRESENCE_TICK_MS, 0);
	}
	if (p->bus && json_array_size(for_bus) > 0)
		bus_presence(p->bus, for_bus);
	else
		json_decref(for_bus);
}

/* --- from other nodes ------------------------------------------------------------------------------ */

/* A node speaks for its own people alone. Who is in both lists of one message has gone and come back: what is present is
 * said last. */
static void place_heard(struct presence *p, struct place *place, const char *node, const json_t *item)
{
	json_t *shown, *left;
	size_t i;

	json_array_foreach(json_object_get(item, "left"), i, left) {
		struct person *who = json_is_string(left) ? person_find(place, json_string_value(left)) : NULL;

		if (who && strcmp(who->node, node) == 0)
			person_leave(p, place, who);
	}
	json_array_foreach(json_object_get(item, "present"), i, shown) {
		const char *key = json_string_value(json_object_get(shown, "conn"));
		struct person *who;

		if (!key || strlen(key) >= KEY_SIZE)
			continue;
		who = person_find(place, key);
		if (!who || strcmp(who->node, node) == 0)
			person_put(p, place, key, node, json_incref(shown));
	}
}

void presence_heard(struct presence *p, const char *node, const json_t *streams)
{
	json_t *item;
	size_t i;

	json_array_foreach(streams, i, item) {
		const char *stream = json_string_value(json_object_get(item, "stream"));
		struct place *place = stream && strlen(stream) < STREAM_NAME_SIZE ? place_find(p, stream) : NULL;

		if (place && place->is_followed && strlen(node) < ID_SIZE)
			place_heard(p, place, node, item);
	}
}

static void place_renew(struct presence *p, struct place *place)
{
	struct person *who, *next;

	HASH_ITER(hh, place->people, who, next)
		if (who->node[0] == '\0')
			who->is_owed = true;
	mark(p, place, true);
}

void presence_tell(struct presence *p, const char *stream)
{
	struct place *place = place_find(p, stream);

	if (place)
		place_renew(p, place);
}

void presence_tell_all(struct presence *p)
{
	struct place *place, *next;

	HASH_ITER(hh, p->places, place, next)
		place_renew(p, place);
}

/* --- nodes that are lost, or may have said what we did not hear ------------------------------------- */

void presence_doubt(struct presence *p, const char *node)
{
	struct place *place, *next;
	struct person *who, *who_next;

	HASH_ITER(hh, p->places, place, next)
		HASH_ITER(hh, place->people, who, who_next)
			if (who->node[0] && (!node || strcmp(who->node, node) == 0))
				who->is_doubtful = true;
	timer_start(p->doubt, PRESENCE_DOUBT_MS, 0);
}

static void doubt_ends(void *owner)
{
	struct presence *p = owner;
	struct place *place, *next;
	struct person *who, *who_next;

	HASH_ITER(hh, p->places, place, next)
		HASH_ITER(hh, place->people, who, who_next)
			if (who->is_doubtful)
				person_leave(p, place, who);
}

void presence_lose_node(struct presence *p, const char *node)
{
	struct place *place, *next;
	struct person *who, *who_next;

	HASH_ITER(hh, p->places, place, next)
		HASH_ITER(hh, place->people, who, who_next)
			if (strcmp(who->node, node) == 0)
				person_leave(p, place, who);
}

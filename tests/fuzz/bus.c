/* bus.c - messages on the bus, heard by a real hub whose database is away. A message is a line, so that several may
 * follow one another; it comes as PostgreSQL's notifications do. Whatever they say: what this node knows of its own people stays as it is. */
#include "lib/fuzz.h"
#include "loop/loop.h"
#include "stream/hub_private.h"
#include <stdlib.h>
#include <string.h>
#include <uv.h>

#define NODE "01890000-0000-7000-8000-00000000000a"
#define BOARD "01890000-0000-7000-8000-0000000000f1"
#define STREAM "board:" BOARD
#define OURS "aaaaaaaaaaaa-1"

static const struct stream_kind board_kind = { .name = "board", .has_presence = true, .hint_topic = "boards" };
static const struct stream_kind *const kinds[] = { &board_kind, NULL };
static struct caller caller = { .member = "01890000-0000-7000-8000-0000000000b1", .organisation = "01890000-0000-7000-8000-0000000000c1",
	.name = "Anna" };
static struct loop *loop;
static struct db *db;
static struct hub *hub;
static json_t *our_people; /* as they were at the beginning */

/* Whom db/ tells of notifications: heard in passing, by the linker. */
static void (*heard)(void *owner, const char *payload);
static void *heard_owner;
struct db_listen *__real_db_listen_create(struct db *to, const char *channel, void (*heard_by)(void *owner, const char *payload),
	void (*restored)(void *owner), void *owner);
struct db_listen *__wrap_db_listen_create(struct db *to, const char *channel, void (*heard_by)(void *owner, const char *payload),
	void (*restored)(void *owner), void *owner);

struct db_listen *__wrap_db_listen_create(struct db *to, const char *channel, void (*heard_by)(void *owner, const char *payload),
	void (*restored)(void *owner), void *owner)
{
	heard = heard_by;
	heard_owner = owner;
	return __real_db_listen_create(to, channel, heard_by, restored, owner);
}

static const struct caller *caller_of(void *owner, uint64_t conn)
{
	(void)owner;
	(void)conn;
	return NULL;
}

static void grown(void *owner, const char *kind, const char *id)
{
	(void)owner;
	(void)kind;
	(void)id;
}

static void feed(void *owner, const char *topic, const struct access *access)
{
	(void)owner;
	fuzz_check(strcmp(topic, "boards") == 0, "%s", topic);
	if (access)
		access_may_read(access, &caller);
}

void fuzz_begin(void)
{
	static const struct db_stmt *const none[] = { NULL };
	static const struct db_stmt *const *const lists[] = { none, NULL };
	struct err err;
	json_t *list;

	json_object_seed(1);
	loop = loop_create();
	db = db_create(loop, &(struct db_config){ .conninfo = "host=/nonexistent", .pool_size = 2, .statement_timeout_ms = 1000,
		.queue_ms = 1000, .statements = lists, .application = "fuzz" });
	hub = hub_create(&(struct hub_config){ .loop = loop, .db = db, .kinds = kinds, .node = NODE, .caller_of = caller_of,
		.grown = grown, .feed = feed }, &err);
	if (!hub)
		abort();
	hub_hold(hub, "board", BOARD, 7);
	presence_follow(hub->presence, STREAM);
	presence_put(hub->presence, STREAM, OURS, &caller, NULL);
	list = json_loads(presence_list(hub->presence, STREAM, ""), 0, NULL);
	our_people = json_deep_copy(json_array_get(list, 0));
	json_decref(list);
}

static bool is_ours(const json_t *shown)
{
	return strcmp(json_string_value(json_object_get(shown, "conn")), OURS) == 0;
}

/* All others leave with their nodes. */
static void forget_others(const char *text)
{
	json_t *message = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
	const char *node = json_string_value(json_object_get(message, "n"));
	json_t *bye = json_pack("{s:s*, s:b}", "n", node, "bye", 1);
	char *out = json_dumps(bye, JSON_COMPACT);

	if (out)
		heard(heard_owner, out);
	free(out);
	json_decref(bye);
	json_decref(message);
}

void fuzz_input(const uint8_t *bytes, size_t size)
{
	struct fuzz_bytes b = { bytes, bytes + size }, again = b;
	size_t i, seen = 0;
	json_t *list, *shown;
	char *line;

	while ((line = fuzz_line(&b))) {
		heard(heard_owner, line);
		free(line);
	}
	list = json_loads(presence_list(hub->presence, STREAM, ""), 0, NULL);
	json_array_foreach(list, i, shown)
		if (is_ours(shown)) {
			fuzz_check(json_equal(shown, our_people), "somebody else speaks for our people");
			seen++;
		}
	fuzz_check(seen == 1, "our people are there %zu times", seen);
	json_decref(list);
	while ((line = fuzz_line(&again))) {
		forget_others(line);
		free(line);
	}
	list = json_loads(presence_list(hub->presence, STREAM, ""), 0, NULL);
	fuzz_check(json_array_size(list) == 1, "%zu people are left when their nodes have gone", json_array_size(list));
	json_decref(list);
	uv_run(loop_uv(loop), UV_RUN_NOWAIT); /* presence ticks when it is time */
}

/* bus_pg.c - the bus over PostgreSQL's NOTIFY: one channel, where every node hears everything. */
#include "stream/bus_private.h"
#include "db/db.h"
#include <stdlib.h>
#include <string.h>

#define CHANNEL "korsdrag"
#define PAYLOAD_MAX 7900 /* PostgreSQL takes less than 8,000 */

struct way {
	struct road *road;
	struct db_listen *listen;
};

static void heard(void *owner, const char *payload)
{
	bus_heard(((struct way *)owner)->road, payload, strlen(payload));
}

static void restored(void *owner)
{
	bus_restored(((struct way *)owner)->road);
}

static void *way_create(struct road *road, const struct bus_config *config, struct err *err)
{
	struct way *w = calloc(1, sizeof(*w));

	if (w) {
		w->road = road;
		w->listen = db_listen_create(config->db, CHANNEL, heard, restored, w);
	}
	if (w && w->listen)
		return w;
	free(w);
	err_set(err, KD_E_INTERNAL, "out of memory");
	return NULL;
}

static void way_destroy(void *way)
{
	struct way *w = way;

	db_listen_destroy(w->listen);
	free(w);
}

static bool way_send(void *way, const char *stream, const char *text, size_t len)
{
	(void)stream;
	(void)len;
	db_listen_notify(((struct way *)way)->listen, text);
	return true;
}

static bool way_is_up(const void *way)
{
	return db_listen_is_up(((const struct way *)way)->listen);
}

const struct bus_way bus_pg = {
	.name = "postgresql", .message_max = PAYLOAD_MAX, .create = way_create, .destroy = way_destroy, .send = way_send, .is_up = way_is_up,
};

/* bus_private.h - the two ways on which the bus's messages travel. */
#ifndef STREAM_BUS_PRIVATE_H
#define STREAM_BUS_PRIVATE_H
#include "stream/bus.h"
struct road; /* a way as one bus uses it */

struct bus_way {
	const char *name;
	size_t message_max; /* octets */
	/* NULL: wrong settings or no memory. */
	void *(*create)(struct road *road, const struct bus_config *config, struct err *err);
	void (*destroy)(void *way); /* sends what waits first */
	bool (*send)(void *way, const char *stream, const char *text, size_t len); /* stream NULL: to every node; false: dropped */
	void (*follow)(void *way, const char *stream, bool is_wanted); /* NULL: every node hears everything */
	bool (*is_up)(const void *way);
	const char *(*reason)(const void *way); /* see bus_reason; NULL: it has none to give */
};
extern const struct bus_way bus_pg, bus_nats;

/* From the way to the bus. */
void bus_heard(struct road *road, const char *text, size_t len);
void bus_restored(struct road *road);
void bus_lost(struct road *road);
#endif

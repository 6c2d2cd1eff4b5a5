/* bus_private.h - the two ways on which the bus's messages travel. */
#ifndef STREAM_BUS_PRIVATE_H
#define STREAM_BUS_PRIVATE_H
#include "stream/bus.h"

struct bus_way {
	const char *name;
	size_t message_max; /* octets */
	/* NULL: wrong settings or no memory. */
	void *(*create)(struct bus *b, const struct bus_config *config, struct err *err);
	void (*destroy)(void *way); /* sends what waits first */
	bool (*send)(void *way, const char *stream, const char *text, size_t len); /* stream NULL: to every node; false: dropped */
	void (*follow)(void *way, const char *stream, bool is_wanted); /* NULL: every node hears everything */
	bool (*is_up)(const void *way);
};
extern const struct bus_way bus_pg, bus_nats;

/* From the way to the bus. */
void bus_heard(struct bus *b, const char *text, size_t len);
void bus_restored(struct bus *b);
#endif

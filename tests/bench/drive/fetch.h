/* fetch.h - a snapshot over HTTP, as a client gets it that comes alone: a connection of its own, waited for, inflated whole. */
#ifndef BENCH_FETCH_H
#define BENCH_FETCH_H
#include "drive.h"

/* GET `path` from where the client is. Its bytes count as received. How many it holds inflated; ends the driver when it cannot be had. */
size_t fetch(const struct client *c, const char *path, size_t path_len);
#endif

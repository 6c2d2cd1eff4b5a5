/* reach.h - what it takes to reach a server: addresses and tokens. Whatever is wrong is said on standard error. */
#ifndef CLIENTS_LOAD_REACH_H
#define CLIENTS_LOAD_REACH_H
#include "clients/load/conn.h"
#include "clients/load/options.h"
#include <netinet/in.h>

struct tokens {
	char **list;
	uint32_t count;
};

bool tokens_read(struct tokens *t, const char *file); /* one a line; NULL: the one in KORSDRAG_TOKEN */
void tokens_finish(struct tokens *t);
bool targets_read(struct conn_target targets[URLS_MAX], const struct options *o); /* of its URLs */

/* An address of loopback for the connection with that number, a new one for each `per_address`: ports and the server's limits
 * last longer so. False: the server is elsewhere, or none is wanted. */
bool source_choose(struct sockaddr_in *ret_source, const struct conn_target *target, uint32_t number, int64_t per_address);
#endif

/* raw.h - sockets to a node, from any address of this host's loopback network, and what its limits have counted. */
#ifndef TESTS_RAW_H
#define TESTS_RAW_H
#include "harness.h"

/* Connects from `from` ("127.0.3.7"; NULL: anywhere); reads wait 20 s. -1 when it is refused. */
int raw_dial(const struct world *w, int node, const char *from);
void raw_say(int fd, const char *text);
/* What still comes until the server closes, in a buffer that the next call uses anew; "" when it says nothing. */
const char *raw_rest(int fd);
void raw_close(int fd);

/* korsdrag_limit_refusals_total of a setting, "limit.message". */
int refusals(const struct world *w, const char *setting);
/* Waits until it is so many: some are counted a moment after the client knows. */
void expect_refusals(const struct world *w, const char *setting, int count);
#endif

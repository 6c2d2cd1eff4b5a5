/* nats_world.h - a world whose nodes are joined by NATS, and what its tests wait for. */
#ifndef TESTS_NATS_WORLD_H
#define TESTS_NATS_WORLD_H
#include "steps.h"
#include "tests/lib/nats_server.h"

#define BOARD_STREAM STREAM("board", BOARD(IN_NETWORK))
#define CHANGE_MS 20000 /* generous: a silent server is found out within two seconds on a host with nothing else to do */

struct nats_server nats_server_new(void); /* not started; its folder is in this run's */
/* Nodes that know all of these servers, and that are connected. NULL ends the servers. `more`: lines of settings. */
struct world *joined_by(int nodes, const struct nats_server *const *servers, const char *more);
#define ALL_OF(...) ((const struct nats_server *const[]){ __VA_ARGS__, NULL })

bool is_connected(const struct world *w, int node);
char *trouble_of(const struct world *w, int node); /* the reason that /ready gives, or ""; the caller's to free */
void until_node_connected(const struct world *w, int node, bool is);
void until_connected(const struct world *w, bool is); /* all nodes */
void until_interest(const struct nats_server *s, const char *subject, int count);

/* One makes a card, the other sees it; how long that took, in ms. */
int64_t sees_a_card(struct person *anna, struct person *kalle);
#endif

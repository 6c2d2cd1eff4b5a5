/* proxy.h - stands between a node and PostgreSQL, and holds a COMMIT or its answer back, or loses it. */
#ifndef TESTS_PROXY_H
#define TESTS_PROXY_H
#include "harness.h"

struct proxy {
	pid_t pid;
	int control;
	char folder[64]; /* for node.pg_folder */
};

/* Listens in a folder of the world's; to be begun while the node is not running. */
struct proxy proxy_start(const struct world *w);
void proxy_stop(struct proxy *p);

/* What the next COMMIT meets. */
void proxy_hold_answer(struct proxy *p); /* PostgreSQL hears of it, but what it answers stays here */
void proxy_hold_commit(struct proxy *p); /* it stays here */
void proxy_wait_held(struct proxy *p);
void proxy_release(struct proxy *p);
void proxy_freeze(struct proxy *p);  /* nothing passes any more, nothing is closed: a partition; until proxy_release */
void proxy_cut(struct proxy *p); /* the connection it came by is lost, at both ends, with what was held */
#endif

/* cluster.h - a PostgreSQL of a test's own, which it may stop, kill and promote: a primary, and a standby when it wants one. */
#ifndef TESTS_CLUSTER_H
#define TESTS_CLUSTER_H
#include "harness.h"

/* For a suite's .init and .fini: the primary "pg" with the fixture's template, where this process' worlds are from then on. */
void cluster_make(void);
void cluster_end(void);

/* tests/lib/postgres VERB of "pg" or "standby". */
void cluster_do(const char *verb, const char *which, const char *more);
/* The standby "standby", and both as the hosts of the worlds made from then on. Commits wait for it, or not. */
void cluster_standby(bool is_synchronous);

void cluster_promote(void); /* the standby; tests look behind the nodes there from then on */
void cluster_kill(const char *which);            /* SIGKILL of the postmaster; its children end by themselves */
void cluster_signal(const char *which, int sig); /* to all its processes: SIGSTOP, SIGCONT */
const char *cluster_folder(const char *which);   /* good for four calls */

int ready_status(struct world *w, int node);
void until_ready(struct world *w, int node);
/* Logs of the test's nodes say that the database was away, and rightly. */
void world_end_after_outage(struct world *w);

/* Asks until it is done; how often it had to be asked again. */
int insist(struct person *p, const char *thread, const char *op, json_int_t *ret_seq);
/* How many posts, events and which head a thread must have by now: nothing lost, nothing twice, no gap. */
void posts_expect(struct world *w, const char *thread, int posts, json_int_t head);
#endif

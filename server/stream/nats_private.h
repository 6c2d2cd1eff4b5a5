/* nats_private.h - what the files of the link to NATS share. */
#ifndef STREAM_NATS_PRIVATE_H
#define STREAM_NATS_PRIVATE_H
#include "stream/nats_queue.h"
#include <nats/nats.h>
#include <pthread.h>
#include <uthash.h>

#define LINK_REASON_SIZE 256

struct link_subscription {
	char subject[NATS_SUBJECT_SIZE];
	natsSubscription *sub; /* NULL: while there is no connection */
	UT_hash_handle hh;
};

struct nats_link {
	struct nats_link_config config; /* not changed */
	pthread_t thread;
	bool has_thread;

	pthread_mutex_t lock; /* guards what stands between here and the next blank line */
	pthread_cond_t is_more; /* to be done; by the clock that only goes forward */
	struct link_queue todo, news;
	bool has_lost_news, is_ending, is_over;
	struct wake *wake; /* NULL when it is over */

	/* the thread's own */
	natsOptions *options;
	natsConnection *nc; /* NULL: not connected */
	struct link_subscription *subscriptions;
	int server_count, server_next; /* where the next round begins */
	int failed_rounds;
	int64_t try_at_ms;

	/* the loop's own */
	bool is_up;
	char reason[LINK_REASON_SIZE]; /* why it is not up, or what the server does not let us do */
	enum link_what logged;         /* what kind of trouble was logged last, */
	int64_t logged_ms;             /* and when */
	struct metric *up, *connects, *failures, *dropped_out, *dropped_in;
	struct nats_link *next_over;
};

/* nats_trust.c: whom we believe, and how we show who we are. */
bool nats_options_trust(natsOptions *o, const struct nats_link_config *c, struct err *err) KD_MUST_CHECK;

/* nats_thread.c */
bool nats_options_connection(struct nats_link *l, struct err *err) KD_MUST_CHECK; /* how we connect, and what calls back */
void *nats_thread(void *link); /* until LINK_END; then the connection is gone */
#endif

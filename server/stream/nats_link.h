/* nats_link.h - a connection to NATS that never holds the loop.
 *
 * The library (cnats) blocks in its calls and calls back on threads of its own. One thread of ours makes all calls;
 * what it is to do waits in a bounded queue, and what is heard comes back through another and a wake of the loop.
 * While NATS is away, what is published is dropped: the journal fills the gap. Subscriptions are remembered, and made again
 * before the link says that it is up. */
#ifndef STREAM_NATS_LINK_H
#define STREAM_NATS_LINK_H
#include "base/err.h"
#include <stdbool.h>
#include <stddef.h>
struct loop; struct nats_link;

#define NATS_SUBJECT_SIZE 128
#define NATS_MESSAGE_MAX (256 * 1024) /* beyond it a message is not sent; NATS itself takes 1 MiB */
#define NATS_QUEUE_MAX (4 << 20)      /* octets that wait in either direction; beyond it messages are dropped */

struct nats_link_config {
	struct loop *loop;
	const char *const *servers;   /* nats://host:4222 or tls://…; NULL at the end; any of them will do */
	const char *credentials_file; /* "": none; the others likewise */
	const char *user, *password, *token;
	const char *ca_file, *certificate_file, *key_file; /* the last two: how we show who we are */
	const char *name;             /* what NATS's own monitoring calls us */
	const char *subject;          /* heard from the first on; a server that does not let us is as good as none */
	void (*heard)(void *owner, const char *subject, const char *text, size_t len);
	/* The connection came or went. When more was heard than could be kept it "comes" again: something was missed. */
	void (*came)(void *owner, bool is_up);
	void *owner;
};

/* NULL: the settings are not usable (a file that cannot be read, say), or no memory. That no server answers, or that one refuses
 * us, is no failure: all are tried again, for ever, with a growing pause up to 2 s. A server that falls silent is given up within
 * 2 s, and then another is tried. */
struct nats_link *nats_link_create(const struct nats_link_config *config, struct err *err);
void nats_link_destroy(struct nats_link *l); /* sends what waits, for at most a second, or waits 2 s for a try to connect; NULL is fine */

bool nats_link_is_up(const struct nats_link *l);
/* Why it is not up, or what the server does not let us do: for the operator. NULL: nothing is wrong. Good until the next turn. */
const char *nats_link_reason(const struct nats_link *l);
bool nats_link_publish(struct nats_link *l, const char *subject, const char *text, size_t len); /* false: dropped */
bool nats_link_subscribe(struct nats_link *l, const char *subject); /* false: no memory */
void nats_link_unsubscribe(struct nats_link *l, const char *subject);
#endif

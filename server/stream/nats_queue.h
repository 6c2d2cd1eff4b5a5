/* nats_queue.h - what waits to be done or told by another thread. The caller holds the lock. */
#ifndef STREAM_NATS_QUEUE_H
#define STREAM_NATS_QUEUE_H
#include "stream/nats_link.h"

enum link_what {
	LINK_PUBLISH, LINK_SUBSCRIBE, LINK_UNSUBSCRIBE, LINK_CLOSED, LINK_END, /* for our thread to do */
	LINK_HEARD,       /* for the loop to know: a message */
	LINK_UP,          /* connected; the text is the server */
	LINK_DOWN,        /* and not any more; the text is why */
	LINK_UNREACHED,   /* no server answered; the text is which and why */
	LINK_REFUSED,     /* one answered that will not have us, or that we do not believe */
	LINK_COMPLAINT,   /* the server does not let us do one thing */
};

struct link_message {
	struct link_message *prev, *next;
	enum link_what what;
	char subject[NATS_SUBJECT_SIZE];
	size_t len;
	char text[]; /* ends with a NUL that `len` does not count */
};

struct link_queue {
	struct link_message *first;
	size_t octets;
};

struct link_message *link_message_create(enum link_what what, const char *subject, const char *text, size_t len); /* NULL: no memory */
void link_messages_free(struct link_message *first);

/* Takes `m`. What changes a state is never refused; what only tells is (false), when more than NATS_QUEUE_MAX waits. */
bool link_queue_put(struct link_queue *q, struct link_message *m);
struct link_message *link_queue_take_all(struct link_queue *q); /* the caller's to free */
#endif

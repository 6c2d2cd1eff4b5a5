/* reader.h - one who asks over HTTP for what a stream holds: who it is, whether they may read it, and its snapshot.
 *
 * Who asks is looked up anew for each request, and the right to read is looked at with that, as for a connection: what does not
 * exist and what is not for them are the same answer. */
#ifndef RPC_READER_H
#define RPC_READER_H
#include "net/net.h"
#include "rpc/call.h"
#include "rpc/caller.h"
#include "stream/openings.h"
struct rpc;

/* Embedded in its owner, zeroed. Each hook runs once, on a later step of the loop, and goes on or ends with reader_end or
 * reader_refuse. */
struct reader {
	void (*allowed)(struct reader *r); /* they may read it: at->head events; go on with reader_read */
	void (*read)(struct reader *r);    /* `snapshot` is there; the reader's reference */
	void (*free)(struct reader *r);    /* frees the owner, who lets go of what is its own */
	enum call_rate rate;               /* what it counts as */
	/* from reader_begin on */
	struct rpc *rpc;
	struct http_request *request;
	const struct stream_kind *kind;
	char name[STREAM_NAME_SIZE]; /* "kind:id" */
	const char *id;              /* in name */
	struct caller_ref *caller;   /* from `allowed` on */
	struct snapshot *snapshot;
	struct opening_wait opening;
	struct db_ticket ticket;
	struct reader *prev, *next;  /* rpc->readers */
};

/* Of a HTTP_SIGNED_IN route. `name` is a stream's, not checked yet; NULL: it is about none, and `allowed` runs when the caller is known. */
void reader_begin(struct reader *r, struct rpc *rpc, struct http_request *request, const char *name);
void reader_read(struct reader *r, int64_t least); /* what it holds at that event or later */
void reader_end(struct reader *r);                  /* after the request was answered */
void reader_refuse(struct reader *r, int status, const char *why); /* answers in plain text, and ends */

/* Whether the address still has a share of that rate; false: answered 429. */
bool reader_is_paced(struct rpc *rpc, struct http_request *request, enum call_rate rate);
/* Answers what cannot even begin. */
void reader_reply(struct http_request *request, int status, const char *why);
#endif

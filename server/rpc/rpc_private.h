/* rpc_private.h - what the files of rpc/ share: connections with their callers, and calls under way. */
#ifndef RPC_RPC_PRIVATE_H
#define RPC_RPC_PRIVATE_H
#include "rpc/rpc.h"
#include "rpc/caller.h"
#include "rpc/rate.h"
#include "rpc/recent.h"
#include "rpc/seats.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/hash.h"
#include "base/log.h"
#include "base/metrics.h"
#include "loop/loop.h"
#include "net/net.h"
#include "db/replica.h"
#include "stream/hub.h"
#include "stream/journal.h"
#include <utlist.h>

#define HELD_MAX 128                 /* messages that wait while the caller's rights are read */
#define HELD_BYTES_MAX (256 * 1024)
#define CALL_MEMORY_MAX (16u << 20)  /* bytes of one call's arena */
#define DOMAINS_MAX 8

struct held { /* a message that came before the caller was known */
	struct held *next;
	size_t len;
	char text[];
};

enum conn_state { CONN_ASKING /* whose credential is this? */, CONN_OPEN, CONN_CLOSING };

struct conn {
	uint64_t id;
	struct rpc *rpc;
	enum conn_state state;
	struct caller_ref *caller;      /* NULL while asking */
	char hash[HASH_SIZE];           /* of the credential */
	char address[64];
	bool is_bearer;
	bool was_asked_again;           /* the database was lost under the first asking */
	bool is_rechecking, recheck_again;
	bool is_due;                    /* it is looked at because its time has come, not because a right changed */
	int64_t opened_ms, checked_ms;
	struct held *held;
	int held_count;
	size_t held_bytes;
	int calls;                      /* under way */
	int bad;                        /* messages since bad_since_ms */
	int64_t bad_since_ms;
	unsigned topics;                /* bits of feed topics watched */
	int64_t told_ms;                /* when it was last told to ask again; before that, when it came */
	struct db_ticket ticket;
	UT_hash_handle hh;
};

/* The answers of one message: one object, or a batch that leaves when the last has come. */
struct reply_group {
	uint64_t conn;
	bool is_batch;
	int waiting;
	struct buf answers; /* of a batch, with commas between them */
	/* Of one call that came over HTTP: called once, with its answer, or NULL when there is none. */
	void (*answered)(void *owner, const char *text, size_t len);
	void *owner;
};

enum call_state { CALL_STEP, CALL_QUERY, CALL_TURN /* waits for its stream */, CALL_COMMIT,
	CALL_AGAIN /* waits a little before it runs again */, CALL_DONE };

struct call_run { /* the private part of a call */
	struct call call; /* first: a struct call * is a struct call_run * */
	struct rpc *rpc;
	uint64_t handle;
	enum call_state state;
	struct caller_ref *caller_ref;
	const struct rpc_binding *binding;
	struct method_stats *stats;
	const char *id;              /* as JSON text; NULL: a notification */
	struct reply_group *group;
	call_step *next;             /* after the query */
	call_step *after;            /* the handler's step once permission and turn are there */
	struct change change;
	struct opening_wait opening; /* what it shares with others */
	struct snapshot *snapshot;   /* a reference */
	bool is_paced;               /* on rpc->paced */
	struct call_run *paced_prev, *paced_next;
	call_decide_fn *decide;      /* instead of `after`, for what is decided in memory */
	bool is_in_change, is_create;
	char kind[STREAM_KIND_SIZE], object[ID_SIZE];
	struct access access;
	const char *op;
	json_t *result;              /* of a change, until its commit */
	int queries;
	int runs;                    /* begun: more than one when a connection to the database was lost under it */
	bool is_at_replica, avoids_replica; /* it failed there */
	bool has_secret;             /* its answer has a part that is told this once */
	int64_t began_us;
	struct db_ticket ticket;
	struct task task;
	UT_hash_handle hh;
};

struct method_stats {
	const struct rpc_binding *binding;
	struct metric *seconds, *ok, *refused;
};

struct domain { const char *name; void *state; };

struct rpc {
	char node[ID_SIZE];              /* a new id at each start */
	struct rpc_config config;
	struct net *net;
	struct hub *hub;
	struct journal *journal;
	struct buf answer;               /* one is written here before it leaves */
	struct rates *rates;
	struct seats *seats;
	struct recent *recent;
	struct conn *conns;
	struct call_run *calls;          /* by handle */
	struct call_run *paced;          /* whose next step waits for its turn */
	struct task pace;
	struct openings *openings;
	struct reader *readers;          /* who ask over HTTP */
	uint64_t next_handle;
	struct method_stats *stats;
	size_t stats_count;
	struct domain domains[DOMAINS_MAX];
	struct feed *feed;
	struct sign_ins *sign_ins;
	struct timer *tick;              /* each second: rechecks, drain */
	struct metric *again;
	struct timer *again_timer;       /* while calls are CALL_AGAIN */
	bool is_again_due;
	bool is_draining;
	int64_t drain_until_ms;
	void (*drained)(void *owner);
	void *drained_owner;
	struct metric *bad_messages, *signed_in_gauge;
	struct rpc_refusals {
		struct metric *message[KD_LIMITS]; /* by the limit that the scan named; [KD_LIMIT_NONE] is not used */
		struct metric *batch, *calls, *bad_messages, *session_check, *rate[RATE_CLASSES];
	} refusals;
};

/* conn.c */
struct conn *rpc_conn(struct rpc *rpc, uint64_t id); /* NULL when it has closed */
void conn_close(struct conn *conn, int code, const char *reason);
void conn_bad_message(struct conn *conn);
bool conn_send_text(struct rpc *rpc, uint64_t conn, const char *text, size_t len, bool is_reply);
bool conn_send_json(struct rpc *rpc, uint64_t conn, json_t *message, bool is_reply); /* borrowed */
/* Who sits on it: that row; -1: nobody we know. Or what went wrong. */
void conn_known(struct conn *conn, const struct db_rows *rows, int row, const struct err *err);
void conn_recheck(struct conn *conn); /* reads the caller again: rights may have changed */
void conn_recheck_member(struct rpc *rpc, const char *member);
void conn_tick(struct rpc *rpc);
void conn_free_all(struct rpc *rpc);

/* sign_ins.c */
struct sign_ins *sign_ins_create(struct rpc *rpc); /* NULL: no memory */
void sign_ins_destroy(struct sign_ins *s);
bool sign_ins_ask(struct sign_ins *s, const struct conn *c); /* conn_known then, on a later step of the loop, unless it has closed; false: no memory */

/* dispatch.c */
void dispatch_message(struct conn *conn, const char *text, size_t len);
bool dispatch_bind(struct rpc *rpc, struct err *err); /* every method exactly once */
struct method_stats *dispatch_find(struct rpc *rpc, const char *method);

/* call.c */
void call_start(struct call_run *run); /* runs the handler */
void call_end(struct call_run *run, json_t *result /* taken */, const struct err *err); /* answers and frees */
void call_end_text(struct call_run *run, const char *result); /* done; the result as JSON text */
void call_step_run(struct call_run *run, call_step *step);
void call_group_answer(struct rpc *rpc, struct reply_group *g, const char *answer, size_t len); /* one less to wait for; NULL: not answered */
void call_group_answer_json(struct rpc *rpc, struct reply_group *g, json_t *answer); /* taken, may be NULL */
void call_free_all(struct rpc *rpc);

/* A call with those parameters, in `mem`, which is the call's from here on. */
void call_begin(struct rpc *rpc, struct method_stats *stats, struct reply_group *group, struct caller_ref *caller, uint64_t conn,
	struct arena *mem, void *params, const char *id);

/* call_replica.c: whom a call asks. */
struct db *call_db(struct call_run *run, const struct db_stmt *stmt);

/* call_again.c: instead of ending, a call whose connection to the database was lost runs again from its beginning. Whether it
 * may; then it does so on the next step of the loop. */
bool call_left_replica(struct call_run *run); /* it failed there: the call runs again, at the primary */
bool call_may_run_again(const struct call_run *run, const struct err *err);
void call_run_again(struct call_run *run, const struct err *why);
void call_again_due(void *owner); /* rpc->again_timer */

/* call_opening.c */
void pace_run(struct task *t); /* rpc->pace */
void call_opening_cancel(struct call_run *run);

/* reader.c */
void readers_end(struct rpc *rpc); /* refuses all who ask over HTTP */

/* snapshot_http.c */
/* The text of its address, as JSON; and it is made small meanwhile. */
const char *snapshot_offer(struct rpc *rpc, struct arena *mem, const char *stream, struct snapshot *s);

/* feed.c */
struct feed *feed_create(struct rpc *rpc);
void feed_destroy(struct feed *f);
void feed_changed(void *owner, const char *topic, const struct access *access);
bool feed_topic_bit(const char *topic, unsigned *ret_bit);

#endif

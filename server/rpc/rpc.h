/* rpc.h - from frame to handler and back: decode, authorise, limit, dispatch, reply. */
#ifndef RPC_RPC_H
#define RPC_RPC_H
#include "rpc/call.h"
#include "net/net.h"
struct loop; struct db; struct db_replica;

struct rpc_config {
	struct loop *loop;
	struct db *db;
	struct db_replica *replica;                /* NULL: none */
	int64_t replica_lag_ms;
	const struct rpc_binding *const *bindings; /* NULL-terminated list of tables, each ended by method == NULL */
	const struct stream_kind *const *kinds;    /* NULL-terminated */
	/* Looks a credential up. Statement: $1 = hash of the credential, $2 = 't' for bearer. No row: unknown, ended, suspended.
	 * One row, the columns of struct caller; see caller_from_row in rpc/caller.c. Refreshes last_seen_at. */
	const struct db_stmt *caller_by_credential;
	/* The same for many: $1 = hashes, $2 = whether each is a bearer's. A row for each that is known, with its place in the lists, `n`. */
	const struct db_stmt *callers_by_credential;
	const struct db_stmt *caller_by_session;   /* $1 = session id: the same row, for refreshing */
	const struct db_stmt *credential_ended;    /* $1 = hash: a row whose `setting` names the limit that ended a known session; may be NULL */
	int64_t retry_ms;                          /* after its coming, a call that lost the database is not tried again */
	int calls_per_conn;                        /* under way at once: 64 */
	int conns_per_member;                      /* open at once on this node; 0: any number */
	struct kd_scan_limits scan;                /* of one message */
	int batch;                                 /* requests of one message: 20 */
	int bad_messages;                          /* borne in bad_messages_ms, then closed 1008 */
	int64_t bad_messages_ms;
	int64_t session_check_ms;                  /* how often a connection's session is looked at again */
	const struct nats_link_config *nats;       /* the bus between the nodes; NULL: over PostgreSQL */
	const char *bus_subjects;                  /* NATS: how our subjects begin */
	size_t models_max;                         /* bytes of streams' state held in memory */
	int64_t model_idle_ms;                     /* a stream's state that nobody looks at is dropped after so long */
	size_t snapshots_max;                      /* bytes of streams' snapshots kept for who opens them next */
	int64_t snapshot_idle_ms;                  /* one that nobody has come for is dropped after so long */
	int64_t rate_per_minute[5];                /* by enum call_rate, per member; burst is the same number */
};

struct loop *rpc_loop(const struct rpc *rpc);
extern const struct http_route rpc_routes[];  /* owner: struct rpc *; they answer with snapshots */
extern const struct rpc_binding stream_rpc[]; /* this room's own methods: stream.open, presence.set, … */

struct rpc *rpc_create(const struct rpc_config *config, struct err *err); /* NULL: a method without or with two bindings, or no memory */
void rpc_destroy(struct rpc *rpc);
const struct net_handlers *rpc_net_handlers(void); /* owner: struct rpc * */
void rpc_set_net(struct rpc *rpc, struct net *net);
void rpc_drain(struct rpc *rpc, int64_t spread_ms, void (*done)(void *owner), void *owner); /* clients are moved, commits answered */
bool rpc_bus_is_up(const struct rpc *rpc);
const char *rpc_bus_name(const struct rpc *rpc); /* "postgresql" or "nats" */
const char *rpc_bus_reason(const struct rpc *rpc); /* what is wrong with it; NULL: nothing is known to be */

/* A domain's own state for its handlers (mailer, config): set at start by main, read by handlers. */
void rpc_set_domain(struct rpc *rpc, const char *domain, void *state);
void *call_domain(const struct call *c, const char *domain);
#endif

/* call_replica.c - what may be a little old is asked of the replica, as long as nobody sees time run backwards by it.
 *
 * Who comes to this node, is told to ask again, or has written, gets an answer that holds what was confirmed by then: from the
 * replica once it has that, until then from the primary. Which statements may go there at all stands in the .sql files
 * ("-- replica"). None of them reads what a member may see: a right that has ended would live on at the replica for as long as
 * that is behind. So lists that are cut to what their reader may see (threads, boards, spaces) stay with the primary, as do
 * access facts, callers and all that belongs to a stream; the directory, the same for every member, goes. */
#include "rpc/rpc_private.h"

struct db *call_db(struct call_run *run, const struct db_stmt *stmt)
{
	struct rpc *rpc = run->rpc;
	const struct conn *conn;
	int64_t wrote_ms;
	struct db *db;

	run->is_at_replica = false;
	if (!rpc->config.replica || run->avoids_replica || run->binding->method->has_op || !(conn = rpc_conn(rpc, run->call.conn)))
		return rpc->config.db;
	wrote_ms = recent_ms(rpc->recent, run->call.caller->member);
	db = db_replica_for(rpc->config.replica, stmt, wrote_ms > conn->told_ms ? wrote_ms : conn->told_ms);
	run->is_at_replica = db != rpc->config.db;
	return db;
}

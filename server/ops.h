/* ops.h - what those who run the node ask it: is it alive, is it ready, how is it. */
#ifndef OPS_H
#define OPS_H
#include "net/net.h"
struct db; struct db_replica; struct rpc;
struct ops {
	struct db *db;
	const struct db_replica *replica; /* NULL: none */
	const struct rpc *rpc;
	bool is_draining;
};
extern const struct http_route ops_routes[]; /* owner: struct ops * */
#endif

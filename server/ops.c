/* ops.c - /health, /ready, /metrics. They say nothing of members or content. */
#include "ops.h"
#include "base/metrics.h"
#include "db/db.h"
#include "db/replica.h"
#include "rpc/rpc.h"

static void health(void *owner, struct http_request *r)
{
	(void)owner;
	http_reply_json(r, 200, json_pack("{s:s}", "status", "alive"));
}

/* Which server it is, and whether what is confirmed would survive it. */
static json_t *database(const struct ops *ops)
{
	const struct db_server *server = db_server(ops->db);
	json_t *replica = !ops->replica ? NULL : json_pack("{s:s*, s:I}", "host", db_replica_host(ops->replica), "age_ms",
		(json_int_t)db_replica_age_ms(ops->replica)); /* -1: not known */

	return json_pack("{s:s, s:I, s:b, s:o*}", "host", server->host, "timeline", (json_int_t)server->timeline,
		"synchronous_standby", server->is_synchronous, "replica", replica);
}

static void ready(void *owner, struct http_request *r)
{
	const struct ops *ops = owner;
	const char *why = ops->is_draining ? "draining" : db_is_up(ops->db) ? NULL : "the database is not available";

	http_header(r, "Cache-Control", "no-store");
	if (why)
		http_reply_json(r, 503, json_pack("{s:s, s:s}", "status", "not ready", "reason", why));
	else
		/* Without the bus a node is late by a second at most, and still of use. */
		http_reply_json(r, 200, json_pack("{s:s, s:o, s:{s:s, s:b, s:s*}}", "status", "ready", "database", database(ops),
			"bus", "kind", rpc_bus_name(ops->rpc), "connected", rpc_bus_is_up(ops->rpc), "reason", rpc_bus_reason(ops->rpc)));
}

static void metrics(void *owner, struct http_request *r)
{
	struct buf b;

	(void)owner;
	buf_init(&b, 8u << 20);
	metrics_print(&b);
	if (b.failed)
		http_reply(r, 500, "text/plain; charset=utf-8", "metrics do not fit\n", 19);
	else
		http_reply(r, 200, "text/plain; version=0.0.4; charset=utf-8", b.data ? b.data : "", b.len);
	buf_finish(&b);
}

const struct http_route ops_routes[] = {
	{ "GET", "/health", health, HTTP_ANYBODY, 0 },
	{ "GET", "/ready", ready, HTTP_ANYBODY, 0 },
	{ "GET", "/metrics", metrics, HTTP_ANYBODY, 0 },
	{ .path = NULL },
};

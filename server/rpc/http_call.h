/* http_call.h - a call whose parameters are more than a message may hold: they come as the body of a POST, the answer is JSON-RPC's.
 *
 * It is a call like any other: the method's table, permission, rate and journal are the same. Its parameters are read on another
 * thread (loop/work.h). Results and errors of the call come with status 200, as answers over a connection do. */
#ifndef RPC_HTTP_CALL_H
#define RPC_HTTP_CALL_H
#include "net/net.h"
#include "protocol/kd.h"
struct rpc;

/* Of a HTTP_SIGNED_IN route; its max_body bounds the parameters together with `limits`. */
void http_call(struct rpc *rpc, struct http_request *request, const char *method, const struct kd_scan_limits *limits);
#endif

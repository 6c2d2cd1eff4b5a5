/* talk.h - spaces, the threads in them, and posts: where members exchange experience in writing. */
#ifndef TALK_TALK_H
#define TALK_TALK_H
#include "rpc/call.h"
#include "post_sql.h"   /* post_statements[] */
#include "space_sql.h"  /* space_statements[] */
#include "thread_sql.h" /* thread_statements[] */

/* What main hands over with rpc_set_domain(rpc, "talk", …), for good. */
struct talk_config {
	size_t post_max; /* bytes of a post; at most KD_POST_MAX_BYTES */
};

extern const struct rpc_binding space_rpc[];
extern const struct rpc_binding thread_rpc[];
extern const struct rpc_binding post_rpc[];
extern const struct stream_kind *const talk_stream_kinds[]; /* "space", "thread"; NULL-terminated */
#endif

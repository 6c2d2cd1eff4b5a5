/* board.h - boards, their sections and cards: shared surfaces on which everybody who may write in the space
 * may make, move and change everything. Last writer wins, property by property; texts are sent with the
 * revision they are based on. Who leads a board may lock a part of it, or all. */
#ifndef BOARD_BOARD_H
#define BOARD_BOARD_H
#include "net/net.h"
#include "rpc/call.h"
#include "board_sql.h"   /* board_statements[] */
#include "section_sql.h" /* section_statements[] */
#include "card_sql.h"    /* card_statements[] */
#include "lock_sql.h"    /* lock_statements[] */
#include "timer_sql.h"   /* timer_statements[] */
#include "vote_sql.h"    /* vote_statements[] */
#include "writing_sql.h" /* writing_statements[] */

extern const struct rpc_binding board_rpc[];
extern const struct rpc_binding section_rpc[];
extern const struct rpc_binding card_rpc[];
extern const struct rpc_binding lock_rpc[];
extern const struct rpc_binding timer_rpc[];
extern const struct rpc_binding vote_rpc[];
extern const struct rpc_binding writing_rpc[];
extern const struct rpc_binding draft_rpc[];
extern const struct rpc_binding template_rpc[];
extern const struct rpc_binding board_import_rpc[];
extern const struct http_route board_routes[], board_import_routes[]; /* owner: struct rpc *; boards as files, and back */
extern const struct stream_kind *const board_stream_kinds[]; /* "board"; NULL-terminated */
#endif

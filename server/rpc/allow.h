/* allow.h - whether somebody may call a method at all. What they may do with the object is asked of stream/access.h and of
 * the domain's rules. */
#ifndef RPC_ALLOW_H
#define RPC_ALLOW_H
#include "rpc/call.h"

/* False: *err is `forbidden`. An access that is none allows nobody. */
bool allow_call(enum call_access access, const struct caller *caller, struct err *err);
#endif

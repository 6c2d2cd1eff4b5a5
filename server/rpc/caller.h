/* caller.h - a caller's record: made from one row, shared by connection and calls, replaced as a whole. */
#ifndef RPC_CALLER_H
#define RPC_CALLER_H
#include "stream/access.h"
struct db_rows;

struct caller_ref {
	struct caller caller;
	int refs;
	int64_t head; /* of the member's stream when the row was read */
	struct arena *mem;
};

/* Columns: member, session, name, organisation, organisation_short, organisation_name, locale, is_administrator, signed_in_at (ms), is_bearer, tracks, cohorts,
 * spaces (comma lists), grants (comma list of scope:id), head. NULL: no such row or no memory. */
struct caller_ref *caller_from_row(const struct db_rows *rows, int row);
struct caller_ref *caller_ref(struct caller_ref *c);
void caller_unref(struct caller_ref *c); /* NULL is fine */
#endif

/* budget.h - what a call of each method may cost: statements of its own, and bytes of its answer (security.md P6).
 *
 * The journal's statements are not counted, nor who may read the object: every change pays those. Whoever needs more than
 * is written here answers with a page, or has a good reason and says it in the table. */
#ifndef RPC_BUDGET_H
#define RPC_BUDGET_H
#include "protocol/kd.h"

struct budget {
	int queries;
	size_t bytes;
};

/* Changes that the table does not name have the usual one. NULL: a method that reads and has none. */
const struct budget *budget_of(const struct kd_method *method);
/* False when one of both is more than its budget, or there is none. */
bool budget_holds(const struct kd_method *method, int queries, size_t bytes);
#endif

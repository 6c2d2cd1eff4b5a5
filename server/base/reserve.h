/* reserve.h - memory put aside for work that can no longer be refused.
 *
 * A call that was let in must come to its end, with an answer or a rollback, and what it needs on the way cannot each time
 * be done without. When the system gives nothing, a piece of what was put aside is given back to it and the wish is tried
 * again. From then until all could be put aside again memory is short, and whoever lets new work in refuses it. For the
 * loop's thread alone. */
#ifndef BASE_RESERVE_H
#define BASE_RESERVE_H
#include <stdbool.h>
#include <stddef.h>

#define RESERVE_PIECES 16
#define RESERVE_PIECE (256u << 10) /* bytes; nobody writes there, so no page of them is resident */

bool reserve_keep(void); /* puts aside what is missing; false: not all of it */
bool reserve_give(void); /* gives a piece back to the system; false: there is none */

/* As malloc, never NULL: when even the reserve is used up the process stops. `purpose` is for the log. */
void *reserve_alloc(size_t size, const char *purpose);

/* Whether new work should be refused. Puts aside what is missing, if it can. */
bool reserve_is_low(void);

#endif

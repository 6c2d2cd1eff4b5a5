/* failing.h - memory that runs out when a test says so (D8).
 *
 * The linker turns malloc, calloc and realloc of our own code here, and jansson asks here as well. For all n, until nothing
 * fails any more:
 *
 *	for (long n = 0; alloc_fails(&n); n++)     the n-th allocation from here fails, and only that one
 *		… what may not crash, leak or lie …
 */
#ifndef TESTS_UNIT_ALLOC_FAILING_H
#define TESTS_UNIT_ALLOC_FAILING_H
#include <stdbool.h>

void alloc_fail_at(long n);   /* the n-th allocation from now on, from 0, gives NULL, once */
void alloc_fail_from(long n); /* that one and all that follow */
bool alloc_end(void);         /* as always again; whether one has failed */

#endif

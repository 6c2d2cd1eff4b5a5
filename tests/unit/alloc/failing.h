/* failing.h - memory that runs out when a test says so (D8).
 *
 * The linker turns malloc, calloc and realloc of our own code here, and jansson asks here as well. */
#ifndef TESTS_UNIT_ALLOC_FAILING_H
#define TESTS_UNIT_ALLOC_FAILING_H
#include <stdbool.h>

void alloc_fail_at(long n);   /* the n-th allocation from now on, from 0, gives NULL, once */
void json_fail_at(long n);    /* the same, of jansson's alone */
bool alloc_end(void);         /* as always again; whether one has failed */

#endif

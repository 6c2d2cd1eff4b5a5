/* expectations.h - permissions.txt, read: who may do what with which object. */
#ifndef TESTS_EXPECTATIONS_H
#define TESTS_EXPECTATIONS_H
#include <stddef.h>

struct expectation {
	char method[40], place[24], variant[24];
	char clauses[400]; /* "ok admin; forbidden *", groups written out */
	int line;
};

/* All lines; *ret_count of them. Fails the test when a line cannot be read. */
struct expectation *expectations_read(size_t *ret_count);
/* "ok", "forbidden", …: what `who` must be answered; good until the next call. */
const char *expectation_for(const struct expectation *e, const char *who);
#endif

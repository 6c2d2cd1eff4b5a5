/* wrong.h - values that a field must refuse, made from its row in the table. */
#ifndef TESTS_WRONG_H
#define TESTS_WRONG_H
#include "harness.h"

#define WRONG_MAX 12

struct wrong {
	const char *kind; /* "null", "wrong type", "too long", … */
	json_t *value;    /* the caller's */
	const char *at;   /* pointer behind the field's own: "" or "/0" */
};

size_t wrong_values(const struct kd_field *f, struct wrong ret_wrongs[WRONG_MAX]);
#endif

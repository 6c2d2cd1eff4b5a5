/* err.h - an expected failure, as a value.
 *
 * A function either returns an error or logs it, never both. `text` is for the person, `detail` for the log. */
#ifndef BASE_ERR_H
#define BASE_ERR_H
#include "protocol/kd.h"

struct err {
	enum kd_code code;
	char field[128];      /* JSON pointer into params, or "" */
	char text[200];       /* for the person; plain English, no full stop */
	char detail[200];     /* for the log only; may hold what the database said */
	char sqlstate[6];     /* "" unless the database failed the statement */
	char constraint[64];  /* name of the violated constraint, or "" */
	int64_t retry_after_ms; /* < 0: not said; set by err_set */
};

/* Both return false, so that a rule can `return err_set(…)`. */
bool err_set(struct err *err, enum kd_code code, const char *format, ...) __attribute__((format(printf, 3, 4)));
bool err_field(struct err *err, const char *field, const char *format, ...) __attribute__((format(printf, 3, 4))); /* KD_E_INVALID */
void err_detail(struct err *err, const char *format, ...) __attribute__((format(printf, 2, 3)));
#endif

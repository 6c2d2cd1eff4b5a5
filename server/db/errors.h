/* errors.h - what the database says, as a struct err. */
#ifndef DB_ERRORS_H
#define DB_ERRORS_H
#include "base/err.h"
#include <libpq-fe.h>

/* From a failed result; `what` names the statement. Fills sqlstate and constraint. Never holds people's
 * words. */
void db_err_from_result(struct err *err, const PGresult *result, const char *what);
void db_err_away(struct err *err, const char *detail); /* KD_E_UNAVAILABLE: there was no connection */
void db_err_lost(struct err *err, const char *detail); /* the same of one that was there: see db_was_lost */
void db_err_unknown(struct err *err, const char *detail); /* and of a COMMIT that was on its way: see db_is_unknown */
/* Replaces the sentence, keeps what the database said. Returns false. */
bool db_err_text(struct err *err, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* The server's sentence, unless it repeats values that somebody wrote; then only its SQLSTATE. */
const char *db_err_message(const PGresult *result);
#endif

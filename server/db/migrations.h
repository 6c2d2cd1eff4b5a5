/* migrations.h - the migrations that this program was built with, and what the database says of them. */
#ifndef DB_MIGRATIONS_H
#define DB_MIGRATIONS_H
#include "base/err.h"
#include <libpq-fe.h>

struct migration {
	int version;      /* 1, 2, … */
	const char *name; /* "0001_start" */
	const char *sql;
};
extern const struct migration migrations[]; /* in order; ends with version 0 */

/* A blocking connection; of several hosts to the primary on the newest timeline. NULL: *err says why. */
PGconn *migrations_connect(const char *conninfo, const char *application, struct err *err);
int64_t migrations_timeline(PGconn *pg); /* 0: a standby, or it cannot be asked */
/* How many of ours the database has, in order. -1: *err says what stands in the way: a changed or missing
 * migration, or one of a newer program. Reads schema_migration, which must exist. */
int migrations_applied(PGconn *pg, const struct migration *ours, struct err *err);
int migrations_count(const struct migration *ours);
/* db_migrate with other migrations than those built in, for tests. */
bool migrations_apply(const char *conninfo, const struct migration *ours, struct err *err) KD_MUST_CHECK;
#endif

/* replica.h - a standby that answers what may be a little old.
 *
 * How old its answers are is known: several times a second the primary is asked how far its log has come, and the replica
 * whether it has replayed that much. Once it has, it shows everything that was confirmed before the primary was asked. Who
 * must see something later than that, and everybody when the replica is too far behind or away, asks the primary. */
#ifndef DB_REPLICA_H
#define DB_REPLICA_H
#include "db/db.h"

struct db_replica;

/* As db_create; config->conninfo names one standby, config->statements are those that may be asked of it, db_replica_statements
 * among them; the primary's pool has db_primary_statements. Both pools outlive nothing: the replica is destroyed first. */
struct db_replica *db_replica_create(struct loop *loop, struct db *primary, const struct db_config *config, int64_t lag_ms);
void db_replica_destroy(struct db_replica *r); /* NULL is fine */
extern const struct db_stmt *const db_replica_statements[], *const db_primary_statements[];

/* Whom to ask this statement when its answer must hold all that was confirmed until since_ms (clock_mono_ms): the replica's
 * pool, or the primary's. */
struct db *db_replica_for(struct db_replica *r, const struct db_stmt *stmt, int64_t since_ms);

/* Where it is, and how old its answers are in milliseconds; NULL when it is away, and < 0 when nobody knows. */
const char *db_replica_host(const struct db_replica *r);
int64_t db_replica_age_ms(const struct db_replica *r);

const char *db_replica_wrong(const char *conninfo); /* as db_conninfo_wrong */
#endif

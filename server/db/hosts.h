/* hosts.h - the servers that a conninfo names, and with which of them the next attempt to connect begins.
 *
 * libpq walks through the hosts of a conninfo by itself, from the first one and each time anew. So a first host that takes
 * connections and never answers (a frozen machine), or one that still believes to be the primary although another has been
 * promoted since, would be all that we ever meet: from such a one the next attempt goes on. */
#ifndef DB_HOSTS_H
#define DB_HOSTS_H
#include "db/db.h"
#include <libpq-fe.h>

struct hosts;

/* Takes the conninfo as it is: what cannot be read counts as one host, and libpq says what is wrong. NULL: out of memory. */
struct hosts *hosts_create(const char *conninfo);
void hosts_destroy(struct hosts *h); /* NULL is fine */
int hosts_count(const struct hosts *h);

#define HOSTS_KEYS_MAX 4 /* that hosts_keys adds */
/* Puts the conninfo's keywords where libpq's …Params functions want them, expand_dbname being 1; how many. Good until the
 * next call. hosts_key is the same for one host only. */
int hosts_keys(struct hosts *h, const char **keys, const char **values);
int hosts_key(struct hosts *h, int host, const char **keys, const char **values);

void hosts_keep(struct hosts *h, const PGconn *pg); /* the next attempts begin with this one's host */
void hosts_pass(struct hosts *h, const PGconn *pg); /* with the one after it */

/* Each promotion begins a new timeline, a number that only grows. A primary on an older one than we have seen was left behind
 * by a failover and does not know: what it commits is lost. 0 (a standby has none of its own) is always admitted. */
bool hosts_admit(struct hosts *h, int64_t timeline);
int64_t hosts_timeline(const struct hosts *h); /* the newest one seen; 0: none */
#define HOSTS_TIMELINE "CASE WHEN pg_is_in_recovery() THEN 0 ELSE ('x' || left(pg_walfile_name(pg_current_wal_lsn()), 8))::bit(32)::bigint END"
/* Whether a commit waits for a standby before it is confirmed. */
#define HOSTS_IS_SYNCHRONOUS                                                                                           \
	"current_setting('synchronous_standby_names') <> '' AND current_setting('synchronous_commit') IN "                \
	"('on', 'remote_write', 'remote_apply')"

/* "10.0.0.2:5432" or "/run/postgresql:5432": where pg is connected, or trying to. */
void hosts_name(const PGconn *pg, char ret_name[DB_HOST_SIZE]);
#endif

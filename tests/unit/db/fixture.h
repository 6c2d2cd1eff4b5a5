/* fixture.h - a private PostgreSQL for this program (main.c starts it), and turning the loop until something
 * happened. */
#ifndef TESTS_UNIT_DB_FIXTURE_H
#define TESTS_UNIT_DB_FIXTURE_H
#include "db/db.h"
#include "loop/loop.h"
#include <libpq-fe.h>

/* tests/lib/postgres with these words; its one line of output without the line feed, in a static buffer. */
const char *postgres(const char *verb, const char *folder, const char *more);
const char *pg_folder(void); /* of the program's own cluster */

/* A fresh database, empty but for what `sql` makes as its owner (may be NULL). Its name, in a static buffer.
 */
const char *pg_newdb(const char *sql);
const char *pg_conninfo(
        const char *folder, const char *database, const char *user); /* one of 8 turning buffers */
PGconn *pg_connect(const char *database, const char *user);          /* blocking */
void pg_exec(PGconn *pg, const char *sql);
int pg_int(PGconn *pg, const char *sql);

#define STMTS(...) ((const struct db_stmt *const[]){ __VA_ARGS__ __VA_OPT__(, ) NULL })

/* One loop and one pool. */
struct world {
	struct loop *loop;
	struct db *db;
	PGconn *admin; /* superuser in the same database, blocking */
	int answers;   /* counted by those below */
};
struct world_options {
	const char *folder;                     /* NULL: the program's cluster */
	int pool_size;                          /* 0: 4 */
	int64_t statement_timeout_ms, queue_ms; /* 0: 5000 */
};
struct world *world_create(
        const char *database, const struct db_stmt *const *statements, struct world_options options);
void world_destroy(struct world *w);
void world_until(struct world *w, const bool *happened); /* fails after 20 s */
void world_until_answers(struct world *w, int answers);
void world_until_up(struct world *w);
void world_for(struct world *w, int64_t ms);

/* What one query came to. */
struct answer {
	struct world *world;
	bool is_in, was_ok;
	char text[64]; /* first column of the first row */
	int rows;
	int64_t affected;
	struct err err;
	int order;     /* the how-manieth answer of the world */
	bool is_ended; /* a commit's */
	enum db_outcome outcome;
};
db_done answer_take;
void answer_end(void *owner, enum db_outcome outcome, const struct err *err);
/* Asks and turns the loop until it is answered. */
struct answer ask(
        struct world *w, const struct db_stmt *stmt, ...); /* as many const char * as it has parameters */
#endif

/* conn.h - one slot of the pool: a connection with its prepared statements and its pipeline.
 *
 * Plain queries of many share a connection, each with a sync of its own; a transaction takes one for itself.
 */
#ifndef DB_CONN_H
#define DB_CONN_H
#include "db/link.h"
#include "db/op.h"

struct db;

enum conn_state {
	CONN_RESTING, /* not connected: waits for the pool's word */
	CONN_CONNECTING,
	CONN_PREPARING, /* connected: session settings and statements are under way */
	CONN_SHARED,    /* carries plain queries */
	CONN_TAKEN,     /* belongs to conn->tx */
};

struct conn {
	struct db *db;
	int number; /* in the pool, for the log */
	enum conn_state state;
	struct link link;
	struct op *pipeline; /* in flight, oldest first */
	int in_flight;
	struct db_tx *tx;
	bool is_retiring;      /* closed as soon as nothing is in flight: its plans or its server are stale */
	struct db_server server; /* once it is ready */
	int64_t head_since_ms; /* the oldest is waited for since then; while connecting: since when */
	struct err prepare_err; /* the first statement that did not prepare */
	int prepare_failures;
};

void conn_init(struct conn *conn, struct db *db, int number);
void conn_finish(struct conn *conn); /* quietly: what is in flight is forgotten */
void conn_connect(struct conn *conn);
bool conn_is_free(const struct conn *conn);       /* may carry plain queries, or be taken */
void conn_send(struct conn *conn, struct op *op); /* takes the op; never tells of failure at once */
void conn_take(struct conn *conn, struct db_tx *tx);
void conn_release(struct conn *conn); /* the transaction has ended */
void conn_retire(struct conn *conn);  /* is closed when what is in flight has been answered */
/* Breaks the connection if its server has not answered for too long. */
void conn_check(struct conn *conn, int64_t now_ms);
#endif

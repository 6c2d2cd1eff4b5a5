/* pool.h - what the files of db/ share: the pool, its queue, its transactions. */
#ifndef DB_POOL_H
#define DB_POOL_H
#include "base/metrics.h"
#include "db/conn.h"

enum tx_state {
	TX_WAITING, /* for a connection */
	TX_OPEN,    /* has one */
	TX_LOST,    /* will never have one again: whatever is asked fails */
	TX_STATES,
};

struct db_tx {
	struct db *db;
	struct db_tx *prev, *next; /* db->txs[state] */
	enum tx_state state;
	struct conn *conn;   /* TX_OPEN */
	struct op *held;     /* not sent yet, in order */
	struct task task;    /* TX_LOST: fails what is held */
	struct err err;      /* the last failure, or why it is lost */
	int64_t deadline_ms; /* TX_WAITING */
	bool is_started;     /* BEGIN and the first query are sent; the next ones wait for them */
	bool is_begun;       /* BEGIN has succeeded */
	bool is_ending;      /* commit or rollback was asked: the owner is gone */
	bool is_withdrawn;   /* rollback was asked: nobody is told anything any more */
};

enum lane { /* in the order they are served */
	LANE_USUAL,
	LANE_PATIENT, /* sent when nobody else waits, and few at a time, so that whoever comes next finds short pipelines */
	LANES,
};

struct waiting {
	struct op *ops; /* the longest waiting first */
	int count;
	size_t bytes;
};

struct db {
	struct loop *loop;
	struct hosts *hosts;
	char *application;
	struct db_server server;     /* the last one that connections were ready to */
	struct db_listen *listeners; /* they go where the pool goes */
	int64_t statement_timeout_ms, queue_ms;
	const struct db_stmt *const *const *statements;
	struct conn *conns;
	bool is_standby;
	int pool_size, ready, taken; /* ready: shared or taken */
	struct waiting waiting[LANES]; /* plain queries that wait for a connection */
	struct op *refused; /* failed already; told on the next step */
	struct task refuse;
	struct db_tx *txs[TX_STATES];
	struct timer *tick; /* deadlines, while there are any */
	bool is_ticking;
	int64_t heard_ms;   /* when the server last said anything, on any connection */
	int silent_ticks;   /* in a row that found it silent for too long */
	bool is_silent;     /* so all connections were given up */
	int64_t away_ms;    /* since when it is away, while none is ready */
	struct timer *retry; /* connects what rests */
	bool is_retrying;
	int64_t backoff_ms;
	struct err last_error; /* code KD_OK: none; a new one is logged once */
	int telling;           /* depth of running `done`s, in which the pool may not be destroyed */
	struct metric *m_ready, *m_taken, *m_queue, *m_failures, *m_failovers;
};

/* From a connection to its pool. */
void pool_conn_changed(struct conn *conn, enum conn_state from, enum conn_state to);
void pool_conn_failed(struct db *db, const struct err *why); /* refused or lost; it rests already */
void pool_dispatch(struct db *db);                           /* something became free */
void pool_leave(struct db *db, struct conn *conn); /* its server is no longer the primary: all look for another */
void pool_watch_deadlines(struct db *db);
int64_t pool_deadline(const struct db *db);

/* listen.c: the pool's server has changed or gone, so who listens there hears nothing any more. */
void listeners_move(struct db *db, const char *why);

/* tx.c, for the pool and its connections */
void tx_open(struct db_tx *tx, struct conn *conn);
void tx_lose(struct db_tx *tx, const struct err *why);
/* An operation of this transaction has been answered. Frees the transaction after its last; true: it has. */
bool tx_answered(struct db_tx *tx, const struct op *op);
void tx_destroy(struct db_tx *tx);
#endif

/* journal_private.h - what journal.c (a stream's transactions) and change.c (one command's turn in them) share. */
#ifndef STREAM_JOURNAL_PRIVATE_H
#define STREAM_JOURNAL_PRIVATE_H
#include "stream/journal.h"
#include "base/metrics.h"
#include <uthash.h>
#include <utlist.h>

enum batch_state { BATCH_BEGINNING, BATCH_RUNNING, BATCH_COMMITTING };

struct batch {
	char name[STREAM_NAME_SIZE];
	char id[ID_SIZE];
	char kind[STREAM_KIND_SIZE];
	struct journal *journal;
	enum batch_state state;
	struct db_tx *tx;
	bool exists;              /* the stream's row is there */
	bool is_broken;           /* the connection was lost: everything in it fails */
	int64_t head;             /* with what this transaction has appended */
	int64_t committed_head;   /* as it was when we got the lock */
	int taken;                /* changes that had their turn in this transaction */
	struct change *waiting;   /* in the order they came */
	struct change *current;
	struct change *kept;      /* done or refused, their commit is awaited */
	const struct access *access;
	UT_hash_handle hh;
};

struct journal {
	struct db *db;
	journal_committed *committed;
	void *owner;
	struct batch *batches;    /* by name */
	struct metric *commits, *changes, *undone;
};

/* journal.c */
void batch_next(struct batch *b);
void batch_break(struct batch *b, const struct err *err); /* frees it */
void change_end(struct change *ch, const struct err *err);

/* change.c */
void change_begin(struct batch *b); /* the first that waits has its turn */

#endif

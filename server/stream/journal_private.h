/* journal_private.h - what journal.c (a stream's transactions) and change.c (one command's turn in them) share. */
#ifndef STREAM_JOURNAL_PRIVATE_H
#define STREAM_JOURNAL_PRIVATE_H
#include "stream/journal.h"
#include "stream/models.h"
#include "base/buf.h"
#include "base/hash.h"
#include "base/metrics.h"
#include <utlist.h>

struct hot;

enum batch_state {
	BATCH_GATHERING, /* hot changes wait a little for more of them */
	BATCH_BEGINNING, BATCH_RUNNING, BATCH_COMMITTING,
};

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
	struct hot *hot;          /* what a batch decided in memory needs besides; NULL while the turn is another's */
	UT_hash_handle hh;
};

struct journal {
	struct db *db;
	journal_committed *committed;
	void *owner;
	struct batch *batches;    /* by name */
	struct journal_hot hot;
	struct models models;
	struct metric *commits, *changes, *undone, *guessed, *guessed_wrong;
};

/* journal.c */
void batch_next(struct batch *b);
void batch_break(struct batch *b, const struct err *err); /* frees it */
void batch_go_on(struct batch *b);    /* its transaction has ended: the next one, or it is freed */
void batch_fail(struct change **list, const struct err *err);
void commit_failed(struct err *ret_err, const struct batch *b, enum db_outcome outcome, const struct err *err); /* logged */
void change_end(struct change *ch, const struct err *err);

/* hot.c */
struct hot {
	struct batch *batch;
	struct model *model;       /* busy as long as it is here */
	struct timer *timer;       /* while more of them are gathered */
	int gathered, enough;      /* changes that wait, and how many need not wait for more */
	int tries;                 /* of the same changes, others having been in the way */
	struct access access;
	bool has_makes;            /* some of this batch make something */
	bool is_readable;          /* there is such a stream: `access` says what it is open to */
	struct change *undecided;  /* of this batch */
	const struct change **ops; /* decided in this batch, by op: a table of a power of two places */
	size_t op_places;
	int refusals;              /* that are to be remembered */
	bool is_guess;             /* decided without having asked */
	bool must_ask;             /* the next one is not */
	int64_t at_ms;             /* the time of its events */
	int64_t began_us;
	struct buf wire;           /* the batch's events as they travel, an array that is still open */
};
void hot_start(struct batch *b);                        /* those that wait are hot; they may gather first */
void hot_came(struct batch *b);                         /* one more waits */
void hot_finish(struct batch *b);                       /* the turn is another's */
void hot_break(struct batch *b, const struct err *err); /* ends what is undecided and finishes; NULL: nothing is */
void hot_break_busy(struct batch *b); /* memory is short: ends all that is in it */
void hot_committed(void *owner, enum db_outcome outcome, const struct err *err);
void hot_end(struct batch *b);        /* all of it is committed, or there was nothing to commit */
void change_reset(struct change *ch); /* it is decided anew */

/* hot_decide.c */
void hot_decide(struct batch *b); /* and has it written */

/* hot_guess.c */
bool hot_may_guess(const struct hot *h);
void hot_guess(struct batch *b);             /* what was known at the last batch is taken for known */
void hot_asked(struct batch *b, int missed); /* it was asked; so many events of others were found */
bool hot_guessed_wrong(struct batch *b, enum db_outcome outcome, const struct err *err); /* then nothing was written */
void hot_guessed_right(struct batch *b);

/* hot_write.c */
void hot_ask(struct batch *b, db_done *done);           /* the batch's first round trip, with BEGIN */
bool hot_write(struct batch *b, void (*done)(void *owner, enum db_outcome outcome, const struct err *err)); /* the second,
	with COMMIT. False: there was no memory, nothing was sent */

/* change.c */
void change_begin(struct batch *b); /* the first that waits has its turn */

#endif

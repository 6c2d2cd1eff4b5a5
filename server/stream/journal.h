/* journal.h - changes take turns on a stream, and those that wait together share one commit.
 *
 * A change is one command's part in a stream's transaction. It has its place in the stream's queue from journal_submit
 * on: turns come in that order. Its `turn` runs when it is alone on the stream, on a savepoint of its own; it asks the
 * database with change_query, gives events with change_emit and ends with change_finish or change_undo, so that one
 * command's failure never fails its neighbours. `ended` tells when all of it is committed (or not).
 *
 * An op has one answer. A repeated (actor, op) does not run: it ends with its first result or its first refusal, whichever
 * node it comes to; a refusal is told only once it is committed, as a result is. Only what says nothing of the op (busy,
 * unavailable, a fault of ours) is not remembered: the same op may be sent again and succeed.
 *
 * A hot change is decided in memory instead (`decide`, on the stream's model). All that wait together are one batch: their
 * ops, their right to write and what others have written meanwhile are asked for in one round trip with the stream's lock,
 * then each is decided in order, then all rows and events are written with a statement each and the COMMIT, in a second
 * one. Hot changes and others take their turns in one queue.
 *
 * An op is meant for one stream. Sent to two streams at the same moment, it is done at most once. */
#ifndef STREAM_JOURNAL_H
#define STREAM_JOURNAL_H
#include "stream/model.h"
#include "stream/stream.h"

struct journal;
struct loop;
struct batch;

enum change_state { CHANGE_WAITING, CHANGE_RUNNING, CHANGE_KEPT, CHANGE_ENDED };

/* Embedded in its owner, who sets the first part before journal_submit and keeps it until `ended`. */
struct change {
	char kind[STREAM_KIND_SIZE];
	char id[ID_SIZE];
	bool is_new;                /* the stream's row is made by this change */
	const char *actor;          /* member id; NULL: the server itself */
	const char *op;             /* NULL: not repeatable */
	int64_t at_ms;              /* the events' time */
	const struct access *access;/* what the stream is open to, for hints; NULL: no hints. Also until `ended` */
	/* Who may: `facts` of facts_id travel with the op's look-up, in the transaction; `admits` reads them and may refuse
	 * with *err. NULL: everybody may. */
	const struct db_stmt *facts;
	const char *facts_id;
	bool (*admits)(struct change *ch, const struct db_rows *facts, struct err *err);
	void (*turn)(struct change *ch);
	/* A hot change, instead of `turn` and `admits`. `facts` are the kind's access facts: `access` is what they say, NULL
	 * when there is no such stream. True: it is done, change_tell has told of it and `answer` is set. False: it changed
	 * nothing, *err says why; when `is_stranger` is set, that is not remembered. Asks nothing, waits for nothing. */
	bool (*decide)(struct change *ch, struct stream_model *m, const struct access *access, struct err *err);
	const struct model_kind *model;
	const char *makes;          /* an id that it will make: `is_taken` then says whether there is such a thing already. Or NULL */
	const char *answer;         /* its result as JSON text; the owner's until `ended`. A repeated op's first answer then */
	bool is_taken, is_stranger;
	void (*ended)(struct change *ch, const struct err *err); /* NULL: committed; `result` then holds the answer */

	json_t *result;             /* ours; freed after `ended` */
	/* journal's own */
	enum change_state state;
	struct batch *batch;
	struct change *prev, *next;
	json_t *events;             /* array of {type, body} */
	size_t event_bytes;         /* of them, as they are stored */
	int64_t first_seq;
	bool lacks_event;           /* one that there was no memory for */
	bool is_known;              /* the op has its answer: `result`, or `err` */
	struct err err;             /* code KD_OK: it was not refused */
	const char *type;           /* hot: its event's; NULL: none yet */
	size_t body_at, body_len;   /* hot: where its body stands in the batch's events */
	const struct change *same;  /* hot: the one before it in the batch that has the same op */
	char *known_answer;         /* hot: of a repeated op */
};

/* What was committed on one stream, from `first` to `last`: `events` is the array as it travels ({seq, at, actor, op, type,
 * body}), as text, borrowed. NULL: there was no memory for it; who needs it reads the journal. */
typedef void journal_committed(void *owner, const char *kind, const char *id, int64_t first, int64_t last, const char *events,
	const struct access *access);

/* Whether a refusal says of the op that it is not done, and never will be. */
bool refusal_is_final(enum kd_code code);
/* What Q_OP_ANSWER and Q_OP_REFUSE say: false, an op without an answer. Else *ret_result is its result (new), or NULL and *err
 * its refusal. */
void op_refusal_from_row(const struct db_rows *rows, int row, struct err *err);
bool op_answer_from_row(const struct db_rows *rows, json_t **ret_result, struct err *err) KD_MUST_CHECK;

struct journal *journal_create(struct db *db, journal_committed *committed, void *owner); /* NULL: out of memory */
struct journal_hot {
	struct loop *loop;
	size_t models_max;    /* bytes of all models */
	int64_t model_idle_ms;/* a model that nobody looks at is dropped after so long without a change */
	int (*viewers)(void *owner, const char *id); /* how many are looking at a stream here; may be NULL */
	void *owner;
};
void journal_set_hot(struct journal *j, const struct journal_hot *hot); /* before the first hot change */
void journal_tick(struct journal *j); /* each second or so */
void journal_destroy(struct journal *j); /* waiting changes end `unavailable` */
bool journal_is_idle(const struct journal *j);

void journal_submit(struct journal *j, struct change *ch);

/* Inside `decide` only. The number that its event gets; and the event itself, encoded on the spot. */
int64_t change_seq(const struct change *ch);
void change_tell(struct change *ch, const struct kd_event *event, const void *body);

/* Inside a turn only. */
void change_query(struct change *ch, const struct db_stmt *stmt, const char *const *params, db_done *done, void *owner);
/* Takes body. The event's number; 0 without a body or memory, and then change_finish undoes the change instead: what is
 * changed is told. */
int64_t change_emit(struct change *ch, const char *type, json_t *body);
void change_finish(struct change *ch, json_t *result);                  /* takes result */
void change_undo(struct change *ch, const struct err *err);             /* `ended` gets a copy of err */
#endif

/* call.h - one request from a client, as a row of small steps.
 *
 * Each step ends in exactly one verb, which says what to wait for and which step is next. No callbacks with user
 * data; no step calls another. Memory of a call is its arena `mem`: nothing is freed in handlers.
 *
 *	enum call_next card_move(struct call *c)
 *	{
 *		const struct kd_card_move *p = c->params;
 *		return call_change(c, "board", p->board, card_move_load);
 *	}
 */
#ifndef RPC_CALL_H
#define RPC_CALL_H
#include "stream/openings.h"
#include "stream/stream.h"

struct call;
struct rpc;
enum call_next { CALL_NEXT_ = 1 }; /* what verbs return; made by verbs only */
typedef enum call_next call_step(struct call *c);

struct call {
	const void *params;          /* decoded struct of the method's table */
	void *frame;                 /* zeroed, of the binding's frame_size: what outlives a step */
	const struct caller *caller; /* who asks; stays the same for the whole call */
	struct arena *mem;
	const struct db_rows *rows;  /* the last call_query's result: valid in this step only */
	const struct access *access; /* after call_open/call_change: what the object is open to */
	int64_t head;                /* after call_look */
	const struct snapshot *snapshot; /* after call_snapshot: until the call ends */
	struct err err;              /* for rules: `if (!rule(…, &c->err)) return call_refuse(c);` */
	int64_t now_ms;              /* when the call was accepted */
	const struct kd_method *method;
	uint64_t conn;
	/* the rest belongs to rpc/ */
};

/* --- verbs ------------------------------------------------------------------------------------------ */

/* Runs `next` after one statement; parameters are const char * (NULL: SQL null), stmt->params of them. Inside a
 * change it runs in the change's transaction; otherwise on its own. A failed statement ends the call with the
 * mapped error, so steps see only success. */
enum call_next call_query(struct call *c, call_step *next, const struct db_stmt *stmt, ...);

/* Reads the access facts of kind:id and checks that the caller may read it (else the call ends not_found), then `next`. */
enum call_next call_open(struct call *c, const char *kind, const char *id, call_step *next);

/* Like call_open, sharing the question with all who ask the same of that stream now; c->head is how far it has come. */
enum call_next call_look(struct call *c, const char *kind, const char *id, call_step *next);
/* The stream's snapshot with at least the event `least`, from memory or read for all who wait for it; `next` finds it in
 * c->snapshot, NULL when there is no such stream, or why not in c->err. For kinds whose snapshot is the same for everybody. */
enum call_next call_snapshot(struct call *c, const char *kind, const char *id, int64_t least, call_step *next);

/* Like call_open, but also requires access_may_write (else forbidden), and runs `next` inside the stream's
 * transaction, alone on that stream. Calls that wait together share one commit; each stands on its own savepoint.
 * A repeated `op` gets its first answer without running at all. */
enum call_next call_change(struct call *c, const char *kind, const char *id, call_step *next);
/* The same for a stream that this call creates. `within_kind:within_id` is what must be writable ("space", p->space);
 * the stream's row is inserted before `next` runs; an existing one with another creator's op is `conflict`. */
enum call_next call_create(struct call *c, const char *kind, const char *id, const char *within_kind, const char *within_id, call_step *next);
/* The same for streams whose permission is not `write` but decided by the handler itself in `next` (c->access is set
 * when the kind has facts, and the caller may read it). Used for network and member streams. */
enum call_next call_change_unchecked(struct call *c, const char *kind, const char *id, call_step *next);

/* Like call_change, for what is decided in memory: `decide` runs when its turn has come, with many others of the same
 * batch, and asks and waits for nothing. It changes the model and returns call_done(…), or leaves the model as it is, sets
 * c->err and returns false. c->access is set in there. `makes` is the id of what it will make, or NULL: call_is_taken
 * then tells whether there is such a thing already, on whichever stream. Its refusals are remembered, its repeated op is
 * answered as call_change says. */
struct stream_model;
typedef bool call_decide_fn(struct call *c, struct stream_model *m);
enum call_next call_decide(struct call *c, const char *kind, const char *id, const char *makes, call_decide_fn *decide);
int64_t call_seq(const struct call *c);     /* the number that its event will have */
bool call_is_taken(const struct call *c);
/* Tells of it: the event and the call's result, both encoded on the spot. Once; always true. */
bool call_done(struct call *c, const struct kd_event *event, const void *body, const void *result);

/* Ends. `result` is a struct of the method's result table, encoded on the spot. */
enum call_next call_reply(struct call *c, const void *result);
/* Inside a change: the same, but `secret_field` of the result is told this once and never stored: a repeated op gets the
 * answer without it. */
enum call_next call_reply_once(struct call *c, const void *result, const char *secret_field);
/* Ends with an object that is already JSON (taken; NULL is an internal error). Checked against the table in debug builds. */
enum call_next call_reply_json(struct call *c, json_t *result);
/* The same of what is JSON text already, borrowed. NULL is an internal error. */
enum call_next call_reply_text(struct call *c, const char *result);
/* Ends with the column `reply` (jsonb) of the first row; without a row not_found. Most lists are this. */
enum call_next call_reply_row(struct call *c);
/* Ends and undoes what the call wrote and emitted. */
enum call_next call_fail(struct call *c, enum kd_code code, const char *text, ...) __attribute__((format(printf, 3, 4)));
enum call_next call_fail_field(struct call *c, const char *field, const char *text, ...) __attribute__((format(printf, 3, 4))); /* invalid, naming the field */
enum call_next call_refuse(struct call *c); /* with c->err */

/* --- inside a change --------------------------------------------------------------------------------- */

/* Gives the event the stream's next number, which is returned; the body is encoded on the spot. Published after the
 * commit, to every subscriber on every node. Replies of changes carry it as `seq`. */
int64_t call_emit(struct call *c, const struct kd_event *event, const void *body);
int64_t call_emit_json(struct call *c, const struct kd_event *event, json_t *body); /* taken; checked in debug builds */

/* Every event on a member's stream makes all nodes read that member's rights again after the commit: connections are
 * closed or lose what they may no longer see. So changes of rights are journaled there (call_change_unchecked "member"). */

/* Says what the stream that this call creates is open to, when that is not what it was created within: hints of the
 * change go to those who may read it. */
void call_opens_to(struct call *c, const struct access *access);
/* access_from_row reads the access facts in the first row of a handler's own statement. */

/* --- numbers as text for call_query, in the call's memory --------------------------------------------- */
const char *call_int(struct call *c, int64_t value);
const char *call_bool(bool value); /* "t" or "f" */
const char *call_id(struct call *c); /* a new UUIDv7 */

/* --- bindings ------------------------------------------------------------------------------------------ */

enum call_access {
	ACCESS_GUEST = 1,     /* nobody is signed in yet: none of today's methods */
	ACCESS_MEMBER,        /* any member; the object's own check is in call_open/call_change/the handler */
	ACCESS_FACILITATOR,   /* any facilitator of any scope, or an administrator; the handler checks the scope */
	ACCESS_ADMINISTRATOR,
};
enum call_rate { RATE_READ = 1, RATE_WRITE, RATE_LIVE /* presence and board ops */, RATE_HEAVY /* search, import, export, mail */ };

struct rpc_binding {
	const struct kd_method *method;
	call_step *handler;
	enum call_access access;
	enum call_rate rate;
	size_t frame_size;
};

struct rpc;
#endif

/* stream.h - the journal: streams, their kinds, and how a change becomes events.
 *
 * stream(id, kind, head) and event(stream, seq, …): numbers are gapless per stream, given under the stream's
 * row lock, committed together with the state they describe. A stream is named "kind:uuid" on the wire.
 * This room knows connections, frames and rows, but no method and no domain; domains register their kinds. */
#ifndef STREAM_STREAM_H
#define STREAM_STREAM_H
#include "stream/access.h"
#include "base/err.h"
#include "base/arena.h"
#include "db/db.h"

struct model_kind;

/* A kind of stream, registered by its domain before the node serves. */
struct stream_kind {
	const char *name; /* "thread", "board", "space", "member", "network" */
	/* $1 = id. No row: no such stream. Columns: openness, track, cohort_id, space_id, board_id, member_id,
	 * is_archived (missing columns are not allowed; null is fine). */
	const struct db_stmt *access;
	/* $1 = id. One row: seq bigint, snapshot json. One statement is one database snapshot, so that the body is exactly the
	 * state at seq. The same for everybody who may read the stream, unless it has a $2: the member id of who asks. NULL: this
	 * kind has no snapshot (then `since` only). */
	const struct db_stmt *snapshot;
	const struct kd_field *snapshot_fields; /* checked in debug builds */
	const struct model_kind *model; /* NULL: no change is decided in memory */
	bool has_presence;
	/* Which feed topics a committed event touches, as text for `hint` notices ("threads", "boards", "spaces", "people"); NULL: none. */
	const char *hint_topic;
};

#define STREAM_KIND_SIZE 16
#define STREAM_NAME_SIZE 64 /* "kind:uuid" */
#define STREAM_NETWORK_ID "00000000-0000-7000-8000-000000000000" /* the one stream of kind "network" */

void stream_name_make(char ret_name[STREAM_NAME_SIZE], const char *kind, const char *id);
/* The kind of "kind:uuid" and where its id begins; NULL when malformed or unknown. `kinds` is NULL-terminated. */
const struct stream_kind *stream_name_read(const struct stream_kind *const *kinds, const char *name, const char **ret_id);
const struct stream_kind *stream_kind_find(const struct stream_kind *const *kinds, const char *name); /* NULL when unknown */
#endif

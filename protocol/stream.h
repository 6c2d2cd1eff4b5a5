/* stream.h - opening streams, presence and feeds as they travel. The field tables are in stream.c. */
#ifndef PROTOCOL_STREAM_H
#define PROTOCOL_STREAM_H
#include "protocol/kd.h"

#define KD_RESUME_MAX 1000   /* events of one catching up; beyond it the answer is a snapshot */
#define KD_PRESENT_MAX 200   /* connections shown as present on one stream, over all nodes; a crowd is told of these alone */
#define KD_LEFT_MAX 10000    /* of them that one notice says have left */
#define KD_HELD_MAX 100      /* cards that one person drags at once */
#define KD_CURSOR_FAR 1000000 /* cursors and drags may go beyond where cards may lie */

/* --- nouns ------------------------------------------------------------------------------------- */

struct kd_stream_event { /* an event in its envelope, as all events travel */
	int64_t seq, at;
	const char *actor, *op, *type;
	json_t *body;
};
struct kd_stream_event_list {
	size_t count;
	struct kd_stream_event *items;
};
extern const struct kd_field kd_stream_event_fields[];

struct kd_point {
	double x, y;
};

struct kd_present { /* someone who is here, through one connection */
	const char *conn, *member, *name, *organisation;
	struct kd_point *cursor;
	struct kd_ids held;
	const char *editing;
	struct kd_opt_bool typing, away;
};
struct kd_present_list {
	size_t count;
	struct kd_present *items;
};
extern const struct kd_field kd_present_fields[];

/* --- parameters and results -------------------------------------------------------------------- */

struct kd_stream_open {
	const char *stream;
	struct kd_opt_int since;
	struct kd_opt_bool fetch;
};
struct kd_stream_open_result {
	const char *stream;
	int64_t seq;
	const char *conn;
	bool may_moderate;
	json_t *snapshot;
	const char *snapshot_url;
	struct kd_stream_event_list events;
	struct kd_present_list present;
};
struct kd_stream_close {
	const char *stream;
};
struct kd_presence_set {
	const char *stream;
	struct kd_point *cursor;
	struct kd_ids held;
	const char *editing;
	struct kd_opt_bool typing, away;
};
struct kd_feed_watch {
	struct kd_texts topics;
};

/* --- notices ------------------------------------------------------------------------------------ */

struct kd_stream_events {
	const char *stream;
	int64_t first;
	struct kd_stream_event_list events;
};
struct kd_stream_closed {
	const char *stream, *reason;
};
struct kd_presence_changed {
	const char *stream;
	struct kd_present_list present;
	struct kd_texts left;
};
struct kd_hint {
	struct kd_texts topics;
	struct kd_ids spaces;
};
extern const struct kd_notice kd_stream_events, kd_stream_closed, kd_presence_changed, kd_hint;

extern const struct kd_method kd_stream_open, kd_stream_close, kd_presence_set, kd_feed_watch;
extern const struct kd_method *const kd_stream_methods[];

#endif

/* stream.c - opening streams, presence and feeds: what their methods and notices are. */
#include "protocol/stream.h"

#define CONN_MAX 64 /* characters of a connection's opaque name */
#define SPACES_MAX 100000
#define EVENTS_MAX 100000 /* what one transaction committed travels as one */

static const char *const topic_words[] = { "threads", "boards", "spaces", "people", NULL };
static const char *const reason_words[] = { "no_access", "gone", NULL };

/* --- nouns ------------------------------------------------------------------------------------- */

const struct kd_field kd_stream_event_fields[] = {
	KD_INT(struct kd_stream_event, seq, 1, KD_MAX_SAFE_INT, "Its number in the stream; there are no gaps."),
	KD_TIME(struct kd_stream_event, at, "When it was committed."),
	KD_ID(struct kd_stream_event, actor, KD_OPTIONAL, "Member who did it; absent when the system did."),
	KD_ID(struct kd_stream_event, op, KD_OPTIONAL, "The change it belongs to, as its client named it."),
	KD_TEXT(struct kd_stream_event, type, KD_REQUIRED, 3, 64, "Name of the event: says what the body is."),
	KD_JSON_OF(struct kd_stream_event, body, KD_REQUIRED, KD_JSON_OF_EVENT, "What happened, by the event's own field table."),
	KD_FIELDS_END,
};

static const struct kd_field point_fields[] = {
	KD_NUMBER(struct kd_point, x, -KD_CURSOR_FAR, KD_CURSOR_FAR, "From left to right, in the board's units."),
	KD_NUMBER(struct kd_point, y, -KD_CURSOR_FAR, KD_CURSOR_FAR, "From top to bottom, in the board's units."),
	KD_FIELDS_END,
};

/* What people say of themselves, and others hear. */
#define PRESENCE_FIELDS(T)                                                                                            \
	KD_OPT_OBJECT(T, cursor, point_fields, "Where the pointer is on the board."),                                \
		KD_LIST_ID(T, held, KD_OPTIONAL, KD_HELD_MAX, "Cards being dragged; they move with the cursor."),    \
		KD_ID(T, editing, KD_OPTIONAL, "Card whose text is being written."),                                 \
		KD_OPT_BOOL(T, typing, "Whether a post is being written."),                                          \
		KD_OPT_BOOL(T, away, "Whether the page is out of sight.")

const struct kd_field kd_present_fields[] = {
	KD_TEXT(struct kd_present, conn, KD_REQUIRED, 1, CONN_MAX, "Opaque name of the connection: one person may have several."),
	KD_ID(struct kd_present, member, KD_REQUIRED, "Who."),
	KD_TEXT(struct kd_present, name, KD_REQUIRED, 1, 120, "Name."),
	KD_ID(struct kd_present, organisation, KD_REQUIRED, "Administration or company."),
	PRESENCE_FIELDS(struct kd_present),
	KD_FIELDS_END,
};

/* --- notices ------------------------------------------------------------------------------------ */

static const struct kd_field stream_events_fields[] = {
	KD_STREAM(struct kd_stream_events, stream, KD_REQUIRED, "Where it happened."),
	KD_INT(struct kd_stream_events, first, 1, KD_MAX_SAFE_INT, "Number of the first of these events."),
	KD_LIST(struct kd_stream_events, events, KD_REQUIRED, EVENTS_MAX, kd_stream_event_fields, "In order, without gaps."),
	KD_FIELDS_END,
};
const struct kd_notice kd_stream_events = {
	.name = "stream.events", .summary = "What was committed on a stream that is open here.",
	.fields = stream_events_fields, .size = sizeof(struct kd_stream_events),
};

static const struct kd_field stream_closed_fields[] = {
	KD_STREAM(struct kd_stream_closed, stream, KD_REQUIRED, "The stream."),
	KD_ENUM(struct kd_stream_closed, reason, KD_REQUIRED, reason_words, "Why: the member may no longer read it, or it is gone."),
	KD_FIELDS_END,
};
const struct kd_notice kd_stream_closed = {
	.name = "stream.closed", .summary = "A stream that was open here is not any more.",
	.fields = stream_closed_fields, .size = sizeof(struct kd_stream_closed),
};

static const struct kd_field presence_changed_fields[] = {
	KD_STREAM(struct kd_presence_changed, stream, KD_REQUIRED, "Where."),
	KD_LIST(struct kd_presence_changed, present, KD_REQUIRED, KD_PRESENT_MAX, kd_present_fields,
		"Those who came or changed, each with all there is to say; others stay as they were. May hold oneself."),
	KD_LIST_TEXT(struct kd_presence_changed, left, KD_REQUIRED, KD_LEFT_MAX, 1, CONN_MAX, "Connections that went; who is in both lists is here."),
	KD_FIELDS_END,
};
const struct kd_notice kd_presence_changed = {
	.name = "presence.changed", .summary = "Who is here, where they point and what they hold: the newest only, each 50 ms; of a crowd the first 200.",
	.fields = presence_changed_fields, .size = sizeof(struct kd_presence_changed),
};

static const struct kd_field hint_fields[] = {
	KD_LIST_ENUM(struct kd_hint, topics, KD_REQUIRED, 4, topic_words, "Which lists to ask for again."),
	KD_LIST_ID(struct kd_hint, spaces, KD_REQUIRED, SPACES_MAX, "Spaces whose threads or boards changed; empty: any."),
	KD_FIELDS_END,
};
const struct kd_notice kd_hint = {
	.name = "hint", .summary = "Something in a watched feed that the member may see has changed.",
	.fields = hint_fields, .size = sizeof(struct kd_hint),
};

/* --- methods ------------------------------------------------------------------------------------ */

static const struct kd_field stream_open_params[] = {
	KD_STREAM(struct kd_stream_open, stream, KD_REQUIRED, "Stream to follow: `thread:<id>`, `board:<id>`, `space:<id>`, `member:<own id>`."),
	KD_OPT_INT(struct kd_stream_open, since, 0, KD_MAX_SAFE_INT, "Number of the last event the client has; absent: it has nothing."),
	KD_OPT_BOOL(struct kd_stream_open, fetch, "Whether the client can get a large snapshot by `snapshot_url`."),
	KD_FIELDS_END,
};
static const struct kd_field stream_open_result[] = {
	KD_STREAM(struct kd_stream_open_result, stream, KD_REQUIRED, "The stream."),
	KD_INT(struct kd_stream_open_result, seq, 0, KD_MAX_SAFE_INT, "Number up to which this answer goes; later events follow."),
	KD_TEXT(struct kd_stream_open_result, conn, KD_REQUIRED, 1, CONN_MAX, "What this connection is called in others' presence."),
	KD_BOOL(struct kd_stream_open_result, may_moderate, "Whether the caller is a facilitator of what it is, or an administrator who reads it."),
	KD_JSON_OF(struct kd_stream_open_result, snapshot, KD_OPTIONAL, KD_JSON_OF_SNAPSHOT, "The whole state at `seq`."),
	KD_TEXT(struct kd_stream_open_result, snapshot_url, KD_OPTIONAL, 1, 200,
		"Where the snapshot is instead, when the client can fetch and it is over 64 KiB. A GET with the same sign-in answers what the "
		"stream holds at `seq` or later: the header `Korsdrag-Seq` says up to which event; those before it bring nothing new."),
	KD_LIST(struct kd_stream_open_result, events, KD_OPTIONAL, KD_RESUME_MAX, kd_stream_event_fields,
		"Those after `since`, when they are no more than 1,000 and 1 MiB; no snapshot then."),
	KD_LIST(struct kd_stream_open_result, present, KD_REQUIRED, KD_PRESENT_MAX, kd_present_fields, "Others who are here, as many of them as are shown."),
	KD_FIELDS_END,
};
const struct kd_method kd_stream_open = {
	.name = "stream.open", .summary = "Follow a stream: what it holds now or what was missed, then every later event.",
	.doc = "Events come as `stream.events`, each once and in order. Opening an open stream again answers anew and keeps "
	       "one subscription. Who follows a thread or a board is present there until closing it or leaving.",
	.params = stream_open_params, .params_size = sizeof(struct kd_stream_open),
	.result = stream_open_result, .result_size = sizeof(struct kd_stream_open_result),
	.errors = KD_ERRORS(KD_E_NOT_FOUND, KD_E_TOO_LARGE),
};

static const struct kd_field stream_close_params[] = {
	KD_STREAM(struct kd_stream_close, stream, KD_REQUIRED, "Stream to follow no more; no error when it is not open."),
	KD_FIELDS_END,
};
const struct kd_method kd_stream_close = {
	.name = "stream.close", .summary = "Stop following a stream.",
	.params = stream_close_params, .params_size = sizeof(struct kd_stream_close),
};

static const struct kd_field presence_set_params[] = {
	KD_STREAM(struct kd_presence_set, stream, KD_REQUIRED, "An open stream."),
	PRESENCE_FIELDS(struct kd_presence_set),
	KD_FIELDS_END,
};
const struct kd_method kd_presence_set = {
	.name = "presence.set", .summary = "Say where one points, what one holds and whether one writes.",
	.doc = "The whole state each time: what is not given is not so. At most 30 a second; the newest wins. Never stored.",
	.params = presence_set_params, .params_size = sizeof(struct kd_presence_set),
	.is_notice = true,
};

static const struct kd_field feed_watch_params[] = {
	KD_LIST_ENUM(struct kd_feed_watch, topics, KD_REQUIRED, 4, topic_words, "Lists to hear hints about; replaces what was watched, empty: none."),
	KD_FIELDS_END,
};
const struct kd_method kd_feed_watch = {
	.name = "feed.watch", .summary = "Hear `hint` when a list that one looks at has changed.",
	.params = feed_watch_params, .params_size = sizeof(struct kd_feed_watch),
};

const struct kd_method *const kd_stream_methods[] = {
	&kd_stream_open, &kd_stream_close, &kd_presence_set, &kd_feed_watch, NULL,
};

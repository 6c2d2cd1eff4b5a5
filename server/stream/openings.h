/* openings.h - what opening a stream asks of the database, asked once for all who open it at the same time, and the snapshots
 * that are kept for who comes next.
 *
 * Nobody gets an answer from before they came: who asks while a question is under way waits for the next one, unless what
 * comes holds all that they want. A snapshot that is kept serves whoever wants no more than it holds (`least`, a head that was
 * read after they came), so it is never older than reading it anew would be but for the names in it: see openings_forget.
 * Permission is no part of it: who asks looks at the facts, each time and for each caller. */
#ifndef STREAM_OPENINGS_H
#define STREAM_OPENINGS_H
#include "stream/snapshot.h"
#include "stream/stream.h"

struct openings; struct opening;

/* One who asks. Embedded in its owner, zeroed before first use; the owner that dies calls openings_cancel. */
struct opening_wait {
	void (*done)(struct opening_wait *w, const struct err *err); /* on a later step of the loop; err NULL: the answer is there */
	bool is_found;             /* of a look: there is such a stream, */
	struct access access;      /* open to these, */
	int64_t head;              /* with so many events */
	struct snapshot *snapshot; /* of a reading, the owner's to unref; NULL: no such stream */
	/* the openings' own */
	struct opening_wait *prev, *next, **list;
	struct opening *at;
	bool is_asked; /* the question that is under way was asked for it too */
	int64_t least;
};

struct openings_config {
	struct db *db;
	size_t max_bytes; /* of the snapshots that are kept */
	int64_t idle_ms;  /* one that nobody has come for is dropped after so long */
	/* A stream is followed (hub_hold, hub_release) from before its snapshot is read for as long as that is kept. */
	void (*hold)(void *owner, const char *kind, const char *id, int64_t head);
	void (*release)(void *owner, const char *id);
	void *owner;
};

struct openings *openings_create(const struct openings_config *config); /* NULL: out of memory */
void openings_destroy(struct openings *os); /* after all who wait have cancelled; NULL is fine */

/* What kind:id is open to, and its head. */
void openings_look(struct openings *os, const struct stream_kind *kind, const char *id, struct opening_wait *w);
/* A reference to the snapshot of "kind:id" that is kept, when it holds at least the event `least`. NULL: none does. */
struct snapshot *openings_kept(struct openings *os, const char *name, int64_t least);
/* Reads it. The kind has one that is the same for everybody, and who asks has subscribed already. */
void openings_read(struct openings *os, const struct stream_kind *kind, const char *id, int64_t least, struct opening_wait *w);
void openings_cancel(struct opening_wait *w);

void openings_grown(struct openings *os, const char *kind, const char *id); /* it has events that what is kept does not hold */
/* Snapshots quote names of people and spaces, which change by events on other streams: then all that are kept are dropped. */
void openings_forget(struct openings *os);
void openings_sweep(struct openings *os, int64_t now_ms); /* each second or so */
#endif

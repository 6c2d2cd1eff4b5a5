/* snapshot.h - what a stream held at a number, as text that many answers share, and the same made small for those that leave
 * over HTTP. */
#ifndef STREAM_SNAPSHOT_H
#define STREAM_SNAPSHOT_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
struct loop; struct db_rows; struct packing;

#define SNAPSHOT_LARGE (64u << 10) /* bytes from which it is worth a request of its own */

struct pack_wait;

struct snapshot { /* counted: answers that share it outlive its being kept */
	int refs;
	int64_t seq;
	size_t len;
	char *text;      /* compact JSON, ended by a NUL */
	char *packed;    /* by gzip; NULL: not yet, or there was no memory */
	size_t packed_len;
	bool is_unpackable;
	struct packing *packing; /* under way */
	struct pack_wait *waiting;
};

struct snapshot *snapshot_from_row(const struct db_rows *rows); /* columns seq, snapshot. One reference; NULL: no memory */
struct snapshot *snapshot_ref(struct snapshot *s);
void snapshot_unref(struct snapshot *s); /* NULL is fine */

/* One who waits for `packed`. Embedded in its owner, zeroed before first use, who holds a reference meanwhile. */
struct pack_wait {
	void (*done)(struct pack_wait *w); /* on a later step of the loop; packed may be NULL still */
	struct snapshot *at;
	struct pack_wait *prev, *next;
};
/* Makes it small, in steps between which the loop turns, once for all. `w` may be NULL: nobody waits yet. */
void snapshot_pack(struct snapshot *s, struct loop *loop, struct pack_wait *w);
void snapshot_pack_cancel(struct pack_wait *w);
#endif

/* journal.h - one stream as all who follow it have heard it, kept once.
 *
 * The server sends the same frame to everybody, so the first to hear it is read carefully and everybody else's copy is
 * compared with it byte for byte; frames that are cut differently (from another node, or when catching up) are compared
 * event by event. Every follower's view thereby is the one view kept here, at the number that the follower has reached.
 * Snapshots that followers get are compared with it as well. */
#ifndef CLIENTS_LOAD_JOURNAL_H
#define CLIENTS_LOAD_JOURNAL_H
#include "clients/load/op.h"
#include "clients/load/view.h"

struct mark { /* what a delivery of one event wants to know */
	int64_t due;   /* of the call that it came from; 0: not of ours */
	uint32_t user; /* whose call it was */
};

struct heard { /* one frame of events, kept while memory lasts */
	struct heard *older_next; /* in the order of arrival */
	struct heard *alternate;  /* other frames that begin with the same event */
	uint64_t first;
	uint32_t count, len;
	uint32_t uses;
	struct mark *marks; /* count */
	char text[];
};

struct slot { /* one event */
	uint64_t hash;       /* of what it means; 0: not heard */
	struct heard *frame; /* the first that held it; NULL: forgotten */
	uint32_t at, len;    /* its text in frame->text */
	struct heard *begins; /* frames that begin with it */
};

struct waiting { /* a snapshot that cannot be compared yet */
	struct waiting *next;
	struct view *view;
	uint64_t seq;
};

enum wrong { WRONG_GAP, WRONG_REPEAT, WRONG_EVENT, WRONG_VIEW, WRONG_TWICE, WRONG_LOST, WRONG_SEQ,
	WRONG_REFUSED, WRONG_STRANGE, WRONG_UNSETTLED, WRONG_KINDS };
extern const char *const wrong_words[WRONG_KINDS]; /* what each means */

struct wrongs { /* what was found to be wrong */
	uint64_t count[WRONG_KINDS];
	char first[WRONG_KINDS][256]; /* the first of each, in words */
};
void wrong(struct wrongs *w, enum wrong kind, const char *format, ...) __attribute__((format(printf, 3, 4)));
uint64_t wrongs_total(const struct wrongs *w);

struct journal {
	char name[48]; /* board:<id>, thread:<id> */
	size_t name_len;
	enum stream_kind kind;
	struct ops *ops;
	struct wrongs *wrongs;
	uint64_t base, head, top; /* what the view began with, has reached, and the highest number heard of */
	struct slot *slots;       /* slots[i]: event base + 1 + i */
	uint64_t slot_count;
	struct view *view; /* at head; NULL: nothing is known yet */
	struct heard *oldest, *newest;
	size_t kept, kept_max; /* bytes of frames */
	struct waiting *waiting;
	char *snapshot; /* the text of the last one that was compared, and its number */
	size_t snapshot_len;
	uint64_t snapshot_seq;
	uint64_t snapshots, rebased; /* compared; times that the view had to begin anew because nobody heard some events */
	uint64_t unheard;            /* events that are missing thereby */
};

void journal_init(struct journal *j, enum stream_kind kind, const char *id, struct ops *ops, struct wrongs *wrongs);
void journal_finish(struct journal *j);

/* A frame that a follower who has reached *seq has heard: if it holds this stream's next events, moves *seq on and returns the
 * frame as it is kept. NULL: nobody has heard the same before. */
const struct heard *journal_known(struct journal *j, const char *text, size_t len, uint64_t *seq);
/* The same for a frame that has to be read: `events` is the list in its text. */
const struct heard *journal_hear(struct journal *j, const char *text, size_t len, struct span events, uint64_t *seq);

/* A snapshot at `seq`, compared now or when the view gets there. */
void journal_take_snapshot(struct journal *j, struct span snapshot, uint64_t seq);
/* All events from the first, which must make the same view as ours; nothing is compared when ours is elsewhere. */
void journal_replay(struct journal *j, struct span events, uint64_t seq);
/* Begins anew with the earliest snapshot that waits, when events before it were heard by nobody. */
void journal_rebase(struct journal *j);
#endif

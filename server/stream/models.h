/* models.h - the models that this node holds: found by stream, forgotten when nobody needs them or memory is short. */
#ifndef STREAM_MODELS_H
#define STREAM_MODELS_H
#include "base/id.h"
#include "stream/access.h"
#include "stream/model.h"
#include "base/hash.h"

struct timer;
struct metric;

struct model { /* of one stream */
	char id[ID_SIZE];
	const struct model_kind *kind;
	struct stream_model *state; /* NULL: to be loaded */
	int64_t head;               /* the state is what was committed up to here */
	size_t bytes;               /* that it is counted for */
	bool is_busy;               /* a batch works on it: it stays */
	bool is_readable;           /* as of the last batch that asked; `access` says what it is open to */
	struct access access;
	int quiet;                  /* batches in a row that found nothing of others; see hot_guess.c */
	int right, wary;            /* guesses in a row that were right; how quiet it must be, 0: as is usual */
	int64_t began_us;           /* the last batch */
	int64_t used_ms;
	struct model *prev, *next;  /* the least recently used first */
	UT_hash_handle hh;
};

struct models {
	size_t max_bytes;
	int64_t idle_ms;
	size_t bytes;
	struct model *by_id, *by_use;
	struct metric *count_gauge, *bytes_gauge, *loads, *evictions;
};

void models_init(struct models *ms, size_t max_bytes, int64_t idle_ms);
void models_finish(struct models *ms);
/* Found or made, without state then; becomes the most recently used. NULL: no memory. */
struct model *models_get(struct models *ms, const char *id, const struct model_kind *kind);
void models_set(struct models *ms, struct model *m, struct stream_model *state, int64_t head); /* takes state; not NULL */
void models_forget(struct models *ms, struct model *m);  /* its state, in any doubt */
void models_stir(struct models *ms, const char *id);     /* its stream was written to past it */
void models_settle(struct models *ms, struct model *m);  /* a batch has ended: it is counted, others may have to go */
/* Drops what was not used for idle_ms and is not looked at by anybody here. */
void models_sweep(struct models *ms, int64_t now_ms, int (*viewers)(void *owner, const char *id), void *owner);
#endif

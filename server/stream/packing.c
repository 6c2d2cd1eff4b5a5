/* packing.c - zlib in steps. */
#include "stream/packing.h"
#include "loop/loop.h"
#include <stdlib.h>
#include <zlib.h>

/* A board's 5,000 cards (2.2 MB, random ids): level 1 makes 469 KB in 15 ms, 4 makes 417 KB in 30 ms, 9 makes 387 KB in 77 ms. Each
 * event on the board ends what was made, so the least work wins. */
#define LEVEL 1
#define GZIP (15 + 16)           /* a window of 32 KiB, and gzip's own head and sum */
#define STEP_BYTES (128u << 10)  /* about a millisecond */

struct packing {
	z_stream z;
	struct task task;
	size_t left, size;
	char *packed;
	void (*done)(void *owner, char *packed, size_t len);
	void *owner;
};

static void finish(struct packing *p, bool is_whole)
{
	char *packed = is_whole ? p->packed : NULL, *less;
	size_t len = p->z.total_out;

	if (is_whole) {
		p->packed = NULL;
		less = realloc(packed, len);
		if (less)
			packed = less;
	}
	p->done(p->owner, packed, is_whole ? len : 0);
}

static void step(struct task *t)
{
	struct packing *p = task_owner(t, struct packing, task);
	size_t n = p->left < STEP_BYTES ? p->left : STEP_BYTES;
	int result;

	p->left -= n;
	p->z.avail_in = (uInt)n;
	result = deflate(&p->z, p->left ? Z_NO_FLUSH : Z_FINISH);
	if (result == Z_OK && p->z.avail_in == 0 && p->left)
		task_post(&p->task);
	else
		finish(p, result == Z_STREAM_END);
}

struct packing *packing_begin(struct loop *loop, const char *text, size_t len, void (*done)(void *owner, char *packed, size_t len), void *owner)
{
	struct packing *p = calloc(1, sizeof(*p));

	if (!p)
		return NULL;
	if (deflateInit2(&p->z, LEVEL, Z_DEFLATED, GZIP, 8, Z_DEFAULT_STRATEGY) != Z_OK) {
		free(p);
		return NULL;
	}
	p->size = deflateBound(&p->z, len);
	p->packed = malloc(p->size);
	if (!p->packed) {
		packing_destroy(p);
		return NULL;
	}
	p->z.next_in = (z_const Bytef *)text;
	p->z.next_out = (Bytef *)p->packed;
	p->z.avail_out = (uInt)p->size;
	p->left = len;
	p->done = done;
	p->owner = owner;
	task_init(&p->task, loop, step);
	task_post(&p->task);
	return p;
}

void packing_destroy(struct packing *p)
{
	if (!p)
		return;
	if (p->task.loop)
		task_cancel(&p->task);
	deflateEnd(&p->z);
	free(p->packed);
	free(p);
}

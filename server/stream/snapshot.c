/* snapshot.c - one shared text: references, and who waits for it to be small. */
#include "stream/snapshot.h"
#include "db/db.h"
#include "protocol/kd.h"
#include "stream/packing.h"
#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <utlist.h>

struct snapshot *snapshot_from_row(const struct db_rows *rows)
{
	const char *text = db_text(rows, 0, "snapshot");
	size_t size = strlen(text) + 1;
	struct snapshot *s = calloc(1, sizeof(*s));

	if (!s || !(s->text = malloc(size))) {
		free(s);
		return NULL;
	}
	s->refs = 1;
	s->seq = db_int(rows, 0, "seq");
	s->len = kd_squeeze(s->text, text, size - 1);
	s->text[s->len] = '\0';
	return s;
}

struct snapshot *snapshot_ref(struct snapshot *s)
{
	s->refs++;
	return s;
}

void snapshot_unref(struct snapshot *s)
{
	if (!s || --s->refs > 0)
		return;
	assert(!s->waiting);
	packing_destroy(s->packing);
	free(s->packed);
	free(s->text);
	free(s);
}

static void wait_end(struct pack_wait *w)
{
	DL_DELETE(w->at->waiting, w);
	w->at = NULL;
}

static void packed(void *owner, char *packed, size_t len)
{
	struct snapshot *s = snapshot_ref(owner);
	struct pack_wait *w;

	packing_destroy(s->packing);
	s->packing = NULL;
	s->packed = packed;
	s->packed_len = len;
	s->is_unpackable = !packed;
	while ((w = s->waiting)) {
		wait_end(w);
		w->done(w);
	}
	snapshot_unref(s);
}

void snapshot_pack(struct snapshot *s, struct loop *loop, struct pack_wait *w)
{
	assert(!s->packed && !s->is_unpackable);
	if (!s->packing)
		s->packing = packing_begin(loop, s->text, s->len, packed, s);
	if (!s->packing)
		s->is_unpackable = true;
	if (!w)
		return;
	w->at = s;
	DL_APPEND(s->waiting, w);
	if (s->is_unpackable) { /* it goes as it is */
		wait_end(w);
		w->done(w);
	}
}

void snapshot_pack_cancel(struct pack_wait *w)
{
	if (w->at)
		wait_end(w);
}

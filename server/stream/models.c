/* models.c - the models that this node holds. */
#include "stream/models.h"
#include "base/clock.h"
#include "base/metrics.h"
#include <stdlib.h>
#include <string.h>
#include <utlist.h>

void models_init(struct models *ms, size_t max_bytes, int64_t idle_ms)
{
	*ms = (struct models){ .max_bytes = max_bytes, .idle_ms = idle_ms };
	ms->count_gauge = metric_gauge("korsdrag_models", "Streams whose state is held in memory.", NULL);
	ms->bytes_gauge = metric_gauge("korsdrag_model_bytes", "Memory of the streams' state.", NULL);
	ms->loads = metric_counter("korsdrag_model_loads_total", "Times that a stream's state was read into memory.", NULL);
	ms->evictions = metric_counter("korsdrag_model_evictions_total", "Streams' states dropped to make room or for want of use.", NULL);
}

static void count(struct models *ms, struct model *m, size_t bytes)
{
	ms->bytes += bytes - m->bytes;
	m->bytes = bytes;
	metric_set(ms->bytes_gauge, (int64_t)ms->bytes);
}

void models_forget(struct models *ms, struct model *m)
{
	if (!m->state)
		return;
	m->kind->destroy(m->state);
	m->state = NULL;
	count(ms, m, 0);
	metric_add(ms->count_gauge, -1);
}

void models_stir(struct models *ms, const char *id)
{
	struct model *m;

	HASH_FIND_STR(ms->by_id, id, m);
	if (m)
		m->quiet = 0;
}

static void drop(struct models *ms, struct model *m)
{
	models_forget(ms, m);
	DL_DELETE(ms->by_use, m);
	HASH_DEL(ms->by_id, m);
	free(m);
}

void models_finish(struct models *ms)
{
	while (ms->by_use)
		drop(ms, ms->by_use);
}

struct model *models_get(struct models *ms, const char *id, const struct model_kind *kind)
{
	struct model *m;

	HASH_FIND_STR(ms->by_id, id, m);
	if (!m) {
		m = calloc(1, sizeof(*m));
		if (!m)
			return NULL;
		strcpy(m->id, id);
		m->kind = kind;
		HASH_ADD_STR(ms->by_id, id, m);
	} else {
		DL_DELETE(ms->by_use, m);
	}
	DL_APPEND(ms->by_use, m);
	m->used_ms = clock_mono_ms();
	return m;
}

void models_set(struct models *ms, struct model *m, struct stream_model *state, int64_t head)
{
	models_forget(ms, m);
	m->state = state;
	m->head = head;
	count(ms, m, m->kind->bytes(state));
	metric_add(ms->count_gauge, 1);
	metric_add(ms->loads, 1);
}

void models_settle(struct models *ms, struct model *m)
{
	struct model *old, *next;

	m->is_busy = false;
	if (m->state)
		count(ms, m, m->kind->bytes(m->state));
	DL_FOREACH_SAFE(ms->by_use, old, next) {
		if (ms->bytes <= ms->max_bytes)
			return;
		if (old->is_busy || old == m)
			continue;
		metric_add(ms->evictions, 1);
		drop(ms, old);
	}
}

void models_sweep(struct models *ms, int64_t now_ms, int (*viewers)(void *owner, const char *id), void *owner)
{
	struct model *m, *next;

	DL_FOREACH_SAFE(ms->by_use, m, next) {
		if (now_ms - m->used_ms < ms->idle_ms)
			return; /* the others were used later still */
		if (m->is_busy || (viewers && viewers(owner, m->id) > 0))
			continue;
		metric_add(ms->evictions, 1);
		drop(ms, m);
	}
}

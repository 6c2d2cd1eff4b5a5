/* openings.c - two questions for each stream that is being opened, and its snapshot while it is kept. */
#include "stream/openings.h"
#include "base/clock.h"
#include "base/hash.h"
#include "base/log.h"
#include "base/metrics.h"
#include "base/reserve.h"
#include "journal_sql.h"
#include "protocol/kd.h"
#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <utlist.h>

#define KEPT_MAX_MS 60000

struct question {
	struct opening_wait *waiting;
	struct db_ticket ticket;
	bool is_asking;
};

struct opening { /* of one stream, while somebody waits or its snapshot is kept */
	char name[STREAM_NAME_SIZE];
	char id[ID_SIZE];
	const struct stream_kind *kind;
	struct openings *of;
	struct question look, read;
	struct snapshot *kept;
	size_t counted;  /* bytes of it */
	bool is_held;
	uint64_t era;    /* when the reading under way was asked for */
	int64_t used_ms, read_ms; /* the snapshot */
	struct opening *prev, *next; /* of->by_use, while it has one */
	UT_hash_handle hh;
};

struct openings {
	struct openings_config config;
	struct opening *by_name, *by_use; /* by_use: with a snapshot, the longest unused first */
	size_t bytes;
	uint64_t era; /* counts openings_forget */
	struct metric *count_gauge, *bytes_gauge, *reads, *shared, *evicted;
};

/* What SQL has put together must be what the table promises; checked where tests run. */
static bool fits(const struct stream_kind *kind, const char *text)
{
#ifdef KORSDRAG_CHECK_FRAMES
	json_t *json = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
	struct kd_fault fault = { .reason = "no JSON, or no memory for it" };
	bool does = json && (!kind->snapshot_fields || kd_check(kind->snapshot_fields, json, &fault));

	if (!does)
		log_line(LOG_ERROR, "snapshot does not fit its table", "kind", kind->name, "field", fault.field, "reason", fault.reason, NULL);
	json_decref(json);
	return does;
#else
	(void)kind;
	(void)text;
	return true;
#endif
}

/* --- what is kept --------------------------------------------------------------------------------------------- */

static void count(struct opening *o, size_t bytes)
{
	o->of->bytes += bytes - o->counted;
	o->counted = bytes;
	metric_set(o->of->bytes_gauge, (int64_t)o->of->bytes);
}

static void drop(struct opening *o)
{
	struct openings *os = o->of;

	if (!o->kept)
		return;
	count(o, 0);
	metric_add(os->count_gauge, -1);
	DL_DELETE(os->by_use, o);
	snapshot_unref(o->kept);
	o->kept = NULL;
}

static void hold(struct opening *o, int64_t head)
{
	bool was_held = o->is_held;

	o->is_held = true;
	o->of->config.hold(o->of->config.owner, o->kind->name, o->id, head);
	if (was_held) /* once is enough; it knows the head now */
		o->of->config.release(o->of->config.owner, o->id);
}

/* Frees it when nobody needs it. */
static void let_go(struct opening *o)
{
	struct openings *os = o->of;
	bool is_held = o->is_held;
	char id[ID_SIZE];

	if (o->kept || o->read.waiting || o->read.is_asking)
		return;
	strcpy(id, o->id);
	o->is_held = false;
	if (!o->look.waiting && !o->look.is_asking) {
		HASH_DEL(os->by_name, o);
		free(o);
	}
	if (is_held)
		os->config.release(os->config.owner, id);
}

static void drop_and_let_go(struct opening *o)
{
	drop(o);
	let_go(o);
}

static void used(struct opening *o)
{
	o->used_ms = clock_mono_ms();
	DL_DELETE(o->of->by_use, o);
	DL_APPEND(o->of->by_use, o);
}

static void make_room(struct openings *os, size_t bytes)
{
	while (os->by_use && os->bytes + bytes > os->config.max_bytes) {
		metric_add(os->evicted, 1);
		drop_and_let_go(os->by_use);
	}
}

static void keep(struct opening *o, struct snapshot *s)
{
	struct openings *os = o->of;

	drop(o);
	if (s->len > os->config.max_bytes)
		return;
	make_room(os, s->len);
	o->kept = snapshot_ref(s);
	o->used_ms = o->read_ms = clock_mono_ms();
	DL_APPEND(os->by_use, o);
	count(o, s->len + s->packed_len);
	metric_add(os->count_gauge, 1);
}

/* --- who waits --------------------------------------------------------------------------------------------------- */

static struct opening *opening_get(struct openings *os, const struct stream_kind *kind, const char *id)
{
	char name[STREAM_NAME_SIZE];
	struct opening *o;

	stream_name_make(name, kind->name, id);
	HASH_FIND_STR(os->by_name, name, o);
	if (o)
		return o;
	o = reserve_alloc(sizeof(*o), "a stream that is opened");
	memset(o, 0, sizeof(*o));
	strcpy(o->name, name);
	strcpy(o->id, id);
	o->kind = kind;
	o->of = os;
	HASH_ADD_STR(os->by_name, name, o);
	return o;
}

static void wait_begin(struct opening *o, struct question *q, struct opening_wait *w)
{
	assert(!w->list);
	w->at = o;
	w->list = &q->waiting;
	w->is_asked = false;
	w->snapshot = NULL;
	DL_APPEND(q->waiting, w);
}

static void wait_end(struct opening_wait *w)
{
	DL_DELETE(*w->list, w);
	w->list = NULL;
	w->at = NULL;
}

/* A question that is under way is answered to nobody then, or to the others. */
void openings_cancel(struct opening_wait *w)
{
	struct opening *o = w->at;

	if (!w->list)
		return;
	wait_end(w);
	let_go(o);
}

static void all_asked(struct question *q)
{
	struct opening_wait *w;

	q->is_asking = true;
	DL_FOREACH(q->waiting, w)
		w->is_asked = true;
}

/* --- the first question: what is it open to, and how far has it come? ------------------------------------------- */

static void look_ask(struct opening *o);

static void looked(void *owner, const struct db_rows *rows, const struct err *err)
{
	struct opening *o = owner;
	struct opening_wait *w, *next, found = { 0 };

	o->look.is_asking = false;
	if (!err) {
		const struct db_rows *facts = db_rows_of(rows, 0);

		found.is_found = db_count(facts) > 0 && db_count(rows) > 0;
		if (found.is_found) {
			access_from_row(&found.access, facts);
			found.head = db_int(rows, 0, "head");
		}
	}
	DL_FOREACH_SAFE(o->look.waiting, w, next) {
		if (!w->is_asked)
			continue;
		wait_end(w);
		w->is_found = found.is_found;
		w->access = found.access;
		w->head = found.head;
		w->done(w, err);
	}
	if (o->look.waiting)
		look_ask(o);
	else
		let_go(o);
}

static void look_ask(struct opening *o)
{
	char ids[ID_SIZE + 2] = "{";
	const char *params[] = { o->id }, *heads[] = { ids };
	const struct db_call calls[] = { { o->kind->access, params }, { &Q_STREAM_HEADS, heads } };

	strcat(strcat(ids, o->id), "}");
	all_asked(&o->look);
	db_query_patient(o->of->config.db, &o->look.ticket, calls, 2, looked, o);
}

void openings_look(struct openings *os, const struct stream_kind *kind, const char *id, struct opening_wait *w)
{
	struct opening *o = opening_get(os, kind, id);

	wait_begin(o, &o->look, w);
	if (!o->look.is_asking)
		look_ask(o);
}

/* --- the second: what does it hold? -------------------------------------------------------------------------------- */

static void read_ask(struct opening *o);

static void read_done(void *owner, const struct db_rows *rows, const struct err *err)
{
	struct opening *o = owner;
	struct openings *os = o->of;
	struct opening_wait *w, *next;
	struct snapshot *s = NULL;
	struct err wrong = { 0 };
	bool is_current = o->era == os->era;

	o->read.is_asking = false;
	if (!err && db_count(rows) > 0 && !fits(o->kind, db_text(rows, 0, "snapshot"))) {
		err_set(&wrong, KD_E_INTERNAL, "the snapshot could not be put together");
		err = &wrong;
	} else if (!err && db_count(rows) > 0 && !(s = snapshot_from_row(rows))) {
		err_set(&wrong, KD_E_BUSY, "the server is short of memory");
		err = &wrong;
	}
	if (s && is_current && o->read.waiting) {
		hold(o, s->seq);
		keep(o, s);
	}
	DL_FOREACH_SAFE(o->read.waiting, w, next) {
		if (!w->is_asked && (!s || !is_current || s->seq < w->least))
			continue;
		wait_end(w);
		w->snapshot = s ? snapshot_ref(s) : NULL;
		w->done(w, err);
	}
	snapshot_unref(s);
	if (o->read.waiting)
		read_ask(o);
	else
		let_go(o);
}

static void read_ask(struct opening *o)
{
	const char *params[] = { o->id };
	const struct db_call call = { o->kind->snapshot, params };

	all_asked(&o->read);
	o->era = o->of->era;
	metric_add(o->of->reads, 1);
	db_query_patient(o->of->config.db, &o->read.ticket, &call, 1, read_done, o);
}

void openings_read(struct openings *os, const struct stream_kind *kind, const char *id, int64_t least, struct opening_wait *w)
{
	struct opening *o = opening_get(os, kind, id);

	assert(kind->snapshot && kind->snapshot->params == 1);
	wait_begin(o, &o->read, w);
	w->least = least;
	if (!o->is_held)
		hold(o, -1);
	if (!o->read.is_asking)
		read_ask(o);
}

struct snapshot *openings_kept(struct openings *os, const char *name, int64_t least)
{
	struct opening *o;

	HASH_FIND_STR(os->by_name, name, o);
	if (!o || !o->kept || o->kept->seq < least)
		return NULL;
	used(o);
	metric_add(os->shared, 1);
	return snapshot_ref(o->kept);
}

/* --- what ends it ---------------------------------------------------------------------------------------------------- */

void openings_grown(struct openings *os, const char *kind, const char *id)
{
	char name[STREAM_NAME_SIZE];
	struct opening *o;

	stream_name_make(name, kind, id);
	HASH_FIND_STR(os->by_name, name, o);
	if (o && o->kept)
		drop_and_let_go(o);
}

void openings_forget(struct openings *os)
{
	os->era++;
	while (os->by_use)
		drop_and_let_go(os->by_use);
}

/* What is kept may have been made small meanwhile. And should the hint of a new name be lost, the old one is not for ever. */
void openings_sweep(struct openings *os, int64_t now_ms)
{
	struct opening *o, *next;

	DL_FOREACH_SAFE(os->by_use, o, next) {
		count(o, o->kept->len + o->kept->packed_len);
		if (now_ms - o->used_ms > os->config.idle_ms || now_ms - o->read_ms > KEPT_MAX_MS)
			drop_and_let_go(o);
	}
	make_room(os, 0);
}

struct openings *openings_create(const struct openings_config *config)
{
	struct openings *os = calloc(1, sizeof(*os));

	if (!os)
		return NULL;
	os->config = *config;
	os->count_gauge = metric_gauge("korsdrag_snapshots", "Streams whose snapshot is kept in memory.", NULL);
	os->bytes_gauge = metric_gauge("korsdrag_snapshot_bytes", "Bytes of the snapshots that are kept.", NULL);
	os->reads = metric_counter("korsdrag_snapshot_reads_total", "Times that a snapshot was read from the database.", NULL);
	os->shared = metric_counter("korsdrag_snapshots_shared_total", "Openings that were served from a snapshot in memory.", NULL);
	os->evicted = metric_refusals("limit.snapshots");
	return os;
}

void openings_destroy(struct openings *os)
{
	struct opening *o, *next;

	if (!os)
		return;
	HASH_ITER(hh, os->by_name, o, next) {
		assert(!o->look.waiting && !o->read.waiting);
		db_ticket_cancel(&o->look.ticket);
		db_ticket_cancel(&o->read.ticket);
		o->look.is_asking = o->read.is_asking = false;
		drop_and_let_go(o);
	}
	free(os);
}

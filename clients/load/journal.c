/* journal.c - hears, compares, applies. */
#include "clients/load/journal.h"
#include "clients/load/value.h"
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define KEPT_MAX (48u << 20) /* bytes of frames kept for comparing, unless there are many streams */
#define ALTERNATES_MAX 4

const char *const wrong_words[WRONG_KINDS] = {
	[WRONG_GAP] = "events left out of a subscription",
	[WRONG_REPEAT] = "events delivered again on a subscription",
	[WRONG_EVENT] = "events that differ from what others heard",
	[WRONG_VIEW] = "snapshots that differ from the events",
	[WRONG_TWICE] = "changes that are in the stream twice",
	[WRONG_LOST] = "acknowledged changes that are not in the stream",
	[WRONG_SEQ] = "changes acknowledged with another number than their event's",
	[WRONG_REFUSED] = "refused changes that are in the stream",
	[WRONG_STRANGE] = "answers and notices that make no sense",
	[WRONG_UNSETTLED] = "subscriptions that did not reach the end",
};

void wrong(struct wrongs *w, enum wrong kind, const char *format, ...)
{
	va_list args;

	if (w->count[kind]++ > 0)
		return;
	va_start(args, format);
	vsnprintf(w->first[kind], sizeof w->first[kind], format, args);
	va_end(args);
}

uint64_t wrongs_total(const struct wrongs *w)
{
	uint64_t total = 0;

	for (int i = 0; i < WRONG_KINDS; i++)
		total += w->count[i];
	return total;
}

void journal_init(struct journal *j, enum stream_kind kind, const char *id, struct ops *ops, struct wrongs *wrongs)
{
	*j = (struct journal){ .kind = kind, .ops = ops, .wrongs = wrongs, .kept_max = KEPT_MAX };
	j->name_len = (size_t)snprintf(j->name, sizeof j->name, "%s:%s", kind == STREAM_BOARD ? "board" : "thread", id);
}

void journal_finish(struct journal *j)
{
	while (j->oldest) {
		struct heard *h = j->oldest;

		j->oldest = h->older_next;
		free(h->marks);
		free(h);
	}
	while (j->waiting) {
		struct waiting *w = j->waiting;

		j->waiting = w->next;
		view_destroy(w->view);
		free(w);
	}
	view_destroy(j->view);
	free(j->slots);
	free(j->snapshot);
}

/* --- slots -------------------------------------------------------------------------------------------------- */

static struct slot *slot_find(const struct journal *j, uint64_t seq)
{
	return seq > j->base && seq - j->base <= j->slot_count ? &j->slots[seq - j->base - 1] : NULL;
}

static struct slot *slot_get(struct journal *j, uint64_t seq)
{
	uint64_t need = seq - j->base, count = j->slot_count ? j->slot_count : 1024;
	struct slot *more;

	if (need > j->slot_count) {
		while (count < need)
			count *= 2;
		more = realloc(j->slots, count * sizeof *more);
		if (!more)
			abort();
		memset(more + j->slot_count, 0, (count - j->slot_count) * sizeof *more);
		j->slots = more;
		j->slot_count = count;
	}
	return &j->slots[need - 1];
}

static void begins_remove(struct journal *j, struct heard *h)
{
	struct slot *slot = slot_find(j, h->first);
	struct heard **at = slot ? &slot->begins : NULL;

	while (at && *at && *at != h)
		at = &(*at)->alternate;
	if (at && *at)
		*at = h->alternate;
}

static void frames_forget(struct journal *j)
{
	while (j->kept > j->kept_max && j->oldest && j->oldest != j->newest && j->oldest->first + j->oldest->count <= j->head) {
		struct heard *h = j->oldest;

		j->oldest = h->older_next;
		for (uint64_t seq = h->first; seq < h->first + h->count; seq++) {
			struct slot *slot = slot_find(j, seq);

			if (slot && slot->frame == h)
				slot->frame = NULL;
		}
		begins_remove(j, h);
		j->kept -= sizeof *h + h->len + h->count * sizeof *h->marks;
		free(h->marks);
		free(h);
	}
}

/* --- the view ------------------------------------------------------------------------------------------------- */

static struct span event_at(const struct slot *slot)
{
	return (struct span){ slot->frame->text + slot->at, slot->len };
}

static void apply(struct journal *j, struct view *view, struct span event, uint64_t seq)
{
	struct span type = span_text(scan_find(event, "type"));

	if (!view_apply(view, type, scan_find(event, "body")))
		wrong(j->wrongs, WRONG_VIEW, "%s: event %llu (%.*s) does not fit what was there", j->name,
		        (unsigned long long)seq, (int)type.len, type.at ? type.at : "");
}

static void compare(struct journal *j, struct view *view, uint64_t seq)
{
	char how[400];

	j->snapshots++;
	if (!view_equals(j->view, view, how, sizeof how))
		wrong(j->wrongs, WRONG_VIEW, "%s at %llu: %s", j->name, (unsigned long long)seq, how);
}

static void waiting_compare(struct journal *j)
{
	struct waiting **at = &j->waiting;

	while (*at) {
		struct waiting *w = *at;

		if (w->seq > j->head) {
			at = &w->next;
			continue;
		}
		if (w->seq == j->head)
			compare(j, w->view, w->seq);
		*at = w->next;
		view_destroy(w->view);
		free(w);
	}
}

static void advance(struct journal *j)
{
	struct slot *slot;

	while (j->view && (slot = slot_find(j, j->head + 1)) && slot->hash) {
		apply(j, j->view, event_at(slot), ++j->head);
		if (j->waiting)
			waiting_compare(j);
	}
}

/* --- events --------------------------------------------------------------------------------------------------- */

static struct mark mark_of(struct journal *j, uint32_t index)
{
	const struct op *op;

	if (index == OP_NONE)
		return (struct mark){ 0, OP_NONE };
	op = ops_get(j->ops, index);
	return (struct mark){ op->due, op->user };
}

static void op_seen(struct journal *j, uint32_t index, uint64_t seq)
{
	struct op *op;

	if (index == OP_NONE)
		return;
	op = ops_get(j->ops, index);
	if (op->seen && op->seen != seq)
		wrong(j->wrongs, WRONG_TWICE, "%s: one change is event %llu and event %llu", j->name, (unsigned long long)op->seen,
		        (unsigned long long)seq);
	if (op->seq && op->seq != seq)
		wrong(j->wrongs, WRONG_SEQ, "%s: acknowledged as %llu, heard as %llu", j->name, (unsigned long long)op->seq,
		        (unsigned long long)seq);
	op->seen = seq;
}

/* One event of `h`: remembered if it is new, compared if not. */
static void event_hear(struct journal *j, struct heard *h, struct span event, uint64_t seq, uint32_t index, bool *ret_is_new)
{
	uint64_t hash = value_hash(event);
	struct slot *slot;

	hash += hash == 0;
	if (seq > j->top)
		j->top = seq;
	if (seq <= j->base)
		return; /* before what we began with */
	slot = slot_get(j, seq);
	if (!slot->hash) {
		slot->hash = hash;
		slot->frame = h;
		slot->at = (uint32_t)(event.at - h->text);
		slot->len = (uint32_t)event.len;
		op_seen(j, index, seq);
		*ret_is_new = true;
	} else if (slot->hash != hash) {
		wrong(j->wrongs, WRONG_EVENT, "%s: event %llu is not the same for all", j->name, (unsigned long long)seq);
	}
}

/* --- frames ----------------------------------------------------------------------------------------------------- */

const struct heard *journal_known(struct journal *j, const char *text, size_t len, uint64_t *seq)
{
	struct slot *slot = slot_find(j, *seq + 1);

	for (struct heard *h = slot ? slot->begins : NULL; h; h = h->alternate)
		if (h->len == len && memcmp(h->text, text, len) == 0) {
			*seq += h->count;
			h->uses++;
			return h;
		}
	return NULL;
}

static struct heard *heard_create(const char *text, size_t len)
{
	struct heard *h = malloc(sizeof *h + len);

	if (!h)
		abort();
	*h = (struct heard){ .len = (uint32_t)len };
	memcpy(h->text, text, len);
	return h;
}

static void mark_add(struct heard *h, struct mark mark)
{
	if ((h->count & (h->count + 1)) == 0 || !h->marks) { /* 1, 3, 7 … are full */
		struct mark *more = realloc(h->marks, (2 * (size_t)h->count + 2) * sizeof *more);

		if (!more)
			abort();
		h->marks = more;
	}
	h->marks[h->count++] = mark;
}

static bool alternate_add(struct journal *j, struct heard *h)
{
	struct slot *slot = slot_find(j, h->first);
	int count = 0;

	if (!slot)
		return false;
	for (const struct heard *other = slot->begins; other; other = other->alternate)
		count++;
	if (count >= ALTERNATES_MAX)
		return false;
	h->alternate = slot->begins;
	slot->begins = h;
	return true;
}

static void heard_keep(struct journal *j, struct heard *h)
{
	if (j->newest)
		j->newest->older_next = h;
	else
		j->oldest = h;
	j->newest = h;
	j->kept += sizeof *h + h->len + h->count * sizeof *h->marks;
}

/* The number of an event that a follower at *seq hears now; moves *seq on. */
static void number_check(struct journal *j, uint64_t seq, uint64_t *at)
{
	if (seq <= *at) {
		wrong(j->wrongs, WRONG_REPEAT, "%s: event %llu came to one who had %llu", j->name, (unsigned long long)seq,
		        (unsigned long long)*at);
		return;
	}
	if (seq > *at + 1)
		wrong(j->wrongs, WRONG_GAP, "%s: event %llu came to one who had %llu", j->name, (unsigned long long)seq,
		        (unsigned long long)*at);
	*at = seq;
}

/* What was heard of an event that is kept nowhere else dies with its frame, so a frame with news always stays. */
const struct heard *journal_hear(struct journal *j, const char *text, size_t len, struct span events, uint64_t *seq)
{
	struct heard *h = heard_create(text, len);
	struct scan s = scan_of((struct span){ h->text + (events.at - text), events.len });
	bool is_new = false;

	scan_list(&s);
	while (scan_item(&s)) {
		struct span event = scan_value(&s);
		uint64_t number = (uint64_t)span_int(scan_find(event, "seq"), 0);
		uint32_t index = op_of_id(j->ops, span_text(scan_find(event, "op")));

		if (number == 0 || number > *seq + 100000000) {
			wrong(j->wrongs, WRONG_STRANGE, "%s: an event without a number", j->name);
			continue;
		}
		if (!h->count)
			h->first = number;
		number_check(j, number, seq);
		event_hear(j, h, event, number, index, &is_new);
		mark_add(h, mark_of(j, index));
	}
	if (s.has_failed)
		wrong(j->wrongs, WRONG_STRANGE, "%s: events that cannot be read", j->name);
	alternate_add(j, h);
	heard_keep(j, h); /* also without news: whoever gets it next is compared quickly */
	if (is_new)
		advance(j);
	frames_forget(j);
	return h;
}

/* --- snapshots ---------------------------------------------------------------------------------------------------- */

static bool is_compared(struct journal *j, struct span snapshot, uint64_t seq)
{
	return j->snapshot && seq == j->snapshot_seq && snapshot.len == j->snapshot_len &&
	       memcmp(snapshot.at, j->snapshot, snapshot.len) == 0;
}

static void snapshot_remember(struct journal *j, struct span snapshot, uint64_t seq)
{
	char *more = realloc(j->snapshot, snapshot.len);

	if (!more)
		abort();
	memcpy(more, snapshot.at, snapshot.len);
	j->snapshot = more;
	j->snapshot_len = snapshot.len;
	j->snapshot_seq = seq;
}

/* Brings a view forward to where ours is. False: the events between are forgotten. */
static bool catch_up(struct journal *j, struct view *view, uint64_t seq)
{
	while (seq < j->head) {
		struct slot *slot = slot_find(j, ++seq);

		if (!slot || !slot->hash || !slot->frame)
			return false;
		apply(j, view, event_at(slot), seq);
	}
	return true;
}

void journal_take_snapshot(struct journal *j, struct span snapshot, uint64_t seq)
{
	struct view *view;

	if (is_compared(j, snapshot, seq))
		return;
	snapshot_remember(j, snapshot, seq);
	view = view_create(j->kind);
	if (seq > j->top)
		j->top = seq;
	if (!view_take_snapshot(view, snapshot)) {
		wrong(j->wrongs, WRONG_STRANGE, "%s: a snapshot that cannot be read", j->name);
		view_destroy(view);
		return;
	}
	if (!j->view) {
		j->view = view;
		j->base = j->head = seq;
		return;
	}
	if (seq > j->head) {
		struct waiting *w = malloc(sizeof *w);

		if (!w)
			abort();
		*w = (struct waiting){ .next = j->waiting, .view = view, .seq = seq };
		j->waiting = w;
		return;
	}
	if (catch_up(j, view, seq))
		compare(j, view, seq);
	view_destroy(view);
}

void journal_replay(struct journal *j, struct span events, uint64_t seq)
{
	struct view *view = view_create(j->kind);
	struct scan s = scan_of(events);
	uint64_t at = 0;

	scan_list(&s);
	while (scan_item(&s))
		apply(j, view, scan_value(&s), ++at);
	if (at == seq && seq == j->head)
		compare(j, view, seq);
	view_destroy(view);
}

void journal_rebase(struct journal *j)
{
	struct waiting *first = NULL, **at = &j->waiting;

	for (struct waiting *w = j->waiting; w; w = w->next)
		if (!first || w->seq < first->seq)
			first = w;
	if (!first)
		return;
	while (*at != first)
		at = &(*at)->next;
	*at = first->next;
	for (uint64_t seq = j->head + 1; seq <= first->seq; seq++) {
		struct slot *slot = slot_find(j, seq);

		j->unheard += !slot || !slot->hash;
	}
	view_destroy(j->view);
	j->view = first->view;
	j->head = first->seq;
	j->rebased++;
	free(first);
	advance(j);
}

/* hot_decide.c - a batch's changes decided in order, on the model, and told as they travel. */
#include "stream/journal_private.h"
#include "base/log.h"
#include <assert.h>
#include <string.h>

/* A batch is one frame to every viewer: bounded, so that it fits beside others in a connection's queue. */
#define HOT_MAX_BYTES (128u << 10)

int64_t change_seq(const struct change *ch)
{
	return ch->first_seq;
}

static void wire_field(struct buf *wire, const char *name, const char *value)
{
	if (!value)
		return;
	buf_add(wire, ",\"", 2);
	buf_add_str(wire, name);
	buf_add(wire, "\":\"", 3);
	buf_add_str(wire, value); /* ids and names of events: nothing in them has to be escaped */
	buf_add_char(wire, '"');
}

void change_tell(struct change *ch, const struct kd_event *event, const void *body)
{
	struct buf *wire = &ch->batch->hot->wire;
	struct kd_fault fault;

	assert(ch->state == CHANGE_RUNNING && !ch->type);
	ch->type = event->name;
	buf_add_str(wire, wire->len ? ",{\"seq\":" : "[{\"seq\":");
	kd_write_int(buf_sink(wire), ch->first_seq);
	buf_add_str(wire, ",\"at\":");
	kd_write_int(buf_sink(wire), ch->batch->hot->at_ms);
	wire_field(wire, "actor", event->hides_actor ? NULL : ch->actor);
	wire_field(wire, "op", ch->op);
	wire_field(wire, "type", event->name);
	buf_add_str(wire, ",\"body\":");
	ch->body_at = wire->len;
	if (!kd_write(event->fields, body, buf_sink(wire), &fault)) {
		log_line(LOG_ERROR, "event does not fit its table", "event", event->name, "field", fault.field, "reason",
			fault.reason, NULL);
		assert(!"an event must fit its table");
		ch->lacks_event = true;
	}
	ch->body_len = wire->len - ch->body_at;
	buf_add_char(wire, '}');
}

static size_t op_hash(const struct change *ch)
{
	uint64_t tail;

	memcpy(&tail, ch->op + ID_SIZE - 1 - sizeof(tail), sizeof(tail)); /* the random end of a UUID */
	return (size_t)(tail * UINT64_C(0x9E3779B97F4A7C15) >> 32);
}

/* The change before it in this batch that has the same op; NULL: it is the first, and noted. */
static const struct change *op_note(struct hot *h, const struct change *ch)
{
	size_t mask = h->op_places - 1, at;

	if (!ch->op || !ch->actor)
		return NULL;
	for (at = op_hash(ch) & mask; h->ops[at]; at = (at + 1) & mask)
		if (strcmp(h->ops[at]->op, ch->op) == 0 && strcmp(h->ops[at]->actor, ch->actor) == 0)
			return h->ops[at];
	h->ops[at] = ch;
	return NULL;
}

/* True: it waits for the commit with the others. */
static bool change_decide_hot(struct batch *b, struct change *ch)
{
	struct hot *h = b->hot;

	if (ch->is_known)
		return true;
	ch->same = op_note(h, ch);
	if (ch->same)
		return true;
	ch->first_seq = b->head + 1;
	ch->state = CHANGE_RUNNING;
	if (ch->decide(ch, h->model->state, h->is_readable ? &h->access : NULL, &ch->err)) {
		b->head += ch->type != NULL;
		if (ch->access)
			b->access = &h->access;
		return true;
	}
	assert(ch->err.code != KD_OK && !ch->type);
	if (h->is_guess) {
		h->must_ask = true;
		return false;
	}
	metric_add(b->journal->undone, 1);
	if (!ch->op || ch->is_stranger || !refusal_is_final(ch->err.code))
		return false;
	h->refusals++;
	return true;
}

/* What was taken out and not decided is the next batch's. */
static void give_back(struct batch *b)
{
	struct hot *h = b->hot;

	if (!h->undecided)
		return;
	DL_CONCAT(h->undecided, b->waiting);
	b->waiting = h->undecided;
	h->undecided = NULL;
}

void hot_decide(struct batch *b)
{
	struct hot *h = b->hot;
	struct change *ch;
	bool is_broken = false;

	while ((ch = h->undecided) && h->wire.len < HOT_MAX_BYTES) {
		bool is_done = change_decide_hot(b, ch);

		if (h->must_ask) {
			change_reset(ch); /* it and those behind it are asked about */
			break;
		}
		DL_DELETE(h->undecided, ch);
		if (is_done) {
			ch->state = CHANGE_KEPT;
			DL_APPEND(b->kept, ch);
		} else {
			change_end(ch, &ch->err);
		}
		is_broken = is_broken || ch->lacks_event;
	}
	give_back(b);
	if (b->head == b->committed_head && h->refusals == 0) {
		db_tx_rollback(b->tx); /* nothing to write: all have their answers */
		b->tx = NULL;
		hot_end(b);
		return;
	}
	b->state = BATCH_COMMITTING;
	if (is_broken || !hot_write(b, hot_committed)) {
		b->state = BATCH_RUNNING;
		hot_break_busy(b);
	}
}


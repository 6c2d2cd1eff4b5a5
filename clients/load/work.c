/* work.c - what a writer does next, as a message, and what the board is like when it has been done. */
#include "clients/load/run.h"
#include <stdlib.h>
#include <string.h>

#define FAR 4000     /* cards lie within a board of this size */
#define CARDS_MAX 4900 /* below the server's limit of a board */
#define CARDS_MIN 5
#define TRIES 64

static const char *const colours[] = { "kalk", "ockra", "puts", "gronjord", "arg", "himmel", "skymning" };
static const char base62[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/* --- choosing ---------------------------------------------------------------------------------------------- */

static enum op_kind kind_choose(struct run *r)
{
	double at = random_unit(&r->random) * r->mix_total;
	int last = 0;

	for (int i = 0; i < OP_KINDS; i++) {
		if (!(r->o.mix[i] > 0))
			continue;
		last = i;
		if (at < r->o.mix[i])
			break;
		at -= r->o.mix[i];
	}
	return (enum op_kind)last;
}

/* A card that is there and not busy; OP_NONE: none was found. */
static uint32_t card_choose(struct run *r, const struct board *b)
{
	for (int i = 0; i < TRIES && b->count; i++) {
		uint32_t card = random_below(&r->random, b->count);

		if (b->cards[card].is_there && !b->cards[card].is_busy)
			return card;
	}
	return OP_NONE;
}

static bool card_op_choose(struct run *r, struct op *op, struct board *b)
{
	if (op->kind == OP_CREATE && b->there >= CARDS_MAX)
		op->kind = OP_DELETE;
	if (op->kind == OP_DELETE && b->there <= CARDS_MIN)
		op->kind = OP_CREATE;
	if (op->kind == OP_CREATE) {
		b->there++;
		return true;
	}
	op->object = card_choose(r, b);
	if (op->object == OP_NONE)
		return false;
	op->argument = b->cards[op->object].revision;
	if (op->kind == OP_EDIT || op->kind == OP_DELETE)
		b->cards[op->object].is_busy = true;
	if (op->kind == OP_DELETE)
		b->there--;
	return true;
}

bool work_choose(struct run *r, struct user *u, struct op *op)
{
	op->kind = (uint8_t)kind_choose(r);
	op->stream = u->stream_count ? u->streams[0].stream : 0;
	if (op->kind == OP_POST)
		op->stream = u->streams[u->stream_count - 1].stream;
	if (op->kind == OP_OPEN && u->stream_count)
		op->stream = u->streams[random_below(&r->random, u->stream_count)].stream;
	return op->kind > OP_DELETE || card_op_choose(r, op, &r->boards[op->stream]);
}

/* --- writing: the same call is the same message each time --------------------------------------------------- */

struct text {
	char *at, *end;
};

static void add(struct text *t, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void add(struct text *t, const char *format, ...)
{
	va_list args;
	int n;

	va_start(args, format);
	n = vsnprintf(t->at, (size_t)(t->end - t->at), format, args);
	va_end(args);
	if (n < 0 || n >= t->end - t->at)
		abort(); /* all that we write fits */
	t->at += n;
}

static void order_add(struct text *t, struct random *random)
{
	add(t, ",\"order\":\"a%c%c%c%c%c\"", base62[random_below(random, 62)], base62[random_below(random, 62)],
	        base62[random_below(random, 62)], base62[random_below(random, 62)], base62[1 + random_below(random, 61)]);
}

static void place_add(struct text *t, struct random *random, const struct board *b)
{
	uint32_t section = random_below(random, (uint32_t)b->section_count + 1);

	if (section < (uint32_t)b->section_count)
		add(t, ",\"section\":\"%s\"", b->sections[section]);
	add(t, ",\"x\":%u,\"y\":%u", random_below(random, FAR), random_below(random, FAR));
	order_add(t, random);
}

static void words_add(struct text *t, struct random *random, uint32_t index, int64_t bytes)
{
	static const char *const words[] = { "vind", "genom", "huset", "ideer", "från", "andra", "sidan", "staden", "möts", "och" };
	char line[2100];
	size_t len = (size_t)snprintf(line, sizeof line, "nr %u", (unsigned)index);

	while (len < (size_t)bytes)
		len += (size_t)snprintf(line + len, sizeof line - len, " %s", words[random_below(random, 10)]);
	len = (size_t)bytes;
	while (len && ((unsigned char)line[len - 1] & 0x80)) /* not within a character */
		len--;
	add(t, ",\"text\":\"%.*s\"", (int)len, line);
}

static void card_call_add(struct run *r, struct text *t, struct random *random, const struct op *op, uint32_t index)
{
	const struct board *b = &r->boards[op->stream];
	char id[ID_TEXT];

	add(t, "\"board\":\"%s\",\"card\":\"%s\"", b->id,
	        op->kind == OP_CREATE ? op_object_id(&r->ops, index, id) : b->cards[op->object].id);
	if (op->kind == OP_MOVE || op->kind == OP_CREATE)
		place_add(t, random, b);
	if (op->kind == OP_CREATE || op->kind == OP_EDIT)
		words_add(t, random, index, r->o.text);
	if (op->kind == OP_EDIT)
		add(t, ",\"revision\":%u", op->argument);
	if (op->kind == OP_CREATE || op->kind == OP_RECOLOUR)
		add(t, ",\"colour\":\"%s\"", colours[random_below(random, 7)]);
}

size_t work_write(struct run *r, uint32_t index, char *text, size_t size)
{
	const struct op *op = ops_get(&r->ops, index);
	struct random random = { (uint64_t)r->o.seed * UINT64_C(0x100000001b3) ^ index };
	struct text t = { text, text + size };
	char id[ID_TEXT];

	add(&t, "{\"jsonrpc\":\"2.0\",\"id\":%u,\"method\":\"%s\",\"params\":{", index, op_methods[op->kind]);
	if (op->kind == OP_POST) {
		add(&t, "\"thread\":\"%s\",\"post\":\"%s\"", r->threads[op->stream - r->o.boards], op_object_id(&r->ops, index, id));
		words_add(&t, &random, index, r->o.text);
	} else if (op->kind == OP_OPEN) {
		add(&t, "\"stream\":\"%s\"", r->streams[op->stream].name);
	} else if (op->kind < OP_POST) {
		card_call_add(r, &t, &random, op, index);
	}
	if (op->kind < OP_WRITES)
		add(&t, ",\"op\":\"%s\"", op_id(&r->ops, index, id));
	add(&t, "}}");
	return (size_t)(t.at - text);
}

/* --- afterwards ----------------------------------------------------------------------------------------------- */

static void card_made(struct run *r, struct board *b, uint32_t index)
{
	if (b->count == b->size) {
		uint32_t size = b->size ? 2 * b->size : 256;
		struct card *more = realloc(b->cards, size * sizeof *more);

		if (!more)
			abort();
		b->cards = more;
		b->size = size;
	}
	b->cards[b->count] = (struct card){ .revision = 1, .is_there = true };
	op_object_id(&r->ops, index, b->cards[b->count].id);
	b->count++;
}

void work_done(struct run *r, uint32_t index, struct span result)
{
	const struct op *op = ops_get(&r->ops, index);
	struct board *b = op->kind <= OP_DELETE ? &r->boards[op->stream] : NULL;

	if (op->kind == OP_CREATE)
		card_made(r, b, index);
	if (op->kind == OP_EDIT)
		b->cards[op->object].revision = (uint32_t)span_int(scan_find(result, "revision"), op->argument + 1);
	if (op->kind == OP_EDIT)
		b->cards[op->object].is_busy = false;
	if (op->kind == OP_DELETE)
		b->cards[op->object].is_there = false;
}

/* Of an unknown outcome one only knows that the card had better be left alone. */
void work_given_up(struct run *r, uint32_t index)
{
	const struct op *op = ops_get(&r->ops, index);
	struct board *b = op->kind <= OP_DELETE ? &r->boards[op->stream] : NULL;

	if (op->kind == OP_CREATE)
		b->there--;
	else if (b && op->state == OP_UNKNOWN && (op->kind == OP_EDIT || op->kind == OP_DELETE))
		b->cards[op->object].is_busy = true;
}

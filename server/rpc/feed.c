/* feed.c - hints: something that you may see has changed, ask again. Gathered, at most one a connection each
 * FEED_TICK_MS; boards, which change with every card, each FEED_SLOW_TICKS. */
#include "rpc/rpc_private.h"
#include <stdlib.h>
#include <string.h>

#define FEED_TICK_MS 250
#define FEED_SLOW_TICKS 12
#define FEED_CHANGES_MAX 256 /* distinct ones between two ticks; beyond it everyone is told without spaces */

static const char *const topic_words[] = { "threads", "boards", "spaces", "people" };
#define TOPICS (sizeof(topic_words) / sizeof(*topic_words))
#define TOPIC_BOARDS 1u

struct feed_change {
	unsigned topic;        /* index in topic_words */
	bool is_for_all;
	struct access access;
};

struct feed {
	struct rpc *rpc;
	struct timer *tick;
	bool is_ticking;
	unsigned ticks;
	size_t count;
	struct feed_change changes[FEED_CHANGES_MAX];
};

struct outcome { /* what those who hear of the same changes are told */
	uint64_t heard[FEED_CHANGES_MAX / 64]; /* a bit each */
	struct frame *frame;
	UT_hash_handle hh;
};

static bool outcome_has(const struct outcome *o, size_t change)
{
	return o->heard[change / 64] >> change % 64 & 1;
}

static void feed_flush(void *owner);

struct feed *feed_create(struct rpc *rpc)
{
	struct feed *f = calloc(1, sizeof(*f));

	if (!f)
		return NULL;
	f->rpc = rpc;
	f->tick = loop_timer_create(rpc->config.loop, feed_flush, f);
	return f;
}

void feed_destroy(struct feed *f)
{
	if (!f)
		return;
	timer_destroy(f->tick);
	free(f);
}

bool feed_topic_bit(const char *topic, unsigned *ret_bit)
{
	for (unsigned i = 0; i < TOPICS; i++)
		if (strcmp(topic, topic_words[i]) == 0) {
			*ret_bit = 1u << i;
			return true;
		}
	return false;
}

static bool is_known(const struct feed *f, unsigned topic, const struct access *access)
{
	for (size_t i = 0; i < f->count; i++)
		if (f->changes[i].topic == topic && (f->changes[i].is_for_all ||
			(access && (f->changes[i].access.openness == access->openness &&
				strcmp(f->changes[i].access.space, access->space) == 0 &&
				strcmp(f->changes[i].access.member, access->member) == 0))))
			return true;
	return false;
}

/* Too much changed to say what: everyone hears which lists did, of no space. */
static void tell_all(struct feed *f)
{
	unsigned topics = 0;

	for (size_t i = 0; i < f->count; i++)
		topics |= 1u << f->changes[i].topic;
	f->count = 0;
	for (unsigned i = 0; i < TOPICS; i++)
		if (topics & (1u << i))
			f->changes[f->count++] = (struct feed_change){ .topic = i, .is_for_all = true };
}

void feed_changed(void *owner, const char *topic, const struct access *access)
{
	struct feed *f = ((struct rpc *)owner)->feed;
	unsigned bit, index = 0;

	if (!feed_topic_bit(topic, &bit))
		return;
	while (bit >> (index + 1))
		index++;
	if (f->count == FEED_CHANGES_MAX)
		tell_all(f);
	if (is_known(f, index, access))
		return;
	f->changes[f->count].topic = index;
	f->changes[f->count].is_for_all = access == NULL;
	if (access)
		f->changes[f->count].access = *access;
	f->count++;
	if (!f->is_ticking) {
		f->is_ticking = true;
		timer_start(f->tick, FEED_TICK_MS, 0);
	}
}

static void add_word(json_t *list, const char *word)
{
	json_t *item;
	size_t i;

	json_array_foreach(list, i, item)
		if (strcmp(json_string_value(item), word) == 0)
			return;
	json_array_append_new(list, json_string(word));
}

static struct frame *hint_frame(const struct feed *f, const struct outcome *o)
{
	json_t *topics = json_array(), *spaces = json_array(), *message;
	struct frame *frame;
	char *text;

	for (size_t i = 0; i < f->count; i++) {
		const struct feed_change *ch = &f->changes[i];

		if (!outcome_has(o, i))
			continue;
		add_word(topics, topic_words[ch->topic]);
		if (!ch->is_for_all && ch->access.space[0])
			add_word(spaces, ch->access.space);
	}
	message = kd_notice_message("hint", json_pack("{s:o, s:o}", "topics", topics, "spaces", spaces));
	text = message ? json_dumps(message, JSON_COMPACT) : NULL;
	frame = text ? frame_create(text, strlen(text)) : NULL;
	free(text);
	json_decref(message);
	return frame;
}

/* Which of the changes the connection hears of. False: of none. */
static bool outcome_of(const struct feed *f, const struct conn *c, unsigned due, struct outcome *ret_o)
{
	bool any = false;

	*ret_o = (struct outcome){ 0 };
	for (size_t i = 0; i < f->count; i++) {
		const struct feed_change *ch = &f->changes[i];

		if (!(due & c->topics & (1u << ch->topic)) || (!ch->is_for_all && !access_may_read(&ch->access, &c->caller->caller)))
			continue;
		ret_o->heard[i / 64] |= UINT64_C(1) << i % 64;
		any = true;
	}
	return any;
}

/* Most people may see the same, and get the same words. */
static void hint_conn(struct feed *f, struct conn *c, unsigned due, struct outcome **outcomes)
{
	struct outcome o, *known;

	if (!outcome_of(f, c, due, &o))
		return;
	HASH_FIND(hh, *outcomes, o.heard, sizeof(o.heard), known);
	if (!known) {
		known = malloc(sizeof(*known));
		if (!known)
			return;
		*known = o;
		known->frame = hint_frame(f, &o);
		HASH_ADD(hh, *outcomes, heard, sizeof(o.heard), known);
	}
	if (known->frame)
		net_send(f->rpc->net, c->id, known->frame, 0, false);
	c->told_ms = clock_mono_ms();
}

static void outcomes_free(struct outcome *outcomes)
{
	struct outcome *o, *next;

	HASH_ITER(hh, outcomes, o, next) {
		HASH_DEL(outcomes, o); /* NOLINT(clang-analyzer-unix.Malloc): it takes each for the one before, which is off the table */
		frame_unref(o->frame);
		free(o);
	}
}

static void feed_flush(void *owner)
{
	struct feed *f = owner;
	struct outcome *outcomes = NULL;
	struct conn *c, *next;
	unsigned due = ~0u;
	size_t kept = 0;

	if (++f->ticks % FEED_SLOW_TICKS != 0)
		due &= ~(1u << TOPIC_BOARDS);
	HASH_ITER(hh, f->rpc->conns, c, next)
		if (c->state == CONN_OPEN && (c->topics & due))
			hint_conn(f, c, due, &outcomes);
	outcomes_free(outcomes);
	for (size_t i = 0; i < f->count; i++)
		if (!(due & (1u << f->changes[i].topic)))
			f->changes[kept++] = f->changes[i];
	f->count = kept;
	f->is_ticking = kept > 0;
	if (kept > 0)
		timer_start(f->tick, FEED_TICK_MS, 0);
}

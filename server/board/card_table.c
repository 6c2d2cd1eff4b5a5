/* card_table.c - a board's live cards in one array, with two hash tables of places in it (open addressing, linear probing,
 * removal by shifting back: Knuth, The Art of Computer Programming 3, 6.4, algorithm R). */
#include "board/card_table.h"
#include <stdlib.h>
#include <string.h>

#define CAP_FIRST 16u
#define CAP_MAX 32768u
#define KEY_ELSEWHERE 1

_Static_assert(offsetof(struct model_card, key.elsewhere.mark) == offsetof(struct model_card, key.here[CARD_KEY_INLINE]),
	"the mark stands where a short key ends");

/* --- ids and keys --------------------------------------------------------------------------------- */

static unsigned char hex(char c)
{
	return (unsigned char)(c <= '9' ? c - '0' : c - 'a' + 10);
}

void card_id_read(unsigned char ret_raw[16], const char *id)
{
	for (int i = 0; i < 16; i++) {
		id += *id == '-';
		ret_raw[i] = (unsigned char)(hex(id[0]) << 4 | hex(id[1]));
		id += 2;
	}
}

static bool is_elsewhere(const struct model_card *c)
{
	return c->key.elsewhere.mark == KEY_ELSEWHERE;
}

const char *card_key(const struct model_card *c)
{
	return is_elsewhere(c) ? c->key.elsewhere.text : c->key.here;
}

static void key_free(struct model_card *c)
{
	if (is_elsewhere(c))
		free(c->key.elsewhere.text);
	memset(&c->key, 0, sizeof(c->key));
}

static bool key_set(struct model_card *c, const char *key)
{
	char *copy = strlen(key) > CARD_KEY_INLINE ? strdup(key) : NULL;

	if (strlen(key) > CARD_KEY_INLINE && !copy)
		return false;
	key_free(c);
	if (copy) {
		c->key.elsewhere.text = copy;
		c->key.elsewhere.mark = KEY_ELSEWHERE;
	} else {
		memcpy(c->key.here, key, strlen(key));
	}
	return true;
}

/* --- the hash tables --------------------------------------------------------------------------------- */

static uint32_t mix(uint64_t h)
{
	h ^= h >> 33;
	h *= UINT64_C(0xFF51AFD7ED558CCD); /* MurmurHash3's finaliser */
	return (uint32_t)(h >> 32);
}

static uint32_t id_hash(const unsigned char raw[16])
{
	uint64_t half[2];

	memcpy(half, raw, sizeof(half));
	return mix(half[0] ^ half[1] * UINT64_C(0x9E3779B97F4A7C15));
}

static uint32_t place_hash(uint16_t section, const char *key)
{
	uint64_t h = UINT64_C(0xCBF29CE484222325) ^ section; /* FNV-1a */

	for (; *key; key++)
		h = (h ^ (unsigned char)*key) * UINT64_C(0x100000001B3);
	return mix(h);
}

static uint32_t hash_of(const struct card_table *t, const uint16_t *index, uint32_t n)
{
	const struct model_card *c = &t->cards[n];

	return index == t->by_id ? id_hash(c->id) : place_hash(c->section, card_key(c));
}

static void index_put(struct card_table *t, uint16_t *index, uint32_t n)
{
	uint32_t mask = t->places - 1, at = hash_of(t, index, n) & mask;

	while (index[at])
		at = (at + 1) & mask;
	index[at] = (uint16_t)(n + 1);
}

/* Before the card changes: it is found by what it is. */
static void index_remove(struct card_table *t, uint16_t *index, uint32_t n)
{
	uint32_t mask = t->places - 1, hole = hash_of(t, index, n) & mask, at;

	while (index[hole] != n + 1)
		hole = (hole + 1) & mask;
	for (at = (hole + 1) & mask; index[at]; at = (at + 1) & mask) {
		uint32_t home = hash_of(t, index, index[at] - 1u) & mask;

		if (((at - home) & mask) >= ((at - hole) & mask)) { /* it may stand in the hole */
			index[hole] = index[at];
			hole = at;
		}
	}
	index[hole] = 0;
}

static bool grow(struct card_table *t)
{
	uint32_t cap = t->cap ? t->cap + t->cap / 2 : CAP_FIRST, places = 16;
	struct model_card *cards;
	uint16_t *by_id, *by_place;

	while (places < cap * 2)
		places *= 2;
	if (cap > CAP_MAX)
		return false;
	cards = realloc(t->cards, cap * sizeof(*cards));
	if (!cards)
		return false;
	t->cards = cards;
	by_id = calloc(places, sizeof(*by_id));
	by_place = calloc(places, sizeof(*by_place));
	if (!by_id || !by_place) {
		free(by_id);
		free(by_place);
		return false;
	}
	free(t->by_id);
	free(t->by_place);
	t->by_id = by_id;
	t->by_place = by_place;
	t->cap = cap;
	t->places = places;
	for (uint32_t n = 0; n < t->used; n++)
		if (t->cards[n].section) {
			index_put(t, t->by_id, n);
			index_put(t, t->by_place, n);
		}
	return true;
}

/* --- cards --------------------------------------------------------------------------------------------- */

void card_table_finish(struct card_table *t)
{
	for (uint32_t n = 0; n < t->used; n++)
		key_free(&t->cards[n]);
	free(t->cards);
	free(t->by_id);
	free(t->by_place);
	*t = (struct card_table){ 0 };
}

size_t card_table_bytes(const struct card_table *t)
{
	size_t bytes = t->cap * sizeof(*t->cards) + 2 * t->places * sizeof(*t->by_id);

	for (uint32_t n = 0; n < t->used; n++)
		if (is_elsewhere(&t->cards[n]))
			bytes += strlen(t->cards[n].key.elsewhere.text) + 1;
	return bytes;
}

int card_table_find(const struct card_table *t, const char *id)
{
	uint32_t mask = t->places - 1, at;
	unsigned char raw[16];

	if (!t->places)
		return -1;
	card_id_read(raw, id);
	for (at = id_hash(raw) & mask; t->by_id[at]; at = (at + 1) & mask)
		if (memcmp(t->cards[t->by_id[at] - 1].id, raw, sizeof(raw)) == 0)
			return t->by_id[at] - 1;
	return -1;
}

/* A free place in the table: a new one, or one that a card has left. */
static int take_place(struct card_table *t)
{
	if (t->used == t->cap && t->live < t->used)
		for (uint32_t n = 0; n < t->used; n++)
			if (t->cards[n].section == 0)
				return (int)n;
	if (t->used == t->cap && !grow(t))
		return -1;
	memset(&t->cards[t->used], 0, sizeof(t->cards[0]));
	return (int)t->used++;
}

int card_table_add(struct card_table *t, const char *id, uint16_t section, const char *order, int64_t revision)
{
	int n = take_place(t);
	struct model_card *c = n >= 0 ? &t->cards[n] : NULL;

	if (!c || !key_set(c, order))
		return -1;
	card_id_read(c->id, id);
	c->section = section;
	c->revision = (uint32_t)revision & INT32_MAX;
	c->is_locked = false;
	c->row = 0;
	index_put(t, t->by_id, (uint32_t)n);
	index_put(t, t->by_place, (uint32_t)n);
	t->live++;
	return n;
}

void card_table_remove(struct card_table *t, int card)
{
	index_remove(t, t->by_id, (uint32_t)card);
	index_remove(t, t->by_place, (uint32_t)card);
	key_free(&t->cards[card]);
	t->cards[card].section = 0;
	t->cards[card].row = 0;
	t->live--;
}

bool card_table_place(struct card_table *t, int card, uint16_t section, const char *order)
{
	struct model_card *c = &t->cards[card];

	if (c->section == section && strcmp(card_key(c), order) == 0)
		return true;
	index_remove(t, t->by_place, (uint32_t)card);
	if (!key_set(c, order)) {
		index_put(t, t->by_place, (uint32_t)card);
		return false;
	}
	c->section = section;
	index_put(t, t->by_place, (uint32_t)card);
	return true;
}

void card_table_loosen(struct card_table *t, uint16_t section)
{
	for (uint32_t n = 0; n < t->used; n++)
		if (t->cards[n].section == section) {
			index_remove(t, t->by_place, n);
			t->cards[n].section = CARD_LOOSE;
			index_put(t, t->by_place, n);
		}
}

bool card_table_is_taken(const struct card_table *t, uint16_t section, const char *order, int but)
{
	uint32_t mask = t->places - 1, at;

	for (at = place_hash(section, order) & mask; t->places && t->by_place[at]; at = (at + 1) & mask) {
		const struct model_card *c = &t->cards[t->by_place[at] - 1];

		if (t->by_place[at] - 1 != but && c->section == section && strcmp(card_key(c), order) == 0)
			return true;
	}
	return false;
}

void card_table_next_order(const struct card_table *t, uint16_t section, const char *order, int but, char ret_key[ORDER_SIZE])
{
	const char *next = NULL;

	for (uint32_t n = 0; n < t->used; n++) {
		const struct model_card *c = &t->cards[n];

		if (c->section != section || (int)n == but || strcmp(card_key(c), order) <= 0)
			continue;
		if (!next || strcmp(card_key(c), next) < 0)
			next = card_key(c);
	}
	strcpy(ret_key, next ? next : "");
}

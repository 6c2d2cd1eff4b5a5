/* order.c - order keys: two of a client's, and a row of places that things are put into one after the other. The first
 * two lines are the keys; each byte of the rest puts something before the so-manieth place. */
#include "lib/fuzz.h"
#include "board/order.h"
#include "protocol/kd.h"
#include <stdlib.h>
#include <string.h>

#define PLACES_MAX 64

void fuzz_begin(void)
{
}

static void between_check(const char *after, const char *before, const char *key)
{
	fuzz_check(order_is_valid(key) && kd_order_is_valid(key), "%s is no key", key);
	fuzz_check(!after || strcmp(after, key) < 0, "%s is not after %s", key, after);
	fuzz_check(!before || strcmp(key, before) < 0, "%s is not before %s", key, before);
}

/* False may only be said of what is in no order, or where the key would have been too long. */
static void refused_check(const char *after, const char *before)
{
	size_t a = after ? strlen(after) : 0, b = before ? strlen(before) : 0;

	if (after && before && strcmp(after, before) >= 0)
		return;
	fuzz_check((a > b ? a : b) >= ORDER_MAX - 1, "there is room between %s and %s", after ? after : "-", before ? before : "-");
}

static bool put_between(const char *after, const char *before, char ret_key[ORDER_SIZE])
{
	bool is_made = order_between(after, before, ret_key);

	if (is_made)
		between_check(after, before, ret_key);
	else if ((!after || order_is_valid(after)) && (!before || order_is_valid(before)))
		refused_check(after, before);
	return is_made;
}

/* As a board does it: each thing is put between two neighbours. */
static void places_fill(struct fuzz_bytes *b, const char *first)
{
	static char places[PLACES_MAX][ORDER_SIZE];
	size_t count = 0;

	if (order_is_valid(first))
		strcpy(places[count++], first);
	while (fuzz_left(b) && count < PLACES_MAX) {
		size_t at = fuzz_take(b) % (count + 1);
		char key[ORDER_SIZE];

		if (!put_between(at > 0 ? places[at - 1] : NULL, at < count ? places[at] : NULL, key))
			continue;
		memmove(places[at + 1], places[at], (count - at) * sizeof(places[0]));
		strcpy(places[at], key);
		count++;
	}
	for (size_t i = 1; i < count; i++)
		fuzz_check(strcmp(places[i - 1], places[i]) < 0, "%s and %s have changed places", places[i - 1], places[i]);
}

void fuzz_input(const uint8_t *bytes, size_t size)
{
	struct fuzz_bytes b = { bytes, bytes + size };
	char *one = fuzz_line(&b), *two = fuzz_line(&b), key[ORDER_SIZE];

	if (one && two) {
		fuzz_check(!order_is_valid(one) || kd_order_is_valid(one), "a key that does not travel: %s", one);
		put_between(one, two, key);
		put_between(two, one, key);
		put_between(one, NULL, key);
		put_between(NULL, two, key);
		put_between(NULL, NULL, key);
		places_fill(&b, one);
	}
	free(one);
	free(two);
}

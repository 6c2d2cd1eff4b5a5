/* order.c - fractional index keys: see order.h for where they come from. */
#include "board/order.h"
#include <assert.h>
#include <stddef.h>
#include <string.h>

static const char digits[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
#define BASE 62

static int digit_value(char digit)
{
	return (int)(strchr(digits, digit) - digits);
}

/* Characters of the integer part, by its first letter; 0: not one. */
static size_t integer_length(char head)
{
	if (head >= 'a' && head <= 'z')
		return (size_t)(head - 'a') + 2;
	if (head >= 'A' && head <= 'Z')
		return (size_t)('Z' - head) + 2;
	return 0;
}

/* "A" and 26 zeros: the least integer, which nothing could be put before. */
static bool is_least_integer(const char *key, size_t len)
{
	return len == 27 && key[0] == 'A' && strspn(key + 1, "0") >= 26;
}

bool order_is_valid(const char *key)
{
	size_t len = strlen(key), whole = integer_length(key[0]);

	if (whole == 0 || len < whole || len > ORDER_MAX || strspn(key, digits) != len)
		return false;
	if (len > whole && key[len - 1] == '0')
		return false;
	return !is_least_integer(key, len);
}

/* A key under way: what does not fit is counted and not written. */
struct key {
	char text[ORDER_SIZE];
	size_t len;
};

static void key_add(struct key *k, const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++, k->len++)
		if (k->len < ORDER_MAX)
			k->text[k->len] = text[i];
}

static bool key_take(const struct key *k, char ret_key[ORDER_SIZE])
{
	if (k->len > ORDER_MAX)
		return false;
	memcpy(ret_key, k->text, k->len);
	ret_key[k->len] = '\0';
	return true;
}

/* Adds a fraction between the fractions `a` ("": 0) and `b` (NULL: 1), where a < b. `b` ends in no zero, so that they part
 * before it ends. */
static void add_middle(struct key *k, const char *a, const char *b)
{
	for (;;) {
		int low, high;

		/* What they share stays; a short `a` goes on in zeros. */
		while (b && (*a ? *a : '0') == *b) {
			key_add(k, b++, 1);
			a += *a != '\0';
		}
		low = *a ? digit_value(*a) : 0;
		high = b ? digit_value(*b) : BASE;
		if (high - low > 1) {
			key_add(k, &digits[(low + high + 1) / 2], 1);
			return;
		}
		if (b && b[1]) {
			key_add(k, b, 1);
			return;
		}
		/* Neighbouring digits: after the lower one there is all the room up to the higher. */
		key_add(k, &digits[low], 1);
		a += *a != '\0';
		b = NULL;
	}
}

/* The next integer in `ret`, NUL-terminated; false after the greatest. */
static bool integer_after(const char *key, size_t len, char ret[ORDER_SIZE])
{
	memcpy(ret, key, len);
	ret[len] = '\0';
	for (size_t i = len - 1; i > 0; i--) {
		int d = digit_value(ret[i]) + 1;

		ret[i] = digits[d % BASE];
		if (d < BASE)
			return true;
	}
	if (ret[0] == 'Z') { /* from below zero to zero */
		strcpy(ret, "a0");
		return true;
	}
	if (ret[0] == 'z')
		return false;
	ret[0]++;
	if (ret[0] > 'a') {
		ret[len] = '0'; /* one digit more */
		ret[len + 1] = '\0';
	} else {
		ret[len - 1] = '\0'; /* nearer to zero: one digit less */
	}
	return true;
}

/* The integer before, which the least one does not have. */
static void integer_before(const char *key, size_t len, char ret[ORDER_SIZE])
{
	memcpy(ret, key, len);
	ret[len] = '\0';
	for (size_t i = len - 1; i > 0; i--) {
		int d = digit_value(ret[i]);

		ret[i] = digits[d == 0 ? BASE - 1 : d - 1];
		if (d > 0)
			return;
	}
	if (ret[0] == 'a') {
		strcpy(ret, "Zz");
		return;
	}
	assert(ret[0] != 'A');
	ret[0]--;
	if (ret[0] < 'Z') {
		ret[len] = 'z';
		ret[len + 1] = '\0';
	} else {
		ret[len - 1] = '\0';
	}
}

static bool key_before(const char *before, char ret_key[ORDER_SIZE])
{
	size_t whole = integer_length(before[0]);
	struct key k = { .len = 0 };
	char integer[ORDER_SIZE];

	if (is_least_integer(before, whole)) {
		key_add(&k, before, whole);
		add_middle(&k, "", before + whole);
		return key_take(&k, ret_key);
	}
	if (before[whole]) { /* its integer part alone is less */
		key_add(&k, before, whole);
		return key_take(&k, ret_key);
	}
	integer_before(before, whole, integer);
	key_add(&k, integer, strlen(integer));
	if (is_least_integer(integer, strlen(integer)))
		add_middle(&k, "", NULL);
	return key_take(&k, ret_key);
}

static bool key_after(const char *after, char ret_key[ORDER_SIZE])
{
	size_t whole = integer_length(after[0]);
	struct key k = { .len = 0 };
	char integer[ORDER_SIZE];

	if (integer_after(after, whole, integer)) {
		key_add(&k, integer, strlen(integer));
	} else {
		key_add(&k, after, whole);
		add_middle(&k, after + whole, NULL);
	}
	return key_take(&k, ret_key);
}

bool order_between(const char *after, const char *before, char ret_key[ORDER_SIZE])
{
	size_t whole_a, whole_b;
	struct key k = { .len = 0 };
	char integer[ORDER_SIZE];

	if ((after && !order_is_valid(after)) || (before && !order_is_valid(before)))
		return false;
	if (!after && !before) {
		strcpy(ret_key, "a0");
		return true;
	}
	if (!after)
		return key_before(before, ret_key);
	if (!before)
		return key_after(after, ret_key);
	if (strcmp(after, before) >= 0)
		return false;
	whole_a = integer_length(after[0]);
	whole_b = integer_length(before[0]);
	if (whole_a == whole_b && memcmp(after, before, whole_a) == 0) {
		key_add(&k, after, whole_a);
		add_middle(&k, after + whole_a, before + whole_b);
	} else if (integer_after(after, whole_a, integer) && strcmp(integer, before) < 0) {
		key_add(&k, integer, strlen(integer));
	} else {
		key_add(&k, after, whole_a);
		add_middle(&k, after + whole_a, NULL);
	}
	return key_take(&k, ret_key);
}

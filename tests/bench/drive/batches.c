/* batches.c - the latest frames that were looked at. */
#include "batches.h"
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

static struct batch batches[256];

struct batch *batch_of(int64_t first, size_t len)
{
	struct batch *b = &batches[((uint64_t)first * 31 + len) % 256];

	if (b->first != first || b->len != len)
		*b = (struct batch){ .first = first, .len = len };
	return b;
}

uint32_t occurrences(const char *text, size_t len, const char *wanted)
{
	const char *end = text + len;
	size_t size = strlen(wanted);
	uint32_t n = 0;

	for (const char *at = text; (at = memmem(at, (size_t)(end - at), wanted, size)); at += size)
		n++;
	return n;
}

int64_t number_after(const char *text, size_t len, const char *key)
{
	const char *at = memmem(text, len, key, strlen(key)), *end = text + len;
	int64_t n = 0;
	bool is_number = false;

	if (!at)
		return -1;
	at += strlen(key);
	if (at < end && *at == ' ') /* as PostgreSQL writes JSON */
		at++;
	for (; at < end && *at >= '0' && *at <= '9'; at++) {
		n = n * 10 + (*at - '0');
		is_number = true;
	}
	return is_number ? n : -1;
}

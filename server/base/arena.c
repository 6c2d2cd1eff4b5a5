/* arena.c - a chain of zeroed blocks, freed together. */
#include "base/arena.h"
#include "base/reserve.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BLOCK_MIN 1024
#define BLOCK_MAX (256u * 1024)

struct block {
	struct block *next;
	size_t size, used;
	_Alignas(ARENA_ALIGN) char data[];
};

struct arena {
	struct block *blocks; /* the first one is the one being filled */
	size_t used;          /* bytes handed out, rounded up */
	size_t max;
	size_t next_size; /* of the next block: doubles, so that a big call needs few of them */
};

static struct block *block_add(struct arena *a, size_t size)
{
	struct block *b = calloc(1, sizeof *b + size);

	if (!b)
		return NULL;
	b->size = size;
	b->next = a->blocks;
	a->blocks = b;
	return b;
}

struct arena *arena_create(size_t size_hint, size_t max_bytes)
{
	struct arena *a = calloc(1, sizeof *a);

	if (!a)
		return NULL;
	a->max = max_bytes;
	a->next_size = size_hint ? size_hint : BLOCK_MIN;
	if (a->next_size > max_bytes)
		a->next_size = max_bytes;
#ifndef __SANITIZE_ADDRESS__
	if (!block_add(a, a->next_size)) {
		free(a);
		return NULL;
	}
#endif
	return a;
}

void arena_destroy(struct arena *a)
{
	if (!a)
		return;
	for (struct block *b = a->blocks, *next; b; b = next) {
		next = b->next;
		free(b);
	}
	free(a);
}

/* Under AddressSanitizer every piece is a block of its exact size, so that a write beyond it is seen. */
static struct block *block_for(struct arena *a, size_t rounded, size_t exact)
{
#ifdef __SANITIZE_ADDRESS__
	(void)rounded;
	return block_add(a, exact);
#else
	struct block *b = a->blocks;
	(void)exact;

	if (b && b->size - b->used >= rounded)
		return b;
	if (a->next_size < BLOCK_MAX)
		a->next_size = a->next_size < BLOCK_MIN ? BLOCK_MIN : a->next_size * 2;
	return block_add(a, rounded > a->next_size ? rounded : a->next_size);
#endif
}

void *arena_try(struct arena *a, size_t size)
{
	struct block *b;
	size_t rounded;
	char *p;

	if (size > a->max)
		return NULL;
	if (size == 0)
		size = 1;
	rounded = (size + ARENA_ALIGN - 1) & ~(size_t)(ARENA_ALIGN - 1);
	if (rounded > a->max - a->used)
		return NULL;
	b = block_for(a, rounded, size);
	if (!b)
		return NULL;
	p = b->data + b->used;
	b->used += rounded;
	a->used += rounded;
	return p;
}

void *arena_alloc(struct arena *a, size_t size)
{
	void *p;

	while (!(p = arena_try(a, size)) && reserve_give())
		;
	if (!p) {
		fprintf(stderr, "arena: %zu bytes more than %zu of %zu\n", size, a->used, a->max);
		abort();
	}
	return p;
}

char *arena_strndup(struct arena *a, const char *s, size_t len)
{
	char *copy = arena_alloc(a, len + 1);

	if (len)
		memcpy(copy, s, len);
	return copy;
}

char *arena_strdup(struct arena *a, const char *s)
{
	return s ? arena_strndup(a, s, strlen(s)) : NULL;
}

char *arena_printf(struct arena *a, const char *format, ...)
{
	va_list args;
	char *text;
	int len;

	va_start(args, format);
	len = vsnprintf(NULL, 0, format, args);
	va_end(args);
	if (len < 0)
		abort(); /* a wrong format is a bug */
	text = arena_alloc(a, (size_t)len + 1);
	va_start(args, format);
	vsnprintf(text, (size_t)len + 1, format, args);
	va_end(args);
	return text;
}

size_t arena_used(const struct arena *a)
{
	return a->used;
}

static void *mem_alloc(void *ctx, size_t size)
{
	return arena_try(ctx, size);
}

struct kd_mem arena_mem(struct arena *a)
{
	return (struct kd_mem){ .alloc = mem_alloc, .ctx = a };
}

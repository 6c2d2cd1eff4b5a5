#include "failing.h"
#include <jansson.h>
#include <limits.h>
#include <stddef.h>
#include <stdlib.h>

/* The names are the linker's (--wrap). */
void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *p, size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *p, size_t size);

static bool is_armed, is_for_good, has_failed;
static long left;

static bool fails(void)
{
	if (!is_armed || left-- > 0)
		return false;
	is_armed = is_for_good;
	left = 0;
	return has_failed = true;
}

void *__wrap_malloc(size_t size)
{
	return fails() ? NULL : __real_malloc(size);
}

void *__wrap_calloc(size_t count, size_t size)
{
	return fails() ? NULL : __real_calloc(count, size);
}

void *__wrap_realloc(void *p, size_t size)
{
	return fails() ? NULL : __real_realloc(p, size);
}

static void arm(long n, bool for_good)
{
	json_set_alloc_funcs(__wrap_malloc, free);
	is_for_good = for_good;
	has_failed = false;
	left = n;
	is_armed = true;
}

void alloc_fail_at(long n)
{
	arm(n, false);
}

void alloc_fail_from(long n)
{
	arm(n, true);
}

bool alloc_end(void)
{
	is_armed = false;
	return has_failed;
}

#include "failing.h"
#include <jansson.h>
#include <stddef.h>
#include <stdlib.h>

/* The names are the linker's (--wrap). */
void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *p, size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *p, size_t size);

static bool is_armed, is_of_json_alone, has_failed;
static long left;

static bool fails(bool is_json)
{
	if (!is_armed || (is_of_json_alone && !is_json) || left-- > 0)
		return false;
	is_armed = false;
	return has_failed = true;
}

void *__wrap_malloc(size_t size)
{
	return fails(false) ? NULL : __real_malloc(size);
}

void *__wrap_calloc(size_t count, size_t size)
{
	return fails(false) ? NULL : __real_calloc(count, size);
}

void *__wrap_realloc(void *p, size_t size)
{
	return fails(false) ? NULL : __real_realloc(p, size);
}

static void *json_alloc(size_t size)
{
	return fails(true) ? NULL : __real_malloc(size);
}

static void arm(long n, bool json_alone)
{
	json_set_alloc_funcs(json_alloc, free);
	is_of_json_alone = json_alone;
	has_failed = false;
	left = n;
	is_armed = true;
}

void alloc_fail_at(long n)
{
	arm(n, false);
}

void json_fail_at(long n)
{
	arm(n, true);
}

bool alloc_end(void)
{
	is_armed = false;
	return has_failed;
}

/* test_arena.c - memory that is freed all at once. */
#include "base/arena.h"
#include <criterion/criterion.h>
#include <signal.h>
#include <string.h>

Test(arena, pieces_are_zeroed_aligned_and_apart)
{
	struct arena *a = arena_create(64, 1 << 20);
	unsigned char *last = NULL;

	for (size_t size = 1; size < 3000; size += 37) {
		unsigned char *p = arena_alloc(a, size);

		cr_assert_eq((uintptr_t)p % 16, 0u);
		for (size_t i = 0; i < size; i++)
			cr_assert_eq(p[i], 0);
		memset(p, 0xFF, size);
		if (last)
			cr_assert_eq(last[0], 0xFF);
		last = p;
	}
	arena_destroy(a);
}

Test(arena, try_answers_null_at_the_ceiling_and_leaves_the_rest_usable)
{
	struct arena *a = arena_create(0, 4096);

	cr_assert_not_null(arena_try(a, 4000));
	cr_assert_null(arena_try(a, 4000));
	cr_assert_null(arena_try(a, SIZE_MAX));
	cr_assert_null(arena_try(a, SIZE_MAX - 8));
	cr_assert_not_null(arena_try(a, 64));
	cr_assert_leq(arena_used(a), 4096u);
	arena_destroy(a);
}

Test(arena, alloc_beyond_the_ceiling_is_a_bug, .signal = SIGABRT)
{
	struct arena *a = arena_create(0, 1024);

	arena_alloc(a, 2048);
}

Test(arena, text_is_copied)
{
	struct arena *a = arena_create(0, 1 << 16);
	char word[] = "korsdrag";
	char *copy = arena_strdup(a, word), *part = arena_strndup(a, word, 4);

	word[0] = 'K';
	cr_assert_str_eq(copy, "korsdrag");
	cr_assert_str_eq(part, "kors");
	cr_assert_str_eq(arena_printf(a, "%s-%d", copy, 7), "korsdrag-7");
	cr_assert_null(arena_strdup(a, NULL));
	cr_assert_str_eq(arena_strndup(a, NULL, 0), "");
	arena_destroy(a);
	arena_destroy(NULL);
}

Test(arena, decoding_memory_is_bounded_too)
{
	struct arena *a = arena_create(0, 1024);
	struct kd_mem mem = arena_mem(a);

	cr_assert_not_null(mem.alloc(mem.ctx, 100));
	cr_assert_null(mem.alloc(mem.ctx, 2000));
	arena_destroy(a);
}

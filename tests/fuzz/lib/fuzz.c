/* fuzz.c - libFuzzer's entrance, and the budgets that every input is held to. */
#include "fuzz.h"
#include "base/log.h"
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#if __has_feature(address_sanitizer)
#include <sanitizer/allocator_interface.h>
#define TIME_MAX_MS 400 /* the sanitizers slow it down: some eight times what is allowed without */
#else
#define TIME_MAX_MS 50
#endif
#define MEMORY_MAX (16u << 20)

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

void fuzz_fail(const char *file, int line, const char *what, const char *format, ...)
{
	va_list args;

	fprintf(stderr, "%s:%d: this does not hold: %s: ", file, line, what);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
	abort();
}

/* --- bytes --------------------------------------------------------------------------------------------- */

uint8_t fuzz_take(struct fuzz_bytes *b)
{
	return b->at < b->end ? *b->at++ : 0;
}

size_t fuzz_left(const struct fuzz_bytes *b)
{
	return (size_t)(b->end - b->at);
}

static char *text_of(const uint8_t *bytes, size_t len)
{
	char *text = malloc(len + 1);

	if (!text)
		abort();
	memcpy(text, bytes, len);
	text[len] = '\0';
	return text;
}

char *fuzz_line(struct fuzz_bytes *b)
{
	const uint8_t *from = b->at, *end = from < b->end ? memchr(from, '\n', fuzz_left(b)) : NULL;

	if (from == b->end)
		return NULL;
	b->at = end ? end + 1 : b->end;
	return text_of(from, (size_t)((end ? end : b->end) - from));
}

char *fuzz_rest(struct fuzz_bytes *b)
{
	const uint8_t *from = b->at;

	b->at = b->end;
	return text_of(from, (size_t)(b->end - from));
}

struct arena *fuzz_arena(void)
{
	struct arena *mem = arena_create(1024, 8u << 20);

	if (!mem)
		abort();
	return mem;
}

/* --- memory -------------------------------------------------------------------------------------------- */

static _Atomic long live, peak; /* a target may have threads */

void fuzz_memory_mark(void)
{
	live = peak = 0;
}

size_t fuzz_memory_peak(void)
{
	return (size_t)peak;
}

#if __has_feature(address_sanitizer)
static void on_malloc(const volatile void *p, size_t size)
{
	long now;

	if (!p)
		return;
	now = atomic_fetch_add(&live, (long)size) + (long)size;
	if (now > peak)
		peak = now;
}

static void on_free(const volatile void *p)
{
	if (p)
		atomic_fetch_sub(&live, (long)__sanitizer_get_allocated_size(p));
}
#endif

/* --- libFuzzer's entrance --------------------------------------------------------------------------------- */

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	signal(SIGPIPE, SIG_IGN);
	log_init(LOG_ERROR, LOG_TEXT, "fuzz");
	fuzz_begin();
#if __has_feature(address_sanitizer)
	if (!__sanitizer_install_malloc_and_free_hooks(on_malloc, on_free))
		abort();
#endif
	return 0;
}

static int64_t clock_us(clockid_t clock)
{
	struct timespec t;

	clock_gettime(clock, &t);
	return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static int64_t time_used_us(const uint8_t *bytes, size_t size, clockid_t clock)
{
	int64_t began = clock_us(clock);

	fuzz_input(bytes, size);
	return clock_us(clock) - began;
}

/* What seems slow is tried again, by the processor's time: the machine may have had other things to do. */
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	int64_t us;

	fuzz_memory_mark();
	us = time_used_us(bytes, size, CLOCK_MONOTONIC);
	fuzz_check(fuzz_memory_peak() <= MEMORY_MAX, "%zu bytes of heap for one input", fuzz_memory_peak());
	for (int again = 0; us > TIME_MAX_MS * 1000 && again < 3; again++) {
		int64_t used = time_used_us(bytes, size, CLOCK_PROCESS_CPUTIME_ID);

		if (used < us)
			us = used;
	}
	fuzz_check(us <= TIME_MAX_MS * 1000, "%.1f ms for one input", (double)us / 1000);
	return 0;
}

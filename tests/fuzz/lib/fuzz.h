/* fuzz.h - what the fuzz targets share. A target is one file that defines the two functions below; libFuzzer calls
 * it with bytes, and whatever it checks that does not hold ends the program with the input kept.
 *
 * Beside what sanitizers see, every input is held to a budget of time and of memory (security.md, goal 2). */
#ifndef TESTS_FUZZ_H
#define TESTS_FUZZ_H
#include "base/arena.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* --- the target's ------------------------------------------------------------------------------------- */

void fuzz_begin(void);                               /* once, before the first input */
void fuzz_input(const uint8_t *bytes, size_t size); /* leaves nothing behind: the same bytes do the same again */

/* --- for its use --------------------------------------------------------------------------------------- */

/* Stops the program unless `is_so`; the rest is printed with it. */
#define fuzz_check(is_so, ...) \
	do { \
		if (!(is_so)) \
			fuzz_fail(__FILE__, __LINE__, #is_so, __VA_ARGS__); \
	} while (0)
_Noreturn void fuzz_fail(const char *file, int line, const char *what, const char *format, ...)
	__attribute__((format(printf, 4, 5)));

/* Bytes that are taken from the front, for inputs of several parts. At the end there are zeros. */
struct fuzz_bytes {
	const uint8_t *at, *end;
};
uint8_t fuzz_take(struct fuzz_bytes *b);
size_t fuzz_left(const struct fuzz_bytes *b);
/* A line, without its LF, as a text of its own that the caller frees; stops at a NUL. NULL at the end. */
char *fuzz_line(struct fuzz_bytes *b);
char *fuzz_rest(struct fuzz_bytes *b); /* all that is left, likewise */

/* From the beginning of the input, or the last fuzz_memory_mark: the most heap that was in use at once beyond what was
 * then. 0 in builds without AddressSanitizer, which counts. */
void fuzz_memory_mark(void);
size_t fuzz_memory_peak(void);

struct arena *fuzz_arena(void); /* empty, of one megabyte and at most eight; the caller destroys it */
#endif

/* batches.h - a frame that all viewers get alike is looked at once.
 *
 * Servers that send what was committed together in one frame send the same octets to each viewer; the driver would otherwise
 * spend more time reading them than the server spends sending. Frames are told apart by their first number and length. */
#ifndef BENCH_BATCHES_H
#define BENCH_BATCHES_H
#include <stddef.h>
#include <stdint.h>

struct batch {
	int64_t first;
	size_t len;
	uint32_t events;
	uint32_t done_count; /* plain: who is acknowledged up to which op by this frame */
	struct { uint32_t writer, upto; } done[256];
};

/* The batch, counted already or new (events 0: count it). Good until 256 others have come. */
struct batch *batch_of(int64_t first, size_t len);
uint32_t occurrences(const char *text, size_t len, const char *wanted);
/* The number behind `key`, or -1. */
int64_t number_after(const char *text, size_t len, const char *key);
#endif

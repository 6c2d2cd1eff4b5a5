/* histogram.h - durations counted in buckets whose width grows with the value, so that every percentile is within one
 * percent and recording costs a few instructions.
 *
 * Log-linear buckets as in HdrHistogram (Gil Tene, https://github.com/HdrHistogram/HdrHistogram); written anew because
 * Debian has no C package of it. What is recorded is for the caller to choose: latencies are taken from the intended
 * time of sending, so that a stalled server cannot hide its stall (what HdrHistogram calls coordinated omission). */
#ifndef CLIENTS_LOAD_HISTOGRAM_H
#define CLIENTS_LOAD_HISTOGRAM_H
#include <stdint.h>

#define HISTOGRAM_BITS 7 /* 128 buckets an octave: at most 1/128 off */
#define HISTOGRAM_OCTAVES 37 /* to 2^43 ns, over two hours; longer counts as that */
#define HISTOGRAM_BUCKETS ((HISTOGRAM_OCTAVES + 1) << HISTOGRAM_BITS)

struct histogram {
	uint64_t count;
	int64_t min, max; /* exact; 0 while empty */
	double sum;
	uint64_t buckets[HISTOGRAM_BUCKETS];
};

void histogram_record(struct histogram *h, int64_t ns); /* what is negative counts as 0 */
void histogram_record_many(struct histogram *h, int64_t ns, uint64_t times);
void histogram_add(struct histogram *h, const struct histogram *other);

/* The smallest recorded value that `share` (0 … 1) of all values do not exceed, rounded up to its bucket's end and never
 * beyond the maximum; 0 while empty. */
int64_t histogram_at(const struct histogram *h, double share);
double histogram_mean(const struct histogram *h);
#endif

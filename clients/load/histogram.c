/* histogram.c - which bucket a value falls into, and back. */
#include "clients/load/histogram.h"

#define WIDTH (1 << HISTOGRAM_BITS)

/* Below 2 * WIDTH each value has a bucket of its own; above, the highest HISTOGRAM_BITS + 1 bits of the value choose. */
static unsigned bucket_of(uint64_t value)
{
	unsigned shift, bucket;

	if (value < 2 * WIDTH)
		return (unsigned)value;
	shift = 63 - HISTOGRAM_BITS - (unsigned)__builtin_clzll(value);
	bucket = (shift << HISTOGRAM_BITS) + (unsigned)(value >> shift);
	return bucket < HISTOGRAM_BUCKETS ? bucket : HISTOGRAM_BUCKETS - 1;
}

/* The greatest value that falls into a bucket. */
static int64_t bucket_end(unsigned bucket)
{
	unsigned shift;

	if (bucket < 2 * WIDTH)
		return bucket;
	shift = (bucket >> HISTOGRAM_BITS) - 1;
	return (int64_t)((((uint64_t)(bucket & (WIDTH - 1)) + WIDTH + 1) << shift) - 1);
}

void histogram_record_many(struct histogram *h, int64_t ns, uint64_t times)
{
	if (!times)
		return;
	if (ns < 0)
		ns = 0;
	if (h->count == 0 || ns < h->min)
		h->min = ns;
	if (ns > h->max)
		h->max = ns;
	h->count += times;
	h->sum += (double)ns * (double)times;
	h->buckets[bucket_of((uint64_t)ns)] += times;
}

void histogram_record(struct histogram *h, int64_t ns)
{
	histogram_record_many(h, ns, 1);
}

void histogram_add(struct histogram *h, const struct histogram *other)
{
	if (other->count == 0)
		return;
	if (h->count == 0 || other->min < h->min)
		h->min = other->min;
	if (other->max > h->max)
		h->max = other->max;
	h->count += other->count;
	h->sum += other->sum;
	for (unsigned i = 0; i < HISTOGRAM_BUCKETS; i++)
		h->buckets[i] += other->buckets[i];
}

int64_t histogram_at(const struct histogram *h, double share)
{
	double wanted = share * (double)h->count;
	uint64_t seen = 0;

	for (unsigned i = 0; i < HISTOGRAM_BUCKETS; i++) {
		seen += h->buckets[i];
		if (h->buckets[i] && (double)seen >= wanted)
			return bucket_end(i) < h->max ? bucket_end(i) : h->max;
	}
	return h->max;
}

double histogram_mean(const struct histogram *h)
{
	return h->count ? h->sum / (double)h->count : 0;
}

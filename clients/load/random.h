/* random.h - numbers that look random and are the same again for the same seed. Nothing here is for secrets.
 *
 * SplitMix64 (Steele, Lea and Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014). */
#ifndef CLIENTS_LOAD_RANDOM_H
#define CLIENTS_LOAD_RANDOM_H
#include <math.h>
#include <stdint.h>

struct random {
	uint64_t state;
};

static inline uint64_t random_next(struct random *r)
{
	uint64_t z = r->state += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return z ^ (z >> 31);
}

static inline uint32_t random_below(struct random *r, uint32_t limit) /* 0 … limit - 1 */
{
	return (uint32_t)(((random_next(r) >> 32) * limit) >> 32);
}

static inline double random_unit(struct random *r) /* 0 ≤ x < 1 */
{
	return (double)(random_next(r) >> 11) * 0x1p-53;
}

static inline double random_exponential(struct random *r) /* mean 1 */
{
	return -log1p(-random_unit(r));
}
#endif

/* clock.h - time as the load client counts it: nanoseconds that only go forward. */
#ifndef CLIENTS_LOAD_CLOCK_H
#define CLIENTS_LOAD_CLOCK_H
#include <stdint.h>
#include <time.h>

#define NS_PER_S INT64_C(1000000000)
#define NS_PER_MS INT64_C(1000000)
#define NEVER INT64_MAX

static inline int64_t clock_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * NS_PER_S + t.tv_nsec;
}
#endif

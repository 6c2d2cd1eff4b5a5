/* clock.c - the system's clocks, or the one that a test has set. */
#include "base/clock.h"
#include <time.h>

static int64_t set_ms = -1;

static int64_t read_us(clockid_t id)
{
	struct timespec t;

	clock_gettime(id, &t);
	return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

int64_t clock_now_ms(void)
{
	return set_ms >= 0 ? set_ms : read_us(CLOCK_REALTIME) / 1000;
}

int64_t clock_mono_us(void)
{
	return set_ms >= 0 ? set_ms * 1000 : read_us(CLOCK_MONOTONIC);
}

int64_t clock_mono_ms(void)
{
	return clock_mono_us() / 1000;
}

void clock_set(int64_t now_ms)
{
	set_ms = now_ms;
}

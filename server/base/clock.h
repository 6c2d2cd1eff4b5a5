/* clock.h - the time, which tests may set. */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H
#include <stdint.h>
int64_t clock_now_ms(void);       /* wall clock, milliseconds since 1970 UTC */
int64_t clock_mono_ms(void);      /* monotonic, for deadlines and rates */
int64_t clock_mono_us(void);
void clock_set(int64_t now_ms);   /* tests: both clocks stand still at now_ms until set again; -1: real again */
#endif

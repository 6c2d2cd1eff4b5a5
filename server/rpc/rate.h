/* rate.h - how often a member, and an address, may call: a token bucket for each rate class. */
#ifndef RPC_RATE_H
#define RPC_RATE_H
#include <stdbool.h>
#include <stdint.h>
struct rates;

#define RATE_CLASSES 5 /* enum call_rate, from 1 */

struct rates *rates_create(const int64_t per_minute[RATE_CLASSES]); /* 0: unlimited; NULL: out of memory */
void rates_destroy(struct rates *r);
/* Takes one token of `who`. False: *ret_retry_ms says when one is there again. `share` widens the bucket (an address
 * stands for many people behind one proxy). */
bool rate_take(struct rates *r, const char *who, int rate_class, int share, int64_t now_ms, int64_t *ret_retry_ms);
void rates_sweep(struct rates *r, int64_t now_ms); /* forgets who has been quiet until full again */
#endif

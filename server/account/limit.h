/* limit.h - how often one network address may ask for something: a fixed table, so that no flood of addresses
 * costs memory.
 *
 * Addresses that fall into the same slot share it; which ones do is unknown outside, for the table has a
 * secret. An IPv6 peer is counted by its /64, which is what one customer has. */
#ifndef ACCOUNT_LIMIT_H
#define ACCOUNT_LIMIT_H
#include "base/id.h"
#include <stdbool.h>
#include <stdint.h>

#define LIMIT_SLOTS 4096

struct limit {
	char secret[SECRET_SIZE];
	int most; /* in one window */
	int64_t window_ms;
	struct {
		int64_t since_ms;
		int count;
	} slots[LIMIT_SLOTS];
};
void limit_init(struct limit *l, int most, int64_t window_ms);
/* Counts one; false when that is too many, and then *ret_wait_ms says when the window ends. */
bool limit_take(struct limit *l, const char *address, int64_t *ret_wait_ms);
#endif

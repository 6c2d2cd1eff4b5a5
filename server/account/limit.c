#include "account/limit.h"
#include "base/clock.h"
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void limit_init(struct limit *l, int most, int64_t window_ms)
{
	memset(l, 0, sizeof(*l));
	secret_make(l->secret);
	l->most = most;
	l->window_ms = window_ms;
}

static size_t slot_of(const struct limit *l, const char *address)
{
	struct in6_addr six;
	char key[SECRET_SIZE + 80], hash[HASH_SIZE];
	int n = snprintf(key, sizeof(key), "%s/", l->secret);

	if (inet_pton(AF_INET6, address, &six) == 1)
		for (size_t i = 0; i < 8; i++)
			n += snprintf(key + n, sizeof(key) - (size_t)n, "%02x", six.s6_addr[i]);
	else
		snprintf(key + n, sizeof(key) - (size_t)n, "%.64s", address);
	bytes_hash(key, strlen(key), hash);
	hash[8] = '\0';
	return strtoul(hash, NULL, 16) % LIMIT_SLOTS;
}

bool limit_take(struct limit *l, const char *address, int64_t *ret_wait_ms)
{
	size_t slot = slot_of(l, address);
	int64_t now = clock_mono_ms();

	if (l->slots[slot].count == 0 || now - l->slots[slot].since_ms >= l->window_ms) {
		l->slots[slot].since_ms = now;
		l->slots[slot].count = 0;
	}
	*ret_wait_ms = l->slots[slot].since_ms + l->window_ms - now;
	if (l->slots[slot].count >= l->most)
		return false;
	l->slots[slot].count++;
	return true;
}

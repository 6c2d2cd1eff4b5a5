/* rate.c - token buckets (the leaky bucket as a meter, ITU-T I.371), one row for each who. */
#include "rpc/rate.h"
#include "base/hash.h"
#include <stdlib.h>
#include <string.h>

struct bucket {
	double tokens;
	int64_t at_ms; /* when `tokens` was right; 0: full */
};

struct payer {
	char who[72];
	struct bucket buckets[RATE_CLASSES];
	int64_t seen_ms;
	UT_hash_handle hh;
};

struct rates {
	int64_t per_minute[RATE_CLASSES];
	struct payer *payers;
};

#define PAYERS_MAX 200000 /* beyond it nobody new is counted until the sweep */
#define QUIET_MS 120000   /* every bucket is full again after a minute */

struct rates *rates_create(const int64_t per_minute[RATE_CLASSES])
{
	struct rates *r = calloc(1, sizeof(*r));

	if (r)
		memcpy(r->per_minute, per_minute, sizeof(r->per_minute));
	return r;
}

void rates_destroy(struct rates *r)
{
	if (!r)
		return;
	rates_sweep(r, INT64_MAX);
	free(r);
}

static struct payer *payer_get(struct rates *r, const char *who)
{
	struct payer *p;

	HASH_FIND_STR(r->payers, who, p);
	if (p)
		return p;
	p = HASH_COUNT(r->payers) < PAYERS_MAX ? calloc(1, sizeof(*p)) : NULL;
	if (!p)
		return NULL;
	strncpy(p->who, who, sizeof(p->who) - 1);
	HASH_ADD_STR(r->payers, who, p);
	return p;
}

bool rate_take(struct rates *r, const char *who, int rate_class, int share, int64_t now_ms, int64_t *ret_retry_ms)
{
	double most = (double)r->per_minute[rate_class] * share;
	struct payer *p = most > 0 ? payer_get(r, who) : NULL;
	struct bucket *b;

	if (!p)
		return true;
	p->seen_ms = now_ms;
	b = &p->buckets[rate_class];
	if (b->at_ms == 0)
		b->tokens = most;
	else if (now_ms > b->at_ms)
		b->tokens += most * (double)(now_ms - b->at_ms) / 60000.0;
	if (b->tokens > most)
		b->tokens = most;
	b->at_ms = now_ms;
	if (b->tokens < 1.0) {
		*ret_retry_ms = (int64_t)((1.0 - b->tokens) * 60000.0 / most) + 1;
		return false;
	}
	b->tokens -= 1.0;
	return true;
}

void rates_sweep(struct rates *r, int64_t now_ms)
{
	struct payer *p, *next;

	HASH_ITER(hh, r->payers, p, next)
		if (now_ms - QUIET_MS > p->seen_ms) {
			HASH_DEL(r->payers, p);
			free(p);
		}
}

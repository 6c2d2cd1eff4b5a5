/* recent.c - the last write of each member. */
#include "rpc/recent.h"
#include "base/hash.h"
#include "base/id.h"
#include <stdlib.h>
#include <string.h>

struct writer {
	char member[ID_SIZE];
	int64_t at_ms;
	UT_hash_handle hh;
};

struct recent {
	struct writer *writers;
	int64_t anybody_ms; /* somebody wrote whom there was no memory for */
};

struct recent *recent_create(void)
{
	return calloc(1, sizeof(struct recent));
}

void recent_destroy(struct recent *r)
{
	if (r)
		recent_sweep(r, INT64_MAX);
	free(r);
}

void recent_note(struct recent *r, const char *member, int64_t now_ms)
{
	struct writer *w;

	HASH_FIND_STR(r->writers, member, w);
	if (!w && (w = calloc(1, sizeof(*w)))) {
		strncpy(w->member, member, sizeof(w->member) - 1);
		HASH_ADD_STR(r->writers, member, w);
	}
	if (w)
		w->at_ms = now_ms;
	else
		r->anybody_ms = now_ms;
}

int64_t recent_ms(const struct recent *r, const char *member)
{
	struct writer *w;

	HASH_FIND_STR(r->writers, member, w);
	return w && w->at_ms > r->anybody_ms ? w->at_ms : r->anybody_ms;
}

void recent_sweep(struct recent *r, int64_t before_ms)
{
	struct writer *w, *next;

	HASH_ITER(hh, r->writers, w, next)
		if (w->at_ms < before_ms) {
			HASH_DEL(r->writers, w);
			free(w);
		}
}

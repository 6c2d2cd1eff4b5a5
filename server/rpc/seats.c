/* seats.c - a count for each member who is here. */
#include "rpc/seats.h"
#include "base/hash.h"
#include "base/id.h"
#include "base/metrics.h"
#include <stdlib.h>
#include <string.h>

struct seat {
	char member[ID_SIZE];
	int count;
	UT_hash_handle hh;
};

struct seats {
	struct seat *members;
	int max;
	struct metric *refused;
};

struct seats *seats_create(int max_per_member)
{
	struct seats *s = calloc(1, sizeof(*s));

	if (!s)
		return NULL;
	s->max = max_per_member;
	s->refused = metric_refusals("limit.connections_per_member");
	return s;
}

void seats_destroy(struct seats *s)
{
	struct seat *seat, *next;

	if (!s)
		return;
	HASH_ITER(hh, s->members, seat, next) {
		HASH_DEL(s->members, seat);
		free(seat);
	}
	free(s);
}

bool seats_take(struct seats *s, const char *member)
{
	struct seat *seat;

	HASH_FIND_STR(s->members, member, seat);
	if (!seat) {
		seat = calloc(1, sizeof(*seat));
		if (!seat)
			return false;
		strncpy(seat->member, member, sizeof(seat->member) - 1);
		HASH_ADD_STR(s->members, member, seat);
	}
	if (s->max && seat->count >= s->max) {
		metric_add(s->refused, 1);
		return false;
	}
	seat->count++;
	return true;
}

void seats_give(struct seats *s, const char *member)
{
	struct seat *seat;

	HASH_FIND_STR(s->members, member, seat);
	if (seat && --seat->count <= 0) {
		HASH_DEL(s->members, seat);
		free(seat);
	}
}

/* schedule.h - when calls are due, whatever became of those before: an open loop. A call that could not be made in time is
 * still due when it was, so that its latency counts from then. */
#ifndef CLIENTS_LOAD_SCHEDULE_H
#define CLIENTS_LOAD_SCHEDULE_H
#include "clients/load/clock.h"
#include "clients/load/random.h"
#include <stdbool.h>

struct schedule {
	int64_t next; /* when the next call is due; 0: not begun */
	double gap;   /* ns between two, on average */
	bool is_poisson;
};

/* The first call is due at random within the first gap, so that many do not beat together. */
static inline void schedule_begin(struct schedule *s, double per_second, bool is_poisson, int64_t now, struct random *random)
{
	s->gap = (double)NS_PER_S / per_second;
	s->is_poisson = is_poisson;
	s->next = now + (int64_t)(s->gap * random_unit(random));
}

/* Takes the next call, if it is due: false is not. */
static inline bool schedule_take(struct schedule *s, int64_t now, int64_t *ret_due, struct random *random)
{
	if (s->next > now)
		return false;
	*ret_due = s->next;
	s->next += (int64_t)(s->is_poisson ? s->gap * random_exponential(random) : s->gap);
	return true;
}
#endif

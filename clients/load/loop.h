/* loop.h - one epoll set and one heap of timers: what the load client waits for. */
#ifndef CLIENTS_LOAD_LOOP_H
#define CLIENTS_LOAD_LOOP_H
#include <stdbool.h>
#include <stdint.h>

struct timer {
	int64_t when; /* clock_ns() */
	uint32_t at;  /* place in the heap; 0: not set */
	void (*fire)(struct timer *t, int64_t now); /* may set it again */
};

struct watch { /* embedded in whoever has a descriptor */
	void (*ready)(struct watch *w, uint32_t events);
};

struct loop {
	int epoll;
	struct timer **heap; /* from 1 */
	uint32_t count, size;
	int64_t now;     /* of this turn's beginning, and of each timer's firing */
	uint64_t turns;
	int64_t late_max;          /* how late a timer has fired since this was last set to 0 */
	void (*late)(struct loop *loop, int64_t ns); /* hears how late each timer fires; may be NULL */
	void (*turn_ends)(struct loop *loop);        /* after each turn's descriptors and timers */
	bool has_stopped;
};

bool loop_init(struct loop *loop); /* false: errno says why */
void loop_finish(struct loop *loop);
void loop_run(struct loop *loop); /* until loop_stop */
void loop_stop(struct loop *loop);

/* Events are epoll's (EPOLLIN, EPOLLOUT, EPOLLET). A closed descriptor leaves the set by itself. */
bool loop_watch(struct loop *loop, int fd, struct watch *w, uint32_t events);
void loop_rewatch(struct loop *loop, int fd, struct watch *w, uint32_t events);

void timer_set(struct loop *loop, struct timer *t, int64_t when); /* anew when it was set */
void timer_clear(struct loop *loop, struct timer *t);
#endif

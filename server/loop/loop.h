/* loop.h - timers, descriptors and deferred tasks on the node's one event loop (libuv). */
#ifndef LOOP_LOOP_H
#define LOOP_LOOP_H
#include <stdbool.h>
#include <stdint.h>
struct loop;
struct uv_loop_s;

struct loop *loop_create(void);          /* NULL when out of memory or descriptors */
void loop_destroy(struct loop *loop);    /* closes what is left and runs out */
void loop_run(struct loop *loop);        /* until loop_stop */
void loop_stop(struct loop *loop);
struct uv_loop_s *loop_uv(struct loop *loop); /* for net/ (libwebsockets) only */

/* A turn that takes longer is logged and counted; 20 ms unless told. */
void loop_slow_after(struct loop *loop, int64_t ms);

/* Says what this turn is doing ("card.move"), for the log line of a turn that took too long. `what` lives for ever. */
void loop_note(struct loop *loop, const char *what);

/* A task is run once on a later step of the loop, in the order posted. It is embedded in its owner, whose
 * destructor cancels it. Posting a posted task does nothing. Tasks posted by tasks run in the next round. */
struct task {
	struct loop *loop;
	void (*run)(struct task *t);
	struct task *prev, *next;
	bool is_posted;
};
void task_init(struct task *t, struct loop *loop, void (*run)(struct task *t));
void task_post(struct task *t);
void task_cancel(struct task *t);
#define task_owner(t, T, member) ((T *)((char *)(t) - __builtin_offsetof(T, member)))

/* `fn` runs after `after_ms`, then each `repeat_ms` (0: once). The name timer_create is POSIX's own. */
struct timer;
struct timer *loop_timer_create(struct loop *loop, void (*fn)(void *owner), void *owner) __attribute__((nonnull(1, 2)));
void timer_start(struct timer *t, int64_t after_ms, int64_t repeat_ms);
void timer_stop(struct timer *t);
void timer_destroy(struct timer *t); /* NULL is fine; may be called from inside fn */

/* Watches a descriptor that somebody else owns. Destroy the watch before the descriptor is closed. */
enum { WATCH_READ = 1, WATCH_WRITE = 2 };
struct watch;
struct watch *watch_create(struct loop *loop, int fd, void (*fn)(void *owner, int events), void *owner);
void watch_want(struct watch *w, int events); /* 0: nothing */
void watch_destroy(struct watch *w);          /* NULL is fine; may be called from inside fn */

/* Run at the end of every loop turn, after descriptors and tasks, before the loop sleeps: the one flush. */
struct turn_end;
struct turn_end *turn_end_create(struct loop *loop, void (*fn)(void *owner), void *owner);
void turn_end_destroy(struct turn_end *t);

/* Runs `fn` on the loop soon after wake_send, which any thread may call; several sends may become one run. Destroy it only
 * when no other thread can send any more. */
struct wake;
struct wake *wake_create(struct loop *loop, void (*fn)(void *owner), void *owner);
void wake_send(struct wake *w);
void wake_destroy(struct wake *w); /* NULL is fine */

/* Calls `fn` on SIGTERM, SIGINT or SIGHUP from the loop. */
struct loop_signal;
struct loop_signal *loop_signal_create(struct loop *loop, int signum, void (*fn)(void *owner, int signum), void *owner);
void loop_signal_destroy(struct loop_signal *s);
#endif

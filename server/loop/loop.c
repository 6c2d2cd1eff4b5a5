/* loop.c - the one event loop of a node: turns, tasks, and what runs at a turn's end.
 *
 * libuv's turn is: timers, descriptors that became ready after their poll, prepare handles, sleep in poll. So what
 * runs in a prepare handle runs after everything of this turn and before the sleep: tasks first, then the turn's
 * ends. An idle handle keeps the loop from sleeping while tasks wait. */
#include "handle.h"
#include "base/log.h"
#include "base/metrics.h"
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#define TURN_SLOW_MS 20

struct turn_end {
	struct loop *loop;
	void (*fn)(void *owner);
	void *owner;
	struct turn_end *next;
	bool is_dead; /* destroyed while the list is being walked; swept afterwards */
};

static void ring_init(struct task *head)
{
	head->prev = head->next = head;
}

static void ring_remove(struct task *t)
{
	t->prev->next = t->next;
	t->next->prev = t->prev;
	t->prev = t->next = NULL;
}

static void tasks_run(struct loop *loop)
{
	if (loop->tasks.next == &loop->tasks)
		return;
	/* The whole ring moves to `running`, so that what tasks post waits for the next round. */
	loop->running.next = loop->tasks.next;
	loop->running.prev = loop->tasks.prev;
	loop->running.next->prev = &loop->running;
	loop->running.prev->next = &loop->running;
	ring_init(&loop->tasks);
	uv_idle_stop(&loop->no_sleep);
	while (loop->running.next != &loop->running) {
		struct task *t = loop->running.next;

		ring_remove(t);
		t->is_posted = false;
		t->run(t);
	}
}

static void turn_ends_run(struct loop *loop)
{
	loop->is_ending_turn = true;
	for (struct turn_end *t = loop->turn_ends; t; t = t->next)
		if (!t->is_dead)
			t->fn(t->owner);
	loop->is_ending_turn = false;
	for (struct turn_end **at = &loop->turn_ends; *at;) {
		struct turn_end *t = *at;

		if (t->is_dead) {
			*at = t->next;
			free(t);
		} else {
			at = &t->next;
		}
	}
}

static void turn_measure(struct loop *loop)
{
	uint64_t now = uv_hrtime(), idle = uv_metrics_idle_time(&loop->uv);
	int64_t busy_us = ((int64_t)(now - loop->turn_began_ns) - (int64_t)(idle - loop->turn_idle_ns)) / 1000;

	loop->turn_began_ns = now;
	loop->turn_idle_ns = idle;
	if (loop->is_unmeasured) {
		loop->is_unmeasured = false;
		loop->note = NULL;
		return;
	}
	metric_observe_us(loop->turn_seconds, busy_us < 0 ? 0 : busy_us);
	if (busy_us > loop->slow_us) {
		metric_add(loop->turns_slow, 1);
		log_line(LOG_WARN, "loop turn slow", "ms", log_ms(busy_us), "last", loop->note, NULL);
	}
	loop->note = NULL;
}

static void on_before_sleep(uv_prepare_t *h)
{
	struct loop *loop = h->data;

	tasks_run(loop);
	turn_ends_run(loop);
	turn_measure(loop);
}

static void on_no_sleep(uv_idle_t *h)
{
	(void)h; /* being active is all it does */
}

struct loop *loop_create(void)
{
	struct loop *loop = calloc(1, sizeof *loop);

	if (!loop)
		return NULL;
	if (uv_loop_init(&loop->uv) != 0) {
		free(loop);
		return NULL;
	}
	uv_loop_configure(&loop->uv, UV_METRICS_IDLE_TIME);
	loop_slow_after(loop, TURN_SLOW_MS);
	ring_init(&loop->tasks);
	ring_init(&loop->running);
	uv_prepare_init(&loop->uv, &loop->before_sleep);
	loop->before_sleep.data = loop;
	uv_prepare_start(&loop->before_sleep, on_before_sleep);
	uv_idle_init(&loop->uv, &loop->no_sleep);
	loop->turn_seconds = metric_histogram("korsdrag_loop_turn_seconds", "Work done in one turn of the event loop.", NULL);
	loop->turns_slow = metric_counter("korsdrag_loop_turns_slow_total", "Turns that took longer than limit.turn.", NULL);
	return loop;
}

static void on_closed(uv_handle_t *h)
{
	free(h->data);
}

void handle_close(uv_handle_t *h)
{
	if (!uv_is_closing(h))
		uv_close(h, on_closed);
}

static void on_left(uv_handle_t *h, void *unused)
{
	(void)unused;
	if (uv_is_closing(h))
		return;
	if (h->data == h)
		handle_close(h);
	else
		uv_close(h, NULL);
}

void loop_destroy(struct loop *loop)
{
	if (!loop)
		return;
	while (loop->tasks.next != &loop->tasks)
		task_cancel(loop->tasks.next);
	uv_prepare_stop(&loop->before_sleep);
	uv_walk(&loop->uv, on_left, NULL);
	uv_run(&loop->uv, UV_RUN_DEFAULT);
	if (uv_loop_close(&loop->uv) != 0)
		log_line(LOG_ERROR, "loop not closed", "reason", "a request is still active", NULL);
	for (struct turn_end *t = loop->turn_ends, *next; t; t = next) {
		next = t->next;
		free(t);
	}
	free(loop);
}

void loop_run(struct loop *loop)
{
	loop->turn_began_ns = uv_hrtime();
	loop->turn_idle_ns = uv_metrics_idle_time(&loop->uv);
	uv_run(&loop->uv, UV_RUN_DEFAULT);
}

void loop_stop(struct loop *loop)
{
	uv_stop(&loop->uv);
}

void loop_slow_after(struct loop *loop, int64_t ms)
{
	loop->slow_us = ms * 1000;
}

struct uv_loop_s *loop_uv(struct loop *loop)
{
	return &loop->uv;
}

void loop_note(struct loop *loop, const char *what)
{
	loop->note = what;
}

void task_init(struct task *t, struct loop *loop, void (*run)(struct task *t))
{
	*t = (struct task){ .loop = loop, .run = run };
}

void task_post(struct task *t)
{
	struct task *head = &t->loop->tasks;

	if (t->is_posted)
		return;
	t->is_posted = true;
	t->prev = head->prev;
	t->next = head;
	head->prev->next = t;
	head->prev = t;
	uv_idle_start(&t->loop->no_sleep, on_no_sleep); /* does nothing when it is active already */
}

void task_cancel(struct task *t)
{
	if (!t->is_posted)
		return;
	ring_remove(t);
	t->is_posted = false;
}

struct turn_end *turn_end_create(struct loop *loop, void (*fn)(void *owner), void *owner)
{
	struct turn_end *t = calloc(1, sizeof *t), **at = &loop->turn_ends;

	if (!t)
		return NULL;
	t->loop = loop;
	t->fn = fn;
	t->owner = owner;
	while (*at)
		at = &(*at)->next;
	*at = t; /* last: they run in the order they were made */
	return t;
}

void turn_end_destroy(struct turn_end *t)
{
	struct turn_end **at;

	if (!t)
		return;
	t->is_dead = true;
	if (t->loop->is_ending_turn)
		return;
	for (at = &t->loop->turn_ends; *at != t; at = &(*at)->next)
		;
	*at = t->next;
	free(t);
}

/* test_loop.c - the order of things in a turn, and objects that die inside their own callbacks. */
#include "loop/loop.h"
#include "base/clock.h"
#include "base/metrics.h"
#include <criterion/criterion.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

static struct loop *loop;
static char story[200];

static void tell(const char *word)
{
	strcat(story, word);
	strcat(story, " ");
}

static void setup(void)
{
	loop = loop_create();
	story[0] = '\0';
}

static void teardown(void)
{
	loop_destroy(loop);
}

TestSuite(loop, .init = setup, .fini = teardown, .timeout = 10);

static struct task one, two, three;

static void run_three(struct task *t)
{
	(void)t;
	tell("three");
	loop_stop(loop);
}

static void run_one(struct task *t)
{
	tell("one");
	task_post(&three);
	task_post(&three);
	if (strlen(story) < 5)
		task_post(t); /* itself again, for the next round */
}

static void run_two(struct task *t)
{
	(void)t;
	tell("two");
}

static void on_end(void *owner)
{
	(void)owner;
	tell("|");
}

Test(loop, tasks_run_in_order_and_what_they_post_in_the_next_round)
{
	struct turn_end *end = turn_end_create(loop, on_end, NULL);

	task_init(&one, loop, run_one);
	task_init(&two, loop, run_two);
	task_init(&three, loop, run_three);
	task_post(&one);
	task_post(&two);
	task_post(&one);
	loop_run(loop);
	cr_assert_str_eq(story, "one two | three one | ");
	turn_end_destroy(end);
	task_cancel(&three);
}

static void run_canceller(struct task *t)
{
	(void)t;
	tell("cancel");
	task_cancel(&two);
	task_post(&three);
}

Test(loop, a_task_cancelled_by_its_neighbour_does_not_run)
{
	task_init(&one, loop, run_canceller);
	task_init(&two, loop, run_two);
	task_init(&three, loop, run_three);
	task_post(&one);
	task_post(&two);
	loop_run(loop);
	cr_assert_str_eq(story, "cancel three ");
	cr_assert_not(two.is_posted);
	task_cancel(&two);
}

static struct timer *timer;
static int ticks;

static void on_tick(void *owner)
{
	cr_assert_eq(owner, &ticks);
	if (++ticks == 3) {
		timer_destroy(timer);
		loop_stop(loop);
	}
}

Test(loop, a_timer_repeats_and_may_be_destroyed_inside_itself)
{
	timer = loop_timer_create(loop, on_tick, &ticks);
	timer_start(timer, 1, 1);
	loop_run(loop);
	cr_assert_eq(ticks, 3);
	timer_destroy(NULL);
}

static struct watch *watch;
static int fds[2];

static void on_readable(void *owner, int events)
{
	char c;

	(void)owner;
	cr_assert(events & WATCH_READ);
	cr_assert_eq(read(fds[0], &c, 1), 1);
	tell(c == 'a' ? "a" : "b");
	if (c == 'b') {
		watch_destroy(watch);
		loop_stop(loop);
	}
}

static void on_write_b(void *owner)
{
	(void)owner;
	watch_want(watch, WATCH_READ);
	cr_assert_eq(write(fds[1], "b", 1), 1);
}

static void on_write_a(void *owner)
{
	(void)owner;
	cr_assert_eq(write(fds[1], "a", 1), 1);
}

Test(loop, a_watch_reports_what_is_wanted_and_may_be_destroyed_inside_itself)
{
	struct timer *a = loop_timer_create(loop, on_write_a, &ticks), *b = loop_timer_create(loop, on_write_b, &ticks);

	cr_assert_eq(pipe2(fds, O_CLOEXEC), 0);
	watch = watch_create(loop, fds[0], on_readable, NULL);
	watch_want(watch, WATCH_READ);
	watch_want(watch, WATCH_READ);
	timer_start(a, 1, 0);
	timer_start(b, 20, 0);
	loop_run(loop);
	cr_assert_str_eq(story, "a b ");
	timer_destroy(a);
	timer_destroy(b);
	close(fds[0]);
	close(fds[1]);
}

Test(loop, a_watch_that_wants_nothing_hears_nothing)
{
	struct timer *b = loop_timer_create(loop, on_write_b, &ticks);

	cr_assert_eq(pipe2(fds, O_CLOEXEC), 0);
	cr_assert_eq(write(fds[1], "a", 1), 1);
	watch = watch_create(loop, fds[0], on_readable, NULL);
	watch_want(watch, WATCH_READ);
	watch_want(watch, 0);
	timer_start(b, 10, 0);
	loop_run(loop);
	cr_assert_str_eq(story, "a b ", "only after the timer asked for it again");
	close(fds[0]);
	close(fds[1]);
}

static struct turn_end *first_end, *second_end;

static void on_first_end(void *owner)
{
	(void)owner;
	tell("first");
	turn_end_destroy(first_end);
	turn_end_destroy(second_end);
	loop_stop(loop);
}

static void on_second_end(void *owner)
{
	(void)owner;
	tell("second");
}

Test(loop, turn_ends_may_destroy_themselves_and_each_other)
{
	first_end = turn_end_create(loop, on_first_end, NULL);
	second_end = turn_end_create(loop, on_second_end, NULL);
	loop_run(loop);
	task_init(&three, loop, run_three);
	task_post(&three);
	loop_run(loop);
	cr_assert_str_eq(story, "first three ");
}

static void on_term(void *owner, int signum)
{
	cr_assert_eq(signum, SIGTERM);
	tell(owner);
	loop_stop(loop);
}

Test(loop, a_signal_arrives_on_the_loop)
{
	struct loop_signal *s = loop_signal_create(loop, SIGTERM, on_term, (char[]){ "term" });

	kill(getpid(), SIGTERM);
	loop_run(loop);
	cr_assert_str_eq(story, "term ");
	loop_signal_destroy(s);
}

Test(loop, destroying_it_closes_what_is_left)
{
	struct loop *other = loop_create();
	static struct task left;

	cr_assert_eq(pipe2(fds, O_CLOEXEC), 0);
	timer_start(loop_timer_create(other, on_tick, &ticks), 1000, 0);
	watch_want(watch_create(other, fds[0], on_readable, NULL), WATCH_READ);
	loop_signal_create(other, SIGHUP, on_term, (char[]){ "hup" });
	turn_end_create(other, on_end, NULL);
	task_init(&left, other, run_two);
	task_post(&left);
	loop_destroy(other);
	cr_assert_str_eq(story, "");
	loop_destroy(NULL);
	close(fds[0]);
	close(fds[1]);
}

static void run_long(struct task *t)
{
	int64_t until = clock_mono_ms() + 30;

	(void)t;
	while (clock_mono_ms() < until)
		;
	task_post(&three);
}

Test(loop, a_turn_that_takes_too_long_is_counted)
{
	struct metric *slow = metric_counter("korsdrag_loop_turns_slow_total", "", NULL);

	task_init(&one, loop, run_long);
	task_init(&three, loop, run_three);
	loop_slow_after(loop, 10000);
	task_post(&one);
	loop_run(loop);
	cr_assert_eq(metric_value(slow), 0);
	loop_slow_after(loop, 20);
	task_post(&one);
	loop_run(loop);
	cr_assert_eq(metric_value(slow), 1);
}

#include "clients/load/loop.h"
#include "clients/load/schedule.h"
#include <criterion/criterion.h>

/* The heart of measuring without coordinated omission: a stall neither drops calls nor moves them. */
Test(schedule, a_stall_moves_nothing)
{
	struct random random = { 3 };
	struct schedule s = { 0 };
	int64_t due, first;
	int count = 0;

	schedule_begin(&s, 100, false, 0, &random);
	first = s.next;
	cr_assert(first >= 0 && first < 10 * NS_PER_MS);
	for (int64_t now = 0; now < 500 * NS_PER_MS; now += NS_PER_MS)
		while (schedule_take(&s, now, &due, &random)) {
			cr_assert_eq(due, first + count * 10 * NS_PER_MS);
			cr_assert(now - due < NS_PER_MS);
			count++;
		}
	cr_assert_eq(count, 50);
	while (schedule_take(&s, 2 * NS_PER_S, &due, &random)) { /* nobody looked for a second and a half */
		cr_assert_eq(due, first + count * 10 * NS_PER_MS);
		count++;
	}
	cr_assert(count == 200 || count == 201);
	cr_assert(!schedule_take(&s, 2 * NS_PER_S, &due, &random));
}

Test(schedule, random_calls_keep_the_rate)
{
	struct random random = { 5 };
	struct schedule s = { 0 };
	int64_t due, last = -1;
	int count = 0, close = 0;

	schedule_begin(&s, 1000, true, 0, &random);
	while (schedule_take(&s, 20 * NS_PER_S, &due, &random)) {
		cr_assert(due >= last);
		close += count > 0 && due - last < NS_PER_MS / 10;
		last = due;
		count++;
	}
	cr_assert(count > 19000 && count < 21000, "%d", count);
	cr_assert(close > 1500 && close < 2300, "a tenth of the gap: 1 - e^-0.1 of them, not %d", close);
}

static int fired[8], fired_count;
static struct loop loop;

static void fire(struct timer *t, int64_t now)
{
	cr_assert(now >= t->when);
	fired[fired_count++] = (int)(t->when % 100);
	if (fired_count == 4)
		loop_stop(&loop);
}

Test(loop, timers_fire_in_order_and_may_be_moved_or_cleared)
{
	struct timer timers[6];
	int64_t from;

	cr_assert(loop_init(&loop));
	from = clock_ns() / 100 * 100;
	for (int i = 0; i < 6; i++) {
		timers[i] = (struct timer){ .fire = fire };
		timer_set(&loop, &timers[i], from + (int64_t)(5 - i) * 1000 + i);
	}
	timer_clear(&loop, &timers[2]);
	timer_clear(&loop, &timers[2]);
	timer_set(&loop, &timers[5], from + 9000 + 5); /* was first, is last */
	timer_clear(&loop, &timers[0]);
	cr_assert_eq(loop.count, 4);
	loop_run(&loop);
	cr_assert_eq(fired_count, 4);
	cr_assert(fired[0] == 4 && fired[1] == 3 && fired[2] == 1 && fired[3] == 5);
	cr_assert_eq(loop.count, 0);
	loop_finish(&loop);
}

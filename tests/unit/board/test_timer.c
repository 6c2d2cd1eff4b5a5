/* The rules of a board's timer, on a plain struct and a given time. */
#include "board/timer.h"
#include <criterion/criterion.h>
#include <string.h>

#define NOON ((int64_t)1700000000000)

static struct err err;

Test(timer, runs_out_by_itself)
{
	struct timer_state t = { 0 };

	cr_assert_eq(timer_left(&t, NOON), 0);
	cr_assert(timer_start_at(&t, "Egna idéer", 300, NOON, &err));
	cr_assert_eq(t.ends_at, NOON + 300000);
	cr_assert_eq(t.duration, 300000);
	cr_assert_eq(timer_left(&t, NOON + 1), 299999);
	cr_assert_eq(timer_left(&t, NOON + 300000), 0);
	cr_assert_eq(timer_left(&t, NOON + 900000), 0);
	cr_assert(t.is_there);
}

Test(timer, is_not_started_over_one_with_time_left)
{
	struct timer_state t = { 0 };

	cr_assert(timer_start_at(&t, NULL, 60, NOON, &err));
	cr_assert_not(timer_start_at(&t, NULL, 60, NOON + 59999, &err));
	cr_assert_eq(err.code, KD_E_CONFLICT);
	cr_assert(timer_pause_at(&t, NOON + 59999, &err));
	cr_assert_not(timer_start_at(&t, NULL, 60, NOON + 900000, &err), "paused, it has time left for ever");
	cr_assert(timer_resume_at(&t, NOON + 900000, &err));
	cr_assert(timer_start_at(&t, "Nästa", 60, NOON + 900001, &err));
	cr_assert_str_eq(t.label, "Nästa");
}

Test(timer, stands_still_while_it_is_paused)
{
	struct timer_state t = { 0 };

	cr_assert_not(timer_pause_at(&t, NOON, &err));
	cr_assert_eq(err.code, KD_E_CONFLICT);
	cr_assert(timer_start_at(&t, NULL, 60, NOON, &err));
	cr_assert_not(timer_resume_at(&t, NOON, &err));
	cr_assert(timer_pause_at(&t, NOON + 20000, &err));
	cr_assert_eq(timer_left(&t, NOON + 500000), 40000);
	cr_assert_not(timer_pause_at(&t, NOON + 500000, &err));
	cr_assert(timer_resume_at(&t, NOON + 500000, &err));
	cr_assert_eq(t.ends_at, NOON + 540000);
	cr_assert_not(timer_pause_at(&t, NOON + 540000, &err), "its time is out");
	cr_assert_eq(err.code, KD_E_CONFLICT);
}

/* WCAG 2.2.1: whoever needs more time can be given it at any moment. */
Test(timer, is_extended_while_it_runs_is_paused_or_is_out)
{
	struct timer_state t = { 0 };

	cr_assert_not(timer_extend_at(&t, 60, NOON, &err));
	cr_assert_eq(err.code, KD_E_CONFLICT);
	cr_assert(timer_start_at(&t, NULL, 60, NOON, &err));
	cr_assert(timer_extend_at(&t, 60, NOON + 30000, &err));
	cr_assert_eq(t.ends_at, NOON + 120000);
	cr_assert_eq(t.duration, 120000);
	cr_assert(timer_extend_at(&t, 60, NOON + 900000, &err));
	cr_assert_eq(t.ends_at, NOON + 960000, "counted from now");
	cr_assert(timer_pause_at(&t, NOON + 900000, &err));
	cr_assert(timer_extend_at(&t, 30, NOON + 990000, &err));
	cr_assert(t.is_paused && t.left == 90000);
	cr_assert_not(timer_extend_at(&t, 28800, NOON, &err));
	cr_assert_eq(err.code, KD_E_INVALID);
	cr_assert_str_eq(err.field, "/seconds");
	cr_assert(t.left == 90000 && t.duration == 210000, "a refusal changes nothing");
}

Test(timer, is_stopped_once)
{
	struct timer_state t = { 0 };

	cr_assert(timer_start_at(&t, NULL, 60, NOON, &err));
	cr_assert(timer_stop_now(&t, &err));
	cr_assert_not(t.is_there);
	cr_assert_not(timer_stop_now(&t, &err));
	cr_assert_eq(err.code, KD_E_CONFLICT);
}

Test(timer, has_a_label_of_one_visible_line_or_none)
{
	struct timer_state t = { 0 };

	cr_assert_not(timer_start_at(&t, "två\nrader", 60, NOON, &err));
	cr_assert_str_eq(err.field, "/label");
	cr_assert_not(timer_start_at(&t, " ", 60, NOON, &err));
	cr_assert_not(t.is_there);
	cr_assert(timer_start_at(&t, NULL, 60, NOON, &err));
}

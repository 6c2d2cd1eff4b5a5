/* timer.c - the rules of a board's timer. */
#include "board/timer.h"
#include "base/line.h"
#include "protocol/timer.h"

#define MS 1000
#define LEFT_MAX ((int64_t)KD_TIMER_SECONDS_MAX * MS)

int64_t timer_left(const struct timer_state *t, int64_t now)
{
	int64_t left = !t->is_there ? 0 : t->is_paused ? t->left : t->ends_at - now;

	return left > 0 ? left : 0;
}

bool timer_start_at(struct timer_state *t, const char *label, int64_t seconds, int64_t now, struct err *err)
{
	if (label && !line_is_visible(label))
		return err_field(err, "/label", "must be one line with something to see on it");
	if (timer_left(t, now) > 0)
		return err_set(err, KD_E_CONFLICT, "the board has a timer with time left: stop it first");
	*t = (struct timer_state){ .is_there = true, .label = label, .duration = seconds * MS, .ends_at = now + seconds * MS };
	return true;
}

static bool is_there(const struct timer_state *t, struct err *err)
{
	return t->is_there || err_set(err, KD_E_CONFLICT, "the board has no timer");
}

bool timer_pause_at(struct timer_state *t, int64_t now, struct err *err)
{
	if (!is_there(t, err))
		return false;
	if (t->is_paused || timer_left(t, now) == 0)
		return err_set(err, KD_E_CONFLICT, t->is_paused ? "the timer is paused" : "its time is out");
	t->left = timer_left(t, now);
	t->is_paused = true;
	t->ends_at = 0;
	return true;
}

bool timer_resume_at(struct timer_state *t, int64_t now, struct err *err)
{
	if (!is_there(t, err))
		return false;
	if (!t->is_paused)
		return err_set(err, KD_E_CONFLICT, "the timer is not paused");
	t->ends_at = now + t->left;
	t->is_paused = false;
	t->left = 0;
	return true;
}

bool timer_extend_at(struct timer_state *t, int64_t seconds, int64_t now, struct err *err)
{
	int64_t left = timer_left(t, now) + seconds * MS;

	if (!is_there(t, err))
		return false;
	if (left > LEFT_MAX)
		return err_field(err, "/seconds", "must leave the timer at most eight hours");
	t->duration += seconds * MS;
	if (t->is_paused)
		t->left = left;
	else
		t->ends_at = now + left;
	return true;
}

bool timer_stop_now(struct timer_state *t, struct err *err)
{
	if (!is_there(t, err))
		return false;
	*t = (struct timer_state){ 0 };
	return true;
}

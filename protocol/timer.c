/* timer.c - a board's one timer, and the clock that it runs by: what their methods and events are. */
#include "protocol/timer.h"
#include "protocol/talk.h"

#define SAFE_MAX KD_MAX_SAFE_INT

const struct kd_field kd_timer_fields[] = {
	KD_TEXT(struct kd_timer, label, KD_OPTIONAL, 1, KD_TIMER_LABEL_MAX, "What the time is for, one line."),
	KD_INT(struct kd_timer, duration, 1, SAFE_MAX, "For how long it was started, with what was added, in ms."),
	KD_OPT_TIME(struct kd_timer, ends_at, "When its time is out, by the clock of `clock.get`; absent while it is paused."),
	KD_OPT_INT(struct kd_timer, left, 1, SAFE_MAX, "What is left of a paused one, in ms."),
	KD_FIELDS_END,
};

/* --- events ------------------------------------------------------------------------------------ */

static const struct kd_field timer_set_event[] = {
	KD_OBJECT(struct kd_timer_set, timer, kd_timer_fields, "The timer as it is now."),
	KD_FIELDS_END,
};
static const struct kd_field timer_stopped_event[] = { KD_FIELDS_END };

#define TIMER_SET .fields = timer_set_event, .size = sizeof(struct kd_timer_set)
const struct kd_event kd_timer_started = {
	.name = "timer.started", .summary = "The board's timer runs, in the place of one whose time was out.", TIMER_SET,
};
const struct kd_event kd_timer_paused = { .name = "timer.paused", .summary = "The timer stands still.", TIMER_SET };
const struct kd_event kd_timer_resumed = { .name = "timer.resumed", .summary = "The timer runs on.", TIMER_SET };
const struct kd_event kd_timer_extended = { .name = "timer.extended", .summary = "There is more time.", TIMER_SET };
const struct kd_event kd_timer_stopped = {
	.name = "timer.stopped", .summary = "The board has no timer any more.", .fields = timer_stopped_event, .size = 0,
};
const struct kd_event *const kd_timer_events[] = {
	&kd_timer_started, &kd_timer_paused, &kd_timer_resumed, &kd_timer_extended, &kd_timer_stopped, NULL,
};

/* --- methods ----------------------------------------------------------------------------------- */

#define BOARD(T) KD_ID(T, board, KD_REQUIRED, "Board.")
#define OP(T) KD_ID(T, op, KD_REQUIRED, "This change.")
#define ANSWERS_SEQ .result = kd_seq_fields, .result_size = sizeof(struct kd_seq), .has_op = true
#define ERRORS .errors = KD_ERRORS(KD_E_NOT_FOUND, KD_E_FORBIDDEN, KD_E_CONFLICT)
#define FOR_WHOM "For who made the board and its facilitators."

static const struct kd_field timer_start_params[] = {
	BOARD(struct kd_timer_start),
	KD_INT(struct kd_timer_start, seconds, KD_TIMER_SECONDS_MIN, KD_TIMER_SECONDS_MAX, "For how long."),
	KD_TEXT(struct kd_timer_start, label, KD_OPTIONAL, 1, KD_TIMER_LABEL_MAX, "What the time is for, one line."),
	OP(struct kd_timer_start),
	KD_FIELDS_END,
};
const struct kd_method kd_timer_start = {
	.name = "timer.start", .summary = "Start the board's timer.",
	.doc = FOR_WHOM " `conflict` while another has time left. When the time is out, nothing ends but the time.",
	.params = timer_start_params, .params_size = sizeof(struct kd_timer_start), ANSWERS_SEQ, .emits = &kd_timer_started, ERRORS,
};

static const struct kd_field timer_change_params[] = {
	BOARD(struct kd_timer_change),
	OP(struct kd_timer_change),
	KD_FIELDS_END,
};
#define CHANGE_PARAMS .params = timer_change_params, .params_size = sizeof(struct kd_timer_change)
const struct kd_method kd_timer_pause = {
	.name = "timer.pause", .summary = "Let the timer stand still.", .doc = FOR_WHOM " `conflict` unless it runs.",
	CHANGE_PARAMS, ANSWERS_SEQ, .emits = &kd_timer_paused, ERRORS,
};
const struct kd_method kd_timer_resume = {
	.name = "timer.resume", .summary = "Let a paused timer run on.", .doc = FOR_WHOM " `conflict` unless it is paused.",
	CHANGE_PARAMS, ANSWERS_SEQ, .emits = &kd_timer_resumed, ERRORS,
};
const struct kd_method kd_timer_stop = {
	.name = "timer.stop", .summary = "Take the timer off the board.", .doc = FOR_WHOM " `conflict` when there is none.",
	CHANGE_PARAMS, ANSWERS_SEQ, .emits = &kd_timer_stopped, ERRORS,
};

static const struct kd_field timer_extend_params[] = {
	BOARD(struct kd_timer_extend),
	KD_INT(struct kd_timer_extend, seconds, KD_TIMER_SECONDS_MIN, KD_TIMER_SECONDS_MAX, "So much more time."),
	OP(struct kd_timer_extend),
	KD_FIELDS_END,
};
const struct kd_method kd_timer_extend = {
	.name = "timer.extend", .summary = "Give more time.",
	.doc = FOR_WHOM " Also when the time is out: then it is counted from now. At most eight hours may be left. `conflict` when there is no timer.",
	.params = timer_extend_params, .params_size = sizeof(struct kd_timer_extend), ANSWERS_SEQ, .emits = &kd_timer_extended, ERRORS,
};

static const struct kd_field clock_get_params[] = { KD_FIELDS_END };
static const struct kd_field clock_get_result[] = {
	KD_TIME(struct kd_clock, now, "The time by the clock that timers run by, the same on every node."),
	KD_FIELDS_END,
};
const struct kd_method kd_clock_get = {
	.name = "clock.get", .summary = "What time it is.",
	.doc = "A client's own clock may be wrong: halfway between question and answer it was this time.",
	.params = clock_get_params, .params_size = 0, .result = clock_get_result, .result_size = sizeof(struct kd_clock),
};

const struct kd_method *const kd_timer_methods[] = {
	&kd_timer_start, &kd_timer_pause, &kd_timer_resume, &kd_timer_extend, &kd_timer_stop, &kd_clock_get, NULL,
};

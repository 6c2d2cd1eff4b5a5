/* run.c - a run from its beginning to its end: people come, work, are measured, finish, and are looked at. */
#include "clients/load/run.h"
#include <openssl/rand.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#define TICK (100 * NS_PER_MS)
#define STUCK (2 * NS_PER_S) /* a view that waits so long for events begins anew */
#define OPENING_MAX 500      /* connections being made at once */

struct run *the_run;
static volatile sig_atomic_t was_interrupted;

static void phase_set(struct run *r, enum phase phase)
{
	r->phase = phase;
}

static void measure_end(struct timer *t, int64_t now)
{
	struct run *r = the_run;

	(void)t;
	r->measure_ends = now;
	cpu_read(&r->cpu_after, r->o.pids, r->o.pid_count, r->o.database_pid);
	r->bytes_after = r->net.bytes_in;
	phase_set(r, PHASE_DRAIN);
	r->drain_begins = now;
	for (uint32_t i = 0; i < r->o.clients; i++)
		if (r->users[i].is_slow)
			conn_deafen(&r->users[i].conn, false);
}

static void storm_fires(struct timer *t, int64_t now)
{
	struct run *r = the_run;
	uint32_t count = (uint32_t)(r->o.storm_share * (double)r->o.clients);

	(void)t;
	(void)now;
	for (uint32_t i = 0; i < count; i++)
		if (r->users[i].state == USER_READY)
			user_cut(&r->users[i], (int64_t)(r->o.storm_spread * (double)NS_PER_S));
}

static void measure_begin(struct timer *t, int64_t now)
{
	struct run *r = the_run;

	phase_set(r, PHASE_MEASURE);
	r->measure_begins = now;
	r->measure_ends = now + (int64_t)(r->o.duration * (double)NS_PER_S);
	cpu_read(&r->cpu_before, r->o.pids, r->o.pid_count, r->o.database_pid);
	r->bytes_before = r->net.bytes_in;
	t->fire = measure_end;
	timer_set(&r->loop, t, r->measure_ends);
	if (r->o.storm_at > 0)
		timer_set(&r->loop, &r->storm, now + (int64_t)(r->o.storm_at * (double)NS_PER_S));
}

static void warmup_begin(struct run *r)
{
	phase_set(r, PHASE_WARMUP);
	r->next_phase.fire = measure_begin;
	timer_set(&r->loop, &r->next_phase, r->loop.now + (int64_t)(r->o.warmup * (double)NS_PER_S));
	users_begin_work(r);
}

/* Evenly over the ramp, but never too many at once. */
static void arrival_fires(struct timer *t, int64_t now)
{
	struct run *r = the_run;
	double share = r->o.ramp > 0 ? (double)(now - r->began) / (r->o.ramp * (double)NS_PER_S) : 1;
	uint32_t due = share >= 1 ? r->user_count : (uint32_t)(share * r->user_count);

	while (r->arrived < due && r->net.opening < OPENING_MAX)
		user_arrive(&r->users[r->arrived++]);
	if (r->arrived < r->user_count)
		timer_set(&r->loop, t, now + NS_PER_MS);
}

/* --- each tick ------------------------------------------------------------------------------------------------ */

static void views_unstick(struct run *r)
{
	static int64_t stuck_since;
	bool is_stuck = false;

	for (int i = 0; i < r->stream_count; i++)
		is_stuck = is_stuck || r->streams[i].waiting;
	if (!is_stuck) {
		stuck_since = 0;
	} else if (!stuck_since) {
		stuck_since = r->loop.now;
	} else if (r->loop.now - stuck_since > STUCK) {
		for (int i = 0; i < r->stream_count; i++)
			journal_rebase(&r->streams[i]);
		stuck_since = 0;
	}
}

static bool has_waited(const struct run *r, int64_t since)
{
	return r->loop.now - since > (int64_t)(r->o.settle * (double)NS_PER_S);
}

static void unsettled_count(struct run *r)
{
	for (uint32_t i = 0; i < r->o.clients; i++) {
		const struct user *u = &r->users[i];

		for (int k = 0; k < u->stream_count; k++) {
			const struct journal *j = &r->streams[u->streams[k].stream];

			if (u->state != USER_READY || u->streams[k].seq < j->top)
				wrong(&r->wrongs, WRONG_UNSETTLED, "client %u: %s is at %llu of %llu; %s", (unsigned)i, j->name,
				        (unsigned long long)u->streams[k].seq, (unsigned long long)j->top,
				        u->state == USER_READY ? "connected" : r->stats.last_loss);
		}
	}
}

static void phase_look(struct run *r)
{
	switch (r->phase) {
	case PHASE_RAMP:
		if (r->o.works_early || (r->arrived == r->user_count && r->ready == r->o.clients))
			warmup_begin(r);
		else if (r->loop.now - r->began > (int64_t)((r->o.ramp + r->o.settle) * (double)NS_PER_S)) {
			fprintf(stderr, "korsdrag-load: only %u of %lld clients are there: %s\n", r->ready, (long long)r->o.clients,
			        r->stats.last_loss);
			r->has_failed = true;
			loop_stop(&r->loop);
		}
		break;
	case PHASE_DRAIN:
		if (r->under_way && !has_waited(r, r->drain_begins))
			break;
		phase_set(r, PHASE_SETTLE);
		r->drain_begins = r->loop.now;
		run_look_afresh(r);
		break;
	case PHASE_SETTLE:
		if (users_have_settled(r) || has_waited(r, r->drain_begins)) {
			unsettled_count(r);
			loop_stop(&r->loop);
		}
		break;
	default:
		break;
	}
}

/* Ctrl-C once ends the measuring early, and all else goes its way; twice ends the program. */
static void interrupted(int number)
{
	was_interrupted = 1;
	signal(number, SIG_DFL);
}

static void tick_fires(struct timer *t, int64_t now)
{
	struct run *r = the_run;
	static int ticks;

	views_unstick(r);
	if (was_interrupted && r->phase == PHASE_MEASURE)
		timer_set(&r->loop, &r->next_phase, now);
	phase_look(r);
	if (++ticks % 10 == 0)
		progress_print(r, false);
	timer_set(&r->loop, t, now + TICK);
}

static void late(struct loop *loop, int64_t ns)
{
	struct run *r = the_run;

	(void)loop;
	if (r->phase == PHASE_MEASURE)
		histogram_record(&r->stats.late, ns);
}

static void turn_ends(struct loop *loop)
{
	(void)loop;
	net_flush(&the_run->net);
}

/* --- the end ------------------------------------------------------------------------------------------------------ */

/* Every acknowledged change is in its stream, and no refused one. What nobody heard cannot be seen so. */
static void ops_check(struct run *r)
{
	for (uint32_t i = 0; i < r->ops.count; i++) {
		const struct op *op = ops_get(&r->ops, i);
		const struct journal *j = &r->streams[op->stream];

		if (op->kind >= OP_WRITES)
			continue;
		if (op->state == OP_REFUSED && op->seen)
			wrong(&r->wrongs, WRONG_REFUSED, "%s: event %llu is of a change that was refused", j->name,
			        (unsigned long long)op->seen);
		if (op->state == OP_ACKED && !op->seen && !j->unheard)
			wrong(&r->wrongs, WRONG_LOST, "%s: %llu was acknowledged and nobody heard it", j->name, (unsigned long long)op->seq);
	}
}

static void run_finish(struct run *r)
{
	for (int i = 0; i < r->stream_count; i++)
		journal_finish(&r->streams[i]);
	for (int i = 0; r->boards && i < r->o.boards; i++)
		free(r->boards[i].cards);
	tokens_finish(&r->tokens);
	free(r->streams);
	free(r->boards);
	free(r->threads);
	free(r->users);
	net_finish(&r->net);
	ops_finish(&r->ops);
	loop_finish(&r->loop);
	free(r);
}

static void seed_choose(struct run *r)
{
	uint64_t random = 0;

	RAND_bytes((unsigned char *)&random, sizeof random); /* also the run's own number: never the same twice */
	if (!r->o.seed)
		r->o.seed = (int64_t)(random >> 33) + 1;
	r->random.state = (uint64_t)r->o.seed;
	ops_init(&r->ops, random);
	for (int i = 0; i < OP_KINDS; i++)
		r->mix_total += r->o.mix[i];
}

static int run_through(struct run *r)
{
	cpu_read(&r->cpu_start, r->o.pids, r->o.pid_count, 0);
	users_create(r);
	r->loop.late = late;
	r->loop.turn_ends = turn_ends;
	r->tick.fire = tick_fires;
	r->arrival.fire = arrival_fires;
	r->storm.fire = storm_fires;
	r->began = clock_ns();
	signal(SIGINT, interrupted);
	timer_set(&r->loop, &r->tick, r->began + TICK);
	timer_set(&r->loop, &r->arrival, r->began);
	loop_run(&r->loop);
	progress_print(r, true);
	users_leave(r);
	if (r->has_failed)
		return 3;
	ops_check(r);
	report_print(r);
	if (!report_write_json(r))
		return 3;
	return wrongs_total(&r->wrongs) ? 1 : 0;
}

int run_play(const struct options *o)
{
	struct run *r = calloc(1, sizeof *r);
	int status = 3;

	if (!r)
		abort();
	the_run = r;
	r->o = *o;
	if (!loop_init(&r->loop))
		abort();
	seed_choose(r);
	if (tokens_read(&r->tokens, o->token_file) && targets_read(r->targets, o) && run_prepare(r) && record_open(r))
		status = run_through(r);
	record_close(r);
	run_finish(r);
	return status;
}

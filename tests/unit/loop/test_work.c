/* test_work.c - jobs on other threads: done on the loop's, freed once, refused beyond the limit, and left alone. */
#include "loop/work.h"
#include <criterion/criterion.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdlib.h>

#define JOBS (WORK_AT_ONCE + WORK_WAITING)

static struct loop *loop;
static sem_t gate;           /* a job ends when it is let through */
static pthread_t loop_thread;
static int done_count, freed_count;

struct job {
	bool has_run;
	pthread_t ran_on;
};

static void setup(void)
{
	loop = loop_create();
	loop_thread = pthread_self();
	sem_init(&gate, 0, 0);
}

static void teardown(void)
{
	loop_destroy(loop);
}

TestSuite(work, .init = setup, .fini = teardown, .timeout = 20);

static void run(void *job)
{
	struct job *j = job;

	sem_wait(&gate);
	j->ran_on = pthread_self();
	j->has_run = true;
}

static void done(void *owner, void *job)
{
	struct job *j = job;
	const int *until = owner;

	cr_assert(j->has_run);
	cr_assert_not(pthread_equal(j->ran_on, loop_thread));
	cr_assert(pthread_equal(pthread_self(), loop_thread));
	if (++done_count == *until)
		loop_stop(loop);
}

static void job_free(void *job)
{
	freed_count++;
	free(job);
}

static struct work *begin(const int *until)
{
	struct job *job = calloc(1, sizeof(*job));
	struct work *w = work_begin(loop, job, run, done, job_free, (void *)until);

	if (!w)
		free(job);
	return w;
}

static void open_gate(int count)
{
	for (int i = 0; i < count; i++)
		sem_post(&gate);
}

Test(work, is_done_on_the_loop_and_refused_beyond_the_limit)
{
	static const int all = JOBS;

	for (int i = 0; i < JOBS; i++)
		cr_assert_not_null(begin(&all), "%d", i);
	cr_assert_null(begin(&all), "too many wait");
	open_gate(JOBS);
	loop_run(loop);
	cr_assert_eq(done_count, JOBS);
	cr_assert_eq(freed_count, JOBS);
	cr_assert_not_null(begin(&all), "there is room again");
	open_gate(1);
}

Test(work, what_is_abandoned_is_freed_and_tells_nobody)
{
	static const int one = 1;
	struct work *works[WORK_AT_ONCE + 2];

	for (int i = 0; i < WORK_AT_ONCE + 2; i++)
		works[i] = begin(&one);
	work_abandon(works[WORK_AT_ONCE]); /* has not begun */
	cr_assert_eq(freed_count, 1);
	for (int i = 0; i < WORK_AT_ONCE; i++)
		work_abandon(works[i]); /* runs */
	work_abandon(NULL);
	cr_assert_eq(freed_count, 1, "not while it runs");
	open_gate(WORK_AT_ONCE + 1);
	loop_run(loop);
	cr_assert_eq(done_count, 1, "the one that is still wanted");
	cr_assert_eq(freed_count, WORK_AT_ONCE + 2);
}

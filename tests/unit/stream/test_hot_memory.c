/* D8 where changes are decided in memory: whatever allocation fails, a change is done whole and told, or not done at all; and
 * with memory all is well again. */
#include "../alloc/failing.h"
#include "base/reserve.h"
#include "tally.h"

static struct node n;

static void one(struct adder *a, long fails_at)
{
	*a = (struct adder){ .add = 1 };
	alloc_fail_at(fails_at);
	submit(n.journal, n.world, a, NULL);
	while (!a->has_ended)
		world_for(n.world, 1);
}

static void check(int done, long at)
{
	cr_assert_eq(sum_of(&n, STREAM), done, "after %ld allocations", at);
	cr_assert_eq(pg_int(n.world->admin, "SELECT count(*) FROM event"), done, "after %ld allocations", at);
	cr_assert_eq(pg_int(n.world->admin, "SELECT head FROM stream WHERE id = '" STREAM "'"), done);
}

/* Each allocation in turn, of a change that is asked about, and of one that is guessed: the changes before it say which. */
static void none_or_whole(int before)
{
	struct adder a;
	int done = 0;
	bool is_over = false;

	n = node_open(pg_newdb(schema_text()));
	cr_assert(reserve_keep());
	node_start(&n);
	for (long at = 0; !is_over; at++) {
		for (int i = 0; i < before; i++) {
			one(&a, 1000000);
			alloc_end();
			cr_assert_eq(a.code, KD_OK, "with memory: %s", a.result);
			done++;
		}
		one(&a, at);
		is_over = !alloc_end();
		cr_assert(a.code == KD_OK || (!is_over && (a.code == KD_E_BUSY || a.code == KD_E_UNAVAILABLE)), "%ld: %d %s", at, a.code, a.result);
		done += a.code == KD_OK;
		check(done, at);
		cr_assert_lt(at, 400);
	}
	node_close(&n);
}

Test(hot_memory, of_a_batch_that_asks, .timeout = 120)
{
	none_or_whole(0);
}

Test(hot_memory, of_a_batch_that_guesses, .timeout = 120)
{
	none_or_whole(5);
}

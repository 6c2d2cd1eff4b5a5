/* Batches that are decided on what was true at the last one: right they take one round trip, and wrong they change nothing. */
#include "tally.h"
#include "base/metrics.h"

static int64_t guesses(const char *outcome)
{
	char labels[40];

	snprintf(labels, sizeof(labels), "outcome=\"%s\"", outcome);
	return metric_value(metric_counter("korsdrag_journal_guesses_total", "Batches decided without asking first.", labels));
}

/* One after the other, each a batch of its own. */
static void add_each(struct node *n, struct adder *a, int count, int add)
{
	for (int i = 0; i < count; i++) {
		a[i] = (struct adder){ .add = add };
		submit(n->journal, n->world, &a[i], NULL);
		while (!a[i].has_ended)
			world_for(n->world, 1);
		cr_assert_eq(a[i].code, KD_OK, "%s", a[i].result);
	}
}

static void add_one(struct node *n, struct adder *a, const char *op)
{
	submit(n->journal, n->world, a, op);
	while (!a->has_ended)
		world_for(n->world, 1);
}

Test(guess, comes_when_nobody_else_writes)
{
	struct node n = node_open(pg_newdb(schema_text()));
	struct adder a[8];

	node_start(&n);
	add_each(&n, a, 3, 1);
	cr_assert_eq(guesses("right"), 0, "it has to be quiet first");
	add_each(&n, a, 8, 1);
	cr_assert_eq(guesses("right"), 8);
	cr_assert_str_eq(a[7].result, "{\"seq\":11}");
	cr_assert_eq(sum_of(&n, STREAM), 11);
	cr_assert_eq(pg_int(n.world->admin, "SELECT head FROM stream WHERE id = '" STREAM "'"), 11);
	cr_assert_eq(loads, 1);
	node_close(&n);
}

Test(guess, that_another_node_has_written_meanwhile_changes_nothing_and_is_asked_about)
{
	char *database = strdup(pg_newdb(schema_text()));
	struct node n[2] = { node_open(database), node_open(database) };
	struct adder a[8], other = { .add = 100 }, late = { .add = -104 };

	node_start(&n[0]);
	node_start(&n[1]);
	add_each(&n[0], a, 4, 1);
	add_one(&n[1], &other, NULL);
	add_one(&n[0], &late, NULL); /* by what this node knows it would be refused */
	cr_assert_eq(late.code, KD_OK, "%s", late.result);
	cr_assert_str_eq(late.result, "{\"seq\":6}");
	add_each(&n[1], a, 1, 7);
	add_each(&n[0], a, 1, 1);
	cr_assert_eq(sum_of(&n[0], STREAM), 8);
	cr_assert(n[0].heard.is_gapless || n[0].heard.next == 9, "what others wrote is heard otherwise");
	node_close(&n[0]);
	node_close(&n[1]);
	free(database);
}

Test(guess, wrong_ones_make_it_wary)
{
	char *database = strdup(pg_newdb(schema_text()));
	struct node n[2] = { node_open(database), node_open(database) };
	struct adder a[8], other[3] = { { .add = 1 }, { .add = 1 }, { .add = 1 } };

	node_start(&n[0]);
	node_start(&n[1]);
	add_each(&n[0], a, 4, 1);
	cr_assert_eq(guesses("right"), 1);
	add_one(&n[1], &other[0], NULL);
	add_each(&n[0], a, 1, 1);
	cr_assert_eq(guesses("wrong"), 1);
	add_each(&n[0], a, 6, 1);
	cr_assert_eq(guesses("right"), 1, "two quiet batches are no longer enough");
	add_each(&n[0], a, 4, 1);
	cr_assert_gt(guesses("right"), 1);
	cr_assert_eq(guesses("wrong"), 1);
	cr_assert_eq(sum_of(&n[0], STREAM), 16);
	node_close(&n[0]);
	node_close(&n[1]);
	free(database);
}

Test(guess, a_repeated_op_gets_its_first_answer)
{
	struct node n = node_open(pg_newdb(schema_text()));
	struct adder a[8], again = { .add = 1 }, refused = { .add = -100 }, refused_again = { .add = -1 };

	node_start(&n);
	add_each(&n, a, 5, 1);
	add_one(&n, &again, a[1].op); /* done before, by an event */
	cr_assert_str_eq(again.result, "{\"seq\":2}");
	cr_assert_eq(guesses("wrong"), 1);
	add_each(&n, a, 8, 1);
	add_each(&n, a, 8, 1);
	add_one(&n, &refused, NULL);
	cr_assert_eq(refused.code, KD_E_CONFLICT);
	cr_assert_eq(pg_int(n.world->admin, "SELECT count(*) FROM refusal"), 1, "a refusal is not guessed, and is remembered");
	add_each(&n, a, 8, 1);
	add_each(&n, a, 8, 1);
	add_one(&n, &refused_again, refused.op); /* the rule would say yes */
	cr_assert_eq(refused_again.code, KD_E_CONFLICT, "refused before: %s", refused_again.result);
	cr_assert_eq(sum_of(&n, STREAM), 37);
	node_close(&n);
}

Test(guess, what_the_stream_is_open_to_may_have_changed)
{
	struct node n = node_open(pg_newdb(schema_text()));
	struct adder a[8];

	node_start(&n);
	add_each(&n, a, 4, 1);
	pg_exec(n.world->admin, "UPDATE tally SET openness = 'private'");
	add_each(&n, a, 1, 1);
	cr_assert_eq(guesses("wrong"), 1);
	cr_assert_eq(sum_of(&n, STREAM), 5);
	node_close(&n);
}

Test(guess, who_wrote_past_the_model_is_seen)
{
	struct node n = node_open(pg_newdb(schema_text()));
	struct adder a[8], cold = { .add = 10, .is_cold = true };

	node_start(&n);
	add_each(&n, a, 4, 1);
	add_one(&n, &cold, NULL);
	add_each(&n, a, 1, -14);
	cr_assert_eq(guesses("wrong"), 0, "it is known that somebody wrote");
	cr_assert_eq(sum_of(&n, STREAM), 0);
	cr_assert_eq(loads, 1);
	node_close(&n);
}

Test(guess, what_is_behind_a_refusal_keeps_its_place)
{
	struct node n = node_open(pg_newdb(schema_text()));
	struct adder a[8], mixed[5] = { { .add = 1 }, { .add = -100 }, { .add = 2 }, { .add = -200 }, { .add = 3 } };

	node_start(&n);
	add_each(&n, a, 4, 1);
	for (int i = 0; i < 5; i++)
		submit(n.journal, n.world, &mixed[i], NULL);
	world_until_answers(n.world, 9);
	for (int i = 0; i < 5; i++)
		cr_assert_eq(mixed[i].code, i % 2 ? KD_E_CONFLICT : KD_OK, "%d: %s", i, mixed[i].result);
	cr_assert_str_eq(mixed[0].result, "{\"seq\":5}");
	cr_assert_str_eq(mixed[4].result, "{\"seq\":7}");
	cr_assert_eq(sum_of(&n, STREAM), 10);
	cr_assert(n.heard.is_gapless);
	node_close(&n);
}

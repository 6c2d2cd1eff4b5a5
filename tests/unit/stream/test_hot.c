/* Changes that are decided in memory, on a real database: one batch, two round trips, an op done once whatever happens,
 * and a model that is never other than the record. */
#include "tally.h"

/* --- batches ----------------------------------------------------------------------------------------------------- */

Test(hot, what_waits_together_is_one_commit_and_one_model)
{
	struct node n = node_open(pg_newdb(schema_text()));
	static struct adder a[300];

	node_start(&n);
	for (int i = 0; i < 300; i++) {
		a[i].add = 1;
		submit(n.journal, n.world, &a[i], NULL);
	}
	world_until_answers(n.world, 300);
	for (int i = 0; i < 300; i++) {
		char expected[40];

		snprintf(expected, sizeof(expected), "{\"seq\":%d}", i + 1);
		cr_assert_str_eq(a[i].result, expected);
	}
	cr_assert(n.heard.is_gapless);
	cr_assert_leq(n.heard.commits, 2, "%d commits for what came at once", n.heard.commits);
	cr_assert_eq(loads, 1);
	cr_assert_eq(sum_of(&n, STREAM), 300);
	cr_assert_eq(pg_int(n.world->admin, "SELECT head FROM stream WHERE id = '" STREAM "'"), 300);
	cr_assert_eq(pg_int(n.world->admin, "SELECT count(*) FROM event WHERE body = '{\"add\": 1}' AND op IS NOT NULL"), 300);
	node_close(&n);
	cr_assert_eq(models, 0);
}

/* With viewers they gather: a few until their time is up, and many as soon as they are enough. */
Test(hot, what_gathers_is_done_when_its_time_is_up_or_it_is_enough)
{
	struct node n = node_open(pg_newdb(schema_text()));
	static struct adder a[403];
	int commits;

	viewers = 100;
	node_start(&n);
	for (int i = 0; i < 3; i++) {
		a[i].add = 1;
		submit(n.journal, n.world, &a[i], NULL);
	}
	world_until_answers(n.world, 3);
	commits = n.heard.commits;
	for (int i = 3; i < 403; i++) {
		a[i].add = 1;
		submit(n.journal, n.world, &a[i], NULL);
	}
	world_until_answers(n.world, 403);
	cr_assert_eq(sum_of(&n, STREAM), 403);
	cr_assert(n.heard.is_gapless);
	cr_assert_leq(n.heard.commits - commits, 3, "%d commits for what came at once", n.heard.commits - commits);
	node_close(&n);
}

Test(hot, a_refusal_changes_nothing_and_is_remembered)
{
	struct node n = node_open(pg_newdb(schema_text()));
	struct adder a[4] = { { .add = 2 }, { .add = -5 }, { .add = 4 }, { .add = 100 } };

	node_start(&n);
	for (int i = 0; i < 3; i++)
		submit(n.journal, n.world, &a[i], NULL);
	world_until_answers(n.world, 3);
	cr_assert_str_eq(a[0].result, "{\"seq\":1}");
	cr_assert_eq(a[1].code, KD_E_CONFLICT);
	cr_assert_str_eq(a[1].result, "not below zero, from 2");
	cr_assert_str_eq(a[2].result, "{\"seq\":2}", "the number of what was refused is used");
	cr_assert_eq(sum_of(&n, STREAM), 6);
	submit(n.journal, n.world, &a[3], a[1].op); /* the rule would say yes now */
	world_until_answers(n.world, 4);
	cr_assert_eq(a[3].code, KD_E_CONFLICT);
	cr_assert_str_eq(a[3].result, "not below zero, from 2");
	cr_assert_eq(sum_of(&n, STREAM), 6);
	node_close(&n);
}

Test(hot, who_may_not_see_it_is_refused_and_nothing_is_written_of_it)
{
	struct node n = node_open(pg_newdb(schema_text()));
	struct adder a[3] = { { .add = 2, .is_stranger = true }, { .add = 3 }, { .add = 4 } };

	node_start(&n);
	submit(n.journal, n.world, &a[0], NULL);
	submit(n.journal, n.world, &a[1], NULL);
	submit_on(n.journal, n.world, &a[2], "01890000-0000-7000-8000-0000000000ff", NULL);
	world_until_answers(n.world, 3);
	cr_assert_eq(a[0].code, KD_E_NOT_FOUND);
	cr_assert_eq(a[1].code, KD_OK);
	cr_assert_eq(a[2].code, KD_E_NOT_FOUND, "there is no such stream");
	cr_assert_eq(pg_int(n.world->admin, "SELECT count(*) FROM refusal"), 0);
	cr_assert_eq(sum_of(&n, STREAM), 3);
	node_close(&n);
}

Test(hot, an_op_is_done_once_within_a_batch_and_in_later_ones_and_on_another_node)
{
	char *database = strdup(pg_newdb(schema_text()));
	struct node n[2] = { node_open(database), node_open(database) };
	struct adder a[5] = { { .add = 1 }, { .add = 1 }, { .add = 1 }, { .add = 1 }, { .add = 1, .is_stranger = true } };

	node_start(&n[0]);
	node_start(&n[1]);
	submit(n[0].journal, n[0].world, &a[0], NULL);
	submit(n[0].journal, n[0].world, &a[1], a[0].op); /* waits behind it */
	world_until_answers(n[0].world, 2);
	submit(n[0].journal, n[0].world, &a[2], a[0].op);
	submit(n[0].journal, n[0].world, &a[3], a[0].op); /* two in one batch of an op that is known */
	world_until_answers(n[0].world, 4);
	submit(n[1].journal, n[1].world, &a[4], a[0].op); /* it is done, whoever may now */
	world_until_answers(n[1].world, 1);
	for (int i = 0; i < 5; i++)
		cr_assert_str_eq(a[i].result, "{\"seq\":1}", "%d: %s", i, a[i].result);
	cr_assert_eq(sum_of(&n[0], STREAM), 1);
	cr_assert_eq(n[0].heard.commits, 1);
	cr_assert_eq(n[1].heard.commits, 0, "nothing is told twice");
	node_close(&n[0]);
	node_close(&n[1]);
	free(database);
}

Test(hot, two_of_one_op_in_the_same_batch)
{
	struct node n = node_open(pg_newdb(schema_text()));
	struct adder a[5] = { { .add = 1 }, { .add = 7 }, { .add = 7 }, { .add = -100 }, { .add = -100 } };

	node_start(&n);
	submit(n.journal, n.world, &a[0], NULL); /* has the first transaction for itself */
	world_until_answers(n.world, 1);
	for (int i = 1; i < 5; i++)
		submit(n.journal, n.world, &a[i], i % 2 ? NULL : a[i - 1].op);
	world_until_answers(n.world, 5);
	cr_assert_str_eq(a[1].result, "{\"seq\":2}");
	cr_assert_str_eq(a[2].result, "{\"seq\":2}");
	cr_assert_eq(a[3].code, KD_E_CONFLICT);
	cr_assert_eq(a[4].code, KD_E_CONFLICT);
	cr_assert_str_eq(a[4].result, a[3].result);
	cr_assert_eq(sum_of(&n, STREAM), 8);
	cr_assert_eq(pg_int(n.world->admin, "SELECT count(*) FROM refusal"), 1);
	node_close(&n);
}

/* --- the model and the record -------------------------------------------------------------------------------------- */

Test(hot, what_another_node_has_written_is_applied_first)
{
	char *database = strdup(pg_newdb(schema_text()));
	struct node n[2] = { node_open(database), node_open(database) };
	struct adder a[6] = { { .add = 1 }, { .add = 10 }, { .add = 20 }, { .add = -31 }, { .add = -1 }, { .add = 5 } };

	node_start(&n[0]);
	node_start(&n[1]);
	for (int i = 0; i < 6; i++) {
		int at = i == 1 || i == 2 || i == 4;

		submit(n[at].journal, n[at].world, &a[i], NULL);
		while (!a[i].has_ended)
			world_for(n[at].world, 1);
	}
	cr_assert_eq(a[3].code, KD_OK, "31 were there, 30 of them by the other node");
	cr_assert_eq(a[4].code, KD_E_CONFLICT, "and none is left for it");
	cr_assert_eq(loads, 2, "each node has read the state once");
	cr_assert_eq(applied, 3);
	cr_assert_eq(sum_of(&n[0], STREAM), 5);
	node_close(&n[0]);
	node_close(&n[1]);
	free(database);
}

Test(hot, thirty_two_writers_on_two_nodes, .timeout = 120)
{
	enum { WRITERS = 32, ROUNDS = 10 };
	char *database = strdup(pg_newdb(schema_text()));
	struct node n[2] = { node_open(database), node_open(database) };
	static struct adder a[WRITERS];
	int done = 0;

	node_start(&n[0]);
	node_start(&n[1]);
	for (int round = 0; round < ROUNDS; round++) {
		for (int i = 0; i < WRITERS; i++) {
			a[i].add = i % 5 == 0 ? -2 : 1;
			a[i].is_cold = i % 7 == 0 && a[i].add > 0;
			a[i].change.decide = NULL;
			submit(n[i % 2].journal, n[i % 2].world, &a[i], NULL);
		}
		while (n[0].world->answers + n[1].world->answers < (round + 1) * WRITERS)
			for (int i = 0; i < 2; i++)
				world_for(n[i].world, 1);
		for (int i = 0; i < WRITERS; i++) {
			cr_assert(a[i].code == KD_OK || (a[i].add < 0 && a[i].code == KD_E_CONFLICT), "%s", a[i].result);
			done += a[i].code == KD_OK;
		}
	}
	cr_assert_eq(pg_int(n[0].world->admin, "SELECT head FROM stream WHERE id = '" STREAM "'"), done);
	cr_assert_eq(pg_int(n[0].world->admin, "SELECT count(*) FROM event"), done);
	cr_assert_eq(pg_int(n[0].world->admin, "SELECT sum((body ->> 'add')::integer)::integer FROM event"), sum_of(&n[0], STREAM));
	node_close(&n[0]);
	node_close(&n[1]);
	free(database);
}

Test(hot, hot_and_other_changes_take_their_turns_in_order)
{
	struct node n = node_open(pg_newdb(schema_text()));
	struct adder a[9] = { { .add = 1 }, { .add = 1 }, { .add = 10, .is_cold = true }, { .add = -12 }, { .add = 5, .is_cold = true },
		{ .add = 6, .is_cold = true }, { .add = -11 }, { .add = -1 }, { .add = 1, .is_cold = true } };

	node_start(&n);
	for (int i = 0; i < 9; i++)
		submit(n.journal, n.world, &a[i], NULL);
	world_until_answers(n.world, 9);
	for (int i = 0; i < 9; i++)
		cr_assert_eq(a[i].code, i == 7 ? KD_E_CONFLICT : KD_OK, "%d: %s", i, a[i].result);
	cr_assert_eq(sum_of(&n, STREAM), 1);
	cr_assert_eq(loads, 1, "what other changes did was applied, not read anew");
	cr_assert_eq(applied, 3);
	cr_assert(n.heard.is_gapless);
	cr_assert(journal_is_idle(n.journal));
	node_close(&n);
}

Test(hot, a_model_that_does_not_fit_is_read_anew)
{
	struct node n = node_open(pg_newdb(schema_text()));
	struct adder a[2] = { { .add = 1 }, { .add = -8 } };

	node_start(&n);
	submit(n.journal, n.world, &a[0], NULL);
	world_until_answers(n.world, 1);
	pg_exec(n.world->admin, "INSERT INTO event (stream_id, seq, at, type, body) VALUES ('" STREAM "', 2, now(), 'odd', '{}')");
	pg_exec(n.world->admin, "UPDATE stream SET head = 2 WHERE id = '" STREAM "'");
	pg_exec(n.world->admin, "UPDATE tally SET sum = 8 WHERE stream_id = '" STREAM "'");
	submit(n.journal, n.world, &a[1], NULL);
	world_until_answers(n.world, 2);
	cr_assert_str_eq(a[1].result, "{\"seq\":3}");
	cr_assert_eq(sum_of(&n, STREAM), 0);
	cr_assert_eq(loads, 2);
	node_close(&n);
}

Test(hot, models_go_when_they_are_idle_or_memory_is_short_and_come_back)
{
	struct node n = node_open(pg_newdb(schema_text()));
	struct adder a[4] = { { .add = 1 }, { .add = 2 }, { .add = 3 }, { .add = -4 } };

	node_start(&n);
	journal_set_hot(n.journal, &(struct journal_hot){ .loop = n.world->loop, .models_max = tally_bytes,
		.model_idle_ms = 0 });
	submit(n.journal, n.world, &a[0], NULL);
	world_until_answers(n.world, 1);
	cr_assert_eq(models, 1);
	submit_on(n.journal, n.world, &a[1], OTHER, NULL);
	world_until_answers(n.world, 2);
	cr_assert_eq(models, 1, "there is room for one alone");
	submit(n.journal, n.world, &a[2], NULL);
	world_until_answers(n.world, 3);
	cr_assert_eq(loads, 3);
	world_for(n.world, 5);
	journal_tick(n.journal);
	cr_assert_eq(models, 0, "nobody uses it");
	submit(n.journal, n.world, &a[3], NULL);
	world_until_answers(n.world, 4);
	cr_assert_eq(a[3].code, KD_OK);
	cr_assert_eq(sum_of(&n, STREAM), 0);
	node_close(&n);
}

/* --- what goes wrong -------------------------------------------------------------------------------------------------- */

/* The schema says no to what the rules let through: nothing is done, nobody is told, and the model goes back to the record. */
Test(hot, a_batch_that_cannot_be_written_is_not_done_at_all)
{
	struct node n = node_open(pg_newdb(schema_text()));
	struct adder a[4] = { { .add = 1 }, { .add = 500 }, { .add = 600 }, { .add = 3 } };

	node_start(&n);
	submit(n.journal, n.world, &a[0], NULL); /* while it is under way the two others wait together */
	submit(n.journal, n.world, &a[1], NULL);
	submit(n.journal, n.world, &a[2], NULL);
	world_until_answers(n.world, 3);
	cr_assert_eq(a[1].code, KD_E_UNAVAILABLE);
	cr_assert_eq(a[2].code, KD_E_UNAVAILABLE);
	cr_assert_eq(n.heard.commits, 1);
	submit(n.journal, n.world, &a[3], NULL);
	world_until_answers(n.world, 4);
	cr_assert_str_eq(a[3].result, "{\"seq\":2}");
	cr_assert_eq(sum_of(&n, STREAM), 4);
	submit(n.journal, n.world, &a[1], a[1].op); /* alone it fits: the same op may succeed */
	world_until_answers(n.world, 5);
	cr_assert_str_eq(a[1].result, "{\"seq\":3}");
	node_close(&n);
}

/* Both streams' batches have asked before either has written. */
Test(hot, an_op_sent_to_two_streams_at_once_is_done_once, .timeout = 60)
{
	char *database = strdup(pg_newdb(schema_text()));
	struct node n[2] = { node_open(database), node_open(database) };

	node_start(&n[0]);
	node_start(&n[1]);
	for (int round = 0; round < 30; round++) {
		struct adder a[2] = { { .add = 1 }, { .add = 1 } };

		submit_on(n[0].journal, n[0].world, &a[0], STREAM, NULL);
		submit_on(n[1].journal, n[1].world, &a[1], OTHER, a[0].op);
		while (!a[0].has_ended || !a[1].has_ended)
			for (int i = 0; i < 2; i++)
				world_for(n[i].world, 1);
		cr_assert_eq(a[0].code, KD_OK, "%s", a[0].result);
		cr_assert_eq(a[1].code, KD_OK, "%s", a[1].result);
		cr_assert_str_eq(a[0].result, a[1].result);
		cr_assert_eq(sum_of(&n[0], STREAM) + sum_of(&n[0], OTHER), round + 1);
	}
	node_close(&n[0]);
	node_close(&n[1]);
	free(database);
}

/* All connections are cut, now here, now there within a batch: each change is done once after it was asked for again. */
Test(hot, connections_lost_at_any_moment, .timeout = 120)
{
	struct node n = node_open(pg_newdb(schema_text()));
	int answers = 0;

	node_start(&n);
	for (int round = 0; round < 25; round++) {
		struct adder a[8] = { 0 };

		for (int i = 0; i < 8; i++) {
			a[i].add = 1;
			submit(n.journal, n.world, &a[i], NULL);
		}
		for (int i = 0; i < round % 5; i++)
			world_for(n.world, 1);
		pg_exec(n.world->admin, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'korsdrag'");
		world_until_answers(n.world, answers += 8);
		for (int i = 0; i < 8; i++)
			for (int tries = 0; a[i].code != KD_OK; tries++) {
				cr_assert_eq(a[i].code, KD_E_UNAVAILABLE, "%s", a[i].result);
				cr_assert_lt(tries, 50);
				world_until_up(n.world);
				submit(n.journal, n.world, &a[i], a[i].op);
				world_until_answers(n.world, ++answers);
			}
		cr_assert_eq(sum_of(&n, STREAM), (round + 1) * 8);
	}
	cr_assert_eq(pg_int(n.world->admin, "SELECT count(*) FROM event"), 200);
	cr_assert_eq(pg_int(n.world->admin, "SELECT max(seq)::integer FROM event"), 200);
	node_close(&n);
}

Test(hot, what_makes_something_hears_whether_it_exists)
{
	struct node n = node_open(pg_newdb(schema_text()));
	struct adder a[3] = { { .add = 1 }, { .add = 1 }, { .add = 1 } };

	node_start(&n);
	a[0].change.makes = OTHER;
	a[1].change.makes = "01890000-0000-7000-8000-0000000000ff";
	for (int i = 0; i < 3; i++)
		submit(n.journal, n.world, &a[i], NULL);
	world_until_answers(n.world, 3);
	cr_assert_eq(a[0].code, KD_E_CONFLICT);
	cr_assert_eq(a[1].code, KD_OK);
	cr_assert_eq(a[2].code, KD_OK);
	node_close(&n);
}

Test(hot, a_node_that_stops_answers_what_waits)
{
	struct node n = node_open(pg_newdb(schema_text()));
	struct adder a[3] = { { .add = 1 }, { .add = 1, .is_cold = true }, { .add = 1 } };

	node_start(&n);
	for (int i = 0; i < 3; i++)
		submit(n.journal, n.world, &a[i], NULL);
	node_close(&n);
	for (int i = 0; i < 3; i++)
		cr_assert_eq(a[i].code, KD_E_UNAVAILABLE);
	cr_assert_eq(models, 0);
}

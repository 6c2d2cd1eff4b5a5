#include "fixture.h"
#include "base/metrics.h"
#include <criterion/criterion.h>

static const struct db_stmt q_put = { "put", "INSERT INTO thing (id) VALUES ($1)", 1 };
static const struct db_stmt q_count = { "count", "SELECT count(*) FROM thing", 0 };
static const struct db_stmt q_late = { "late", "INSERT INTO late (id) VALUES ($1)", 1 };
static const struct db_stmt q_sleep = { "sleep", "SELECT pg_sleep($1::float8)", 1 };
static const struct db_stmt *const statements[] = { &q_put, &q_count, &q_late, &q_sleep, NULL };

#define SCHEMA                                                                                               \
	"CREATE TABLE thing (id int PRIMARY KEY); CREATE TABLE late (id int UNIQUE DEFERRABLE INITIALLY "    \
	"DEFERRED)"

static struct world *world(struct world_options options)
{
	return world_create(pg_newdb(SCHEMA), statements, options);
}

static void put(struct db_tx *tx, const char *id, struct answer *a)
{
	db_tx_query(tx, &q_put, (const char *const[]){ id }, answer_take, a);
}

static struct answer answer(struct world *w)
{
	return (struct answer){ .world = w };
}

Test(tx, commits_what_was_queued_at_once)
{
	struct world *w = world((struct world_options){ 0 });
	struct db_tx *tx = db_tx_begin(w->db);
	struct answer a = answer(w), b = answer(w), c = answer(w), end = answer(w);

	put(tx, "1", &a);
	put(tx, "2", &b);
	db_tx_query(tx, &q_count, NULL, answer_take, &c);
	db_tx_commit(tx, answer_end, &end);
	cr_assert(!a.is_in && !end.is_ended);
	world_until(w, &end.is_ended);
	cr_assert_eq(end.outcome, DB_COMMITTED);
	cr_assert(a.was_ok && b.was_ok && c.was_ok);
	cr_assert(a.order == 1 && b.order == 2 && c.order == 3 && end.order == 4);
	cr_assert_str_eq(c.text, "2");
	cr_assert_eq(pg_int(w->admin, "SELECT count(*) FROM thing"), 2);
	cr_assert_eq(
	        pg_int(w->admin, "SELECT count(DISTINCT xmin::text) FROM thing"), 1, "in one transaction");
	world_destroy(w);
}

Test(tx, of_nothing_commits_too)
{
	struct world *w = world((struct world_options){ 0 });
	struct answer end = answer(w);

	db_tx_commit(db_tx_begin(w->db), answer_end, &end);
	world_until(w, &end.is_ended);
	cr_assert_eq(end.outcome, DB_COMMITTED);
	world_destroy(w);
}

Test(tx, goes_on_behind_a_savepoint_after_an_error)
{
	struct world *w = world((struct world_options){ 0 });
	struct db_tx *tx = db_tx_begin(w->db);
	struct answer first = answer(w), doubled = answer(w), after = answer(w), back = answer(w),
	              last = answer(w), end = answer(w);

	put(tx, "1", &first);
	db_tx_exec(tx, "SAVEPOINT s", NULL, NULL);
	put(tx, "1", &doubled);
	put(tx, "2", &after);
	db_tx_exec(tx, "ROLLBACK TO SAVEPOINT s", answer_take, &back);
	put(tx, "3", &last);
	db_tx_commit(tx, answer_end, &end);
	world_until(w, &end.is_ended);
	cr_assert(first.was_ok && back.was_ok && last.was_ok);
	cr_assert_eq(doubled.err.code, KD_E_CONFLICT);
	cr_assert_str_eq(doubled.err.constraint, "thing_pkey");
	cr_assert_str_eq(after.err.sqlstate, "25P02");
	cr_assert_eq(end.outcome, DB_COMMITTED);
	cr_assert_eq(pg_int(w->admin, "SELECT sum(id) FROM thing"), 4);
	world_destroy(w);
}

Test(tx, an_aborted_one_is_not_committed)
{
	struct world *w = world((struct world_options){ 0 });
	struct db_tx *tx = db_tx_begin(w->db);
	struct answer a = answer(w), b = answer(w), c = answer(w), end = answer(w);

	put(tx, "1", &a);
	put(tx, "1", &b);
	put(tx, "2", &c);
	db_tx_commit(tx, answer_end, &end);
	world_until(w, &end.is_ended);
	cr_assert_eq(end.outcome, DB_ROLLED_BACK);
	cr_assert_str_eq(end.err.sqlstate, "23505", "the commit says why");
	cr_assert_eq(pg_int(w->admin, "SELECT count(*) FROM thing"), 0);
	world_destroy(w);
}

/* BEGIN travels with the first query, which may fail without the others running outside of a transaction. */
Test(tx, whose_first_query_fails_does_nothing)
{
	struct world *w = world((struct world_options){ 0 });
	struct db_tx *tx = db_tx_begin(w->db);
	struct answer a = answer(w), b = answer(w), end = answer(w);

	put(tx, "no number", &a);
	put(tx, "2", &b);
	db_tx_commit(tx, answer_end, &end);
	world_until(w, &end.is_ended);
	cr_assert(!a.was_ok && !b.was_ok);
	cr_assert_eq(end.outcome, DB_ROLLED_BACK);
	cr_assert_eq(pg_int(w->admin, "SELECT count(*) FROM thing"), 0);
	world_destroy(w);
}

Test(tx, fails_at_commit_by_a_deferred_constraint_and_leaves_a_clean_connection)
{
	struct world *w = world((struct world_options){ .pool_size = 2 });

	for (int i = 0; i < 3; i++) {
		struct db_tx *tx = db_tx_begin(w->db);
		struct answer a = answer(w), b = answer(w), end = answer(w);

		db_tx_query(tx, &q_late, (const char *const[]){ "1" }, answer_take, &a);
		db_tx_query(tx, &q_late, (const char *const[]){ "1" }, answer_take, &b);
		db_tx_commit(tx, answer_end, &end);
		world_until(w, &end.is_ended);
		cr_assert(a.was_ok && b.was_ok);
		cr_assert_eq(end.outcome, DB_ROLLED_BACK);
		cr_assert_str_eq(end.err.constraint, "late_id_key");
		cr_assert(ask(w, &q_count).was_ok);
	}
	cr_assert_eq(
	        pg_int(w->admin, "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'unit_db' "
	                         "AND datname = current_database() AND state LIKE 'idle in%'"),
	        0);
	world_destroy(w);
}

Test(tx, rolled_back_tells_nobody)
{
	struct world *w = world((struct world_options){ .pool_size = 2 });
	struct answer a = answer(w), b = answer(w), c = answer(w);
	struct db_tx *tx = db_tx_begin(w->db), *other;

	put(tx, "1", &a);
	db_tx_rollback(tx); /* before it had a connection */
	world_until_up(w);
	tx = db_tx_begin(w->db);
	put(tx, "1", &a);
	world_until(w, &a.is_in);
	db_tx_query(tx, &q_sleep, (const char *const[]){ "0.05" }, answer_take, &b);
	other = db_tx_begin(w->db); /* waits, for the pool has one connection for transactions */
	put(other, "2", &c);
	db_tx_rollback(tx); /* in the middle */
	world_until(w, &c.is_in);
	cr_assert(c.was_ok && !b.is_in);
	db_tx_rollback(other);
	world_for(w, 50);
	cr_assert_eq(pg_int(w->admin, "SELECT count(*) FROM thing"), 0);
	cr_assert_eq(metric_value(metric_gauge("korsdrag_db_in_transaction", "", "")), 0);
	world_destroy(w);
}

static void rollback_inside(void *owner, const struct db_rows *res, const struct err *err)
{
	struct db_tx **tx = owner;

	(void)res;
	(void)err;
	db_tx_rollback(*tx);
	*tx = NULL;
}

Test(tx, may_be_rolled_back_from_inside_its_answers)
{
	struct world *w = world((struct world_options){ .queue_ms = 100 });
	struct db_tx *tx = db_tx_begin(w->db);
	struct answer never = answer(w), a = answer(w);

	db_tx_query(tx, &q_put, (const char *const[]){ "1" }, rollback_inside, &tx);
	put(tx, "2", &never);
	for (int i = 0; tx && i < 1000; i++)
		world_for(w, 1);
	/* The same, when it is told that no connection came. */
	struct db_tx *holders[4];

	for (int i = 0; i < 4; i++) {
		holders[i] = db_tx_begin(w->db);
		db_tx_query(holders[i], &q_count, NULL, NULL, NULL);
	}
	world_for(w, 20);
	tx = db_tx_begin(w->db);
	db_tx_query(tx, &q_put, (const char *const[]){ "3" }, rollback_inside, &tx);
	put(tx, "4", &never);
	for (int i = 0; tx && i < 1000; i++)
		world_for(w, 1);
	cr_assert_null(tx);
	for (int i = 0; i < 2; i++) /* the other two were told the same way */
		db_tx_rollback(holders[i]);
	put(holders[2], "5", &a);
	world_until(w, &a.is_in);
	cr_assert_eq(a.err.code, KD_E_UNAVAILABLE);
	db_tx_rollback(holders[2]);
	world_for(w, 100);
	cr_assert(!never.is_in);
	cr_assert_eq(pg_int(w->admin, "SELECT count(*) FROM thing"), 0);
	world_destroy(w); /* holders[3] is still open: lost with the pool */
}

Test(tx, without_a_connection_in_time_fails_in_order)
{
	struct world *w = world_create("no_such_database_yet", statements,
	        (struct world_options){ .folder = pg_folder(), .queue_ms = 150 });
	struct db_tx *tx = db_tx_begin(w->db);
	struct answer a = answer(w), b = answer(w), end = answer(w), plain = answer(w);

	put(tx, "1", &a);
	db_tx_exec(tx, "SAVEPOINT s", answer_take, &b);
	db_tx_commit(tx, answer_end, &end);
	db_query(w->db, NULL, &q_count, NULL, answer_take, &plain);
	world_until(w, &end.is_ended);
	world_until(w, &plain.is_in);
	cr_assert(a.err.code == KD_E_UNAVAILABLE && b.err.code == KD_E_UNAVAILABLE &&
	          plain.err.code == KD_E_UNAVAILABLE);
	cr_assert(a.order < b.order && b.order < end.order);
	cr_assert_eq(end.outcome, DB_ROLLED_BACK);
	cr_assert_eq(end.err.code, KD_E_UNAVAILABLE);
	cr_assert(!db_is_up(w->db));
	cr_assert_not_null(db_last_error(w->db));
	world_destroy(w);
}

Test(tx, leaves_connections_for_plain_queries)
{
	struct world *w = world((struct world_options){ .pool_size = 4 });
	struct db_tx *txs[10];
	struct answer answers[10], ends[10];

	world_until_up(w);
	world_for(w, 100);
	for (int i = 0; i < 10; i++) {
		answers[i] = ends[i] = answer(w);
		txs[i] = db_tx_begin(w->db);
		db_tx_query(txs[i], &q_sleep, (const char *const[]){ "0.05" }, answer_take, &answers[i]);
		db_tx_commit(txs[i], answer_end, &ends[i]);
	}
	world_for(w, 10);
	cr_assert_eq(metric_value(metric_gauge("korsdrag_db_in_transaction", "", "")), 2);
	cr_assert(ask(w, &q_count).was_ok);
	cr_assert(!ends[0].is_ended, "the query did not wait for a transaction");
	for (int i = 0; i < 10; i++) {
		world_until(w, &ends[i].is_ended);
		cr_assert_eq(ends[i].outcome, DB_COMMITTED);
	}
	world_destroy(w);
}

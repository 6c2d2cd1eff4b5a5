/* Connections that break at the worst moments, and what is said of what was under way. */
#include "fixture.h"
#include "base/clock.h"
#include <criterion/criterion.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const struct db_stmt q_pid = { "pid", "SELECT pg_backend_pid()", 0 };
static const struct db_stmt q_put = { "put", "INSERT INTO thing (id) VALUES ($1)", 1 };
static const struct db_stmt q_slow = { "slow", "INSERT INTO slow (id) VALUES ($1)", 1 };
static const struct db_stmt q_sleep = { "sleep", "SELECT pg_sleep($1::float8)", 1 };
static const struct db_stmt q_all = { "all_of_it", "SELECT * FROM thing", 0 };
static const struct db_stmt q_length = { "length", "SELECT length($1::text)", 1 };
static const struct db_stmt *const statements[] = { &q_pid, &q_put, &q_slow, &q_sleep, &q_all, &q_length, NULL };

/* Whoever inserts into `slow` waits in the middle of the commit. */
#define SCHEMA                                                                                               \
	"CREATE TABLE thing (id int PRIMARY KEY); CREATE TABLE slow (id int);"                               \
	"CREATE FUNCTION wait() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(10); RETURN "  \
	"NULL; END $$;"                                                                                      \
	"CREATE CONSTRAINT TRIGGER wait AFTER INSERT ON slow DEFERRABLE INITIALLY DEFERRED FOR EACH ROW "    \
	"EXECUTE FUNCTION wait()"

#define KILL_BUSY                                                                                            \
	"SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE application_name = 'unit_db' "  \
	"AND datname = current_database() AND wait_event = 'PgSleep'"
#define CONNECTED                                                                                            \
	" FROM pg_stat_activity WHERE application_name = 'unit_db' AND datname = current_database()"
#define KILL_ALL "SELECT count(*) FILTER (WHERE pg_terminate_backend(pid, 10000))" CONNECTED /* and waits for their end */

static struct world *world(struct world_options options)
{
	return world_create(pg_newdb(SCHEMA), statements, options);
}

static struct answer answer(struct world *w)
{
	return (struct answer){ .world = w };
}

static void kill_busy(struct world *w)
{
	for (int i = 0; i < 200; i++) {
		if (pg_int(w->admin, KILL_BUSY) == 1)
			return;
		world_for(w, 10);
	}
	cr_assert(false, "nobody was busy");
}

Test(loss, in_a_query_is_unavailable_and_heals)
{
	struct world *w = world((struct world_options){ .pool_size = 2 });
	struct answer a = answer(w);

	world_until_up(w);
	db_query(w->db, NULL, &q_sleep, (const char *const[]){ "10" }, answer_take, &a);
	kill_busy(w);
	world_until(w, &a.is_in);
	cr_assert_eq(a.err.code, KD_E_UNAVAILABLE);
	cr_assert_str_eq(a.err.sqlstate, "57P01");
	for (int i = 0; i < 20; i++)
		cr_assert(ask(w, &q_pid).was_ok);
	world_for(w, 500);
	cr_assert_eq(
	        pg_int(w->admin, "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'unit_db' "
	                         "AND datname = current_database()"),
	        2, "the lost one was made again");
	world_destroy(w);
}

Test(loss, of_idle_connections_is_mended_with_their_statements)
{
	struct world *w = world((struct world_options){ .pool_size = 3 });
	struct answer before = ask(w, &q_pid), after;

	for (int i = 0; i < 500 && pg_int(w->admin, "SELECT count(*)" CONNECTED) < 3; i++)
		world_for(w, 10);
	cr_assert_eq(pg_int(w->admin, KILL_ALL), 3);
	world_for(w, 20); /* that they are gone stands in their sockets, and is read */
	after = ask(w, &q_pid); /* waits in the queue until a new one is ready */
	cr_assert(after.was_ok);
	cr_assert_str_neq(before.text, after.text);
	cr_assert(ask(w, &q_put, "1").was_ok);
	world_destroy(w);
}

Test(loss, in_a_transaction_rolls_it_back)
{
	struct world *w = world((struct world_options){ .pool_size = 2 });
	struct db_tx *tx = db_tx_begin(w->db);
	struct answer put = answer(w), sleep = answer(w), after = answer(w), end = answer(w);

	db_tx_query(tx, &q_put, (const char *const[]){ "1" }, answer_take, &put);
	db_tx_query(tx, &q_sleep, (const char *const[]){ "10" }, answer_take, &sleep);
	kill_busy(w);
	world_until(w, &sleep.is_in);
	cr_assert(put.was_ok);
	cr_assert_eq(sleep.err.code, KD_E_UNAVAILABLE);
	db_tx_query(tx, &q_put, (const char *const[]){ "2" }, answer_take, &after);
	cr_assert(!after.is_in);
	db_tx_commit(tx, answer_end, &end);
	cr_assert(!end.is_ended);
	world_until(w, &end.is_ended);
	cr_assert_eq(after.err.code, KD_E_UNAVAILABLE);
	cr_assert_eq(end.outcome, DB_ROLLED_BACK);
	cr_assert_eq(pg_int(w->admin, "SELECT count(*) FROM thing"), 0);
	world_destroy(w);
}

Test(loss, in_the_commit_is_unknown)
{
	struct world *w = world((struct world_options){ .pool_size = 2 });
	struct db_tx *tx = db_tx_begin(w->db);
	struct answer end = answer(w);

	db_tx_query(tx, &q_slow, (const char *const[]){ "1" }, NULL, NULL);
	db_tx_commit(tx, answer_end, &end);
	kill_busy(w);
	world_until(w, &end.is_ended);
	cr_assert_eq(end.outcome, DB_UNKNOWN);
	cr_assert_eq(end.err.code, KD_E_UNAVAILABLE);
	cr_assert(ask(w, &q_pid).was_ok);
	world_destroy(w);
}

/* The commit stood in the pipeline, but the server died over what came before it. */
Test(loss, before_the_commit_was_read_is_known)
{
	struct world *w = world((struct world_options){ .pool_size = 2 });
	struct db_tx *tx = db_tx_begin(w->db);
	struct answer first = answer(w), sleep = answer(w), end = answer(w);

	db_tx_query(tx, &q_put, (const char *const[]){ "1" }, answer_take, &first);
	world_until(w, &first.is_in);
	db_tx_query(tx, &q_sleep, (const char *const[]){ "10" }, answer_take, &sleep);
	db_tx_commit(tx, answer_end, &end);
	kill_busy(w);
	world_until(w, &end.is_ended);
	cr_assert_eq(end.outcome, DB_ROLLED_BACK);
	cr_assert_eq(pg_int(w->admin, "SELECT count(*) FROM thing"), 0);
	world_destroy(w);
}

/* Nothing closes the socket: only time tells. */
Test(loss, of_a_frozen_server_is_noticed)
{
	struct world *w = world((struct world_options){ .pool_size = 2, .statement_timeout_ms = 300 });
	struct answer a = answer(w), end = answer(w);
	struct db_tx *tx;
	pid_t frozen;

	world_until_up(w);
	tx = db_tx_begin(w->db);
	db_tx_query(tx, &q_pid, NULL, answer_take, &a);
	world_until(w, &a.is_in);
	frozen = atoi(a.text);
	cr_assert_eq(kill(frozen, SIGSTOP), 0);
	db_tx_commit(tx, answer_end, &end);
	world_until(w, &end.is_ended);
	kill(frozen, SIGCONT);
	cr_assert_eq(end.outcome, DB_UNKNOWN);
	cr_assert(ask(w, &q_pid).was_ok);
	world_destroy(w);
}

/* One slow statement is no silence while others are answered. */
Test(loss, of_all_is_noticed_when_nobody_says_a_word)
{
	struct world *w = world((struct world_options){ .pool_size = 3, .statement_timeout_ms = 20000, .queue_ms = 4000 });
	struct answer slow = answer(w), silent = answer(w), late;
	pid_t backends[3];
	int64_t from;

	world_until_up(w);
	world_for(w, 300);
	db_query(w->db, NULL, &q_sleep, (const char *const[]){ "4.5" }, answer_take, &slow);
	for (int i = 0; i < 50 && !slow.is_in; i++) {
		cr_assert(ask(w, &q_pid).was_ok);
		world_for(w, 100);
	}
	cr_assert(slow.was_ok, "%s", slow.err.detail);
	for (int i = 0; i < 3; i++) {
		char sql[200];

		snprintf(sql, sizeof(sql), "SELECT pid FROM pg_stat_activity WHERE application_name = 'unit_db' AND "
			"datname = current_database() ORDER BY pid OFFSET %d LIMIT 1", i);
		backends[i] = (pid_t)pg_int(w->admin, sql);
		cr_assert_eq(kill(backends[i], SIGSTOP), 0);
	}
	from = clock_mono_ms();
	db_query(w->db, NULL, &q_pid, NULL, answer_take, &silent);
	world_until(w, &silent.is_in);
	cr_assert_eq(silent.err.code, KD_E_UNAVAILABLE);
	cr_assert_leq(clock_mono_ms() - from, 4900, "after %d ms", (int)(clock_mono_ms() - from));
	late = ask(w, &q_pid); /* new connections are made: the postmaster was never stopped */
	cr_assert(late.was_ok, "%s", late.err.detail);
	for (int i = 0; i < 3; i++)
		kill(backends[i], SIGCONT);
	world_destroy(w);
}

Test(loss, while_a_transaction_idles_for_too_long)
{
	struct world *w = world((struct world_options){ .pool_size = 2 });
	struct db_tx *tx = db_tx_begin(w->db);
	struct answer a = answer(w), end = answer(w);

	db_tx_query(tx, &q_put, (const char *const[]){ "1" }, answer_take, &a);
	world_until(w, &a.is_in);
	world_for(w, 5600); /* idle_in_transaction_session_timeout is 5 s */
	db_tx_commit(tx, answer_end, &end);
	world_until(w, &end.is_ended);
	cr_assert_eq(end.outcome, DB_ROLLED_BACK);
	cr_assert_eq(pg_int(w->admin, "SELECT count(*) FROM thing"), 0);
	world_destroy(w);
}

Test(loss, of_the_whole_server_is_refused_in_time_and_heals)
{
	char folder[] = "/tmp/korsdrag-unit-db2.XXXXXX", pid[16];
	struct world *w;
	struct answer a;

	cr_assert_not_null(mkdtemp(folder));
	snprintf(pid, sizeof(pid), "%d", (int)getpid());
	postgres("start", folder, pid);
	postgres("newdb", folder, "one");
	w = world_create("one", STMTS(&q_pid), (struct world_options){ .folder = folder, .queue_ms = 400 });
	cr_assert(ask(w, &q_pid).was_ok);
	postgres("down", folder, "");
	world_for(w, 50);
	cr_assert(!db_is_up(w->db));
	a = ask(w, &q_pid);
	cr_assert_eq(a.err.code, KD_E_UNAVAILABLE);
	cr_assert_not_null(db_last_error(w->db));
	postgres("up", folder, "");
	world_until_up(w);
	cr_assert_null(db_last_error(w->db));
	cr_assert(ask(w, &q_pid).was_ok);
	world_destroy(w);
	postgres("stop", folder, "");
}

/* Committed here, perhaps not on the standby: a success with a warning, which is no promise. */
Test(loss, of_the_wait_for_a_standby_is_unknown)
{
	char folder[] = "/tmp/korsdrag-unit-db4.XXXXXX", pid[16];
	struct answer plain, end;
	struct world *w;
	struct db_tx *tx;
	PGconn *admin;

	cr_assert_not_null(mkdtemp(folder));
	snprintf(pid, sizeof(pid), "%d", (int)getpid());
	postgres("start", folder, pid);
	postgres("newdb", folder, "one");
	admin = PQconnectdb(pg_conninfo(folder, "one", "korsdrag_owner"));
	pg_exec(admin, SCHEMA);
	PQfinish(admin);
	admin = PQconnectdb(pg_conninfo(folder, "one", "postgres"));
	pg_exec(admin, "ALTER SYSTEM SET wal_level = replica");
	pg_exec(admin, "ALTER SYSTEM SET max_wal_senders = 2");
	pg_exec(admin, "ALTER SYSTEM SET synchronous_standby_names = 'nobody'");
	PQfinish(admin);
	postgres("down", folder, "");
	postgres("up", folder, "");
	admin = PQconnectdb(pg_conninfo(folder, "one", "postgres"));
	w = world_create("one", statements, (struct world_options){ .folder = folder, .pool_size = 2 });
	world_until_up(w);
	plain = end = answer(w);
	tx = db_tx_begin(w->db);
	db_tx_query(tx, &q_put, (const char *const[]){ "1" }, NULL, NULL);
	db_tx_commit(tx, answer_end, &end);
	db_query(w->db, NULL, &q_put, (const char *const[]){ "2" }, answer_take, &plain);
	world_for(w, 200);
	cr_assert(!plain.is_in && !end.is_ended, "nothing is acknowledged before the standby has it");
	cr_assert_eq(pg_int(admin, "SELECT count(pg_cancel_backend(pid)) FROM pg_stat_activity WHERE "
	                           "wait_event = 'SyncRep'"),
	        2);
	world_until(w, &end.is_ended);
	world_until(w, &plain.is_in);
	cr_assert_eq(end.outcome, DB_UNKNOWN);
	cr_assert_eq(plain.err.code, KD_E_UNAVAILABLE);
	PQfinish(admin);
	world_destroy(w);
	postgres("stop", folder, "");
}

Test(loss, a_statement_that_does_not_prepare_is_named)
{
	static const struct db_stmt q_bad = { "card_colours", "SELECT hue FROM thing", 0 };
	const char *database = pg_newdb(SCHEMA);
	struct world *w = world_create(
	        database, STMTS(&q_pid, &q_bad, &q_put), (struct world_options){ .queue_ms = 200 });
	struct answer a = ask(w, &q_pid);
	const struct err *err = db_last_error(w->db);

	cr_assert_eq(a.err.code, KD_E_UNAVAILABLE);
	cr_assert_not_null(err);
	cr_assert_not_null(strstr(err->detail, "card_colours"), "%s", err->detail);
	cr_assert_not_null(strstr(err->detail, "\"hue\" does not exist"), "%s", err->detail);
	cr_assert_str_eq(err->sqlstate, "42703");
	pg_exec(w->admin, "ALTER TABLE thing ADD hue int");
	world_until_up(w); /* it tries again, so a migration that was late heals it */
	world_destroy(w);
}

/* After a migration has changed a table under a running node. */
Test(loss, of_plans_that_no_longer_fit_makes_the_connection_anew)
{
	struct world *w = world((struct world_options){ .pool_size = 2, .queue_ms = 3000 });
	int failed = 0;

	cr_assert(ask(w, &q_all).was_ok);
	world_for(w, 100);
	pg_exec(w->admin, "ALTER TABLE thing ADD note text");
	for (int i = 0; i < 10; i++) {
		struct answer a = ask(w, &q_all);

		cr_assert(a.was_ok || (a.err.code == KD_E_BUSY && strcmp(a.err.sqlstate, "0A000") == 0), "%s",
		        a.err.detail);
		failed += !a.was_ok;
	}
	cr_assert_leq(failed, 2, "once for each connection at most");
	world_destroy(w);
}

enum { BIG = 8 << 20, SMALL_ONES = 40 };

struct sudden {
	struct task task; /* first */
	struct world *w;
	struct answer answers[1 + SMALL_ONES];
	char *big;
};

/* All in one task: a connection has more to send than its socket takes, so that its descriptor is to be watched for that as
 * well; then its server is gone, which the next ones find out in the middle of their sending. */
static void sudden_run(struct task *t)
{
	struct sudden *s = (struct sudden *)t;

	db_query(s->w->db, NULL, &q_length, (const char *const[]){ s->big }, answer_take, &s->answers[0]);
	cr_assert_eq(pg_int(s->w->admin, KILL_ALL), 2);
	for (int i = 1; i <= SMALL_ONES; i++)
		db_query(s->w->db, NULL, &q_length, (const char *const[]){ "x" }, answer_take, &s->answers[i]);
}

/* libpq closes the descriptor at once, and we hear of it in a task of the next round: who watched it until then made libuv
 * stop the process. Found by kill -9 of backends under load. */
Test(loss, found_out_while_sending_leaves_no_closed_descriptor_watched)
{
	struct world *w = world((struct world_options){ .pool_size = 2 });
	struct answer asleep[2] = { answer(w), answer(w) };
	struct sudden s = { .w = w, .big = malloc(BIG + 1) };

	world_until_up(w);
	for (int i = 0; i < 500 && pg_int(w->admin, "SELECT count(*)" CONNECTED) < 2; i++)
		world_for(w, 10);
	world_for(w, 50);
	for (int i = 0; i < 2; i++)
		db_query(w->db, NULL, &q_sleep, (const char *const[]){ "10" }, answer_take, &asleep[i]);
	world_for(w, 50);
	memset(s.big, 'x', BIG);
	s.big[BIG] = '\0';
	for (int i = 0; i <= SMALL_ONES; i++)
		s.answers[i] = answer(w);
	task_init(&s.task, w->loop, sudden_run);
	task_post(&s.task);
	world_until(w, &s.answers[SMALL_ONES].is_in);
	world_until(w, &asleep[0].is_in);
	world_until(w, &asleep[1].is_in);
	cr_assert_eq(s.answers[0].err.code, KD_E_UNAVAILABLE);
	cr_assert(ask(w, &q_pid).was_ok);
	world_destroy(w);
	free(s.big);
}

#include "fixture.h"
#include "base/metrics.h"
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct db_stmt q_echo = { "echo", "SELECT $1::int AS n", 1 };
static const struct db_stmt q_text = { "text", "SELECT $1::text AS t", 1 };
static const struct db_stmt q_sleep = { "sleep", "SELECT pg_sleep($1::float8)", 1 };
static const struct db_stmt q_uuid = { "uuid", "SELECT $1::uuid", 1 };
static const struct db_stmt q_add = { "add", "INSERT INTO thing (id, parent, size) VALUES ($1, $2, $3)", 3 };
static const struct db_stmt q_late = { "late", "INSERT INTO late (id) VALUES ($1)", 1 };
static const struct db_stmt q_types = { "types",
	"SELECT 7 AS i, 2.5::float8 AS d, true AS yes, false AS no, '{\"a\":[1]}'::jsonb AS j, NULL AS "
	"nothing, "
	"'\"x\"'::json AS word UNION ALL SELECT 9007199254740991, 0, NULL, NULL, NULL, NULL, NULL",
	0 };
static const struct db_stmt *const statements[] = { &q_echo, &q_text, &q_sleep, &q_uuid, &q_add, &q_late,
	&q_types, NULL };

#define SCHEMA                                                                                               \
	"CREATE TABLE thing (id int PRIMARY KEY, parent int REFERENCES thing, size int NOT NULL CHECK "      \
	"(size > 0));"                                                                                       \
	"CREATE TABLE late (id int UNIQUE DEFERRABLE INITIALLY DEFERRED)"

static struct world *world(struct world_options options)
{
	return world_create(pg_newdb(SCHEMA), statements, options);
}

Test(pool, answers_ten_thousand_queries_in_flight)
{
	enum { MANY = 10000 };
	struct world *w = world((struct world_options){ .pool_size = 4, .queue_ms = 20000 });
	struct answer *answers = calloc(MANY, sizeof(*answers));
	char n[16];

	for (int i = 0; i < MANY; i++) {
		const char *params[] = { n };

		snprintf(n, sizeof(n), "%d", i);
		answers[i].world = w;
		db_query(w->db, NULL, &q_echo, params, answer_take, &answers[i]);
	}
	world_until_answers(w, MANY);
	for (int i = 0; i < MANY; i++)
		cr_assert(answers[i].was_ok && atoi(answers[i].text) == i, "query %d: %s", i,
		        answers[i].err.detail);
	cr_assert_eq(metric_value(metric_gauge("korsdrag_db_queue", "", "")), 0);
	cr_assert_eq(metric_value(metric_gauge("korsdrag_db_connections", "", "")), 4);
	world_destroy(w);
	cr_assert_eq(metric_value(metric_gauge("korsdrag_db_connections", "", "")), 0);
	free(answers);
}

Test(pool, refuses_what_the_queue_cannot_hold_and_later)
{
	enum { MANY = 17000 };
	struct world *w = world((struct world_options){ .queue_ms = 20000 });
	struct answer *answers = calloc(MANY, sizeof(*answers));
	int busy = 0;

	for (int i = 0; i < MANY; i++) {
		answers[i].world = w;
		db_query(w->db, NULL, &q_echo, (const char *const[]){ "1" }, answer_take, &answers[i]);
		cr_assert(!answers[i].is_in);
	}
	world_until_answers(w, MANY);
	for (int i = 0; i < MANY; i++)
		busy += answers[i].err.code == KD_E_BUSY;
	cr_assert_eq(busy, MANY - 16384);
	world_destroy(w);
	free(answers);
}

Test(pool, who_is_patient_goes_behind_everybody_else)
{
	enum { MANY = 200 };
	struct world *w = world((struct world_options){ .pool_size = 2, .queue_ms = 20000 });
	struct answer *answers = calloc(MANY, sizeof(*answers)), usual = { .world = w };
	const char *sleep[] = { "0.005" }, *n[] = { "7" };
	const struct db_call calls[] = { { &q_echo, n }, { &q_sleep, sleep } };

	world_until_up(w);
	for (int i = 0; i < MANY; i++) {
		answers[i].world = w;
		db_query_patient(w->db, NULL, calls, 2, answer_take, &answers[i]);
	}
	world_until_answers(w, 10);
	db_query(w->db, NULL, &q_echo, n, answer_take, &usual);
	world_until(w, &usual.is_in);
	cr_assert_leq(usual.order, w->answers + 1);
	cr_assert_lt(usual.order, 40, "it was answered as number %d", usual.order);
	world_until_answers(w, MANY + 1);
	for (int i = 0; i < MANY; i++)
		cr_assert(answers[i].was_ok, "%s", answers[i].err.detail);
	world_destroy(w);
	free(answers);
}

Test(pool, who_is_patient_is_refused_in_time_and_may_withdraw)
{
	struct world *w = world((struct world_options){ .pool_size = 2, .queue_ms = 300 });
	struct answer slow[8], late = { .world = w }, gone = { .world = w };
	const char *sleep[] = { "1.5" }, *n[] = { "7" };
	const struct db_call call = { &q_sleep, sleep }, echo = { &q_echo, n };
	struct db_ticket ticket = { 0 };

	world_until_up(w);
	for (int i = 0; i < 8; i++) { /* more than may be under way */
		slow[i] = (struct answer){ .world = w };
		db_query_patient(w->db, NULL, &call, 1, answer_take, &slow[i]);
	}
	db_query_patient(w->db, NULL, &echo, 1, answer_take, &late);
	db_query_patient(w->db, &ticket, &echo, 1, answer_take, &gone);
	db_ticket_cancel(&ticket);
	world_until(w, &late.is_in);
	cr_assert(!late.was_ok && late.err.code == KD_E_UNAVAILABLE);
	world_for(w, 200);
	cr_assert_not(gone.is_in);
	world_destroy(w);
}

Test(pool, carries_text_and_null_unchanged)
{
	struct world *w = world((struct world_options){ 0 });
	const char *text = "Åsa's \"\\ $1 'kort';\n-- \xf0\x9f\x8c\xac";

	cr_assert_str_eq(ask(w, &q_text, text).text, text);
	cr_assert_str_eq(ask(w, &q_text, "").text, "");
	cr_assert_str_eq(ask(w, &q_text, NULL).text, "(null)");
	world_destroy(w);
}

static void types_check(void *owner, const struct db_rows *r, const struct err *err)
{
	bool *done = owner;
	json_t *json;

	cr_assert_null(err);
	cr_assert_eq(db_count(r), 2);
	cr_assert_eq(db_int(r, 0, "i"), 7);
	cr_assert_eq(db_int(r, 1, "i"), 9007199254740991);
	cr_assert_eq(db_int(r, 0, "nothing"), 0);
	cr_assert_eq(db_number(r, 0, "d"), 2.5);
	cr_assert(db_bool(r, 0, "yes") && !db_bool(r, 0, "no") && !db_bool(r, 1, "yes"));
	cr_assert_null(db_text(r, 0, "nothing"));
	json = db_json(r, 0, "j");
	cr_assert_eq(json_array_size(json_object_get(json, "a")), 1);
	json_decref(json);
	json = db_json(r, 0, "word");
	cr_assert(json_is_string(json));
	json_decref(json);
	cr_assert_null(db_json(r, 1, "j"));
	*done = true;
}

Test(pool, reads_rows_by_column)
{
	struct world *w = world((struct world_options){ 0 });
	bool done = false;

	db_query(w->db, NULL, &q_types, NULL, types_check, &done);
	world_until(w, &done);
	world_destroy(w);
}

Test(pool, says_what_the_database_refused)
{
	struct world *w = world((struct world_options){ 0 });
	struct answer a = ask(w, &q_add, "1", NULL, "5");

	cr_assert(a.was_ok && a.affected == 1);
	a = ask(w, &q_add, "1", NULL, "5");
	cr_assert_eq(a.err.code, KD_E_CONFLICT);
	cr_assert_str_eq(a.err.sqlstate, "23505");
	cr_assert_str_eq(a.err.constraint, "thing_pkey");
	a = ask(w, &q_add, "2", "99", "5");
	cr_assert_eq(a.err.code, KD_E_NOT_FOUND);
	cr_assert_str_eq(a.err.constraint, "thing_parent_fkey");
	a = ask(w, &q_add, "2", NULL, "0");
	cr_assert_eq(a.err.code, KD_E_INVALID);
	cr_assert_str_eq(a.err.constraint, "thing_size_check");
	a = ask(w, &q_add, "2", NULL, NULL);
	cr_assert_eq(a.err.code, KD_E_INVALID);
	world_destroy(w);
}

Test(pool, keeps_what_people_wrote_out_of_errors)
{
	struct world *w = world((struct world_options){ 0 });
	struct answer a = ask(w, &q_uuid, "kanariefagel");

	cr_assert_eq(a.err.code, KD_E_INVALID);
	cr_assert_str_eq(a.err.sqlstate, "22P02");
	cr_assert_null(strstr(a.err.text, "kanarie"));
	cr_assert_null(strstr(a.err.detail, "kanarie"));
	world_destroy(w);
}

/* The statement itself succeeds; only the commit at the sync does not. */
Test(pool, believes_the_sync_and_not_the_result)
{
	struct world *w = world((struct world_options){ 0 });
	struct answer a;

	cr_assert(ask(w, &q_late, "1").was_ok);
	a = ask(w, &q_late, "1");
	cr_assert(!a.was_ok);
	cr_assert_str_eq(a.err.sqlstate, "23505");
	world_destroy(w);
}

Test(pool, one_failure_leaves_its_neighbours_alone)
{
	struct world *w = world((struct world_options){ .pool_size = 2 });
	struct answer answers[30] = { 0 };

	world_until_up(w);
	for (int i = 0; i < 30; i++) {
		answers[i].world = w;
		db_query(w->db, NULL, i % 3 ? &q_text : &q_uuid, (const char *const[]){ "ord" }, answer_take,
		        &answers[i]);
	}
	world_until_answers(w, 30);
	for (int i = 0; i < 30; i++)
		cr_assert_eq(answers[i].was_ok, i % 3 != 0);
	world_destroy(w);
}

Test(pool, ends_a_statement_that_takes_too_long)
{
	struct world *w = world((struct world_options){ .statement_timeout_ms = 200 });
	struct answer a = ask(w, &q_sleep, "10");

	cr_assert_eq(a.err.code, KD_E_BUSY);
	cr_assert_str_eq(a.err.sqlstate, "57014");
	cr_assert(ask(w, &q_echo, "1").was_ok);
	world_destroy(w);
}

Test(pool, a_withdrawn_query_is_answered_to_nobody)
{
	struct world *w = world((struct world_options){ 0 });
	struct answer a = { .world = w }, b = { .world = w };
	struct db_ticket waiting = { 0 }, flying = { 0 }, answered = { 0 };

	db_query(w->db, &waiting, &q_echo, (const char *const[]){ "1" }, answer_take,
	        &a); /* no connection yet */
	db_ticket_cancel(&waiting);
	db_ticket_cancel(&waiting); /* again does no harm */
	world_until_up(w);
	db_query(w->db, &flying, &q_sleep, (const char *const[]){ "0.1" }, answer_take, &a);
	world_for(w, 30);
	db_ticket_cancel(&flying);
	db_query(w->db, &answered, &q_echo, (const char *const[]){ "1" }, answer_take, &b);
	world_until(w, &b.is_in);
	cr_assert_null(answered.pending);
	db_ticket_cancel(&answered);
	world_for(w, 200);
	cr_assert(!a.is_in);
	db_query(w->db, &waiting, &q_echo, (const char *const[]){ "1" }, answer_take,
	        &a); /* a ticket may be used again */
	world_until(w, &a.is_in);
	db_query(w->db, &flying, &q_sleep, (const char *const[]){ "5" }, answer_take, &b);
	world_destroy(w);
	cr_assert_null(flying.pending, "the pool is gone, and so is what it held");
}

struct chain {
	struct world *world;
	int left;
	bool is_over;
};

static void chain_next(void *owner, const struct db_rows *res, const struct err *err)
{
	struct chain *c = owner;

	cr_assert(res && !err);
	if (--c->left)
		db_query(c->world->db, NULL, &q_echo, (const char *const[]){ "1" }, chain_next, c);
	else
		c->is_over = true;
}

Test(pool, may_be_asked_from_inside_an_answer)
{
	struct world *w = world((struct world_options){ .pool_size = 2 });
	struct chain chains[40];

	for (int i = 0; i < 40; i++) {
		chains[i] = (struct chain){ w, 50, false };
		db_query(w->db, NULL, &q_echo, (const char *const[]){ "1" }, chain_next, &chains[i]);
	}
	for (int i = 0; i < 40; i++)
		world_until(w, &chains[i].is_over);
	world_destroy(w);
}

/* A large answer fills the socket's buffers many times over while large questions are still being sent. */
Test(pool, reads_while_it_writes)
{
	struct world *w = world((struct world_options){ .pool_size = 2 });
	struct answer answers[8] = { 0 };
	char *text = malloc(1000001);

	memset(text, 'x', 1000000);
	text[1000000] = '\0';
	world_until_up(w);
	for (int i = 0; i < 8; i++) {
		answers[i].world = w;
		db_query(w->db, NULL, &q_text, (const char *const[]){ text }, answer_take, &answers[i]);
	}
	world_until_answers(w, 8);
	for (int i = 0; i < 8; i++)
		cr_assert(answers[i].was_ok, "%s", answers[i].err.detail);
	free(text);
	world_destroy(w);
}

Test(pool, maps_every_class_of_failure)
{
	static const struct {
		const char *state;
		enum kd_code code;
	} cases[] = {
		{ "23505", KD_E_CONFLICT },
		{ "23P01", KD_E_CONFLICT },
		{ "23503", KD_E_NOT_FOUND },
		{ "23514", KD_E_INVALID },
		{ "23502", KD_E_INVALID },
		{ "22001", KD_E_INVALID },
		{ "40001", KD_E_BUSY },
		{ "40P01", KD_E_BUSY },
		{ "55P03", KD_E_BUSY },
		{ "57014", KD_E_BUSY },
		{ "57P01", KD_E_UNAVAILABLE },
		{ "57P03", KD_E_UNAVAILABLE },
		{ "53100", KD_E_BUSY },
		{ "53300", KD_E_BUSY },
		{ "08006", KD_E_UNAVAILABLE },
		{ "25006", KD_E_UNAVAILABLE },
		{ "42703", KD_E_INTERNAL },
		{ "25P02", KD_E_INTERNAL },
		{ "XX000", KD_E_INTERNAL },
		{ "", KD_E_INTERNAL },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		cr_assert_eq(db_code_from_sqlstate(cases[i].state), cases[i].code, "%s", cases[i].state);
}

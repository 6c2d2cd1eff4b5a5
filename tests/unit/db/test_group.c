/* Several statements under one sync: one answer, the rows of each; and when one fails, nothing of what follows. */
#include "db/array.h"
#include "fixture.h"
#include <criterion/criterion.h>
#include <string.h>

static const struct db_stmt q_put = { "put", "INSERT INTO thing (id) VALUES ($1) RETURNING id", 1 };
static const struct db_stmt q_count = { "count", "SELECT count(*) AS count FROM thing", 0 };
static const struct db_stmt q_texts = { "texts", "SELECT t FROM unnest($1::text[]) WITH ORDINALITY AS u (t, n) ORDER BY n", 1 };
static const struct db_stmt *const statements[] = { &q_put, &q_count, &q_texts, NULL };

static struct world *world(void)
{
	return world_create(pg_newdb("CREATE TABLE thing (id int PRIMARY KEY)"), statements, (struct world_options){ 0 });
}

struct grouped {
	struct answer answer;
	int64_t first, second, count;
};

static void grouped_take(void *owner, const struct db_rows *rows, const struct err *err)
{
	struct grouped *g = owner;

	if (rows) {
		g->first = db_int(db_rows_of(rows, 0), 0, "id");
		g->second = db_int(db_rows_of(rows, 1), 0, "id");
		g->count = db_int(db_rows_of(rows, 2), 0, "count");
		cr_assert_eq(g->count, db_int(rows, 0, "count"), "the last stands for all");
	}
	answer_take(&g->answer, rows, err);
}

static struct db_call put(const char *const *id)
{
	return (struct db_call){ &q_put, id };
}

Test(group, gives_the_rows_of_each_statement)
{
	struct world *w = world();
	struct db_tx *tx = db_tx_begin(w->db);
	const char *one[] = { "1" }, *two[] = { "2" };
	struct db_call calls[] = { put(one), put(two), { &q_count, NULL } };
	struct grouped g = { .answer = { .world = w } };
	struct answer end = { .world = w };

	db_tx_group(tx, calls, 3, grouped_take, &g);
	world_until(w, &g.answer.is_in);
	cr_assert(g.answer.was_ok);
	cr_assert(g.first == 1 && g.second == 2 && g.count == 2);
	one[0] = "3";
	db_tx_commit_after(tx, calls, 1, answer_end, &end);
	world_until(w, &end.is_ended);
	cr_assert_eq(end.outcome, DB_COMMITTED);
	cr_assert_eq(pg_int(w->admin, "SELECT count(*) FROM thing"), 3);
	world_destroy(w);
}

Test(group, that_fails_in_the_middle_runs_no_further)
{
	struct world *w = world();
	struct db_tx *tx = db_tx_begin(w->db);
	const char *one[] = { "1" }, *again[] = { "1" };
	struct db_call calls[] = { put(one), put(again), { &q_count, NULL } };
	struct grouped g = { .answer = { .world = w } };
	struct answer end = { .world = w };

	db_tx_group(tx, calls, 3, grouped_take, &g);
	db_tx_commit(tx, answer_end, &end);
	world_until(w, &end.is_ended);
	cr_assert_not(g.answer.was_ok);
	cr_assert_str_eq(g.answer.err.sqlstate, "23505");
	cr_assert_eq(end.outcome, DB_ROLLED_BACK);
	cr_assert_eq(pg_int(w->admin, "SELECT count(*) FROM thing"), 0);
	world_destroy(w);
}

Test(group, that_fails_before_its_commit_commits_nothing_and_leaves_a_clean_connection)
{
	struct world *w = world();
	const char *one[] = { "1" }, *again[] = { "1" }, *two[] = { "2" };
	struct db_call calls[] = { put(one), put(again), put(two) }, good[] = { put(two) };
	struct answer end = { .world = w }, then = { .world = w };

	world_until_up(w);
	db_tx_commit_after(db_tx_begin(w->db), calls, 3, answer_end, &end);
	world_until(w, &end.is_ended);
	cr_assert_eq(end.outcome, DB_ROLLED_BACK);
	cr_assert_str_eq(end.err.sqlstate, "23505");
	for (int i = 0; i < 4; i++) { /* on whichever connection */
		const char *id[] = { i == 0 ? "10" : i == 1 ? "11" : i == 2 ? "12" : "13" };

		good[0].params = id;
		then = (struct answer){ .world = w };
		db_tx_commit_after(db_tx_begin(w->db), good, 1, answer_end, &then);
		world_until(w, &then.is_ended);
		cr_assert_eq(then.outcome, DB_COMMITTED);
	}
	cr_assert_eq(pg_int(w->admin, "SELECT count(*) FROM thing"), 4);
	world_destroy(w);
}

struct texts {
	struct answer answer;
	char got[8][40];
	bool is_null[8];
};

static void texts_take(void *owner, const struct db_rows *rows, const struct err *err)
{
	struct texts *t = owner;

	for (int i = 0; rows && i < db_count(rows) && i < 8; i++) {
		const char *text = db_text(rows, i, "t");

		t->is_null[i] = !text;
		snprintf(t->got[i], sizeof(t->got[i]), "%s", text ? text : "");
	}
	answer_take(&t->answer, rows, err);
}

Test(array, arrives_as_it_was)
{
	static const char *const texts[] = { "plain", "", "NULL", "a,\"b\"\\{c}", " \n\xc3\xa5", NULL };
	struct world *w = world();
	struct texts t = { .answer = { .world = w } };
	struct buf b;
	const char *params[1];

	buf_init(&b, 4096);
	array_begin(&b);
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++)
		array_text(&b, texts[i]);
	array_word(&b, NULL);
	array_int(&b, -12);
	array_end(&b);
	cr_assert_not(b.failed);
	params[0] = b.data;
	db_query(w->db, NULL, &q_texts, params, texts_take, &t);
	world_until(w, &t.answer.is_in);
	cr_assert(t.answer.was_ok, "%s", t.answer.err.detail);
	cr_assert_eq(t.answer.rows, 8);
	for (int i = 0; i < 5; i++)
		cr_assert(!t.is_null[i] && strcmp(t.got[i], texts[i]) == 0, "%d: %s", i, t.got[i]);
	cr_assert(t.is_null[5] && t.is_null[6] && strcmp(t.got[7], "-12") == 0);
	array_begin(&b);
	array_end(&b);
	cr_assert_str_eq(b.data, "{}");
	buf_finish(&b);
	world_destroy(w);
}

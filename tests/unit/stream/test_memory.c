/* D8: whatever allocation fails within a change, it is done whole and told, or not done at all. */
#include "../alloc/failing.h"
#include "../db/fixture.h"
#include "schema.h"
#include "base/id.h"
#include "journal_sql.h"
#include "stream/journal.h"
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#define STREAM "01890000-0000-7000-8000-0000000000f1"
#define ACTOR "01890000-0000-7000-8000-00000000000a"

static const char tables[] =
	"CREATE TABLE note (text text PRIMARY KEY);"
	"INSERT INTO member VALUES ('" ACTOR "');"
	"INSERT INTO stream VALUES ('" STREAM "', 'board')";

static const struct db_stmt Q_NOTE = { "note_add", "INSERT INTO note VALUES ($1)", 1 };

static struct {
	struct world *world;
	struct journal *journal;
	int64_t heard; /* the number up to which events were published */
	bool is_without_events; /* they could not be put together: viewers read the journal */
} here;

static void committed(void *owner, const char *kind, const char *id, int64_t first, int64_t last, const char *events,
	const struct access *access)
{
	(void)owner, (void)kind, (void)id, (void)first, (void)access;
	here.heard = last;
	here.is_without_events |= !events;
}

static void setup(void)
{
	static const struct db_stmt *statements[32];
	size_t n = 0;

	for (const struct db_stmt *const *s = journal_statements; *s; s++)
		statements[n++] = *s;
	statements[n] = &Q_NOTE;
	here.world = world_create(pg_newdb(journal_schema(tables)), statements, (struct world_options){ 0 });
	world_until_up(here.world);
	here.journal = journal_create(here.world->db, committed, NULL);
}

static void teardown(void)
{
	journal_destroy(here.journal);
	journal_destroy(NULL);
	world_destroy(here.world);
}

TestSuite(memory, .init = setup, .fini = teardown);

enum where { IN_EMIT, IN_FINISH, AFTER };

struct writer {
	struct change change;
	const char *note;
	enum where where;
	long n;
	bool has_ended, has_failed, has_emitted;
	enum kd_code code;
	int64_t seq;
};

static void writer_noted(void *owner, const struct db_rows *rows, const struct err *err)
{
	struct writer *w = owner;
	json_t *body = json_pack("{s:s}", "text", w->note), *result;

	(void)rows;
	cr_assert_not(err);
	if (w->where == IN_EMIT)
		json_fail_at(w->n);
	w->seq = change_emit(&w->change, "note.added", body);
	change_emit(&w->change, "note.added", json_object());
	if (w->where == IN_EMIT)
		w->has_failed = alloc_end();
	w->has_emitted = true;
	result = json_pack("{s:I}", "seq", (json_int_t)w->seq);
	if (w->where == IN_FINISH)
		json_fail_at(w->n);
	change_finish(&w->change, result);
	if (w->where == IN_FINISH)
		w->has_failed = alloc_end();
}

static void writer_turn(struct change *ch)
{
	struct writer *w = (struct writer *)ch;
	const char *params[] = { w->note };

	change_query(ch, &Q_NOTE, params, writer_noted, w);
}

static void writer_ended(struct change *ch, const struct err *err)
{
	struct writer *w = (struct writer *)ch;

	w->has_ended = true;
	w->code = err ? err->code : KD_OK;
}

static struct writer write_note(enum where where, long n)
{
	char note[40], op[ID_SIZE];
	struct writer w = { .note = note, .where = where, .n = n };

	snprintf(note, sizeof(note), "%d %ld", (int)where, n);
	id_make(op);
	strcpy(w.change.kind, "board");
	strcpy(w.change.id, STREAM);
	w.change.actor = ACTOR;
	w.change.op = op;
	w.change.turn = writer_turn;
	w.change.ended = writer_ended;
	journal_submit(here.journal, &w.change);
	world_until(here.world, &w.has_ended);
	return w;
}

static void none_or_whole(enum where where)
{
	int done = 0;
	bool is_over = false;

	for (long n = 0; !is_over; n++) {
		struct writer w = write_note(where, n);

		is_over = !w.has_failed;
		cr_assert(w.code == KD_OK || (w.has_failed && w.code == KD_E_BUSY), "%ld: %d", n, w.code);
		done += w.code == KD_OK;
		cr_assert_eq(pg_int(here.world->admin, "SELECT count(*) FROM note"), done, "after %ld allocations", n);
		cr_assert_eq(pg_int(here.world->admin, "SELECT count(*) FROM event"), 2 * done, "after %ld allocations", n);
		cr_assert_eq(pg_int(here.world->admin, "SELECT head FROM stream"), 2 * done);
		cr_assert_eq(here.heard, 2 * done);
		cr_assert_lt(n, 100);
	}
	cr_assert_geq(done, 1);
}

Test(memory, an_event_that_cannot_be_made_undoes_its_change)
{
	none_or_whole(IN_EMIT);
}

Test(memory, an_answer_that_cannot_be_stored_undoes_its_change)
{
	none_or_whole(IN_FINISH);
}

Test(memory, a_change_that_there_is_no_memory_for_is_refused_busy)
{
	struct writer w = { .note = "x" };

	strcpy(w.change.kind, "board");
	strcpy(w.change.id, STREAM);
	w.change.turn = writer_turn;
	w.change.ended = writer_ended;
	alloc_fail_at(0);
	journal_submit(here.journal, &w.change);
	cr_assert(alloc_end());
	cr_assert(w.has_ended && w.code == KD_E_BUSY);
	cr_assert(journal_is_idle(here.journal));
	alloc_fail_at(0);
	cr_assert_null(journal_create(here.world->db, committed, NULL));
	cr_assert(alloc_end());
	cr_assert_eq(write_note(AFTER, 0).code, KD_OK, "and with memory all is well again");
}

/* A node that ends: who waits, who has the turn and whose commit is awaited all hear so, once. */
Test(memory, whoever_is_in_line_when_the_journal_ends_hears_so)
{
	struct writer w[5] = { { .note = "a" }, { .note = "b" }, { .note = "c" }, { .note = "d" }, { .note = "e" } };

	for (int i = 0; i < 5; i++) {
		w[i].where = AFTER;
		strcpy(w[i].change.kind, "board");
		strcpy(w[i].change.id, STREAM);
		w[i].change.turn = writer_turn;
		w[i].change.ended = writer_ended;
		journal_submit(here.journal, &w[i].change);
	}
	world_until(here.world, &w[1].has_emitted); /* the first is kept, the second has its turn */
	cr_assert_not(journal_is_idle(here.journal));
	journal_destroy(here.journal);
	here.journal = NULL;
	for (int i = 0; i < 5; i++)
		cr_assert(w[i].has_ended && (w[i].code == KD_E_UNAVAILABLE || w[i].code == KD_OK), "%d: %d", i, w[i].code);
	cr_assert_eq(w[4].code, KD_E_UNAVAILABLE);
}

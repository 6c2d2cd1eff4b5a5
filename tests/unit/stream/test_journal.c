/* The journal on a real database: gapless numbers, one failure that harms nobody, ops that are done once, and
 * two nodes that write to the same stream at the same time. */
#include "../db/fixture.h"
#include "schema.h"
#include "stream/journal.h"
#include "base/id.h"
#include "journal_sql.h"
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define STREAM "01890000-0000-7000-8000-0000000000f1"
#define OTHER "01890000-0000-7000-8000-0000000000f2"
#define ACTOR "01890000-0000-7000-8000-00000000000a"

static const char tables[] =
	"CREATE TABLE note (text text PRIMARY KEY);"
	"INSERT INTO member VALUES ('" ACTOR "');"
	"INSERT INTO stream VALUES ('" STREAM "', 'board')";

#define schema journal_schema(tables)

static const struct db_stmt Q_NOTE = { "note_add", "INSERT INTO note VALUES ($1)", 1 };

struct writer { /* one command: writes a note, tells of it */
	struct change change;
	struct world *world;
	char op[ID_SIZE];
	const char *note;
	bool refuses;      /* the rule says no after it has written */
	bool has_ended, was_ok;
	enum kd_code code;
	int64_t seq;
	json_t *result;
	char text[200];    /* why it was refused */
	bool is_barred;    /* by `admits` */
};

static const struct db_stmt Q_FACTS = { "note_facts", "SELECT count(*) AS notes FROM note WHERE $1::uuid IS NOT NULL", 1 };

static struct world *open_world(const char *database)
{
	static const struct db_stmt *statements[32];
	size_t n = 0;

	for (const struct db_stmt *const *s = journal_statements; *s; s++)
		statements[n++] = *s;
	statements[n++] = &Q_NOTE;
	statements[n++] = &Q_FACTS;
	return world_create(database, statements, (struct world_options){ .pool_size = 4 });
}

static void writer_noted(void *owner, const struct db_rows *rows, const struct err *err)
{
	struct writer *w = owner;
	struct err no;

	(void)rows;
	if (err) {
		change_undo(&w->change, err);
		return;
	}
	w->seq = change_emit(&w->change, "note.added", json_pack("{s:s}", "text", w->note));
	if (!w->refuses) {
		change_finish(&w->change, json_pack("{s:I}", "seq", (json_int_t)w->seq));
		return;
	}
	err_set(&no, KD_E_FORBIDDEN, "no");
	change_undo(&w->change, &no);
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
	w->was_ok = err == NULL;
	w->code = err ? err->code : KD_OK;
	snprintf(w->text, sizeof(w->text), "%s", err ? err->text : "");
	w->result = json_incref(ch->result);
	w->world->answers++;
}

static void submit(struct journal *j, struct world *world, struct writer *w, const char *note, const char *op)
{
	w->world = world;
	w->note = note;
	if (op)
		strcpy(w->op, op);
	else
		id_make(w->op);
	strcpy(w->change.kind, "board");
	strcpy(w->change.id, STREAM);
	w->change.actor = ACTOR;
	w->change.op = w->op;
	w->change.at_ms = 1000;
	w->change.turn = writer_turn;
	w->change.ended = writer_ended;
	journal_submit(j, &w->change);
}

struct heard {
	int commits;
	int64_t next;      /* the number that must come */
	bool is_gapless;
};

static void committed(void *owner, const char *kind, const char *id, int64_t first, int64_t last, const char *events,
	const struct access *access)
{
	struct heard *h = owner;
	json_t *list = json_loads(events, 0, NULL), *ev;
	size_t i;

	(void)access;
	cr_assert_str_eq(kind, "board");
	cr_assert_str_eq(id, STREAM);
	h->commits++;
	cr_assert_eq(first + (int64_t)json_array_size(list) - 1, last);
	json_array_foreach(list, i, ev)
		if (json_integer_value(json_object_get(ev, "seq")) != first + (int64_t)i)
			h->is_gapless = false;
	if (h->next && first != h->next)
		h->is_gapless = false;
	h->next = last + 1;
	json_decref(list);
}

Test(journal, those_who_wait_together_share_a_commit_and_numbers_have_no_gaps)
{
	const char *database = pg_newdb(schema);
	struct world *world = open_world(database);
	struct heard heard = { .is_gapless = true };
	struct journal *j = journal_create(world->db, committed, &heard);
	struct writer w[50] = { 0 };
	char notes[50][32];

	world_until_up(world);
	for (int i = 0; i < 50; i++) {
		snprintf(notes[i], sizeof(notes[i]), "note %d", i);
		submit(j, world, &w[i], notes[i], NULL);
	}
	world_until_answers(world, 50);
	for (int i = 0; i < 50; i++) {
		cr_assert(w[i].was_ok);
		cr_assert_eq(w[i].seq, i + 1);
	}
	cr_assert(heard.is_gapless);
	cr_assert_leq(heard.commits, 2, "%d commits for what came at once", heard.commits);
	cr_assert_eq(pg_int(world->admin, "SELECT head FROM stream"), 50);
	cr_assert_eq(pg_int(world->admin, "SELECT count(*) FROM event"), 50);
	cr_assert(journal_is_idle(j));
	for (int i = 0; i < 50; i++)
		json_decref(w[i].result);
	journal_destroy(j);
	world_destroy(world);
}

Test(journal, a_refused_or_failed_change_undoes_only_itself)
{
	struct world *world = open_world(pg_newdb(schema));
	struct heard heard = { .is_gapless = true };
	struct journal *j = journal_create(world->db, committed, &heard);
	struct writer w[4] = { { .refuses = false }, { .refuses = true }, { .refuses = false }, { .refuses = false } };

	world_until_up(world);
	submit(j, world, &w[0], "a", NULL);
	submit(j, world, &w[1], "b", NULL);
	submit(j, world, &w[2], "a", NULL); /* breaks the primary key */
	submit(j, world, &w[3], "c", NULL);
	world_until_answers(world, 4);
	cr_assert(w[0].was_ok && w[3].was_ok);
	cr_assert_eq(w[1].code, KD_E_FORBIDDEN);
	cr_assert_eq(w[2].code, KD_E_CONFLICT);
	cr_assert_eq(w[3].seq, 2, "numbers of what was undone are used again");
	cr_assert_eq(pg_int(world->admin, "SELECT count(*) FROM note WHERE text IN ('a', 'c')"), 2);
	cr_assert_eq(pg_int(world->admin, "SELECT count(*) FROM note"), 2);
	cr_assert_eq(pg_int(world->admin, "SELECT head FROM stream"), 2);
	for (int i = 0; i < 4; i++)
		json_decref(w[i].result);
	journal_destroy(j);
	world_destroy(world);
}

Test(journal, a_repeated_op_gets_its_first_answer_also_within_one_batch)
{
	struct world *world = open_world(pg_newdb(schema));
	struct heard heard = { .is_gapless = true };
	struct journal *j = journal_create(world->db, committed, &heard);
	struct writer w[3] = { 0 };
	char op[ID_SIZE];

	world_until_up(world);
	id_make(op);
	submit(j, world, &w[0], "once", op);
	submit(j, world, &w[1], "once", op);
	world_until_answers(world, 2);
	submit(j, world, &w[2], "once", op);
	world_until_answers(world, 3);
	for (int i = 0; i < 3; i++) {
		cr_assert(w[i].was_ok);
		cr_assert_eq(json_integer_value(json_object_get(w[i].result, "seq")), 1);
		json_decref(w[i].result);
	}
	cr_assert_eq(pg_int(world->admin, "SELECT count(*) FROM event"), 1);
	journal_destroy(j);
	world_destroy(world);
}

Test(journal, an_unknown_stream_and_one_of_another_kind_are_not_found)
{
	struct world *world = open_world(pg_newdb(schema));
	struct heard heard = { .is_gapless = true };
	struct journal *j = journal_create(world->db, committed, &heard);
	struct writer w = { .world = world, .note = "x" };

	world_until_up(world);
	strcpy(w.change.kind, "thread"); /* it is a board */
	strcpy(w.change.id, STREAM);
	w.change.actor = ACTOR;
	w.change.turn = writer_turn;
	w.change.ended = writer_ended;
	journal_submit(j, &w.change);
	world_until_answers(world, 1);
	cr_assert_eq(w.code, KD_E_NOT_FOUND);
	strcpy(w.change.id, OTHER);
	journal_submit(j, &w.change);
	world_until_answers(world, 2);
	cr_assert_eq(w.code, KD_E_NOT_FOUND);
	cr_assert_eq(pg_int(world->admin, "SELECT count(*) FROM note"), 0);
	journal_destroy(j);
	world_destroy(world);
}

/* D4: 32 writers on two nodes, each writing again as soon as it is answered. */
Test(journal, thirty_two_writers_on_two_nodes_number_without_gaps, .timeout = 60)
{
	enum { WRITERS = 32, ROUNDS = 10 };
	char *database = strdup(pg_newdb(schema));
	struct world *worlds[2] = { open_world(database), open_world(database) };
	struct heard heard[2] = { { .is_gapless = true }, { .is_gapless = true } };
	struct journal *j[2];
	static struct writer w[WRITERS];
	static char notes[WRITERS][ROUNDS][40];

	for (int n = 0; n < 2; n++) {
		world_until_up(worlds[n]);
		j[n] = journal_create(worlds[n]->db, committed, &heard[n]);
	}
	for (int round = 0; round < ROUNDS; round++) {
		for (int i = 0; i < WRITERS; i++) {
			snprintf(notes[i][round], sizeof(notes[i][round]), "%d of %d", round, i);
			submit(j[i % 2], worlds[i % 2], &w[i], notes[i][round], NULL);
		}
		while (worlds[0]->answers + worlds[1]->answers < (round + 1) * WRITERS)
			for (int n = 0; n < 2; n++)
				world_for(worlds[n], 1); /* both hold the row's lock by turns */
		for (int i = 0; i < WRITERS; i++) {
			cr_assert(w[i].was_ok, "round %d, writer %d: %d", round, i, w[i].code);
			json_decref(w[i].result);
		}
	}
	cr_assert_eq(pg_int(worlds[0]->admin, "SELECT head FROM stream"), WRITERS * ROUNDS);
	cr_assert_eq(pg_int(worlds[0]->admin, "SELECT count(*) FROM event"), WRITERS * ROUNDS);
	cr_assert_eq(pg_int(worlds[0]->admin, "SELECT max(seq) - min(seq) + 1 FROM event"), WRITERS * ROUNDS);
	for (int n = 0; n < 2; n++) {
		journal_destroy(j[n]);
		world_destroy(worlds[n]);
	}
	free(database);
}

/* --- an op has one answer ---------------------------------------------------------------------------------- */

struct pair { /* two nodes on one database */
	char *database;
	struct world *world[2];
	struct journal *journal[2];
	struct heard heard[2];
};

static void committed_anywhere(void *owner, const char *kind, const char *id, int64_t first, int64_t last, const char *events,
	const struct access *access)
{
	(void)kind, (void)id, (void)first, (void)last, (void)events, (void)access;
	((struct heard *)owner)->commits++;
}

static void pair_open(struct pair *p)
{
	memset(p, 0, sizeof(*p));
	p->database = strdup(pg_newdb(schema));
	for (int n = 0; n < 2; n++) {
		p->world[n] = open_world(p->database);
		world_until_up(p->world[n]);
		p->journal[n] = journal_create(p->world[n]->db, committed_anywhere, &p->heard[n]);
	}
}

static void pair_close(struct pair *p)
{
	for (int n = 0; n < 2; n++) {
		journal_destroy(p->journal[n]);
		world_destroy(p->world[n]);
	}
	free(p->database);
}

Test(journal, what_was_refused_on_one_node_stays_refused_on_the_other)
{
	struct pair p;
	struct writer w[3] = { { .refuses = true }, { .refuses = false }, { .refuses = false } };
	char op[ID_SIZE];

	pair_open(&p);
	id_make(op);
	submit(p.journal[0], p.world[0], &w[0], "refused", op);
	world_until_answers(p.world[0], 1);
	cr_assert_eq(w[0].code, KD_E_FORBIDDEN);
	submit(p.journal[1], p.world[1], &w[1], "refused", op); /* its rule would say yes there */
	world_until_answers(p.world[1], 1);
	cr_assert_eq(w[1].code, KD_E_FORBIDDEN);
	cr_assert_str_eq(w[1].text, w[0].text);
	submit(p.journal[0], p.world[0], &w[2], "another", NULL);
	world_until_answers(p.world[0], 2);
	cr_assert(w[2].was_ok);
	cr_assert_eq(pg_int(p.world[0]->admin, "SELECT count(*) FROM note"), 1);
	cr_assert_eq(pg_int(p.world[0]->admin, "SELECT count(*) FROM refusal"), 1);
	json_decref(w[2].result);
	pair_close(&p);
}

/* Also where there is no row of a stream that could be locked: one of the two decides. */
Test(journal, of_two_nodes_that_have_the_same_op_at_once_one_decides, .timeout = 60)
{
	struct pair p;

	pair_open(&p);
	for (int round = 0; round < 40; round++) {
		struct writer w[2] = { { .refuses = round % 3 == 0 }, { .refuses = round % 3 != 0 } };
		char op[ID_SIZE], stream[ID_SIZE], note[32], question[120];

		id_make(op);
		id_make(stream);
		snprintf(note, sizeof(note), "round %d", round);
		for (int i = 0; i < 2; i++) {
			int n = (round + i) % 2;

			w[n].world = p.world[n];
			w[n].note = note;
			strcpy(w[n].op, op);
			strcpy(w[n].change.kind, "board");
			strcpy(w[n].change.id, round % 2 ? stream : STREAM);
			w[n].change.is_new = round % 2;
			w[n].change.actor = ACTOR;
			w[n].change.op = w[n].op;
			w[n].change.turn = writer_turn;
			w[n].change.ended = writer_ended;
			journal_submit(p.journal[n], &w[n].change);
			if (round % 5 == 0)
				world_for(p.world[n], 1);
		}
		while (!w[0].has_ended || !w[1].has_ended)
			for (int n = 0; n < 2; n++)
				world_for(p.world[n], 1);
		cr_assert_eq(w[0].code, w[1].code, "round %d: %d and %d", round, w[0].code, w[1].code);
		snprintf(question, sizeof(question), "SELECT count(*) FROM event WHERE op = '%s'", op);
		cr_assert_eq(pg_int(p.world[0]->admin, question), w[0].was_ok, "round %d", round);
		for (int n = 0; n < 2; n++)
			json_decref(w[n].result);
	}
	pair_close(&p);
}

/* --- who may ------------------------------------------------------------------------------------------------- */

static bool admits(struct change *ch, const struct db_rows *facts, struct err *err)
{
	struct writer *w = (struct writer *)ch;

	w->seq = db_int(facts, 0, "notes");
	return !w->is_barred || err_set(err, KD_E_NOT_FOUND, "not for you");
}

static void submit_checked(struct pair *p, int node, struct writer *w, const char *note, const char *op)
{
	w->change.facts = &Q_FACTS;
	w->change.facts_id = STREAM;
	w->change.admits = admits;
	submit(p->journal[node], p->world[node], w, note, op);
}

/* The facts are those of the turn, with what came before it; and what is done is answered also to those who may not any more. */
Test(journal, who_may_is_asked_on_the_turn_and_not_for_what_is_done)
{
	struct pair p;
	struct writer w[4] = { { .note = NULL }, { .is_barred = true }, { .is_barred = true }, { .note = NULL } };

	pair_open(&p);
	submit_checked(&p, 0, &w[0], "first", NULL);
	submit_checked(&p, 0, &w[1], "barred", NULL);
	world_until_answers(p.world[0], 2);
	cr_assert(w[0].was_ok);
	cr_assert_eq(w[1].code, KD_E_NOT_FOUND);
	cr_assert_eq(w[1].seq, 1, "the first one's note is seen in the same transaction");
	submit_checked(&p, 1, &w[2], "first", w[0].op);
	submit_checked(&p, 1, &w[3], "barred", w[1].op);
	world_until_answers(p.world[1], 2);
	cr_assert(w[2].was_ok, "it is done, whoever may now");
	cr_assert_eq(json_integer_value(json_object_get(w[2].result, "seq")), 1);
	cr_assert_eq(w[3].code, KD_E_NOT_FOUND, "it was refused, whoever may now");
	cr_assert_eq(pg_int(p.world[0]->admin, "SELECT count(*) FROM note"), 1);
	json_decref(w[0].result);
	json_decref(w[2].result);
	pair_close(&p);
}

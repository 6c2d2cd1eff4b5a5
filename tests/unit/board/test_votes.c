/* The rules of votes, on plain structs; and that secrecy is the same in the protocol's tables and in the database. */
#include "../db/fixture.h"
#include "board/vote_rules.h"
#include "protocol/kd.h"
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#define ANNA "01900000-0000-7000-8000-00000000000a"

static struct err err;

Test(vote, a_round_opens_alone_and_on_sections_that_are_there)
{
	struct vote_wish w = { .budget = 3, .most = 3, .sections = 2, .sections_here = 2 };

	cr_assert(vote_may_open(&w, &err));
	w.most = 4;
	cr_assert_not(vote_may_open(&w, &err));
	cr_assert_str_eq(err.field, "/most");
	w.most = 1;
	w.sections_here = 1;
	cr_assert_not(vote_may_open(&w, &err));
	cr_assert_eq(err.code, KD_E_NOT_FOUND);
	w.sections_here = 2;
	w.is_open = true;
	cr_assert_not(vote_may_open(&w, &err));
	cr_assert_eq(err.code, KD_E_CONFLICT);
}

Test(vote, a_budget_is_spent_to_its_end_and_no_further)
{
	struct vote_facts f = { .has_card = true, .is_asked = true, .budget = 5, .most = 3, .elsewhere = 2 };

	cr_assert(vote_may_cast(&f, 3, &err));
	cr_assert_not(vote_may_cast(&f, 4, &err));
	cr_assert_str_eq(err.text, "a card may have at most 3 votes from one person");
	f.elsewhere = 3;
	cr_assert(vote_may_cast(&f, 2, &err));
	cr_assert_not(vote_may_cast(&f, 3, &err));
	cr_assert_str_eq(err.text, "there are 2 votes left of 5: take some back first");
	f.elsewhere = 9;
	cr_assert_not(vote_may_cast(&f, 1, &err));
	cr_assert_str_eq(err.text, "there are 0 votes left of 5: take some back first");
}

Test(vote, back_they_can_be_taken_wherever_the_card_went)
{
	struct vote_facts f = { .has_card = true, .is_asked = false, .budget = 5, .most = 3, .elsewhere = 5 };

	cr_assert(vote_may_cast(&f, 0, &err));
	cr_assert_not(vote_may_cast(&f, 1, &err));
	f.has_card = false;
	cr_assert_not(vote_may_cast(&f, 0, &err));
	cr_assert_eq(err.code, KD_E_NOT_FOUND);
	f.is_closed = f.has_card = true;
	cr_assert_not(vote_may_cast(&f, 0, &err));
	cr_assert_str_eq(err.text, "the round of votes has ended");
}

/* What is read from the journal again hides the same people as what is told at once. */
Test(vote, the_journal_hides_whom_the_tables_hide)
{
	const char *database = pg_newdb(NULL);
	int hidden = 0;
	PGconn *pg;

	cr_assert(db_migrate(pg_conninfo(pg_folder(), database, "korsdrag_owner"), &err), "%s: %s", err.text, err.detail);
	pg = pg_connect(database, "korsdrag");
	for (const struct kd_event *const *const *table = kd_event_tables; *table; table++)
		for (const struct kd_event *const *e = *table; *e; e++) {
			char statement[200];
			PGresult *result;

			snprintf(statement, sizeof(statement), "SELECT told_actor('%s', '" ANNA "') IS NULL", (*e)->name);
			result = PQexec(pg, statement);
			cr_assert_eq(strcmp(PQgetvalue(result, 0, 0), "t") == 0, (*e)->hides_actor, "%s", (*e)->name);
			PQclear(result);
			hidden += (*e)->hides_actor;
		}
	cr_assert_gt(hidden, 0);
	PQfinish(pg);
}

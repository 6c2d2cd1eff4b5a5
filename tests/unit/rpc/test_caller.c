/* Who calls, read from a row as PostgreSQL gives it: lists taken apart, long names cut between characters, and what is
 * no id or no scope left out. */
#include "../alloc/failing.h"
#include "../db/fixture.h"
#include "rpc/caller.h"
#include <criterion/criterion.h>
#include <string.h>

#define ID_A "01890000-0000-7000-8000-00000000000a"
#define ID_B "01890000-0000-7000-8000-00000000000b"

/* $1 name, $2 locale, $3 tracks, $4 cohorts, $5 spaces, $6 grants; no row when $7 is false. */
static const struct db_stmt Q_CALLER = { "caller_row",
	"SELECT '" ID_A "' AS member, '" ID_B "' AS session, $1::text AS name, NULL::text AS organisation, NULL::text AS organisation_short, NULL::text AS organisation_name, $2::text AS locale, "
	"true AS is_administrator, false AS is_bearer, 1700000000000 AS signed_in_at, $3::text AS tracks, $4::text AS cohorts, "
	"$5::text AS spaces, $6::text AS grants, 7 AS head WHERE $7::boolean", 7 };

struct asked {
	struct caller_ref *ref;
	long fail_at; /* < 0: never */
	bool is_in, has_failed;
};

static void row_taken(void *owner, const struct db_rows *rows, const struct err *err)
{
	struct asked *a = owner;

	cr_assert_not(err, "%s", err ? err->detail : "");
	if (a->fail_at >= 0)
		alloc_fail_at(a->fail_at);
	a->ref = caller_from_row(rows, 0);
	a->has_failed = alloc_end();
	a->is_in = true;
}

static struct asked ask_row(struct world *w, const char *const *params, long fail_at)
{
	struct asked a = { .fail_at = fail_at };

	db_query(w->db, NULL, &Q_CALLER, params, row_taken, &a);
	world_until(w, &a.is_in);
	return a;
}

static struct world *caller_world(void)
{
	static const struct db_stmt *const statements[] = { &Q_CALLER, NULL };
	struct world *w = world_create(pg_newdb(NULL), statements, (struct world_options){ 0 });

	world_until_up(w);
	return w;
}

Test(caller, lists_are_taken_apart)
{
	struct world *w = caller_world();
	struct asked a = ask_row(w, (const char *[]){ "Anna", "sv", "executive,key_person", ID_A "," ID_B, ID_B,
		"network:,cohort:" ID_A ",space:" ID_B ",board:" ID_A, "t" }, -1);
	const struct caller *c = &a.ref->caller;

	cr_assert_eq(a.ref->head, 7);
	cr_assert_str_eq(c->member, ID_A);
	cr_assert_str_eq(c->session, ID_B);
	cr_assert_str_eq(c->name, "Anna");
	cr_assert_str_eq(c->organisation, "");
	cr_assert(c->is_administrator && !c->is_bearer && c->signed_in_at == 1700000000000);
	cr_assert_eq(c->tracks, TRACK_EXECUTIVE | TRACK_KEY_PERSON);
	cr_assert(c->cohort_count == 2 && strcmp(c->cohorts[0], ID_A) == 0 && strcmp(c->cohorts[1], ID_B) == 0);
	cr_assert(c->space_count == 1 && strcmp(c->spaces[0], ID_B) == 0);
	cr_assert_eq(c->grant_count, 4);
	cr_assert(c->grants[0].scope == SCOPE_NETWORK && c->grants[0].id[0] == '\0');
	cr_assert(c->grants[1].scope == SCOPE_COHORT && strcmp(c->grants[1].id, ID_A) == 0);
	cr_assert(c->grants[2].scope == SCOPE_SPACE && strcmp(c->grants[2].id, ID_B) == 0);
	cr_assert(c->grants[3].scope == SCOPE_BOARD && strcmp(c->grants[3].id, ID_A) == 0);
	caller_unref(a.ref);
	world_destroy(w);
}

Test(caller, nothing_and_empty_lists_give_nobody_anything)
{
	struct world *w = caller_world();
	const char *const rows[2][7] = { { NULL, NULL, NULL, NULL, NULL, NULL, "t" }, { "", "", "", "", "", "", "t" } };

	for (int i = 0; i < 2; i++) {
		struct asked a = ask_row(w, rows[i], -1);
		const struct caller *c = &a.ref->caller;

		cr_assert_str_eq(c->name, "");
		cr_assert_str_eq(c->locale, "");
		cr_assert(c->tracks == TRACK_NONE && c->cohort_count == 0 && c->space_count == 0 && c->grant_count == 0);
		caller_unref(a.ref);
	}
	world_destroy(w);
}

Test(caller, what_is_no_id_and_no_scope_is_left_out)
{
	struct world *w = caller_world();
	struct asked a = ask_row(w, (const char *[]){ "x", "sv", "executives", ID_A "x," ID_B, "," ID_A,
		"planet:" ID_A ",spac:" ID_A ",space:" ID_A "x,space:" ID_B ",cohorts:" ID_A, "t" }, -1);
	const struct caller *c = &a.ref->caller;

	cr_assert(c->cohort_count == 1 && strcmp(c->cohorts[0], ID_B) == 0);
	cr_assert_eq(c->grant_count, 1);
	cr_assert(c->grants[0].scope == SCOPE_SPACE && strcmp(c->grants[0].id, ID_B) == 0);
	caller_unref(a.ref);
	world_destroy(w);
}

Test(caller, a_long_name_is_cut_between_characters)
{
	struct world *w = caller_world();
	char name[200];

	for (size_t shift = 0; shift < 4; shift++) { /* 127 bytes of 4-byte characters behind 0 to 3 letters */
		struct asked a;
		char *end = name;

		for (size_t i = 0; i < shift; i++)
			*end++ = 'x';
		for (size_t i = 0; i < 40; i++)
			end = stpcpy(end, "😀");
		a = ask_row(w, (const char *[]){ name, "svenska", NULL, NULL, NULL, NULL, "t" }, -1);
		cr_assert_eq(strlen(a.ref->caller.name), shift + 4 * ((127 - shift) / 4));
		cr_assert_eq(strncmp(a.ref->caller.name, name, strlen(a.ref->caller.name)), 0);
		cr_assert_str_eq(a.ref->caller.locale, "sv");
		caller_unref(a.ref);
	}
	world_destroy(w);
}

Test(caller, nobody_is_made_of_no_row_and_of_no_memory)
{
	struct world *w = caller_world();
	const char *const some[] = { "x", "sv", NULL, NULL, NULL, NULL, "t" }, *const none[] = { "x", "sv", NULL, NULL, NULL, NULL, "f" };
	struct asked a = ask_row(w, none, -1);

	cr_assert_null(a.ref);
	a = ask_row(w, some, 0);
	cr_assert(!a.ref && a.has_failed);
	a = ask_row(w, some, -1);
	cr_assert(a.ref && caller_ref(a.ref) == a.ref);
	caller_unref(a.ref); /* one holds it still */
	cr_assert_str_eq(a.ref->caller.member, ID_A);
	caller_unref(a.ref);
	caller_unref(NULL);
	world_destroy(w);
}

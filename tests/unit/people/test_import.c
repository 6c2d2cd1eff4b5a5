/* What becomes of the rows of a list. */
#include "people/import.h"
#include "base/buf.h"
#include "base/err.h"
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ORG "01900000-0000-7000-8000-000000000001"
#define COHORT "01900000-0000-7000-8000-000000000002"
#define ANNA "01900000-0000-7000-8000-000000000003"
#define HEAD "mail,name,organisation,track,cohort\n"

static struct arena *mem;
static struct import im;
static struct err err;

static void begin(void)
{
	mem = arena_create(1024, 16 << 20);
}

static void end(void)
{
	arena_destroy(mem);
}

TestSuite(import, .init = begin, .fini = end);

/* Errors as "2 mail is missing; 3 …". */
static const char *errors_of(const char *csv)
{
	static char text[4000];
	char *at = text;

	*at = '\0';
	cr_assert(import_read(&im, csv, mem, &err));
	import_sort(&im);
	for (size_t i = 0; i < im.errors.count; i++)
		at += sprintf(at, "%s%d %s %s", i ? "; " : "", (int)im.errors.items[i].line,
		        im.errors.items[i].field, im.errors.items[i].reason);
	return text;
}

static enum import_fate decide(const char *row, struct import_known known)
{
	char csv[400];

	snprintf(csv, sizeof(csv), HEAD "%s\n", row);
	cr_assert(import_read(&im, csv, mem, &err));
	cr_assert_eq(im.count, 1);
	import_decide(&im, &im.rows[0], &known);
	return im.rows[0].fate;
}

Test(import, good_rows_have_no_errors)
{
	cr_expect_str_eq(errors_of(HEAD "a@b.se,Anna,SLK,executive,1\nb@b.se,Bo,Trafikkontoret,,\n"), "");
	cr_expect_eq(im.count, 2);
}

Test(import, columns_may_stand_in_any_order)
{
	cr_expect_str_eq(errors_of("Organisation;NAME;mail\nSLK;Anna;a@b.se\n"), "");
	cr_expect_str_eq(im.rows[0].name, "Anna");
	cr_expect_str_eq(im.rows[0].cohort, "");
}

Test(import, a_list_without_its_columns_is_told_so)
{
	cr_expect_str_eq(errors_of("mail,track\na@b.se,executive"),
	        "1 name the first line does not name this column; 1 organisation the first line does not name this column");
	cr_expect_str_eq(errors_of("\n"), "1  the list is empty");
}

Test(import, errors_name_line_and_field)
{
	cr_expect_str_eq(
	        errors_of(HEAD "nobody,,SLK,chef,1\n\na@b.se,Anna,,executive,\nA@B.se,Anna,SLK,,\n\"x\n"),
	        "2 mail is no mail address; 2 name is missing; 2 track must be executive or key_person; "
	        "4 cohort is missing: say which round of the track; 4 organisation is missing; "
	        "5 mail stands on line 4 already; 6  a quote is opened and not closed");
	cr_expect_eq(im.rows[0].fate, IMPORT_BAD);
}

/* One row for each thing that can be wrong with one. */
Test(import, each_field_has_its_own_complaint)
{
	char csv[400];
	static const char *const cases[][2] = { { ",Anna,SLK,,", "2 mail is missing" },
		{ "a@b,Anna,SLK,,", "2 mail is no mail address" },
		{ "a@b.se,\xc2\xa0,SLK,,", "2 name must be one line of at most 120 characters" },
		{ "a@b.se,\"An\nna\",SLK,,", "2 name must be one line of at most 120 characters" },
		{ "a@b.se,Anna,SLK,Executive,1", "2 track must be executive or key_person" },
		{ "a@b.se,Anna,SLK,key_person,", "2 cohort is missing: say which round of the track" },
		{ "a@b.se,Anna", "2 organisation is missing" }, { "a@b.se", "2 name is missing; 2 organisation is missing" },
		{ "\"a@b.se\"x,Anna,SLK,,", "2  text follows a closing quote" },
		{ "a\"@b.se,Anna,SLK,,", "2  a quote stands inside a field that does not begin with one" },
		{ ",,,,,,,,,,,,,,,,", "2  it has too many columns" }, { "a@b.se,Anna,SLK,,Chefer 1", "" },
		{ "a@b.se,Anna,SLK,key_person,1", "" } };

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		snprintf(csv, sizeof(csv), HEAD "%s\n", cases[i][0]);
		cr_expect_str_eq(errors_of(csv), cases[i][1], "%s: %s", cases[i][0], errors_of(csv));
	}
	snprintf(csv, sizeof(csv), HEAD "a@b.se,%0121d,SLK,,\n", 1);
	cr_expect_str_eq(errors_of(csv), "2 name must be one line of at most 120 characters");
	snprintf(csv, sizeof(csv), HEAD "a@b.se,%0120d,SLK,,\n", 1);
	cr_expect_str_eq(errors_of(csv), "");
}

/* Clients say it in their own language. */
static const char *problem_of(const char *csv)
{
	cr_assert(import_read(&im, csv, mem, &err));
	cr_assert_eq(im.errors.count, 1, "%s", csv);
	return im.errors.items[0].problem;
}

Test(import, each_complaint_has_a_word_for_it)
{
	cr_expect_str_eq(problem_of("\n"), "empty");
	cr_expect_str_eq(problem_of("\"mail"), "unreadable");
	cr_expect_str_eq(problem_of("mail,name\n"), "no_column");
	cr_expect_str_eq(problem_of(HEAD ",Anna,SLK,,\n"), "missing");
	cr_expect_str_eq(problem_of(HEAD "a@b,Anna,SLK,,\n"), "malformed");
	cr_expect_str_eq(problem_of(HEAD "a@b.se,Anna,SLK,chef,1\n"), "malformed");
	cr_expect_str_eq(problem_of(HEAD "a@b.se,Anna,SLK,executive,\n"), "missing");
	cr_expect_str_eq(problem_of(HEAD "a@b.se,Anna,SLK,,\nA@B.se,Anna,SLK,,\n"), "repeated");
	cr_expect_str_eq(problem_of(HEAD "\"a@b.se\"x,Anna,SLK,,\n"), "unreadable");
	cr_assert_eq(decide("a@b.se,Anna,X,,", (struct import_known){ .organisation = NULL }), IMPORT_BAD);
	cr_expect_str_eq(im.errors.items[0].problem, "unknown");
	cr_assert_eq(decide("a@b.se,Anna,SLK,,", (struct import_known){ .organisation = ORG, .member = ANNA, .name = "Anna", .is_suspended = true }),
		IMPORT_BAD);
	cr_expect_str_eq(im.errors.items[0].problem, "suspended");
}

/* Who sees so many complaints mends the list first. */
Test(import, complaints_are_bounded)
{
	struct buf b;

	buf_init(&b, 200000);
	buf_add_str(&b, HEAD);
	for (int i = 0; i < KD_IMPORT_MAX_ERRORS / 2 + 20; i++)
		buf_printf(&b, "a%d@b.se,,,,\n", i); /* two in each row */
	cr_expect(import_read(&im, b.data, mem, &err));
	cr_expect_eq(im.errors.count, KD_IMPORT_MAX_ERRORS);
	cr_expect_eq(im.errors.items[KD_IMPORT_MAX_ERRORS - 1].line, KD_IMPORT_MAX_ERRORS / 2 + 1);
	for (size_t i = 0; i < im.count; i++)
		cr_expect_eq(im.rows[i].fate, IMPORT_BAD, "row %zu would be taken", i);
	buf_finish(&b);
}

Test(import, lists_are_bounded)
{
	struct buf b;

	buf_init(&b, 200000);
	buf_add_str(&b, HEAD);
	for (int i = 0; i < KD_IMPORT_MAX_ROWS; i++)
		buf_printf(&b, "a%d@b.se,A,B,,\n", i);
	cr_expect(import_read(&im, b.data, mem, &err));
	cr_expect_eq(im.count, KD_IMPORT_MAX_ROWS);
	buf_add_str(&b, "x@b.se,A,B,,\n");
	cr_expect_not(import_read(&im, b.data, mem, &err));
	cr_expect_eq(err.code, KD_E_TOO_LARGE);
	while (b.len <= KD_IMPORT_MAX_BYTES)
		buf_add_str(&b, "\n");
	cr_expect_not(import_read(&im, b.data, mem, &err));
	buf_finish(&b);
}

Test(import, who_is_unknown_is_added)
{
	cr_expect_eq(decide("a@b.se,Anna,SLK,executive,1",
	                     (struct import_known){ .organisation = ORG, .cohort = COHORT }),
	        IMPORT_ADD);
	cr_expect(kd_id_is_valid(im.rows[0].member));
	cr_expect(im.rows[0].is_joining);
	cr_expect_eq(im.added, 1);
}

Test(import, the_same_row_again_changes_nothing)
{
	struct import_known known = { .organisation = ORG,
		.cohort = COHORT,
		.member = ANNA,
		.name = "Anna",
		.is_same_organisation = true,
		.is_in_cohort = true };
	json_t *orders;

	cr_expect_eq(decide("a@b.se,Anna,SLK,executive,1", known), IMPORT_KEEP);
	cr_expect_eq(im.unchanged, 1);
	orders = import_orders(&im);
	cr_expect_eq(json_array_size(orders), 0);
	json_decref(orders);
	known.is_in_cohort = false;
	cr_expect_eq(decide("a@b.se,Anna,SLK,executive,1", known), IMPORT_CHANGE);
	known.is_in_cohort = true;
	cr_expect_eq(decide("a@b.se,Anna Berg,SLK,executive,1", known), IMPORT_CHANGE);
	known.is_same_organisation = false;
	cr_expect_eq(decide("a@b.se,Anna,SLK,executive,1", known), IMPORT_CHANGE);
	cr_expect(im.rows[0].is_renamed && !im.rows[0].is_joining);
}

Test(import, what_is_not_there_is_an_error)
{
	cr_expect_eq(decide("a@b.se,Anna,X,executive,9", (struct import_known){ .organisation = NULL }),
	        IMPORT_BAD);
	cr_expect_eq(im.errors.count, 2);
	cr_expect_eq(
	        decide("a@b.se,Anna,SLK,,",
	                (struct import_known){
	                        .organisation = ORG, .member = ANNA, .name = "Anna", .is_suspended = true }),
	        IMPORT_BAD);
	cr_expect_str_eq(im.errors.items[0].field, "mail");
	cr_expect_eq(decide("a@b.se,Anna,SLK,,Chefer 9", (struct import_known){ .organisation = ORG }), IMPORT_BAD);
	cr_expect_str_eq(im.errors.items[0].reason, "no cohort has that name");
	cr_expect_eq(decide("a@b.se,Anna,SLK,executive,9", (struct import_known){ .organisation = ORG }), IMPORT_BAD);
	cr_expect_str_eq(im.errors.items[0].reason, "the track has no such cohort");
}

/* The orders are what the statement takes: new ones with an id of their own, changed ones with what changes. */
Test(import, good_rows_become_orders_and_bad_ones_do_not)
{
	json_t *orders;

	cr_assert(import_read(&im, HEAD "ny@b.se,Ny,SLK,,\na@b.se,Anna,SLK,executive,1\nfel,Fel,SLK,,\nb@b.se,Bo,SLK,,\n", mem, &err));
	import_decide(&im, &im.rows[0], &(struct import_known){ .organisation = ORG });
	import_decide(&im, &im.rows[1],
	        &(struct import_known){
	                .organisation = ORG, .cohort = COHORT, .member = ANNA, .name = "Anna", .is_same_organisation = true });
	import_decide(&im, &im.rows[3],
	        &(struct import_known){ .organisation = ORG, .member = COHORT, .name = "Bo", .is_same_organisation = true });
	orders = import_orders(&im);
	cr_assert_eq(json_array_size(orders), 2);
	cr_expect_str_eq(json_string_value(json_object_get(json_array_get(orders, 0), "mail")), "ny@b.se");
	cr_expect(json_is_true(json_object_get(json_array_get(orders, 0), "is_new")));
	cr_expect_null(json_object_get(json_array_get(orders, 0), "cohort"));
	cr_expect_str_eq(json_string_value(json_object_get(json_array_get(orders, 1), "cohort")), COHORT);
	cr_expect(json_is_true(json_object_get(json_array_get(orders, 1), "is_joining")));
	cr_expect(json_is_false(json_object_get(json_array_get(orders, 1), "is_changed")));
	cr_expect(im.added == 1 && im.changed == 1 && im.unchanged == 1);
	json_decref(orders);
}

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

static enum import_fate decide(const char *row, struct import_known known)
{
	char csv[400];

	snprintf(csv, sizeof(csv), HEAD "%s\n", row);
	cr_assert(import_read(&im, csv, mem, &err));
	cr_assert_eq(im.count, 1);
	import_decide(&im, &im.rows[0], &known);
	return im.rows[0].fate;
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
}

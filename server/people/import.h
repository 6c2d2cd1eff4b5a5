/* import.h - what becomes of each row of a list of members: pure functions. Reading the list comes first,
 * then the database says what is known of its good rows, then each is decided. */
#ifndef PEOPLE_IMPORT_H
#define PEOPLE_IMPORT_H
#include "base/arena.h"
#include "base/err.h"
#include "base/hash.h"
#include "protocol/people.h"

enum import_fate { IMPORT_BAD, IMPORT_KEEP, IMPORT_CHANGE, IMPORT_ADD };

struct import_row {
	int line;
	const char *mail, *name, *organisation, *track, *cohort; /* as they stand there, "" when absent */
	enum import_fate fate;
	bool is_joining, is_renamed;
	const char *member, *organisation_id, *cohort_id;
	const char *folded; /* the address in lower case, by which rows are told apart */
	UT_hash_handle hh;
};

struct import {
	struct arena *mem;
	size_t count;
	struct import_row *rows;
	struct kd_import_errors errors;
	int64_t added, changed, unchanged;
};

/* What the database knows of a row; NULL: nothing. */
struct import_known {
	const char *organisation, *cohort, *member, *name;
	bool is_suspended, is_same_organisation, is_in_cohort;
};

/* False when the list is too long as a whole: err says so. Otherwise whatever is wrong stands in `errors`. */
bool import_read(struct import *im, const char *csv, struct arena *mem, struct err *err);

json_t *import_questions(
        const struct import *im); /* array for import_resolve: rows that are not bad; NULL: no memory */
void import_decide(struct import *im, struct import_row *row, const struct import_known *known);
json_t *import_orders(const struct import *im); /* array for import_apply: rows to add or change */
void import_sort(struct import *im);            /* errors by line, for the answer */
#endif

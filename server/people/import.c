#include "people/import.h"
#include "base/mail_address.h"
#include "base/id.h"
#include "base/line.h"
#include "base/utf8.h"
#include "text/csv.h"
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static const char *const column_names[] = { "mail", "name", "organisation", "track", "cohort" };
enum column { COLUMN_MAIL, COLUMN_NAME, COLUMN_ORGANISATION, COLUMN_TRACK, COLUMN_COHORT, COLUMNS };

static void add_error(struct import *im, int line, const char *field, const char *problem, const char *reason)
{
	if (im->errors.count == KD_IMPORT_MAX_ERRORS)
		return;
	if (!im->errors.items)
		im->errors.items = arena_new_n(im->mem, struct kd_import_error, KD_IMPORT_MAX_ERRORS);
	im->errors.items[im->errors.count++] = (struct kd_import_error){ line, field, problem, reason };
}

static void row_error(struct import *im, struct import_row *row, const char *field, const char *problem, const char *reason)
{
	add_error(im, row->line, field, problem, reason);
	row->fate = IMPORT_BAD;
}

/* --- reading -------------------------------------------------------------------------------------- */

/* Where each column stands. False: an error was added, the list cannot be read. */
static bool read_head(struct import *im, const struct csv_record *head, size_t ret_at[COLUMNS])
{
	bool ok = true;

	for (size_t c = 0; c < COLUMNS; c++) {
		ret_at[c] = head->count;
		for (size_t i = 0; i < head->count; i++)
			if (strcasecmp(head->fields[i], column_names[c]) == 0)
				ret_at[c] = i;
		if (c <= COLUMN_ORGANISATION && ret_at[c] == head->count) {
			add_error(im, head->line, column_names[c], "no_column", "the first line does not name this column");
			ok = false;
		}
	}
	return ok;
}

static void check_row(struct import *im, struct import_row *row)
{
	if (!mail_is_valid(row->mail))
		row_error(im, row, "mail", row->mail[0] ? "malformed" : "missing", row->mail[0] ? "is no mail address" : "is missing");
	if (!row->name[0])
		row_error(im, row, "name", "missing", "is missing");
	else if (!line_is_visible(row->name) || utf8_count(row->name, strlen(row->name)) > KD_NAME_MAX)
		row_error(im, row, "name", "malformed", "must be one line of at most 120 characters");
	if (!row->organisation[0])
		row_error(im, row, "organisation", "missing", "is missing");
	if (row->track[0] && strcmp(row->track, "executive") != 0 && strcmp(row->track, "key_person") != 0)
		row_error(im, row, "track", "malformed", "must be executive or key_person");
	if (row->track[0] && !row->cohort[0])
		row_error(im, row, "cohort", "missing", "is missing: say which round of the track");
}

static void check_repeated(struct import *im, struct import_row **seen, struct import_row *row)
{
	struct import_row *first;
	char *folded = arena_alloc(im->mem, strlen(row->mail) + 1);

	mail_fold(row->mail, folded, strlen(row->mail) + 1);
	row->folded = folded;
	HASH_FIND_STR(*seen, folded, first);
	if (first)
		row_error(im, row, "mail", "repeated", arena_printf(im->mem, "stands on line %d already", first->line));
	else
		HASH_ADD_KEYPTR(hh, *seen, row->folded, strlen(row->folded), row);
}

static const char *field_of(const struct csv_record *r, size_t at)
{
	return at < r->count ? r->fields[at] : "";
}

static bool read_rows(struct import *im, struct csv *csv, const size_t at[COLUMNS], struct err *err)
{
	struct import_row *seen = NULL;
	struct csv_record r;
	const char *reason;
	enum csv_result result;

	im->rows = arena_new_n(im->mem, struct import_row, KD_IMPORT_MAX_ROWS);
	while ((result = csv_next(csv, im->mem, &r, &reason)) != CSV_END) {
		struct import_row *row = &im->rows[im->count];
		if (result == CSV_BROKEN) {
			add_error(im, r.line, "", "unreadable", reason);
			continue;
		}
		if (im->count == KD_IMPORT_MAX_ROWS) {
			HASH_CLEAR(hh, seen);
			return err_set(err, KD_E_TOO_LARGE, "a list has at most %d rows: split it",
			        KD_IMPORT_MAX_ROWS);
		}
		*row = (struct import_row){ .line = r.line,
			.mail = field_of(&r, at[COLUMN_MAIL]),
			.name = field_of(&r, at[COLUMN_NAME]),
			.organisation = field_of(&r, at[COLUMN_ORGANISATION]),
			.track = field_of(&r, at[COLUMN_TRACK]),
			.cohort = field_of(&r, at[COLUMN_COHORT]),
			.fate = IMPORT_KEEP };
		im->count++;
		check_row(im, row);
		check_repeated(im, &seen, row);
	}
	HASH_CLEAR(hh, seen);
	return true;
}

bool import_read(struct import *im, const char *text, struct arena *mem, struct err *err)
{
	struct csv csv;
	struct csv_record head;
	const char *reason = "the list is empty";
	enum csv_result result;
	size_t at[COLUMNS];

	memset(im, 0, sizeof(*im));
	im->mem = mem;
	if (strlen(text) > KD_IMPORT_MAX_BYTES)
		return err_set(
		        err, KD_E_TOO_LARGE, "a list has at most %d bytes: split it", KD_IMPORT_MAX_BYTES);
	csv_begin(&csv, text, strlen(text));
	result = csv_next(&csv, mem, &head, &reason);
	if (result != CSV_RECORD) {
		add_error(im, 1, "", result == CSV_END ? "empty" : "unreadable", reason);
		return true;
	}
	return !read_head(im, &head, at) || read_rows(im, &csv, at, err);
}

/* --- questions and decisions ---------------------------------------------------------------------- */

json_t *import_questions(const struct import *im)
{
	json_t *list = json_array();

	for (size_t i = 0; i < im->count; i++) {
		const struct import_row *r = &im->rows[i];
		if (r->fate != IMPORT_BAD)
			json_array_append_new(
			        list, json_pack("{s:I, s:s, s:s, s:s, s:s}", "row", (json_int_t)i, "mail",
			                      r->mail, "organisation", r->organisation, "track", r->track,
			                      "cohort", r->cohort));
	}
	return list;
}

static const char *own_copy(struct import *im, const char *text)
{
	return text ? arena_strdup(im->mem, text) : NULL;
}

void import_decide(struct import *im, struct import_row *row, const struct import_known *known)
{
	if (!known->organisation)
		row_error(im, row, "organisation", "unknown", "no organisation has that short or full name");
	if (row->cohort[0] && !known->cohort)
		row_error(im, row, "cohort", "unknown",
		        row->track[0] ? "the track has no such cohort" : "no cohort has that name");
	if (known->member && known->is_suspended)
		row_error(im, row, "mail", "suspended", "the member with this address is suspended");
	if (row->fate == IMPORT_BAD)
		return;
	row->organisation_id = own_copy(im, known->organisation);
	row->cohort_id = own_copy(im, known->cohort);
	row->member = own_copy(im, known->member);
	row->is_joining = known->cohort && !known->is_in_cohort;
	row->is_renamed =
	        known->member && (strcmp(known->name, row->name) != 0 || !known->is_same_organisation);
	if (!row->member) {
		char *id = arena_alloc(im->mem, ID_SIZE);
		id_make(id);
		row->member = id;
		row->fate = IMPORT_ADD;
		im->added++;
	} else if (row->is_joining || row->is_renamed) {
		row->fate = IMPORT_CHANGE;
		im->changed++;
	} else {
		row->fate = IMPORT_KEEP;
		im->unchanged++;
	}
}

json_t *import_orders(const struct import *im)
{
	json_t *list = json_array();

	for (size_t i = 0; i < im->count; i++) {
		const struct import_row *r = &im->rows[i];
		if (r->fate == IMPORT_CHANGE || r->fate == IMPORT_ADD)
			json_array_append_new(list,
			        json_pack("{s:s, s:s, s:s, s:s, s:s*, s:b, s:b, s:b}", "member", r->member,
			                "mail", r->mail, "name", r->name, "organisation", r->organisation_id,
			                "cohort", r->cohort_id, "is_new", r->fate == IMPORT_ADD, "is_changed",
			                r->is_renamed, "is_joining", r->is_joining));
	}
	return list;
}

static int by_line(const void *a, const void *b)
{
	const struct kd_import_error *one = a, *two = b;

	if (one->line != two->line)
		return one->line < two->line ? -1 : 1;
	return strcmp(one->field, two->field);
}

void import_sort(struct import *im)
{
	if (im->errors.count > 1)
		qsort(im->errors.items, im->errors.count, sizeof(*im->errors.items), by_line);
}

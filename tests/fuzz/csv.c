/* csv.c - a list of members as somebody's spreadsheet wrote it: records, and what import makes of them. */
#include "lib/fuzz.h"
#include "base/buf.h"
#include "base/utf8.h"
#include "text/csv.h"
#include "people/import.h"
#include <stdlib.h>
#include <string.h>

#define RECORDS_MAX 64

void fuzz_begin(void)
{
	json_object_seed(1);
}

static void record_write(const struct csv_record *r, struct buf *out)
{
	for (size_t i = 0; i < r->count; i++) {
		buf_add_str(out, i ? ",\"" : "\"");
		for (const char *c = r->fields[i]; *c; c++) {
			buf_add_char(out, *c);
			if (*c == '"')
				buf_add_char(out, '"');
		}
		buf_add_char(out, '"');
	}
	buf_add_str(out, "\r\n");
}

static size_t records_read(struct csv *csv, struct arena *mem, struct csv_record *ret_records)
{
	const char *reason = NULL;
	size_t count = 0;
	int line = 0;

	for (;;) {
		const char *before = csv->at;
		struct csv_record r;

		switch (csv_next(csv, mem, &r, &reason)) {
		case CSV_END:
			fuzz_check(csv->at == csv->end, "it ends in the middle");
			return count;
		case CSV_BROKEN:
			fuzz_check(reason && *reason, "broken without a reason");
			break;
		case CSV_RECORD:
			fuzz_check(r.count >= 1 && r.count <= CSV_FIELDS_MAX, "%zu fields", r.count);
			if (count < RECORDS_MAX)
				ret_records[count++] = r;
		}
		fuzz_check(csv->at > before && csv->at <= csv->end, "it does not go on");
		fuzz_check(r.line > line, "line %d after %d", r.line, line);
		line = r.line;
	}
}

/* Written anew with everything in quotes, they read the same. */
static void records_check(const char *text, struct arena *mem)
{
	struct csv_record first[RECORDS_MAX], again[RECORDS_MAX + 1];
	struct buf out;
	struct csv csv;
	size_t count, count_again;

	csv_begin(&csv, text, strlen(text));
	count = records_read(&csv, mem, first);
	buf_init(&out, 4u << 20);
	buf_add_str(&out, ",,,,,,,,,,,,,,,\n"); /* so that the comma is the separator */
	for (size_t i = 0; i < count; i++)
		record_write(&first[i], &out);
	csv_begin(&csv, out.data, out.len);
	count_again = records_read(&csv, mem, again);
	fuzz_check(count_again == (count + 1 > RECORDS_MAX ? RECORDS_MAX : count + 1), "%zu records became %zu", count, count_again - 1);
	for (size_t i = 0; i + 1 < count_again; i++) {
		fuzz_check(first[i].count == again[i + 1].count, "record %zu has other fields", i);
		for (size_t f = 0; f < first[i].count; f++)
			fuzz_check(strcmp(first[i].fields[f], again[i + 1].fields[f]) == 0, "\"%s\" became \"%s\"", first[i].fields[f],
				again[i + 1].fields[f]);
	}
	buf_finish(&out);
}

static void import_check(const char *text, struct arena *mem)
{
	static const struct import_known knowns[] = {
		{ 0 }, { .organisation = "o", .cohort = "c" },
		{ .organisation = "o", .cohort = "c", .member = "m", .name = "n", .is_suspended = true },
		{ .organisation = "o", .member = "m", .name = "n", .is_same_organisation = true, .is_in_cohort = true },
	};
	struct import im;
	struct err err;
	json_t *list;
	size_t good = 0, wanted = 0;

	if (!import_read(&im, text, mem, &err))
		return;
	for (size_t i = 0; i < im.count; i++)
		good += im.rows[i].fate != IMPORT_BAD;
	list = import_questions(&im);
	fuzz_check(json_array_size(list) == good, "%zu good rows, %zu questions", good, json_array_size(list));
	json_decref(list);
	for (size_t i = 0; i < im.count; i++)
		if (im.rows[i].fate != IMPORT_BAD)
			import_decide(&im, &im.rows[i], &knowns[i % 4]);
	for (size_t i = 0; i < im.count; i++)
		wanted += im.rows[i].fate == IMPORT_ADD || im.rows[i].fate == IMPORT_CHANGE;
	list = import_orders(&im);
	fuzz_check(json_array_size(list) == wanted, "%zu rows to change, %zu orders", wanted, json_array_size(list));
	json_decref(list);
	import_sort(&im);
	fuzz_check(im.errors.count <= KD_IMPORT_MAX_ERRORS, "%zu errors", im.errors.count);
	for (size_t i = 1; i < im.errors.count; i++)
		fuzz_check(im.errors.items[i - 1].line <= im.errors.items[i].line, "errors are not in order");
}

void fuzz_input(const uint8_t *bytes, size_t size)
{
	struct fuzz_bytes b = { bytes, bytes + size };
	struct arena *mem = fuzz_arena();
	char *text = fuzz_rest(&b);

	records_check(text, mem);
	if (utf8_is_valid(text, strlen(text))) /* it comes as a parameter, which is */
		import_check(text, mem);
	free(text);
	arena_destroy(mem);
}

/* csv.h - reads RFC 4180 records from text: commas or semicolons, quoted fields, any line end. Pure; what it
 * gives lives in an arena. A broken record is told by its line, and reading goes on with the line after it.
 */
#ifndef TEXT_CSV_H
#define TEXT_CSV_H
#include "base/arena.h"
#include <stddef.h>

#define CSV_FIELDS_MAX 16

struct csv {
	const char *at, *end;
	char separator;
	int line; /* of `at`; the first is 1 */
};

struct csv_record {
	int line; /* on which it begins */
	size_t count;
	const char *fields[CSV_FIELDS_MAX]; /* without blanks around them */
};

enum csv_result { CSV_RECORD, CSV_END, CSV_BROKEN };

/* Leaves out a byte order mark and takes the separator that the first line has more of. `text` is kept by the
 * caller. */
void csv_begin(struct csv *csv, const char *text, size_t len);

/* The next record that is no empty line. CSV_BROKEN: ret_record->line and *ret_reason say where and why. */
enum csv_result csv_next(
        struct csv *csv, struct arena *mem, struct csv_record *ret_record, const char **ret_reason);
#endif

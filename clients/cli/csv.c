/* csv.c - finds where rows end and puts pieces together; what is in the rows is the server's to judge. */
#include "clients/cli/csv.h"
#include <stdlib.h>
#include <string.h>

/* The row's length with its line end; *ret_lines is how many lines it covers. */
static size_t row_measure(const char *at, const char *end, long *ret_lines)
{
	bool is_quoted = false;
	const char *p = at;

	*ret_lines = 0;
	while (p < end) {
		char c = *p++;

		if (c == '"')
			is_quoted = !is_quoted;
		if (c == '\n') {
			++*ret_lines;
			if (!is_quoted)
				return (size_t)(p - at);
		}
	}
	++*ret_lines;
	return (size_t)(p - at);
}

bool csv_begin(struct csv *csv, const char *text, size_t len)
{
	long lines;

	if (len >= 3 &&
	        memcmp(text, "\xef\xbb\xbf", 3) == 0) { /* byte order mark, as spreadsheets write it */
		text += 3;
		len -= 3;
	}
	*csv = (struct csv){ .header = text, .end = text + len };
	csv->header_len = row_measure(text, csv->end, &lines);
	csv->at = text + csv->header_len;
	csv->line = 1 + lines;
	return csv->header_len > 0 && csv->header_len < CSV_PIECE_BYTES / 2 && lines == 1;
}

bool csv_next(struct csv *csv, struct csv_piece *piece)
{
	const char *from = csv->at;
	long rows = 0, lines;

	*piece = (struct csv_piece){ .first_line = csv->line };
	while (csv->at < csv->end && rows < CSV_PIECE_ROWS) {
		size_t len = row_measure(csv->at, csv->end, &lines);

		if (csv->header_len + (size_t)(csv->at - from) + len > CSV_PIECE_BYTES)
			break;
		csv->at += len;
		csv->line += lines;
		rows++;
	}
	if (rows == 0)
		return false;
	piece->len = csv->header_len + (size_t)(csv->at - from);
	piece->text = malloc(piece->len + 1);
	if (!piece->text)
		return false;
	memcpy(piece->text, csv->header, csv->header_len);
	memcpy(piece->text + csv->header_len, from, (size_t)(csv->at - from));
	piece->text[piece->len] = '\0';
	return true;
}

bool csv_failed(const struct csv *csv)
{
	return csv->at < csv->end;
}

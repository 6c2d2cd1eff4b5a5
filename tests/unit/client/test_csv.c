#include "clients/cli/csv.h"
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HEADER "mail,name,organisation,track,cohort\n"

Test(csv, a_short_list_is_one_piece)
{
	static const char list[] =
	        "\xef\xbb\xbf" HEADER "a@x.se,A,KUF,,\r\n\"b@x.se\",\"B\nC\",KUF,,\nc@x.se,C,KUF,,";
	struct csv_piece piece;
	struct csv csv;

	cr_assert(csv_begin(&csv, list, sizeof list - 1));
	cr_assert(csv_next(&csv, &piece));
	cr_assert_eq(piece.first_line, 2);
	cr_assert_str_eq(piece.text, list + 3, "without the byte order mark");
	cr_assert_eq(piece.len, strlen(piece.text));
	free(piece.text);
	cr_assert(!csv_next(&csv, &piece));
	cr_assert(!csv_failed(&csv));
}

/* Every row comes once, in order, in pieces that fit, each of which knows its line. */
Test(csv, a_long_list_is_cut_between_rows)
{
	enum { ROWS = 5000 };
	char *list = malloc(ROWS * 80 + 100), *end = stpcpy(list, HEADER);
	struct csv_piece piece;
	struct csv csv;
	long row = 0;

	for (int i = 0; i < ROWS; i++)
		end += sprintf(end, "m%d@x.se,\"Namn\n%d\",KUF,executive,1\n", i, i);
	cr_assert(csv_begin(&csv, list, (size_t)(end - list)));
	while (csv_next(&csv, &piece)) {
		const char *at = piece.text + strlen(HEADER);
		long rows = 0, number;

		cr_assert(piece.len <= CSV_PIECE_BYTES);
		cr_assert_eq(strncmp(piece.text, HEADER, strlen(HEADER)), 0);
		cr_assert_eq(piece.first_line, 2 + 2 * row, "each row has two lines");
		while (sscanf(at, "m%ld@", &number) == 1) {
			cr_assert_eq(number, row);
			row++;
			rows++;
			at = strstr(at, ",1\n") + 3;
		}
		cr_assert_eq(*at, '\0');
		cr_assert(rows > 0 && rows <= CSV_PIECE_ROWS);
		free(piece.text);
	}
	cr_assert(!csv_failed(&csv));
	cr_assert_eq(row, ROWS);
	free(list);
}

Test(csv, an_open_quotation_mark_is_found)
{
	char *list = malloc(200000), *end = stpcpy(list, HEADER "a@x.se,A,KUF,,\nb@x.se,\"B,KUF,,\n");
	struct csv_piece piece;
	struct csv csv;

	memset(end, 'x', 100000);
	cr_assert(csv_begin(&csv, list, (size_t)(end - list) + 100000));
	cr_assert(csv_next(&csv, &piece));
	free(piece.text);
	cr_assert(!csv_next(&csv, &piece));
	cr_assert(csv_failed(&csv));
	cr_assert_eq(csv.line, 3);
	free(list);
}

Test(csv, a_list_without_a_header_is_refused)
{
	struct csv csv;

	cr_assert(!csv_begin(&csv, "", 0));
	cr_assert(!csv_begin(&csv, "\"mail\nname\"\n", 12));
}

/* csv.h - a member list cut into pieces that one call may carry, each beginning with the list's first line.
 */
#ifndef CLIENTS_CLI_CSV_H
#define CLIENTS_CLI_CSV_H
#include <stdbool.h>
#include <stddef.h>

#define CSV_PIECE_BYTES 60000
#define CSV_PIECE_ROWS 1000

struct csv {
	const char *header;
	size_t header_len; /* with its line end */
	const char *at, *end;
	long line; /* of the list, on which `at` is */
};

struct csv_piece {
	char *text;
	size_t len;
	long first_line; /* line of the list that the piece's second line is */
};

bool csv_begin(
        struct csv *csv, const char *text, size_t len); /* false: there is no header, or it is too long */
/* The next rows, as many as fit; quoted fields may hold line ends. False: no more, or (piece->text NULL and
 * csv_failed) one row alone is too long. piece->text is the caller's. */
bool csv_next(struct csv *csv, struct csv_piece *piece);
bool csv_failed(const struct csv *csv); /* rows are left that fit into no piece; csv->line says where */
#endif

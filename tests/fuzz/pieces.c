/* pieces.c - the command line's cutting of a member list into calls. The first byte says how often the rest is
 * repeated, so that short inputs need several pieces. */
#include "lib/fuzz.h"
#include "clients/cli/csv.h"
#include <stdlib.h>
#include <string.h>

#define TEXT_MAX 200000

void fuzz_begin(void)
{
}

static long lines_of(const char *text, size_t len)
{
	long lines = 0;

	for (size_t i = 0; i < len; i++)
		lines += text[i] == '\n';
	return lines;
}

/* Put together they are what was cut, and each says where it began. */
static void pieces_check(const char *text, size_t len)
{
	struct csv csv;
	struct csv_piece piece;
	const char *at;
	long line = 2; /* the header is one line */

	if (!csv_begin(&csv, text, len))
		return;
	at = csv.header + csv.header_len;
	fuzz_check(csv.header >= text && csv.header + csv.header_len <= text + len, "a header from elsewhere");
	while (csv_next(&csv, &piece)) {
		size_t body = piece.len - csv.header_len;

		fuzz_check(piece.len <= CSV_PIECE_BYTES && piece.len > csv.header_len, "a piece of %zu bytes", piece.len);
		fuzz_check(memcmp(piece.text, csv.header, csv.header_len) == 0, "a piece without the header");
		fuzz_check(memcmp(piece.text + csv.header_len, at, body) == 0, "a piece of something else");
		fuzz_check(piece.first_line == line, "it begins on line %ld, not %ld", line, piece.first_line);
		line += lines_of(at, body);
		at += body;
		free(piece.text);
	}
	fuzz_check(csv_failed(&csv) == (at < text + len), "something is left at byte %zu", (size_t)(at - text));
	if (csv_failed(&csv))
		fuzz_check((size_t)(text + len - at) + csv.header_len > CSV_PIECE_BYTES, "what is left had fitted");
}

void fuzz_input(const uint8_t *bytes, size_t size)
{
	struct fuzz_bytes b = { bytes, bytes + size };
	size_t times = 1 + (size_t)fuzz_take(&b) * 8, len = fuzz_left(&b), all;
	char *text;

	if (len > 0 && times > TEXT_MAX / len)
		times = TEXT_MAX / len ? TEXT_MAX / len : 1;
	all = times * len;
	text = malloc(all ? all : 1); /* exactly: what is read behind it is seen */
	if (!text)
		abort();
	for (size_t i = 0; i < times; i++)
		memcpy(text + i * len, b.at, len);
	pieces_check(text, all);
	free(text);
}

/* export.h - a board as a file: from its snapshot to bytes, as pure functions. What may not be seen is not in the snapshot. */
#ifndef BOARD_EXPORT_H
#define BOARD_EXPORT_H
#include "base/buf.h"
#include "protocol/board.h"

enum export_format { EXPORT_CSV, EXPORT_MARKDOWN, EXPORT_JSON, EXPORT_PDF, EXPORT_PNG, EXPORT_FORMATS };

struct export_words { /* in the reader's language */
	const char *section, *text, *colour, *author, *organisation, *made; /* heads of columns */
	const char *loose, *empty, *nobody, *untitled, *page, *cards_one, *cards_many; /* the last three as printf formats of one %d, page of two */
	const char *colours[8], *months[12];
};
const struct export_words *export_words_of(const char *locale); /* "sv"; anything else is English */
const char *export_colour(const struct export_words *w, const char *colour);
/* The colour that a person means by a word: its own name or that in either language, whatever the case. NULL: none. */
const char *export_colour_meant(const char *word, size_t len);

struct export {
	const struct kd_board_snapshot *board;
	const struct export_words *words;
	int64_t now_ms;
	int64_t until_us; /* by clock_mono_us: drawing gives up then; 0: never */
};

/* Appends; afterwards out->failed says whether it was too long. */
void export_csv(const struct export *e, struct buf *out);      /* RFC 4180 with a byte order mark; no cell begins a formula */
void export_markdown(const struct export *e, struct buf *out); /* what people wrote shows as they wrote it */
bool export_json(const struct export *e, struct buf *out);     /* protocol/board_file.h; false: no memory */
/* export_page.c. False: no memory, too long, or out of time. */
bool export_pdf(const struct export *e, struct buf *out);
bool export_png(const struct export *e, struct buf *out);

/* The cards of a section, or the loose ones (NULL), in order: the first after `from`, or the count when there is none. */
size_t export_next(const struct kd_board_snapshot *b, const char *section, size_t from);
size_t export_count(const struct kd_board_snapshot *b, const char *section);
void export_date(const struct export_words *w, int64_t ms, char *ret, size_t size); /* "30 november 2026", where the server stands */

/* One cell as it stands in the file; a field of Markdown without what would have a meaning there. */
void csv_cell(struct buf *out, const char *text);
void markdown_plain(struct buf *out, const char *text, const char *indent); /* lines after the first begin with `indent` */

/* The value of Content-Disposition (RFC 6266) for a file called as the board. */
void export_disposition(const char *title, const struct export_words *w, const char *ending, struct buf *out);
#endif

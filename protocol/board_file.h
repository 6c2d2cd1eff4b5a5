/* board_file.h - a board as a file that can be made a board again: what export gives and import takes. */
#ifndef PROTOCOL_BOARD_FILE_H
#define PROTOCOL_BOARD_FILE_H
#include "protocol/board.h"

#define KD_BOARD_FILE_FORMAT "korsdrag-board"
#define KD_BOARD_FILE_VERSION 1 /* rises when an older server could not read it rightly any more */

struct kd_file_section {
	const char *title;
	int64_t x, y, width, height;
};
struct kd_file_sections {
	size_t count;
	struct kd_file_section *items;
};

struct kd_file_card {
	struct kd_opt_int section; /* by its place in the file, from 1; not set: loose */
	const char *text, *colour;
	int64_t x, y, width, height;
	const char *author, *organisation; /* names, for who reads it; an import's cards are the importer's */
	struct kd_opt_int created_at;
};
struct kd_file_cards {
	size_t count;
	struct kd_file_card *items;
};

struct kd_board_file {
	const char *format;
	int64_t version;
	const char *title, *space, *template;
	struct kd_opt_int exported_at;
	struct kd_file_sections sections; /* in order */
	struct kd_file_cards cards;       /* likewise, within each section and among the loose ones */
};
extern const struct kd_field kd_board_file_fields[];

#endif

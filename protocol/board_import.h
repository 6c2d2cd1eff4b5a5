/* board_import.h - a file as a new board, as it travels. */
#ifndef PROTOCOL_BOARD_IMPORT_H
#define PROTOCOL_BOARD_IMPORT_H
#include "protocol/board_file.h"

#define KD_BOARD_CSV_MAX 1000000 /* characters */

struct kd_board_import {
	const char *board, *space, *title;
	struct kd_board_file *file;
	const char *csv, *op;
};
struct kd_board_import_result {
	int64_t seq, sections, cards;
};

extern const struct kd_method kd_board_import;
extern const struct kd_method *const kd_board_import_methods[];

#endif

/* import.h - a board's file or a list of cards read, as pure functions. */
#ifndef BOARD_IMPORT_H
#define BOARD_IMPORT_H
#include "base/arena.h"
#include "base/err.h"
#include "protocol/board_file.h"

/* What field tables do not say: titles that can be seen, sections that are there. err names the place below `root` ("/file"). */
bool import_file_fits(const struct kd_board_file *file, const char *root, struct err *err);

/* A list as a file without a title: sections in the order in which they are first named, side by side, their cards in rows. False:
 * err (field /csv) says which line is wrong, and why. */
bool import_list(const char *csv, struct arena *mem, struct kd_board_file *ret, struct err *err);
#endif

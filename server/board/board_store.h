/* board_store.h - from rows to the structs that board.c rules on. */
#ifndef BOARD_BOARD_STORE_H
#define BOARD_BOARD_STORE_H
#include "board/board_rules.h"
#include "rpc/call.h"

void place_from_row(struct place *p,
        const struct db_rows *rows); /* has_place, is_taken, next_order; live where it is told */
struct board_role board_role_of(const struct call *c);
const char *call_opt_int(struct call *c, struct kd_opt_int value); /* NULL when it was not given */
#endif

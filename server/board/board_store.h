/* board_store.h - from rows to the structs that board.c rules on. */
#ifndef BOARD_BOARD_STORE_H
#define BOARD_BOARD_STORE_H
#include "board/board_rules.h"
#include "board/writing_rules.h"
#include "protocol/person.h"
#include "rpc/call.h"

struct writing_facts writing_facts_from_row(const struct db_rows *rows); /* of Q_WRITING_FOR_LEAD */
void place_from_row(struct place *p,
        const struct db_rows *rows); /* has_place, is_taken, next_order; live where it is told */
struct board_role board_role_of(const struct call *c);
/* Whether who asks leads the board whose `created_by` is in c->rows; else c->err says why not. */
bool board_leader_asks(struct call *c);
/* The same of what Q_BOARD_BARS has found in the way. */
bool board_bars_let(struct call *c);
const char *call_opt_int(struct call *c, struct kd_opt_int value); /* NULL when it was not given */
struct kd_person board_person_of(const struct call *c); /* the caller, as others see who made something */
#endif

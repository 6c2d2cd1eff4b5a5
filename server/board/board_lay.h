/* board_lay.h - what a board that is being made begins with: sections and cards, in the transaction that makes it.
 *
 * Each becomes the same event as if somebody had made it, after board.created, so that nothing else has to know. */
#ifndef BOARD_BOARD_LAY_H
#define BOARD_BOARD_LAY_H
#include "board/template.h"
#include "protocol/board_file.h"
#include "rpc/call.h"

struct board_content {
	struct kd_sections sections;
	struct kd_cards cards;
};

struct board_lay { /* first in the frame of a call that lays */
	const char *board;
	struct board_content content;
	size_t laid;      /* of the cards */
	call_step *done;  /* when all lies there */
};

/* A template's, with ids and order of their own, by the caller. */
void board_content_of(struct call *c, const struct template *t, enum template_language language, struct board_content *ret);

/* A file's, which fits (import.h), likewise. */
void board_content_read(struct call *c, const struct kd_board_file *file, struct board_content *ret);

/* Inside the change that makes `board`, after its own event: lays what is in `content`, then runs `done`. Ids, orders, authors and
 * times in it are final. c->frame begins with a struct board_lay. */
enum call_next board_lay(struct call *c, const char *board, const struct board_content *content, call_step *done);
#endif

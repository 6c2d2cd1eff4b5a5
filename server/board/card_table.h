/* card_table.h - a board's live cards, found by id and by place (the section or none, and the order key in it). */
#ifndef BOARD_CARD_TABLE_H
#define BOARD_CARD_TABLE_H
#include "board/order.h"
#include <stddef.h>
#include <stdint.h>

#define CARD_LOOSE UINT16_MAX /* the place of cards outside of sections */
#define CARD_KEY_INLINE 15    /* keys are a few letters long, and may be 64 */

struct model_card { /* 40 bytes: boards have thousands */
	unsigned char id[16];
	union {
		char here[CARD_KEY_INLINE + 1];
		struct {
			char *text;
			char pad[CARD_KEY_INLINE - sizeof(char *)];
			char mark; /* KEY_ELSEWHERE, where a short key has at most its NUL */
		} elsewhere;
	} key;
	uint32_t revision : 31, is_locked : 1;
	uint16_t section; /* a number, or CARD_LOOSE; 0: this place in the table is free */
	uint16_t row;     /* what the batch changes of it: its place in a list, from 1 */
};

struct card_table { /* zeroed: empty */
	struct model_card *cards;
	uint16_t *by_id, *by_place; /* places in `cards`, from 1; 0: none. Twice as many as cards, or more */
	uint32_t cap, places;
	uint32_t used;              /* the first so many have been used */
	int64_t live;
};

void card_id_read(unsigned char ret_raw[16], const char *id); /* a valid UUID */
const char *card_key(const struct model_card *c);

void card_table_finish(struct card_table *t);
size_t card_table_bytes(const struct card_table *t);
int card_table_find(const struct card_table *t, const char *id); /* -1: none */
int card_table_add(struct card_table *t, const char *id, uint16_t section, const char *order, int64_t revision); /* -1: no memory */
void card_table_remove(struct card_table *t, int card);
bool card_table_place(struct card_table *t, int card, uint16_t section, const char *order); /* false: no memory, nothing has changed */
void card_table_loosen(struct card_table *t, uint16_t section); /* its cards lie loose from now on, by their keys */
bool card_table_is_taken(const struct card_table *t, uint16_t section, const char *order, int but); /* by another card */
void card_table_next_order(const struct card_table *t, uint16_t section, const char *order, int but, char ret_key[ORDER_SIZE]); /* ""; none */
#endif

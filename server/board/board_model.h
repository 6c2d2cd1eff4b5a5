/* board_model.h - a board in memory: as much of it as the rules ask for, and what a batch has changed.
 *
 * It knows who made the board and whether it is for looking, which sections and live cards there are and which of them are locked,
 * where each card lies, by which order key, and its text's revision; not
 * the texts, positions and colours, which no rule asks for. So a board of 100 cards takes some 7 KB. What is done to a
 * card is also noted as the row it becomes, until the batch is committed (board_write.c). All here is without I/O. */
#ifndef BOARD_BOARD_MODEL_H
#define BOARD_BOARD_MODEL_H
#include "board/board_rules.h"
#include "protocol/board.h"
#include "stream/model.h"

struct stream_model; /* a board's is made by board_model_create */

#define CARD_NONE (-1)

struct stream_model *board_model_create(void); /* empty; NULL: no memory */
void board_model_destroy(struct stream_model *m);
size_t board_model_bytes(const struct stream_model *m);
int64_t board_model_cards(const struct stream_model *m);

/* What is on the board, as rows or events say it. False: no memory, or it does not fit what is there. */
void board_model_set(struct stream_model *m, const char *created_by, bool is_look); /* of the board itself; NULL: whoever made it has left */
bool board_model_add_section(struct stream_model *m, const char *id, bool is_locked);
bool board_model_add_card(struct stream_model *m, const char *id, const char *section, const char *order, int64_t revision, bool is_locked);
bool board_model_apply(struct stream_model *m, const char *type, const json_t *body);

/* A card by its id, CARD_NONE when there is no live one. Good until a card comes or goes. */
int board_model_card(const struct stream_model *m, const char *id);
int64_t board_model_revision(const struct stream_model *m, int card);
/* What keeps those who do not lead the board from changing a card and putting it into a section, either NULL or not there. */
enum board_bar board_model_bar(const struct stream_model *m, const char *card, const char *section);
const char *board_model_maker(const struct stream_model *m); /* "": has left */
/* What is found where a card is to go: `section` NULL for loose; `card` itself does not count (CARD_NONE: a new one). */
struct place board_model_place(const struct stream_model *m, const char *section, const char *order, int card);

/* --- what is done, by the rules of board.c ------------------------------------------------------------------
 * Each changes the model and notes the row, or leaves everything as it is and says why. Texts in `row` and `p` are
 * borrowed until the batch has ended. `busy` when memory is short. */

bool board_card_create(struct stream_model *m, const struct kd_card *card, bool is_taken, char ret_order[ORDER_SIZE], struct err *err);
bool board_card_move(struct stream_model *m, const struct kd_card_move *p, char ret_order[ORDER_SIZE], struct err *err);
bool board_card_resize(struct stream_model *m, const struct kd_card_resize *p, struct err *err);
bool board_card_edit(struct stream_model *m, const struct kd_card_edit *p, struct err *err);
bool board_card_recolour(struct stream_model *m, const struct kd_card_recolour *p, struct err *err);
bool board_card_delete(struct stream_model *m, const struct kd_card_delete *p, struct err *err);

/* --- the rows that a batch has changed ------------------------------------------------------------------------ */

struct card_row { /* a card's new properties; what was not changed is not set */
	char id[ID_SIZE];
	bool is_new, is_placed, is_sized, is_edited, is_coloured, is_deleted;
	char section[ID_SIZE];  /* is_placed; "": loose */
	char order[ORDER_SIZE];
	int64_t x, y, width, height, revision;
	const char *text, *colour;
	const char *created_by; /* is_new */
	int64_t created_at;
	int card;               /* in the model; CARD_NONE once it is deleted */
};
const struct card_row *board_model_rows(const struct stream_model *m, size_t *ret_count);
void board_model_written(struct stream_model *m); /* the rows are forgotten */

extern const struct model_kind board_model_kind; /* board_write.c: how it is read and written */
#endif

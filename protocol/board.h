/* board.h - boards, sections and cards as they travel. The field tables are in board.c. */
#ifndef PROTOCOL_BOARD_H
#define PROTOCOL_BOARD_H
#include "protocol/kd.h"
#include "protocol/person.h"
#include "protocol/talk.h"
#include "protocol/timer.h"
#include "protocol/vote.h"
#include "protocol/writing.h"

#define KD_BOARD_FAR 100000 /* coordinates are integers within ± this; one unit is one CSS pixel at zoom 1 */
#define KD_BOARD_CARDS 5000
#define KD_BOARD_SECTIONS 200
#define KD_CARD_TEXT_MAX 2000
#define KD_MINIATURE_CARDS 40
#define KD_TEMPLATE_ID_MAX 40

/* --- nouns ------------------------------------------------------------------------------------- */

struct kd_section {
	const char *id, *title;
	int64_t x, y, width, height;
	const char *order;
	struct kd_opt_bool locked;
};
struct kd_sections {
	size_t count;
	struct kd_section *items;
};

struct kd_card {
	const char *id, *section, *text;
	int64_t revision;
	const char *colour;
	int64_t x, y, width, height;
	const char *order;
	struct kd_person author;
	int64_t created_at;
	struct kd_opt_bool locked;
};
struct kd_cards {
	size_t count;
	struct kd_card *items;
};

struct kd_miniature { /* a card in the drawing of a board's row */
	int64_t x, y, width, height;
	const char *colour;
};
struct kd_miniatures {
	size_t count;
	struct kd_miniature *items;
};

struct kd_board_item { /* a row of board.list */
	const char *id;
	struct kd_space_name space;
	const char *title;
	int64_t cards, changed_at;
	struct kd_person created_by;
	struct kd_ids organisations;
	struct kd_miniatures miniature;
};
struct kd_board_items {
	size_t count;
	struct kd_board_item *items;
};

struct kd_board {
	const char *id;
	struct kd_space_place space;
	const char *title;
	struct kd_person created_by;
	int64_t created_at;
	const char *mode;
	struct kd_timer *timer;
	const char *template;
};

struct kd_board_snapshot {
	struct kd_board board;
	struct kd_sections sections;
	struct kd_cards cards;
	struct kd_vote_rounds rounds;
	struct kd_writing_rounds writing;
};
extern const struct kd_field kd_board_snapshot_fields[];

/* --- parameters and results -------------------------------------------------------------------- */

struct kd_board_list {
	const char *space;
};
struct kd_board_list_result {
	struct kd_board_items boards;
};
struct kd_board_create {
	const char *board, *space, *title, *template, *language, *op;
};
struct kd_board_rename {
	const char *board, *title, *op;
};

struct kd_section_create {
	const char *board, *section, *title;
	int64_t x, y, width, height;
	const char *order, *op;
};
struct kd_section_change {
	const char *board, *section, *title;
	struct kd_opt_int x, y, width, height;
	const char *order, *op;
};
struct kd_section_delete {
	const char *board, *section, *op;
};

struct kd_card_create {
	const char *board, *card, *section, *text, *colour;
	int64_t x, y;
	struct kd_opt_int width, height;
	const char *order, *op;
};
struct kd_card_move {
	const char *board, *card, *section;
	int64_t x, y;
	const char *order, *op;
};
struct kd_card_resize {
	const char *board, *card;
	int64_t width, height;
	const char *op;
};
struct kd_card_edit {
	const char *board, *card, *text;
	int64_t revision;
	const char *op;
};
struct kd_card_edit_result {
	int64_t seq, revision;
};
struct kd_card_recolour {
	const char *board, *card, *colour, *op;
};
struct kd_card_delete { /* card.restore as well */
	const char *board, *card, *op;
};

/* --- events ------------------------------------------------------------------------------------ */

struct kd_board_created {
	const char *board, *space, *title, *template;
};
struct kd_board_renamed {
	const char *title;
};
struct kd_section_created {
	struct kd_section section;
};
struct kd_section_changed {
	const char *section, *title;
	struct kd_opt_int x, y, width, height;
	const char *order;
};
struct kd_section_deleted {
	const char *section;
};
struct kd_card_created { /* and restored */
	struct kd_card card;
};
struct kd_card_moved {
	const char *card, *section;
	int64_t x, y;
	const char *order;
};
struct kd_card_resized {
	const char *card;
	int64_t width, height;
};
struct kd_card_edited {
	const char *card, *text;
	int64_t revision;
};
struct kd_card_recoloured {
	const char *card, *colour;
};
struct kd_card_deleted {
	const char *card;
};

extern const struct kd_event kd_board_created, kd_board_renamed;
extern const struct kd_event kd_section_created, kd_section_changed, kd_section_deleted;
extern const struct kd_event kd_card_created, kd_card_moved, kd_card_resized, kd_card_edited, kd_card_recoloured,
	kd_card_deleted, kd_card_restored;
extern const struct kd_event *const kd_board_events[];

extern const struct kd_method kd_board_list, kd_board_create, kd_board_rename;
extern const struct kd_method kd_section_create, kd_section_change, kd_section_delete;
extern const struct kd_method kd_card_create, kd_card_move, kd_card_resize, kd_card_edit, kd_card_recolour,
	kd_card_delete, kd_card_restore;
extern const struct kd_method *const kd_board_methods[];

#endif

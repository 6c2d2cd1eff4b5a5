/* lock.h - what may be done on a board, and what on it is locked, as they travel. The field tables are in lock.c. */
#ifndef PROTOCOL_LOCK_H
#define PROTOCOL_LOCK_H
#include "protocol/kd.h"

extern const char *const kd_board_mode_words[]; /* "write", "look"; NULL-terminated */

struct kd_board_set_mode {
	const char *board, *mode, *op;
};
struct kd_card_lock { /* card.unlock as well */
	const char *board, *card, *op;
};
struct kd_section_lock { /* section.unlock as well */
	const char *board, *section, *op;
};

struct kd_board_mode_set {
	const char *mode;
};
struct kd_card_locked { /* and unlocked */
	const char *card;
};
struct kd_section_locked { /* and unlocked */
	const char *section;
};

extern const struct kd_event kd_board_mode_set, kd_card_locked, kd_card_unlocked, kd_section_locked, kd_section_unlocked;
extern const struct kd_event *const kd_lock_events[];
extern const struct kd_method kd_board_set_mode, kd_card_lock, kd_card_unlock, kd_section_lock, kd_section_unlock;
extern const struct kd_method *const kd_lock_methods[];
#endif

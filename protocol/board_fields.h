/* board_fields.h - rows and bounds that the field tables of boards and of their templates share. For protocol/ only. */
#ifndef PROTOCOL_BOARD_FIELDS_H
#define PROTOCOL_BOARD_FIELDS_H
#include "protocol/board.h"

extern const char *const kd_colour_words[];

#define AT(T, m, text) KD_INT(T, m, -KD_BOARD_FAR, KD_BOARD_FAR, text)
#define OPT_AT(T, m, text) KD_OPT_INT(T, m, -KD_BOARD_FAR, KD_BOARD_FAR, text)
#define SECTION_LONG 120, 10000 /* least and greatest side of a section, in units */
#define CARD_WIDTH 80, 2000
#define CARD_HEIGHT 60, 2000
/* The pairs above count as one argument until they are expanded once more. */
#define SIDE(T, m, range, text) SIDE_(T, m, range, text)
#define SIDE_(T, m, lo, hi, text) KD_INT(T, m, lo, hi, text)
#define OPT_SIDE(T, m, range, text) OPT_SIDE_(T, m, range, text)
#define OPT_SIDE_(T, m, lo, hi, text) KD_OPT_INT(T, m, lo, hi, text)

#endif

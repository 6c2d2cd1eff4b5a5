/* value.h - JSON values compared by what they mean, not by how a server happened to write them: the order of an object's
 * members, blanks and escapes do not count. */
#ifndef CLIENTS_LOAD_VALUE_H
#define CLIENTS_LOAD_VALUE_H
#include "clients/load/scan.h"

/* The same number for values, of any nesting, that mean the same. */
uint64_t value_hash(struct span value);

/* The same bytes for texts, numbers and lists that mean the same: at most value.len of them, whose count it returns. */
size_t value_write(char *to, struct span value);

/* 16 bytes of a UUID's text (36 characters, without quotation marks). False: it is none. */
bool uuid_read(struct span text, uint8_t ret_id[16]);
#endif

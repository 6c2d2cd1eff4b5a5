/* array.h - PostgreSQL arrays as text, for statements that take many rows at once (`unnest`): written in one pass.
 *
 *	array_begin(&ids);
 *	array_text(&ids, card->id);      NULL: SQL null
 *	array_end(&ids);                 ids.data is the parameter, unless ids.failed
 */
#ifndef DB_ARRAY_H
#define DB_ARRAY_H
#include "base/buf.h"
#include <stdint.h>

void array_begin(struct buf *b); /* empties it */
void array_text(struct buf *b, const char *text);
void array_text_n(struct buf *b, const char *text, size_t len);
void array_word(struct buf *b, const char *word); /* a UUID, or what else needs no quotes and is not empty; NULL: SQL null */
void array_int(struct buf *b, int64_t value);
void array_bool(struct buf *b, bool value);
void array_end(struct buf *b);
#endif

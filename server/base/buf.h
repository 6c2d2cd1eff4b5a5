/* buf.h - bytes that grow up to a ceiling given at birth, with a sticky `failed`: write freely, look once. */
#ifndef BASE_BUF_H
#define BASE_BUF_H
#include <stdbool.h>
#include <stddef.h>
#include "protocol/kd.h"
struct buf {
	char *data; /* always NUL-terminated once something was written; may be NULL when empty */
	size_t len, cap, max;
	bool failed; /* the ceiling was reached or memory ran out: nothing more is written */
};
void buf_init(struct buf *b, size_t max_bytes);
void buf_finish(struct buf *b); /* frees; the buf may be initialised again */
void buf_reset(struct buf *b);  /* empties, keeps the memory, clears failed */
void buf_add(struct buf *b, const void *data, size_t len);
void buf_add_str(struct buf *b, const char *s);
void buf_add_char(struct buf *b, char c);
struct kd_sink buf_sink(struct buf *b); /* for what writes piece by piece */
void buf_printf(struct buf *b, const char *format, ...) __attribute__((format(printf, 2, 3)));
char *buf_take(struct buf *b, size_t *ret_len); /* the caller frees; NULL when failed */
#endif

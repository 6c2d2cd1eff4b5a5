/* arena.h - memory that is freed all at once, for what lives as long as one call or one connection. */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H
#include "protocol/kd.h"
#include <stdarg.h>
struct arena;

#define ARENA_ALIGN 16 /* each piece takes a multiple of it */

/* `size_hint` bytes (0: as many as suit) are reserved at once; it grows by blocks up to `max_bytes`. NULL when memory is short. */
struct arena *arena_create(size_t size_hint, size_t max_bytes);
void arena_destroy(struct arena *a); /* NULL is fine */

/* Zeroed, 16-byte aligned. Never NULL: beyond max_bytes the process stops (arenas are sized from bounded input, so this
 * is a bug), as it does when even the reserve is used up. `arena_try` answers NULL instead. */
void *arena_alloc(struct arena *a, size_t size);
void *arena_try(struct arena *a, size_t size);
#define arena_new(a, T) ((T *)arena_alloc(a, sizeof(T)))
#define arena_new_n(a, T, n) ((T *)arena_alloc(a, sizeof(T) * (n)))
char *arena_strdup(struct arena *a, const char *s); /* NULL gives NULL */
char *arena_strndup(struct arena *a, const char *s, size_t len);
char *arena_printf(struct arena *a, const char *format, ...) __attribute__((format(printf, 2, 3)));
size_t arena_used(const struct arena *a);
struct kd_mem arena_mem(struct arena *a); /* for kd_decode; answers NULL when full */
#endif

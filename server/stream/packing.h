/* packing.h - a long text by gzip, a piece on each turn of the loop. */
#ifndef STREAM_PACKING_H
#define STREAM_PACKING_H
#include <stddef.h>
struct loop; struct packing;

/* `text` is the caller's until `done`, which gets what the caller then frees, or NULL when there was no memory; on a later step of
 * the loop. NULL: no memory. */
struct packing *packing_begin(struct loop *loop, const char *text, size_t len, void (*done)(void *owner, char *packed, size_t len), void *owner);
void packing_destroy(struct packing *p); /* before `done`, or in it; NULL is fine */
#endif

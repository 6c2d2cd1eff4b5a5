/* frame.h - one text message to many connections: serialised once, counted. */
#ifndef NET_FRAME_H
#define NET_FRAME_H
#include <stddef.h>
#include <stdint.h>
struct frame {
	uint32_t refs;
	uint32_t len;
	char *data; /* what net/ puts in front of it (LWS_PRE) is its own business */
};
struct frame *frame_create(const char *text, size_t len); /* one reference; NULL when out of memory */
struct frame *frame_ref(struct frame *f);
void frame_unref(struct frame *f); /* NULL is fine */
#endif

/* frame.c - one text message to many connections. */
#include "net/frame.h"
#include "net/frame_wire.h"
#include <stdlib.h>
#include <string.h>

struct frame *frame_create(const char *text, size_t len)
{
	struct frame *f;
	char *head;

	if (len > UINT32_MAX / 2)
		return NULL;
	f = malloc(sizeof(*f) + FRAME_HEAD_MAX + len + 1);
	if (!f)
		return NULL;
	f->refs = 1;
	f->len = (uint32_t)len;
	f->data = (char *)(f + 1) + FRAME_HEAD_MAX;
	memcpy(f->data, text, len);
	f->data[len] = '\0';
	if (len <= FRAME_WHOLE_MAX) {
		head = f->data - frame_head_size(len);
		frame_head_write(head, FRAME_TEXT | FRAME_FIN, len);
	}
	return f;
}

struct frame *frame_ref(struct frame *f)
{
	f->refs++;
	return f;
}

void frame_unref(struct frame *f)
{
	if (f && --f->refs == 0)
		free(f);
}

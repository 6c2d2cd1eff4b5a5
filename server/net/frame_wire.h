/* frame_wire.h - RFC 6455's frame head, as net/ puts it in front of what it sends. */
#ifndef NET_FRAME_WIRE_H
#define NET_FRAME_WIRE_H
#include <stddef.h>

#define FRAME_HEAD_MAX 4      /* pieces are at most 65,535 octets, so the long form is never needed */
#define FRAME_WHOLE_MAX 65535
enum { FRAME_CONTINUATION = 0x0, FRAME_TEXT = 0x1, FRAME_CLOSE = 0x8, FRAME_PING = 0x9, FRAME_FIN = 0x80 };

static inline size_t frame_head_size(size_t len)
{
	return len < 126 ? 2 : 4;
}

static inline size_t frame_head_write(char *out, int first, size_t len)
{
	out[0] = (char)first;
	if (len < 126) {
		out[1] = (char)len;
		return 2;
	}
	out[1] = 126;
	out[2] = (char)(len >> 8);
	out[3] = (char)len;
	return 4;
}
#endif

/* frame.c - frames out, masked, and in. The server's frames are checked as strictly as it checks ours. */
#include "clients/lib/frame.h"
#include <string.h>

size_t frame_write(uint8_t *to, uint8_t first, const void *payload, size_t len, const uint8_t mask[4])
{
	const uint8_t *from = payload;
	size_t at = 2, i = 0;
	uint64_t wide, word;

	to[0] = first;
	if (len < 126) {
		to[1] = (uint8_t)(0x80 | len);
	} else {
		int bytes = len <= 0xffff ? 2 : 8;

		to[1] = bytes == 2 ? 0x80 | 126 : 0x80 | 127;
		for (int b = bytes - 1; b >= 0; b--)
			to[at++] = (uint8_t)((uint64_t)len >> (8 * b));
	}
	memcpy(to + at, mask, 4);
	at += 4;
	memcpy(&wide, mask, 4);
	memcpy((uint8_t *)&wide + 4, mask, 4);
	for (; i + 8 <= len; i += 8) {
		memcpy(&word, from + i, 8);
		word ^= wide;
		memcpy(to + at + i, &word, 8);
	}
	for (; i < len; i++)
		to[at + i] = from[i] ^ mask[i & 3];
	return at + len;
}

enum frame_state frame_read(const void *bytes, size_t there, size_t max_payload, struct frame *ret_frame)
{
	const uint8_t *p = bytes;
	struct frame f = { .opcode = 0 };
	size_t head = 2;
	uint64_t len;

	*ret_frame = f;
	if (there < 2)
		return FRAME_PART;
	if ((p[0] & 0x70) || (p[1] & 0x80)) /* an extension, or masked: a server does neither */
		return FRAME_WRONG;
	f.opcode = p[0] & 0x0f;
	f.is_last = p[0] & WS_FIN;
	len = p[1] & 0x7f;
	if (len >= 126) {
		int wide = len == 126 ? 2 : 8;

		head += (size_t)wide;
		if (there < head)
			return FRAME_PART;
		len = 0;
		for (int i = 0; i < wide; i++)
			len = len << 8 | p[2 + i];
	}
	if (len > max_payload || (f.opcode >= WS_CLOSE && (len > 125 || !f.is_last)))
		return FRAME_WRONG;
	f.payload = (const char *)p + head;
	f.len = (size_t)len;
	f.total = head + f.len;
	*ret_frame = f;
	return there < f.total ? FRAME_PART : FRAME_WHOLE;
}

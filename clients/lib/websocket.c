/* websocket.c - frames in and out. The server's frames are checked as strictly as it checks ours. */
#include "clients/lib/websocket.h"
#include <openssl/rand.h>
#include <stdlib.h>
#include <string.h>

#define READ_SIZE 65536

void ws_finish(struct websocket *ws)
{
	wire_close(&ws->wire);
	free(ws->in);
	free(ws->message);
	ws->in = ws->message = NULL;
	ws->is_open = false;
}

/* The connection is of no use any more; what was read stays for the caller. */
static bool lose(struct websocket *ws)
{
	ws->is_open = false;
	wire_close(&ws->wire);
	return false;
}

/* --- out -------------------------------------------------------------------------------------------- */

static size_t head_write(uint8_t *head, uint8_t first, size_t len, const uint8_t mask[4])
{
	size_t at = 2;

	head[0] = first;
	if (len < 126) {
		head[1] = (uint8_t)(0x80 | len);
	} else {
		int bytes = len <= 0xffff ? 2 : 8;

		head[1] = bytes == 2 ? 0x80 | 126 : 0x80 | 127;
		for (int i = bytes - 1; i >= 0; i--)
			head[at++] = (uint8_t)((uint64_t)len >> (8 * i));
	}
	memcpy(head + at, mask, 4);
	return at + 4;
}

bool ws_send(struct websocket *ws, uint8_t first, const void *payload, size_t len)
{
	uint8_t head[14], mask[4], *frame;
	const uint8_t *bytes = payload;
	size_t head_len;
	bool sent;

	if (!ws->is_open || RAND_bytes(mask, sizeof mask) != 1)
		return false;
	head_len = head_write(head, first, len, mask);
	frame = malloc(head_len + len);
	if (!frame)
		return false;
	memcpy(frame, head, head_len);
	for (size_t i = 0; i < len; i++)
		frame[head_len + i] = bytes[i] ^ mask[i & 3];
	sent = wire_write(&ws->wire, frame, head_len + len, wire_now() + WS_WRITE_MS);
	free(frame);
	return sent || lose(ws);
}

void ws_send_close(struct websocket *ws, int code)
{
	uint8_t payload[2] = { (uint8_t)(code >> 8), (uint8_t)code };

	if (!ws->is_open || ws->has_sent_close)
		return;
	ws->has_sent_close = true;
	ws_send(ws, WS_FIN | WS_CLOSE, payload, code ? 2 : 0);
}

/* --- in --------------------------------------------------------------------------------------------- */

struct ws_frame {
	uint8_t opcode;
	bool is_last;
	const char *payload;
	size_t len, total; /* of the payload; with its head */
};

enum frame_state { FRAME_PART, FRAME_WHOLE, FRAME_WRONG };

static enum frame_state frame_read(const struct websocket *ws, struct ws_frame *f)
{
	const uint8_t *p = (const uint8_t *)ws->in + ws->in_at;
	size_t there = ws->in_end - ws->in_at, head = 2;
	uint64_t len;

	if (there < 2)
		return FRAME_PART;
	if ((p[0] & 0x70) || (p[1] & 0x80)) /* an extension, or masked: a server does neither */
		return FRAME_WRONG;
	f->opcode = p[0] & 0x0f;
	f->is_last = p[0] & WS_FIN;
	len = p[1] & 0x7f;
	if (len >= 126) {
		int bytes = len == 126 ? 2 : 8;

		head += (size_t)bytes;
		if (there < head)
			return FRAME_PART;
		len = 0;
		for (int i = 0; i < bytes; i++)
			len = len << 8 | p[2 + i];
	}
	if (len > ws->max_message || (f->opcode >= WS_CLOSE && (len > 125 || !f->is_last)))
		return FRAME_WRONG;
	f->payload = (const char *)p + head;
	f->len = (size_t)len;
	f->total = head + f->len;
	return there < f->total ? FRAME_PART : FRAME_WHOLE;
}

static void close_heard(struct websocket *ws, const struct ws_frame *f)
{
	if (f->len >= 2) {
		ws->close_code = (uint8_t)f->payload[0] << 8 | (uint8_t)f->payload[1];
		memcpy(ws->close_reason, f->payload + 2, f->len - 2);
		ws->close_reason[f->len - 2] = '\0';
	} else {
		ws->close_code = 1005; /* RFC 6455, 7.1.5: no status came */
	}
	ws_send_close(ws, f->len >= 2 ? ws->close_code : 0);
	lose(ws);
}

static bool message_add(struct websocket *ws, const struct ws_frame *f)
{
	char *more;

	if (ws->message_len + f->len > ws->max_message)
		return false;
	more = realloc(ws->message, ws->message_len + f->len + 1);
	if (!more)
		return false;
	ws->message = more;
	memcpy(ws->message + ws->message_len, f->payload, f->len);
	ws->message_len += f->len;
	ws->message[ws->message_len] = '\0';
	return true;
}

static bool frame_heard(struct websocket *ws, const struct ws_frame *f,
        void (*heard)(void *, const char *, size_t), void *owner)
{
	switch (f->opcode) {
	case WS_PING:
		return ws_send(ws, WS_FIN | WS_PONG, f->payload, f->len);
	case WS_PONG:
		return true;
	case WS_CLOSE:
		close_heard(ws, f);
		return false;
	case WS_TEXT:
	case WS_CONTINUE:
		if (ws->is_in_message != (f->opcode == WS_CONTINUE) || !message_add(ws, f)) {
			ws_send_close(ws, 1002);
			return lose(ws);
		}
		ws->is_in_message = !f->is_last;
		if (f->is_last) {
			size_t len = ws->message_len;

			ws->message_len = 0;
			heard(owner, ws->message, len);
		}
		return ws->is_open;
	default:
		ws_send_close(ws, 1003);
		return lose(ws);
	}
}

/* Uses up every whole frame that has been read. */
static bool frames_heard(struct websocket *ws, void (*heard)(void *, const char *, size_t), void *owner)
{
	struct ws_frame f;

	for (;;) {
		switch (frame_read(ws, &f)) {
		case FRAME_PART:
			memmove(ws->in, ws->in + ws->in_at, ws->in_end - ws->in_at);
			ws->in_end -= ws->in_at;
			ws->in_at = 0;
			return true;
		case FRAME_WRONG:
			ws_send_close(ws, 1002);
			return lose(ws);
		case FRAME_WHOLE:
			break;
		}
		ws->in_at += f.total;
		if (!frame_heard(ws, &f, heard, owner))
			return false;
	}
}

static bool room_make(struct websocket *ws)
{
	char *more;
	size_t size = ws->in_size < READ_SIZE ? 2 * READ_SIZE : 2 * ws->in_size;

	if (ws->in_size - ws->in_end >= READ_SIZE)
		return true;
	more = realloc(ws->in, size);
	if (!more)
		return false;
	ws->in = more;
	ws->in_size = size;
	return true;
}

bool ws_pump(struct websocket *ws, void (*heard)(void *owner, const char *text, size_t len), void *owner)
{
	while (ws->is_open) {
		ssize_t n;

		if (!frames_heard(ws, heard, owner))
			return false;
		if (!room_make(ws))
			return lose(ws);
		n = wire_read(&ws->wire, ws->in + ws->in_end, READ_SIZE);
		if (n < 0)
			return lose(ws);
		if (n == 0)
			return true;
		ws->heard_at = wire_now();
		ws->in_end += (size_t)n;
	}
	return false;
}

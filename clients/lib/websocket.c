/* websocket.c - frames over a wire, and the messages that they make. */
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

bool ws_send(struct websocket *ws, uint8_t first, const void *payload, size_t len)
{
	uint8_t mask[4], *frame;
	bool sent;

	if (!ws->is_open || RAND_bytes(mask, sizeof mask) != 1)
		return false;
	frame = malloc(FRAME_HEAD_MAX + len);
	if (!frame)
		return false;
	sent = wire_write(&ws->wire, frame, frame_write(frame, first, payload, len, mask), wire_now() + WS_WRITE_MS);
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

static void close_heard(struct websocket *ws, const struct frame *f)
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

static bool message_add(struct websocket *ws, const struct frame *f)
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

static bool frame_heard(struct websocket *ws, const struct frame *f,
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
	struct frame f;

	for (;;) {
		switch (frame_read(ws->in + ws->in_at, ws->in_end - ws->in_at, ws->max_message, &f)) {
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

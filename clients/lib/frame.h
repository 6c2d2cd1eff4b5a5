/* frame.h - RFC 6455's frames as a client writes and reads them: on bytes in memory, without sockets or waiting. */
#ifndef CLIENTS_LIB_FRAME_H
#define CLIENTS_LIB_FRAME_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum ws_opcode { WS_CONTINUE = 0, WS_TEXT = 1, WS_BINARY = 2, WS_CLOSE = 8, WS_PING = 9, WS_PONG = 10 };
#define WS_FIN 0x80
#define FRAME_HEAD_MAX 14 /* bytes before a masked payload */

/* A client's frame, masked: FIN, RSV and opcode in `first`. Writes at most FRAME_HEAD_MAX + len bytes to `to` and
 * returns how many. `payload` must not overlap `to`. */
size_t frame_write(uint8_t *to, uint8_t first, const void *payload, size_t len, const uint8_t mask[4]);

struct frame {
	uint8_t opcode;
	bool is_last;
	const char *payload; /* points into what was read */
	size_t len, total;   /* of the payload; with its head */
};

enum frame_state {
	FRAME_PART,  /* more has to come; `total` says how long the frame is, 0 when its head is not whole */
	FRAME_WHOLE,
	FRAME_WRONG, /* no frame of a server, or longer than max_payload */
};

enum frame_state frame_read(const void *bytes, size_t there, size_t max_payload, struct frame *ret_frame);
#endif

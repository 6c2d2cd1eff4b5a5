/* handshake.c - from a connected wire to a WebSocket: sends the request and waits for the answer. */
#include "clients/lib/websocket.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Reads up to the blank line; what came behind it stays in ws->in. The head's length, or 0. */
static size_t head_read(struct websocket *ws, struct wire *wire, int64_t deadline)
{
	while (ws->in_end < UPGRADE_HEAD_MAX) {
		ssize_t n = wire_read(wire, ws->in + ws->in_end, UPGRADE_HEAD_MAX - ws->in_end);
		char *end;

		if (n < 0 || (n == 0 && !wire_wait(wire, deadline)))
			return 0;
		ws->in_end += (size_t)n;
		ws->in[ws->in_end] = '\0';
		end = strstr(ws->in, "\r\n\r\n");
		if (end)
			return (size_t)(end - ws->in) + 4;
	}
	return 0;
}

/* Sends the request and checks the answer. The length of the answer's head, or 0. */
static size_t head_exchange(struct websocket *ws, struct wire *wire, const struct url *url,
        const struct ws_request *request, int64_t deadline, int *ret_status, char *err, size_t err_size)
{
	char text[UPGRADE_HEAD_MAX], key[UPGRADE_KEY_SIZE], saved;
	size_t len = upgrade_request(text, sizeof text, url, request, key, err, err_size), head;
	bool is_taken;

	if (!len)
		return 0;
	if (!wire_write(wire, text, len, deadline) || !(head = head_read(ws, wire, deadline))) {
		snprintf(err, err_size, "the server does not answer as a Korsdrag server does: %s",
		        wire_now() >= deadline ? "no answer in time" : "it hung up");
		return 0;
	}
	saved = ws->in[head];
	ws->in[head] = '\0';
	is_taken = upgrade_check(ws->in, key, request, ret_status, err, err_size);
	ws->in[head] = saved;
	return is_taken ? head : 0;
}

bool ws_handshake(struct websocket *ws, struct wire *wire, const struct url *url,
        const struct ws_request *request, int64_t deadline, int *ret_status, char *err, size_t err_size)
{
	*ret_status = 0;
	*ws = (struct websocket){ .wire = { .fd = -1 }, .in_size = UPGRADE_HEAD_MAX + 1 };
	ws->in = malloc(ws->in_size);
	if (!ws->in)
		snprintf(err, err_size, "out of memory");
	else
		ws->in_at = head_exchange(ws, wire, url, request, deadline, ret_status, err, err_size);
	if (!ws->in_at) {
		ws_finish(ws);
		return false;
	}
	ws->wire = *wire;
	ws->heard_at = wire_now();
	ws->is_open = true;
	return true;
}

/* websocket.h - RFC 6455 as a client speaks it: the handshake, whole text messages in, frames out.
 *
 * Pings are answered while reading; the server's close is answered and remembered. Nothing here knows of
 * JSON. */
#ifndef CLIENTS_LIB_WEBSOCKET_H
#define CLIENTS_LIB_WEBSOCKET_H
#include "clients/lib/frame.h"
#include "clients/lib/upgrade.h"
#include "clients/lib/wire.h"

#define WS_WRITE_MS 10000 /* a peer that takes nothing for so long is given up */

struct websocket {
	struct wire wire;
	bool is_open;
	bool has_sent_close;
	int64_t heard_at; /* wire_now() when the peer was last heard */
	int close_code;   /* the server's; 0: none came */
	char close_reason[124];
	char *in; /* bytes read and not yet used: from in_at to in_end */
	size_t in_at, in_end, in_size;
	char *message; /* the fragments of the message under way */
	size_t message_len;
	bool is_in_message;
	size_t max_message;
};

/* Takes the wire on success. `ret_status`: the HTTP status, 0 when no answer came. */
bool ws_handshake(struct websocket *ws, struct wire *wire, const struct url *url,
        const struct ws_request *request, int64_t deadline, int *ret_status, char *err, size_t err_size);
void ws_finish(struct websocket *ws); /* closes the wire without a word */

/* Reads what has arrived without waiting, and hands each whole text message to `heard`. False: closed. */
bool ws_pump(struct websocket *ws, void (*heard)(void *owner, const char *text, size_t len), void *owner);
bool ws_send(struct websocket *ws, uint8_t first, const void *payload, size_t len); /* false: closed */
void ws_send_close(struct websocket *ws, int code);
#endif

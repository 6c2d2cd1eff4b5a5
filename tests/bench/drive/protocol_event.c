/* protocol_event.c - the plainest fan-out: what one client says, every client hears, as it is. For the floors, Bun, ws and
 * nchan; and the same within socket.io's packets. */
#include "batches.h"
#include "drive.h"
#include <stdlib.h>
#include <string.h>

/* {"w":3,"n":17,"text":"xxx…"}, as long as was asked for. */
static size_t event_text(char *text, const struct client *c, uint32_t n)
{
	int head = snprintf(text, options.size, "{\"w\":%u,\"n\":%u,\"text\":\"", c->index, n);

	memset(text + head, 'x', options.size - (size_t)head - 2);
	memcpy(text + options.size - 2, "\"}", 2);
	return options.size;
}

static void event_heard(struct client *c, const char *text, size_t len)
{
	drive_seen(c, 1);
	if (c->is_watching || c->index < options.writers) {
		int64_t writer = number_after(text, len, "\"w\":"), n = number_after(text, len, "\"n\":");

		if (writer == (int64_t)c->index)
			drive_acked(c, (uint32_t)n);
		else if (c->is_watching && writer >= 0)
			drive_seen_from(c, (uint32_t)writer, (uint32_t)n);
	}
}

static void event_opened(struct client *c)
{
	drive_joined(c);
}

static void event_op(struct client *c, uint32_t n)
{
	char text[4096];

	conn_send(&c->conn, text, event_text(text, c, n));
}

const struct protocol protocol_event = {
	.name = "event", .path = "/", .echoes = true, .opened = event_opened, .heard = event_heard, .op = event_op,
};

/* --- socket.io 4: engine.io packets (0 open, 2 ping, 3 pong, 4 message), within them socket.io's (0 connect, 2 event) --------- */

static void socketio_opened(struct client *c)
{
	(void)c;
}

static void socketio_heard(struct client *c, const char *text, size_t len)
{
	if (len >= 2 && text[0] == '4' && text[1] == '2')
		event_heard(c, text, len);
	else if (len >= 1 && text[0] == '0')
		conn_send(&c->conn, "40", 2);
	else if (len >= 2 && text[0] == '4' && text[1] == '0')
		drive_joined(c);
	else if (len == 1 && text[0] == '2')
		conn_send(&c->conn, "3", 1);
}

static void socketio_op(struct client *c, uint32_t n)
{
	char text[4096];
	size_t len = 7;

	memcpy(text, "42[\"e\",", len);
	len += event_text(text + len, c, n);
	text[len++] = ']';
	conn_send(&c->conn, text, len);
}

const struct protocol protocol_socketio = {
	.name = "socketio", .path = "/socket.io/?EIO=4&transport=websocket", .echoes = true, .opened = socketio_opened,
	.heard = socketio_heard, .op = socketio_op,
};

/* handshake.c - from a connected wire to a WebSocket: one HTTP/1.1 request, one checked answer. */
#include "clients/lib/websocket.h"
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define HEAD_MAX 16384
#define GUID "258EAFA5-E914-47DA-95CA-C5AB0DC85B11" /* RFC 6455, 1.3 */

static bool failed(char *err, size_t size, const char *why)
{
	snprintf(err, size, "the server does not answer as a Korsdrag server does: %s", why);
	return false;
}

static void accept_for(const char *key, char ret_accept[32])
{
	char text[128];
	unsigned char sum[EVP_MAX_MD_SIZE];
	unsigned int len = 0;

	snprintf(text, sizeof text, "%s" GUID, key);
	EVP_Digest(text, strlen(text), sum, &len, EVP_sha1(), NULL);
	EVP_EncodeBlock((unsigned char *)ret_accept, sum, (int)len);
}

/* A header's value, or NULL. `head` is NUL-terminated text with CR LF line ends. */
static const char *header_find(const char *head, const char *name, char *ret_value, size_t size)
{
	size_t len = strlen(name);

	for (const char *line = strstr(head, "\r\n"); line && line[2]; line = strstr(line + 2, "\r\n")) {
		const char *value = line + 2 + len;

		if (strncasecmp(line + 2, name, len) != 0 || *value != ':')
			continue;
		value += 1 + strspn(value + 1, " \t");
		snprintf(ret_value, size, "%.*s", (int)strcspn(value, "\r\n"), value);
		return ret_value;
	}
	return NULL;
}

static bool request_send(struct wire *wire, const struct url *url, const struct ws_request *r,
        const char *key, int64_t deadline)
{
	char text[HEAD_MAX];
	int len = snprintf(text, sizeof text,
	        "GET %s HTTP/1.1\r\nHost: %s\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
	        "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: %s\r\nSec-WebSocket-Protocol: %s\r\n"
	        "%s%s%s%s%s%s%s%s%s\r\n",
	        url->path, url->authority, key, r->subprotocol, r->token ? "Authorization: Bearer " : "",
	        r->token ? r->token : "", r->token ? "\r\n" : "", r->origin ? "Origin: " : "",
	        r->origin ? r->origin : "", r->origin ? "\r\n" : "", r->cookie ? "Cookie: " : "",
	        r->cookie ? r->cookie : "", r->cookie ? "\r\n" : "");

	return len > 0 && (size_t)len < sizeof text && wire_write(wire, text, (size_t)len, deadline);
}

/* Reads up to the blank line; what came behind it stays in ws->in. The head's length, or 0. */
static size_t head_read(struct websocket *ws, struct wire *wire, int64_t deadline)
{
	while (ws->in_end < HEAD_MAX) {
		ssize_t n = wire_read(wire, ws->in + ws->in_end, HEAD_MAX - ws->in_end);
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

static bool answer_check(
        const char *head, const char *key, const char *subprotocol, int *ret_status, char *err, size_t size)
{
	char accept[32], value[256];

	if (sscanf(head, "HTTP/1.1 %3d", ret_status) != 1)
		return failed(err, size, "no HTTP");
	if (*ret_status != 101) {
		snprintf(err, size, "the server refuses the connection: %.*s", (int)strcspn(head + 9, "\r\n"),
		        head + 9);
		return false;
	}
	accept_for(key, accept);
	if (!header_find(head, "Upgrade", value, sizeof value) || strcasecmp(value, "websocket") != 0)
		return failed(err, size, "no upgrade to WebSocket");
	if (!header_find(head, "Sec-WebSocket-Accept", value, sizeof value) || strcmp(value, accept) != 0)
		return failed(err, size, "wrong Sec-WebSocket-Accept");
	if (!header_find(head, "Sec-WebSocket-Protocol", value, sizeof value) ||
	        strcmp(value, subprotocol) != 0)
		return failed(err, size, "another subprotocol");
	if (header_find(head, "Sec-WebSocket-Extensions", value, sizeof value))
		return failed(err, size, "an extension nobody asked for");
	return true;
}

static bool is_header_safe(const char *value)
{
	return !value || !strpbrk(value, "\r\n");
}

bool ws_handshake(struct websocket *ws, struct wire *wire, const struct url *url,
        const struct ws_request *request, int64_t deadline, int *ret_status, char *err, size_t err_size)
{
	unsigned char random[16];
	char key[32], saved;
	size_t head;

	*ret_status = 0;
	if (!is_header_safe(request->token) || !is_header_safe(request->origin) ||
	        !is_header_safe(request->cookie))
		return failed(err, err_size, "the token has line ends");
	*ws = (struct websocket){ .wire = { .fd = -1 }, .in_size = HEAD_MAX + 1 };
	ws->in = malloc(ws->in_size);
	if (!ws->in || RAND_bytes(random, sizeof random) != 1) {
		ws_finish(ws);
		return failed(err, err_size, "out of memory or of randomness");
	}
	EVP_EncodeBlock((unsigned char *)key, random, sizeof random);
	if (!request_send(wire, url, request, key, deadline) || !(head = head_read(ws, wire, deadline))) {
		ws_finish(ws);
		return failed(err, err_size, wire_now() >= deadline ? "no answer in time" : "it hung up");
	}
	saved = ws->in[head];
	ws->in[head] = '\0';
	if (!answer_check(ws->in, key, request->subprotocol, ret_status, err, err_size)) {
		ws_finish(ws);
		return false;
	}
	ws->in[head] = saved;
	ws->in_at = head;
	ws->wire = *wire;
	ws->heard_at = wire_now();
	ws->is_open = true;
	return true;
}

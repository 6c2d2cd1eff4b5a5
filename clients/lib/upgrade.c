/* upgrade.c - the request for a WebSocket, and a strict look at the answer. */
#include "clients/lib/upgrade.h"
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

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

static bool is_header_safe(const char *value)
{
	return !value || !strpbrk(value, "\r\n");
}

/* Appends "name: value"; nothing for NULL. Past the end it only counts, like snprintf. */
static void header_add(char *text, size_t size, size_t *at, const char *name, const char *value)
{
	if (value)
		*at += (size_t)snprintf(*at < size ? text + *at : NULL, *at < size ? size - *at : 0, "%s%s\r\n", name, value);
}

size_t upgrade_request(char *text, size_t size, const struct url *url, const struct ws_request *request,
        char ret_key[UPGRADE_KEY_SIZE], char *err, size_t err_size)
{
	unsigned char random[16];
	size_t at;

	if (!is_header_safe(request->token) || !is_header_safe(request->origin) ||
	        !is_header_safe(request->cookie) || !is_header_safe(request->subprotocol)) {
		snprintf(err, err_size, "the token has line ends");
		return 0;
	}
	if (RAND_bytes(random, sizeof random) != 1) {
		snprintf(err, err_size, "there is no randomness");
		return 0;
	}
	EVP_EncodeBlock((unsigned char *)ret_key, random, sizeof random);
	at = (size_t)snprintf(text, size,
	        "GET %s HTTP/1.1\r\nHost: %s\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
	        "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: %s\r\n",
	        url->path, url->authority, ret_key);
	header_add(text, size, &at, "Sec-WebSocket-Protocol: ", request->subprotocol);
	header_add(text, size, &at, "Authorization: Bearer ", request->token);
	header_add(text, size, &at, "Origin: ", request->origin);
	header_add(text, size, &at, "Cookie: ", request->cookie);
	header_add(text, size, &at, "", "");
	if (at < size)
		return at;
	snprintf(err, err_size, "the token or the address is too long");
	return 0;
}

/* The status of "HTTP/1.1 NNN …"; 0: it is none. */
static int status_read(const char *head)
{
	const char *digits = head + 9;

	if (strncmp(head, "HTTP/1.1 ", 9) != 0 || strspn(digits, "0123456789") != 3)
		return 0;
	return (digits[0] - '0') * 100 + (digits[1] - '0') * 10 + (digits[2] - '0');
}

bool upgrade_check(const char *head, const char *key, const struct ws_request *request, int *ret_status, char *err,
        size_t err_size)
{
	char accept[32], value[256];

	*ret_status = status_read(head);
	if (*ret_status == 0)
		return failed(err, err_size, "no HTTP");
	if (*ret_status != 101) {
		snprintf(err, err_size, "the server refuses the connection: %.*s", (int)strcspn(head + 9, "\r\n"),
		        head + 9);
		return false;
	}
	accept_for(key, accept);
	if (!header_find(head, "Upgrade", value, sizeof value) || strcasecmp(value, "websocket") != 0)
		return failed(err, err_size, "no upgrade to WebSocket");
	if (!header_find(head, "Sec-WebSocket-Accept", value, sizeof value) || strcmp(value, accept) != 0)
		return failed(err, err_size, "wrong Sec-WebSocket-Accept");
	if (request->subprotocol && (!header_find(head, "Sec-WebSocket-Protocol", value, sizeof value) ||
	        strcmp(value, request->subprotocol) != 0))
		return failed(err, err_size, "another subprotocol");
	if (header_find(head, "Sec-WebSocket-Extensions", value, sizeof value))
		return failed(err, err_size, "an extension nobody asked for");
	return true;
}

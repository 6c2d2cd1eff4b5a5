/* upgrade.h - the HTTP/1.1 exchange that makes a connection a WebSocket, as text: who sends it and waits for the answer
 * is the caller. */
#ifndef CLIENTS_LIB_UPGRADE_H
#define CLIENTS_LIB_UPGRADE_H
#include "clients/lib/url.h"
#include <stddef.h>

#define UPGRADE_HEAD_MAX 16384 /* bytes of either head */
#define UPGRADE_KEY_SIZE 32

struct ws_request { /* what the handshake says besides what it must; NULL: nothing of it */
	const char *subprotocol, *token, *origin, *cookie;
};

/* Writes the request's head and the key that it holds. Its length, or 0 with the reason in `err`. */
size_t upgrade_request(char *text, size_t size, const struct url *url, const struct ws_request *request,
        char ret_key[UPGRADE_KEY_SIZE], char *err, size_t err_size);

/* Whether the answer (its head as NUL-terminated text, blank line included) takes us. `ret_status`: the HTTP status. */
bool upgrade_check(const char *head, const char *key, const struct ws_request *request, int *ret_status, char *err,
        size_t err_size);
#endif

/* handshake.c - the checks of a WebSocket handshake. libwebsockets itself takes any version, key, method and
 * protocol, joins two Origins by a comma and compares hosts by prefix; so it sees nothing before this is done. */
#include "net/handshake.h"
#include "protocol/kd.h"
#include <string.h>
#include <strings.h>

static bool is_base64(char c)
{
	return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '+' || c == '/';
}

/* 16 octets in base64: 22 characters, of which the last has four bits that must be zero, and "==". */
static bool is_key(const char *key)
{
	if (strlen(key) != 24 || strcmp(key + 22, "==") != 0)
		return false;
	for (int i = 0; i < 22; i++)
		if (!is_base64(key[i]))
			return false;
	return strchr("AQgw", key[21]) != NULL;
}

static int upgrade_check(struct handshake *hs, const struct head *head, const char **ret_why)
{
	const char *upgrade = head_get_only(head, "upgrade"), *version = head_get_only(head, "sec-websocket-version");
	const char *key = head_get_only(head, "sec-websocket-key"), *why;
	size_t body;

	*ret_why = "GET with HTTP/1.1 only";
	if (strcmp(head->method, "GET") != 0)
		return 405;
	if (head->minor != 1)
		return 400;
	*ret_why = "this address speaks WebSocket: Upgrade: websocket, Connection: Upgrade";
	if (!upgrade || strcasecmp(upgrade, "websocket") != 0 || !head_has_token(head, "connection", "upgrade"))
		return head_count(head, "upgrade") > 1 ? 400 : 426;
	*ret_why = "Sec-WebSocket-Version must be 13";
	if (!version || strcmp(version, "13") != 0)
		return head_count(head, "sec-websocket-version") > 1 ? 400 : 426;
	*ret_why = "Sec-WebSocket-Key must be 16 octets in base64";
	if (!key || !is_key(key))
		return 400;
	*ret_why = "the subprotocol " KD_SUBPROTOCOL " is needed";
	if (!head_has_token(head, "sec-websocket-protocol", KD_SUBPROTOCOL))
		return 400;
	*ret_why = "a handshake has no body";
	if (!head_body_size(head, &body, &why) || body > 0)
		return 400;
	hs->key = key;
	return 0;
}

bool handshake_origin_is_ours(const char *origin, const char *const *origins)
{
	for (; *origins; origins++)
		if (strcmp(*origins, origin) == 0)
			return true;
	return false;
}

static int bearer_check(struct handshake *hs, const struct head *head, const char **ret_why)
{
	const char *text = head_get_only(head, "authorization"), *token;
	size_t len;

	*ret_why = "Authorization must be one Bearer token";
	if (!text)
		return 400;
	if (strncasecmp(text, "Bearer ", 7) != 0)
		return 401;
	token = text + 7 + strspn(text + 7, " ");
	len = strspn(token, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~+/=");
	if (len == 0 || len > CREDENTIAL_MAX || token[len])
		return 401;
	memcpy(hs->credential, token, len + 1);
	hs->is_bearer = true;
	return 0;
}

static int cookie_check(struct handshake *hs, const struct head *head, const char **ret_why)
{
	const char *cookies = head_get(head, "cookie");

	*ret_why = "sign in first";
	if (!cookies)
		return 401;
	if (head_count(head, "cookie") > 1) {
		*ret_why = "more than one Cookie header";
		return 400;
	}
	switch (cookie_find(cookies, SESSION_COOKIE, hs->credential)) {
	case COOKIE_FOUND:
		return 0;
	case COOKIE_ABSENT:
		return 401;
	case COOKIE_BAD:
		break;
	}
	*ret_why = "the session cookie is malformed or comes twice";
	return 400;
}

int handshake_credential(struct handshake *hs, const struct head *head, bool is_ours, const char **ret_why)
{
	if (head_count(head, "authorization") > 0)
		return bearer_check(hs, head, ret_why);
	if (!is_ours) {
		*ret_why = "only pages of this service may ask for that, or who brings a Bearer token";
		return 403;
	}
	return cookie_check(hs, head, ret_why);
}

/* A browser always says its origin; who says none is no browser, and must bring a token that no page can make a
 * browser send along by itself. */
int handshake_check(struct handshake *hs, const struct head *head, const char *const *origins, const char **ret_why)
{
	const char *origin = head_get_only(head, "origin");
	size_t count = head_count(head, "origin");
	int status;

	*hs = (struct handshake){ 0 };
	status = upgrade_check(hs, head, ret_why);
	if (status)
		return status;
	*ret_why = "this origin is not ours";
	if (count > 1 || (count == 1 && !handshake_origin_is_ours(origin, origins)))
		return 403;
	if (count == 0 && head_count(head, "authorization") == 0) {
		*ret_why = "without an Origin a Bearer token is needed";
		return 401;
	}
	return handshake_credential(hs, head, true, ret_why);
}

/* handshake.h - whether a request may become a WebSocket connection (security.md T1, T2, T3). Pure. */
#ifndef NET_HANDSHAKE_H
#define NET_HANDSHAKE_H
#include "net/cookie.h"
#include "net/head.h"

#define SESSION_COOKIE "__Host-korsdrag"
#define CREDENTIAL_MAX COOKIE_VALUE_MAX

struct handshake {
	const char *key;                      /* Sec-WebSocket-Key, checked; points into the head */
	char credential[CREDENTIAL_MAX + 1];
	bool is_bearer;
};

/* The rest of it for any request: 0 and the credential, or the status to refuse it with, and why. `is_ours`: a page of ours asks, so
 * that cookies count. */
int handshake_credential(struct handshake *hs, const struct head *head, bool is_ours, const char **ret_why);

/* 0 when it may; else the status to refuse it with, and why. */
int handshake_check(struct handshake *hs, const struct head *head, const char *const *origins, const char **ret_why);
bool handshake_origin_is_ours(const char *origin, const char *const *origins);
#endif

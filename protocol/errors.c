/* errors.c - the closed list of what can be answered instead of a result. */
#include "protocol/kd.h"

const struct kd_error_info kd_error_table[] = {
	{ KD_E_PARSE, "parse", "The message is not JSON, or JSON of a kind that is refused: a key twice, U+0000, a lone surrogate." },
	{ KD_E_REQUEST, "request", "The message is JSON but no JSON-RPC 2.0 request, or it is over a limit that the message names." },
	{ KD_E_METHOD, "method", "There is no such method." },
	{ KD_E_INVALID, "invalid", "The parameters do not fit the method; data.field points to the one that does not." },
	{ KD_E_INTERNAL, "internal", "The server has made a mistake; its log says which." },
	{ KD_E_UNAUTHENTICATED, "unauthenticated", "One has to sign in first, or the session has ended." },
	{ KD_E_FORBIDDEN, "forbidden", "One may see it, but not do this." },
	{ KD_E_NOT_FOUND, "not_found", "It does not exist, or is not for the caller: the answer is the same." },
	{ KD_E_CONFLICT, "conflict", "Things have changed so that this cannot be done; look again." },
	{ KD_E_TOO_LARGE, "too_large", "It would go over a limit that the message names." },
	{ KD_E_BUSY, "busy", "There is too much to do at once; try again later." },
	{ KD_E_UNAVAILABLE, "unavailable", "The outcome is unknown or the database away; send the same op again." },
	{ KD_E_RATE_LIMITED, "rate_limited", "Too many calls of this kind; data.retryAfterMs says how long to wait." },
	{ KD_OK, NULL, NULL },
};

const struct kd_error_info *kd_error_info(enum kd_code code)
{
	const struct kd_error_info *internal = kd_error_table;

	for (const struct kd_error_info *e = kd_error_table; e->name; e++) {
		if (e->code == code)
			return e;
		if (e->code == KD_E_INTERNAL)
			internal = e;
	}
	return internal;
}

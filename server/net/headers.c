/* headers.c - the security headers that every answer carries (security.md R3, web.md section 5). */
#include "net/net_private.h"
#include <stdlib.h>
#include <string.h>

static const char *const before_connect = "Content-Security-Policy: default-src 'none'; script-src 'self'; style-src 'self'; "
					  "img-src 'self' blob: data:; font-src 'self'; connect-src 'self'";
static const char *const after_connect =
	"; worker-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; "
	"require-trusted-types-for 'script'; trusted-types svelte-trusted-html korsdrag-md\r\n"
	"X-Content-Type-Options: nosniff\r\n"
	"X-Frame-Options: DENY\r\n"
	"Cross-Origin-Opener-Policy: same-origin\r\n"
	"Cross-Origin-Resource-Policy: same-origin\r\n"
	/* Not no-referrer: with it browsers send `Origin: null` for forms, and T6 needs the origin. */
	"Referrer-Policy: same-origin\r\n"
	"Permissions-Policy: camera=(), microphone=(), geolocation=(), payment=(), usb=(), serial=(), hid=(), midi=(), "
	"display-capture=(), browsing-topics=()\r\n";

char *headers_make(const char *const *origins)
{
	struct buf b;
	bool is_secure = *origins != NULL;

	buf_init(&b, 8192);
	buf_add_str(&b, before_connect);
	for (; *origins; origins++) {
		bool is_https = strncmp(*origins, "https://", 8) == 0;

		/* 'self' does not cover WebSockets in older Safari. */
		if (is_https)
			buf_printf(&b, " wss://%s", *origins + 8);
		else if (strncmp(*origins, "http://", 7) == 0)
			buf_printf(&b, " ws://%s", *origins + 7);
		is_secure = is_secure && is_https;
	}
	buf_add_str(&b, after_connect);
	if (is_secure)
		buf_add_str(&b, "Strict-Transport-Security: max-age=63072000\r\n");
	return buf_take(&b, NULL);
}

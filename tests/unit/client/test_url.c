#include "clients/lib/url.h"
#include <criterion/criterion.h>
#include <string.h>

static char err[256];

static struct url good(const char *text)
{
	struct url url;

	cr_assert(url_read(&url, text, err, sizeof err), "%s: %s", text, err);
	return url;
}

Test(url, is_taken_apart)
{
	struct url url = good("wss://korsdrag.example.se");

	cr_assert(url.is_tls && !url.is_unix);
	cr_assert_str_eq(url.host, "korsdrag.example.se");
	cr_assert_str_eq(url.port, "443");
	cr_assert_str_eq(url.path, "/ws");
	cr_assert_str_eq(url.authority, "korsdrag.example.se");
	url = good("http://localhost:8080/");
	cr_assert(!url.is_tls);
	cr_assert_str_eq(url.port, "8080");
	cr_assert_str_eq(url.path, "/ws");
	cr_assert_str_eq(url.authority, "localhost:8080");
	url = good("ws://[::1]:81/other/ws?x=1");
	cr_assert_str_eq(url.host, "::1");
	cr_assert_str_eq(url.port, "81");
	cr_assert_str_eq(url.path, "/other/ws?x=1");
	cr_assert_str_eq(url.authority, "[::1]:81");
	url = good("ws://host?x=1");
	cr_assert_str_eq(url.host, "host");
	cr_assert_str_eq(url.path, "/ws?x=1");
	url = good("unix:/run/korsdrag/http.sock");
	cr_assert(url.is_unix && !url.is_tls);
	cr_assert_str_eq(url.host, "/run/korsdrag/http.sock");
}

Test(url, nonsense_is_refused)
{
	static const char *const bad[] = {
		"",
		"localhost",
		"ftp://localhost",
		"ws://",
		"ws://:80",
		"ws://host:",
		"ws://host:80x",
		"ws://host:123456",
		"ws://[::1",
		"ws://[::1]x",
		"ws://user@host",
		"ws://host/a b",
		"ws://host/\r\nX: y",
		"ws://host\n",
		"ws://host#x",
		"unix:",
	};
	struct url url;

	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		cr_expect(!url_read(&url, bad[i], err, sizeof err), "%s was taken", bad[i]);
		cr_expect(strchr(err, '\n') == NULL && strchr(err, '\r') == NULL);
	}
}

Test(url, too_long_ones_are_refused)
{
	struct url url;
	char text[2000];

	memset(text, 'a', sizeof text - 1);
	text[sizeof text - 1] = '\0';
	memcpy(text, "ws://", 5);
	cr_assert(!url_read(&url, text, err, sizeof err));
	text[20] = '/';
	cr_assert(!url_read(&url, text, err, sizeof err));
	memcpy(text, "unix:", 5);
	cr_assert(!url_read(&url, text, err, sizeof err));
}

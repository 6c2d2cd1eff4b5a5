/* test_http.c - requests, answers and refusals over real sockets (security.md T5, T6, R3). */
#include "harness.h"
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static struct server server;
static char answer[100000];

static void start(void)
{
	struct net_config config = server_config();

	server = server_start(&config);
}

static void stop(void)
{
	server_stop(&server);
}

TestSuite(http, .init = start, .fini = stop, .timeout = 60);

#define LAST "Host: korsdrag.example.se\r\nConnection: close\r\n"

static const char *body(void)
{
	const char *at = strstr(answer, "\r\n\r\n");

	return at ? at + 4 : "";
}

Test(http, answers_with_every_security_header)
{
	static const char *const lines[] = {
		"Content-Security-Policy: default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; "
		"font-src 'self'; connect-src 'self' wss://korsdrag.example.se ws://localhost:8080; worker-src 'self'; "
		"manifest-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; "
		"require-trusted-types-for 'script'; trusted-types svelte-trusted-html korsdrag-md",
		"X-Content-Type-Options: nosniff", "Cross-Origin-Opener-Policy: same-origin",
		"Cross-Origin-Resource-Policy: same-origin", "Referrer-Policy: same-origin", "Cache-Control: no-store",
	};
	static const char *const requests[] = { "GET /hello HTTP/1.1\r\n" LAST "\r\n", "GET /nothing HTTP/1.1\r\n" LAST "\r\n",
		"POST /hello HTTP/1.1\r\n" LAST "\r\n", "GET /hello HTTP/1.1\nbad", "GET /ws HTTP/1.1\r\n" LAST "\r\n" };

	for (size_t i = 0; i < sizeof(requests) / sizeof(requests[0]); i++) {
		cr_assert(ask(&server, requests[i], answer, sizeof(answer)) >= 200);
		for (size_t l = 0; l < sizeof(lines) / sizeof(lines[0]); l++)
			cr_assert(has_line(answer, lines[l]), "%s lacks %s", requests[i], lines[l]);
		cr_assert(strstr(answer, "\r\nPermissions-Policy: ") && strstr(answer, "\r\nDate: "));
		cr_assert(!strstr(answer, "Strict-Transport-Security"), "one of the origins is not https");
	}
}

Test(http, calls_handlers)
{
	cr_assert_eq(ask(&server, "GET /hello?a=b HTTP/1.1\r\n" LAST "Cookie: __Host-korsdrag=v\r\n\r\n", answer, sizeof(answer)), 200);
	cr_assert_str_eq(body(), "hello 127.0.0.1 v " ORIGIN);
	cr_assert(has_line(answer, "X-Good: yes") && !strstr(answer, "evil"));
	cr_assert_eq(ask(&server, "HEAD /hello HTTP/1.1\r\n" LAST "\r\n", answer, sizeof(answer)), 200);
	cr_assert_str_eq(body(), "");
	cr_assert(has_line(answer, "Content-Length: 45"), "%s", answer);
	cr_assert_eq(ask(&server, "GET /hello HTTP/1.0\r\nHost: localhost:8080\r\n\r\n", answer, sizeof(answer)), 200);
	cr_assert_str_eq(body(), "hello 127.0.0.1 - http://localhost:8080");
	cr_assert_eq(ask(&server, "GET /hello HTTP/1.1\r\n" LAST "Cookie: __Host-korsdrag=v\r\nCookie: __Host-korsdrag=v\r\n\r\n",
		answer, sizeof(answer)), 200);
	cr_assert_str_eq(body(), "hello 127.0.0.1 - " ORIGIN);
}

Test(http, knows_paths_and_methods)
{
	cr_assert_eq(ask(&server, "GET /nothing HTTP/1.1\r\n" LAST "\r\n", answer, sizeof(answer)), 404);
	cr_assert_eq(ask(&server, "GET /hello/ HTTP/1.1\r\n" LAST "\r\n", answer, sizeof(answer)), 404);
	cr_assert_eq(ask(&server, "DELETE /hello HTTP/1.1\r\n" LAST "\r\n", answer, sizeof(answer)), 405);
	cr_assert(has_line(answer, "Allow: GET, HEAD"));
	cr_assert_eq(ask(&server, "GET /take HTTP/1.1\r\n" LAST "\r\n", answer, sizeof(answer)), 405);
	cr_assert(has_line(answer, "Allow: POST, PUT"));
	cr_assert_eq(ask(&server, "TRACE /hello HTTP/1.1\r\n" LAST "\r\n", answer, sizeof(answer)), 405);
}

#define SAME "Sec-Fetch-Site: same-origin\r\n"

Test(http, takes_bodies_of_known_length)
{
	char *request = malloc(70000);
	int n;

	cr_assert_eq(ask(&server, "POST /take HTTP/1.1\r\n" LAST SAME "Content-Length: 4\r\n\r\nbody", answer, sizeof(answer)), 202);
	cr_assert_str_eq(body(), "{\"body\":\"body\",\"alive\":true}");
	cr_assert_eq(ask(&server, "POST /take HTTP/1.1\r\n" LAST SAME "Content-Length: 0\r\n\r\n", answer, sizeof(answer)), 202);
	n = sprintf(request, "POST /take HTTP/1.1\r\n" LAST SAME "Content-Length: 65536\r\n\r\n");
	memset(request + n, 'b', 65536);
	request[n + 65536] = '\0';
	cr_assert_eq(ask(&server, request, answer, sizeof(answer)), 202);
	cr_assert_eq(strlen(body()), 65536 + strlen("{\"body\":\"\",\"alive\":true}"));
	cr_assert_eq(ask(&server, "POST /take HTTP/1.1\r\n" LAST SAME "Content-Length: 65537\r\n\r\n", answer, sizeof(answer)), 413);
	cr_assert_eq(ask(&server, "POST /take HTTP/1.1\r\n" LAST SAME "Content-Length: 999999999999\r\n\r\n", answer, sizeof(answer)), 413);
	cr_assert_eq(ask(&server, "PUT /take HTTP/1.1\r\n" LAST SAME "Content-Length: 101\r\n\r\n", answer, sizeof(answer)), 413);
	cr_assert_eq(ask(&server, "POST /take HTTP/1.1\r\n" LAST SAME "\r\n", answer, sizeof(answer)), 411);
	cr_assert_eq(ask(&server, "GET /hello HTTP/1.1\r\n" LAST "Content-Length: 1\r\n\r\nx", answer, sizeof(answer)), 413);
	cr_assert_eq(ask(&server, "POST /take HTTP/1.1\r\n" LAST SAME "Content-Length: 2\r\nExpect: 100-continue\r\n\r\n", answer,
		20), 100, "asked to go on");
	cr_assert_eq(ask(&server, "POST /take HTTP/1.1\r\n" LAST SAME "Content-Length: 2\r\nExpect: magic\r\n\r\nxx", answer,
		sizeof(answer)), 417);
	free(request);
}

Test(http, refuses_what_a_proxy_could_read_differently_and_closes)
{
	static const struct {
		const char *request;
		int status;
	} rows[] = {
		{ "POST /take HTTP/1.1\r\nHost: x\r\n" SAME "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400 },
		{ "POST /take HTTP/1.1\r\nHost: x\r\n" SAME "Transfer-Encoding: gzip\r\nContent-Length: 4\r\n\r\nbody", 400 },
		{ "POST /take HTTP/1.1\r\nHost: x\r\n" SAME "Content-Length: -1\r\n\r\n", 400 },
		{ "POST /take HTTP/1.1\r\nHost: x\r\n" SAME "Content-Length: +1\r\n\r\nx", 400 },
		{ "POST /take HTTP/1.1\r\nHost: x\r\n" SAME "Content-Length: 1\r\nContent-Length: 1\r\n\r\nx", 400 },
		{ "POST /take HTTP/1.1\r\nHost: x\r\n" SAME "Content-Length: 1\r\nContent-Length: 2\r\n\r\nxx", 400 },
		{ "POST /take HTTP/1.1\r\nHost: x\r\n" SAME "Content-Length: 1,1\r\n\r\nx", 400 },
		{ "CONNECT korsdrag.example.se:443 HTTP/1.1\r\nHost: x\r\n\r\n", 400 },
		{ "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505 },
		{ "GET /hello HTTP/1.1\r\nHost: x\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\n\r\n", 400 },
		{ "GET /hello HTTP/1.1\nHost: x\n\n", 400 },
		{ "GET /hello HTTP/1.1\r\nHost: x\r\nA: b\r\n c\r\n\r\n", 400 },
		{ "GET /hello HTTP/1.1\r\nHost: x\r\nA : b\r\n\r\n", 400 },
		{ "GET http://x/hello HTTP/1.1\r\nHost: x\r\n\r\n", 400 },
		{ "\x16\x03\x01\x02", 400 }, /* TLS to a clear port */
		{ "GET /hello HTTP/1.1\r\nHost: x\r\nA: \x7f\r\n\r\n", 400 },
	};
	char big[9000];
	int fd;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		cr_assert_eq(ask(&server, rows[i].request, answer, sizeof(answer)), rows[i].status, "row %zu: %s", i, answer);
		cr_assert(has_line(answer, "Connection: close"));
	}
	fd = client_connect(&server);
	client_send(fd, "GET /hello HTTP/1.1\r\nA: \0\r\n", 27);
	client_read_all(fd, answer, sizeof(answer), 3000);
	cr_assert(strncmp(answer, "HTTP/1.1 400", 12) == 0);
	close(fd);
	memset(big, 'a', sizeof(big));
	memcpy(big, "GET /hello HTTP/1.1\r\nHost: x\r\nA: ", 33);
	big[sizeof(big) - 1] = '\0';
	cr_assert_eq(ask(&server, big, answer, sizeof(answer)), 431);
}

Test(http, lets_only_its_own_pages_change_anything)
{
	static const struct {
		const char *fields;
		int status;
	} rows[] = {
		{ "", 403 },
		{ "Sec-Fetch-Site: cross-site\r\n", 403 },
		{ "Sec-Fetch-Site: same-site\r\n", 403 },
		{ "Sec-Fetch-Site: none\r\n", 403 },
		{ "Sec-Fetch-Site: cross-site\r\nOrigin: " ORIGIN "\r\n", 403 },
		{ "Sec-Fetch-Site: same-origin\r\nOrigin: https://evil.example\r\n", 403 },
		{ "Sec-Fetch-Site: same-origin\r\nSec-Fetch-Site: same-origin\r\n", 403 },
		{ "Origin: null\r\n", 403 },
		{ "Origin: https://korsdrag.example.se.evil\r\n", 403 },
		{ "Origin: " ORIGIN "\r\nOrigin: " ORIGIN "\r\n", 403 },
		{ "Sec-Fetch-Site: same-origin\r\n", 202 },
		{ "Sec-Fetch-Site: same-origin\r\nOrigin: " ORIGIN "\r\n", 202 },
		{ "Origin: " ORIGIN "\r\n", 202 },
		{ "Origin: http://localhost:8080\r\n", 202 },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char request[512];

		snprintf(request, sizeof(request), "POST /take HTTP/1.1\r\n" LAST "%sContent-Length: 1\r\n\r\nx", rows[i].fields);
		cr_assert_eq(ask(&server, request, answer, sizeof(answer)), rows[i].status, "row %zu", i);
	}
}

static int count_of(const char *what)
{
	int n = 0;

	for (const char *at = answer; (at = strstr(at, what)); at++)
		n++;
	return n;
}

Test(http, answers_requests_in_a_row)
{
	int fd = client_connect(&server);

	client_say(fd, "GET /hello HTTP/1.1\r\nHost: x\r\n\r\nPOST /take HTTP/1.1\r\nHost: x\r\n" SAME "Content-Length: 4\r\n\r\nbody"
		       "GET /late HTTP/1.1\r\nHost: x\r\n\r\nHEAD /hello HTTP/1.1\r\nHost: x\r\n\r\n"
		       "GET /hello HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
		       "GET /hello HTTP/1.1\r\nHost: x\r\n\r\n"); /* after close: not heard */
	client_read_all(fd, answer, sizeof(answer), 4000);
	cr_assert_eq(count_of("HTTP/1.1 20"), 5);
	cr_assert_eq(count_of("late"), 1);
	close(fd);
}

Test(http, answers_late_even_when_nobody_waits)
{
	int fd = client_connect(&server);

	client_say(fd, "GET /late HTTP/1.1\r\nHost: x\r\n\r\n");
	usleep(50000);
	close(fd);
	usleep(300000);
	cr_assert_eq(ask(&server, "GET /late HTTP/1.1\r\n" LAST "\r\n", answer, sizeof(answer)), 200);
	cr_assert_str_eq(body(), "late");
	fd = client_connect(&server); /* and one that waits when the server ends: server_stop looks at it */
	client_say(fd, "GET /late HTTP/1.1\r\nHost: x\r\n\r\n");
	usleep(50000);
	server_stop(&server);
	close(fd);
	start();
}

Test(http, keeps_only_what_is_used)
{
	int fd = client_connect(&server);

	client_say(fd, "GET /hello HTTP/1.1\r\nHost: x\r\n\r\n");
	cr_assert(client_read(fd, answer, sizeof(answer), 2000) > 0);
	cr_assert(!client_is_closed(fd, 3000));
	cr_assert(client_is_closed(fd, 4000), "keep-alive is 5 s");
	close(fd);
}

Test(http, gives_a_slow_head_ten_seconds)
{
	int fd = client_connect(&server), silent = client_connect(&server);

	client_say(fd, "GET /hello HTTP/1.1\r\nHo");
	client_read_all(fd, answer, sizeof(answer), 12000);
	cr_assert(strncmp(answer, "HTTP/1.1 408", 12) == 0, "%s", answer);
	cr_assert(client_is_closed(silent, 2000));
	close(fd);
	close(silent);
}

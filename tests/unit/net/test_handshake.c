/* test_handshake.c - who may become a WebSocket connection (security.md T1, T2, T3), over real sockets. */
#include "harness.h"
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static struct server server;
static struct message m;

static void start(void)
{
	struct net_config config = server_config();

	config.max_conns = 1000;
	config.max_conns_per_address = 1000;
	server = server_start(&config);
}

static void stop(void)
{
	server_stop(&server);
}

TestSuite(handshake, .init = start, .fini = stop, .timeout = 60);

#define LINE "GET /ws HTTP/1.1\r\nHost: korsdrag.example.se\r\n"
#define UP "Upgrade: websocket\r\nConnection: Upgrade\r\n"
#define V13 "Sec-WebSocket-Version: 13\r\n"
#define K "Sec-WebSocket-Key: " KEY "\r\n"
#define P "Sec-WebSocket-Protocol: korsdrag.v1\r\n"
#define OURS "Origin: " ORIGIN "\r\n"
#define END "\r\n"

static const struct {
	const char *head;
	int status;
} malformed[] = {
	/* the request line */
	{ "POST /ws HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n" UP V13 K P BEARER END, 405 },
	{ "HEAD /ws HTTP/1.1\r\nHost: x\r\n" UP V13 K P BEARER END, 405 },
	{ "CONNECT /ws HTTP/1.1\r\nHost: x\r\n" UP V13 K P BEARER END, 400 },
	{ "GET /ws HTTP/1.0\r\nHost: x\r\n" UP V13 K P BEARER END, 400 },
	{ "GET /ws HTTP/2.0\r\nHost: x\r\n" UP V13 K P BEARER END, 505 },
	{ "GET /ws/ HTTP/1.1\r\nHost: x\r\n" UP V13 K P BEARER END, 400 },
	{ "GET /other HTTP/1.1\r\nHost: x\r\n" UP V13 K P BEARER END, 400 },
	{ "GET ws HTTP/1.1\r\nHost: x\r\n" UP V13 K P BEARER END, 400 },
	{ "GET /ws HTTP/1.1\r\n" UP V13 K P BEARER END, 400 },                 /* no Host */
	{ LINE "Host: y\r\n" UP V13 K P BEARER END, 400 },
	/* Upgrade, Connection */
	{ LINE "Connection: Upgrade\r\n" V13 K P BEARER END, 426 },
	{ LINE "Upgrade: websocket\r\n" V13 K P BEARER END, 426 },
	{ LINE "Upgrade: websocket\r\nConnection: keep-alive\r\n" V13 K P BEARER END, 426 },
	{ LINE "Upgrade: h2c\r\nConnection: Upgrade\r\n" V13 K P BEARER END, 426 },
	{ LINE "Upgrade: websocket, h2c\r\nConnection: Upgrade\r\n" V13 K P BEARER END, 426 },
	{ LINE "Upgrade: websocket2\r\nConnection: Upgrade\r\n" V13 K P BEARER END, 426 },
	{ LINE "Upgrade: websocket\r\n" UP V13 K P BEARER END, 400 },
	{ LINE "Upgrade: h2c\r\n" UP V13 K P BEARER END, 400 },
	/* version */
	{ LINE UP K P BEARER END, 426 },
	{ LINE UP "Sec-WebSocket-Version: 8\r\n" K P BEARER END, 426 },
	{ LINE UP "Sec-WebSocket-Version: 013\r\n" K P BEARER END, 426 },
	{ LINE UP "Sec-WebSocket-Version: 13, 8\r\n" K P BEARER END, 426 },
	{ LINE UP V13 V13 K P BEARER END, 400 },
	/* key */
	{ LINE UP V13 P BEARER END, 400 },
	{ LINE UP V13 "Sec-WebSocket-Key:\r\n" P BEARER END, 400 },
	{ LINE UP V13 "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ\r\n" P BEARER END, 400 },
	{ LINE UP V13 "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZR==\r\n" P BEARER END, 400 }, /* spare bits set */
	{ LINE UP V13 "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==A\r\n" P BEARER END, 400 },
	{ LINE UP V13 "Sec-WebSocket-Key: !!!!IHNhbXBsZSBub25jZQ==\r\n" P BEARER END, 400 },
	{ LINE UP V13 "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZSBtb3Jl\r\n" P BEARER END, 400 },
	{ LINE UP V13 K K P BEARER END, 400 },
	/* subprotocol */
	{ LINE UP V13 K BEARER END, 400 },
	{ LINE UP V13 K "Sec-WebSocket-Protocol: korsdrag.v2\r\n" BEARER END, 400 },
	{ LINE UP V13 K "Sec-WebSocket-Protocol: http\r\n" BEARER END, 400 },
	{ LINE UP V13 K "Sec-WebSocket-Protocol: korsdrag\r\n" BEARER END, 400 },
	{ LINE UP V13 K "Sec-WebSocket-Protocol:\r\n" BEARER END, 400 },
	/* bodies */
	{ LINE UP V13 K P BEARER "Content-Length: 1\r\n" END, 400 },
	{ LINE UP V13 K P BEARER "Content-Length: -1\r\n" END, 400 },
	{ LINE UP V13 K P BEARER "Transfer-Encoding: chunked\r\n" END, 400 },
	{ LINE UP V13 K P BEARER END "too early", 400 },
	/* origin: exactly one, byte for byte */
	{ LINE UP V13 K P COOKIE "Origin: https://evil.example\r\n" END, 403 },
	{ LINE UP V13 K P COOKIE "Origin: https://a.korsdrag.example.se\r\n" END, 403 },
	{ LINE UP V13 K P COOKIE "Origin: https://korsdrag.example.se.evil.example\r\n" END, 403 },
	{ LINE UP V13 K P COOKIE "Origin: https://korsdrag.example.s\r\n" END, 403 },
	{ LINE UP V13 K P COOKIE "Origin: https://korsdrag.example.se:443\r\n" END, 403 },
	{ LINE UP V13 K P COOKIE "Origin: https://KORSDRAG.example.se\r\n" END, 403 },
	{ LINE UP V13 K P COOKIE "Origin: https://korsdrag.example.se/\r\n" END, 403 },
	{ LINE UP V13 K P COOKIE "Origin: http://korsdrag.example.se\r\n" END, 403 },
	{ LINE UP V13 K P COOKIE "Origin: null\r\n" END, 403 },
	{ LINE UP V13 K P COOKIE "Origin:\r\n" END, 403 },
	{ LINE UP V13 K P COOKIE OURS OURS END, 403 },
	{ LINE UP V13 K P BEARER "Origin: https://evil.example\r\n" END, 403 },
	/* credentials */
	{ LINE UP V13 K P OURS END, 401 },
	{ LINE UP V13 K P END, 401 },
	{ LINE UP V13 K P COOKIE END, 401 },                                   /* a cookie without an origin counts for nothing */
	{ LINE UP V13 K P OURS "Cookie: korsdrag=x\r\n" END, 401 },
	{ LINE UP V13 K P OURS "Cookie: x__Host-korsdrag=x\r\n" END, 401 },
	{ LINE UP V13 K P OURS COOKIE COOKIE END, 400 },
	{ LINE UP V13 K P OURS COOKIE "Cookie: a=b\r\n" END, 400 },
	{ LINE UP V13 K P OURS "Cookie: __Host-korsdrag=a; __Host-korsdrag=b\r\n" END, 400 },
	{ LINE UP V13 K P OURS "Cookie: __Host-korsdrag=\r\n" END, 400 },
	{ LINE UP V13 K P OURS "Cookie: __Host-korsdrag=a b\r\n" END, 400 },
	{ LINE UP V13 K P "Authorization: Basic YTpi\r\n" END, 401 },
	{ LINE UP V13 K P "Authorization: Bearer\r\n" END, 401 },
	{ LINE UP V13 K P "Authorization: Bearer a b\r\n" END, 401 },
	{ LINE UP V13 K P BEARER BEARER END, 400 },
	/* octets */
	{ LINE UP V13 K P BEARER "X: a\nY: b\r\n" END, 400 },
	{ LINE UP V13 K P BEARER " folded\r\n" END, 400 },
	{ LINE UP V13 K P BEARER "X : a\r\n" END, 400 },
	{ LINE "Upgrade : websocket\r\n" UP V13 K P BEARER END, 400 },
};

Test(handshake, refuses_every_malformed_one)
{
	static char answer[8192];
	int fd;

	cr_assert(sizeof(malformed) / sizeof(malformed[0]) >= 40);
	for (size_t i = 0; i < sizeof(malformed) / sizeof(malformed[0]); i++) {
		int status = ask(&server, malformed[i].head, answer, sizeof(answer)); /* reads until it is closed */

		cr_assert_eq(status, malformed[i].status, "row %zu: %d for %s", i, status, malformed[i].head);
		cr_assert(has_line(answer, "Connection: close"));
		if (status == 426)
			cr_assert(has_line(answer, "Sec-WebSocket-Version: 13") && has_line(answer, "Upgrade: websocket"));
	}
	fd = ws_open(&server); /* and nobody else has felt it */
	ws_text(fd, "alive");
	cr_assert(ws_read(fd, &m, 2000));
	close(fd);
}

static void expect_opened(const char *head, const char *as)
{
	int fd = ws_open_with(&server, head);

	ws_text(fd, "opened");
	cr_assert(ws_read(fd, &m, 2000));
	cr_assert_str_eq(m.data, as);
	close(fd);
}

Test(handshake, takes_good_ones)
{
	expect_opened(GOOD_HEAD OURS COOKIE END, "cookie session-value 127.0.0.1 ");
	expect_opened(GOOD_HEAD BEARER "User-Agent: a\tb\xc3\xa5\r\n" END, "bearer secret-token 127.0.0.1 a?b??");
	expect_opened(GOOD_HEAD BEARER COOKIE END, "bearer secret-token 127.0.0.1 ");
	expect_opened(GOOD_HEAD "Origin: http://localhost:8080\r\nCookie: a=b; __Host-korsdrag=v; c=d\r\n" END, "cookie v 127.0.0.1 ");
	expect_opened("GET /ws?x=y HTTP/1.1\r\nhost: x\r\nUPGRADE: WebSocket\r\nconnection: keep-alive, upgrade\r\n" V13 K
		"Sec-WebSocket-Protocol: other, korsdrag.v1\r\nAuthorization: bearer t\r\n" END, "bearer t 127.0.0.1 ");
	expect_opened(GOOD_HEAD BEARER "X-Forwarded-For: 192.0.2.9\r\n" END, "bearer secret-token 127.0.0.1 "); /* no proxy of ours */
	expect_opened(GOOD_HEAD BEARER "Sec-WebSocket-Extensions: permessage-deflate\r\n" END, "bearer secret-token 127.0.0.1 ");
}

/* CVE-2025-11677: libwebsockets 4.1.6 uses freed memory when a connection's second request has an unknown Upgrade.
 * The server runs under AddressSanitizer. */
Test(handshake, survives_an_unknown_upgrade_in_a_second_request)
{
	static const char *const first[] = { "GET /hello HTTP/1.1\r\nHost: x\r\n\r\n", "GET /nothing HTTP/1.1\r\nHost: x\r\n\r\n" };
	static const char *const second[] = {
		"GET /ws HTTP/1.1\r\nHost: x\r\nUpgrade: nonsense\r\nConnection: Upgrade\r\n\r\n",
		"GET /hello HTTP/1.1\r\nHost: x\r\nUpgrade: nonsense\r\nConnection: Upgrade\r\n\r\n",
		"GET /hello HTTP/1.1\r\nHost: x\r\nUpgrade: h2c\r\nConnection: Upgrade, HTTP2-Settings\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n\r\n",
		"GET /ws HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n",
	};
	char answer[8192];

	for (size_t i = 0; i < 8; i++) {
		int fd = client_connect(&server);

		client_say(fd, first[i & 1]);
		cr_assert(client_read(fd, answer, sizeof(answer), 2000) > 0);
		client_say(fd, second[i / 2]);
		client_read_all(fd, answer, sizeof(answer), 3000);
		cr_assert(strstr(answer, "HTTP/1.1 4"), "%s", answer);
		close(fd);
	}
	close(ws_open(&server));
}

Test(handshake, may_follow_an_ordinary_request)
{
	int fd = client_connect(&server);
	char answer[8192];

	client_say(fd, "GET /hello HTTP/1.1\r\nHost: x\r\n\r\n");
	cr_assert(client_read(fd, answer, sizeof(answer), 2000) > 0);
	client_say(fd, GOOD_HEAD BEARER END);
	cr_assert(client_read(fd, answer, sizeof(answer), 2000) > 0);
	cr_assert(strncmp(answer, "HTTP/1.1 101 ", 13) == 0);
	ws_text(fd, "hello");
	cr_assert(ws_read(fd, &m, 2000) && strcmp(m.data, "hello") == 0);
	close(fd);
}

Test(handshake, may_come_octet_by_octet)
{
	static const char head[] = GOOD_HEAD BEARER END;
	int fd = client_connect(&server);
	char answer[1024];

	for (size_t i = 0; i < sizeof(head) - 1; i++)
		client_send(fd, head + i, 1);
	cr_assert(client_read(fd, answer, sizeof(answer), 2000) > 0);
	cr_assert(strncmp(answer, "HTTP/1.1 101 ", 13) == 0);
	close(fd);
}

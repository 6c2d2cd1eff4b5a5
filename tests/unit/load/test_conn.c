/* A connection against a server that sends its bytes in pieces of every size: whole messages arrive, whatever the pieces. */
#include "clients/lib/frame.h"
#include "clients/load/conn.h"
#include <arpa/inet.h>
#include <criterion/criterion.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { MESSAGES = 400, LEN_MAX = 300000 };

/* The message with that number: its length and bytes follow from it. */
static size_t message_make(int number, char *to)
{
	struct random random = { (uint64_t)number + 1 };
	size_t len = 1 + (number % 40 == 39 ? random_below(&random, LEN_MAX - 1) : random_below(&random, 1 << (number % 12)));

	for (size_t i = 0; i < len; i++)
		to[i] = (char)('a' + (number + (int)i) % 26);
	return len;
}

/* --- the server ---------------------------------------------------------------------------------------------- */

static size_t frame_make(uint8_t *to, uint8_t first, const char *payload, size_t len)
{
	static const uint8_t none[4];
	size_t total = frame_write(to, first, payload, len, none), head = total - len - 4;

	to[1] &= 0x7f;
	memmove(to + head, to + head + 4, len);
	return head + len;
}

/* Whole, or in up to four fragments with a ping between. */
static size_t frames_make(uint8_t *to, int number, const char *text, size_t len)
{
	size_t at = 0, sent = 0;
	int parts = number % 3 == 2 ? 1 + number % 4 : 1;

	for (int i = 0; i < parts; i++) {
		size_t piece = i == parts - 1 ? len - sent : len / (size_t)parts;
		uint8_t first = (uint8_t)((i == parts - 1 ? WS_FIN : 0) | (sent == 0 ? WS_TEXT : WS_CONTINUE));

		if (piece == 0 && i < parts - 1)
			continue;
		at += frame_make(to + at, first, text + sent, piece);
		sent += piece;
		at += frame_make(to + at, WS_FIN | WS_PING, "ping", 4);
	}
	return at;
}

static void handshake(int fd)
{
	char head[4096] = "", text[256], accept[64];
	unsigned char sum[EVP_MAX_MD_SIZE];
	unsigned int sum_len;
	size_t len = 0;
	const char *key;

	while (!strstr(head, "\r\n\r\n"))
		len += (size_t)read(fd, head + len, sizeof head - 1 - len);
	key = strstr(head, "Sec-WebSocket-Key: ") + strlen("Sec-WebSocket-Key: ");
	snprintf(text, sizeof text, "%.24s258EAFA5-E914-47DA-95CA-C5AB0DC85B11", key);
	EVP_Digest(text, strlen(text), sum, &sum_len, EVP_sha1(), NULL);
	EVP_EncodeBlock((unsigned char *)accept, sum, (int)sum_len);
	dprintf(fd, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: %s\r\n\r\n",
	        accept);
}

/* Never returns. */
static void serve(int listener)
{
	static char text[LEN_MAX];
	static uint8_t bytes[2 * LEN_MAX];
	struct random random = { 11 };
	int fd = accept(listener, NULL, NULL), one = 1;

	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
	handshake(fd);
	for (int i = 0; i < MESSAGES; i++) {
		size_t len = frames_make(bytes, i, text, message_make(i, text)), at = 0;

		while (at < len) {
			size_t piece = 1 + random_below(&random, len > 5000 ? 90000 : 60);
			ssize_t n = write(fd, bytes + at, piece < len - at ? piece : len - at);

			if (n <= 0)
				_exit(1);
			at += (size_t)n;
		}
	}
	frame_make(bytes, WS_FIN | WS_CLOSE, "\x03\xe8" "bye", 5);
	if (write(fd, bytes, 7) != 7)
		_exit(1);
	while (read(fd, bytes, sizeof bytes) > 0) { /* pongs, and the answer to the close */
	}
	_exit(0);
}

/* --- the client ---------------------------------------------------------------------------------------------- */

static struct loop loop;
static struct net net;
static int heard_count;
static char last_words[160];

static void opened(struct conn *c)
{
	conn_send(c, "hello", 5);
}

static void heard(struct conn *c, const char *text, size_t len)
{
	static char expected[LEN_MAX];
	size_t expected_len = message_make(heard_count, expected);

	(void)c;
	cr_assert_eq(len, expected_len, "message %d: %zu, not %zu", heard_count, len, expected_len);
	cr_assert_eq(memcmp(text, expected, len), 0, "message %d", heard_count);
	heard_count++;
}

static void closed(struct conn *c, const char *why)
{
	(void)c;
	snprintf(last_words, sizeof last_words, "%s", why);
	loop_stop(&loop);
}

static void turn_ends(struct loop *l)
{
	(void)l;
	net_flush(&net);
}

Test(conn, messages_are_whole_whatever_the_pieces)
{
	static const struct conn_hooks hooks = { opened, heard, closed };
	struct conn_target target = { .len = sizeof(struct sockaddr_in) };
	struct sockaddr_in *a = (struct sockaddr_in *)&target.address;
	struct conn c = { .fd = -1 };
	int listener = socket(AF_INET, SOCK_STREAM, 0), status;
	char err[200];
	pid_t child;

	*a = (struct sockaddr_in){ .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	cr_assert(bind(listener, (struct sockaddr *)a, sizeof *a) == 0 && listen(listener, 1) == 0);
	getsockname(listener, (struct sockaddr *)a, &target.len);
	child = fork();
	if (child == 0)
		serve(listener);
	cr_assert(url_read(&target.url, "ws://localhost/x", err, sizeof err));
	cr_assert(loop_init(&loop) && net_init(&net, &loop, &hooks, 1));
	loop.turn_ends = turn_ends;
	cr_assert(conn_open(&net, &c, &target, NULL, 0, &(struct ws_request){ 0 }, err, sizeof err), "%s", err);
	loop_run(&loop);
	cr_assert_eq(heard_count, MESSAGES);
	cr_assert_str_eq(last_words, "closed by the server: 1000 bye");
	cr_assert_eq(c.close_code, 1000);
	cr_assert(net.open == 0 && net.opening == 0);
	waitpid(child, &status, 0);
	cr_assert_eq(status, 0);
	net_finish(&net);
	loop_finish(&loop);
}

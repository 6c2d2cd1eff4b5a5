/* harness_client.c - the raw client. */
#include "harness.h"
#include <criterion/criterion.h>
#include <arpa/inet.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

int client_connect(const struct server *s)
{
	struct sockaddr_in in = { .sin_family = AF_INET, .sin_port = htons((uint16_t)s->port) };
	struct sockaddr_un un = { .sun_family = AF_UNIX };
	int fd = socket(s->path ? AF_UNIX : AF_INET, SOCK_STREAM, 0);

	in.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (s->path)
		strncpy(un.sun_path, s->path, sizeof(un.sun_path) - 1);
	cr_assert(connect(fd, s->path ? (struct sockaddr *)&un : (struct sockaddr *)&in, s->path ? sizeof(un) : sizeof(in)) == 0);
	return fd;
}

void client_send(int fd, const void *bytes, size_t len)
{
	const char *p = bytes;

	while (len) {
		ssize_t n = send(fd, p, len, MSG_NOSIGNAL);

		if (n <= 0)
			return; /* refused already: the test looks at the answer */
		p += n;
		len -= (size_t)n;
	}
}

void client_say(int fd, const char *text)
{
	client_send(fd, text, strlen(text));
}

static int64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

ssize_t client_read(int fd, void *to, size_t size, int timeout_ms)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	ssize_t n;

	if (poll(&p, 1, timeout_ms) != 1)
		return -1;
	n = recv(fd, to, size, 0);
	return n < 0 ? 0 : n; /* a reset is a close too */
}

size_t client_read_all(int fd, char *to, size_t size, int timeout_ms)
{
	int64_t until = now_ms() + timeout_ms;
	size_t len = 0;
	ssize_t n = 1;

	while (n > 0 && len + 1 < size && now_ms() < until) {
		n = client_read(fd, to + len, size - 1 - len, (int)(until - now_ms()));
		if (n > 0)
			len += (size_t)n;
	}
	to[len] = '\0';
	return len;
}

bool client_is_closed(int fd, int timeout_ms)
{
	int64_t until = now_ms() + timeout_ms;
	char waste[4096];

	while (now_ms() < until) {
		ssize_t n = client_read(fd, waste, sizeof(waste), (int)(until - now_ms()));

		if (n == 0)
			return true;
	}
	return false;
}

int ask(const struct server *s, const char *request, char *answer, size_t size)
{
	int fd = client_connect(s), status = 0;

	client_say(fd, request);
	client_read_all(fd, answer, size, 4000);
	close(fd);
	sscanf(answer, "HTTP/1.1 %d", &status);
	return status;
}

bool has_line(const char *answer, const char *line)
{
	char whole[2048];
	const char *end = strstr(answer, "\r\n\r\n"), *at;

	snprintf(whole, sizeof(whole), "\r\n%s\r\n", line);
	at = strstr(answer, whole);
	return at && end && at <= end;
}

/* --- WebSocket ----------------------------------------------------------------------------------------------------- */

int ws_open_with(const struct server *s, const char *head)
{
	int fd = client_connect(s);
	char answer[2048] = "";
	size_t len = 0;

	client_say(fd, head);
	while (len + 1 < sizeof(answer) && !strstr(answer, "\r\n\r\n")) {
		ssize_t n = client_read(fd, answer + len, 1, 2000);

		if (n <= 0)
			break;
		len += (size_t)n;
		answer[len] = '\0';
	}
	cr_assert(strncmp(answer, "HTTP/1.1 101 ", 13) == 0, "no upgrade: %s", answer);
	cr_assert(has_line(answer, "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo="));
	cr_assert(has_line(answer, "Sec-WebSocket-Protocol: korsdrag.v1"));
	return fd;
}

int ws_open(const struct server *s)
{
	return ws_open_with(s, GOOD_HEAD BEARER "User-Agent: harness\r\n\r\n");
}

size_t ws_frame(char *out, int first, const void *data, size_t len)
{
	static const unsigned char mask[4] = { 0x12, 0xf3, 0x56, 0x78 };
	size_t n = 0;

	out[n++] = (char)first;
	if (len < 126) {
		out[n++] = (char)(0x80 | len);
	} else if (len < 65536) {
		out[n++] = (char)(0x80 | 126);
		out[n++] = (char)(len >> 8);
		out[n++] = (char)len;
	} else {
		out[n++] = (char)(0x80 | 127);
		for (int i = 7; i >= 0; i--)
			out[n++] = (char)((uint64_t)len >> (8 * i));
	}
	memcpy(out + n, mask, 4);
	n += 4;
	for (size_t i = 0; i < len; i++)
		out[n++] = (char)(((const unsigned char *)data)[i] ^ mask[i & 3]);
	return n;
}

void ws_send(int fd, int first, const void *data, size_t len)
{
	char *out = malloc(len + 14);

	client_send(fd, out, ws_frame(out, first, data, len));
	free(out);
}

void ws_text(int fd, const char *text)
{
	ws_send(fd, 0x81, text, strlen(text));
}

static bool read_exactly(int fd, void *to, size_t len, int64_t until)
{
	char *p = to;

	while (len) {
		int64_t left = until - now_ms();
		ssize_t n = client_read(fd, p, len, left > 0 ? (int)left : 0);

		if (n <= 0)
			return false;
		p += n;
		len -= (size_t)n;
	}
	return true;
}

bool ws_read_frame(int fd, struct message *m, int timeout_ms)
{
	int64_t until = now_ms() + timeout_ms;
	unsigned char head[10];

	if (!read_exactly(fd, head, 2, until))
		return false;
	cr_assert((head[0] & 0x70) == 0 && (head[1] & 0x80) == 0, "a server's frame has no RSV bits and no mask");
	m->opcode = head[0] & 15;
	m->is_final = head[0] >> 7;
	m->len = head[1];
	if (m->len == 126) {
		if (!read_exactly(fd, head + 2, 2, until))
			return false;
		m->len = (size_t)head[2] << 8 | head[3];
		cr_assert(m->len > 125);
	}
	cr_assert(m->len < sizeof(m->data));
	if (!read_exactly(fd, m->data, m->len, until))
		return false;
	m->data[m->len] = '\0';
	return true;
}

bool ws_read(int fd, struct message *m, int timeout_ms)
{
	static struct message piece;

	if (!ws_read_frame(fd, m, timeout_ms))
		return false;
	while (!m->is_final) {
		if (!ws_read_frame(fd, &piece, timeout_ms))
			return false;
		if (piece.opcode >= 8)
			continue;
		cr_assert(piece.opcode == 0 && m->len + piece.len < sizeof(m->data));
		memcpy(m->data + m->len, piece.data, piece.len + 1);
		m->len += piece.len;
		m->is_final = piece.is_final;
	}
	return true;
}

int ws_close_code(int fd, int timeout_ms)
{
	static struct message m;

	while (ws_read_frame(fd, &m, timeout_ms))
		if (m.opcode == 8)
			return m.len >= 2 ? (unsigned char)m.data[0] << 8 | (unsigned char)m.data[1] : 0;
	return -1;
}

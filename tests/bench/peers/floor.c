/* floor.c - the least that fan-out costs on this machine: WebSocket frames by epoll and send, and nothing besides.
 *
 *	bench-floor PORT each        one send for each delivery, as soon as the event has come
 *	bench-floor PORT coalesced   what came in one turn of the loop leaves in one send for each viewer
 *
 * Every text frame of a client goes to all. What a socket does not take is kept and written when it takes more. */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <openssl/evp.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#define IN_SIZE 4096
#define CLIENTS_MAX 20000

struct viewer {
	int fd;
	bool is_open, is_choked;
	uint32_t place; /* among the open */
	size_t in_len, out_at, out_len, out_size;
	uint8_t *in, *out; /* out: what its socket did not take */
};

static struct viewer *open_viewers[CLIENTS_MAX];
static uint32_t open_count;
static uint8_t *turn; /* frames of this turn, for all */
static size_t turn_len, turn_size;
static bool is_coalesced;
static int epoll;

static void die(const char *what)
{
	perror(what);
	exit(1);
}

static void viewer_end(struct viewer *v)
{
	if (v->is_open) {
		open_viewers[v->place] = open_viewers[--open_count];
		open_viewers[v->place]->place = v->place;
	}
	close(v->fd);
	free(v->in);
	free(v->out);
	free(v);
}

/* --- out ---------------------------------------------------------------------------------------------------------------- */

static void keep(struct viewer *v, const uint8_t *data, size_t len)
{
	struct epoll_event e = { .events = EPOLLIN | EPOLLOUT, .data.ptr = v };

	if (v->out_at == v->out_len)
		v->out_at = v->out_len = 0;
	if (v->out_len + len > v->out_size) {
		v->out_size = (v->out_len + len) * 2;
		v->out = realloc(v->out, v->out_size);
		if (!v->out)
			die("memory");
	}
	memcpy(v->out + v->out_len, data, len);
	v->out_len += len;
	if (!v->is_choked)
		epoll_ctl(epoll, EPOLL_CTL_MOD, v->fd, &e);
	v->is_choked = true;
}

static void deliver(struct viewer *v, const uint8_t *data, size_t len)
{
	ssize_t n = v->is_choked ? 0 : send(v->fd, data, len, MSG_NOSIGNAL);

	if (n < 0 && errno != EAGAIN)
		return; /* its end is read */
	if (n < 0)
		n = 0;
	if ((size_t)n < len)
		keep(v, data + n, len - (size_t)n);
}

static void deliver_all(const uint8_t *data, size_t len)
{
	for (uint32_t i = 0; i < open_count; i++)
		deliver(open_viewers[i], data, len);
}

static void kept_write(struct viewer *v)
{
	struct epoll_event e = { .events = EPOLLIN, .data.ptr = v };
	ssize_t n = send(v->fd, v->out + v->out_at, v->out_len - v->out_at, MSG_NOSIGNAL);

	if (n > 0)
		v->out_at += (size_t)n;
	if (v->out_at < v->out_len)
		return;
	v->is_choked = false;
	epoll_ctl(epoll, EPOLL_CTL_MOD, v->fd, &e);
}

/* --- in ----------------------------------------------------------------------------------------------------------------- */

static void event_take(const uint8_t *payload, const uint8_t mask[4], size_t len)
{
	size_t head = len < 126 ? 2 : 4;
	uint8_t *to;

	if (turn_len + head + len > turn_size) {
		turn_size = (turn_len + head + len) * 2;
		turn = realloc(turn, turn_size);
		if (!turn)
			die("memory");
	}
	to = turn + turn_len;
	to[0] = 0x81;
	to[1] = len < 126 ? (uint8_t)len : 126;
	if (len >= 126) {
		to[2] = (uint8_t)(len >> 8);
		to[3] = (uint8_t)len;
	}
	for (size_t i = 0; i < len; i++)
		to[head + i] = payload[i] ^ mask[i & 3];
	turn_len += head + len;
	if (!is_coalesced) {
		deliver_all(turn, turn_len);
		turn_len = 0;
	}
}

static size_t frames_take(struct viewer *v)
{
	size_t at = 0;

	for (;;) {
		const uint8_t *f = v->in + at;
		size_t left = v->in_len - at, head = 6, len;

		if (left < 6)
			return at;
		len = f[1] & 0x7f;
		if (len == 126) {
			head = 8;
			len = (size_t)f[2] << 8 | f[3];
		}
		if (left < head + len)
			return at;
		if ((f[0] & 0xf) == 1)
			event_take(f + head, f + head - 4, len);
		at += head + len;
	}
}

/* RFC 6455, 4.2.2. */
static void accept_for(const char *key, char ret_accept[32])
{
	unsigned char text[24 + 36], sum[20];

	memcpy(text, key, 24);
	memcpy(text + 24, "258EAFA5-E914-47DA-95CA-C5AB0DC85B11", 36);
	EVP_Digest(text, sizeof text, sum, NULL, EVP_sha1(), NULL);
	EVP_EncodeBlock((unsigned char *)ret_accept, sum, sizeof sum);
}

static size_t request_take(struct viewer *v)
{
	const char *end = memmem(v->in, v->in_len, "\r\n\r\n", 4), *key;
	char accept[32], text[256];
	int len;

	if (!end)
		return 0;
	key = memmem(v->in, v->in_len, "Sec-WebSocket-Key: ", 19);
	if (!key)
		die("no key");
	accept_for(key + 19, accept);
	len = snprintf(text, sizeof text,
		"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: %s\r\n\r\n", accept);
	if (send(v->fd, text, (size_t)len, MSG_NOSIGNAL) != len)
		die("answer");
	v->is_open = true;
	v->place = open_count;
	open_viewers[open_count++] = v;
	return (size_t)(end + 4 - (const char *)v->in);
}

static void viewer_read(struct viewer *v)
{
	ssize_t n = recv(v->fd, v->in + v->in_len, IN_SIZE - v->in_len, 0);
	size_t used;

	if (n == 0 || (n < 0 && errno != EAGAIN)) {
		viewer_end(v);
		return;
	}
	if (n < 0)
		return;
	v->in_len += (size_t)n;
	used = v->is_open ? frames_take(v) : request_take(v);
	memmove(v->in, v->in + used, v->in_len - used);
	v->in_len -= used;
}

static void viewers_accept(int listener)
{
	int fd, one = 1;

	while ((fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0) {
		struct viewer *v = calloc(1, sizeof *v);
		struct epoll_event e = { .events = EPOLLIN, .data.ptr = v };

		v->in = malloc(IN_SIZE);
		v->fd = fd;
		setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
		epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &e);
	}
}

int main(int argc, char **argv)
{
	struct sockaddr_in at = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	struct epoll_event events[1024], e = { .events = EPOLLIN };
	struct rlimit files;
	int listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), one = 1;

	if (argc != 3)
		return 2;
	is_coalesced = strcmp(argv[2], "coalesced") == 0;
	at.sin_port = htons((uint16_t)atoi(argv[1]));
	signal(SIGPIPE, SIG_IGN);
	getrlimit(RLIMIT_NOFILE, &files);
	files.rlim_cur = files.rlim_max;
	setrlimit(RLIMIT_NOFILE, &files);
	setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
	epoll = epoll_create1(EPOLL_CLOEXEC);
	if (bind(listener, (struct sockaddr *)&at, sizeof at) != 0 || listen(listener, 4096) != 0 ||
		epoll_ctl(epoll, EPOLL_CTL_ADD, listener, &e) != 0)
		die("listen");
	for (;;) {
		int n = epoll_wait(epoll, events, 1024, -1);

		for (int i = 0; i < n; i++) {
			struct viewer *v = events[i].data.ptr;

			if (!v)
				viewers_accept(listener);
			else if (events[i].events & EPOLLOUT)
				kept_write(v);
			else
				viewer_read(v);
		}
		if (turn_len > 0) {
			deliver_all(turn, turn_len);
			turn_len = 0;
		}
	}
}

/* client.c - what a server says to our client library: its answer to the handshake, frames, messages. And addresses
 * of servers. The first byte: 'u' for an address; 'f' for frames after a good handshake; otherwise the handshake's
 * answer is part of it. The second byte: how many octets come at once; '0' for all.
 *
 * The wire is real but for its other end: a pair of sockets, on which all that the server says waits already. Random
 * octets are always the same, so that the key of the handshake is known. */
#include "lib/fuzz.h"
#include "clients/lib/client.h"
#include "clients/lib/wire.h"
#include <openssl/rand.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define PIECES_MAX 64 /* what comes after so many comes at once: a socket holds few small pieces */
#define PIECE_MAX 4096

#define GOOD_ANSWER \
	"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" \
	"Sec-WebSocket-Accept: SJukHm90h17To9UIofEY87pV8s0=\r\nSec-WebSocket-Protocol: korsdrag.v1\r\n\r\n"

static struct fuzz_bytes says;
static size_t step;
static int server_fd = -1;

/* In the place of OpenSSL's and of the library's own, by the linker. */
int __wrap_RAND_bytes(unsigned char *to, int size);
bool __wrap_wire_open(struct wire *w, const struct url *url, const char *ca_file, int64_t deadline, char *err, size_t err_size);

int __wrap_RAND_bytes(unsigned char *to, int size)
{
	for (int i = 0; i < size; i++)
		to[i] = (unsigned char)(0x5a + i);
	return 1;
}

static void say(const void *bytes, size_t len)
{
	if (len > 0)
		(void)!send(server_fd, bytes, len, MSG_NOSIGNAL | MSG_DONTWAIT);
}

bool __wrap_wire_open(struct wire *w, const struct url *url, const char *ca_file, int64_t deadline, char *err, size_t err_size)
{
	int fds[2];

	(void)url, (void)ca_file, (void)deadline, (void)err, (void)err_size;
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, fds) != 0)
		abort();
	*w = (struct wire){ .fd = fds[0] };
	server_fd = fds[1];
	if (step & 0x100)
		say(GOOD_ANSWER, sizeof(GOOD_ANSWER) - 1);
	for (int pieces = 0; fuzz_left(&says) > 0; pieces++) {
		size_t n = pieces < PIECES_MAX && (step & 0xff) ? step & 0xff : PIECE_MAX;

		if (n > fuzz_left(&says))
			n = fuzz_left(&says);
		say(says.at, n);
		says.at += n;
	}
	shutdown(server_fd, SHUT_WR);
	return true;
}

void fuzz_begin(void)
{
	json_object_seed(1);
}

static void url_look(const char *text)
{
	char err[CLIENT_ERR_SIZE] = "";
	struct url url;

	if (!url_read(&url, text, err, sizeof(err))) {
		fuzz_check(*err, "refused without a reason");
		return;
	}
	fuzz_check(*url.host && *url.path == '/', "host %s path %s", url.host, url.path);
	fuzz_check(!strpbrk(url.authority, " \r\n/") && !strpbrk(url.path, " \r\n"), "%s %s", url.authority, url.path);
	if (!url.is_unix)
		fuzz_check(*url.port && strlen(url.port) <= 5 && url.port[strspn(url.port, "0123456789")] == '\0', "port %s", url.port);
}

static void heard(void *owner, const char *text, size_t len)
{
	*(size_t *)owner += len;
	fuzz_check(len <= CLIENT_MESSAGE_MAX && text[len] == '\0', "%zu bytes", len);
}

static void queue_empty(json_t *(*next)(struct client *c, int timeout_ms), struct client *c)
{
	json_t *message;

	while ((message = next(c, 0))) {
		fuzz_check(next != client_next || json_is_string(json_object_get(message, "method")), "a notice without a method");
		json_decref(message);
	}
}

static void talk(struct client *c)
{
	json_t *result, *error, *answer;
	size_t len = 0;
	int64_t id;
	enum client_status status;

	client_tap(c, heard, &len);
	id = client_ask(c, "me.get", NULL);
	status = client_call(c, "thread.list", json_object(), 0, &result, &error);
	fuzz_check((status == CLIENT_OK) == (result != NULL), "status %d", (int)status);
	fuzz_check(status <= CLIENT_REFUSED || !error, "an error of nobody");
	json_decref(result);
	json_decref(error);
	answer = id ? client_answer(c, id, 0) : NULL;
	fuzz_check(!answer || json_integer_value(json_object_get(answer, "id")) == id, "another's answer");
	json_decref(answer);
	queue_empty(client_next, c);
	queue_empty(client_next_stray, c);
	client_notify(c, "presence.set", json_object());
	fuzz_check(client_wait_closed(c, 0) && !client_is_open(c), "it is open still");
	fuzz_check(strlen(client_close_reason(c)) < 124, "a long reason");
	client_close_code(c);
}

void fuzz_input(const uint8_t *bytes, size_t size)
{
	struct fuzz_bytes b = { bytes, bytes + size };
	char err[CLIENT_ERR_SIZE] = "", *text;
	uint8_t how = fuzz_take(&b);
	int status = -1;
	struct client *c;

	if (how == 'u') {
		text = fuzz_rest(&b);
		url_look(text);
		free(text);
		return;
	}
	step = (size_t)(uint8_t)(fuzz_take(&b) - '0') | (how == 'f' ? 0x100 : 0);
	says = b;
	c = client_connect_with(&(struct client_options){ .url = "ws://localhost/ws", .token = "t", .timeout_ms = 1, .ret_status = &status }, err);
	fuzz_check(c || *err, "no connection and no reason");
	fuzz_check(how != 'f' || c, "the good answer is refused: %s", err);
	fuzz_check(!c || status == 101, "status %d", status);
	if (c)
		talk(c);
	client_close(c);
	close(server_fd);
}

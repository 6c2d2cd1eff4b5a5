/* smtp.c - a mail server's answers, to libcurl and what we make of them. Each line is one answer, which is sent when the client has
 * said something (the first one at once) or has been silent for a moment; a line that ends in '+' is followed at once by the
 * next. After the last one the server hangs up. */
#include "lib/fuzz.h"
#include "account/mail.h"
#include "account/mailer_private.h"
#include "loop/loop.h"
#include <arpa/inet.h>
#include <curl/curl.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <uv.h>

#define TURNS_MAX 4000
#define SILENT_MAX 3 /* turns, of a millisecond each */

/* Whom we believe: one, since to read all that the host believes takes longer than the rest. */
static const char authority[] =
	"-----BEGIN CERTIFICATE-----\n"
	"MIIBizCCATGgAwIBAgIUWkPungMRqL9h7ueKY4NfyiNtcR8wCgYIKoZIzj0EAwIw\n"
	"GjEYMBYGA1UEAwwPbWFpbC5leGFtcGxlLnNlMCAXDTI2MTEzMDA4MDUwNVoYDzIx\n"
	"MjYxMTA2MDgwNTA1WjAaMRgwFgYDVQQDDA9tYWlsLmV4YW1wbGUuc2UwWTATBgcq\n"
	"hkjOPQIBBggqhkjOPQMBBwNCAASqPWN6U2GI8QMBdr8LNrwFB3akqva/ACBUlc8O\n"
	"auKob9iycXgqAqS4co/CsxDcObpEzjlioSX22wFv6/lQ+s9Lo1MwUTAdBgNVHQ4E\n"
	"FgQUg8Yx7yLEjUdQxHBpzO1ra/bUxV8wHwYDVR0jBBgwFoAUg8Yx7yLEjUdQxHBp\n"
	"zO1ra/bUxV8wDwYDVR0TAQH/BAUwAwEB/zAKBggqhkjOPQQDAgNIADBFAiEA0VDE\n"
	"0u/8lMJIlgSUYn/zOdzwIIkYQBHJJuJdIQVXX+ECIG0MrRZaJCYKjU43UjuHYsGO\n"
	"SJkWbg7msMbzJBI0gfIm\n"
	"-----END CERTIFICATE-----\n";

static struct loop *loop;
static int listener;
static char ca_file[] = "/tmp/korsdrag-fuzz.XXXXXX";
static char url[64];

/* What became of the one mail. */
static int ended;
static bool has_left;

static struct {
	int fd; /* -1: nobody has come, or hung up */
	struct fuzz_bytes script;
	bool wants_text, has_taken; /* 354 has been said, and after it 250; what follows is about leaving */
	int silent; /* turns since the client has said something */
	bool is_over;
} server;

static void remove_ca_file(void)
{
	unlink(ca_file);
}

void fuzz_begin(void)
{
	struct sockaddr_in at = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof(at);

	int fd = mkstemp(ca_file);

	if (fd < 0 || write(fd, authority, sizeof(authority) - 1) < 0 || close(fd) != 0)
		abort();
	atexit(remove_ca_file);
	curl_global_init(CURL_GLOBAL_DEFAULT); /* so that it stays between inputs */
	loop = loop_create();
	listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (!loop || listener < 0 || bind(listener, (struct sockaddr *)&at, len) != 0 || listen(listener, 16) != 0 ||
		getsockname(listener, (struct sockaddr *)&at, &len) != 0)
		abort();
	snprintf(url, sizeof(url), "smtp://127.0.0.1:%d", ntohs(at.sin_port));
}

/* At once and without leaving a port waiting behind. */
static void hang_up(void)
{
	struct linger now = { 1, 0 };

	if (server.fd < 0)
		return;
	setsockopt(server.fd, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
	close(server.fd);
	server.fd = -1;
	server.is_over = true;
}

static void answer(void)
{
	bool goes_on = true;

	server.silent = 0;
	while (goes_on) {
		char *line = fuzz_line(&server.script), out[2048];
		size_t len = line ? strlen(line) : 0;

		if (!line) {
			hang_up();
			return;
		}
		goes_on = len > 0 && line[len - 1] == '+';
		len = (size_t)snprintf(out, sizeof(out), "%.*s\r\n", (int)(len > 1900 ? 1900 : goes_on ? len - 1 : len), line);
		server.has_taken |= server.wants_text && strncmp(out, "250", 3) == 0;
		server.wants_text |= strncmp(out, "354", 3) == 0;
		(void)!send(server.fd, out, len, MSG_NOSIGNAL | MSG_DONTWAIT);
		free(line);
	}
}

static void serve(void)
{
	char waste[8192];
	ssize_t n;

	if (server.fd < 0) {
		if (server.is_over)
			return;
		server.fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
		if (server.fd >= 0)
			answer();
		return;
	}
	n = recv(server.fd, waste, sizeof(waste), 0);
	if (n == 0 || (n < 0 && errno != EAGAIN))
		hang_up();
	else if (n > 0 || ++server.silent > SILENT_MAX)
		answer();
}

static void wait_for_somebody(void)
{
	struct pollfd fds[] = { { .fd = uv_backend_fd(loop_uv(loop)), .events = POLLIN },
		{ .fd = server.fd >= 0 ? server.fd : listener, .events = POLLIN } };

	poll(fds, 2, 1);
}

static void noted(void *owner, const char *key, bool left)
{
	(void)owner;
	fuzz_check(strcmp(key, "key") == 0, "%s", key);
	ended++;
	has_left = left;
}

void fuzz_input(const uint8_t *bytes, size_t size)
{
	const struct mailer_config config = { .url = url, .from = "k@example.se", .may_be_clear = true, .ca_file = ca_file,
		.user = size % 2 ? "user" : NULL, .password = "secret" };
	const struct mail mail = { .to = "anna@example.se", .subject = "Hej", .text = "Hej\n.\n" };
	struct mailer *m;
	struct err err;
	int fd;

	server.fd = -1;
	server.is_over = false;
	server.wants_text = server.has_taken = false;
	server.script = (struct fuzz_bytes){ bytes, bytes + size };
	ended = 0;
	m = mailer_create(loop, &config, &err);
	fuzz_check(m && mailer_send(m, &mail, 0, noted, NULL, "key"), "no mailer");
	for (int turn = 0; turn < TURNS_MAX && !ended; turn++) {
		uv_run(loop_uv(loop), UV_RUN_NOWAIT);
		wait_for_somebody();
		serve();
	}
	fuzz_check(!ended || !has_left || server.has_taken, "it has left, though the server never took it");
	mailer_destroy(m);
	hang_up();
	while ((fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC)) >= 0)
		close(fd);
	uv_run(loop_uv(loop), UV_RUN_NOWAIT); /* closed handles are freed */
	fuzz_check(ended <= 1, "it ended %d times", ended);
}

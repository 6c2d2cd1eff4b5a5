/* fetch.c - blocking, for the mode in which clients come one after the other. */
#include "fetch.h"
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <zlib.h>

#define ANSWER_MAX (32u << 20)

static void fail(const char *why)
{
	fprintf(stderr, "bench-drive: a snapshot could not be fetched: %s\n", why);
	exit(1);
}

static int connected(const struct client *c)
{
	const struct conn_target *target = drive.is_after || c->index < options.others ? &drive.target_after : &drive.target;
	int fd = socket(target->address.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0 || connect(fd, (const struct sockaddr *)&target->address, target->len) != 0)
		fail("no connection");
	return fd;
}

/* All that comes until the other side closes. */
static size_t read_all(int fd, char *answer)
{
	size_t len = 0;
	ssize_t n;

	while ((n = recv(fd, answer + len, ANSWER_MAX - len, 0)) > 0)
		len += (size_t)n;
	if (n < 0 || len == ANSWER_MAX)
		fail("the answer broke off, or is too long");
	drive.net.bytes_in += len;
	return len;
}

static size_t inflated(char *body, size_t len)
{
	static char out[ANSWER_MAX];
	z_stream z = { .next_in = (Bytef *)body, .avail_in = (uInt)len, .next_out = (Bytef *)out, .avail_out = sizeof out };
	size_t size;

	if (inflateInit2(&z, 15 + 16) != Z_OK || inflate(&z, Z_FINISH) != Z_STREAM_END)
		fail("it is no gzip");
	size = z.total_out;
	inflateEnd(&z);
	return size;
}

size_t fetch(const struct client *c, const char *path, size_t path_len)
{
	static char answer[ANSWER_MAX + 1];
	char request[1024], *body;
	int fd = connected(c);
	size_t len;

	snprintf(request, sizeof request, "GET %.*s HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer %s\r\nAccept-Encoding: gzip\r\nConnection: close\r\n\r\n",
		(int)path_len, path, options.token_count ? options.tokens[c->index % options.token_count] : "");
	if (send(fd, request, strlen(request), MSG_NOSIGNAL) != (ssize_t)strlen(request))
		fail("the request did not leave");
	len = read_all(fd, answer);
	close(fd);
	answer[len] = '\0';
	body = strstr(answer, "\r\n\r\n");
	if (!body || strncmp(answer, "HTTP/1.1 200 ", 13) != 0)
		fail(strtok(answer, "\r"));
	body += 4;
	return strcasestr(answer, "content-encoding: gzip") ? inflated(body, len - (size_t)(body - answer)) : len - (size_t)(body - answer);
}

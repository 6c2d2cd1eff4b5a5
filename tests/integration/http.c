/* http.c - one request a connection. */
#include "http.h"
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#define PATIENCE_S 20

static int dial(const struct world *w, int node)
{
	struct sockaddr_in a = { .sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
		.sin_port = htons((uint16_t)w->nodes[node].port) };
	struct timeval patience = { .tv_sec = PATIENCE_S };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
	must(connect(fd, (struct sockaddr *)&a, sizeof a) == 0, "node %d: %s", node, strerror(errno));
	return fd;
}

/* Whether the answer is whole: its head, and as much body as it says. */
static bool is_whole(const char *text, size_t len)
{
	const char *end = memmem(text, len, "\r\n\r\n", 4), *says;

	if (!end)
		return false;
	says = strcasestr(text, "\r\nContent-Length:");
	if (!says || says > end)
		return strncmp(text + 9, "204", 3) == 0 || strncmp(text + 9, "304", 3) == 0;
	return len - (size_t)(end + 4 - text) >= strtoul(says + 17, NULL, 10);
}

static struct http_answer *answer_split(char *text, size_t len)
{
	struct http_answer *a = calloc(1, sizeof *a);
	char *end = len ? memmem(text, len, "\r\n\r\n", 4) : NULL;

	if (end && strncmp(text, "HTTP/1.1 ", 9) == 0)
		a->status = atoi(text + 9);
	a->head = end ? strndup(text, (size_t)(end + 2 - text)) : strdup("");
	a->body = strdup(end ? end + 4 : "");
	return a;
}

struct http_answer *http_send(const struct world *w, int node, const char *bytes, size_t len)
{
	size_t got = 0, size = 8 << 20; /* a whole board of 5,000 cards, as a file */
	char *text = calloc(1, size + 1);
	struct http_answer *a;
	int fd = dial(w, node);

	for (size_t sent = 0; sent < len;) {
		ssize_t n = send(fd, bytes + sent, len - sent, MSG_NOSIGNAL);

		if (n <= 0)
			break; /* refused half way: the answer says why */
		sent += (size_t)n;
	}
	while (got < size && !is_whole(text, got)) {
		ssize_t n = recv(fd, text + got, size - got, 0);

		if (n <= 0)
			break;
		got += (size_t)n;
	}
	close(fd);
	a = answer_split(text, got);
	free(text);
	return a;
}

static struct http_answer *request(const struct world *w, int node, const char *method, const char *path,
        const char *headers, const char *body)
{
	struct http_answer *a;
	char *text;
	int len = body ? asprintf(&text,
	                         "%s %s HTTP/1.1\r\nHost: localhost:8080\r\nConnection: "
	                         "close\r\n%sContent-Type: application/json\r\n"
	                         "Content-Length: %zu\r\n\r\n%s",
	                         method, path, headers, strlen(body), body)
	               : asprintf(&text,
	                         "%s %s HTTP/1.1\r\nHost: localhost:8080\r\nConnection: close\r\n%s\r\n",
	                         method, path, headers);

	a = http_send(w, node, text, (size_t)len);
	free(text);
	return a;
}

struct http_answer *http_get(const struct world *w, int node, const char *path, const char *headers)
{
	return request(w, node, "GET", path, headers, NULL);
}

struct http_answer *http_post(
        const struct world *w, int node, const char *path, const char *headers, const char *json)
{
	return request(w, node, "POST", path, headers, json);
}

void http_answer_free(struct http_answer *a)
{
	free(a->head);
	free(a->body);
	free(a);
}

/* The line of a header after `from`, or NULL. */
static const char *line_find(const char *from, const char *name)
{
	size_t len = strlen(name);

	for (const char *line = strstr(from, "\r\n"); line; line = strstr(line + 2, "\r\n"))
		if (strncasecmp(line + 2, name, len) == 0 && line[2 + len] == ':')
			return line + 2;
	return NULL;
}

static char *line_value(const char *line, size_t name_len)
{
	line += name_len + 1;
	line += strspn(line, " ");
	return strndup(line, strcspn(line, "\r"));
}

char *http_header_of(const struct http_answer *a, const char *name)
{
	const char *line = line_find(a->head, name);

	if (!line)
		return NULL;
	must(!line_find(line, name), "%s comes twice:\n%s", name, a->head);
	return line_value(line, strlen(name));
}

char *http_cookie_of(const struct http_answer *a, const char *name, char **ret_line)
{
	size_t len = strlen(name);

	for (const char *line = a->head; (line = line_find(line, "Set-Cookie"));) {
		char *value = line_value(line, strlen("Set-Cookie"));

		if (strncmp(value, name, len) == 0 && value[len] == '=') {
			char *cookie = strndup(value + len + 1, strcspn(value + len + 1, ";"));

			if (ret_line)
				*ret_line = value;
			else
				free(value);
			return cookie;
		}
		free(value);
	}
	return NULL;
}

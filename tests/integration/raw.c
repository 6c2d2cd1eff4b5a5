/* raw.c - plain sockets. */
#include "raw.h"
#include "steps.h"
#include <arpa/inet.h>
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

int raw_dial(const struct world *w, int node, const char *from)
{
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
		.sin_port = htons((uint16_t)w->nodes[node].port) }, own = { .sin_family = AF_INET };
	struct timeval patience = { .tv_sec = 20 };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	must(fd >= 0, "no descriptor");
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
	if (from)
		must(inet_pton(AF_INET, from, &own.sin_addr) == 1 && bind(fd, (struct sockaddr *)&own, sizeof own) == 0, "%s", from);
	if (connect(fd, (struct sockaddr *)&to, sizeof to) == 0)
		return fd;
	close(fd);
	return -1;
}

void raw_say(int fd, const char *text)
{
	send(fd, text, strlen(text), MSG_NOSIGNAL); /* refused half way: the answer says why */
}

const char *raw_rest(int fd)
{
	static char text[65536];
	size_t len = 0;
	ssize_t n;

	while (len + 1 < sizeof text && (n = recv(fd, text + len, sizeof text - 1 - len, 0)) > 0)
		len += (size_t)n;
	text[len] = '\0';
	return text;
}

void raw_close(int fd)
{
	if (fd >= 0)
		close(fd);
}

int refusals(const struct world *w, const char *setting)
{
	char name[120];

	snprintf(name, sizeof name, "korsdrag_limit_refusals_total{setting=\"%s\"}", setting);
	return (int)metric_of(w, 0, name);
}

void expect_refusals(const struct world *w, const char *setting, int count)
{
	int found;

	for (int64_t until = now_ms() + ANSWER_MS; (found = refusals(w, setting)) < count; wait_ms(10))
		must(now_ms() < until, "%s has refused %d, not %d", setting, found, count);
	must(found == count, "%s has refused %d, not %d", setting, found, count);
}

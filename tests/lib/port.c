/* port.c - see the header. */
#include "port.h"
#include <arpa/inet.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

int port_take_in(const char *folder)
{
	for (;;) {
		struct sockaddr_in a = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
		socklen_t len = sizeof a;
		int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
		int is_bound = bind(fd, (struct sockaddr *)&a, sizeof a) == 0 && getsockname(fd, (struct sockaddr *)&a, &len) == 0;
		char mark[128];

		close(fd);
		if (!is_bound)
			return 0;
		snprintf(mark, sizeof mark, "%s/port-%d", folder, ntohs(a.sin_port));
		if (mkdir(mark, 0700) == 0)
			return ntohs(a.sin_port);
	}
}

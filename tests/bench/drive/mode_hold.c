/* mode_hold.c - clients join and stay, so that the server's memory can be looked at; a line is printed when all are there, and
 * the end of standard input ends it. */
#include "drive.h"
#include <stdlib.h>
#include <sys/epoll.h>
#include <unistd.h>

static struct watch input;

static void input_ready(struct watch *w, uint32_t events)
{
	char text[256];

	(void)w, (void)events;
	if (read(STDIN_FILENO, text, sizeof text) <= 0)
		loop_stop(&drive.loop);
}

static void all_joined(void)
{
	printf("{\"mode\":\"hold\",\"joined\":%u,\"lost\":%u}\n", drive.joined, drive.lost);
	fflush(stdout);
}

/* Connections without a word. */
static void connect_all(void)
{
	for (uint32_t i = 0; i < options.clients; i++) {
		int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

		if (fd < 0 || connect(fd, (const struct sockaddr *)&drive.target.address, drive.target.len) != 0) {
			perror("bench-drive: connect");
			exit(1);
		}
		drive.joined++;
	}
	all_joined();
}

void mode_hold(void)
{
	input.ready = input_ready;
	loop_watch(&drive.loop, STDIN_FILENO, &input, EPOLLIN);
	if (options.is_raw)
		connect_all();
	else
		clients_begin(0, options.clients, all_joined);
	loop_run(&drive.loop);
}

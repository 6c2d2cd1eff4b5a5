/* proxy.c - a process of its own, which speaks with the test by single letters. */
#include "proxy.h"
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#define PAIRS_MAX 64
#define SOCKET "/.s.PGSQL.5432"

enum hold { HOLD_NOTHING, HOLD_ANSWER, HOLD_COMMIT };

struct pair {
	int node, pg; /* -1: no such pair */
	enum hold held;
	char kept[65536]; /* the COMMIT that is held, with what came before it in the same breath */
	size_t kept_len;
};

static struct pair pairs[PAIRS_MAX];
static enum hold next;
static bool is_frozen;

static int unix_socket(const char *folder, bool listens)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	snprintf(a.sun_path, sizeof a.sun_path, "%s" SOCKET, folder);
	if (listens ? bind(fd, (struct sockaddr *)&a, sizeof a) == 0 && listen(fd, 64) == 0
		    : connect(fd, (struct sockaddr *)&a, sizeof a) == 0)
		return fd;
	close(fd);
	return -1;
}

static void pair_close(struct pair *p)
{
	close(p->node);
	if (p->pg >= 0)
		close(p->pg);
	*p = (struct pair){ .node = -1, .pg = -1 };
}

static void pair_open(int node, const char *pg_folder)
{
	for (int i = 0; i < PAIRS_MAX; i++)
		if (pairs[i].node < 0) {
			pairs[i] = (struct pair){ .node = node, .pg = unix_socket(pg_folder, false) };
			if (pairs[i].pg < 0)
				pair_close(&pairs[i]);
			return;
		}
	close(node);
}

static bool write_all(int fd, const char *bytes, size_t len)
{
	while (len) {
		ssize_t n = send(fd, bytes, len, MSG_NOSIGNAL);

		if (n <= 0)
			return false;
		bytes += n;
		len -= (size_t)n;
	}
	return true;
}

static void forward(struct pair *p, bool is_from_node, int control)
{
	ssize_t n = recv(is_from_node ? p->node : p->pg, p->kept, sizeof p->kept, 0);

	if (n <= 0) {
		pair_close(p);
		return;
	}
	if (is_from_node && next != HOLD_NOTHING && memmem(p->kept, (size_t)n, "COMMIT", 6)) {
		p->held = next;
		next = HOLD_NOTHING;
		p->kept_len = p->held == HOLD_COMMIT ? (size_t)n : 0;
		if (write(control, "H", 1) != 1)
			_exit(1);
	}
	if (p->held != HOLD_COMMIT && !write_all(is_from_node ? p->pg : p->node, p->kept, (size_t)n))
		pair_close(p);
}

static void obey(char command)
{
	is_frozen = command == 'f';
	next = command == 'a' ? HOLD_ANSWER : command == 'c' ? HOLD_COMMIT : HOLD_NOTHING;
	for (int i = 0; i < PAIRS_MAX; i++) {
		struct pair *p = &pairs[i];

		if (p->node < 0 || !p->held)
			continue;
		if (command == 'x' || (command == 'r' && p->kept_len && !write_all(p->pg, p->kept, p->kept_len)))
			pair_close(p);
		else if (command == 'r')
			p->held = HOLD_NOTHING;
	}
}

static void serve(int listener, const char *pg_folder, int control)
{
	struct pollfd fds[2 + 2 * PAIRS_MAX];
	char command;

	for (;;) {
		fds[0] = (struct pollfd){ .fd = control, .events = POLLIN };
		fds[1] = (struct pollfd){ .fd = is_frozen ? -1 : listener, .events = POLLIN };
		for (int i = 0; i < PAIRS_MAX; i++) { /* poll leaves out what is below zero */
			fds[2 + 2 * i] = (struct pollfd){ .fd = is_frozen || pairs[i].held == HOLD_COMMIT ? -1 : pairs[i].node, .events = POLLIN };
			fds[3 + 2 * i] = (struct pollfd){ .fd = is_frozen || pairs[i].held ? -1 : pairs[i].pg, .events = POLLIN };
		}
		if (poll(fds, 2 + 2 * PAIRS_MAX, -1) < 0)
			_exit(1);
		for (int i = 0; i < PAIRS_MAX; i++) {
			if (fds[2 + 2 * i].revents)
				forward(&pairs[i], true, control);
			else if (fds[3 + 2 * i].revents)
				forward(&pairs[i], false, control);
		}
		if (fds[1].revents)
			pair_open(accept(listener, NULL, NULL), pg_folder);
		if (fds[0].revents) {
			if (read(control, &command, 1) != 1)
				_exit(0);
			obey(command);
		}
	}
}

struct proxy proxy_start(const struct world *w)
{
	struct proxy p = { 0 };
	char pg_folder[128];
	int ends[2], listener;

	snprintf(pg_folder, sizeof pg_folder, "%s/pg", getenv("KORSDRAG_TEST_FOLDER"));
	must(snprintf(p.folder, sizeof p.folder, "%.50s/proxy", w->folder) < (int)sizeof p.folder, "%s", w->folder);
	must(mkdir(p.folder, 0755) == 0, "%s: %s", p.folder, strerror(errno));
	listener = unix_socket(p.folder, true);
	must(listener >= 0 && socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) == 0, "%s", strerror(errno));
	p.pid = fork();
	if (p.pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		close(ends[0]);
		for (int i = 0; i < PAIRS_MAX; i++)
			pairs[i].node = pairs[i].pg = -1;
		serve(listener, pg_folder, ends[1]);
	}
	close(ends[1]);
	close(listener);
	p.control = ends[0];
	return p;
}

void proxy_stop(struct proxy *p)
{
	close(p->control);
	waitpid(p->pid, NULL, 0);
}

static void say(struct proxy *p, char command)
{
	must(write(p->control, &command, 1) == 1, "the proxy has gone");
}

void proxy_hold_answer(struct proxy *p)
{
	say(p, 'a');
}

void proxy_hold_commit(struct proxy *p)
{
	say(p, 'c');
}

void proxy_wait_held(struct proxy *p)
{
	struct pollfd fd = { .fd = p->control, .events = POLLIN };
	char word = 0;

	must(poll(&fd, 1, ANSWER_MS) == 1 && read(p->control, &word, 1) == 1 && word == 'H', "no COMMIT came by");
}

void proxy_release(struct proxy *p)
{
	say(p, 'r');
}

void proxy_freeze(struct proxy *p)
{
	say(p, 'f');
}

void proxy_cut(struct proxy *p)
{
	say(p, 'x');
}

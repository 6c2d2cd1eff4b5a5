/* listener.c - our own listening socket. libwebsockets' would spin when descriptors run out, listens everywhere
 * for "127.0.0.1" while IPv6 is on, and cannot share a port in Debian's build (security.md, traps). */
#include "net/net_private.h"
#include "base/clock.h"
#include "base/log.h"
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define BACKLOG 4096
#define ACCEPTS_A_TURN 64
#define PAUSE_MS 100
#define WARN_AGAIN_MS 10000

struct listener {
	struct net *net;
	int fd;
	struct sockaddr_storage bound;
	struct watch *watch;
	struct timer *pause; /* after running out of descriptors */
	int64_t warned_ms;
};

static bool set_option(int fd, int level, int name, int value)
{
	return setsockopt(fd, level, name, &value, sizeof(value)) == 0;
}

/* A socket file that nobody listens on any more is left from a node that was killed. */
static void stale_remove(const struct sockaddr_storage *a, socklen_t len)
{
	const char *path = ((const struct sockaddr_un *)a)->sun_path;
	struct stat st;
	int fd;

	if (a->ss_family != AF_UNIX || lstat(path, &st) != 0 || !S_ISSOCK(st.st_mode))
		return;
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return;
	if (connect(fd, (const struct sockaddr *)a, len) != 0 && errno == ECONNREFUSED)
		unlink(path);
	close(fd);
}

static int socket_bind(const struct sockaddr_storage *a, socklen_t len)
{
	int fd = socket(a->ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	bool is_ok = fd >= 0;

	if (a->ss_family != AF_UNIX)
		is_ok = is_ok && set_option(fd, SOL_SOCKET, SO_REUSEADDR, 1) && set_option(fd, SOL_SOCKET, SO_REUSEPORT, 1);
	if (a->ss_family == AF_INET6) /* what is written is what is listened on */
		is_ok = is_ok && set_option(fd, IPPROTO_IPV6, IPV6_V6ONLY, 1);
	if (is_ok && bind(fd, (const struct sockaddr *)a, len) == 0 && listen(fd, BACKLOG) == 0)
		return fd;
	if (fd >= 0) {
		int saved = errno;

		close(fd);
		errno = saved;
	}
	return -1;
}

static void refuse_at_door(struct net *net, int fd, int status)
{
	char head[160];
	int len = snprintf(head, sizeof(head),
		"HTTP/1.1 %d %s\r\nRetry-After: 10\r\nContent-Length: 0\r\nConnection: close\r\n\r\n", status,
		response_reason(status));

	net_refused(net, status == 429 ? REFUSED_ADDRESS : REFUSED_PROCESS);
	(void)!send(fd, head, (size_t)len, MSG_NOSIGNAL | MSG_DONTWAIT);
	shutdown(fd, SHUT_WR);
	/* Unread input would turn the close into a reset that overtakes the answer; who goes on sending may have one. */
	for (int parts = 0; parts < 64 && recv(fd, head, sizeof(head), MSG_DONTWAIT) > 0; parts++)
		;
	close(fd);
}

static void greet(struct net *net, int fd, const struct sockaddr_storage *from)
{
	struct address *place = NULL;
	char text[ADDRESS_SIZE];
	bool is_proxy;

	address_print(from, text);
	is_proxy = address_in(text, net->config.proxies);
	if (from->ss_family != AF_UNIX) {
		set_option(fd, IPPROTO_TCP, TCP_NODELAY, 1);
		set_option(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, (int)net->config.dead_ms);
	}
	if (net->peer_count + net->conn_count >= net->config.max_conns) {
		refuse_at_door(net, fd, 503);
		return;
	}
	/* A proxy's sockets are many and are counted by whom they carry; a unix socket's other end is a proxy too. */
	if (!is_proxy && from->ss_family != AF_UNIX) {
		place = address_take(net->addresses, text);
		if (!place) {
			refuse_at_door(net, fd, 429);
			return;
		}
	}
	peer_create(net, fd, text, place, is_proxy);
}

static void listener_resume(void *owner)
{
	struct listener *l = owner;

	watch_want(l->watch, WATCH_READ);
}

/* False: nobody waits any more, or there are no descriptors. */
static bool take_one(struct listener *l)
{
	struct sockaddr_storage from = { .ss_family = AF_UNIX };
	socklen_t len = sizeof(from);
	int fd = accept4(l->fd, (struct sockaddr *)&from, &len, SOCK_NONBLOCK | SOCK_CLOEXEC);

	if (fd >= 0)
		greet(l->net, fd, &from);
	return fd >= 0 || errno == EINTR || errno == ECONNABORTED;
}

/* They wait in the backlog meanwhile; the descriptor stays readable, so not to pause is to spin. */
static void listener_pause(struct listener *l, const char *reason)
{
	net_refused(l->net, REFUSED_PROCESS);
	if (clock_mono_ms() - l->warned_ms > WARN_AGAIN_MS) {
		l->warned_ms = clock_mono_ms();
		log_line(LOG_WARN, "accept paused", "reason", reason, NULL);
	}
	watch_want(l->watch, 0);
	timer_start(l->pause, PAUSE_MS, 0);
}

static void listener_ready(void *owner, int events)
{
	struct listener *l = owner;
	int taken = 0;

	(void)events;
	while (taken < ACCEPTS_A_TURN && take_one(l))
		taken++;
	if (taken < ACCEPTS_A_TURN && (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM))
		listener_pause(l, strerror(errno));
}

void listener_take_rest(struct listener *l)
{
	for (int taken = 0; taken < BACKLOG && take_one(l); taken++)
		;
}

struct listener *listener_create(struct net *net, struct err *err)
{
	struct listener *l = calloc(1, sizeof(*l));
	struct sockaddr_storage wanted;
	socklen_t len;

	if (!l) {
		err_set(err, KD_E_UNAVAILABLE, "out of memory");
		return NULL;
	}
	l->net = net;
	l->fd = -1;
	l->warned_ms = -WARN_AGAIN_MS;
	if (!address_parse(net->config.listen, &wanted, &len, err))
		goto failed;
	stale_remove(&wanted, len);
	l->fd = socket_bind(&wanted, len);
	if (l->fd < 0) {
		err_set(err, KD_E_UNAVAILABLE, "cannot listen on %s: %s", net->config.listen, strerror(errno));
		goto failed;
	}
	if (wanted.ss_family == AF_UNIX)
		chmod(((struct sockaddr_un *)&wanted)->sun_path, 0660);
	/* T7: what counts is the address that the kernel really gave. */
	len = sizeof(l->bound);
	if (getsockname(l->fd, (struct sockaddr *)&l->bound, &len) != 0 ||
		(net->config.is_loopback_required && !address_is_loopback(&l->bound))) {
		err_set(err, KD_E_FORBIDDEN, "%s is not a loopback address or unix socket, and without TLS nothing else may be",
			net->config.listen);
		goto failed;
	}
	l->pause = loop_timer_create(net->loop, listener_resume, l);
	l->watch = l->pause ? watch_create(net->loop, l->fd, listener_ready, l) : NULL;
	if (!l->watch) {
		err_set(err, KD_E_UNAVAILABLE, "out of memory");
		goto failed;
	}
	watch_want(l->watch, WATCH_READ);
	return l;

failed:
	listener_destroy(l);
	return NULL;
}

void listener_destroy(struct listener *l)
{
	if (!l)
		return;
	watch_destroy(l->watch);
	timer_destroy(l->pause);
	if (l->fd >= 0) {
		close(l->fd);
		if (l->bound.ss_family == AF_UNIX)
			unlink(((struct sockaddr_un *)&l->bound)->sun_path);
	}
	free(l);
}

int listener_port(const struct listener *l)
{
	return address_port(&l->bound);
}

/* test_limits.c - what one caller can take, where the node listens, and how connections end (T4, T7, T9, L1). */
#include "harness.h"
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static struct message m;
static char answer[100000];

TestSuite(limits, .timeout = 60);

static long number_after(int fd, const char *word)
{
	size_t len = strlen(word);

	ws_text(fd, word);
	do
		cr_assert(ws_read(fd, &m, 5000), "no answer to %s", word);
	while (strncmp(m.data, word, len) != 0);
	return strtol(m.data + len, NULL, 10);
}

/* What a limit has refused, asked over a connection of its own. */
static long refused(const struct server *s, const char *setting)
{
	char line[64];
	int fd = ws_open(s);

	snprintf(line, sizeof(line), "refused %s", setting);
	ws_text(fd, line);
	cr_assert(ws_read(fd, &m, 5000) && strncmp(m.data, "refused ", 8) == 0);
	close(fd);
	return strtol(m.data + 8, NULL, 10);
}

static int64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* --- sockets per address and process ------------------------------------------------------------------------- */

Test(limits, counts_sockets_of_an_address)
{
	struct net_config config = server_config();
	struct server s;
	int fds[4];

	config.max_conns_per_address = 4;
	s = server_start(&config);
	for (int i = 0; i < 3; i++)
		fds[i] = ws_open(&s);
	fds[3] = client_connect(&s);
	usleep(50000);
	cr_assert_eq(ask(&s, "GET /hello HTTP/1.1\r\nHost: x\r\n\r\n", answer, sizeof(answer)), 429);
	cr_assert(has_line(answer, "Retry-After: 10"));
	close(fds[0]);
	close(fds[3]);
	usleep(50000);
	cr_assert_eq(ask(&s, "GET /hello HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", answer, sizeof(answer)), 200);
	cr_assert_eq(refused(&s, "limit.connections_per_address"), 1);
	fds[0] = ws_open(&s);
	for (int i = 0; i < 3; i++)
		close(fds[i]);
	server_stop(&s);
}

Test(limits, counts_sockets_of_the_process)
{
	struct net_config config = server_config();
	struct server s;
	int fds[3];

	config.max_conns = 3;
	s = server_start(&config);
	for (int i = 0; i < 3; i++)
		fds[i] = ws_open(&s);
	cr_assert_eq(ask(&s, "GET /hello HTTP/1.1\r\nHost: x\r\n\r\n", answer, sizeof(answer)), 503);
	cr_assert(has_line(answer, "Retry-After: 10"));
	for (int i = 0; i < 3; i++)
		close(fds[i]);
	usleep(50000);
	cr_assert_eq(refused(&s, "limit.connections"), 1);
	server_stop(&s);
}

/* Ticks of the clock that a process has used. */
static long cpu_of(pid_t pid)
{
	char path[64];
	long user = 0, system = 0;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
	f = fopen(path, "r");
	cr_assert(f && fscanf(f, "%*d %*s %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %ld %ld", &user, &system) == 2);
	fclose(f);
	return user + system;
}

Test(limits, waits_quietly_for_descriptors)
{
	struct net_config config = server_config();
	struct server s;
	int fds[60];
	long used;

	server_files = 40;
	s = server_start(&config);
	for (int i = 0; i < 60; i++)
		fds[i] = client_connect(&s); /* the kernel takes those that the server cannot */
	usleep(100000);
	used = cpu_of(s.pid);
	usleep(1000000);
	cr_assert(cpu_of(s.pid) - used < sysconf(_SC_CLK_TCK) / 4, "it spins");
	for (int i = 0; i < 60; i++)
		close(fds[i]);
	cr_assert_eq(ask(&s, "GET /hello HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", answer, sizeof(answer)), 200);
	close(ws_open(&s));
	server_stop(&s);
}

static int forwarded(const struct server *s, const char *address)
{
	char head[1024];

	snprintf(head, sizeof(head), GOOD_HEAD BEARER "X-Forwarded-For: %s\r\n\r\n", address);
	return ws_open_with(s, head);
}

Test(limits, counts_behind_a_proxy_by_who_asks)
{
	static const char *const proxies[] = { "127.0.0.1", NULL };
	struct net_config config = server_config();
	struct server s;
	int fds[4];

	config.max_conns_per_address = 2;
	config.proxies = proxies;
	s = server_start(&config);
	fds[0] = forwarded(&s, "192.0.2.1");
	fds[1] = forwarded(&s, "8.8.8.8, 192.0.2.1");
	cr_assert_eq(ask(&s, GOOD_HEAD BEARER "X-Forwarded-For: 192.0.2.1\r\n\r\n", answer, sizeof(answer)), 429);
	fds[2] = forwarded(&s, "192.0.2.2");
	ws_text(fds[2], "opened");
	cr_assert(ws_read(fds[2], &m, 2000) && strstr(m.data, " 192.0.2.2 "));
	fds[3] = forwarded(&s, "192.0.2.2");
	close(fds[0]);
	usleep(50000);
	fds[0] = forwarded(&s, "192.0.2.1");
	for (int i = 0; i < 4; i++)
		close(fds[i]);
	server_stop(&s);
}

/* --- where it listens ------------------------------------------------------------------------------------------ */

/* Whether the kernel's table shows a listener on this port, and only on 127.0.0.1. */
static bool listens_on_loopback_only(int port)
{
	FILE *f = fopen("/proc/net/tcp", "r"), *f6 = fopen("/proc/net/tcp6", "r");
	char line[512], want[16];
	bool is_seen = false, is_elsewhere = false;

	snprintf(want, sizeof(want), ":%04X ", port);
	while (f && fgets(line, sizeof(line), f))
		if (strstr(line, want) && strstr(line, " 0A ")) {
			is_seen |= strstr(line, "0100007F:") != NULL;
			is_elsewhere |= strstr(line, "0100007F:") == NULL;
		}
	while (f6 && fgets(line, sizeof(line), f6))
		is_elsewhere |= strstr(line, want) && strstr(line, " 0A ");
	if (f)
		fclose(f);
	if (f6)
		fclose(f6);
	return is_seen && !is_elsewhere;
}

Test(limits, listens_where_it_says)
{
	struct net_config config = server_config();
	struct server s = server_start(&config);

	cr_assert(listens_on_loopback_only(s.port));
	server_stop(&s);
}

Test(limits, does_not_listen_in_the_clear_for_the_world)
{
	static const char *const elsewhere[] = { "0.0.0.0:0", "[::]:0", "[::ffff:127.0.0.1]:0", "localhost:0", "nonsense" };
	struct net_config config = server_config();
	struct server s;

	for (size_t i = 0; i < sizeof(elsewhere) / sizeof(elsewhere[0]); i++) {
		config.listen = elsewhere[i];
		s = server_start(&config);
		cr_assert_eq(s.port, -1, "%s", elsewhere[i]);
		server_stop(&s);
	}
	config.listen = "0.0.0.0:0";
	config.is_loopback_required = false; /* unless told */
	s = server_start(&config);
	cr_assert(s.port > 0);
	server_stop(&s);
}

Test(limits, listens_on_a_unix_socket)
{
	struct net_config config = server_config();
	char listen[64];
	struct stat st;
	struct server s;
	int fd;

	snprintf(listen, sizeof(listen), "unix:/tmp/korsdrag-%d.sock", (int)getpid());
	config.listen = listen;
	s = server_start(&config);
	cr_assert_eq(s.port, 0);
	cr_assert(stat(listen + 5, &st) == 0 && S_ISSOCK(st.st_mode) && (st.st_mode & 0777) == 0660);
	fd = ws_open(&s);
	ws_text(fd, "opened");
	cr_assert(ws_read(fd, &m, 2000));
	cr_assert_str_eq(m.data, "bearer secret-token unix harness");
	close(fd);
	cr_assert_eq(ask(&s, "GET /hello HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", answer, sizeof(answer)), 200);
	server_stop(&s);
	cr_assert(stat(listen + 5, &st) != 0, "the socket file is gone");
}

/* Who is told from where a caller comes, through the unix socket: by name or, without a word, nobody. */
static void expect_caller(const char *const *proxies, const char *address)
{
	struct net_config config = server_config();
	char listen[64], expected[100];
	struct server s;
	int fd;

	snprintf(listen, sizeof(listen), "unix:/tmp/korsdrag-%d.sock", (int)getpid());
	config.listen = listen;
	config.proxies = proxies;
	s = server_start(&config);
	fd = forwarded(&s, "8.8.8.8, 192.0.2.7");
	ws_text(fd, "opened");
	cr_assert(ws_read(fd, &m, 2000));
	snprintf(expected, sizeof(expected), "bearer secret-token %s ", address);
	cr_assert_str_eq(m.data, expected);
	close(fd);
	server_stop(&s);
}

Test(limits, believes_who_comes_by_the_unix_socket_only_when_told)
{
	static const char *const by_unix[] = { "10.0.0.1", "unix", NULL }, *const others[] = { "10.0.0.1", "127.0.0.1", NULL };

	expect_caller(by_unix, "192.0.2.7");
	expect_caller(others, "unix");
	expect_caller(NULL, "unix");
}

Test(limits, two_nodes_share_a_port)
{
	struct net_config config = server_config();
	struct server a = server_start(&config), b;
	char listen[32];

	snprintf(listen, sizeof(listen), "127.0.0.1:%d", a.port);
	config.listen = listen;
	b = server_start(&config);
	cr_assert_eq(b.port, a.port);
	server_stop(&a);
	close(ws_open(&b));
	server_stop(&b);
}

/* --- slow readers ---------------------------------------------------------------------------------------------- */

Test(limits, bounds_the_queue_of_who_does_not_read)
{
	struct net_config config = server_config();
	struct server s = server_start(&config);
	int slow = ws_open(&s), quick = ws_open(&s);
	size_t got = 0;
	char text[64];

	/* 100 MB for one that reads nothing; what the queue does not take is refused. */
	for (int i = 0; i < 10; i++) {
		ws_text(slow, "flood 1000 10000 5");
		snprintf(text, sizeof(text), "still here %d", i);
		ws_text(quick, text);
		cr_assert(ws_read(quick, &m, 2000) && strcmp(m.data, text) == 0, "others feel nothing");
	}
	ws_text(slow, "queued");
	while (ws_read(slow, &m, 3000) && m.data[0] == 'x')
		got += m.len;
	cr_assert(strncmp(m.data, "queued ", 7) == 0);
	cr_assert(atol(m.data + 7) <= (long)config.queue_hard, "%s", m.data);
	cr_assert(got > 262144 && got < 30u << 20, "%zu came", got); /* the kernel's buffers are in it */
	cr_assert(number_after(slow, "drained") >= 1);
	close(slow);
	close(quick);
	server_stop(&s);
}

Test(limits, gives_who_is_slow_for_long_no_more_than_the_soft_limit)
{
	struct net_config config = server_config();
	struct server s;
	int64_t until;
	int fd;

	config.queue_soft = 20000;
	config.queue_soft_ms = 300;
	config.queue_hard = 64u << 20;
	s = server_start(&config);
	fd = ws_open(&s);
	ws_text(fd, "flood 3000 10000 5"); /* 30 MB: more than any socket takes */
	ws_text(fd, "flood 1 10 5");
	usleep(100000);
	cr_assert_eq(refused(&s, "limit.queue_soft"), 0, "not yet");
	for (until = now_ms() + 5000; refused(&s, "limit.queue_soft") == 0; ws_text(fd, "flood 1 10 5"))
		cr_assert(now_ms() < until, "it goes on as if nobody were slow");
	cr_assert_eq(refused(&s, "limit.queue_hard"), 0);
	/* Who catches up is as good as new. */
	ws_text(fd, "queued");
	while (ws_read(fd, &m, 5000) && m.data[0] == 'x')
		;
	cr_assert(number_after(fd, "drained") >= 1);
	ws_text(fd, "flood 5 10000 5");
	for (int i = 0; i < 5; i++)
		cr_assert(ws_read(fd, &m, 2000) && m.len == 10000, "%d", i);
	close(fd);
	server_stop(&s);
}

Test(limits, ends_who_stays_behind)
{
	struct net_config config = server_config();
	struct server s;
	int64_t from;
	int fd, fine;

	config.queue_soft = 4096;
	config.queue_hard = 16u << 20; /* more than a socket takes */
	config.behind_ms = 600;
	s = server_start(&config);
	fine = ws_open(&s);
	ws_text(fine, "flood 20 1000 5"); /* over the soft limit for a moment, and read */
	for (int i = 0; i < 20; i++)
		cr_assert(ws_read(fine, &m, 2000) && m.data[0] == 'x');
	from = now_ms();
	fd = ws_open(&s);
	ws_text(fd, "flood 4000 10000 5");
	cr_assert(refused(&s, "limit.queue_hard") > 0);
	cr_assert_eq(refused(&s, "limit.behind"), 0);
	while (refused(&s, "limit.behind") == 0)
		cr_assert(now_ms() - from < 5000, "it is still there");
	cr_assert(now_ms() - from >= 600);
	cr_assert_eq(ws_close_code(fd, 5000), 1013);
	ws_text(fine, "hello");
	cr_assert(ws_read(fine, &m, 2000));
	cr_assert_str_eq(m.data, "hello");
	close(fd);
	close(fine);
	server_stop(&s);
}

Test(limits, lets_one_reply_be_over_the_limit)
{
	struct net_config config = server_config();
	struct server s;
	int fd, big = 0;

	config.queue_hard = 20000;
	config.queue_soft = 10000;
	s = server_start(&config);
	fd = ws_open(&s);
	ws_text(fd, "reply 3 100000"); /* the first waits alone, the second goes over the limit, the third is refused */
	while (big < 3 && ws_read(fd, &m, 500)) {
		cr_assert_eq(m.len, 100000);
		big++;
	}
	cr_assert_eq(big, 2);
	cr_assert_eq(number_after(fd, "drained"), 1);
	close(fd);
	server_stop(&s);
}

Test(limits, takes_back_by_tag_what_has_not_left)
{
	struct net_config config = server_config();
	struct server s;
	int fd, seven = 0, eight = 0;

	config.queue_hard = 64u << 20;
	s = server_start(&config);
	fd = ws_open(&s);
	ws_text(fd, "flood 4000 5000 7"); /* more than the socket takes */
	ws_text(fd, "flood 10 1000 8");
	ws_text(fd, "drop 7");
	ws_text(fd, "queued");
	usleep(200000);
	while (ws_read(fd, &m, 3000) && m.data[0] == 'x') {
		seven += m.len == 5000;
		eight += m.len == 1000;
	}
	cr_assert(strncmp(m.data, "queued ", 7) == 0 && atol(m.data + 7) < 20000, "%s", m.data);
	cr_assert_eq(eight, 10);
	cr_assert(seven < 4000, "%d left", seven);
	cr_assert(number_after(fd, "drained") >= 1);
	close(fd);
	server_stop(&s);
}

/* --- the end of connections -------------------------------------------------------------------------------------- */

Test(limits, closes_after_what_is_queued_has_left)
{
	struct net_config config = server_config();
	struct server s = server_start(&config);
	int fd = ws_open(&s), n = 0;

	ws_text(fd, "flood 10 10000 1");
	ws_text(fd, "close 4401 signed out");
	ws_text(fd, "not heard any more");
	while (ws_read(fd, &m, 3000) && m.opcode == 1)
		n += m.len == 10000;
	cr_assert_eq(n, 10);
	cr_assert(m.opcode == 8 && m.data[0] == 4401 >> 8 && m.data[1] == (4401 & 0xff));
	cr_assert_str_eq(m.data + 2, "signed out");
	ws_send(fd, 0x88, "\x11\x31", 2);
	cr_assert(client_is_closed(fd, 1000));
	close(fd);
	server_stop(&s);
}

Test(limits, waits_five_seconds_for_who_does_not_read)
{
	struct net_config config = server_config();
	struct server s;
	int64_t from;
	int fd, other;

	config.queue_hard = 64u << 20;
	config.max_conns_per_address = 2;
	s = server_start(&config);
	fd = ws_open(&s);
	ws_text(fd, "flood 4000 5000 7");
	ws_text(fd, "close 1013 too slow");
	from = now_ms();
	usleep(3500000);
	other = ws_open(&s);
	cr_assert_eq(ask(&s, "GET /hello HTTP/1.1\r\nHost: x\r\n\r\n", answer, sizeof(answer)), 429, "it still has its place");
	while (ask(&s, "GET /hello HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", answer, sizeof(answer)) != 200) {
		cr_assert(now_ms() - from < 7000, "it has still not been ended");
		usleep(100000);
	}
	cr_assert(now_ms() - from > 4500);
	close(fd);
	close(other);
	server_stop(&s);
}

Test(limits, waits_five_seconds_for_the_answer_to_a_close)
{
	struct net_config config = server_config();
	struct server s = server_start(&config);
	int fd = ws_open(&s);

	ws_text(fd, "close 1001 bye");
	cr_assert_eq(ws_close_code(fd, 1000), 1001);
	cr_assert(!client_is_closed(fd, 4000));
	cr_assert(client_is_closed(fd, 2000));
	close(fd);
	server_stop(&s);
}

Test(limits, pings_and_ends_who_does_not_answer)
{
	struct net_config config = server_config();
	struct server s;
	int64_t from = now_ms();
	int fd, code;

	config.ping_ms = 1000;
	config.dead_ms = 2000;
	s = server_start(&config);
	fd = ws_open(&s);
	cr_assert(ws_read_frame(fd, &m, 3000) && m.opcode == 9, "a ping");
	ws_send(fd, 0x8a, m.data, m.len);
	cr_assert(ws_read_frame(fd, &m, 3000) && m.opcode == 9, "and another, since it was answered");
	code = ws_close_code(fd, 5000);
	cr_assert_eq(code, 1002);
	cr_assert_eq(refused(&s, "limit.dead"), 1);
	cr_assert(client_is_closed(fd, 7000));
	cr_assert(now_ms() - from < 12000);
	close(fd);
	fd = ws_open(&s);
	ws_send(fd, 0x83, "x", 1); /* an opcode nobody has is another matter */
	cr_assert_eq(ws_close_code(fd, 2000), 1002);
	cr_assert_eq(refused(&s, "limit.dead"), 1);
	close(fd);
	server_stop(&s);
}

/* Who answers is not given up because of those who do not, whichever came first. */
Test(limits, each_is_pinged_for_itself)
{
	struct net_config config = server_config();
	struct server s;
	int fds[5];

	config.ping_ms = 1000;
	config.dead_ms = 2000;
	s = server_start(&config);
	for (int i = 0; i < 5; i++)
		fds[i] = ws_open(&s);
	for (int turn = 0; turn < 4; turn++)
		for (int i = 1; i < 5; i += 2) {
			cr_assert(ws_read_frame(fds[i], &m, 3000) && m.opcode == 9, "ping %d of %d", turn, i);
			ws_send(fds[i], 0x8a, m.data, m.len);
		}
	for (int i = 0; i < 5; i += 2)
		cr_assert_eq(ws_close_code(fds[i], 1000), 1002);
	cr_assert_eq(refused(&s, "limit.dead"), 3);
	for (int i = 1; i < 5; i += 2) {
		ws_text(fds[i], "hello");
		cr_assert(ws_read(fds[i], &m, 2000) && strcmp(m.data, "hello") == 0);
	}
	for (int i = 0; i < 5; i++)
		close(fds[i]);
	server_stop(&s);
}

Test(limits, lives_long_when_it_answers)
{
	struct net_config config = server_config();
	struct server s = server_start(&config);
	int fd = ws_open(&s);

	cr_assert(!client_is_closed(fd, 13000), "no timeout of a handshake is left over");
	ws_text(fd, "hello");
	cr_assert(ws_read(fd, &m, 2000) && strcmp(m.data, "hello") == 0);
	close(fd);
	server_stop(&s);
}

Test(limits, ends_with_connections_in_every_state)
{
	struct net_config config = server_config();

	for (int i = 0; i < 3; i++) {
		struct server s = server_start(&config);
		int fds[8];

		for (int f = 0; f < 4; f++)
			fds[f] = ws_open(&s);
		ws_text(fds[0], "flood 1000 10000 5");
		ws_text(fds[1], "flood 1000 10000 5");
		ws_text(fds[1], "close 1001 bye");
		ws_send(fds[2], 0x01, "half a message", 14);
		client_say(fds[3], "\x81");
		for (int f = 4; f < 8; f++)
			fds[f] = client_connect(&s);
		client_say(fds[4], "GET /hel");
		client_say(fds[5], "POST /take HTTP/1.1\r\nHost: x\r\nSec-Fetch-Site: same-origin\r\nContent-Length: 9\r\n\r\nbo");
		client_say(fds[6], "GET /late HTTP/1.1\r\nHost: x\r\n\r\n");
		usleep(20000);
		server_stop(&s);
		for (int f = 0; f < 8; f++)
			close(fds[f]);
	}
}

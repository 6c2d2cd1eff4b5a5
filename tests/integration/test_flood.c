/* T4: many addresses open sockets as fast as they can, say little or nonsense, and stay; whoever is at work does not notice,
 * nobody holds more than a share, and afterwards nothing is left. */
#include "raw.h"
#include "steps.h"
#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define HERE THREAD(IN_NETWORK)
#define HERE_STREAM STREAM("thread", HERE)
#define ADDRESSES 40
#define PER_ADDRESS 20 /* limit.connections_per_address */
#define HELD 1500      /* sockets that the flood keeps: nearly twice what its addresses may have */
#define FLOOD_MS 2500
#define AT_ONCE 20
#define SAMPLES_MAX 20000

struct flood {
	int opened, too_many, unauthorised, upgraded, malformed, left_open;
};

/* --- the flood, in a process of its own ---------------------------------------------------------------------- */

static const char *const sayings[] = {
	"",                                     /* nothing at all */
	"GET /ws HTTP/1.1\r\nHost: x\r\nUpgr", /* half a handshake */
	"GET /ws HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
	"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: korsdrag.v1\r\n"
	"Authorization: Bearer nobodys-token\r\n\r\n", /* a good one, by nobody */
	"GET /ws HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n\r\n",
	"GET /ws HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
	"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: korsdrag.v1\r\n\r\n", /* who? */
};

static void answer_count(struct flood *f, const char *text)
{
	int status = strncmp(text, "HTTP/1.1 ", 9) == 0 ? atoi(text + 9) : 0;

	f->too_many += status == 429;
	f->unauthorised += status == 401;
	f->upgraded += status == 101;
	f->malformed += status == 400;
}

/* Reads what there is; true when the server has closed. */
static bool drained(struct flood *f, int fd, bool *is_told)
{
	char text[2048];
	ssize_t n = 0;

	while ((n = recv(fd, text, sizeof text - 1, MSG_DONTWAIT)) > 0) {
		text[n] = '\0';
		if (!*is_told)
			answer_count(f, text);
		*is_told = true;
	}
	return n == 0 || errno != EAGAIN;
}

/* A reset leaves nothing waiting in the kernel: the next run finds its ports free. */
static void drop(struct flood *f, int fd)
{
	struct linger at_once = { .l_onoff = 1 };
	bool is_told = false;

	if (fd < 0)
		return;
	drained(f, fd, &is_told);
	setsockopt(fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
	close(fd);
}

static struct flood flood(const struct world *w)
{
	static int held[HELD];
	static bool told[HELD];
	struct flood f = { 0 };
	char from[32];
	int64_t until = now_ms() + FLOOD_MS;

	memset(held, -1, sizeof held);
	for (int n = 0; now_ms() < until; n++) {
		int *place = &held[n % HELD];

		drop(&f, *place);
		told[n % HELD] = false;
		snprintf(from, sizeof from, "127.%d.7.%d", 16 + (int)getpid() % 64, 1 + n % ADDRESSES);
		*place = raw_dial(w, 0, from);
		if (*place < 0)
			continue;
		f.opened++;
		raw_say(*place, sayings[n % 5]);
		if (n % AT_ONCE == 0)
			wait_ms(5);
	}
	/* Nobody lets go by themselves: the server has to end each. */
	for (until = now_ms() + ANSWER_MS;; wait_ms(20)) {
		f.left_open = 0;
		for (int i = 0; i < HELD; i++) {
			if (held[i] >= 0 && drained(&f, held[i], &told[i])) {
				close(held[i]);
				held[i] = -1;
			}
			f.left_open += held[i] >= 0;
		}
		if (!f.left_open || now_ms() > until)
			return f;
	}
}

static pid_t flood_start(const struct world *w, int *ret_report)
{
	int report[2];
	pid_t pid;

	cr_assert_eq(pipe(report), 0);
	pid = fork();
	if (pid == 0) {
		struct rlimit files;
		struct flood f;

		prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
			files.rlim_cur = files.rlim_max;
			setrlimit(RLIMIT_NOFILE, &files);
		}
		f = flood(w);
		_exit(write(report[1], &f, sizeof f) == sizeof f ? 0 : 1);
	}
	close(report[1]);
	*ret_report = report[0];
	return pid;
}

/* --- who is at work ----------------------------------------------------------------------------------------------- */

static double ms_of(struct person *p, int i)
{
	struct timespec from, to;

	clock_gettime(CLOCK_MONOTONIC, &from);
	if (i % 5)
		ok(p, "me.get", "{}");
	else
		ok(p, "post.create", "{s:s, s:s, s:s}", "thread", HERE, "post", new_id(), "text", "x");
	clock_gettime(CLOCK_MONOTONIC, &to);
	return (double)(to.tv_sec - from.tv_sec) * 1e3 + (double)(to.tv_nsec - from.tv_nsec) / 1e6;
}

static int by_size(const void *a, const void *b)
{
	double one = *(const double *)a, two = *(const double *)b;

	return (one > two) - (one < two);
}

/* Works for a time, a little pause between two calls; the 99th percentile. */
static double p99_of(struct person *p, int ms, int *ret_posts)
{
	static double took[SAMPLES_MAX];
	int64_t until = now_ms() + ms;
	int n = 0;

	for (; now_ms() < until && n < SAMPLES_MAX; n++) {
		took[n] = ms_of(p, n);
		*ret_posts += n % 5 == 0;
		wait_ms(2);
	}
	qsort(took, (size_t)n, sizeof *took, by_size);
	return took[n * 99 / 100];
}

static void expect_gauge(const struct world *w, const char *name, int value)
{
	int found;

	for (int64_t until = now_ms() + ANSWER_MS; (found = (int)metric_of(w, 0, name)) != value; wait_ms(20))
		cr_assert_lt(now_ms(), until, "%s is %d, not %d", name, found, value);
}

Test(flood, of_handshakes_and_half_open_sockets_is_not_felt_by_who_is_at_work, .timeout = 120)
{
	struct person *anna, *kalle, *olle;
	struct world *w;
	struct flood f;
	double calm, flooded;
	json_int_t seq;
	int report, status, posts = 0, sockets;
	pid_t pid;

	setenv("KORSDRAG_LIMIT_CONNECTIONS_PER_ADDRESS", "20", 1);
	setenv("KORSDRAG_LIMIT_HEAD_TIME", "1s", 1);
	setenv("KORSDRAG_LIMIT_IDLE", "1s", 1);
	w = world_start(1);
	anna = sign_in(w, 0, "anna");
	kalle = sign_in(w, 0, "kalle");
	seq = int_at(open_stream(kalle, HERE_STREAM), "seq");
	calm = p99_of(anna, 1500, &posts);
	pid = flood_start(w, &report);
	flooded = p99_of(anna, FLOOD_MS - 500, &posts);
	sockets = (int)metric_of(w, 0, "korsdrag_net_http_sockets") + (int)metric_of(w, 0, "korsdrag_net_connections");
	olle = sign_in(w, 0, "olle"); /* an honest newcomer finds a place */
	ok(olle, "me.get", "{}");
	p99_of(anna, 300, &posts);
	cr_assert(read(report, &f, sizeof f) == sizeof f && waitpid(pid, &status, 0) == pid && status == 0);
	close(report);
	fprintf(stderr, "flood: %d sockets, %d too many, %d without a name, %d of nobody, %d malformed; p99 %.1f ms calm, %.1f flooded\n",
		f.opened, f.too_many, f.unauthorised, f.upgraded, f.malformed, calm, flooded);
	cr_assert(flooded <= 10 * calm || flooded <= calm + 100, "p99 %.1f ms, without the flood %.1f", flooded, calm);
	cr_assert_gt(f.opened, 1000, "that was no flood");
	cr_assert_gt(f.too_many, 100, "no address was told that it has too many");
	cr_assert(f.unauthorised > 0 && f.upgraded > 0 && f.malformed > 0, "something else was not refused");
	/* Those who are just being told that they are too many count for a moment. */
	cr_assert_leq(sockets, ADDRESSES * PER_ADDRESS * 11 / 10, "%d sockets are more than %d addresses may have", sockets, ADDRESSES);
	cr_assert_eq(f.left_open, 0, "%d sockets were never ended", f.left_open);
	cr_assert_geq(refusals(w, "limit.connections_per_address"), f.too_many);
	cr_assert_gt(refusals(w, "limit.idle") + refusals(w, "limit.head_time"), 0);
	/* All is as it was, and nothing was lost. */
	expect_gauge(w, "korsdrag_net_http_sockets", 1); /* who asks */
	expect_gauge(w, "korsdrag_net_connections", 3);
	expect_gauge(w, "korsdrag_signed_in_connections", 3);
	hear_until(kalle, HERE_STREAM, seq, seq + posts);
	for (int i = 0; i < PER_ADDRESS - 5; i++) /* the flood's addresses have their places again, and so have we */
		ok(sign_in(w, 0, "olle"), "me.get", "{}");
	world_stop(w);
}

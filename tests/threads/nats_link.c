/* nats_link.c - tests of the link to NATS by itself, with a real server: what is kept and what is dropped, and that its threads
 * do not step on each other. It is built with AddressSanitizer and with ThreadSanitizer:
 *
 *	cmake --preset thread && cmake --build --preset thread && build/thread/threads_nats
 *
 * Prints "ok …" or "not ok …" a line, and runs each test in a process of its own; not by Criterion, whose memory at addresses of its own
 * choice cannot be had under ThreadSanitizer. */
#include "base/metrics.h"
#include "loop/loop.h"
#include "stream/nats_link.h"
#include "tests/lib/nats_server.h"
#include "tests/lib/require.h"
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define PATIENCE_MS 30000
#define LINES 2000
#define TEST_S 120

struct end { /* one link and what it has heard */
	struct nats_link *link;
	int heard, comes, goes;
	size_t octets;
	char last[64];
};

static struct loop *loop;
static struct timer *step;
static struct nats_server server;
static struct end a, b;
static char folder[] = "/tmp/korsdrag-unit-nats.XXXXXX";

static int64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000LL + t.tv_nsec / 1000000;
}

static void stop(void *owner)
{
	loop_stop(owner);
}

static void turn(int ms)
{
	timer_start(step, ms, 0);
	loop_run(loop);
}

#define until(condition)                                                                         \
	for (int64_t until_end = now_ms() + PATIENCE_MS; !(condition); turn(5))                      \
	require(now_ms() < until_end, "it never comes to %s", #condition)

static void heard(void *owner, const char *subject, const char *text, size_t len)
{
	struct end *e = owner;

	require(strncmp(subject, "test.", 5) == 0, "%s", subject);
	require(strlen(text) == len, "%s", text);
	e->heard++;
	e->octets += len;
	snprintf(e->last, sizeof e->last, "%s", text);
}

static void came(void *owner, bool is_up)
{
	struct end *e = owner;

	*(is_up ? &e->comes : &e->goes) += 1;
	require(nats_link_is_up(e->link) == is_up, "%d", is_up);
}

static void begin(struct end *e, const char *const *servers, const char *user, const char *password)
{
	struct err err = { 0 };

	e->link = nats_link_create(&(struct nats_link_config){ .loop = loop, .servers = servers, .credentials_file = "", .user = user,
		.password = password, .token = "", .ca_file = "", .certificate_file = "", .key_file = "", .name = "test", .subject = "test.all",
		.heard = heard, .came = came, .owner = e }, &err);
	require(e->link, "%s", err.text);
}

static void end(struct end *e)
{
	nats_link_destroy(e->link);
	e->link = NULL;
}

static char url[40]; /* of `server`; not changed while a link has it */

static void url_of(const struct nats_server *s, char ret_url[40])
{
	snprintf(ret_url, 40, "nats://127.0.0.1:%d", s->port);
}

static const char *const alone[] = { url, NULL };

static void setup(void)
{
	require(mkdtemp(folder), "%s", folder);
	nats_server_init(&server, folder);
	url_of(&server, url);
	loop = loop_create();
	step = loop_timer_create(loop, stop, loop);
}

static void teardown(void)
{
	char command[100];

	end(&a);
	end(&b);
	timer_destroy(step);
	loop_destroy(loop);
	nats_server_end(&server);
	snprintf(command, sizeof command, "rm -r '%s'", folder);
	require(system(command) == 0, "%s", command);
}

static void both_up(void)
{
	nats_server_start(&server);
	begin(&a, alone, "", "");
	begin(&b, alone, "", "");
	until(a.comes == 1 && b.comes == 1);
}

static bool say(struct end *e, const char *subject, const char *text)
{
	return nats_link_publish(e->link, subject, text, strlen(text));
}

static void hears_what_it_wants_to_and_not_itself(void)
{
	both_up();
	require(nats_link_subscribe(b.link, "test.one"));
	until(nats_server_interest(&server, "test.one") == 1);
	require(say(&a, "test.two", "not for b") && say(&a, "test.one", "hej") && say(&b, "test.one", "by b"));
	until(b.heard == 1);
	require(strcmp(b.last, "hej") == 0, "%s", b.last);
	require(say(&a, "test.all", "to all"));
	until(b.heard == 2);
	nats_link_unsubscribe(b.link, "test.one");
	until(nats_server_interest(&server, "test.one") == 0);
	require(say(&a, "test.one", "nobody listens") && say(&a, "test.all", "last"));
	until(b.heard == 3);
	require(strcmp(b.last, "last") == 0, "%s", b.last);
	require(a.heard == 0);
	require(!nats_link_reason(a.link));
}

static void what_is_wanted_outlives_the_server(void)
{
	both_up();
	nats_link_subscribe(b.link, "test.kept");
	nats_link_subscribe(b.link, "test.dropped");
	nats_server_kill(&server);
	until(a.goes == 1 && b.goes == 1);
	require(!say(&a, "test.kept", "into the void"));
	nats_link_unsubscribe(b.link, "test.dropped");
	nats_link_subscribe(b.link, "test.new");
	until(nats_link_reason(a.link) && strstr(nats_link_reason(a.link), url));
	nats_server_start(&server);
	until(a.comes == 2 && b.comes == 2);
	/* No waiting here: what is wanted was with the server before the link said that it is up. */
	require(nats_server_interest(&server, "test.kept") == 1);
	require(nats_server_interest(&server, "test.dropped") == 0);
	require(nats_server_interest(&server, "test.new") == 1);
	require(say(&a, "test.new", "hej"));
	until(b.heard == 1);
}

static void goes_to_another_server(void)
{
	struct nats_server other;
	char others[40];

	nats_server_init(&other, folder);
	url_of(&other, others);
	nats_server_start(&other);
	nats_server_start(&server);
	begin(&a, (const char *const[]){ url, others, NULL }, "", "");
	until(a.comes == 1);
	nats_server_kill(nats_server_interest(&server, "test.all") ? &server : &other);
	until(a.goes == 1 && a.comes == 2);
	require(nats_server_interest(server.pid ? &server : &other, "test.all") == 1);
	end(&a); /* its list of servers ends with this test */
	nats_server_end(&other);
}

static void says_why_it_is_refused_and_goes_on_trying(void)
{
	strcpy(server.more, "authorization { user: kors, password: right }");
	nats_server_start(&server);
	begin(&a, alone, "kors", "wrong");
	until(nats_link_reason(a.link) && strstr(nats_link_reason(a.link), "Authorization Violation"));
	until(metric_value(metric_counter("korsdrag_bus_failures_total", "", NULL)) >= 4);
	require(a.comes == 0 && !nats_link_is_up(a.link));
	nats_server_kill(&server);
	strcpy(server.more, "authorization { user: kors, password: wrong }");
	nats_server_start(&server);
	until(a.comes == 1);
	require(!nats_link_reason(a.link));
}

/* Whoever hears more than it can take keeps NATS_QUEUE_MAX of it, and knows that it missed something. */
static void keeps_so_much_of_what_it_hears_and_no_more(void)
{
	static char text[100000];
	struct metric *overrun = metric_counter("korsdrag_bus_overrun_total", "", NULL);
	int64_t end_ms = now_ms() + PATIENCE_MS;

	both_up();
	memset(text, 'x', sizeof text - 1);
	for (int i = 0; i < 200; i++) { /* 20 MB, in portions that a can say; the loop, which both share, does not turn */
		while (!say(&a, "test.all", text)) {
			require(now_ms() < end_ms);
			nanosleep(&(struct timespec){ .tv_nsec = 10000000 }, NULL);
		}
	}
	nanosleep(&(struct timespec){ .tv_sec = 2 }, NULL); /* the library's threads hear most of it */
	until(metric_value(overrun) >= 1 && b.comes >= 2);
	require(b.octets >= NATS_QUEUE_MAX - 2 * sizeof text);
	require(b.octets <= 3 * (size_t)NATS_QUEUE_MAX, "of 20 MB %zu", b.octets);
	b.heard = 0;
	require(say(&a, "test.all", "and goes on"));
	until(b.heard >= 1 && strcmp(b.last, "and goes on") == 0);
}

/* A server that takes nothing holds the thread, not the loop; what waits is bounded; the end comes soon. */
static void a_silent_server_holds_nobody(void)
{
	static char text[100000];
	int64_t before, longest = 0, taken = 0;

	both_up();
	nats_server_freeze(&server);
	memset(text, 'x', sizeof text - 1);
	for (int i = 0; i < 300; i++) {
		before = now_ms();
		taken += say(&a, "test.one", text);
		if (now_ms() - before > longest)
			longest = now_ms() - before;
	}
	require(longest < 1000, "%lld ms", (long long)longest);
	require(taken < 300);
	until(a.goes == 1 && b.goes == 1);
	before = now_ms();
	end(&a);
	require(now_ms() - before < 6000);
	nats_server_thaw(&server);
	until(b.comes == 2);
}

/* Everything at once, for the sanitizers: both talk, want and unwant, while the server goes and comes. */
static void survives_everything_at_once(void)
{
	char subject[32];

	both_up();
	for (int i = 0; i < LINES; i++) {
		snprintf(subject, sizeof subject, "test.%d", i % 20);
		nats_link_subscribe(i % 2 ? a.link : b.link, subject);
		say(i % 2 ? &b : &a, subject, "hej");
		say(&a, "test.all", "hej");
		if (i % 3 == 0) {
			snprintf(subject, sizeof subject, "test.%d", (i + 7) % 20);
			nats_link_unsubscribe(a.link, subject);
		}
		if (i % 500 == 200)
			nats_server_kill(&server);
		else if (i % 500 == 400)
			nats_server_start(&server);
		if (i % 10 == 0)
			turn(2);
	}
	until(nats_link_is_up(a.link) && nats_link_is_up(b.link));
	b.heard = 0;
	say(&a, "test.all", "the last");
	until(strcmp(b.last, "the last") == 0);
}

static void may_end_at_any_moment(void)
{
	nats_server_start(&server);
	for (int i = 0; i < 40; i++) {
		begin(&a, alone, "", "");
		if (i % 4)
			turn(i % 4 * 3);
		say(&a, "test.all", "hej");
		if (i == 20)
			nats_server_kill(&server);
		end(&a);
	}
	nats_link_destroy(NULL);
}

/* --- each in a process of its own ---------------------------------------------------------------------------- */

#define TEST(name) { #name, name }

static const struct {
	const char *name;
	void (*run)(void);
} tests[] = {
	TEST(hears_what_it_wants_to_and_not_itself), TEST(what_is_wanted_outlives_the_server), TEST(goes_to_another_server),
	TEST(says_why_it_is_refused_and_goes_on_trying), TEST(keeps_so_much_of_what_it_hears_and_no_more),
	TEST(a_silent_server_holds_nobody), TEST(survives_everything_at_once), TEST(may_end_at_any_moment),
};

int main(void)
{
	int failed = 0;

	setbuf(stdout, NULL);
	for (size_t i = 0; i < sizeof tests / sizeof *tests; i++) {
		int status = 0;
		pid_t pid = fork();

		if (pid == 0) {
			alarm(TEST_S);
			setup();
			tests[i].run();
			teardown();
			exit(0); /* the sanitizers look at what is left */
		}
		waitpid(pid, &status, 0);
		failed += status != 0;
		printf("%s %s\n", status == 0 ? "ok" : "not ok", tests[i].name);
	}
	return failed > 0;
}

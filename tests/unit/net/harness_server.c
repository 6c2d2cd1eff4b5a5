/* harness_server.c - the test server. */
#include "harness.h"
#include "base/log.h"
#include "base/metrics.h"
#include "loop/loop.h"
#include <criterion/criterion.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

/* --- the server ------------------------------------------------------------------------------------------------- */

int server_files;

static struct loop *loop;
static struct net *net;
static char opened_as[600];
static int drained_count;

static void say(uint64_t conn, const char *text, size_t len, uint32_t tag, bool is_reply)
{
	struct frame *f = frame_create(text, len);

	net_send(net, conn, f, tag, is_reply);
	frame_unref(f);
}

static void on_opened(void *owner, uint64_t conn, const struct net_handshake *hs)
{
	(void)owner;
	(void)conn;
	snprintf(opened_as, sizeof(opened_as), "%s %s %s %s", hs->is_bearer ? "bearer" : "cookie", hs->credential, hs->address,
		hs->user_agent);
}

static void flood(uint64_t conn, int count, size_t bytes, uint32_t tag)
{
	char *text = malloc(bytes + 1);
	struct frame *f;

	memset(text, 'x', bytes);
	f = frame_create(text, bytes);
	for (int i = 0; i < count; i++)
		net_send(net, conn, f, tag, false);
	frame_unref(f);
	free(text);
}

static void on_message(void *owner, uint64_t conn, const char *text, size_t len)
{
	static char reason[64]; /* outlives the connection */
	char line[128] = "";
	int code, count, bytes, tag;

	(void)owner;
	if (len < sizeof(line))
		memcpy(line, text, len);
	if (sscanf(line, "close %d %63[^\n]", &code, reason) >= 1) {
		net_close(net, conn, code, reason);
	} else if (sscanf(line, "flood %d %d %d", &count, &bytes, &tag) == 3) {
		flood(conn, count, (size_t)bytes, (uint32_t)tag);
	} else if (sscanf(line, "reply %d %d", &count, &bytes) == 2) {
		char *big = calloc(1, (size_t)bytes);

		memset(big, 'r', (size_t)bytes);
		for (int i = 0; i < count; i++)
			say(conn, big, (size_t)bytes, 0, true);
		free(big);
	} else if (sscanf(line, "drop %d", &tag) == 1) {
		net_drop_tag(net, conn, (uint32_t)tag);
	} else if (strcmp(line, "queued") == 0) {
		snprintf(line, sizeof(line), "queued %zu", net_queued_bytes(net, conn));
		say(conn, line, strlen(line), 0, true);
	} else if (sscanf(line, "refused %63s", reason) == 1) {
		snprintf(line, sizeof(line), "refused %d", (int)metric_value(metric_refusals(reason)));
		say(conn, line, strlen(line), 0, true);
	} else if (strcmp(line, "opened") == 0) {
		say(conn, opened_as, strlen(opened_as), 0, true);
	} else if (strcmp(line, "drained") == 0) {
		snprintf(line, sizeof(line), "drained %d", drained_count);
		say(conn, line, strlen(line), 0, true);
	} else {
		say(conn, text, len, 0, true);
	}
}

static void on_closed(void *owner, uint64_t conn)
{
	(void)owner;
	if (net_send(net, conn, NULL, 0, false) || net_queued_bytes(net, conn))
		abort(); /* a closed connection is not found */
}

static void on_drained(void *owner, uint64_t conn)
{
	(void)owner;
	(void)conn;
	drained_count++;
}

static const struct net_handlers handlers = { on_opened, on_message, on_closed, on_drained };

static void hello(void *owner, struct http_request *r)
{
	char text[256];
	const char *cookie = http_cookie(r, "__Host-korsdrag");

	(void)owner;
	http_header(r, "X-Bad", "a\r\nSet-Cookie: evil=1");
	http_header(r, "X-Good", "yes");
	snprintf(text, sizeof(text), "hello %s %s %s", http_address(r), cookie ? cookie : "-", http_origin(r));
	http_reply(r, 200, "text/plain; charset=utf-8", text, strlen(text));
}

static void take(void *owner, struct http_request *r)
{
	size_t len;
	const char *body = http_body(r, &len);

	(void)owner;
	http_reply_json(r, 202, json_pack("{s:s%, s:b}", "body", body, len, "alive", http_is_alive(r)));
}

static struct http_request *waiting;
static struct timer *waiting_timer;

static void late_now(void *owner)
{
	(void)owner;
	http_reply(waiting, 200, "text/plain", "late", 4);
	waiting = NULL;
}

static void late(void *owner, struct http_request *r)
{
	(void)owner;
	if (waiting) {
		http_reply(r, 503, NULL, NULL, 0);
		return;
	}
	waiting = r;
	timer_start(waiting_timer, 200, 0);
}

static const struct http_route routes[] = {
	{ "GET", "/hello", hello, HTTP_ANYBODY, 0 },
	{ "POST", "/take", take, HTTP_OWN_PAGES, 65536 },
	{ "PUT", "/take", take, HTTP_OWN_PAGES, 100 },
	{ "GET", "/late", late, HTTP_ANYBODY, 0 },
	{ .path = NULL },
};
static const struct http_route *const route_tables[] = { routes, NULL };

static void on_term(void *owner, int signum)
{
	(void)owner;
	(void)signum;
	loop_stop(loop);
}

static void server_run(const struct net_config *config, int ready)
{
	struct loop_signal *term;
	struct err err = { 0 };
	int port;

	if (server_files)
		setrlimit(RLIMIT_NOFILE, &(struct rlimit){ (rlim_t)server_files, (rlim_t)server_files });
	log_init(LOG_ERROR, LOG_TEXT, "test");
	loop = loop_create();
	net = net_create(loop, config, &err);
	port = net ? net_port(net) : -1;
	if (!net)
		fprintf(stderr, "%s\n", err.text);
	waiting_timer = loop_timer_create(loop, late_now, NULL);
	term = loop_signal_create(loop, SIGTERM, on_term, NULL);
	(void)!write(ready, &port, sizeof(port));
	loop_run(loop);
	timer_stop(waiting_timer);
	net_destroy(net);
	if (waiting)
		late_now(NULL); /* outlives even the net */
	timer_destroy(waiting_timer);
	loop_signal_destroy(term);
	loop_destroy(loop);
	exit(0); /* where leaks are looked for */
}

struct net_config server_config(void)
{
	static const char *const origins[] = { ORIGIN, "http://localhost:8080", NULL };

	return (struct net_config){
		.listen = "127.0.0.1:0", .origins = origins, .is_loopback_required = true, .max_head = 8192, .head_ms = 10000,
		.idle_ms = 10000, .keep_alive_ms = 5000, .max_message = 65536, .max_fragments = 64, .queue_soft = 65536,
		.queue_soft_ms = 10000, .behind_ms = 60000, .queue_hard = 262144, .max_conns = 100, .max_conns_per_address = 50, .ping_ms = 25000,
		.dead_ms = 60000, .handlers = &handlers, .routes = route_tables,
	};
}

struct server server_start(const struct net_config *config)
{
	struct server s = { .path = strncmp(config->listen, "unix:", 5) == 0 ? config->listen + 5 : NULL };
	int ready[2];

	cr_assert(pipe(ready) == 0);
	fflush(NULL);
	s.pid = fork();
	cr_assert(s.pid >= 0);
	if (s.pid == 0) {
		close(ready[0]);
		prctl(PR_SET_PDEATHSIG, SIGKILL); /* a failed test leaves no server behind */
		server_run(config, ready[1]);
	}
	close(ready[1]);
	cr_assert(read(ready[0], &s.port, sizeof(s.port)) == sizeof(s.port));
	close(ready[0]);
	return s;
}

void server_stop(struct server *s)
{
	int status = -1;

	kill(s->pid, SIGTERM);
	cr_assert(waitpid(s->pid, &status, 0) == s->pid);
	cr_assert(WIFEXITED(status) && WEXITSTATUS(status) == 0, "the server ended with %x", (unsigned)status);
}

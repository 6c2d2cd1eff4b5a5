/* connection.c - a stranger's connection to the real net/: HTTP by our own parser, the routes of sign-in, files of the
 * client, and WebSocket frames by libwebsockets, put together by us.
 *
 * First byte: 'w' a good handshake goes ahead and frames follow as (first octet, length, payload), masked by us; 'r'
 * the same, but the rest is raw; otherwise it is raw from the start ('p': by a proxy; 'q': for somebody who has all the
 * connections that one may have). Second byte: how many octets come at once. */
#include "lib/fuzz.h"
#include "account/account_private.h"
#include "base/utf8.h"
#include "loop/loop.h"
#include "net/net_private.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>
#include <uv.h>

#define ORIGIN "https://korsdrag.example.se"
#define MESSAGE_MAX 600
#define FRAGMENTS_MAX 4
#define PLACES 8 /* of one address */
#define PIECES_MAX 200
#define TURNS_MAX 4000

#define HANDSHAKE \
	"GET /ws HTTP/1.1\r\nHost: korsdrag.example.se\r\nUpgrade: websocket\r\nConnection: keep-alive, Upgrade\r\n" \
	"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: korsdrag.v1\r\n" \
	"Authorization: Bearer abc\r\n\r\n"

static struct loop *loop;
static struct net *net;
static struct account *account;

/* What the frames that we send amount to, as messages with a line end each; and what the house has heard of them. */
static struct {
	bool is_in_message, is_wrong;
	char sent[65536], heard[65536];
	size_t sent_len, heard_len, message_at;
} told;

/* --- the house ----------------------------------------------------------------------------------------------- */

static void opened(void *owner, uint64_t conn, const struct net_handshake *hs)
{
	(void)owner;
	(void)conn;
	fuzz_check(*hs->credential && hs->address && hs->user_agent, "who is it");
}

static void heard(void *owner, uint64_t conn, const char *text, size_t len)
{
	struct frame *f = frame_create(text, len);

	(void)owner;
	fuzz_check(len <= MESSAGE_MAX, "a message of %zu bytes", len);
	fuzz_check(utf8_is_valid(text, len), "a message that is no UTF-8");
	fuzz_check(told.heard_len + len + 1 <= sizeof(told.heard), "more is heard than was said");
	memcpy(told.heard + told.heard_len, text, len);
	told.heard_len += len;
	told.heard[told.heard_len++] = '\n';
	net_send(net, conn, f, 0, true);
	frame_unref(f);
	if (len == 5 && memcmp(text, "close", 5) == 0) { /* then what still comes is not heard */
		net_close(net, conn, NET_CLOSE_NORMAL, "as asked");
		told.is_wrong = true;
	}
}

static void closed(void *owner, uint64_t conn)
{
	(void)owner;
	fuzz_check(!net_conn_find(net, conn), "closed, and found");
}

static void take(void *owner, struct http_request *r)
{
	size_t len;
	const char *body = http_body(r, &len), *cookie = http_cookie(r, "__Host-korsdrag");

	(void)owner;
	fuzz_check(len <= 64 && http_is_alive(r) && *http_address(r), "a request that is none");
	http_header(r, "X-Cookie", cookie ? cookie : "-");
	http_header(r, "X-Agent", http_user_agent(r));
	http_header(r, "X-Origin", http_origin(r));
	if (strcmp(http_user_agent(r), "bad header") == 0)
		http_header(r, "X-Bad", "a\r\nSet-Cookie: b");
	http_reply(r, 200, "text/plain", body, len);
}

/* Answered some turns later, when its peer may have gone. */
static struct http_request *waiting;
static int waited;

static void late(void *owner, struct http_request *r)
{
	(void)owner;
	if (waiting) {
		http_reply(r, 503, NULL, NULL, 0);
		return;
	}
	waiting = r;
	waited = 0;
}

static void late_answer(void)
{
	if (!waiting || ++waited < 4)
		return;
	http_reply(waiting, 200, "text/plain", "late", 4);
	waiting = NULL;
}

static const struct http_route routes[] = {
	{ "GET", "/take", take, HTTP_ANYBODY, 0 },
	{ "PUT", "/take", take, HTTP_OWN_PAGES, 64 },
	{ "GET", "/late", late, HTTP_ANYBODY, 0 },
	{ "POST", "/take", take, HTTP_OWN_PAGES, 64 },
	{ .path = NULL },
};

static void file_make(const char *root, const char *name, const char *text)
{
	char path[200];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", root, name);
	f = fopen(path, "w");
	if (!f || fputs(text, f) < 0 || fclose(f) != 0)
		abort();
}

/* A small client; its folder is of use at the start only. */
static void site_make(char *root)
{
	static const char *const names[] = { "index.html", "assets/app.js", "assets/app.js.gz", "assets/app.js.br" };
	char path[200];

	if (!mkdtemp(root))
		abort();
	snprintf(path, sizeof(path), "%s/assets", root);
	mkdir(path, 0700);
	for (size_t i = 0; i < 4; i++)
		file_make(root, names[i], names[i]);
}

static void site_remove(const char *root)
{
	static const char *const names[] = { "index.html", "assets/app.js", "assets/app.js.gz", "assets/app.js.br", "assets", "." };
	char path[200];

	for (size_t i = 0; i < 6; i++) {
		snprintf(path, sizeof(path), "%s/%s", root, names[i]);
		if (i < 4)
			unlink(path);
		else
			rmdir(i == 4 ? path : root);
	}
}

void fuzz_begin(void)
{
	static const char *const origins[] = { ORIGIN, "http://localhost:8080", NULL }, *const proxies[] = { "10.0.0.1", NULL };
	static const char *const app_paths[] = { "/", "/thread/", NULL };
	static const struct net_handlers handlers = { opened, heard, closed, NULL };
	static const struct http_route *const tables[] = { account_routes, routes, NULL };
	static const struct db_stmt *const none[] = { NULL };
	static const struct db_stmt *const *const lists[] = { none, NULL };
	char root[] = "/tmp/korsdrag-fuzz.XXXXXX";
	struct err err = { 0 };
	struct db *db;

	json_object_seed(1);
	site_make(root);
	loop = loop_create();
	net = net_create(loop, &(struct net_config){ .listen = "127.0.0.1:0", .origins = origins, .proxies = proxies, .web_root = root,
		.app_paths = app_paths, .max_head = 2048, .head_ms = 10000, .idle_ms = 10000, .keep_alive_ms = 5000,
		.max_message = MESSAGE_MAX, .max_fragments = FRAGMENTS_MAX, .queue_soft = 65536, .queue_soft_ms = 10000, .behind_ms = 60000,
		.queue_hard = 262144, .max_conns = 100, .max_conns_per_address = PLACES, .ping_ms = 25000, .dead_ms = 60000,
		.handlers = &handlers, .routes = tables }, &err);
	site_remove(root);
	db = db_create(loop, &(struct db_config){ .conninfo = "host=/nonexistent", .pool_size = 2, .statement_timeout_ms = 1000,
		.queue_ms = 1000, .statements = lists, .application = "fuzz" });
	account = account_create(loop, db, &(struct account_config){ .origin = ORIGIN, .mail = { .url = "" }, .link_ms = 600000,
		.mails_per_hour = 5, .session_ms = 1000, .session_idle_ms = 1000}, &err);
	if (!net || !account)
		fuzz_check(false, "%s", err.text);
	net_set_route_owner(net, account_routes, account);
	uv_run(loop_uv(loop), UV_RUN_NOWAIT);
}

/* --- the stranger -------------------------------------------------------------------------------------------- */

static char answer[131072];
static size_t answer_len;

static void turn(int fd)
{
	ssize_t n;

	uv_run(loop_uv(loop), UV_RUN_NOWAIT);
	late_answer();
	while ((n = recv(fd, answer + answer_len, sizeof(answer) - 1 - answer_len, MSG_DONTWAIT)) > 0)
		answer_len += (size_t)n;
}

static void send_pieces(int fd, const void *bytes, size_t len, size_t step)
{
	const char *at = bytes;

	for (int pieces = 0; len > 0; pieces++) {
		size_t n = pieces < PIECES_MAX && step && step < len ? step : len;
		ssize_t sent = send(fd, at, n, MSG_NOSIGNAL | MSG_DONTWAIT);

		turn(fd);
		if (sent <= 0)
			return;
		at += sent;
		len -= (size_t)sent;
	}
}

/* Notes what the frame amounts to. After the first that breaks a rule nothing is to be heard any more. */
static void frame_note(int first, const uint8_t *payload, size_t len)
{
	static int fragments;
	int opcode = first & 0x0f;
	bool is_last = first & 0x80;

	if (told.is_wrong)
		return;
	if (opcode == 9 || opcode == 10) {
		told.is_wrong = !is_last || len > 125 || first & 0x70;
		return;
	}
	fragments = opcode == 0 ? fragments + 1 : 1;
	told.is_wrong = opcode > 1 || first & 0x70 || told.is_in_message != (opcode == 0) || fragments > FRAGMENTS_MAX ||
		told.sent_len - told.message_at + len > MESSAGE_MAX || told.sent_len + len + 1 > sizeof(told.sent);
	if (told.is_wrong)
		return;
	memcpy(told.sent + told.sent_len, payload, len);
	told.sent_len += len;
	told.is_in_message = !is_last;
	if (is_last) {
		told.is_wrong = !utf8_is_valid(told.sent + told.message_at, told.sent_len - told.message_at);
		if (told.is_wrong) {
			told.sent_len = told.message_at;
			return;
		}
		told.sent[told.sent_len++] = '\n';
		told.message_at = told.sent_len;
	}
}

/* A length of 0xff says that the next two octets tell it, of bytes that stand for themselves. */
static void frames_send(int fd, struct fuzz_bytes *b, size_t step)
{
	while (fuzz_left(b) > 0) {
		uint8_t out[8 + 1024] = { fuzz_take(b) };
		size_t len = fuzz_take(b), n = 2, i;

		if (len == 0xff)
			len = (size_t)(fuzz_take(b) % 4) << 8 | fuzz_take(b);
		if (len < 126) {
			out[1] = (uint8_t)(0x80 | len);
		} else {
			out[1] = 0x80 | 126;
			out[2] = (uint8_t)(len >> 8);
			out[3] = (uint8_t)len;
			n = 4;
		}
		n += 4; /* a mask of zeros */
		for (i = 0; i < len; i++)
			out[n + i] = fuzz_left(b) ? fuzz_take(b) : 'x';
		frame_note(out[0], out + n, len);
		send_pieces(fd, out, n + len, step);
	}
}

static void frames_check(void)
{
	size_t whole = told.message_at; /* of a message under way nothing is heard */

	fuzz_check(told.heard_len <= whole && memcmp(told.heard, told.sent, told.heard_len) == 0, "heard: %.*s sent: %.*s",
		(int)told.heard_len, told.heard, (int)whole, told.sent);
	fuzz_check(told.is_wrong || told.heard_len == whole, "%zu bytes were sent and %zu heard", whole, told.heard_len);
}

/* Every answer is one of ours, with what each of ours carries (security.md, R3). */
static void answer_check(void)
{
	const char *at = answer;

	answer[answer_len] = '\0';
	if (answer_len == 0)
		return;
	fuzz_check(strncmp(at, "HTTP/1.1 ", 9) == 0, "%.100s", at);
	if (strncmp(at + 9, "100", 3) == 0)
		at += strlen("HTTP/1.1 100 Continue\r\n\r\n");
	if (*at && strncmp(at + 9, "101", 3) != 0)
		fuzz_check(strstr(at, "\r\nX-Content-Type-Options: nosniff\r\n") && strstr(at, "\r\nContent-Security-Policy: default-src 'none'"),
			"an answer without its headers: %.300s", at);
}

static void connection_end(int fd)
{
	shutdown(fd, SHUT_WR);
	for (int i = 0; i < 20; i++)
		turn(fd);
	close(fd);
	for (int i = 0; net->peer_count + net->conn_count > 0; i++) {
		fuzz_check(i < TURNS_MAX, "%d peers and %d connections stay behind", net->peer_count, net->conn_count);
		uv_run(loop_uv(loop), UV_RUN_NOWAIT);
		late_answer();
	}
	while (waiting)
		late_answer();
}

void fuzz_input(const uint8_t *bytes, size_t size)
{
	struct fuzz_bytes b = { bytes, bytes + size };
	uint8_t how = fuzz_take(&b);
	bool is_proxied = how == 'p' || how == 'q';
	size_t step = (size_t)(uint8_t)(fuzz_take(&b) - '0');
	struct address *places[PLACES] = { NULL };
	int fds[2];

	limit_init(&account->asks, 3, 600000);
	limit_init(&account->redeems, 3, 600000);
	memset(&told, 0, offsetof(__typeof__(told), sent));
	told.sent_len = told.heard_len = told.message_at = answer_len = 0;
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, fds) != 0)
		abort();
	for (int i = 0; how == 'q' && i < PLACES; i++)
		places[i] = address_take(net->addresses, "203.0.113.7");
	peer_create(net, fds[1], is_proxied ? "10.0.0.1" : "192.0.2.7", is_proxied ? NULL : address_take(net->addresses, "192.0.2.7"), is_proxied);
	if (how == 'w' || how == 'r')
		send_pieces(fds[0], HANDSHAKE, sizeof(HANDSHAKE) - 1, 0);
	if (how == 'w') {
		fuzz_check(answer_len > 12 && memcmp(answer, "HTTP/1.1 101", 12) == 0, "no upgrade: %.*s", (int)answer_len, answer);
		frames_send(fds[0], &b, step);
	} else {
		send_pieces(fds[0], b.at, fuzz_left(&b), step);
	}
	answer_check();
	connection_end(fds[0]);
	for (int i = 0; i < PLACES; i++)
		address_release(net->addresses, places[i]);
	if (how == 'w')
		frames_check();
}

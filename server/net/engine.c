/* engine.c - libwebsockets: one context and vhost without a listener, on our loop, for WebSocket framing only.
 *
 * Facts of 4.1.6 that shape this (security.md, traps): with foreign_loops it leaves signals alone; destroying takes
 * two calls with the loop run in between; work it plans from outside its own callbacks needs a poke, because its
 * timer is only set again when it is woken; lws_adopt_socket_vhost_readbuf serves the handshake before it returns. */
#include "net/net_private.h"
#include "base/log.h"
#include "protocol/kd.h"
#include <libwebsockets.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <uv.h>

#define FILES_MAX (1u << 20) /* libwebsockets makes tables for as many descriptors as the process may have */

struct session { /* libwebsockets gives each connection one, zeroed */
	struct conn *conn;
};

struct engine {
	struct net *net;
	struct lws_context *context;
	struct lws_vhost *vhost;
	void *loops[1];
	struct conn *adopting; /* whose handshake is being served, inside engine_adopt */
	const struct net_handshake *handshake;
};

static int on_event(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in, size_t len);

static const struct lws_protocols protocols[] = {
	/* 512: a zero would cost each connection 4 KB. The packet size is more than we ever write at once. */
	{ KD_SUBPROTOCOL, on_event, sizeof(struct session), 512, 0, NULL, 65536 },
	{ NULL, NULL, 0, 0, 0, NULL, 0 },
};

static int established(struct lws *wsi, struct session *session)
{
	struct engine *e = lws_context_user(lws_get_context(wsi));
	struct conn *c = e->adopting;

	e->adopting = NULL;
	if (!c || !session)
		return -1;
	session->conn = c;
	return conn_opened(c, wsi, e->handshake) ? 0 : -1;
}

static int on_event(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in, size_t len)
{
	struct session *session = user;
	struct conn *c = session ? session->conn : NULL;

	switch (reason) {
	case LWS_CALLBACK_ESTABLISHED:
		return established(wsi, session);
	case LWS_CALLBACK_RECEIVE:
		return c ? conn_receive(c, in, len) : -1;
	case LWS_CALLBACK_SERVER_WRITEABLE:
		return c ? conn_writable(c) : -1;
	case LWS_CALLBACK_RECEIVE_PONG:
		if (c)
			alive_heard(c);
		return 0;
	case LWS_CALLBACK_WS_PEER_INITIATED_CLOSE:
		return c ? conn_peer_closes(c, in, len) : -1;
	case LWS_CALLBACK_WS_SERVER_DROP_PROTOCOL: /* before libwebsockets sends a close frame of its own accord */
		if (c)
			conn_dropped(c);
		return 0;
	case LWS_CALLBACK_CLOSED:
		if (c) {
			session->conn = NULL;
			conn_gone(c);
		}
		return 0;
	/* What cannot happen, since no request but our own reaches libwebsockets, is refused all the same: without
	 * the third a stranger's Upgrade header would be used after it was freed (CVE-2025-11677). */
	case LWS_CALLBACK_HTTP:
	case LWS_CALLBACK_HTTP_BODY:
	case LWS_CALLBACK_FILTER_HTTP_CONNECTION:
	case LWS_CALLBACK_RAW_ADOPT:
	case LWS_CALLBACK_RAW_RX:
		return -1;
	case LWS_CALLBACK_HTTP_CONFIRM_UPGRADE: {
		char upgrade[16];

		return lws_hdr_copy(wsi, upgrade, sizeof(upgrade), WSI_TOKEN_UPGRADE) == 9 &&
		       strcmp(upgrade, "websocket") == 0 ? 0 : -1;
	}
	default:
		return 0;
	}
}

/* Errors and warnings only, and none of what it says at those levels about ordinary life. */
static void on_log(int level, const char *line)
{
	size_t len = strcspn(line, "\n");
	char text[200];

	if (strstr(line, "adopt_socket_readbuf: ")) /* 4.3 has the time and the level before it */
		return;
	snprintf(text, sizeof(text), "%.*s", (int)(len < sizeof(text) ? len : sizeof(text) - 1), line);
	log_line(level == LLL_ERR ? LOG_ERROR : LOG_WARN, "libwebsockets", "text", text, NULL);
}

/* Containers like to allow a thousand million descriptors. */
static void files_limit(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur > FILES_MAX) {
		limit.rlim_cur = FILES_MAX;
		setrlimit(RLIMIT_NOFILE, &limit);
	}
}

struct engine *engine_create(struct net *net, struct err *err)
{
	static const lws_retry_bo_t no_pings = { 0 }; /* of its own: see alive.c */
	struct engine *e = calloc(1, sizeof(*e));
	struct lws_context_creation_info info = { 0 };

	if (!e) {
		err_set(err, KD_E_UNAVAILABLE, "out of memory");
		return NULL;
	}
	files_limit();
	lws_set_log_level(LLL_ERR | LLL_WARN, on_log);
	e->net = net;
	e->loops[0] = loop_uv(net->loop);
	info.port = CONTEXT_PORT_NO_LISTEN_SERVER;
	info.protocols = protocols;
	info.extensions = NULL; /* compression aborts and uses freed memory (lws#2120, #1362), and costs 95 KB each */
	info.options = LWS_SERVER_OPTION_LIBUV | LWS_SERVER_OPTION_UV_NO_SIGSEGV_SIGFPE_SPIN;
	info.foreign_loops = e->loops;
	info.retry_and_idle_policy = &no_pings;
	info.alpn = "http/1.1";
	info.vhost_name = "korsdrag";
	info.user = e;
	info.pcontext = &e->context;
	info.max_http_header_data = 1024; /* the handshakes that we write ourselves have some 200 bytes */
	info.timeout_secs = 10;
	info.gid = info.uid = (gid_t)-1;
	e->context = lws_create_context(&info);
	e->vhost = e->context ? lws_get_vhost_by_name(e->context, "korsdrag") : NULL;
	if (!e->vhost) {
		err_set(err, KD_E_UNAVAILABLE, "libwebsockets cannot start: is its libuv event library installed");
		engine_destroy(e);
		return NULL;
	}
	return e;
}

static void on_handle(uv_handle_t *handle, void *is_closing)
{
	if (uv_is_closing(handle))
		*(bool *)is_closing = true;
}

static bool handles_close(uv_loop_t *loop)
{
	bool is_closing = false;

	uv_walk(loop, on_handle, &is_closing);
	return is_closing;
}

/* Destroy, run out, destroy again: libwebsockets' handles close over several turns, and only then may it go. */
void engine_destroy(struct engine *e)
{
	if (!e)
		return;
	if (e->context) {
		uv_loop_t *loop = e->loops[0];

		lws_context_destroy(e->context);
		for (int i = 0; i < 100 && handles_close(loop); i++)
			uv_run(loop, UV_RUN_NOWAIT);
		if (e->context)
			lws_context_destroy(e->context);
	}
	free(e);
}

void engine_poke(struct engine *e)
{
	lws_cancel_service(e->context);
}

void engine_adopt(struct engine *e, int fd, const char *key, struct conn *c, const struct net_handshake *hs)
{
	char head[320];
	int len = snprintf(head, sizeof(head),
		"GET /ws HTTP/1.1\r\nHost: korsdrag\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
		"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: %s\r\nSec-WebSocket-Protocol: " KD_SUBPROTOCOL "\r\n\r\n", key);

	e->adopting = c;
	e->handshake = hs;
	lws_adopt_socket_vhost_readbuf(e->vhost, fd, head, (size_t)len); /* owns fd, whatever happens */
	e->handshake = NULL;
	if (e->adopting) { /* it never came to a connection */
		e->adopting = NULL;
		log_line(LOG_WARN, "connection lost", "reason", "libwebsockets did not take it over", NULL);
		conn_destroy(c);
	}
}

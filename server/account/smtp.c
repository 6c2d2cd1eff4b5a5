/* smtp.c - libcurl's multi interface on the node's loop, for sending mail. The only door to curl.h.
 *
 * libcurl tells which descriptors it wants watched and when it wants to be called; both come from the loop.
 * Names are looked up by its own resolver thread, so nothing here waits. */
#include "account/mailer_private.h"
#include "base/log.h"
#include <curl/curl.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <utlist.h>

#define CONNECT_MS 5000L
#define TOTAL_MS 30000L
#define ANSWER_S 10L /* to one command */

struct smtp_socket { /* a descriptor of libcurl's */
	struct smtp_socket *prev, *next;
	struct smtp *smtp;
	curl_socket_t fd;
	struct watch *watch;
};

struct smtp {
	struct mailer *mailer;
	struct loop *loop;
	CURLM *multi;
	struct timer *timer;
	struct smtp_socket *sockets;
	struct letter *under_way;
};

static bool is_given(const char *text)
{
	return text && text[0];
}

/* libcurl says QUIT before it closes a connection, and waits for the answer without giving the loop a turn. A
 * socket that is shut down already makes that end at once. */
static void shut_down(curl_socket_t fd)
{
	if (fd != CURL_SOCKET_BAD)
		shutdown(fd, SHUT_RDWR);
}

/* --- ends ----------------------------------------------------------------------------------------- */

static void let_go(struct smtp *s, struct letter *l)
{
	curl_multi_remove_handle(s->multi, l->easy);
	curl_easy_cleanup(l->easy);
	curl_slist_free_all(l->rcpt);
	l->easy = NULL;
	l->rcpt = NULL;
	DL_DELETE(s->under_way, l);
}

/* A 5xx is for good, and so is an address that the server does not take; all else may pass: a server that is
 * away, a wrong password that will be put right. */
static enum letter_fate fate_of(CURLcode code, long response)
{
	if (code == CURLE_OK)
		return LETTER_LEFT;
	return response >= 500 && response < 600 && code != CURLE_LOGIN_DENIED ? LETTER_NEVER : LETTER_LATER;
}

static void collect(struct smtp *s)
{
	CURLMsg *msg;
	int left;

	while ((msg = curl_multi_info_read(s->multi, &left))) {
		CURLcode code = msg->data.result;
		struct letter *l;
		curl_socket_t kept = CURL_SOCKET_BAD; /* open for a next mail, which we do not wait for */
		long response = 0;
		char why[300];

		if (msg->msg != CURLMSG_DONE)
			continue;
		curl_easy_getinfo(msg->easy_handle, CURLINFO_PRIVATE, (char **)&l);
		curl_easy_getinfo(msg->easy_handle, CURLINFO_RESPONSE_CODE, &response);
		curl_easy_getinfo(msg->easy_handle, CURLINFO_ACTIVESOCKET, &kept);
		snprintf(why, sizeof(why), "%ld %s", response,
		        l->error[0] ? l->error : curl_easy_strerror(code));
		shut_down(kept);
		let_go(s, l);
		mailer_tried(s->mailer, l, fate_of(code, response), code == CURLE_OK ? NULL : why);
	}
}

/* --- the loop ------------------------------------------------------------------------------------- */

static void socket_ready(void *owner, int events)
{
	struct smtp_socket *sock = owner;
	struct smtp *s = sock->smtp;
	int running, bits = (events & WATCH_READ ? CURL_CSELECT_IN : 0) |
	                    (events & WATCH_WRITE ? CURL_CSELECT_OUT : 0);

	curl_multi_socket_action(s->multi, sock->fd, bits, &running); /* may forget sock */
	collect(s);
}

static void time_is_up(void *owner)
{
	struct smtp *s = owner;
	int running;

	curl_multi_socket_action(s->multi, CURL_SOCKET_TIMEOUT, 0, &running);
	collect(s);
}

static int want_time(CURLM *multi, long ms, void *owner)
{
	struct smtp *s = owner;

	(void)multi;
	if (ms < 0)
		timer_stop(s->timer);
	else
		timer_start(s->timer, ms, 0); /* 0 too: libcurl must not be called from inside itself */
	return 0;
}

static void socket_forget(struct smtp *s, struct smtp_socket *sock)
{
	watch_destroy(sock->watch);
	DL_DELETE(s->sockets, sock);
	free(sock);
}

static int want_socket(CURL *easy, curl_socket_t fd, int what, void *owner, void *known)
{
	struct smtp *s = owner;
	struct smtp_socket *sock = known;

	(void)easy;
	if (what == CURL_POLL_REMOVE) {
		if (sock)
			socket_forget(s, sock);
		curl_multi_assign(s->multi, fd, NULL);
		return 0;
	}
	if (!sock) {
		sock = calloc(1, sizeof(*sock));
		if (!sock)
			return -1;
		sock->smtp = s;
		sock->fd = fd;
		sock->watch = watch_create(s->loop, fd, socket_ready, sock);
		if (!sock->watch) {
			free(sock);
			return -1;
		}
		DL_APPEND(s->sockets, sock);
		curl_multi_assign(s->multi, fd, sock);
	}
	watch_want(sock->watch,
	        (what & CURL_POLL_IN ? WATCH_READ : 0) | (what & CURL_POLL_OUT ? WATCH_WRITE : 0));
	return 0;
}

/* --- one letter ----------------------------------------------------------------------------------- */

static size_t give_text(char *to, size_t size, size_t n, void *owner)
{
	struct letter *l = owner;
	size_t room = size * n, piece = l->len - l->at < room ? l->len - l->at : room;

	memcpy(to, l->text + l->at, piece);
	l->at += piece;
	return piece;
}

static bool set_up(CURL *easy, const struct mailer_config *config, struct letter *l)
{
	int refused = CURLE_OK; /* any of them: looked at once */

#define SET(option, value) (refused |= (int)curl_easy_setopt(easy, option, value))
	SET(CURLOPT_URL, config->url);
	SET(CURLOPT_PROTOCOLS_STR, "smtp,smtps");
	SET(CURLOPT_USE_SSL, config->may_be_clear ? (long)CURLUSESSL_TRY : (long)CURLUSESSL_ALL);
	SET(CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	if (is_given(config->ca_file)) {
		SET(CURLOPT_CAINFO, config->ca_file);
		SET(CURLOPT_CAPATH, NULL); /* nor the host's besides */
	}
	if (is_given(config->user)) {
		SET(CURLOPT_USERNAME, config->user);
		SET(CURLOPT_PASSWORD, config->password ? config->password : "");
	}
	SET(CURLOPT_MAIL_FROM, config->from);
	SET(CURLOPT_MAIL_RCPT, l->rcpt);
	SET(CURLOPT_UPLOAD, 1L);
	SET(CURLOPT_READFUNCTION, give_text);
	SET(CURLOPT_READDATA, l);
	SET(CURLOPT_INFILESIZE_LARGE, (curl_off_t)l->len);
	SET(CURLOPT_CONNECTTIMEOUT_MS, CONNECT_MS);
	SET(CURLOPT_TIMEOUT_MS, TOTAL_MS);
	SET(CURLOPT_SERVER_RESPONSE_TIMEOUT, ANSWER_S);
	SET(CURLOPT_NOSIGNAL, 1L);
	SET(CURLOPT_PROXY, ""); /* never one from the environment */
	SET(CURLOPT_ERRORBUFFER, l->error);
	SET(CURLOPT_PRIVATE, l);
#undef SET
	return refused == CURLE_OK;
}

void smtp_send(struct smtp *s, struct letter *l)
{
	l->at = 0;
	l->error[0] = '\0';
	l->easy = curl_easy_init();
	l->rcpt = curl_slist_append(NULL, l->to);
	if (l->easy && l->rcpt && set_up(l->easy, &s->mailer->config, l) &&
	        curl_multi_add_handle(s->multi, l->easy) == CURLM_OK) {
		DL_APPEND(s->under_way, l);
		return;
	}
	curl_easy_cleanup(l->easy);
	curl_slist_free_all(l->rcpt);
	l->easy = NULL;
	l->rcpt = NULL;
	mailer_tried(s->mailer, l, LETTER_LATER, "libcurl does not take it");
}

/* --- life ----------------------------------------------------------------------------------------- */

struct smtp *smtp_create(struct mailer *m, struct loop *loop, struct err *err)
{
	const char *url = m->config.url;
	struct smtp *s;

	if (strncmp(url, "smtp://", 7) != 0 && strncmp(url, "smtps://", 8) != 0) {
		err_set(err, KD_E_INVALID, "the mail server's address begins with smtp:// or smtps://");
		return NULL;
	}
	if (is_given(m->config.ca_file) && access(m->config.ca_file, R_OK) != 0) {
		err_set(err, KD_E_INVALID, "the mail server's certificates in %s cannot be read: %s", m->config.ca_file,
		        strerror(errno));
		return NULL;
	}
	s = calloc(1, sizeof(*s));
	if (s && curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK)
		s->multi = curl_multi_init();
	if (!s || !s->multi) {
		free(s);
		err_set(err, KD_E_INTERNAL, "libcurl does not start");
		return NULL;
	}
	s->mailer = m;
	s->loop = loop;
	s->timer = loop_timer_create(loop, time_is_up, s);
	curl_multi_setopt(s->multi, CURLMOPT_SOCKETFUNCTION, want_socket);
	curl_multi_setopt(s->multi, CURLMOPT_SOCKETDATA, s);
	curl_multi_setopt(s->multi, CURLMOPT_TIMERFUNCTION, want_time);
	curl_multi_setopt(s->multi, CURLMOPT_TIMERDATA, s);
	return s;
}

void smtp_destroy(struct smtp *s)
{
	struct letter *l, *next;
	struct smtp_socket *sock, *next_sock;

	if (!s)
		return;
	DL_FOREACH(s->sockets, sock)
	shut_down(sock->fd);
	DL_FOREACH_SAFE(s->under_way, l, next)
	{
		let_go(s, l);
		mailer_letter_free(l);
	}
	curl_multi_cleanup(s->multi);
	DL_FOREACH_SAFE(s->sockets, sock, next_sock)
	socket_forget(s, sock);
	timer_destroy(s->timer);
	curl_global_cleanup();
	free(s);
}

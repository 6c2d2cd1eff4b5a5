/* smtp.c - sending mail by libcurl. The only door to curl.h.
 *
 * libcurl waits for the server's word on a mail, and for its farewell, without giving anybody else a turn, its multi
 * interface included: ten seconds of the node, when a server thinks for so long. So each mail under way, of which the mailer
 * has a few at once, has a thread that sends it and nothing else. The thread touches its delivery alone, until it says
 * through the wake that it is done. */
#include "account/mailer_private.h"
#include "base/log.h"
#include <curl/curl.h>
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <utlist.h>

#define CONNECT_MS 5000L
#define TOTAL_MS 30000L
#define ANSWER_S 10L /* to one command */

struct delivery { /* one letter on its way */
	struct delivery *prev, *next;
	struct smtp *smtp;
	struct letter *letter;
	pthread_t thread;
	CURL *easy;
	struct curl_slist *rcpt;
	size_t at; /* how much of the text the server has been given */
	CURLcode code;
	long response;
	char error[CURL_ERROR_SIZE]; /* libcurl's words for the log; they may name the server, never the address */
	atomic_bool is_done;
};

struct smtp {
	struct mailer *mailer;
	struct wake *wake;
	struct delivery *under_way;
	atomic_bool is_ending;
};

static bool is_given(const char *text)
{
	return text && text[0];
}

/* --- on the delivery's thread --------------------------------------------------------------------------- */

static size_t give_text(char *to, size_t size, size_t n, void *owner)
{
	struct delivery *d = owner;
	const struct letter *l = d->letter;
	size_t room = size * n, piece = l->len - d->at < room ? l->len - d->at : room;

	memcpy(to, l->text + d->at, piece);
	d->at += piece;
	return piece;
}

/* libcurl asks at least once a second: nonzero ends it. */
static int is_no_use(void *owner, curl_off_t down, curl_off_t down_now, curl_off_t up, curl_off_t up_now)
{
	const struct delivery *d = owner;

	(void)down, (void)down_now, (void)up, (void)up_now;
	return atomic_load(&d->smtp->is_ending);
}

static void *deliver(void *owner)
{
	struct delivery *d = owner;
	curl_socket_t kept = CURL_SOCKET_BAD; /* open for a next mail, which we do not wait for */

	d->code = curl_easy_perform(d->easy);
	curl_easy_getinfo(d->easy, CURLINFO_RESPONSE_CODE, &d->response);
	curl_easy_getinfo(d->easy, CURLINFO_ACTIVESOCKET, &kept);
	if (kept != CURL_SOCKET_BAD) /* else cleaning up would wait for the answer to QUIT */
		shutdown(kept, SHUT_RDWR);
	curl_easy_cleanup(d->easy);
	d->easy = NULL;
	atomic_store(&d->is_done, true);
	wake_send(d->smtp->wake);
	return NULL;
}

/* --- on the loop's ---------------------------------------------------------------------------------------- */

/* A 5xx is for good, and so is an address that the server does not take; all else may pass: a server that is
 * away, a wrong password that will be put right. */
static enum letter_fate fate_of(CURLcode code, long response)
{
	if (code == CURLE_OK)
		return LETTER_LEFT;
	return response >= 500 && response < 600 && code != CURLE_LOGIN_DENIED ? LETTER_NEVER : LETTER_LATER;
}

/* Its thread has ended or never begun. */
static void delivery_free(struct delivery *d)
{
	curl_easy_cleanup(d->easy);
	curl_slist_free_all(d->rcpt);
	free(d);
}

static void collect(void *owner)
{
	struct smtp *s = owner;
	struct delivery *d, *next;

	DL_FOREACH_SAFE(s->under_way, d, next)
	{
		char why[CURL_ERROR_SIZE + 32];

		if (!atomic_load(&d->is_done))
			continue;
		pthread_join(d->thread, NULL);
		DL_DELETE(s->under_way, d);
		snprintf(why, sizeof(why), "%ld %s", d->response, d->error[0] ? d->error : curl_easy_strerror(d->code));
		mailer_tried(s->mailer, d->letter, fate_of(d->code, d->response), d->code == CURLE_OK ? NULL : why);
		delivery_free(d);
	}
}

static bool set_up(struct delivery *d)
{
	const struct mailer_config *config = &d->smtp->mailer->config;
	CURL *easy = d->easy;
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
	SET(CURLOPT_MAIL_RCPT, d->rcpt);
	SET(CURLOPT_UPLOAD, 1L);
	SET(CURLOPT_READFUNCTION, give_text);
	SET(CURLOPT_READDATA, d);
	SET(CURLOPT_INFILESIZE_LARGE, (curl_off_t)d->letter->len);
	SET(CURLOPT_CONNECTTIMEOUT_MS, CONNECT_MS);
	SET(CURLOPT_TIMEOUT_MS, TOTAL_MS);
	SET(CURLOPT_SERVER_RESPONSE_TIMEOUT, ANSWER_S);
	SET(CURLOPT_NOSIGNAL, 1L);
	SET(CURLOPT_PROXY, ""); /* never one from the environment */
	SET(CURLOPT_ERRORBUFFER, d->error);
	SET(CURLOPT_XFERINFOFUNCTION, is_no_use);
	SET(CURLOPT_XFERINFODATA, d);
	SET(CURLOPT_NOPROGRESS, 0L); /* so that it asks */
#undef SET
	return refused == CURLE_OK;
}

/* The signals are the loop's. */
static bool thread_start(struct delivery *d)
{
	sigset_t all, before;
	bool is_started;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	is_started = pthread_create(&d->thread, NULL, deliver, d) == 0;
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return is_started;
}

void smtp_send(struct smtp *s, struct letter *l)
{
	struct delivery *d = calloc(1, sizeof(*d));

	if (d) {
		d->smtp = s;
		d->letter = l;
		d->easy = curl_easy_init();
		d->rcpt = curl_slist_append(NULL, l->to);
	}
	if (d && d->easy && d->rcpt && set_up(d) && thread_start(d)) {
		DL_APPEND(s->under_way, d);
		return;
	}
	if (d)
		delivery_free(d);
	mailer_tried(s->mailer, l, LETTER_LATER, "there is not enough memory for it, or no thread");
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
	if (s)
		s->wake = wake_create(loop, collect, s);
	if (!s || !s->wake || curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) {
		if (s)
			wake_destroy(s->wake);
		free(s);
		err_set(err, KD_E_INTERNAL, "libcurl does not start");
		return NULL;
	}
	s->mailer = m;
	return s;
}

/* Waits for the threads: about a second, if a server is silent just then. */
void smtp_destroy(struct smtp *s)
{
	struct delivery *d, *next;

	if (!s)
		return;
	atomic_store(&s->is_ending, true);
	DL_FOREACH_SAFE(s->under_way, d, next)
	{
		pthread_join(d->thread, NULL);
		mailer_letter_free(d->letter);
		delivery_free(d);
	}
	wake_destroy(s->wake);
	curl_global_cleanup();
	free(s);
}

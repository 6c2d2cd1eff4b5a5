#include "account/mailer.h"
#include "account/mail.h"
#include "account/mailer_private.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/metrics.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <utlist.h>

#define QUEUE_MAX 1000
#define AT_ONCE 4
#define MAIL_BYTES_MAX (64 * 1024)

/* How long to wait after the first, second, … failure; then always the last. */
static const int64_t pauses_ms[] = { 5000, 20000, 60000, 5 * 60000, 15 * 60000 };

static bool is_given(const char *text)
{
	return text && text[0];
}

static void letter_free(struct letter *l)
{
	if (l->text)
		explicit_bzero(l->text, l->len); /* it may hold a sign-in link */
	free(l->text);
	free(l->to);
	free(l->key);
	free(l);
}

/* --- the end of a letter -------------------------------------------------------------------------- */

static void letter_ended(struct mailer *m, struct letter *l, bool has_left, const char *why)
{
	log_line(has_left ? LOG_INFO : LOG_WARN, has_left ? "mail sent" : "mail given up", "id", l->id,
	        "tries", log_int(l->tries), "reason", why, NULL);
	metric_add(has_left ? m->sent : m->given_up, 1);
	m->count--;
	metric_set(m->queued, m->count);
	if (l->done)
		l->done(l->owner, l->key, has_left);
	letter_free(l);
}

/* It was taken off the list of those under way. */
void mailer_tried(struct mailer *m, struct letter *l, enum letter_fate fate, const char *why)
{
	size_t n = sizeof(pauses_ms) / sizeof(*pauses_ms);
	int64_t now = clock_mono_ms(), pause = pauses_ms[(size_t)l->tries < n ? (size_t)l->tries : n - 1];

	l->tries++;
	m->busy--;
	if (fate == LETTER_LATER && now + pause < l->until_ms) {
		log_line(
		        LOG_WARN, "mail waits", "id", l->id, "tries", log_int(l->tries), "reason", why, NULL);
		l->next_ms = now + pause;
		DL_APPEND(m->waiting, l);
	} else {
		letter_ended(m, l, fate == LETTER_LEFT, why);
	}
	task_post(&m->task);
}

/* --- into the folder ------------------------------------------------------------------------------ */

static bool write_all(int fd, const char *text, size_t len)
{
	while (len > 0) {
		ssize_t n = write(fd, text, len);
		if (n <= 0)
			return false;
		text += n;
		len -= (size_t)n;
	}
	return true;
}

/* False: errno says why. */
static bool write_file(const char *part, const char *path, const struct letter *l)
{
	int fd = open(part, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	bool is_written = fd >= 0 && write_all(fd, l->text, l->len);

	if (fd >= 0 && close(fd) != 0)
		return false;
	return is_written && rename(part, path) == 0;
}

/* A small file on a local disk, for demonstrations and tests: the one place where we may wait for a disk.
 * Others see it whole or not at all. */
static void into_folder(struct mailer *m, struct letter *l)
{
	char path[1024], part[1040];

	snprintf(path, sizeof(path), "%s/%s.eml", m->config.folder, l->id);
	snprintf(part, sizeof(part), "%s.part", path);
	if (write_file(part, path, l)) {
		log_line(LOG_INFO, "mail written", "file", path, NULL);
		mailer_tried(m, l, LETTER_LEFT, NULL);
	} else {
		log_line(LOG_WARN, "mail not written", "file", path, "error", strerror(errno), NULL);
		unlink(part); /* it may hold half a link, and would be in the way of the next try */
		mailer_tried(m, l, LETTER_LATER, "the folder does not take it");
	}
}

/* --- the queue ------------------------------------------------------------------------------------ */

/* Starts what is due and may start, and sets the timer for what is due later. */
static void mailer_next(struct mailer *m)
{
	int64_t now = clock_mono_ms(), soonest = INT64_MAX;
	struct letter *l, *next;

	DL_FOREACH_SAFE(m->waiting, l, next)
	{
		if (l->next_ms > now || m->busy >= AT_ONCE) {
			if (l->next_ms > now && l->next_ms < soonest)
				soonest = l->next_ms;
			continue;
		}
		DL_DELETE(m->waiting, l);
		m->busy++;
		if (is_given(m->config.folder))
			into_folder(m, l);
		else if (m->smtp)
			smtp_send(m->smtp, l);
		else
			mailer_tried(m, l, LETTER_NEVER, "no mail server is configured");
	}
	if (soonest != INT64_MAX)
		timer_start(m->timer, soonest - now, 0);
}

static void mailer_task(struct task *t)
{
	mailer_next(task_owner(t, struct mailer, task));
}

static void mailer_timer(void *owner)
{
	mailer_next(owner);
}

bool mailer_send(struct mailer *m, const struct mail *mail, int64_t good_for_ms, mailer_done *done,
        void *owner, const char *key)
{
	struct letter *l;
	struct buf text;

	if (m->count >= QUEUE_MAX || !(l = calloc(1, sizeof(*l))))
		return false;
	buf_init(&text, MAIL_BYTES_MAX);
	id_make(l->id);
	if (mail_print(mail, m->config.from, l->id, clock_now_ms(), &text))
		l->text = buf_take(&text, &l->len);
	buf_finish(&text);
	l->to = strdup(mail->to);
	l->key = strdup(key ? key : "");
	if (!l->text || !l->to || !l->key) {
		letter_free(l);
		return false;
	}
	l->done = done;
	l->owner = owner;
	l->next_ms = clock_mono_ms();
	l->until_ms = l->next_ms + good_for_ms;
	DL_APPEND(m->waiting, l);
	m->count++;
	metric_set(m->queued, m->count);
	task_post(&m->task);
	return true;
}

int mailer_room(const struct mailer *m)
{
	return QUEUE_MAX - m->count;
}

/* --- life ----------------------------------------------------------------------------------------- */

struct mailer *mailer_create(struct loop *loop, const struct mailer_config *config, struct err *err)
{
	struct mailer *m = calloc(1, sizeof(*m));

	if (!m) {
		err_set(err, KD_E_INTERNAL, "out of memory");
		return NULL;
	}
	m->config = *config;
	if (!is_given(m->config.from))
		m->config.from = "korsdrag@localhost.localdomain";
	task_init(&m->task, loop, mailer_task);
	m->timer = loop_timer_create(loop, mailer_timer, m);
	m->sent = metric_counter("korsdrag_mails_sent_total", "Mails that have left.", NULL);
	m->given_up = metric_counter("korsdrag_mails_given_up_total", "Mails that no server took.", NULL);
	m->queued = metric_gauge("korsdrag_mails_queued", "Mails that wait or are under way.", NULL);
	if (is_given(config->folder) && access(config->folder, W_OK | X_OK) != 0) {
		err_set(err, KD_E_INVALID, "the mail folder %s cannot be written to: %s", config->folder,
		        strerror(errno));
		mailer_destroy(m);
		return NULL;
	}
	if (is_given(config->folder))
		return m;
	if (!is_given(config->url)) {
		log_line(LOG_WARN, "no mail server", "effect", "nobody can be sent a sign-in link", NULL);
		return m;
	}
	m->smtp = smtp_create(m, loop, err);
	if (!m->smtp) {
		mailer_destroy(m);
		return NULL;
	}
	return m;
}

void mailer_destroy(struct mailer *m)
{
	struct letter *l, *next;

	if (!m)
		return;
	smtp_destroy(m->smtp);
	DL_FOREACH_SAFE(m->waiting, l, next)
	letter_free(l);
	task_cancel(&m->task);
	timer_destroy(m->timer);
	free(m);
}

void mailer_letter_free(struct letter *l)
{
	letter_free(l);
}

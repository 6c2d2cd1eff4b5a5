/* mailer.h - sends mails, a few at once, without the loop waiting for any: to an SMTP server with libcurl, or into a
 * folder when one is configured.
 *
 * The queue is bounded and lives in memory. A mail that the server refuses for now is tried again, later each
 * time; one that it refuses for good, or that has become too old, is given up and logged without address or
 * words. */
#ifndef ACCOUNT_MAILER_H
#define ACCOUNT_MAILER_H
#include "base/err.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
struct loop;
struct mail;
struct mailer;

struct mailer_config {    /* borrowed for the mailer's life */
	const char *url;  /* "smtp://mail.example.se:587" or "smtps://…:465"; NULL or "": none */
	const char *user; /* NULL or "": without signing in */
	const char *password;
	const char *ca_file; /* certificates that vouch for the server, as PEM; NULL or "": the host's */
	const char *from;   /* "korsdrag@example.se"; mails are from "Korsdrag <…>" */
	const char *folder; /* each mail becomes a file here instead; NULL or "": none */
	bool may_be_clear;  /* smtp:// to a server without STARTTLS is allowed (one on the same host) */
};

/* Neither url nor folder: every mail is given up, with a warning at the start. NULL: err says why. */
struct mailer *mailer_create(struct loop *loop, const struct mailer_config *config, struct err *err);
void mailer_destroy(struct mailer *m); /* NULL is fine; `done` runs no more */

/* Takes a copy of the mail's parts. `good_for_ms` from now it is of use; then it is given up. `done` (may be
 * NULL) tells on a later step of the loop whether it has left. False: the queue is full, nothing was taken.
 */
typedef void mailer_done(void *owner, const char *key, bool has_left);
bool mailer_send(struct mailer *m, const struct mail *mail, int64_t good_for_ms, mailer_done *done,
        void *owner, const char *key);
int mailer_room(const struct mailer *m); /* how many more the queue takes */
#endif

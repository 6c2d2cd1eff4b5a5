/* mailer_private.h - what mailer.c and smtp.c share: letters, and who keeps them. */
#ifndef ACCOUNT_MAILER_PRIVATE_H
#define ACCOUNT_MAILER_PRIVATE_H
#include "account/mailer.h"
#include "base/id.h"
#include "loop/loop.h"
struct metric;
struct smtp;

/* One mail, printed. On the mailer's list while it waits, on smtp's while it is under way. */
struct letter {
	struct letter *prev, *next;
	char id[ID_SIZE]; /* of its Message-ID; what logs call it */
	char *to, *text, *key;
	size_t len;
	int tries;
	int64_t next_ms, until_ms; /* monotonic */
	mailer_done *done;
	void *owner;
};

struct mailer {
	struct mailer_config config;
	struct smtp *smtp; /* NULL: a folder, or no server */
	struct letter *waiting;
	int count, busy; /* all; under way */
	struct task task;
	struct timer *timer;
	struct metric *sent, *given_up, *queued;
};

enum letter_fate { LETTER_LEFT, LETTER_LATER, LETTER_NEVER };
void mailer_tried(
        struct mailer *m, struct letter *l, enum letter_fate fate, const char *why); /* takes l back */
void mailer_letter_free(struct letter *l);

/* smtp.c: libcurl, a thread for each letter under way. */
struct smtp *smtp_create(struct mailer *m, struct loop *loop, struct err *err);
void smtp_destroy(struct smtp *s); /* frees the letters under way; NULL is fine */
void smtp_send(struct smtp *s, struct letter *l);
#endif

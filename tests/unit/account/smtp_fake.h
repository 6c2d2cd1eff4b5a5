/* smtp_fake.h - a mailer under test, and a fake SMTP server in a child process that says what the test wants it to say. */
#ifndef TESTS_UNIT_ACCOUNT_SMTP_FAKE_H
#define TESTS_UNIT_ACCOUNT_SMTP_FAKE_H
#include "account/mail.h"
#include "account/mailer_private.h"
#include "base/clock.h"
#include "loop/loop.h"
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* --- the mailer's side ------------------------------------------------------------------------------ */

extern struct loop *loop;
extern int outcomes[8]; /* of the mails, as they ended; 1: has left */
extern struct err err;
extern const struct mail letter;

void mailer_begin(void);
void mailer_end(void);
#define MAILER_SUITE(name) TestSuite(name, .init = mailer_begin, .fini = mailer_end)

mailer_done mailer_noted;    /* for mailer_send: into outcomes[] */
bool send_letter(struct mailer *m, int64_t good_for_ms);
void run_until(int count);   /* so many have ended; fails after 10 s */
void run_for(int ms);
struct mailer *to_server(bool may_be_clear);

/* Until one mail has ended, letting its waits pass at once: they are noted in pauses[]. The clock must stand (clock_set). */
void run_through_time(struct mailer *m);
void let_time_pass(void *mailer); /* one look, for a timer of one's own */
extern int64_t pauses[16];
extern int pause_count;

/* --- the server's ------------------------------------------------------------------------------------- */

extern char url[64], taken[20000];

extern int server_thinks_ms; /* before it says that it has taken a mail, and before its farewell; set before the start */

/* Answers to RCPT, one after the other, parted by "|"; the last one goes on. An empty one hangs up. */
void server_start(const char *rcpt_answers);
void server_start_with(const char *rcpt_answers, const char *auth_answer); /* one that offers a login */
const char *server_stop(void); /* logins and texts that it was given */
#endif

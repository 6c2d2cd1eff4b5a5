/* mailbox.h - the mails of a world, which its nodes write into a folder. */
#ifndef TESTS_MAILBOX_H
#define TESTS_MAILBOX_H
#include "harness.h"

int mail_count(const struct world *w);
/* The newest mail, decoded, once there are `count`; the caller's to free. */
char *mail_wait(const struct world *w, int count);
void link_of(const char *mail, char ret_token[44]); /* the sign-in link's secret */
void code_of(const char *mail, char ret_code[10]);  /* "ABCD-EFGH" */
#endif

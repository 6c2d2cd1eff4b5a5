/* check.h - the command `check`. */
#ifndef CLIENTS_LOAD_CHECK_H
#define CLIENTS_LOAD_CHECK_H
struct options;

int check_run(const struct options *o); /* an exit status */
#endif

/* operator.h - what whoever runs the node can do about sign-in without a browser: `korsdragd operator …`. */
#ifndef ACCOUNT_OPERATOR_H
#define ACCOUNT_OPERATOR_H
struct db;
struct loop;

/* Runs one command to its end and stops the loop:
 *
 *	link MAIL [--minutes N]   prints a one-time sign-in link that any browser may redeem; 10 minutes, at most a day
 *	token MAIL NAME           prints a bearer token that is good for a year
 *	tokens NAME               the same for each address on a line of standard input; ends at the first that is none
 *	admin MAIL NAME           makes a member an administrator, and the member if there is none
 *
 * `argv` begins with the command. The result goes to standard output, complaints to standard error. Returns the exit
 * status: 0 done, 1 failed, 2 wrongly called. */
int operator_run(struct loop *loop, struct db *db, const char *origin, int argc, char *const *argv);

extern const char operator_usage[]; /* the lines above, for --help */
#endif

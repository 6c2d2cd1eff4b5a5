/* cli.h - what the commands of `korsdrag` have in common: settings, the connection, saying what went wrong.
 */
#ifndef CLIENTS_CLI_CLI_H
#define CLIENTS_CLI_CLI_H
#include "clients/lib/client.h"

enum cli_exit { /* documented in --help */
	CLI_OK = 0,
	CLI_FAILED = 1, /* anything else; with import: some rows were not taken */
	CLI_USAGE = 2,
	CLI_UNREACHABLE = 3, /* no connection, no answer in time, or the server cannot serve just now */
	CLI_SIGNED_OUT = 4,
	CLI_FORBIDDEN = 5,
	CLI_NOT_FOUND = 6,
	CLI_INVALID = 7, /* the server does not accept what was sent */
	CLI_CONFLICT = 8,
	CLI_TOO_LARGE = 9,
	CLI_LATER = 10, /* busy or too many calls */
};

struct cli {
	const char *url, *token, *ca_file;
	int timeout_ms;
	bool is_compact;
	struct client *client; /* NULL until it is needed */
	json_t *stored;        /* what sign-in has stored; url and token may point into it */
};

/* Each gets the arguments behind its name. */
typedef int cli_command(struct cli *cli, int argc, char **argv);
cli_command cli_sign_in, cli_sign_out, cli_call, cli_watch, cli_import, cli_methods, cli_new_id;

/* session.c: connects when not connected. False: said why; *ret_exit is what to end with. */
bool cli_connect(struct cli *cli, int *ret_exit);
/* A call that survives lost connections: params with an `op` are sent again until the outcome is known.
 * `params` is borrowed. CLI_OK: the result is the caller's. Otherwise said why. */
int cli_ask(struct cli *cli, const char *method, json_t *params, json_t **ret_result);

/* credential.c: the address and token that sign-in stores, readable by the user alone. */
json_t *credential_load(void);                             /* NULL: none */
bool credential_store(const char *url, const char *token); /* false: said why */
bool credential_remove(void);
char *token_read(const char
                *file); /* file NULL: standard input, without echo on a terminal. NULL: said why. free() it */

/* say.c */
void cli_say(const char *format, ...)
        __attribute__((format(printf, 1, 2)));                  /* to standard error, safe for a terminal */
void cli_print(const struct cli *cli, const json_t *value);     /* one JSON document to standard output */
void cli_print_line(const json_t *value);                       /* one line, at once */
int cli_wrong_use(const char *command, const char *why);        /* CLI_USAGE */
int cli_error(const char *what, const json_t *error);           /* says it; the exit code for it */
char *file_read(const char *name, size_t max, size_t *ret_len); /* "-": standard input. NULL: said why */

#endif

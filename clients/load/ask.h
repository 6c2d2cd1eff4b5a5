/* ask.h - calls of one ordinary client, one after the other: what is needed before and after a run. */
#ifndef CLIENTS_LOAD_ASK_H
#define CLIENTS_LOAD_ASK_H
#include "clients/lib/client.h"
#include "clients/load/scan.h"

#define ANSWER_MS 60000

bool complain(const char *what, const char *why); /* on standard error; false */
bool wait_out(const json_t *error); /* sleeps as long as the error says; false: it is not one that passes */

/* The result, the caller's to release; NULL: it has been said why. `params` is taken. Waits out what passes. */
json_t *ask(struct client *c, const char *method, json_t *params);
bool ask_done(struct client *c, const char *method, json_t *params); /* whose result does not matter */

struct answer { /* a message as it came: streams are read as text, not as trees */
	char *text; /* the owner's to free */
	size_t len;
};

/* Opens a stream (`since` -1: from nothing) and closes it again, so that nothing more is heard of it. The result lies in h. */
bool ask_stream(struct client *c, const char *stream, int64_t since, struct answer *h, struct span *ret_result);
#endif

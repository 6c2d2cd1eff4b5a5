/* browser.h - what a browser holds between requests, and how it asks. */
#ifndef TESTS_BROWSER_H
#define TESTS_BROWSER_H
#include "http.h"

#define COOKIE "__Host-korsdrag"
#define COOKIE_ASK "__Host-korsdrag-ask"

struct browser {
	struct world *world;
	int node;
	char *ask, *session; /* cookies; NULL: none */
};

void browser_close(struct browser *b); /* forgets its cookies */
struct http_answer *browser_post(struct browser *b, const char *path, const char *json);
/* The status alone, of a body with one value in it. */
int post_status(struct browser *b, const char *path, const char *format, const char *value);
void ask_for_link(struct browser *b, const char *mail);
/* All the way; `mails`: how many there are then. */
void sign_in_by_link(struct browser *b, const char *mail, int mails);
/* Whether the browser's session speaks for a member over the socket. */
bool speaks_as(struct browser *b, const char *who);
#endif

/* site.h - the built web client's files, read once at start. Only net/ and its tests include it.
 *
 * What was not found at start does not exist: requests are looked up by their path as sent, byte for byte, so
 * there is nothing to traverse. */
#ifndef NET_SITE_H
#define NET_SITE_H
#include "base/err.h"
#include <stddef.h>

struct site;
enum site_coding { SITE_PLAIN, SITE_GZIP, SITE_BROTLI, SITE_CODINGS };

struct site_body {
	char *data;    /* NULL: there is no such variant */
	size_t len;
	char etag[40]; /* quoted */
};

struct site_file {
	char *path;       /* "/assets/app.4f1c.js" */
	const char *type; /* Content-Type */
	bool is_hashed;   /* below /assets/: its name changes with its content */
	struct site_body bodies[SITE_CODINGS];
};

struct site *site_create(const char *root, struct err *err);
void site_destroy(struct site *site); /* NULL is fine */
const struct site_file *site_find(const struct site *site, const char *path); /* or NULL */
/* The best variant that the Accept-Encoding header (may be NULL) takes. */
const struct site_body *site_choose(const struct site_file *file, const char *accept, enum site_coding *ret_coding);
bool site_accepts(const char *list, const char *coding); /* an Accept-Encoding header, or NULL */
bool site_etag_matches(const char *if_none_match, const char *etag);
#endif

/* wire.h - bytes to and from a server: TCP or a unix socket, with TLS or without. Everything has a deadline.
 */
#ifndef CLIENTS_LIB_WIRE_H
#define CLIENTS_LIB_WIRE_H
#include "clients/lib/url.h"
#include <stdint.h>
#include <sys/types.h>

struct ssl_st;
struct ssl_ctx_st;

struct wire {
	int fd; /* -1: none */
	struct ssl_ctx_st *tls_context;
	struct ssl_st *tls;
};

int64_t wire_now(void); /* milliseconds that only go forward; deadlines are such times */

bool wire_open(struct wire *w, const struct url *url, const char *ca_file, int64_t deadline, char *err,
        size_t err_size);
void wire_close(struct wire *w);

/* What is there: bytes read, 0 when nothing is there yet, -1 when the other end has gone. Never waits. */
ssize_t wire_read(struct wire *w, void *buffer, size_t size);
bool wire_wait(
        struct wire *w, int64_t deadline); /* until something may be read; false: the deadline came first */
bool wire_write(struct wire *w, const void *bytes, size_t len, int64_t deadline); /* all of it, or false */
#endif

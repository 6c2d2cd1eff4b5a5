/* url.h - where a server is, taken apart. */
#ifndef CLIENTS_LIB_URL_H
#define CLIENTS_LIB_URL_H
#include <stdbool.h>
#include <stddef.h>

struct url {
	bool is_tls, is_unix;
	char host[256]; /* name or address without brackets; for unix sockets the file's path */
	char port[8];
	char path[512];
	char authority[272]; /* what the Host header says */
};

bool url_read(struct url *url, const char *text, char *err, size_t err_size); /* err: why not */
#endif

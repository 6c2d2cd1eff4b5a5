/* nats_server.h - a real NATS server of the test's own, on loopback. What does not work ends the process. */
#ifndef TESTS_LIB_NATS_SERVER_H
#define TESTS_LIB_NATS_SERVER_H
#include <jansson.h>
#include <stdbool.h>
#include <sys/types.h>

struct nats_server {
	pid_t pid;                  /* 0: not running */
	int port, cluster, monitor; /* where it listens */
	char more[1200];            /* lines of its configuration beyond those */
	char folder[64];
};

void nats_server_init(struct nats_server *s, const char *folder); /* ports, and a folder in that one; then `more` may be set */
void nats_server_start(struct nats_server *s);
void nats_server_kill(struct nats_server *s);
void nats_server_freeze(struct nats_server *s); /* its sockets stay open, and nobody is behind them */
void nats_server_thaw(struct nats_server *s);
void nats_server_end(struct nats_server *s); /* and its folder */

/* What its monitoring says: "/varz", "/connz?subs=1" and so on; the caller's to release. */
json_t *nats_server_asked(const struct nats_server *s, const char *path);
/* How many connections here want a subject. */
int nats_server_interest(const struct nats_server *s, const char *subject);
/* Of the one connection that wants a subject: a number such as "out_msgs" or "subscriptions"; -1: it is not one. */
json_int_t nats_server_number(const struct nats_server *s, const char *subject, const char *what);

/* A certificate authority NAME.pem in the server's folder, and SERVER.pem with SERVER.key by it, for an address such as
 * "IP:127.0.0.1" or a name such as "DNS:localhost". */
void nats_server_certificates(const struct nats_server *s, const char *authority, const char *server, const char *address);
/* A file of the server's with one line, for us alone. */
void nats_server_file(const struct nats_server *s, const char *name, const char *line);
#endif

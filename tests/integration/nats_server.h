/* nats_server.h - a real NATS server of the test's own, on loopback. */
#ifndef TESTS_NATS_SERVER_H
#define TESTS_NATS_SERVER_H
#include "harness.h"

struct nats_server {
	pid_t pid;                 /* 0: not running */
	int port, cluster, monitor; /* where it listens */
	char more[700];            /* lines of its configuration beyond those */
	char folder[64];
};

void nats_server_init(struct nats_server *s); /* ports and a folder; then `more` may be set */
void nats_server_start(struct nats_server *s);
void nats_server_kill(struct nats_server *s);
void nats_server_end(struct nats_server *s); /* and its folder */
/* How many connections here want a subject. */
int nats_server_interest(const struct nats_server *s, const char *subject);
/* A certificate authority NAME.pem in the server's folder, and SERVER.pem with SERVER.key for 127.0.0.1 by it. */
void nats_server_certificates(const struct nats_server *s, const char *authority, const char *server);
#endif

/* harness.h - a small server on net/ in a process of its own, and a raw client for it.
 *
 * The client writes and reads octets, so that tests can say what no library would. The server's process ends
 * with its leaks looked for; server_stop tells how it ended. */
#ifndef HARNESS_H
#define HARNESS_H
#include "net/net.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define ORIGIN "https://korsdrag.example.se"
#define KEY "dGhlIHNhbXBsZSBub25jZQ=="
#define GOOD_UPGRADE                                                                                                   \
	"Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: " KEY                \
	"\r\nSec-WebSocket-Protocol: korsdrag.v1\r\n"
#define GOOD_HEAD "GET /ws HTTP/1.1\r\nHost: korsdrag.example.se\r\n" GOOD_UPGRADE
#define BEARER "Authorization: Bearer secret-token\r\n"
#define COOKIE "Cookie: __Host-korsdrag=session-value\r\n"

struct server {
	pid_t pid;
	int port;
	const char *path; /* of the unix socket */
};

/* The config with everything a test does not care about. */
struct net_config server_config(void);
/* Messages it understands: "close <code> <reason>", "flood <count> <bytes> <tag>", "drop <tag>", "queued", "opened",
 * "drained", "refused <setting>"; all else comes back as it went. */
extern int server_files; /* descriptors that the next server may have; 0: as many as we */
struct server server_start(const struct net_config *config);
void server_stop(struct server *s); /* asserts that it ended well, without leaks */

int client_connect(const struct server *s);
void client_send(int fd, const void *bytes, size_t len);
void client_say(int fd, const char *text);
ssize_t client_read(int fd, void *to, size_t size, int timeout_ms); /* once; 0: closed, -1: nothing came */
size_t client_read_all(int fd, char *to, size_t size, int timeout_ms); /* until it closes; NUL-terminated */
bool client_is_closed(int fd, int timeout_ms);

/* One request on a connection of its own; the whole answer. The status, 0 when none came. */
int ask(const struct server *s, const char *request, char *answer, size_t size);
bool has_line(const char *answer, const char *line); /* a header line, whole */

/* --- WebSocket --- */
struct message {
	int opcode;
	bool is_final;
	size_t len;
	char data[200000];
};
int ws_open(const struct server *s); /* the descriptor of an upgraded connection */
int ws_open_with(const struct server *s, const char *head);
size_t ws_frame(char *out, int first, const void *data, size_t len); /* masked */
void ws_send(int fd, int first, const void *data, size_t len);
void ws_text(int fd, const char *text);
bool ws_read_frame(int fd, struct message *m, int timeout_ms);
bool ws_read(int fd, struct message *m, int timeout_ms); /* a whole message, its fragments put together */
/* Reads until the close frame: its code, 0 when it had none, -1 when the socket closed without one. */
int ws_close_code(int fd, int timeout_ms);
#endif

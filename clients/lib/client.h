/* client.h - a conversation with a Korsdrag server: JSON-RPC over one WebSocket, without threads or
 * callbacks.
 *
 * A call waits for its own answer; what arrives meanwhile is kept in order for client_next. Pings are
 * answered whenever the client reads, so who waits long should wait in client_next. One process may hold as
 * many clients as it has descriptors; client_fd and client_pump serve programs that poll many at once. */
#ifndef CLIENTS_LIB_CLIENT_H
#define CLIENTS_LIB_CLIENT_H
#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CLIENT_ERR_SIZE 512
#define CLIENT_MESSAGE_MAX (16u << 20) /* bytes of a message that we take; larger ones end the connection */

struct client;

struct client_options {
	const char *url; /* ws://, wss:// (http:// and https:// mean the same), or unix:/path/of/socket; path
	                    /ws when none is given */
	const char *token;   /* bearer token; NULL: none */
	const char *origin;  /* Origin header, for tests that act as a browser; NULL: none */
	const char *cookie;  /* Cookie header; NULL: none */
	const char *ca_file; /* trust these certificates instead of the system's; NULL: the system's */
	int timeout_ms;      /* for the name, the connection, TLS and the handshake together; 0: 10 s */
	int *ret_status;     /* HTTP status of the answer, 0 when there was none; may be NULL */
};

enum client_status {
	CLIENT_OK,
	CLIENT_REFUSED, /* the server answered with an error */
	CLIENT_TIMEOUT, /* no answer in time; the connection stands, the outcome is unknown */
	CLIENT_CLOSED,  /* the connection has ended; the outcome is unknown */
};

/* NULL: `err` says why. */
struct client *client_connect(const char *url, const char *token, char err[CLIENT_ERR_SIZE]);
struct client *client_connect_with(const struct client_options *options, char err[CLIENT_ERR_SIZE]);
void client_close(struct client *c); /* says goodbye and waits for it at most a second; NULL is fine */
void client_drop(struct client *c);  /* as if the cable were cut; NULL is fine */

/* `params` is taken and may be NULL. *ret_result or *ret_error (the whole error object) is the caller's to
 * release; both are NULL when nothing was answered. */
enum client_status client_call(struct client *c, const char *method, json_t *params, int timeout_ms,
        json_t **ret_result, json_t **ret_error);
bool client_notify(struct client *c, const char *method, json_t *params); /* params taken; false: closed */

/* The two halves of a call, for many under way at once. The answer is the whole response object. */
int64_t client_ask(struct client *c, const char *method, json_t *params); /* 0: closed; params taken */
json_t *client_answer(struct client *c, int64_t id, int timeout_ms);      /* NULL: none in time, or closed */

/* The next notice ({"method", "params", …}), in the order of arrival. NULL: none in time, or closed. */
json_t *client_next(struct client *c, int timeout_ms);
/* The next message that is neither notice nor the answer to a call of ours: answers to client_send_text,
 * batches. */
json_t *client_next_stray(struct client *c, int timeout_ms);

bool client_is_open(const struct client *c);
int64_t client_quiet_ms(const struct client *c); /* since the server was last heard; it pings every 25 s */
int client_close_code(const struct client *c);   /* of the server's close frame; 0: none came */
const char *client_close_reason(const struct client *c);   /* "" when none came */
bool client_wait_closed(struct client *c, int timeout_ms); /* reads until the server has closed */

/* For polling: read when fd is readable (TLS holds nothing back after a pump). False: closed. */
int client_fd(const struct client *c);
bool client_pump(struct client *c);

/* Past all manners, for tests that are hostile. A frame's first byte is FIN, RSV and opcode. */
bool client_send_text(struct client *c, const char *text, size_t len);
bool client_send_frame(struct client *c, uint8_t first, const void *payload, size_t len);
bool client_send_raw(struct client *c, const void *bytes, size_t len);

/* Hears every text message of the server before anything else does; also the close reason. */
void client_tap(struct client *c, void (*heard)(void *owner, const char *text, size_t len), void *owner);

/* A new UUIDv7, as `op` and the ids of new objects want. */
#define CLIENT_ID_SIZE 37
char *client_new_id(char ret_id[CLIENT_ID_SIZE]);
#endif

/* client.c - JSON-RPC on a WebSocket: questions find their answers, everything else waits its turn. */
#include "clients/lib/client.h"
#include "clients/lib/websocket.h"
#include <openssl/rand.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define CONNECT_MS 10000
#define GOODBYE_MS 1000

struct client {
	struct websocket ws;
	int64_t last_id;
	json_t *answers;          /* id as text -> response, for calls under way; null until it has come */
	json_t *notices, *strays; /* arrays, oldest first */
	void (*tap)(void *owner, const char *text, size_t len);
	void *tap_owner;
};

static const char *id_key(int64_t id, char ret_key[24])
{
	snprintf(ret_key, 24, "%lld", (long long)id);
	return ret_key;
}

/* --- what arrives ----------------------------------------------------------------------------------- */

static bool is_awaited(const struct client *c, const json_t *message)
{
	const json_t *id = json_object_get(message, "id");
	char key[24];

	return json_is_integer(id) && json_object_get(c->answers, id_key(json_integer_value(id), key));
}

static void message_heard(void *owner, const char *text, size_t len)
{
	struct client *c = owner;
	json_t *message;
	char key[24];

	if (c->tap)
		c->tap(c->tap_owner, text, len);
	message = json_loadb(text, len, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, NULL);
	if (!message)
		json_array_append_new(
		        c->strays, json_stringn_nocheck(text, len)); /* no JSON: a test may want to see it */
	else if (is_awaited(c, message))
		json_object_set_new(
		        c->answers, id_key(json_integer_value(json_object_get(message, "id")), key), message);
	else if (json_is_string(json_object_get(message, "method")))
		json_array_append_new(c->notices, message);
	else
		json_array_append_new(c->strays, message);
}

bool client_pump(struct client *c)
{
	bool was_open = c->ws.is_open;
	bool is_open = ws_pump(&c->ws, message_heard, c);

	if (was_open && !is_open && c->tap && *c->ws.close_reason)
		c->tap(c->tap_owner, c->ws.close_reason, strlen(c->ws.close_reason));
	return is_open;
}

/* Reads and waits until there is something to look at. False: the deadline has come, or nothing can come any
 * more. */
static bool wait_for_more(struct client *c, int64_t deadline)
{
	return c->ws.is_open && wire_wait(&c->ws.wire, deadline);
}

static json_t *array_shift(json_t *array)
{
	json_t *first = json_incref(json_array_get(array, 0));

	if (first)
		json_array_remove(array, 0);
	return first;
}

static json_t *queue_next(struct client *c, json_t *queue, int timeout_ms)
{
	int64_t deadline = wire_now() + timeout_ms;
	json_t *next;

	do {
		client_pump(c);
		next = array_shift(queue);
	} while (!next && wait_for_more(c, deadline));
	return next;
}

json_t *client_next(struct client *c, int timeout_ms)
{
	return queue_next(c, c->notices, timeout_ms);
}

json_t *client_next_stray(struct client *c, int timeout_ms)
{
	return queue_next(c, c->strays, timeout_ms);
}

/* --- calls ------------------------------------------------------------------------------------------ */

/* Takes `message`, which may be NULL. */
static bool message_send(struct client *c, json_t *message)
{
	char *text = message ? json_dumps(message, JSON_COMPACT) : NULL;
	bool sent = text && client_send_text(c, text, strlen(text));

	free(text);
	json_decref(message);
	return sent;
}

bool client_notify(struct client *c, const char *method, json_t *params)
{
	return message_send(
	        c, json_pack("{s:s, s:s, s:o*}", "jsonrpc", "2.0", "method", method, "params", params));
}

int64_t client_ask(struct client *c, const char *method, json_t *params)
{
	int64_t id = ++c->last_id;
	char key[24];

	json_object_set_new(c->answers, id_key(id, key), json_null());
	if (message_send(c, json_pack("{s:s, s:I, s:s, s:o*}", "jsonrpc", "2.0", "id", (json_int_t)id,
	                            "method", method, "params", params)))
		return id;
	json_object_del(c->answers, key);
	return 0;
}

json_t *client_answer(struct client *c, int64_t id, int timeout_ms)
{
	int64_t deadline = wire_now() + timeout_ms;
	char key[24];

	id_key(id, key);
	do {
		json_t *answer;

		client_pump(c);
		answer = json_object_get(c->answers, key);
		if (json_is_object(answer)) {
			json_incref(answer);
			json_object_del(c->answers, key);
			return answer;
		}
	} while (wait_for_more(c, deadline));
	return NULL;
}

enum client_status client_call(struct client *c, const char *method, json_t *params, int timeout_ms,
        json_t **ret_result, json_t **ret_error)
{
	int64_t id = client_ask(c, method, params);
	json_t *answer = id ? client_answer(c, id, timeout_ms) : NULL;
	char key[24];

	*ret_result = *ret_error = NULL;
	if (!answer) {
		json_object_del(c->answers, id_key(id, key)); /* should it come late, it is a stray */
		return c->ws.is_open ? CLIENT_TIMEOUT : CLIENT_CLOSED;
	}
	*ret_result = json_incref(json_object_get(answer, "result"));
	*ret_error = json_incref(json_object_get(answer, "error"));
	json_decref(answer);
	return *ret_result ? CLIENT_OK : CLIENT_REFUSED;
}

bool client_send_text(struct client *c, const char *text, size_t len)
{
	return ws_send(&c->ws, WS_FIN | WS_TEXT, text, len);
}

bool client_send_frame(struct client *c, uint8_t first, const void *payload, size_t len)
{
	return ws_send(&c->ws, first, payload, len);
}

bool client_send_raw(struct client *c, const void *bytes, size_t len)
{
	return c->ws.is_open && wire_write(&c->ws.wire, bytes, len, wire_now() + WS_WRITE_MS);
}

/* --- beginning and end ------------------------------------------------------------------------------ */

static bool client_open(struct client *c, const struct client_options *o, char err[CLIENT_ERR_SIZE])
{
	int64_t deadline = wire_now() + (o->timeout_ms ? o->timeout_ms : CONNECT_MS);
	struct ws_request request = { "korsdrag.v1", o->token, o->origin, o->cookie };
	struct wire wire;
	struct url url;
	int status = 0;
	bool ok;

	if (o->ret_status)
		*o->ret_status = 0;
	if (!url_read(&url, o->url, err, CLIENT_ERR_SIZE) ||
	        !wire_open(&wire, &url, o->ca_file, deadline, err, CLIENT_ERR_SIZE))
		return false;
	ok = ws_handshake(&c->ws, &wire, &url, &request, deadline, &status, err, CLIENT_ERR_SIZE);
	if (!ok)
		wire_close(&wire);
	if (o->ret_status)
		*o->ret_status = status;
	c->ws.max_message = CLIENT_MESSAGE_MAX;
	return ok;
}

struct client *client_connect_with(const struct client_options *options, char err[CLIENT_ERR_SIZE])
{
	struct client *c = calloc(1, sizeof *c);

	if (!c) {
		snprintf(err, CLIENT_ERR_SIZE, "out of memory");
		return NULL;
	}
	c->ws.wire.fd = -1;
	c->answers = json_object();
	c->notices = json_array();
	c->strays = json_array();
	if (client_open(c, options, err))
		return c;
	client_drop(c);
	return NULL;
}

struct client *client_connect(const char *url, const char *token, char err[CLIENT_ERR_SIZE])
{
	return client_connect_with(&(struct client_options){ .url = url, .token = token }, err);
}

void client_drop(struct client *c)
{
	if (!c)
		return;
	ws_finish(&c->ws);
	json_decref(c->answers);
	json_decref(c->notices);
	json_decref(c->strays);
	free(c);
}

void client_close(struct client *c)
{
	if (!c)
		return;
	ws_send_close(&c->ws, 1000);
	client_wait_closed(c, GOODBYE_MS);
	client_drop(c);
}

bool client_wait_closed(struct client *c, int timeout_ms)
{
	int64_t deadline = wire_now() + timeout_ms;

	while (client_pump(c))
		if (!wait_for_more(c, deadline))
			return false;
	return true;
}

bool client_is_open(const struct client *c)
{
	return c->ws.is_open;
}

int client_close_code(const struct client *c)
{
	return c->ws.close_code;
}

const char *client_close_reason(const struct client *c)
{
	return c->ws.close_reason;
}

int64_t client_quiet_ms(const struct client *c)
{
	return wire_now() - c->ws.heard_at;
}

int client_fd(const struct client *c)
{
	return c->ws.wire.fd;
}

void client_tap(struct client *c, void (*heard)(void *owner, const char *text, size_t len), void *owner)
{
	c->tap = heard;
	c->tap_owner = owner;
}

/* RFC 9562, 5.7: 48 bits of milliseconds, then randomness. */
char *client_new_id(char ret_id[CLIENT_ID_SIZE])
{
	uint8_t b[16];
	struct timespec now;
	uint64_t ms;

	if (RAND_bytes(b, sizeof b) != 1)
		abort(); /* without randomness ids would collide */
	clock_gettime(CLOCK_REALTIME, &now);
	ms = (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
	for (int i = 0; i < 6; i++)
		b[i] = (uint8_t)(ms >> (40 - 8 * i));
	b[6] = 0x70 | (b[6] & 0x0f);
	b[8] = 0x80 | (b[8] & 0x3f);
	snprintf(ret_id, CLIENT_ID_SIZE,
	        "%02x%02x%02x%02x-%02x%02x-%02x%02x-%02x%02x-%02x%02x%02x%02x%02x%02x", b[0], b[1], b[2],
	        b[3], b[4], b[5], b[6], b[7], b[8], b[9], b[10], b[11], b[12], b[13], b[14], b[15]);
	return ret_id;
}

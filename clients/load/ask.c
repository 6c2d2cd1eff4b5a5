/* ask.c - blocking calls that wait out what passes. */
#include "clients/load/ask.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

bool complain(const char *what, const char *why)
{
	fprintf(stderr, "korsdrag-load: %s: %s\n", what, why);
	return false;
}

bool wait_out(const json_t *error)
{
	const json_t *data = json_object_get(error, "data");
	const char *code = json_string_value(json_object_get(data, "code"));
	const json_t *after = json_object_get(data, "retryAfterMs");

	if (!code || (strcmp(code, "busy") != 0 && strcmp(code, "rate_limited") != 0 && strcmp(code, "unavailable") != 0))
		return false;
	usleep((useconds_t)(after ? json_integer_value(after) : 200) * 1000);
	return true;
}

json_t *ask(struct client *c, const char *method, json_t *params)
{
	json_t *result = NULL, *error = NULL;
	enum client_status status = CLIENT_REFUSED;

	for (int tries = 0; tries < 100; tries++) {
		json_decref(error);
		status = client_call(c, method, json_incref(params), ANSWER_MS, &result, &error);
		if (status != CLIENT_REFUSED || !wait_out(error))
			break;
	}
	json_decref(params);
	if (status != CLIENT_OK)
		complain(method, error ? json_string_value(json_object_get(error, "message")) : "no answer");
	json_decref(error);
	return result;
}

bool ask_done(struct client *c, const char *method, json_t *params)
{
	json_t *result = ask(c, method, params);

	json_decref(result);
	return result != NULL;
}

/* Keeps the last answer as it came: the journal reads text, not trees. */
static void keep_answer(void *owner, const char *text, size_t len)
{
	struct answer *h = owner;

	if (!memmem(text, len < 200 ? len : 200, "\"id\":", 5))
		return; /* a notice */
	free(h->text);
	h->text = malloc(len + 1);
	if (!h->text)
		abort();
	memcpy(h->text, text, len);
	h->text[len] = '\0';
	h->len = len;
}

bool ask_stream(struct client *c, const char *stream, int64_t since, struct answer *h,
        struct span *ret_result)
{
	json_t *params = since < 0 ? json_pack("{s:s}", "stream", stream)
	                           : json_pack("{s:s, s:I}", "stream", stream, "since", (json_int_t)since);
	bool is_open;

	client_tap(c, keep_answer, h);
	is_open = ask_done(c, "stream.open", params);
	client_tap(c, NULL, NULL);
	if (!is_open)
		return false;
	*ret_result = message_scan(h->text, h->len).content;
	return ask_done(c, "stream.close", json_pack("{s:s}", "stream", stream));
}


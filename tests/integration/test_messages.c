/* Messages that are no calls: each is answered with what is wrong, and the connection lives on, up to a number. */
#include "harness.h"
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static json_t *answer_to(struct person *p, const char *text, size_t len)
{
	json_t *answer;

	cr_assert(client_send_text(p->client, text, len));
	answer = client_next_stray(p->client, ANSWER_MS);
	must(answer, "no answer to %.100s; closed with %d", text, client_close_code(p->client));
	json_array_append_new(p->kept, answer);
	return answer;
}

static void wrong(struct person *p, const char *text, enum kd_code code)
{
	json_t *answer = answer_to(p, text, strlen(text));

	must(has(answer, "error") && int_at(answer, "error/code") == code, "%.200s must be answered %s: %s", text,
		kd_error_info(code)->name, json_dumps(answer, 0));
}

struct message {
	const char *text;
	enum kd_code code;
};

static const struct message messages[] = {
	{ "", KD_E_PARSE },
	{ "hej", KD_E_PARSE },
	{ "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"me.get\"", KD_E_PARSE },
	{ "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"me.get\"} {}", KD_E_PARSE },
	{ "{\"jsonrpc\":\"2.0\",\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"me.get\"}", KD_E_PARSE },
	{ "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"me.get\",\"params\":{\"a\":\"\\u0000\"}}", KD_E_PARSE },
	{ "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"me.get\",\"params\":{\"a\":\"\\ud800\"}}", KD_E_PARSE },
	{ "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"me.get\",\"params\":{\"a\":NaN}}", KD_E_PARSE },
	{ "5", KD_E_REQUEST },
	{ "\"me.get\"", KD_E_REQUEST },
	{ "null", KD_E_REQUEST },
	{ "[]", KD_E_REQUEST },
	{ "{}", KD_E_REQUEST },
	{ "{\"id\":1,\"method\":\"me.get\"}", KD_E_REQUEST },
	{ "{\"jsonrpc\":\"1.0\",\"id\":1,\"method\":\"me.get\"}", KD_E_REQUEST },
	{ "{\"jsonrpc\":2.0,\"id\":1,\"method\":\"me.get\"}", KD_E_REQUEST },
	{ "{\"jsonrpc\":\"2.0\",\"id\":{},\"method\":\"me.get\"}", KD_E_REQUEST },
	{ "{\"jsonrpc\":\"2.0\",\"id\":1.5,\"method\":\"me.get\"}", KD_E_REQUEST },
	{ "{\"jsonrpc\":\"2.0\",\"id\":77,\"method\":5}", KD_E_REQUEST },
	{ "{\"jsonrpc\":\"2.0\",\"id\":77,\"method\":\"me.get\",\"params\":[]}", KD_E_INVALID },
	{ "{\"jsonrpc\":\"2.0\",\"id\":77,\"method\":\"me.get\",\"params\":5}", KD_E_INVALID },
	{ "{\"jsonrpc\":\"2.0\",\"id\":77,\"method\":\"me.get\",\"surprise\":5}", KD_E_REQUEST },
	{ "{\"jsonrpc\":\"2.0\",\"id\":77,\"method\":\"no.such\"}", KD_E_METHOD },
	{ "{\"jsonrpc\":\"2.0\",\"id\":77,\"method\":\"ME.GET\"}", KD_E_METHOD },
	{ "{\"jsonrpc\":\"2.0\",\"id\":77,\"method\":\"\"}", KD_E_REQUEST },
	{ "{\"jsonrpc\":\"2.0\",\"id\":77,\"method\":\"rpc.discover\"}", KD_E_METHOD },
};
#define COUNT (sizeof messages / sizeof *messages)

Test(messages, each_is_told_what_is_wrong_and_may_go_on)
{
	struct world *w = world_start(1);

	for (size_t from = 0; from < COUNT; from += 13) { /* fewer than what ends a connection */
		struct person *anna = sign_in(w, 0, "anna");

		for (size_t i = from; i < from + 13 && i < COUNT; i++)
			wrong(anna, messages[i].text, messages[i].code);
		ok(anna, "me.get", "{}");
		leave(anna);
	}
	world_stop(w);
}

static char *nested(int depth)
{
	static const char head[] = "{\"jsonrpc\":\"2.0\",\"id\":77,\"method\":\"me.get\",\"params\":{\"a\":";
	char *text = malloc(sizeof head + 2 * (size_t)depth + 8), *end = text;

	end = stpcpy(end, head);
	memset(end, '[', (size_t)depth);
	end += depth;
	memset(end, ']', (size_t)depth);
	strcpy(end + depth, "}}");
	return text;
}

static char *values(int count)
{
	char *text = malloc(3 * (size_t)count + 100), *end = stpcpy(text, "{\"jsonrpc\":\"2.0\",\"id\":77,\"method\":\"me.get\",\"params\":{\"a\":[0");

	for (int i = 1; i < count; i++)
		end = stpcpy(end, ",0");
	strcpy(end, "]}}");
	return text;
}

Test(messages, depth_values_and_keys_have_limits_that_are_named)
{
	struct world *w = world_start(1);
	struct person *anna = sign_in(w, 0, "anna");
	char *deep = nested(100), *very_deep = nested(20000), *many = values(5000);

	wrong(anna, deep, KD_E_REQUEST);
	wrong(anna, very_deep, KD_E_REQUEST);
	wrong(anna, many, KD_E_REQUEST);
	ok(anna, "me.get", "{}");
	free(deep);
	free(very_deep);
	free(many);
	world_stop(w);
}

Test(messages, too_many_bad_ones_end_the_connection_and_no_other)
{
	struct world *w = world_start(1);
	struct person *anna = sign_in(w, 0, "anna"), *olle = sign_in(w, 0, "olle");

	for (int i = 0; i < 30 && client_is_open(anna->client); i++)
		client_send_text(anna->client, "hej", 3);
	expect_closed(anna, 1008);
	ok(olle, "me.get", "{}");
	world_stop(w);
}

Test(messages, binary_invalid_text_and_overlong_ones_end_the_connection)
{
	static const struct {
		uint8_t first;
		const char *payload;
		size_t len;
		int code;
	} bad[] = {
		{ 0x82, "hej", 3, 1003 },          /* binary */
		{ 0x81, "\xff\xfe", 2, 1007 },     /* no UTF-8 */
		{ 0x81, "\xed\xa0\x80", 3, 1007 }, /* a surrogate */
		{ 0x83, "hej", 3, 1002 },          /* an opcode nobody has */
		{ 0xc1, "hej", 3, 1002 },          /* RSV1 without compression */
		{ 0x80, "hej", 3, 1002 },          /* continues nothing */
		{ 0x09, "hej", 3, 1002 },          /* a ping in pieces */
	};
	static char large[70000];
	struct world *w = world_start(1);
	struct person *olle = sign_in(w, 0, "olle");

	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		struct person *anna = sign_in(w, 0, "anna");

		client_send_frame(anna->client, bad[i].first, bad[i].payload, bad[i].len);
		cr_assert(client_wait_closed(anna->client, ANSWER_MS));
		cr_expect_eq(client_close_code(anna->client), bad[i].code, "frame %02x ended with %d instead of %d", bad[i].first,
			client_close_code(anna->client), bad[i].code);
		leave(anna);
	}
	struct person *anna = sign_in(w, 0, "anna");
	memset(large, ' ', sizeof large);
	client_send_text(anna->client, large, sizeof large);
	cr_assert(client_wait_closed(anna->client, ANSWER_MS));
	cr_expect_eq(client_close_code(anna->client), 1009);
	ok(olle, "me.get", "{}");
	world_stop(w);
}

Test(messages, batches_are_answered_together_each_by_itself)
{
	static const char batch[] =
		"[{\"jsonrpc\":\"2.0\",\"id\":\"a\",\"method\":\"me.get\"},"
		"{\"jsonrpc\":\"2.0\",\"method\":\"me.get\"},"
		"{\"jsonrpc\":\"2.0\",\"id\":\"b\",\"method\":\"no.such\"},"
		"5,"
		"{\"jsonrpc\":\"2.0\",\"id\":7777,\"method\":\"organisation.list\"}]";
	struct world *w = world_start(1);
	struct person *anna = sign_in(w, 0, "anna");
	json_t *answer = answer_to(anna, batch, strlen(batch));
	int results = 0, errors = 0;
	size_t i;
	json_t *one;

	cr_assert(json_is_array(answer));
	cr_assert_eq(json_array_size(answer), 4, "the notification has no answer: %s", json_dumps(answer, 0));
	json_array_foreach(answer, i, one) {
		results += json_object_get(one, "result") != NULL;
		errors += json_object_get(one, "error") != NULL;
	}
	cr_assert_eq(results, 2);
	cr_assert_eq(errors, 2);
	world_stop(w);
}

Test(messages, a_batch_has_a_limit)
{
	struct world *w = world_start(1);
	struct person *anna = sign_in(w, 0, "anna");
	char text[4096] = "[", *end = text + 1;

	for (int i = 0; i < 21; i++)
		end += sprintf(end, "%s{\"jsonrpc\":\"2.0\",\"id\":%d,\"method\":\"me.get\"}", i ? "," : "", 1000 + i);
	strcpy(end, "]");
	wrong(anna, text, KD_E_REQUEST);
	ok(anna, "me.get", "{}");
	world_stop(w);
}

/* Octet by octet, in fragments, and with pings between them: it is one message all the same. */
Test(messages, fragments_are_one_message)
{
	static const char call[] = "{\"jsonrpc\":\"2.0\",\"id\":\"åäö\",\"method\":\"me.get\"}";
	struct world *w = world_start(1);
	struct person *anna = sign_in(w, 0, "anna");
	size_t len = strlen(call);
	json_t *answer;

	for (size_t i = 0; i < len; i += 7) {
		size_t piece = len - i < 7 ? len - i : 7;

		client_send_frame(anna->client, (i == 0 ? 1 : 0) | (i + piece == len ? 0x80 : 0), call + i, piece);
		client_send_frame(anna->client, 0x89, "ping", 4);
	}
	answer = client_next_stray(anna->client, ANSWER_MS);
	cr_assert(answer && json_object_get(answer, "result"));
	cr_assert_str_eq(text_at(answer, "id"), "åäö");
	json_decref(answer);
	world_stop(w);
}

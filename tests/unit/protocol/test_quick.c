/* Plain requests are read the same by both readers; and whatever the quick one takes, the other takes too. */
#include "protocol_tests.h"
#include <stdio.h>

struct flat { /* what plain parameters may hold */
	const char *id, *text, *word, *order;
	int64_t number;
	struct kd_opt_int maybe;
	bool flag;
	struct kd_opt_bool perhaps;
	const char *op;
};
static const char *const words[] = { "red", "green", NULL };
static const struct kd_field fields[] = {
	KD_ID(struct flat, id, KD_REQUIRED, "."), KD_TEXT(struct flat, text, KD_OPTIONAL, 0, 20, "."),
	KD_ENUM(struct flat, word, KD_OPTIONAL, words, "."), KD_ORDER(struct flat, order, KD_OPTIONAL, "."),
	KD_INT(struct flat, number, -1000, 1000000, "."), KD_OPT_INT(struct flat, maybe, 0, 9, "."), KD_BOOL(struct flat, flag, "."),
	KD_OPT_BOOL(struct flat, perhaps, "."), KD_ID(struct flat, op, KD_OPTIONAL, "."), KD_FIELDS_END,
};

static char *encoded(const struct flat *f)
{
	json_t *json = kd_encode(fields, f);
	char *text = json_dumps(json, JSON_COMPACT);

	json_decref(json);
	return text;
}

/* What the quick reader makes of it as text; NULL when it is not plain. */
static char *quick(const char *text, size_t len, char ret_id[100], char ret_method[100])
{
	struct test_mem m;
	struct kd_quick q;
	struct flat f;
	char *result = NULL;

	if (!kd_quick_read(text, len, &kd_scan_limits_default, &q))
		return NULL;
	snprintf(ret_id, 100, "%.*s", (int)q.id_len, q.id);
	snprintf(ret_method, 100, "%.*s", (int)q.method_len, q.method);
	if (kd_quick_decode(fields, &q, test_mem_begin(&m, 256), &f, sizeof(f)))
		result = encoded(&f);
	test_mem_end(&m);
	return result;
}

static char *thorough(const char *text, size_t len, char ret_id[100], char ret_method[100])
{
	struct kd_fault fault;
	struct kd_request request;
	struct test_mem m;
	struct flat f;
	json_t *json = kd_parse(text, len, &kd_scan_limits_default, &fault);
	char *result = NULL, *id = NULL;

	if (json && kd_request_read(json, &request, &fault) && request.params) {
		id = request.id ? json_dumps(request.id, JSON_ENCODE_ANY) : NULL;
		snprintf(ret_id, 100, "%s", id ? id : "");
		snprintf(ret_method, 100, "%s", request.method);
		if (kd_decode(fields, request.params, test_mem_begin(&m, 256), &f, sizeof(f), &fault))
			result = encoded(&f);
		test_mem_end(&m);
	}
	free(id);
	json_decref(json);
	return result;
}

/* Whether the quick one takes it; then the other must read the same. */
static bool agree(const char *text, size_t len)
{
	char id[2][100] = { "", "" }, method[2][100] = { "", "" };
	char *fast = quick(text, len, id[0], method[0]), *slow;
	bool is_plain = fast != NULL;

	if (is_plain) {
		slow = thorough(text, len, id[1], method[1]);
		cr_assert(slow, "only the quick one takes %.*s", (int)len, text);
		cr_assert_str_eq(fast, slow, "%.*s", (int)len, text);
		cr_assert_str_eq(id[0], id[1], "%.*s", (int)len, text);
		cr_assert_str_eq(method[0], method[1]);
		free(slow);
	}
	free(fast);
	return is_plain;
}

static const char plain[] = "{\"jsonrpc\":\"2.0\",\"id\":17,\"method\":\"card.move\",\"params\":{\"id\":\"" SAMPLE_ID "\","
	"\"text\":\"\xc3\xa5 \\\"b\\\" \\n\\\\\",\"word\":\"green\",\"order\":\"a0V\",\"number\":-12,\"maybe\":3,\"flag\":true,\"perhaps\":false,\"op\":\""
	SAMPLE_ID "\"}}";

static bool takes(const char *text)
{
	return agree(text, strlen(text));
}

#define REQUEST(id, params) "{\"jsonrpc\":\"2.0\",\"id\":" id ",\"method\":\"m\",\"params\":" params "}"
#define LEAST "{\"id\":\"" SAMPLE_ID "\",\"number\":0,\"flag\":false}"

Test(quick, plain_requests_are_taken)
{
	cr_assert(takes(plain));
	cr_assert(takes(REQUEST("\"text\"", LEAST)));
	cr_assert(takes(REQUEST("0", LEAST)));
	cr_assert(takes(REQUEST("-5", LEAST)));
	cr_assert(takes(" { \"params\" : " LEAST "\n, \"method\" :\t\"x\" , \"id\" : 1 , \"jsonrpc\" : \"2.0\" } \r\n"));
}

Test(quick, what_is_odd_is_left_to_the_other)
{
	static const char *const odd[] = {
		"", "{}", "[]", "[" REQUEST("1", LEAST) "]", "null", REQUEST("1.0", LEAST), REQUEST("1e3", LEAST), REQUEST("null", LEAST),
		REQUEST("-0", LEAST), REQUEST("01", LEAST), REQUEST("1234567890123456", LEAST), REQUEST("\"\\u0041\"", LEAST),
		REQUEST("1", "{}"), REQUEST("1", "[]"), REQUEST("1", LEAST) " x", REQUEST("1", LEAST) "}",
		REQUEST("1", "{\"id\":\"" SAMPLE_ID "\",\"number\":0,\"flag\":false,\"other\":1}"),
		REQUEST("1", "{\"id\":\"" SAMPLE_ID "\",\"number\":0,\"number\":0,\"flag\":false}"),
		REQUEST("1", "{\"id\":\"" SAMPLE_ID "\",\"number\":0,\"flag\":false,}"),
		REQUEST("1", "{\"id\":\"" SAMPLE_ID "\" \"number\":0,\"flag\":false}"),
		REQUEST("1", "{\"id\":\"" SAMPLE_ID "\",\"number\":0.0,\"flag\":false}"),
		REQUEST("1", "{\"id\":\"" SAMPLE_ID "\",\"number\":0,\"flag\":null}"),
		REQUEST("1", "{\"id\":\"" SAMPLE_ID "\",\"number\":9999999,\"flag\":false}"),
		REQUEST("1", "{\"id\":\"" SAMPLE_ID "\",\"number\":0,\"flag\":false,\"text\":\"\\u00e5\"}"),
		REQUEST("1", "{\"id\":\"" SAMPLE_ID "\",\"number\":0,\"flag\":false,\"text\":\"\t\"}"),
		REQUEST("1", "{\"id\":\"" SAMPLE_ID "\",\"number\":0,\"flag\":false,\"text\":\"\xff\"}"),
		REQUEST("1", "{\"id\":\"" SAMPLE_ID "\",\"number\":0,\"flag\":false,\"text\":[\"a\"]}"),
		REQUEST("1", "{\"id\":\"no\",\"number\":0,\"flag\":false}"),
		"{\"jsonrpc\":\"2.0\",\"id\":1,\"id\":1,\"method\":\"m\",\"params\":" LEAST "}",
		"{\"jsonrpc\":\"1.0\",\"id\":1,\"method\":\"m\",\"params\":" LEAST "}",
		"{\"jsonrpc\":\"2.0\",\"method\":\"m\",\"params\":" LEAST "}",
		"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"m\",\"params\":" LEAST ",\"more\":1}",
		"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"\",\"params\":" LEAST "}",
	};

	for (size_t i = 0; i < sizeof(odd) / sizeof(*odd); i++)
		cr_assert_not(takes(odd[i]), "%s", odd[i]);
	for (size_t len = 0; len < sizeof(plain) - 1; len++)
		cr_assert_not(agree(plain, len), "%zu", len);
	cr_assert_not(agree(plain, sizeof(plain)), "with its NUL");
}

Test(quick, limits_hold)
{
	struct kd_scan_limits few = kd_scan_limits_default, small = kd_scan_limits_default;
	struct kd_quick q;

	few.max_values = 8;
	small.max_bytes = sizeof(plain) - 2;
	cr_assert_not(kd_quick_read(plain, sizeof(plain) - 1, &few, &q));
	cr_assert_not(kd_quick_read(plain, sizeof(plain) - 1, &small, &q));
	cr_assert(kd_quick_read(plain, sizeof(plain) - 1, &kd_scan_limits_default, &q));
}

/* Two hundred thousand messages, each a few steps from a good one. */
Test(quick, what_it_takes_the_other_reads_the_same)
{
	static const char signs[] = "{}[]\",:\\ \n0123456789-+.eEtrufalsn\x01\x7f\xc3\xa5\xff";
	uint32_t seed = 77;
	int taken = 0;

	for (int i = 0; i < 200000; i++) {
		char text[sizeof(plain) + 8];
		size_t len = sizeof(plain) - 1;

		memcpy(text, plain, len);
		for (int edits = 0; edits < 1 + i % 3; edits++) {
			size_t at;

			seed = seed * 1664525u + 1013904223u;
			at = (seed >> 8) % len;
			if (seed % 3 == 0) {
				text[at] = signs[(seed >> 20) % (sizeof(signs) - 1)];
			} else if (seed % 3 == 1) {
				memmove(text + at, text + at + 1, len - at - 1);
				len--;
			} else {
				memmove(text + at + 1, text + at, len - at);
				text[at] = signs[(seed >> 20) % (sizeof(signs) - 1)];
				len++;
			}
		}
		taken += agree(text, len);
	}
	cr_assert_gt(taken, 5000, "%d", taken);
}

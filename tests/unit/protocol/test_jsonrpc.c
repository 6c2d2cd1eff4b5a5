/* Messages: which are requests, and what the answers look like. */
#include "protocol_tests.h"
#include <stdlib.h>

/* --- parsing ------------------------------------------------------------------------------------------- */

static json_t *parse(const char *text, struct kd_fault *fault)
{
	return kd_parse(text, strlen(text), &kd_scan_limits_default, fault);
}

Test(jsonrpc, a_key_that_occurs_twice_is_refused)
{
	struct kd_fault fault;

	cr_assert_not(parse("{\"a\":1,\"b\":{\"a\":1,\"\\u0061\":2}}", &fault));
	cr_assert_eq(fault.code, KD_E_PARSE);
	cr_assert_str_eq(fault.reason, "an object holds the same key twice");
}

Test(jsonrpc, numbers_that_cannot_be_held_are_refused)
{
	struct kd_fault fault;

	cr_assert_not(parse("[9223372036854775808]", &fault));
	cr_assert_str_eq(fault.reason, "a number is too large to hold");
	cr_assert_not(parse("[1e999]", &fault));
	cr_assert_eq(fault.code, KD_E_PARSE);
}

Test(jsonrpc, what_the_scan_refuses_is_never_parsed)
{
	struct kd_fault fault;

	cr_assert_not(parse("[\"\\u0000\"]", &fault));
	cr_assert_not(parse("{} x", &fault));
	cr_assert_not(kd_parse("{}\0{}", 5, &kd_scan_limits_default, &fault));
}

/* --- requests ------------------------------------------------------------------------------------------- */

#define ID_64 "0123456789012345678901234567890123456789012345678901234567890123"

static const struct {
	const char *message;
	enum kd_code code; /* KD_OK: it is a request */
	const char *id, *reason;
} requests[] = {
	{ "{'jsonrpc':'2.0','id':1,'method':'me.get'}", KD_OK, "1", NULL },
	{ "{'jsonrpc':'2.0','id':'a','method':'me.get','params':{}}", KD_OK, "'a'", NULL },
	{ "{'jsonrpc':'2.0','id':'" ID_64 "','method':'me.get'}", KD_OK, "'" ID_64 "'", NULL },
	{ "{'jsonrpc':'2.0','id':-9007199254740991,'method':'me.get'}", KD_OK, "-9007199254740991", NULL },
	{ "{'jsonrpc':'2.0','method':'presence.set','params':{}}", KD_OK, NULL, NULL },
	{ "[]", KD_E_REQUEST, NULL, "a request is an object" },
	{ "1", KD_E_REQUEST, NULL, "a request is an object" },
	{ "null", KD_E_REQUEST, NULL, "a request is an object" },
	{ "{}", KD_E_REQUEST, NULL, "jsonrpc must be \"2.0\"" },
	{ "{'jsonrpc':'1.0','id':1,'method':'me.get'}", KD_E_REQUEST, "1", "jsonrpc must be \"2.0\"" },
	{ "{'jsonrpc':2.0,'id':1,'method':'me.get'}", KD_E_REQUEST, "1", "jsonrpc must be \"2.0\"" },
	{ "{'jsonrpc':'2.0','id':1}", KD_E_REQUEST, "1", "method must be a text of 1 to 64 bytes" },
	{ "{'jsonrpc':'2.0','id':1,'method':''}", KD_E_REQUEST, "1", "method must be a text of 1 to 64 bytes" },
	{ "{'jsonrpc':'2.0','id':1,'method':'" ID_64 "x'}", KD_E_REQUEST, "1", "method must be a text of 1 to 64 bytes" },
	{ "{'jsonrpc':'2.0','id':1,'method':7}", KD_E_REQUEST, "1", "method must be a text of 1 to 64 bytes" },
	{ "{'jsonrpc':'2.0','id':1,'method':'me.get','params':[]}", KD_E_INVALID, "1", "params must be an object: they go by name" },
	{ "{'jsonrpc':'2.0','id':1,'method':'me.get','params':null}", KD_E_INVALID, "1", "params must be an object: they go by name" },
	{ "{'jsonrpc':'2.0','id':1,'method':'me.get','extra':1}", KD_E_REQUEST, "1", "a request holds jsonrpc, id, method and params alone" },
	{ "{'jsonrpc':'2.0','id':1,'result':{}}", KD_E_REQUEST, "1", "method must be a text of 1 to 64 bytes" },
	{ "{'jsonrpc':'2.0','id':null,'method':'me.get'}", KD_E_REQUEST, NULL, "id must be a text of at most 64 bytes or a whole number" },
	{ "{'jsonrpc':'2.0','id':1.5,'method':'me.get'}", KD_E_REQUEST, NULL, "id must be a text of at most 64 bytes or a whole number" },
	{ "{'jsonrpc':'2.0','id':{},'method':'me.get'}", KD_E_REQUEST, NULL, "id must be a text of at most 64 bytes or a whole number" },
	{ "{'jsonrpc':'2.0','id':'" ID_64 "x','method':'me.get'}", KD_E_REQUEST, NULL, "id must be a text of at most 64 bytes or a whole number" },
	{ "{'jsonrpc':'2.0','id':9007199254740992,'method':'me.get'}", KD_E_REQUEST, NULL, "id must be a text of at most 64 bytes or a whole number" },
};

Test(jsonrpc, tells_requests_from_what_is_none_and_knows_their_id)
{
	for (size_t i = 0; i < sizeof(requests) / sizeof(*requests); i++) {
		json_t *in = json_of(requests[i].message), *id = requests[i].id ? json_of(requests[i].id) : NULL;
		struct kd_request r;
		struct kd_fault fault = { 0 };
		bool is_ok = kd_request_read(in, &r, &fault);

		cr_expect_eq(is_ok, requests[i].code == KD_OK, "%s: %s", requests[i].message, fault.reason);
		cr_expect(id ? json_equal(r.id, id) : !r.id, "%s", requests[i].message);
		if (is_ok) {
			cr_expect_eq(r.params, json_object_get(in, "params"));
			cr_expect_eq(r.method, json_string_value(json_object_get(in, "method")));
		} else {
			cr_expect_eq(fault.code, requests[i].code);
			cr_expect_str_eq(fault.reason, requests[i].reason, "%s", fault.reason);
		}
		json_decref(id);
		json_decref(in);
	}
}

/* --- answers --------------------------------------------------------------------------------------------- */

static void is_json(json_t *message, const char *expected)
{
	json_t *right = json_of(expected);
	char *text = json_dumps(message, JSON_COMPACT);

	cr_expect(json_equal(message, right), "%s", text);
	free(text);
	json_decref(right);
	json_decref(message);
}

Test(jsonrpc, answers_look_as_the_contract_says)
{
	json_t *id = json_string("x"), *n = json_integer(7);
	struct kd_fault fault = { .code = KD_E_INVALID, .field = "/text", .reason = "must be text" };

	is_json(kd_response_ok(id, json_object()), "{'jsonrpc':'2.0','id':'x','result':{}}");
	is_json(kd_response_error(n, &fault, -1),
		"{'jsonrpc':'2.0','id':7,'error':{'code':-32602,'message':'must be text','data':{'code':'invalid','field':'/text'}}}");
	fault = (struct kd_fault){ .code = KD_E_RATE_LIMITED, .reason = "slowly" };
	is_json(kd_response_error(NULL, &fault, 0),
		"{'jsonrpc':'2.0','id':null,'error':{'code':-32029,'message':'slowly','data':{'code':'rate_limited','retryAfterMs':0}}}");
	fault = (struct kd_fault){ .code = KD_E_METHOD };
	is_json(kd_response_error(n, &fault, -1),
		"{'jsonrpc':'2.0','id':7,'error':{'code':-32601,'message':'There is no such method.','data':{'code':'method'}}}");
	fault = (struct kd_fault){ .code = 12345, .reason = "?" };
	is_json(kd_response_error(n, &fault, -1),
		"{'jsonrpc':'2.0','id':7,'error':{'code':-32603,'message':'?','data':{'code':'internal'}}}");
	is_json(kd_notice_message("hint", json_of("{'topics':[]}")), "{'jsonrpc':'2.0','method':'hint','params':{'topics':[]}}");
	cr_assert_eq(id->refcount, 1);
	cr_assert_eq(n->refcount, 1);
	json_decref(id);
	json_decref(n);
}

Test(jsonrpc, what_could_not_be_made_gives_no_half_message)
{
	cr_assert_not(kd_response_ok(NULL, NULL));
	cr_assert_not(kd_notice_message("hint", NULL));
}

/* --- memory that runs out ---------------------------------------------------------------------------------- */

Test(jsonrpc, a_message_that_there_is_no_memory_for_is_told_so_and_not_blamed)
{
	static const char text[] = "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"a.b\",\"params\":{\"a\":[1,1.5,\"x\",{},true]}}";
	bool is_done = false;

	for (long n = 0; !is_done; n++) {
		struct kd_fault fault = { 0 };
		json_t *parsed;
		long live;

		json_mem_begin(n);
		parsed = kd_parse(text, sizeof(text) - 1, &kd_scan_limits_default, &fault);
		is_done = parsed != NULL;
		json_decref(parsed);
		live = json_mem_end();
		cr_assert_eq(live, 0, "%ld pieces are left after %ld allocations", live, n);
		cr_assert_eq(fault.code, is_done ? KD_OK : KD_E_BUSY, "after %ld allocations: %d %s", n, fault.code, fault.reason);
		cr_assert_lt(n, 1000);
	}
}

static json_t *an_answer(void)
{
	return kd_response_ok(NULL, json_object());
}

static json_t *an_error(void)
{
	struct kd_fault fault = { .code = KD_E_INVALID, .field = "/a", .reason = "is wrong" };

	return kd_response_error(NULL, &fault, 5);
}

static json_t *a_notice(void)
{
	return kd_notice_message("hint", json_object());
}

Test(jsonrpc, every_answer_is_whole_or_none)
{
	static json_t *(*const makers[])(void) = { an_answer, an_error, a_notice };

	for (size_t i = 0; i < 3; i++) {
		bool is_done = false;

		for (long n = 0; !is_done; n++) {
			json_t *message;
			long live;

			json_mem_begin(n);
			message = makers[i]();
			is_done = message != NULL;
			cr_assert(!message || json_object_size(message) == 3, "half a message after %ld allocations", n);
			json_decref(message);
			live = json_mem_end();
			cr_assert_eq(live, 0, "%ld pieces are left after %ld allocations", live, n);
			cr_assert_lt(n, 1000);
		}
	}
}

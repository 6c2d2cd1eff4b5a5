/* message.c - a message's text: the scan, the parser behind it, and what is read as a request. The first byte says
 * with which limits: '!' small ones, so that short inputs go beyond them. */
#include "lib/fuzz.h"
#include "base/utf8.h"
#include "protocol/kd.h"
#include <stdlib.h>
#include <string.h>

#define MESSAGE_COST_MAX (1u << 20) /* security.md, P2 */

static const struct kd_scan_limits small = { .max_bytes = 512, .max_depth = 3, .max_values = 24, .max_keys = 5, .max_containers = 8 };

void fuzz_begin(void)
{
	json_object_seed(1);
}

static void fault_check(const struct kd_fault *fault, const json_t *id)
{
	json_t *answer = kd_response_error(id, fault, -1), *error;
	char *text;

	fuzz_check(fault->code == kd_error_info(fault->code)->code, "%d is no code of the list", (int)fault->code);
	fuzz_check(fault->reason[0] && strlen(fault->reason) < sizeof(fault->reason), "no reason");
	fuzz_check(answer, "a fault that cannot be told: %s", fault->reason);
	error = json_object_get(answer, "error");
	fuzz_check(json_integer_value(json_object_get(error, "code")) == fault->code, "another code");
	fuzz_check(id ? json_equal(json_object_get(answer, "id"), id) : json_is_null(json_object_get(answer, "id")), "another id");
	text = json_dumps(answer, JSON_COMPACT);
	fuzz_check(text, "an answer that cannot be written");
	free(text);
	json_decref(answer);
	answer = kd_response_error(id, &(struct kd_fault){ .code = fault->code, .field = "/a" }, 5);
	error = json_object_get(json_object_get(answer, "error"), "data");
	fuzz_check(json_integer_value(json_object_get(error, "retryAfterMs")) == 5 && json_object_get(error, "field"), "not all is told");
	json_decref(answer);
}

static void request_check(const json_t *in)
{
	struct kd_request r;
	struct kd_fault fault = { 0 };
	json_t *answer, *again;
	char *text;

	if (!kd_request_read(in, &r, &fault)) {
		fault_check(&fault, r.id);
		return;
	}
	fuzz_check(r.method && *r.method && strlen(r.method) <= 64, "a method without a name");
	fuzz_check(!r.params || json_is_object(r.params), "parameters that are no object");
	fuzz_check(!r.id || json_is_integer(r.id) || json_string_length(r.id) <= 64, "an id that is none");
	kd_method_find(r.method);
	kd_event_find(r.method);
	answer = kd_response_ok(r.id, json_object());
	text = json_dumps(answer, JSON_COMPACT);
	again = json_loads(text ? text : "", JSON_REJECT_DUPLICATES, NULL);
	fuzz_check(json_equal(answer, again), "the answer reads differently");
	json_decref(again);
	json_decref(answer);
	free(text);
	answer = kd_notice_message(r.method, r.params ? json_incref((json_t *)(uintptr_t)r.params) : json_object());
	fuzz_check(answer, "a notice that cannot be made");
	json_decref(answer);
}

/* jansson knows nothing of our limits, but of JSON it should think the same as our scan, except that it reads over a NUL
 * behind a number. */
static void scan_check(const char *text, size_t len, bool is_let_through, const struct kd_fault *fault)
{
	json_error_t error = { 0 };
	json_t *json = json_loadb(text, len, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &error);
	enum json_error_code code = json_error_code(&error);

	if (is_let_through)
		fuzz_check(json || code == json_error_duplicate_key || code == json_error_numeric_overflow,
			"the scan lets through what jansson does not read: %s", error.text);
	else if (fault->limit == KD_LIMIT_NONE && !memchr(text, '\0', len))
		fuzz_check(!json, "the scan refuses what jansson reads: %s", fault->reason);
	if (is_let_through)
		fuzz_check(utf8_is_valid(text, len), "the scan lets through what is no UTF-8");
	json_decref(json);
}

void fuzz_input(const uint8_t *bytes, size_t size)
{
	struct fuzz_bytes b = { bytes, bytes + size };
	const struct kd_scan_limits *limits = fuzz_take(&b) == '!' ? &small : &kd_scan_limits_default;
	const char *text = (const char *)b.at;
	size_t len = fuzz_left(&b), i;
	struct kd_fault fault = { 0 };
	json_t *json, *item;

	scan_check(text, len, kd_scan(text, len, limits, &fault), &fault);
	fault = (struct kd_fault){ 0 };
	fuzz_memory_mark();
	json = kd_parse(text, len, limits, &fault);
	fuzz_check(fuzz_memory_peak() <= MESSAGE_COST_MAX, "%zu bytes of heap for a message of %zu", fuzz_memory_peak(), len);
	if (!json) {
		fuzz_check(fault.code == KD_E_PARSE || fault.code == KD_E_REQUEST, "refused as %d: %s", (int)fault.code, fault.reason);
		fault_check(&fault, NULL);
		return;
	}
	request_check(json);
	json_array_foreach(json, i, item)
		request_check(item);
	json_decref(json);
}

/* jsonrpc.c - JSON-RPC 2.0: messages in, answers and notices out. */
#include "protocol/kd.h"
#include <stdio.h>
#include <string.h>

static bool refuse(struct kd_fault *fault, enum kd_code code, const char *reason)
{
	*fault = (struct kd_fault){ .code = code };
	snprintf(fault->reason, sizeof(fault->reason), "%s", reason);
	return false;
}

/* --- in ------------------------------------------------------------------------------------------------ */

/* jansson takes the last of two equal keys, so duplicates are refused; it stops at a NUL in what it holds for a C
 * string, so it is given the length. Any value is parsed: what is no request is the reader's to refuse. */
json_t *kd_parse(const char *text, size_t len, const struct kd_scan_limits *limits, struct kd_fault *ret_fault)
{
	json_error_t error = { 0 };
	json_t *json;

	if (!kd_scan(text, len, limits, ret_fault))
		return NULL;
	json = json_loadb(text, len, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &error);
	if (json)
		return json;
	switch (json_error_code(&error)) {
	case json_error_duplicate_key:
		refuse(ret_fault, KD_E_PARSE, "an object holds the same key twice");
		break;
	case json_error_numeric_overflow:
		refuse(ret_fault, KD_E_PARSE, "a number is too large to hold");
		break;
	default: /* the scan let it through, so it is JSON: without memory jansson says now nothing, now "invalid token" */
		refuse(ret_fault, KD_E_BUSY, "there is not enough memory for the message");
		break;
	}
	return NULL;
}

static bool id_is_valid(const json_t *id)
{
	json_int_t n = json_integer_value(id);

	if (json_is_string(id))
		return json_string_length(id) <= KD_REQUEST_ID_MAX;
	return json_is_integer(id) && n >= -KD_MAX_SAFE_INT && n <= KD_MAX_SAFE_INT;
}

bool kd_request_read(const json_t *in, struct kd_request *ret_request, struct kd_fault *ret_fault)
{
	const json_t *id = json_object_get(in, "id"), *params = json_object_get(in, "params");
	const char *version = json_string_value(json_object_get(in, "jsonrpc"));
	const json_t *method = json_object_get(in, "method");
	size_t known = 2 + (id != NULL) + (params != NULL);

	*ret_request = (struct kd_request){ 0 };
	if (!json_is_object(in))
		return refuse(ret_fault, KD_E_REQUEST, "a request is an object");
	if (id && !id_is_valid(id))
		return refuse(ret_fault, KD_E_REQUEST, "id must be a text of at most 64 bytes or a whole number");
	ret_request->id = id;
	if (!version || strcmp(version, "2.0") != 0)
		return refuse(ret_fault, KD_E_REQUEST, "jsonrpc must be \"2.0\"");
	if (!json_is_string(method) || json_string_length(method) == 0 || json_string_length(method) > KD_METHOD_NAME_MAX)
		return refuse(ret_fault, KD_E_REQUEST, "method must be a text of 1 to 64 bytes");
	if (json_object_size(in) > known)
		return refuse(ret_fault, KD_E_REQUEST, "a request holds jsonrpc, id, method and params alone");
	if (params && !json_is_object(params))
		return refuse(ret_fault, KD_E_INVALID, "params must be an object: they go by name");
	ret_request->method = json_string_value(method);
	ret_request->params = params;
	return true;
}

/* --- out ----------------------------------------------------------------------------------------------- */

/* Sets `value` (taken) and answers false if there is no memory for it. */
static bool put(json_t *object, const char *key, json_t *value)
{
	return json_object_set_new_nocheck(object, key, value) == 0; /* fails and frees the value if either is NULL */
}

static json_t *id_of(const json_t *id)
{
	return id ? json_incref((json_t *)id) : json_null();
}

static json_t *whole_or_null(json_t *message, bool is_whole)
{
	if (is_whole)
		return message;
	json_decref(message);
	return NULL;
}

json_t *kd_response_ok(const json_t *id, json_t *result)
{
	json_t *m = json_object();
	bool is_whole = put(m, "jsonrpc", json_string("2.0")); /* each is put whatever became of the others: it is taken */

	is_whole &= put(m, "id", id_of(id));
	is_whole &= put(m, "result", result);
	return whole_or_null(m, is_whole);
}

json_t *kd_response_error(const json_t *id, const struct kd_fault *fault, int64_t retry_after_ms)
{
	const struct kd_error_info *info = kd_error_info(fault->code);
	json_t *m = json_object(), *error = json_object(), *data = json_object();
	bool is_whole = put(data, "code", json_string(info->name));

	if (fault->field[0])
		is_whole &= put(data, "field", json_string(fault->field));
	if (retry_after_ms >= 0)
		is_whole &= put(data, "retryAfterMs", json_integer(retry_after_ms));
	is_whole &= put(error, "code", json_integer(info->code));
	is_whole &= put(error, "message", json_string(fault->reason[0] ? fault->reason : info->sentence));
	is_whole &= put(error, "data", data);
	is_whole &= put(m, "jsonrpc", json_string("2.0"));
	is_whole &= put(m, "id", id_of(id));
	is_whole &= put(m, "error", error);
	return whole_or_null(m, is_whole);
}

json_t *kd_notice_message(const char *method, json_t *params)
{
	json_t *m = json_object();
	bool is_whole = put(m, "jsonrpc", json_string("2.0"));

	is_whole &= put(m, "method", json_string(method));
	is_whole &= put(m, "params", params);
	return whole_or_null(m, is_whole);
}

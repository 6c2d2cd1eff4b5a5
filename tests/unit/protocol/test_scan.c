/* The scan: strict JSON within limits, and nothing else. P2 and P3 of the security page. */
#include "protocol_tests.h"
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

struct text {
	const char *json; /* as it is */
	const char *reason; /* what the fault holds; NULL: it passes */
};

static const struct text texts[] = {
	{ "{}", NULL },
	{ " [ ] ", NULL },
	{ "\t{\r\n\"a\" : [ 1 , -0 , 0.5 , 1e9, 1E-2, 1e+3 ] , \"b\":{\"c\":null,\"d\":true,\"e\":false}}\n", NULL },
	{ "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e5\"", NULL },
	{ "\"\\ud83d\\ude00 \\uD83D\\uDE00\"", NULL },
	{ "\"\x7f\xc2\x80\xdf\xbf\xe0\xa0\x80\xed\x9f\xbf\xee\x80\x80\xef\xbf\xbf\xf0\x90\x80\x80\xf4\x8f\xbf\xbf\"", NULL },
	{ "5", NULL },
	{ "", "the end where a value should be at byte 0" },
	{ "  ", "the end where a value should be at byte 2" },
	{ "\xEF\xBB\xBF{}", "no value at byte 0" },
	{ "{", "no key" },
	{ "[", "the end where a value should be" },
	{ "[1", "the end within something open" },
	{ "{\"a\"", "no colon" },
	{ "{\"a\":", "the end where a value should be" },
	{ "[1,]", "no value at byte 3" },
	{ "[,1]", "no value at byte 1" },
	{ "[1 2]", "no comma and no end at byte 3" },
	{ "{\"a\":1,}", "no key at byte 7" },
	{ "{\"a\" 1}", "no colon" },
	{ "{a:1}", "no key" },
	{ "{1:1}", "no key" },
	{ "{\"a\":1]", "no comma and no end" },
	{ "[1}", "no comma and no end" },
	{ "{]", "no key" },
	{ "[}", "no value" },
	{ "]", "no value" },
	{ "{} {}", "text after the end at byte 3" },
	{ "{}x", "text after the end" },
	{ "1 1", "text after the end" },
	/* words and numbers */
	{ "tru", "an unknown word" },
	{ "nul", "an unknown word" },
	{ "True", "no value" },
	{ "NaN", "no value" },
	{ "-Infinity", "a bad number" },
	{ "01", "text after the end" },
	{ "+1", "no value" },
	{ "-", "a bad number" },
	{ "1.", "a bad number" },
	{ ".5", "no value" },
	{ "1e", "a bad number" },
	{ "1e+", "a bad number" },
	{ "0x10", "text after the end" },
	/* strings */
	{ "\"", "the end within a string" },
	{ "\"abc", "the end within a string" },
	{ "'a'", "no value" },
	{ "\"a\nb\"", "a control character" },
	{ "\"a\tb\"", "a control character" },
	{ "\"\\x\"", "a bad escape" },
	{ "\"\\", "a bad escape" },
	{ "\"\\u12\"", "a bad escape" },
	{ "\"\\u12g4\"", "a bad escape" },
	{ "\"\\u0000\"", "U+0000" },
	{ "{\"\\u0000\":1}", "U+0000" },
	{ "\"\\ud800\"", "a lone surrogate" },
	{ "\"\\ud800x\"", "a lone surrogate" },
	{ "\"\\ud800\\n\"", "a lone surrogate" },
	{ "\"\\ud800\\u0041\"", "a lone surrogate" },
	{ "\"\\ud800\\ud800\"", "a lone surrogate" },
	{ "\"\\udc00\"", "a lone surrogate" },
	{ "{\"\\udc00\":1}", "a lone surrogate" },
	{ "\"\\ud800\\", "a lone surrogate" },
	{ "\"\\ud800\\u", "a bad escape" },
	/* UTF-8 */
	{ "\"\x80\"", "bad UTF-8" },
	{ "\"\xc0\x80\"", "bad UTF-8" },
	{ "\"\xc1\xbf\"", "bad UTF-8" },
	{ "\"\xe0\x9f\xbf\"", "bad UTF-8" },
	{ "\"\xed\xa0\x80\"", "bad UTF-8" },
	{ "\"\xf0\x8f\xbf\xbf\"", "bad UTF-8" },
	{ "\"\xf4\x90\x80\x80\"", "bad UTF-8" },
	{ "\"\xf5\x80\x80\x80\"", "bad UTF-8" },
	{ "\"\xc3\"", "bad UTF-8" },
	{ "\"\xe2\x82\"", "bad UTF-8" },
	{ "\"\xf0\x9f\x98\"", "bad UTF-8" },
	{ "\"\xe2\x82", "bad UTF-8" },
	{ "\xe5", "no value" },
};

/* The text in memory of just its size, so that reading one byte beyond it is seen by the sanitizer. */
static bool scan(const char *text, size_t len, const struct kd_scan_limits *limits, struct kd_fault *fault)
{
	char *tight = malloc(len > 0 ? len : 1);
	bool is_ok;

	if (len > 0)
		memcpy(tight, text, len);
	is_ok = kd_scan(tight, len, limits, fault);
	free(tight);
	return is_ok;
}

Test(scan, takes_json_and_says_what_else_is_not)
{
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
		struct kd_fault fault = { 0 };
		bool is_ok = scan(texts[i].json, strlen(texts[i].json), &kd_scan_limits_default, &fault);

		cr_expect_eq(is_ok, texts[i].reason == NULL, "%zu: %s %s", i, texts[i].json, fault.reason);
		if (!is_ok && texts[i].reason) {
			cr_expect_eq(fault.code, KD_E_PARSE);
			cr_expect(strstr(fault.reason, texts[i].reason), "%zu: %s", i, fault.reason);
		}
	}
}

Test(scan, a_nul_ends_nothing)
{
	struct kd_fault fault;

	cr_assert_not(scan("{}\0{}", 5, &kd_scan_limits_default, &fault));
	cr_assert_not(scan("{}\0", 3, &kd_scan_limits_default, &fault));
	cr_assert_not(scan("[\"a\0\"]", 6, &kd_scan_limits_default, &fault));
	cr_assert_not(scan("\0", 1, &kd_scan_limits_default, &fault));
	cr_assert_not(scan("\"\\\0\"", 4, &kd_scan_limits_default, &fault));
}

Test(scan, agrees_with_the_parser_on_every_beginning)
{
	static const char whole[] = "{\"a\":[1,-2.5e3,\"\\u00e5\\ud83d\\ude00å😀\"],\"b\":{\"c\":null,\"d\":true},\"e\":[[],{}]}";
	struct kd_fault fault;

	for (size_t n = 0; n < sizeof(whole) - 1; n++)
		cr_expect_not(scan(whole, n, &kd_scan_limits_default, &fault), "%.*s", (int)n, whole);
	cr_assert(scan(whole, sizeof(whole) - 1, &kd_scan_limits_default, &fault));
}

/* Whatever octets are put in place of one: what passes the scan, jansson takes as well. */
Test(scan, lets_nothing_through_that_the_parser_refuses)
{
	static const char whole[] = "{\"a\":[1,-2.5e3,\"\\u00e5\\ud83d\\ude00å😀\"],\"b\":{\"c\":null}}";
	char text[sizeof(whole)];

	for (size_t at = 0; at < sizeof(whole) - 1; at++)
		for (int octet = 0; octet < 256; octet++) {
			struct kd_fault fault;
			json_error_t error;
			json_t *json;
			bool is_ok;

			memcpy(text, whole, sizeof(whole));
			text[at] = (char)octet;
			is_ok = kd_scan(text, sizeof(whole) - 1, &kd_scan_limits_default, &fault);
			json = json_loadb(text, sizeof(whole) - 1, JSON_DECODE_ANY, &error);
			cr_expect_eq(is_ok, json != NULL, "%s", text);
			json_decref(json);
		}
}

/* --- limits --------------------------------------------------------------------------------------------- */

static char *repeat(const char *before, const char *unit, size_t times, const char *after)
{
	char *text = malloc(strlen(before) + strlen(unit) * times + strlen(after) + 1), *end = stpcpy(text, before);

	while (times-- > 0)
		end = stpcpy(end, unit);
	strcpy(end, after);
	return text;
}

static void limit(char *text, enum kd_limit which, const char *reason)
{
	struct kd_fault fault = { 0 };
	bool is_ok = scan(text, strlen(text), &kd_scan_limits_default, &fault);

	cr_expect_eq(is_ok, reason == NULL, "%.40s: %s", text, fault.reason);
	if (!is_ok && reason) {
		cr_expect_eq(fault.code, KD_E_REQUEST);
		cr_expect_str_eq(fault.reason, reason, "%s", fault.reason);
		cr_expect_eq(fault.limit, which, "%s", reason);
	}
	free(text);
}

Test(scan, names_the_limit_that_a_message_is_over)
{
	char key[24], *keys = calloc(1, 300 * 12), *end;

	limit(repeat("[[[[[[[[[[[[[[[[", "]", 16, ""), KD_LIMIT_NONE, NULL);
	limit(repeat("[[[[[[[[[[[[[[[[[", "]", 17, ""), KD_LIMIT_NESTING, "the message is nested deeper than 16 levels");
	limit(repeat("", "[", 60000, ""), KD_LIMIT_NESTING, "the message is nested deeper than 16 levels");
	limit(repeat("", "{\"a\":", 17, ""), KD_LIMIT_NESTING, "the message is nested deeper than 16 levels");
	limit(repeat("[", "1,", 4094, "1]"), KD_LIMIT_NONE, NULL);
	limit(repeat("[", "1,", 4095, "1]"), KD_LIMIT_VALUES, "the message holds more than 4096 values");
	limit(repeat("[", "{},", 2046, "{}]"), KD_LIMIT_NONE, NULL);
	limit(repeat("[", "{},", 2047, "{}]"), KD_LIMIT_CONTAINERS, "the message holds more than 2048 objects and lists");
	limit(repeat("\"", "x", 65534, "\""), KD_LIMIT_NONE, NULL);
	limit(repeat("\"", "x", 65535, "\""), KD_LIMIT_BYTES, "the message is larger than 65536 bytes");
	for (int n = 256; n <= 257; n++) {
		end = stpcpy(keys, "{");
		for (int i = 0; i < n; i++) {
			snprintf(key, sizeof(key), "%s\"%d\":1", i ? "," : "", i);
			end = stpcpy(end, key);
		}
		strcpy(end, "}");
		limit(strdup(keys), KD_LIMIT_KEYS, n == 256 ? NULL : "an object holds more than 256 keys");
	}
	free(keys);
}

Test(scan, what_is_no_json_is_over_no_limit)
{
	struct kd_fault fault = { .limit = KD_LIMIT_KEYS };

	cr_expect_not(scan("{", 1, &kd_scan_limits_default, &fault));
	cr_expect_eq(fault.code, KD_E_PARSE);
	cr_expect_eq(fault.limit, KD_LIMIT_NONE);
}

Test(scan, never_goes_deeper_than_its_stack_whatever_it_is_told)
{
	struct kd_scan_limits limits = { .max_bytes = 65536, .max_depth = 1000, .max_values = 4096, .max_keys = 256, .max_containers = 4096 };
	char *text = repeat("", "[", 500, "");
	struct kd_fault fault;

	cr_assert_not(scan(text, 500, &limits, &fault));
	cr_assert_str_eq(fault.reason, "the message is nested deeper than 64 levels");
	free(text);
}

/* --- what a message may cost ------------------------------------------------------------------------------- */

static size_t allocated, peak;

static void *count_alloc(size_t size)
{
	size_t *p = malloc(size + 16);

	if (!p)
		return NULL;
	p[0] = (size + 8 + 15) & ~(size_t)15; /* what glibc takes of the heap for it */
	allocated += p[0];
	peak = allocated > peak ? allocated : peak;
	return (char *)p + 16;
}

static void count_free(void *p)
{
	if (!p)
		return;
	p = (char *)p - 16;
	allocated -= *(size_t *)p;
	free(p);
}

Test(scan, keeps_what_the_parser_spends_under_a_mebibyte)
{
	char *heavy[] = {
		repeat("[", "{},", 2046, "{}]"),
		repeat("[", "[],", 2046, "[]]"),
		repeat("[", "\"\",", 4094, "\"\"]"),
		repeat("[", "\"1234567\",", 4094, "\"\"]"),
		repeat("[", "0.1,", 4094, "0.1]"),
		repeat("[", "{\"a\":0},", 2046, "{}]"),
		repeat("[", "{\"abcdefgh\":\"abcdefgh\"},", 2046, "{}]"),
		repeat("[", "{\"a\":{}},", 1022, "{}]"),
		repeat("[", "{\"a\":{\"b\":{\"c\":{}}}},", 511, "{}]"),
		repeat("[", "[[[[[[[]]]]]]],", 292, "[]]"),
		repeat("[", "[1],", 2046, "[1]]"),
		repeat("[", "{\"a\":\"\",\"b\":\"\",\"c\":\"\",\"d\":\"\",\"e\":\"\",\"f\":\"\",\"g\":\"\",\"h\":\"\",\"i\":\"\"},", 408, "{}]"),
		repeat("{\"a\":\"", "x", 65520, "\"}"),
	};

	for (size_t i = 0; i < sizeof(heavy) / sizeof(*heavy); i++) {
		struct kd_fault fault = { 0 };
		json_t *json;

		json_set_alloc_funcs(count_alloc, count_free);
		allocated = peak = 0;
		json = kd_parse(heavy[i], strlen(heavy[i]), &kd_scan_limits_default, &fault);
		cr_expect(json, "%s", fault.reason);
		cr_expect(peak < 1024 * 1024, "%.24s... costs %zu bytes", heavy[i], peak);
		json_decref(json);
		cr_expect_eq(allocated, 0);
		json_set_alloc_funcs(malloc, free);
		free(heavy[i]);
	}
}

/* The worst 64 KiB are scanned in far less than a turn of the loop may take (20 ms). */
Test(scan, is_quick_on_the_worst_message)
{
	char *text = repeat("[\"", "\\ud83d\\ude00", 5400, "\"]");
	struct kd_fault fault;
	clock_t begin = clock();

	for (int i = 0; i < 10; i++)
		cr_assert(kd_scan(text, strlen(text), &kd_scan_limits_default, &fault), "%s", fault.reason);
	cr_assert_lt((double)(clock() - begin) / CLOCKS_PER_SEC / 10, 0.005);
	free(text);
}

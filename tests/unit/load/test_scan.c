#include "clients/load/op.h"
#include "clients/load/scan.h"
#include "clients/load/value.h"
#include <criterion/criterion.h>
#include <string.h>

static struct span of(const char *text)
{
	return (struct span){ text, strlen(text) };
}

Test(scan, values_are_found_where_they_stand)
{
	struct span o = of("{ \"a\" : [1,{\"b\":\"}\"}] , \"quote\":\"say \\\"]}\\\" \\\\\",\"n\":-12,\"x\":1.5e2,\"t\":true,\"e\":{}}");

	cr_assert(span_is(scan_find(o, "a"), "[1,{\"b\":\"}\"}]"));
	cr_assert(span_is(span_text(scan_find(o, "quote")), "say \\\"]}\\\" \\\\"));
	cr_assert_eq(span_int(scan_find(o, "n"), 0), -12);
	cr_assert_eq(span_int(scan_find(o, "x"), 7), 7, "no whole number");
	cr_assert_float_eq(span_number(scan_find(o, "x"), 0), 150, 0);
	cr_assert(span_is(scan_find(o, "t"), "true"));
	cr_assert(span_is(scan_find(o, "e"), "{}"));
	cr_assert_null(scan_find(o, "b").at, "not what lies deeper");
	cr_assert_null(scan_find(scan_find(o, "e"), "a").at);
	cr_assert_null(scan_find(of("[1]"), "a").at);
}

Test(scan, a_list_is_walked)
{
	struct scan s = scan_of(of("[ 1 , [2,3],\"4\" ]"));
	static const char *const expected[] = { "1", "[2,3]", "\"4\"" };
	int count = 0;

	cr_assert(scan_list(&s));
	while (scan_item(&s))
		cr_assert(span_is(scan_value(&s), expected[count++]));
	cr_assert_eq(count, 3);
	cr_assert(!s.has_failed);
	s = scan_of(of("[]"));
	cr_assert(scan_list(&s) && !scan_item(&s) && !s.has_failed);
}

/* Every beginning of a message is too short, and none is read beyond its end. */
Test(scan, what_is_cut_off_fails)
{
	static const char whole[] = "{\"jsonrpc\":\"2.0\",\"id\":7,\"result\":{\"a\":[\"x\\\"\"],\"seq\":3}}";
	struct message m;

	for (size_t len = 0; len < strlen(whole); len++) {
		char *copy = strndup(whole, len);

		m = message_scan(copy, len);
		cr_assert_eq(m.kind, MESSAGE_OTHER, "%.*s", (int)len, whole);
		free(copy);
	}
	m = message_scan(whole, strlen(whole));
	cr_assert(m.kind == MESSAGE_RESULT && m.id == 7 && span_int(scan_find(m.content, "seq"), 0) == 3);
}

Test(scan, messages_are_told_apart)
{
	static const char notice[] = "{\"jsonrpc\":\"2.0\",\"method\":\"stream.events\",\"params\":{\"first\":1}}";
	static const char error[] = "{\"jsonrpc\":\"2.0\",\"id\":null,\"error\":{\"code\":-32700}}";
	struct message m = message_scan(notice, strlen(notice));

	cr_assert(m.kind == MESSAGE_NOTICE && span_is(m.method, "stream.events") && span_is(m.content, "{\"first\":1}"));
	m = message_scan(error, strlen(error));
	cr_assert(m.kind == MESSAGE_ERROR && m.id == INT64_MIN && span_is(m.content, "{\"code\":-32700}"));
	cr_assert_eq(message_scan("[]", 2).kind, MESSAGE_OTHER);
}

Test(value, the_same_meaning_has_the_same_hash)
{
	static const char *const same[] = { "{\"a\":1,\"b\":{\"c\":\"å\\n\",\"d\":[1,2]}}", "{ \"b\" : { \"d\":[1, 2],\"c\":\"\\u00e5\\u000a\"},\"a\":1 }" };
	static const char *const others[] = { "{\"a\":2,\"b\":{\"c\":\"å\\n\",\"d\":[1,2]}}", "{\"a\":1,\"b\":{\"c\":\"å\\n\",\"d\":[2,1]}}",
		"{\"b\":1,\"a\":{\"c\":\"å\\n\",\"d\":[1,2]}}", "{\"a\":1,\"b\":{\"c\":\"a\\n\",\"d\":[1,2]}}", "{\"a\":1}",
		"{\"a\":1,\"b\":{\"c\":\"å\\n\",\"d\":[1,2]},\"e\":null}", "{\"a\":\"1\",\"b\":{\"c\":\"å\\n\",\"d\":[1,2]}}" };

	cr_assert_eq(value_hash(of(same[0])), value_hash(of(same[1])));
	cr_assert_eq(value_hash(of("\"\\ud83d\\ude00\"")), value_hash(of("\"😀\"")));
	for (size_t i = 0; i < sizeof others / sizeof *others; i++)
		cr_assert_neq(value_hash(of(same[0])), value_hash(of(others[i])), "%s", others[i]);
}

Test(op, an_id_leads_back_to_its_call)
{
	struct ops ops, others;
	char id[ID_TEXT];

	ops_init(&ops, UINT64_C(0x123456789abcdef));
	ops_init(&others, UINT64_C(0x123456789abcdee));
	for (uint32_t i = 0; i < 70000; i++)
		ops_add(&ops, &(struct op){ .due = 1000000 * (int64_t)i, .object = i });
	for (uint32_t i = 0; i < 70000; i += 777) {
		cr_assert_eq(op_of_id(&ops, of(op_id(&ops, i, id))), i);
		cr_assert_eq(ops_get(&ops, i)->object, i);
		cr_assert_eq(op_of_id(&others, of(id)), OP_NONE, "another run's");
		cr_assert(id[14] == '7' && strchr("89ab", id[19]), "a UUIDv7: %s", id);
		cr_assert_eq(op_of_id(&ops, of(op_object_id(&ops, i, id))), OP_NONE, "a card is no op");
	}
	cr_assert_eq(op_of_id(&ops, of("nonsense")), OP_NONE);
	ops_finish(&ops);
	ops_finish(&others);
}

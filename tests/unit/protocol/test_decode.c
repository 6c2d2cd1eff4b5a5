/* Decoding: what is right arrives in the struct, and each kind of wrong is refused by name. */
#include "protocol_tests.h"

#define LONG_63 "000000000000000000000000000000000000000000000000000000000000000"

/* `change` is laid over a right object; its only effect is the fault. NULL in `reason`: it fits. */
struct wrong {
	const char *change, *field, *reason;
};

static const struct wrong wrongs[] = {
	/* ids */
	{ "{'id':5}", "/id", "must be text" },
	{ "{'id':''}", "/id", "must be a UUID in lower case, 8-4-4-4-12 hexadecimal digits" },
	{ "{'id':'0190B0C4-7c1e-7aaa-8bbb-0123456789ab'}", "/id", "must be a UUID in lower case, 8-4-4-4-12 hexadecimal digits" },
	{ "{'id':'0190b0c4-7c1e-7aaa-8bbb-0123456789a'}", "/id", "must be a UUID in lower case, 8-4-4-4-12 hexadecimal digits" },
	{ "{'id':'0190b0c4-7c1e-7aaa-8bbb-0123456789abc'}", "/id", "must be a UUID in lower case, 8-4-4-4-12 hexadecimal digits" },
	{ "{'id':'0190b0c4x7c1e-7aaa-8bbb-0123456789ab'}", "/id", "must be a UUID in lower case, 8-4-4-4-12 hexadecimal digits" },
	{ "{'id':'" SAMPLE_ID "\\u0000'}", "/id", "must not hold control characters other than tabs and line breaks" },
	/* text: characters are counted, not bytes */
	{ "{'text':true}", "/text", "must be text" },
	{ "{'text':'å'}", "/text", "must be at least 2 characters long" },
	{ "{'text':'åäöåä'}", NULL, NULL },
	{ "{'text':'åäöåäö'}", "/text", "must be at most 5 characters long" },
	{ "{'text':'😀😀😀😀😀'}", NULL, NULL },
	{ "{'text':'a\\tb\\r\\n'}", NULL, NULL },
	{ "{'text':'ab\\u0007'}", "/text", "must not hold control characters other than tabs and line breaks" },
	{ "{'text':'ab\\u0000'}", "/text", "must not hold control characters other than tabs and line breaks" },
	{ "{'name':''}", "/name", "must not be empty" },
	{ "{'name':null}", "/name", "must not be null: what is not known is left out" },
	/* words, orders, streams */
	{ "{'word':'blue'}", "/word", "must be one of: red, green" },
	{ "{'word':'Green'}", "/word", "must be one of: red, green" },
	{ "{'order':''}", "/order", "must be 1 to 64 digits and letters without accents" },
	{ "{'order':'0" LONG_63 "'}", NULL, NULL },
	{ "{'order':'00" LONG_63 "'}", "/order", "must be 1 to 64 digits and letters without accents" },
	{ "{'order':'a-b'}", "/order", "must be 1 to 64 digits and letters without accents" },
	{ "{'stream':'board'}", "/stream", "must be a kind of stream, a colon and a UUID in lower case" },
	{ "{'stream':':" SAMPLE_ID "'}", "/stream", "must be a kind of stream, a colon and a UUID in lower case" },
	{ "{'stream':'board:x'}", "/stream", "must be a kind of stream, a colon and a UUID in lower case" },
	{ "{'stream':'Board:" SAMPLE_ID "'}", "/stream", "must be a kind of stream, a colon and a UUID in lower case" },
	{ "{'stream':'abcdefghijklmnop:" SAMPLE_ID "'}", "/stream", "must be a kind of stream, a colon and a UUID in lower case" },
	/* whole numbers */
	{ "{'number':'7'}", "/number", "must be a whole number" },
	{ "{'number':1.0}", "/number", "must be a whole number, without fraction or exponent" },
	{ "{'number':1e1}", "/number", "must be a whole number, without fraction or exponent" },
	{ "{'number':-5}", NULL, NULL },
	{ "{'number':-6}", "/number", "must be from -5 to 100" },
	{ "{'number':101}", "/number", "must be from -5 to 100" },
	{ "{'number':9007199254740992}", "/number", "must be a whole number within 9007199254740991 of zero" },
	{ "{'number':-9007199254740992}", "/number", "must be a whole number within 9007199254740991 of zero" },
	{ "{'time':9007199254740991}", NULL, NULL },
	{ "{'time':9007199254740992}", "/time", "must be a whole number within 9007199254740991 of zero" },
	{ "{'time':-1}", "/time", "must be at least 0" },
	{ "{'opt_int':0}", "/opt_int", "must be from 1 to 9" },
	{ "{'opt_int':false}", "/opt_int", "must be a whole number" },
	/* numbers */
	{ "{'ratio':1}", NULL, NULL },
	{ "{'ratio':1.6}", "/ratio", "must be from 0 to 1.5" },
	{ "{'ratio':'1'}", "/ratio", "must be a number" },
	{ "{'opt_number':-0.1}", "/opt_number", "must be from 0 to 9.5" },
	/* true and false */
	{ "{'flag':1}", "/flag", "must be true or false" },
	{ "{'flag':'true'}", "/flag", "must be true or false" },
	{ "{'opt_bool':0}", "/opt_bool", "must be true or false" },
	/* objects */
	{ "{'point':[]}", "/point", "must be an object" },
	{ "{'point':{'x':1}}", "/point/y", "is required" },
	{ "{'point':{'x':1,'y':2,'z':3}}", "/point/z", "is no field here" },
	{ "{'maybe':{'x':1,'y':'2'}}", "/maybe/y", "must be a number" },
	{ "{'maybe':null}", "/maybe", "must not be null: what is not known is left out" },
	/* lists */
	{ "{'list':{}}", "/list", "must be a list" },
	{ "{'list':[]}", NULL, NULL },
	{ "{'list':[1]}", "/list/0", "must be an object" },
	{ "{'list':[{'id':'" SAMPLE_ID "','n':3},{'id':'" SAMPLE_ID "','n':10}]}", "/list/1/n", "must be from 0 to 9" },
	{ "{'list':[null]}", "/list/0", "must not be null: what is not known is left out" },
	{ "{'list':[1,2,3,4]}", "/list", "must hold at most 3 items" },
	{ "{'ids':['" SAMPLE_ID "','x']}", "/ids/1", "must be a UUID in lower case, 8-4-4-4-12 hexadecimal digits" },
	{ "{'texts':['abcd']}", "/texts/0", "must be at most 3 characters long" },
	{ "{'words':['red','blue']}", "/words/1", "must be one of: red, green" },
	/* names */
	{ "{'unheard':1}", "/unheard", "is no field here" },
	{ "{'a/b~c':1}", "/a~1b~0c", "is no field here" },
	{ "{'':1}", "/", "is no field here" },
	{ "{'json':{'any':[1,null]}}", NULL, NULL },
};

Test(decode, each_kind_of_wrong_is_refused_by_name)
{
	for (size_t i = 0; i < sizeof(wrongs) / sizeof(*wrongs); i++) {
		const struct wrong *w = &wrongs[i];
		json_t *in = sample_json(), *change = json_of(w->change);
		struct kd_fault fault = { 0 }, check_fault = { 0 };
		struct test_mem m;
		struct sample out;
		bool is_ok, is_checked;

		json_object_update(in, change);
		is_ok = kd_decode(sample_fields, in, test_mem_begin(&m, 256), &out, sizeof(out), &fault);
		is_checked = kd_check(sample_fields, in, &check_fault);
		cr_expect_eq(is_ok, w->reason == NULL, "%s", w->change);
		cr_expect_eq(is_ok, is_checked, "%s: checking agrees with decoding", w->change);
		if (!is_ok && w->reason) {
			cr_expect_eq(fault.code, KD_E_INVALID);
			cr_expect_str_eq(fault.field, w->field, "%s: %s", w->change, fault.field);
			cr_expect_str_eq(fault.reason, w->reason, "%s: %s", w->change, fault.reason);
			cr_expect_str_eq(check_fault.field, w->field);
			cr_expect_str_eq(check_fault.reason, w->reason);
		}
		test_mem_end(&m);
		json_decref(change);
		json_decref(in);
	}
}

Test(decode, each_required_field_is_missed_by_name)
{
	for (const struct kd_field *f = sample_fields; f->name; f++) {
		json_t *in = sample_json();
		struct kd_fault fault = { 0 };
		struct test_mem m;
		struct sample out;
		char pointer[64] = "/";

		strcat(pointer, f->name);
		json_object_del(in, f->name);
		if (f->presence == KD_REQUIRED) {
			cr_assert_not(kd_decode(sample_fields, in, test_mem_begin(&m, 256), &out, sizeof(out), &fault));
			cr_assert_str_eq(fault.field, pointer);
			cr_assert_str_eq(fault.reason, "is required");
		} else {
			cr_assert(kd_decode(sample_fields, in, test_mem_begin(&m, 256), &out, sizeof(out), &fault), "%s", fault.reason);
		}
		test_mem_end(&m);
		json_decref(in);
	}
}

Test(decode, a_misspelt_field_is_named_rather_than_the_one_it_was_meant_for)
{
	json_t *in = sample_json();
	struct kd_fault fault;

	json_object_del(in, "text");
	json_object_set_new(in, "texxt", json_string("abc"));
	cr_assert_not(kd_check(sample_fields, in, &fault));
	cr_assert_str_eq(fault.field, "/texxt");
	json_decref(in);
}

Test(decode, what_is_no_object_is_refused_as_a_whole)
{
	static const char *const others[] = { "[]", "1", "'x'", "null", "true" };

	for (size_t i = 0; i < 5; i++) {
		json_t *in = json_of(others[i]);
		struct kd_fault fault;

		cr_assert_not(kd_check(sample_fields, in, &fault));
		cr_assert_str_eq(fault.field, "");
		cr_assert_str_eq(fault.reason, "must be an object");
		json_decref(in);
	}
}

Test(decode, what_is_right_arrives)
{
	json_t *in = sample_json(), *more = json_of("{'maybe':{'x':0,'y':9.5},'ids':['" SAMPLE_ID "'],'texts':['a','åäö'],"
		"'words':['red'],'opt_int':9,'opt_number':2,'opt_bool':false,'name':'n','json':[1]}");
	struct kd_fault fault;
	struct test_mem m;
	struct sample out;

	memset(&out, 0xAA, sizeof(out));
	json_object_update(in, more);
	cr_assert(kd_decode(sample_fields, in, test_mem_begin(&m, 256), &out, sizeof(out), &fault), "%s", fault.reason);
	cr_assert(out.json == json_object_get(in, "json"), "JSON is borrowed");
	json_decref(more);
	cr_assert_str_eq(out.id, SAMPLE_ID);
	cr_assert_str_eq(out.text, "åäö");
	cr_assert_str_eq(out.stream, "board:" SAMPLE_ID);
	cr_assert_eq(out.number, 7);
	cr_assert_eq(out.time, INT64_C(1700000000000));
	cr_assert(out.ratio == 0.5 && out.flag && out.point.y == -2.5 && out.maybe->y == 9.5);
	cr_assert_eq(out.list.count, 2);
	cr_assert_eq(out.list.items[1].n, 4);
	cr_assert_eq(out.ids.count, 1);
	cr_assert_str_eq(out.texts.items[1], "åäö");
	cr_assert_str_eq(out.words.items[0], "red");
	cr_assert(out.opt_int.is_set && out.opt_int.value == 9 && out.opt_number.is_set && out.opt_number.value == 2);
	cr_assert(out.opt_bool.is_set && !out.opt_bool.value);
	json_decref(in);
	cr_assert_str_eq(out.text, "åäö", "text is copied, not borrowed");
	test_mem_end(&m);
}

Test(decode, what_is_absent_is_zero_and_an_empty_list_is_not_absent)
{
	json_t *in = sample_json();
	struct kd_fault fault;
	struct test_mem m;
	struct sample out;

	memset(&out, 0xAA, sizeof(out));
	json_object_set_new(in, "ids", json_array());
	cr_assert(kd_decode(sample_fields, in, test_mem_begin(&m, 256), &out, sizeof(out), &fault));
	cr_assert(!out.name && !out.maybe && !out.opt_int.is_set && !out.opt_bool.is_set && !out.json);
	cr_assert(out.texts.count == 0 && !out.texts.items);
	cr_assert(out.ids.count == 0 && out.ids.items);
	test_mem_end(&m);
	json_decref(in);
}

Test(decode, memory_that_runs_out_anywhere_is_busy_and_nothing_worse)
{
	json_t *in = sample_json(), *more = json_of("{'maybe':{'x':0,'y':9.5},'ids':['" SAMPLE_ID "'],'texts':['a']}");
	struct kd_fault fault = { 0 };
	struct test_mem m;
	struct sample out;
	size_t left = 0;

	json_object_update(in, more);
	for (;; left++) {
		bool is_ok = kd_decode(sample_fields, in, test_mem_begin(&m, left), &out, sizeof(out), &fault);

		test_mem_end(&m);
		if (is_ok)
			break;
		cr_assert_eq(fault.code, KD_E_BUSY);
	}
	cr_assert_gt(left, 8);
	json_decref(more);
	json_decref(in);
}

/* The pointer goes back to the client as JSON: cut within a character it could not be sent. */
Test(decode, an_endless_name_is_cut_between_characters)
{
	for (size_t shift = 0; shift < 4; shift++) {
		json_t *in = sample_json();
		char key[400] = "", *end = key;
		struct kd_fault fault;
		json_t *answer;

		for (size_t i = 0; i < shift; i++)
			*end++ = 'x';
		for (size_t i = 0; i < 60; i++)
			end = stpcpy(end, "😀");
		json_object_set_new(in, key, json_true());
		cr_assert_not(kd_check(sample_fields, in, &fault));
		cr_assert_geq(strlen(fault.field), sizeof(fault.field) - 4);
		answer = kd_response_error(NULL, &fault, -1);
		cr_assert(answer);
		json_decref(answer);
		json_decref(in);
	}
}

/* Encoding: the way back, and what a careless caller is told. */
#include "protocol_tests.h"
#include <math.h>

static bool decode(struct test_mem *m, json_t *in, struct sample *out)
{
	struct kd_fault fault;

	return kd_decode(sample_fields, in, test_mem_begin(m, 256), out, sizeof(*out), &fault);
}

Test(encode, decoding_and_encoding_again_gives_the_same)
{
	json_t *in = sample_json(), *more = json_of("{'maybe':{'x':0.5,'y':9.5},'ids':['" SAMPLE_ID "'],'texts':[],"
		"'words':['red','green'],'opt_int':9,'opt_number':2.5,'opt_bool':false,'name':'n','json':{'a':[1]}}");
	struct test_mem m;
	struct sample s;
	json_t *out;

	json_object_set_new(json_object_get(in, "point"), "x", json_real(1)); /* numbers go out as they are kept */
	json_object_update(in, more);
	cr_assert(decode(&m, in, &s));
	out = kd_encode(sample_fields, &s);
	cr_assert(json_equal(in, out));
	json_decref(out);
	test_mem_end(&m);
	json_decref(more);
	json_decref(in);
}

Test(encode, what_is_absent_is_left_out)
{
	json_t *in = sample_json(), *out;
	struct test_mem m;
	struct sample s;

	cr_assert(decode(&m, in, &s));
	out = kd_encode(sample_fields, &s);
	cr_assert_eq(json_object_size(out), json_object_size(in));
	cr_assert_not(json_object_get(out, "ids"));
	json_decref(out);
	test_mem_end(&m);
	json_decref(in);
}

Test(encode, json_is_borrowed_and_counted)
{
	json_t *in = sample_json(), *body = json_object(), *out;
	struct test_mem m;
	struct sample s;

	cr_assert(decode(&m, in, &s));
	s.json = body;
	out = kd_encode(sample_fields, &s);
	cr_assert_eq(body->refcount, 2);
	json_decref(out);
	cr_assert_eq(body->refcount, 1);
	json_decref(body);
	test_mem_end(&m);
	json_decref(in);
}

static void refuses(const struct sample *s, const char *field, const char *reason)
{
	struct kd_fault fault;

	cr_expect(kd_encode(sample_fields, s) == NULL, "%s", field);
	cr_expect(kd_encode_or_fault(sample_fields, s, &fault) == NULL);
	cr_expect_str_eq(fault.field, field, "%s", fault.field);
	cr_expect_str_eq(fault.reason, reason, "%s", fault.reason);
}

Test(encode, what_does_not_fit_is_refused_by_name)
{
	json_t *in = sample_json();
	struct sample_item item = { SAMPLE_ID, 10 };
	struct test_mem m;
	struct sample right, s;

	cr_assert(decode(&m, in, &right));
	s = right, s.text = NULL;
	refuses(&s, "/text", "is required");
	s = right, s.text = "123456";
	refuses(&s, "/text", "must be at most 5 characters long");
	s = right, s.text = "a\xFFzz";
	refuses(&s, "/text", "is not UTF-8, or there was no memory");
	s = right, s.word = "blue";
	refuses(&s, "/word", "must be one of: red, green");
	s = right, s.number = 101;
	refuses(&s, "/number", "must be from -5 to 100");
	s = right, s.ratio = NAN;
	refuses(&s, "/ratio", "must be a finite number");
	s = right, s.opt_int = (struct kd_opt_int){ true, 10 };
	refuses(&s, "/opt_int", "must be from 1 to 9");
	s = right, s.list = (struct sample_items){ 1, &item };
	refuses(&s, "/list/0/n", "must be from 0 to 9");
	s = right, s.list.count = 4;
	refuses(&s, "/list", "must hold at most 3 items");
	test_mem_end(&m);
	json_decref(in);
}

Test(encode, memory_that_runs_out_anywhere_gives_nothing_and_no_leak)
{
	json_t *in = sample_json(), *more = json_of("{'maybe':{'x':0.5,'y':9.5},'ids':['" SAMPLE_ID "'],'words':['red'],'json':[1]}");
	struct test_mem m;
	struct sample s;
	bool is_done = false;
	size_t held;
	long n;

	json_object_update(in, more);
	cr_assert(decode(&m, in, &s));
	held = s.json->refcount;
	for (n = 0; !is_done; n++) {
		struct kd_fault fault;
		json_t *out;
		long live;

		json_mem_begin(n);
		out = kd_encode_or_fault(sample_fields, &s, &fault);
		is_done = out != NULL;
		json_decref(out);
		live = json_mem_end();
		cr_assert_eq(live, 0, "%ld pieces are left after %ld allocations", live, n);
		cr_assert(is_done || fault.code == KD_E_INTERNAL, "after %ld allocations: %d", n, fault.code);
	}
	cr_assert_gt(n, 30);
	cr_assert_eq(s.json->refcount, held, "what was borrowed is given back");
	test_mem_end(&m);
	json_decref(more);
	json_decref(in);
}

/* Writing straight to text: the same as encoding and dumping, for whatever fits; and the same refusals. */
#include "protocol_tests.h"

struct text {
	char data[4096];
	size_t len;
};

static void add(void *ctx, const char *text, size_t len)
{
	struct text *t = ctx;

	cr_assert_lt(t->len + len, sizeof(t->data));
	memcpy(t->data + t->len, text, len);
	t->len += len;
	t->data[t->len] = '\0';
}

static struct kd_sink to(struct text *t)
{
	*t = (struct text){ .len = 0 };
	return (struct kd_sink){ add, t };
}

static void agrees(const struct sample *s)
{
	struct kd_fault fault = { 0 }, expected = { 0 };
	json_t *json = kd_encode_or_fault(sample_fields, s, &expected);
	char *dumped = json ? json_dumps(json, JSON_COMPACT | JSON_REAL_PRECISION(15)) : NULL;
	struct text t;

	cr_assert_eq(kd_write(sample_fields, s, to(&t), &fault), json != NULL, "%s: %s", fault.field, fault.reason);
	if (json) {
		cr_assert_str_eq(t.data, dumped);
	} else {
		cr_assert_str_eq(fault.field, expected.field);
		cr_assert_str_eq(fault.reason, expected.reason);
	}
	free(dumped);
	json_decref(json);
}

static struct sample decoded(struct test_mem *m, json_t *in)
{
	struct kd_fault fault;
	struct sample s;

	cr_assert(kd_decode(sample_fields, in, test_mem_begin(m, 256), &s, sizeof(s), &fault), "%s", fault.reason);
	return s;
}

Test(write, is_what_encoding_and_dumping_gives)
{
	json_t *in = sample_json(), *more = json_of("{'maybe':{'x':0.1,'y':-9.5},'ids':['" SAMPLE_ID "'],'texts':[],"
		"'words':['red','green'],'opt_int':9,'opt_number':2.5,'opt_bool':false,'name':'n','json':{'a':[1,'\\n']}}");
	struct test_mem m;
	struct sample s = decoded(&m, in);

	agrees(&s);
	test_mem_end(&m);
	json_object_update(in, more);
	s = decoded(&m, in);
	agrees(&s);
	s.opt_bool.value = true;
	s.opt_int.value = -9;
	agrees(&s);
	test_mem_end(&m);
	json_decref(more);
	json_decref(in);
}

Test(write, texts_are_escaped_as_they_must_be)
{
	static const char *const texts[] = { "plain", "a \"quoted\" \\ word", "line\nfeed\ttab\rreturn", "\xc3\xa5\xe2\x82\xac\xf0\x9f\x8c\xac",
		"/\x7f", "" };
	struct text t;

	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
		json_t *json = json_string(texts[i]);
		char *dumped = json_dumps(json, JSON_ENCODE_ANY);

		cr_assert(kd_write_text(to(&t), texts[i], strlen(texts[i])));
		cr_assert_str_eq(t.data, dumped);
		free(dumped);
		json_decref(json);
	}
	cr_assert(kd_write_text(to(&t), "\x01\x1f\b\f", 4));
	cr_assert_str_eq(t.data, "\"\\u0001\\u001f\\b\\f\"");
	cr_assert_not(kd_write_text(to(&t), "\xff", 1));
	cr_assert_not(kd_write_text(to(&t), "\xc3", 1));
	cr_assert_not(kd_write_text(to(&t), "\xed\xa0\x80", 3));
}

Test(write, whole_numbers_of_every_length)
{
	static const int64_t numbers[] = { 0, 7, -7, 10, 1234567890, -1234567890, KD_MAX_SAFE_INT, INT64_MAX, INT64_MIN };
	char expected[32];
	struct text t;

	for (size_t i = 0; i < sizeof(numbers) / sizeof(*numbers); i++) {
		snprintf(expected, sizeof(expected), "%lld", (long long)numbers[i]);
		kd_write_int(to(&t), numbers[i]);
		cr_assert_str_eq(t.data, expected);
	}
}

Test(write, what_does_not_fit_is_refused_by_name)
{
	json_t *in = sample_json();
	struct test_mem m;
	struct sample right = decoded(&m, in), s;

	s = right, s.id = "no id", agrees(&s);
	s = right, s.text = NULL, agrees(&s);
	s = right, s.number = INT64_MAX, agrees(&s);
	s = right, s.word = "violet", agrees(&s);
	test_mem_end(&m);
	json_decref(in);
}

/* Names stand in the text as they are. */
Test(write, names_in_tables_need_no_escapes)
{
	for (const struct kd_event *const *const *t = kd_event_tables; *t; t++)
		for (const struct kd_event *const *e = *t; *e; e++)
			for (const struct kd_field *f = (*e)->fields; f->name; f++)
				cr_assert_eq(strspn(f->name, "abcdefghijklmnopqrstuvwxyz_0123456789"), strlen(f->name), "%s", f->name);
}

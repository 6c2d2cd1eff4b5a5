/* Rows that today's tables have not got, but tables may have: fixed lengths, fractions, far bounds, rows that are wrong. */
#include "protocol_tests.h"
#include "protocol/openrpc_schema.h"

struct odd {
	const char *code;
	double far;
	json_t *body;
	int64_t broken;
};

static const struct kd_field code_fields[] = { KD_TEXT(struct odd, code, KD_REQUIRED, 3, 3, "Code."), KD_FIELDS_END };
static const struct kd_field far_fields[] = { KD_NUMBER(struct odd, far, -1, 9007199254740991.0, "Far."), KD_FIELDS_END };
static const struct kd_field body_fields[] = { KD_JSON(struct odd, body, KD_REQUIRED, "Body."), KD_FIELDS_END };
static const struct kd_field broken_fields[] = {
	{ .name = "broken", .type = KD_TYPE_END, .presence = KD_REQUIRED, .offset = offsetof(struct odd, broken) }, KD_FIELDS_END,
};

static void expect_fault(const struct kd_field *fields, const char *json, enum kd_code code, const char *reason)
{
	json_t *in = json_of(json);
	struct kd_fault fault = { 0 };
	bool is_ok = kd_check(fields, in, &fault);

	cr_expect_eq(is_ok, code == KD_OK, "%s: %s", json, fault.reason);
	if (code != KD_OK) {
		cr_expect_eq(fault.code, code);
		cr_expect_str_eq(fault.reason, reason, "%s: %s", json, fault.reason);
	}
	json_decref(in);
}

Test(rows, a_fixed_length_is_told_as_one)
{
	expect_fault(code_fields, "{'code':'åäö'}", KD_OK, NULL);
	expect_fault(code_fields, "{'code':'åä'}", KD_E_INVALID, "must be 3 characters long");
	expect_fault(code_fields, "{'code':'abcd'}", KD_E_INVALID, "must be 3 characters long");
}

Test(rows, the_bound_that_was_passed_is_told_when_the_other_is_far_away)
{
	expect_fault(far_fields, "{'far':9007199254740991}", KD_OK, NULL);
	expect_fault(far_fields, "{'far':-1.5}", KD_E_INVALID, "must be at least -1");
	expect_fault(far_fields, "{'far':1e300}", KD_E_INVALID, "must be at most 9007199254740991");
}

Test(rows, a_row_without_a_type_is_our_own_fault)
{
	struct odd odd = { .broken = 1 };
	struct kd_fault fault;

	expect_fault(broken_fields, "{'broken':1}", KD_E_INTERNAL, "has no type in its table");
	cr_assert_not(kd_encode_or_fault(broken_fields, &odd, &fault));
	cr_assert_eq(fault.code, KD_E_INTERNAL);
	cr_assert_str_eq(fault.field, "/broken");
	cr_assert_str_eq(fault.reason, "has no type in its table");
}

Test(rows, json_that_is_required_is_neither_absent_nor_null)
{
	struct odd odd = { .body = NULL };
	struct kd_fault fault;
	json_t *out;

	cr_assert_not(kd_encode_or_fault(body_fields, &odd, &fault));
	cr_assert_str_eq(fault.reason, "is required");
	odd.body = json_null();
	cr_assert_not(kd_encode_or_fault(body_fields, &odd, &fault));
	cr_assert_str_eq(fault.field, "/body");
	odd.body = json_integer(1);
	out = kd_encode(body_fields, &odd);
	cr_assert_eq(json_integer_value(json_object_get(out, "body")), 1);
	json_decref(out);
	json_decref(odd.body);
}

/* The pointer's room ends within the name, at an escape, and before it. */
Test(rows, a_name_that_fills_the_room_takes_nothing_beyond_it)
{
	for (size_t len = 124; len < 130; len++) {
		json_t *in = json_object();
		char key[160];
		struct kd_fault fault;

		memset(key, 'k', len);
		strcpy(key + len, "~å/å");
		json_object_set_new(in, key, json_true());
		cr_assert_not(kd_check(code_fields, in, &fault));
		cr_assert_lt(strlen(fault.field), sizeof(fault.field));
		cr_assert_eq(strspn(fault.field + 1, "k"), len < 126 ? len : 126);
		json_decref(in);
	}
}

/* --- as schemas --------------------------------------------------------------------------------------- */

static json_t *schema_of(const char *name)
{
	struct schemas s = { .by_name = json_object(), .tables = json_object() };
	const struct kd_field *f = sample_fields;
	json_t *schema;

	while (f->name && strcmp(f->name, name) != 0)
		f++;
	cr_assert(f->name);
	schema = schema_of_field(&s, f);
	cr_assert_not(s.failed);
	json_decref(s.by_name);
	json_decref(s.tables);
	return schema;
}

Test(rows, bounds_stand_in_the_schema_as_they_are)
{
	static const struct {
		const char *field, *schema;
	} cases[] = {
		{ "ratio", "{'type':'number','minimum':0,'maximum':1.5,'description':'Ratio.'}" },
		{ "number", "{'type':'integer','minimum':-5,'maximum':100,'description':'Number.'}" },
		{ "texts", "{'type':'array','maxItems':2,'items':{'type':'string','minLength':1,'maxLength':3},'description':'Texts.'}" },
		{ "words", "{'type':'array','maxItems':2,'items':{'type':'string','enum':['red','green']},'description':'Words.'}" },
		{ "json", "{'description':'Anything.'}" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		json_t *schema = schema_of(cases[i].field), *right = json_of(cases[i].schema);
		char *text = json_dumps(schema, 0);

		cr_expect(json_equal(schema, right), "%s: %s", cases[i].field, text);
		free(text);
		json_decref(schema);
		json_decref(right);
	}
}

Test(rows, a_row_without_a_type_makes_no_schema)
{
	struct schemas s = { .by_name = json_object(), .tables = json_object() };
	json_t *schema = schema_of_field(&s, broken_fields);

	cr_assert_not(schema);
	schema_add(&s, "Broken", broken_fields, NULL);
	cr_assert(s.failed, "a document with a hole would be printed");
	json_decref(s.by_name);
	json_decref(s.tables);
}

Test(rows, an_endless_name_is_cut)
{
	char name[SCHEMA_NAME_SIZE], endless[200];

	memset(endless, 'a', sizeof(endless) - 1);
	endless[sizeof(endless) - 1] = '\0';
	schema_name(name, endless, "Params");
	cr_assert_eq(strlen(name), SCHEMA_NAME_SIZE - 1);
	schema_name(name, "kd_card_move_fields", "Params");
	cr_assert_str_eq(name, "CardMoveParams");
}

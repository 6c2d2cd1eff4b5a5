/* params.c - each method's parameters by its table, and every other table likewise: results, events, notices, snapshots,
 * the bodies of sign-in. Two bytes say which; the third, whether the rest is JSON text ('{' is its first character) or
 * a recipe by which an object is built that fits the table more or less. */
#include "lib/fuzz.h"
#include "protocol/account.h"
#include "protocol/kd.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

struct table {
	const struct kd_field *fields;
	size_t size;
};

static struct table tables[1024];
static size_t table_count;

static void table_add(const struct kd_field *fields, size_t size)
{
	fuzz_check(table_count < sizeof(tables) / sizeof(*tables), "more tables than places");
	if (fields)
		tables[table_count++] = (struct table){ fields, size };
}

void fuzz_begin(void)
{
	json_object_seed(1);
	for (const struct kd_method *const *const *t = kd_method_tables; *t; t++)
		for (const struct kd_method *const *m = *t; *m; m++) {
			table_add((*m)->params, (*m)->params_size);
			table_add((*m)->result, (*m)->result_size);
		}
	for (const struct kd_event *const *const *t = kd_event_tables; *t; t++)
		for (const struct kd_event *const *e = *t; *e; e++)
			table_add((*e)->fields, (*e)->size);
	for (const struct kd_notice *const *n = kd_notices; *n; n++)
		table_add((*n)->fields, (*n)->size);
	for (const struct kd_snapshot *s = kd_snapshots; s->kind; s++)
		table_add(s->fields, s->size);
	table_add(kd_auth_ask_fields, sizeof(struct kd_auth_ask));
	table_add(kd_auth_redeem_fields, sizeof(struct kd_auth_redeem));
}

/* --- by recipe --------------------------------------------------------------------------------------------- */

static json_t *odd_value(struct fuzz_bytes *b)
{
	static const char *const odd[] = { "null", "true", "\"\"", "0", "-1", "1.5", "[]", "{}", "[[]]", "\"\\u0001\"",
		"9007199254740992", "-9007199254740992", "\"a\\u0000b\"", "1e300", "{\"a\":1}", "\"x\"" };

	return json_loads(odd[fuzz_take(b) % 16], JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL);
}

static json_t *text_value(struct fuzz_bytes *b, size_t most)
{
	char text[512];
	size_t want = fuzz_take(b), n = 0;

	if (want > most)
		want = want == 0xff ? most + 1 : most;
	if (want >= sizeof(text))
		want = sizeof(text) - 1;
	while (n < want && fuzz_left(b))
		text[n++] = (char)fuzz_take(b);
	return json_stringn(text, n); /* NULL when it is no UTF-8 */
}

static json_t *stamped(const char *format, struct fuzz_bytes *b)
{
	char text[80];

	snprintf(text, sizeof(text), format, fuzz_take(b));
	return json_string(text);
}

static json_t *object_value(const struct kd_field *fields, struct fuzz_bytes *b, int depth);

static json_t *fitting_value(const struct kd_field *f, struct fuzz_bytes *b, int depth)
{
	size_t n = 0;
	json_t *list;
	struct kd_field item = { .type = f->item, .min = f->item_min, .max = f->item_max, .words = f->words, .sub = f->sub };

	switch (f->type) {
	case KD_TYPE_ID:
		return stamped("01890000-0000-7000-8000-0000000000%02x", b);
	case KD_TYPE_STREAM:
		return stamped("board:01890000-0000-7000-8000-0000000000%02x", b);
	case KD_TYPE_ORDER:
		return stamped("a%x", b);
	case KD_TYPE_TEXT:
		return text_value(b, f->max < 400 ? (size_t)f->max : 400);
	case KD_TYPE_ENUM:
		while (f->words[n])
			n++;
		return json_string(f->words[fuzz_take(b) % n]);
	case KD_TYPE_INT:
	case KD_TYPE_TIME:
		return json_integer((json_int_t)(f->min + fuzz_take(b) % 4 * ((f->max - f->min) / 3)));
	case KD_TYPE_NUMBER:
		return json_real(f->min + fuzz_take(b) % 8 * ((f->max - f->min) / 7));
	case KD_TYPE_BOOL:
		return json_boolean(fuzz_take(b) & 1);
	case KD_TYPE_OBJECT:
		return object_value(f->sub, b, depth + 1);
	case KD_TYPE_LIST:
		list = json_array();
		for (n = fuzz_take(b) % 4; n > 0; n--)
			json_array_append_new(list, fitting_value(&item, b, depth + 1));
		return list;
	case KD_TYPE_JSON:
		return odd_value(b);
	case KD_TYPE_END:
		break;
	}
	return json_null();
}

/* Of each 16 fields some are left out and some are odd, by the bytes. */
static json_t *object_value(const struct kd_field *fields, struct fuzz_bytes *b, int depth)
{
	json_t *object = json_object();

	for (const struct kd_field *f = fields; f->name && depth < 8; f++) {
		uint8_t how = fuzz_take(b);

		if (how == 0xfe || (how & 1 && f->presence == KD_OPTIONAL))
			continue;
		json_object_set_new(object, f->name, how == 0xff ? odd_value(b) : fitting_value(f, b, depth));
	}
	if (fuzz_take(b) == 0xff)
		json_object_set_new(object, "un/kno~wn", json_true());
	return object;
}

/* --- what must hold ---------------------------------------------------------------------------------------- */

/* Whole numbers may stand where fractions may, and come out with a point; NUL bytes do not come through. */
static bool same(const json_t *a, const json_t *b)
{
	const char *key;
	json_t *value;
	size_t i;

	if (json_is_number(a) && json_is_number(b))
		return json_number_value(a) == json_number_value(b);
	if (json_typeof(a) != json_typeof(b))
		return false;
	if (json_is_array(a)) {
		if (json_array_size(a) != json_array_size(b))
			return false;
		json_array_foreach(a, i, value)
			if (!same(value, json_array_get(b, i)))
				return false;
		return true;
	}
	if (!json_is_object(a))
		return json_equal(a, b);
	if (json_object_size(a) != json_object_size(b))
		return false;
	json_object_foreach((json_t *)(uintptr_t)a, key, value)
		if (!json_object_get(b, key) || !same(value, json_object_get(b, key)))
			return false;
	return true;
}

/* Decoded, it is encoded to what it was, and that decodes to the same again. */
static void decoded_check(const struct table *t, const json_t *in, const void *decoded, struct arena *mem)
{
	struct kd_fault fault = { 0 };
	json_t *out = kd_encode_or_fault(t->fields, decoded, &fault), *again;
	void *twice = arena_alloc(mem, t->size);

	fuzz_check(out, "what was decoded is not encoded: %s %s", fault.field, fault.reason);
	fuzz_check(same(in, out), "it comes out differently");
	fuzz_check(kd_check(t->fields, out, &fault), "what was encoded does not fit: %s %s", fault.field, fault.reason);
	fuzz_check(kd_decode(t->fields, out, arena_mem(mem), twice, t->size, &fault), "nor is it decoded again: %s %s",
		fault.field, fault.reason);
	again = kd_encode(t->fields, twice);
	fuzz_check(json_equal(out, again), "the second time differs from the first");
	json_decref(again);
	json_decref(out);
}

static void refused_check(const struct kd_fault *fault, const struct kd_fault *of_check)
{
	json_t *answer = kd_response_error(NULL, fault, 1);

	fuzz_check(answer, "a fault that cannot be told: %s %s", fault->field, fault->reason);
	fuzz_check(fault->code == KD_E_INVALID && (!fault->field[0] || fault->field[0] == '/'), "%d %s %s", (int)fault->code,
		fault->field, fault->reason);
	fuzz_check(fault->reason[0], "no reason");
	fuzz_check(strcmp(fault->field, of_check->field) == 0 && strcmp(fault->reason, of_check->reason) == 0,
		"the check says otherwise: %s %s", of_check->field, of_check->reason);
	json_decref(answer);
}

/* Memory that gives a few pieces and then none. */
struct short_memory {
	struct arena *mem;
	int left;
};

static void *short_alloc(void *owner, size_t size)
{
	struct short_memory *m = owner;

	return m->left-- > 0 ? arena_alloc(m->mem, size) : NULL;
}

/* Without memory for all of it, it is refused as busy and nothing else happens. */
static void short_check(const struct table *t, const json_t *in, void *decoded, struct arena *mem)
{
	for (int pieces = 0; pieces < 4; pieces++) {
		struct short_memory little = { mem, pieces };
		struct kd_fault fault = { 0 };

		if (kd_decode(t->fields, in, (struct kd_mem){ short_alloc, &little }, decoded, t->size, &fault))
			return;
		fuzz_check(fault.code == KD_E_BUSY || little.left >= 0, "without memory: %s %s", fault.field, fault.reason);
	}
}

static void table_check(const struct table *t, const json_t *in)
{
	struct arena *mem = fuzz_arena();
	void *decoded = malloc(t->size);
	struct kd_fault fault = { 0 }, of_check = { 0 };
	bool is_read, is_fit;

	if (!decoded)
		abort();
	is_read = kd_decode(t->fields, in, arena_mem(mem), decoded, t->size, &fault);
	is_fit = kd_check(t->fields, in, &of_check);
	fuzz_check(is_read == is_fit, "decoding and checking differ: %s%s", fault.reason, of_check.reason);
	if (is_read)
		decoded_check(t, in, decoded, mem);
	else
		refused_check(&fault, &of_check);
	short_check(t, in, decoded, mem);
	free(decoded);
	arena_destroy(mem);
}

void fuzz_input(const uint8_t *bytes, size_t size)
{
	struct fuzz_bytes b = { bytes, bytes + size };
	unsigned low = fuzz_take(&b), which = low | (unsigned)fuzz_take(&b) << 8;
	const struct table *t = &tables[which % table_count];
	struct kd_fault fault = { 0 };
	json_t *in;

	if (b.at < b.end && *b.at == '{')
		in = kd_parse((const char *)b.at, fuzz_left(&b), &kd_scan_limits_default, &fault);
	else
		in = object_value(t->fields, &b, 0);
	if (in)
		table_check(t, in);
	json_decref(in);
}

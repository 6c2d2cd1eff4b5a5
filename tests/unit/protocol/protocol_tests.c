/* protocol_tests.c - a table with a row of each type, JSON to fit it, and memory that can run out. */
#include "protocol_tests.h"
#include <stdlib.h>

static const char *const words[] = { "red", "green", NULL };

static const struct kd_field point_fields[] = {
	KD_NUMBER(struct sample_point, x, -10, 10, "X."),
	KD_NUMBER(struct sample_point, y, -10, 10, "Y."),
	KD_FIELDS_END,
};

static const struct kd_field item_fields[] = {
	KD_ID(struct sample_item, id, KD_REQUIRED, "Id."),
	KD_INT(struct sample_item, n, 0, 9, "N."),
	KD_FIELDS_END,
};

const struct kd_field sample_fields[] = {
	KD_ID(struct sample, id, KD_REQUIRED, "Id."),
	KD_TEXT(struct sample, text, KD_REQUIRED, 2, 5, "Text."),
	KD_TEXT(struct sample, name, KD_OPTIONAL, 1, 10, "Name."),
	KD_ENUM(struct sample, word, KD_REQUIRED, words, "Word."),
	KD_ORDER(struct sample, order, KD_REQUIRED, "Order."),
	KD_STREAM(struct sample, stream, KD_REQUIRED, "Stream."),
	KD_INT(struct sample, number, -5, 100, "Number."),
	KD_TIME(struct sample, time, "Time."),
	KD_NUMBER(struct sample, ratio, 0, 1.5, "Ratio."),
	KD_BOOL(struct sample, flag, "Flag."),
	KD_OBJECT(struct sample, point, point_fields, "Point."),
	KD_OPT_OBJECT(struct sample, maybe, point_fields, "Perhaps a point."),
	KD_LIST(struct sample, list, KD_REQUIRED, 3, item_fields, "List."),
	KD_LIST_ID(struct sample, ids, KD_OPTIONAL, 2, "Ids."),
	KD_LIST_TEXT(struct sample, texts, KD_OPTIONAL, 2, 1, 3, "Texts."),
	KD_LIST_ENUM(struct sample, words, KD_OPTIONAL, 2, words, "Words."),
	KD_OPT_INT(struct sample, opt_int, 1, 9, "Perhaps a number."),
	KD_OPT_NUMBER(struct sample, opt_number, 0, 9.5, "Perhaps a ratio."),
	KD_OPT_BOOL(struct sample, opt_bool, "Perhaps a flag."),
	KD_JSON(struct sample, json, KD_OPTIONAL, "Anything."),
	KD_FIELDS_END,
};

json_t *json_of(const char *text)
{
	char *copy = strdup(text);
	json_error_t error;
	json_t *json;

	for (char *c = copy; *c; c++)
		if (*c == '\'')
			*c = '"';
	json = json_loads(copy, JSON_DECODE_ANY | JSON_ALLOW_NUL, &error);
	cr_assert(json, "a test's own JSON: %s in %s", error.text, copy);
	free(copy);
	return json;
}

json_t *sample_json(void)
{
	return json_of("{'id':'" SAMPLE_ID "','text':'åäö','word':'green','order':'a0V','stream':'board:" SAMPLE_ID "',"
		"'number':7,'time':1700000000000,'ratio':0.5,'flag':true,'point':{'x':1,'y':-2.5},"
		"'list':[{'id':'" SAMPLE_ID "','n':3},{'id':'" SAMPLE_ID "','n':4}]}");
}

static void *test_alloc(void *ctx, size_t size)
{
	struct test_mem *m = ctx;

	if (m->left == 0 || m->count == 256)
		return NULL;
	m->left--;
	return m->pieces[m->count++] = calloc(1, size);
}

struct kd_mem test_mem_begin(struct test_mem *m, size_t left)
{
	*m = (struct test_mem){ .left = left };
	return (struct kd_mem){ test_alloc, m };
}

void test_mem_end(struct test_mem *m)
{
	while (m->count > 0)
		free(m->pieces[--m->count]);
}

/* --- jansson's memory ------------------------------------------------------------------------------- */

static long json_left, json_live;

static void *json_alloc(size_t size)
{
	if (json_left-- <= 0)
		return NULL;
	json_live++;
	return malloc(size);
}

static void json_give_back(void *p)
{
	if (p)
		json_live--;
	free(p);
}

void json_mem_begin(long left)
{
	json_left = left;
	json_live = 0;
	json_set_alloc_funcs(json_alloc, json_give_back);
}

long json_mem_end(void)
{
	json_set_alloc_funcs(malloc, free);
	return json_live;
}

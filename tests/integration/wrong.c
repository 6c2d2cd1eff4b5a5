/* wrong.c - what a field of each type must refuse. */
#include "wrong.h"
#include <stdlib.h>
#include <string.h>

#define SAFE_MAX 9007199254740991.0
#define MESSAGE_ROOM 60000 /* what fits into a message beside the rest */

struct wrongs {
	struct wrong *list;
	size_t count;
};

static void add(struct wrongs *w, const char *kind, json_t *value, const char *at)
{
	w->list[w->count++] = (struct wrong){ kind, value, at };
}

static json_t *text_of_length(size_t characters)
{
	char *text = malloc(characters);
	json_t *value;

	memset(text, 'a', characters);
	value = json_stringn(text, characters);
	free(text);
	return value;
}

static void add_texts(struct wrongs *w, const struct kd_field *f)
{
	add(w, "wrong type", json_integer(5), "");
	add(w, "wrong type", json_pack("[s]", "a"), "");
	add(w, "a control character", json_string("a\x01" "b"), "");
	add(w, "a control character", json_string("a\x1b[2J"), "");
	if (f->min > 0)
		add(w, "too short", json_string(""), "");
	if (f->max < MESSAGE_ROOM)
		add(w, "too long", text_of_length((size_t)f->max + 1), "");
}

static void add_ids(struct wrongs *w)
{
	add(w, "wrong type", json_integer(5), "");
	add(w, "no id", json_string(""), "");
	add(w, "no id", json_string("01900000-0000-7000-8000-00000000000"), "");
	add(w, "no id", json_string("01900000-0000-7000-8000-0000000000000"), "");
	add(w, "upper case", json_string("01900000-0000-7000-8000-00000000000A"), "");
	add(w, "braces", json_string("{1900000-0000-7000-8000-00000000000}"), "");
}

static void add_integers(struct wrongs *w, const struct kd_field *f)
{
	add(w, "wrong type", json_string("5"), "");
	add(w, "a fraction", json_real(1.5), "");
	add(w, "wrong type", json_true(), "");
	add(w, "too small", json_integer((json_int_t)f->min - 1), "");
	add(w, "too large", json_integer(f->max < SAFE_MAX ? (json_int_t)f->max + 1 : (json_int_t)SAFE_MAX + 1), "");
	add(w, "beyond 64 bits", json_real(1e300), "");
}

static void add_lists(struct wrongs *w, const struct kd_field *f)
{
	json_t *many = json_array();

	add(w, "wrong type", json_object(), "");
	add(w, "wrong type", json_string("a"), "");
	add(w, "an item of a wrong type", json_pack("[b]", 1), "/0");
	add(w, "an item that is null", json_pack("[n]"), "/0");
	for (int i = 0; f->max < 2000 && i <= (int)f->max; i++)
		json_array_append_new(many, json_string(new_id()));
	if (json_array_size(many) > 0)
		add(w, "too many items", many, "");
	else
		json_decref(many);
}

size_t wrong_values(const struct kd_field *f, struct wrong ret_wrongs[WRONG_MAX])
{
	struct wrongs w = { ret_wrongs, 0 };

	add(&w, "null", json_null(), "");
	switch (f->type) {
	case KD_TYPE_ID:
		add_ids(&w);
		break;
	case KD_TYPE_TEXT:
		add_texts(&w, f);
		break;
	case KD_TYPE_ENUM:
		add(&w, "wrong type", json_integer(0), "");
		add(&w, "no such word", json_string("no such word"), "");
		add(&w, "no word", json_string(""), "");
		break;
	case KD_TYPE_ORDER:
		add(&w, "wrong type", json_integer(1), "");
		add(&w, "no order", json_string(""), "");
		add(&w, "no order", json_string("a b"), "");
		add(&w, "no order", json_string("å"), "");
		add(&w, "too long", text_of_length(65), "");
		break;
	case KD_TYPE_STREAM:
		add(&w, "wrong type", json_integer(1), "");
		add(&w, "no stream", json_string("thread"), "");
		add(&w, "no stream", json_string("thread:abc"), "");
		add(&w, "no stream", json_string("01900000-0000-7000-8000-000000000000"), "");
		break;
	case KD_TYPE_INT:
	case KD_TYPE_TIME:
		add_integers(&w, f);
		break;
	case KD_TYPE_NUMBER:
		add(&w, "wrong type", json_string("1.5"), "");
		add(&w, "too large", json_real(f->max * 2 + 1), "");
		add(&w, "too small", json_real(f->min < 0 ? f->min * 2 - 1 : f->min - 1), "");
		break;
	case KD_TYPE_BOOL:
		add(&w, "wrong type", json_string("true"), "");
		add(&w, "wrong type", json_integer(1), "");
		break;
	case KD_TYPE_OBJECT:
		add(&w, "wrong type", json_string("a"), "");
		add(&w, "wrong type", json_array(), "");
		break;
	case KD_TYPE_LIST:
		add_lists(&w, f);
		break;
	default:
		break;
	}
	return w.count;
}

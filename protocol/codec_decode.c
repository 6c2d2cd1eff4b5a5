/* codec_decode.c - from JSON to structs, by the rows of a field table; and the same check without a struct. */
#include "protocol/codec.h"
#include <string.h>

struct decoder {
	bool is_check; /* only look: nothing is stored, `to` is NULL all the way down */
	struct kd_mem mem;
	struct kd_fault *fault;
};

#define REFUSE(...) codec_fault(d->fault, KD_E_INVALID, path, __VA_ARGS__)

static bool object_read(const struct decoder *d, const struct kd_field *fields, const json_t *in,
	const struct codec_path *path, char *to);
static bool value_read(const struct decoder *d, const struct kd_field *f, const json_t *in,
	const struct codec_path *path, char *to);

static void *take_memory(const struct decoder *d, size_t size, const struct codec_path *path)
{
	void *memory = d->mem.alloc(d->mem.ctx, size);

	if (!memory)
		codec_fault(d->fault, KD_E_BUSY, path, "there is not enough memory for it");
	return memory;
}

static bool text_read(const struct decoder *d, const struct kd_field *f, const json_t *in, const struct codec_path *path,
	char *to)
{
	const char *text = json_string_value(in);
	size_t len = json_string_length(in);
	char *copy;

	if (!text)
		return REFUSE("must be text");
	if (!codec_text_fits(f, text, len, path, d->fault))
		return false;
	if (d->is_check)
		return true;
	copy = take_memory(d, len + 1, path);
	if (!copy)
		return false;
	memcpy(copy, text, len + 1);
	memcpy(to, &copy, sizeof(copy));
	return true;
}

static bool int_read(const struct decoder *d, const struct kd_field *f, const json_t *in, const struct codec_path *path,
	char *to)
{
	int64_t value = json_integer_value(in);

	if (json_is_real(in))
		return REFUSE("must be a whole number, without fraction or exponent");
	if (!json_is_integer(in))
		return REFUSE("must be a whole number");
	if (!codec_int_fits(f, value, path, d->fault))
		return false;
	if (d->is_check)
		return true;
	if (f->is_opt_struct)
		*(struct kd_opt_int *)to = (struct kd_opt_int){ true, value };
	else
		*(int64_t *)to = value;
	return true;
}

static bool number_read(const struct decoder *d, const struct kd_field *f, const json_t *in,
	const struct codec_path *path, char *to)
{
	double value = json_number_value(in);

	if (!json_is_number(in))
		return REFUSE("must be a number");
	if (!codec_number_fits(f, value, path, d->fault))
		return false;
	if (d->is_check)
		return true;
	if (f->is_opt_struct)
		*(struct kd_opt_number *)to = (struct kd_opt_number){ true, value };
	else
		*(double *)to = value;
	return true;
}

static bool bool_read(const struct decoder *d, const struct kd_field *f, const json_t *in, const struct codec_path *path,
	char *to)
{
	if (!json_is_boolean(in))
		return REFUSE("must be true or false");
	if (d->is_check)
		return true;
	if (f->is_opt_struct)
		*(struct kd_opt_bool *)to = (struct kd_opt_bool){ true, json_is_true(in) };
	else
		*(bool *)to = json_is_true(in);
	return true;
}

/* An empty list that was given has items that are not NULL: so it differs from an absent one. */
static bool list_read(const struct decoder *d, const struct kd_field *f, const json_t *in, const struct codec_path *path,
	char *to)
{
	const struct kd_field item = codec_item(f);
	size_t count = json_array_size(in);
	char *items = NULL;

	if (!json_is_array(in))
		return REFUSE("must be a list");
	if (!codec_count_fits(f, count, path, d->fault))
		return false;
	if (!d->is_check) {
		items = take_memory(d, (count > 0 ? count : 1) * f->item_size, path);
		if (!items)
			return false;
		memcpy(to, &count, sizeof(count));
		memcpy(to + sizeof(count), &items, sizeof(items));
	}
	for (size_t i = 0; i < count; i++) {
		const struct codec_path here = { .up = path, .index = i };

		if (!value_read(d, &item, json_array_get(in, i), &here, items ? items + i * f->item_size : NULL))
			return false;
	}
	return true;
}

static bool value_read(const struct decoder *d, const struct kd_field *f, const json_t *in, const struct codec_path *path,
	char *to)
{
	char *outer;

	if (json_is_null(in))
		return REFUSE("must not be null: what is not known is left out");
	switch (f->type) {
	case KD_TYPE_ID:
	case KD_TYPE_TEXT:
	case KD_TYPE_ENUM:
	case KD_TYPE_ORDER:
	case KD_TYPE_STREAM:
		return text_read(d, f, in, path, to);
	case KD_TYPE_INT:
	case KD_TYPE_TIME:
		return int_read(d, f, in, path, to);
	case KD_TYPE_NUMBER:
		return number_read(d, f, in, path, to);
	case KD_TYPE_BOOL:
		return bool_read(d, f, in, path, to);
	case KD_TYPE_LIST:
		return list_read(d, f, in, path, to);
	case KD_TYPE_OBJECT:
		if (f->is_pointer && !d->is_check) {
			outer = take_memory(d, f->item_size, path);
			if (!outer)
				return false;
			memcpy(to, &outer, sizeof(outer));
			to = outer;
		}
		return object_read(d, f->sub, in, path, to);
	case KD_TYPE_JSON:
		if (!d->is_check)
			*(const json_t **)to = in;
		return true;
	case KD_TYPE_END:
		break;
	}
	return codec_fault(d->fault, KD_E_INTERNAL, path, "has no type in its table");
}

/* The first key that no row has; there is one, for the object holds more keys than rows were found for. */
static const char *unknown_key(const struct kd_field *fields, const json_t *in)
{
	for (void *at = json_object_iter((json_t *)in);; at = json_object_iter_next((json_t *)in, at)) {
		const struct kd_field *f = fields;

		while (f->name && strcmp(f->name, json_object_iter_key(at)) != 0)
			f++;
		if (!f->name)
			return json_object_iter_key(at);
	}
}

static bool object_read(const struct decoder *d, const struct kd_field *fields, const json_t *in,
	const struct codec_path *path, char *to)
{
	size_t known = 0;
	const struct kd_field *missing = NULL;

	if (!json_is_object(in))
		return REFUSE("must be an object");
	for (const struct kd_field *f = fields; f->name; f++) {
		const struct codec_path here = { .up = path, .name = f->name };
		const json_t *value = json_object_get(in, f->name);

		if (!value) {
			if (f->presence == KD_REQUIRED && !missing)
				missing = f;
			continue;
		}
		known++;
		if (!value_read(d, f, value, &here, to ? to + f->offset : NULL))
			return false;
	}
	/* The unknown first: a field that is missing is often one that was misspelt. */
	if (known < json_object_size(in)) {
		const struct codec_path here = { .up = path, .name = unknown_key(fields, in) };

		return codec_fault(d->fault, KD_E_INVALID, &here, "is no field here");
	}
	if (missing) {
		const struct codec_path here = { .up = path, .name = missing->name };

		return codec_fault(d->fault, KD_E_INVALID, &here, "is required");
	}
	return true;
}

bool kd_decode(const struct kd_field *fields, const json_t *in, struct kd_mem mem, void *out, size_t size,
	struct kd_fault *ret_fault)
{
	const struct decoder d = { .mem = mem, .fault = ret_fault };

	memset(out, 0, size);
	return object_read(&d, fields, in, NULL, out);
}

bool kd_check(const struct kd_field *fields, const json_t *in, struct kd_fault *ret_fault)
{
	const struct decoder d = { .is_check = true, .fault = ret_fault };

	return object_read(&d, fields, in, NULL, NULL);
}

/* codec_encode.c - from structs to JSON, by the rows of a field table. */
#include "protocol/codec.h"
#include <string.h>

static json_t *object_write(const struct kd_field *fields, const char *from, const struct codec_path *path,
	struct kd_fault *fault);

/* NULL and no fault of its own when jansson has no memory, or the text is not UTF-8. */
static json_t *made(json_t *value, const struct codec_path *path, struct kd_fault *fault)
{
	if (!value)
		codec_fault(fault, KD_E_INTERNAL, path, "is not UTF-8, or there was no memory");
	return value;
}

static json_t *text_write(const struct kd_field *f, const char *text, const struct codec_path *path, struct kd_fault *fault)
{
	if (!text) {
		codec_fault(fault, KD_E_INVALID, path, "is required");
		return NULL;
	}
	return codec_text_fits(f, text, strlen(text), path, fault) ? made(json_string(text), path, fault) : NULL;
}

static json_t *int_write(const struct kd_field *f, const char *from, const struct codec_path *path, struct kd_fault *fault)
{
	int64_t value = f->is_opt_struct ? ((const struct kd_opt_int *)from)->value : *(const int64_t *)from;

	return codec_int_fits(f, value, path, fault) ? made(json_integer(value), path, fault) : NULL;
}

static json_t *number_write(const struct kd_field *f, const char *from, const struct codec_path *path, struct kd_fault *fault)
{
	double value = f->is_opt_struct ? ((const struct kd_opt_number *)from)->value : *(const double *)from;

	return codec_number_fits(f, value, path, fault) ? made(json_real(value), path, fault) : NULL;
}

static json_t *value_write(const struct kd_field *f, const char *from, const struct codec_path *path, struct kd_fault *fault);

static json_t *list_write(const struct kd_field *f, const char *from, const struct codec_path *path, struct kd_fault *fault)
{
	const struct kd_field item = codec_item(f);
	const char *items;
	size_t count;
	json_t *list;

	memcpy(&count, from, sizeof(count));
	memcpy(&items, from + sizeof(count), sizeof(items));
	if (!codec_count_fits(f, count, path, fault))
		return NULL;
	list = made(json_array(), path, fault);
	for (size_t i = 0; list && i < count; i++) {
		const struct codec_path here = { .up = path, .index = i };
		json_t *value = value_write(&item, items + i * f->item_size, &here, fault);

		if (!value || json_array_append_new(list, value) != 0) {
			json_decref(list);
			return NULL;
		}
	}
	return list;
}

static json_t *value_write(const struct kd_field *f, const char *from, const struct codec_path *path, struct kd_fault *fault)
{
	json_t *json;

	switch (f->type) {
	case KD_TYPE_ID:
	case KD_TYPE_TEXT:
	case KD_TYPE_ENUM:
	case KD_TYPE_ORDER:
	case KD_TYPE_STREAM:
		return text_write(f, codec_pointer(from), path, fault);
	case KD_TYPE_INT:
	case KD_TYPE_TIME:
		return int_write(f, from, path, fault);
	case KD_TYPE_NUMBER:
		return number_write(f, from, path, fault);
	case KD_TYPE_BOOL:
		return json_boolean(f->is_opt_struct ? ((const struct kd_opt_bool *)from)->value : *(const bool *)from);
	case KD_TYPE_OBJECT:
		return object_write(f->sub, f->is_pointer ? codec_pointer(from) : from, path, fault);
	case KD_TYPE_LIST:
		return list_write(f, from, path, fault);
	case KD_TYPE_JSON:
		json = (json_t *)(uintptr_t)codec_pointer(from);
		if (!json || json_is_null(json)) {
			codec_fault(fault, KD_E_INVALID, path, "is required");
			return NULL;
		}
		return json_incref(json);
	case KD_TYPE_END:
		break;
	}
	codec_fault(fault, KD_E_INTERNAL, path, "has no type in its table");
	return NULL;
}

static json_t *object_write(const struct kd_field *fields, const char *from, const struct codec_path *path,
	struct kd_fault *fault)
{
	json_t *object = made(json_object(), path, fault);

	for (const struct kd_field *f = fields; object && f->name; f++) {
		const struct codec_path here = { .up = path, .name = f->name };
		json_t *value;

		if (codec_is_absent(f, from + f->offset))
			continue;
		value = value_write(f, from + f->offset, &here, fault);
		if (!value || json_object_set_new_nocheck(object, f->name, value) != 0) {
			json_decref(object);
			return NULL;
		}
	}
	return object;
}

json_t *kd_encode_or_fault(const struct kd_field *fields, const void *in, struct kd_fault *ret_fault)
{
	*ret_fault = (struct kd_fault){ .code = KD_E_INTERNAL, .reason = "there was no memory" };
	return object_write(fields, in, NULL, ret_fault);
}

json_t *kd_encode(const struct kd_field *fields, const void *in)
{
	struct kd_fault fault;

	return kd_encode_or_fault(fields, in, &fault);
}

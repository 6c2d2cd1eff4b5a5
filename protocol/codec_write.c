/* codec_write.c - from structs straight to JSON text, by the rows of a field table: what kd_encode would make, without
 * building it first. */
#include "protocol/codec.h"
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

struct writer {
	struct kd_sink out;
	struct kd_fault *fault;
};

static bool object_write(const struct writer *w, const struct kd_field *fields, const char *from, const struct codec_path *path);
static bool value_write(const struct writer *w, const struct kd_field *f, const char *from, const struct codec_path *path);

static void put(const struct writer *w, const char *text, size_t len)
{
	w->out.add(w->out.ctx, text, len);
}

/* --- strings ------------------------------------------------------------------------------------------- */

static void escape(struct kd_sink out, unsigned char c)
{
	static const char shorts[] = "b\bn\nt\tf\fr\r\"\"\\\\";
	char text[8] = "\\";

	for (const char *s = shorts; *s; s += 2)
		if ((unsigned char)s[1] == c) {
			text[1] = s[0];
			out.add(out.ctx, text, 2);
			return;
		}
	snprintf(text, sizeof(text), "\\u%04x", c);
	out.add(out.ctx, text, 6);
}

bool kd_write_text(struct kd_sink out, const char *text, size_t len)
{
	const unsigned char *s = (const unsigned char *)text;
	size_t begin = 0, at = 0;

	out.add(out.ctx, "\"", 1);
	while (at < len) {
		size_t n = 1;

		if (s[at] >= 0x80) {
			n = codec_utf8(s + at, len - at);
			if (n == 0)
				return false;
		} else if (s[at] < 0x20 || s[at] == '"' || s[at] == '\\') {
			out.add(out.ctx, text + begin, at - begin);
			escape(out, s[at]);
			begin = at + 1;
		}
		at += n;
	}
	out.add(out.ctx, text + begin, len - begin);
	out.add(out.ctx, "\"", 1);
	return true;
}

static bool text_write(const struct writer *w, const struct kd_field *f, const char *text, const struct codec_path *path)
{
	size_t len = text ? strlen(text) : 0;

	if (!text)
		return codec_fault(w->fault, KD_E_INVALID, path, "is required");
	if (!codec_text_fits(f, text, len, path, w->fault))
		return false;
	return kd_write_text(w->out, text, len) || codec_fault(w->fault, KD_E_INTERNAL, path, "is not UTF-8");
}

/* --- numbers ------------------------------------------------------------------------------------------- */

void kd_write_int(struct kd_sink out, int64_t value)
{
	char text[24], *at = text + sizeof(text);
	uint64_t rest = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;

	do {
		*--at = (char)('0' + rest % 10);
		rest /= 10;
	} while (rest);
	if (value < 0)
		*--at = '-';
	out.add(out.ctx, at, (size_t)(text + sizeof(text) - at));
}

static bool int_write(const struct writer *w, const struct kd_field *f, const char *from, const struct codec_path *path)
{
	int64_t value = f->is_opt_struct ? ((const struct kd_opt_int *)from)->value : *(const int64_t *)from;

	if (!codec_int_fits(f, value, path, w->fault))
		return false;
	kd_write_int(w->out, value);
	return true;
}

static int json_to_sink(const char *text, size_t len, void *ctx)
{
	const struct writer *w = ctx;

	put(w, text, len);
	return 0;
}

/* Takes value. */
static bool json_write(const struct writer *w, json_t *value, const struct codec_path *path)
{
	bool is_ok = value && json_dump_callback(value, json_to_sink, (void *)(uintptr_t)w,
		JSON_COMPACT | JSON_ENCODE_ANY | JSON_REAL_PRECISION(15)) == 0;

	json_decref(value);
	return is_ok || codec_fault(w->fault, KD_E_INTERNAL, path, "there was no memory");
}

static bool number_write(const struct writer *w, const struct kd_field *f, const char *from, const struct codec_path *path)
{
	double value = f->is_opt_struct ? ((const struct kd_opt_number *)from)->value : *(const double *)from;

	return codec_number_fits(f, value, path, w->fault) && json_write(w, json_real(value), path);
}

static bool bool_write(const struct writer *w, const struct kd_field *f, const char *from)
{
	bool value = f->is_opt_struct ? ((const struct kd_opt_bool *)from)->value : *(const bool *)from;

	put(w, value ? "true" : "false", value ? 4 : 5);
	return true;
}

/* --- structure ----------------------------------------------------------------------------------------- */

static bool list_write(const struct writer *w, const struct kd_field *f, const char *from, const struct codec_path *path)
{
	const struct kd_field item = codec_item(f);
	const char *items;
	size_t count;

	memcpy(&count, from, sizeof(count));
	memcpy(&items, from + sizeof(count), sizeof(items));
	if (!codec_count_fits(f, count, path, w->fault))
		return false;
	put(w, "[", 1);
	for (size_t i = 0; i < count; i++) {
		const struct codec_path here = { .up = path, .index = i };

		if (i > 0)
			put(w, ",", 1);
		if (!value_write(w, &item, items + i * f->item_size, &here))
			return false;
	}
	put(w, "]", 1);
	return true;
}

static bool value_write(const struct writer *w, const struct kd_field *f, const char *from, const struct codec_path *path)
{
	json_t *json;

	switch (f->type) {
	case KD_TYPE_ID:
	case KD_TYPE_TEXT:
	case KD_TYPE_ENUM:
	case KD_TYPE_ORDER:
	case KD_TYPE_STREAM:
		return text_write(w, f, codec_pointer(from), path);
	case KD_TYPE_INT:
	case KD_TYPE_TIME:
		return int_write(w, f, from, path);
	case KD_TYPE_NUMBER:
		return number_write(w, f, from, path);
	case KD_TYPE_BOOL:
		return bool_write(w, f, from);
	case KD_TYPE_OBJECT:
		return object_write(w, f->sub, f->is_pointer ? codec_pointer(from) : from, path);
	case KD_TYPE_LIST:
		return list_write(w, f, from, path);
	case KD_TYPE_JSON:
		json = (json_t *)(uintptr_t)codec_pointer(from);
		if (!json || json_is_null(json))
			return codec_fault(w->fault, KD_E_INVALID, path, "is required");
		return json_write(w, json_incref(json), path);
	case KD_TYPE_END:
		break;
	}
	return codec_fault(w->fault, KD_E_INTERNAL, path, "has no type in its table");
}

static bool object_write(const struct writer *w, const struct kd_field *fields, const char *from, const struct codec_path *path)
{
	bool is_first = true;

	put(w, "{", 1);
	for (const struct kd_field *f = fields; f->name; f++) {
		const struct codec_path here = { .up = path, .name = f->name };

		if (codec_is_absent(f, from + f->offset))
			continue;
		put(w, is_first ? "\"" : ",\"", is_first ? 1 : 2);
		put(w, f->name, strlen(f->name)); /* names in tables need no escapes: a test sees to that */
		put(w, "\":", 2);
		if (!value_write(w, f, from + f->offset, &here))
			return false;
		is_first = false;
	}
	put(w, "}", 1);
	return true;
}

bool kd_write(const struct kd_field *fields, const void *in, struct kd_sink out, struct kd_fault *ret_fault)
{
	const struct writer w = { .out = out, .fault = ret_fault };

	return object_write(&w, fields, in, NULL);
}

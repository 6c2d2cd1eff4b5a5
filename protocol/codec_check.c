/* codec_check.c - whether a value fits its row, and what to tell when it does not. */
#include "protocol/codec.h"
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* --- where and why ------------------------------------------------------------------------------- */

/* Appends as much as there is room for without cutting a character: the names of unknown fields are the client's. */
static void append(char *to, size_t size, const char *text, size_t len)
{
	size_t have = strlen(to), room = size - 1 - have;

	if (len > room) {
		len = room;
		while (len > 0 && ((unsigned char)text[len] & 0xC0) == 0x80)
			len--;
	}
	memcpy(to + have, text, len);
	to[have + len] = '\0';
}

static void path_write(const struct codec_path *p, char *to, size_t size)
{
	char number[24];

	if (!p)
		return;
	path_write(p->up, to, size);
	append(to, size, "/", 1);
	if (!p->name) {
		snprintf(number, sizeof(number), "%zu", p->index);
		append(to, size, number, strlen(number));
		return;
	}
	for (const char *c = p->name; *c;) { /* RFC 6901: ~ is ~0 and / is ~1 */
		size_t plain = strcspn(c, "~/");

		append(to, size, c, plain);
		c += plain;
		if (*c)
			append(to, size, *c++ == '~' ? "~0" : "~1", 2);
	}
}

bool codec_fault(struct kd_fault *fault, enum kd_code code, const struct codec_path *path, const char *format, ...)
{
	va_list args;

	fault->code = code;
	fault->field[0] = '\0';
	path_write(path, fault->field, sizeof(fault->field));
	va_start(args, format);
	vsnprintf(fault->reason, sizeof(fault->reason), format, args);
	va_end(args);
	return false;
}

#define REFUSE(...) codec_fault(fault, KD_E_INVALID, path, __VA_ARGS__)

/* --- where values stand --------------------------------------------------------------------------- */

const void *codec_pointer(const char *from)
{
	const void *p;

	memcpy(&p, from, sizeof(p));
	return p;
}

bool codec_is_absent(const struct kd_field *f, const char *from)
{
	if (f->presence == KD_REQUIRED)
		return false;
	if (f->is_opt_struct && f->type == KD_TYPE_NUMBER)
		return !((const struct kd_opt_number *)from)->is_set;
	if (f->is_opt_struct && f->type == KD_TYPE_BOOL)
		return !((const struct kd_opt_bool *)from)->is_set;
	if (f->is_opt_struct)
		return !((const struct kd_opt_int *)from)->is_set;
	if (f->type == KD_TYPE_LIST)
		return !codec_pointer(from + sizeof(size_t));
	return !codec_pointer(from); /* text of any kind, a pointer to an object, JSON */
}

/* --- kinds of text --------------------------------------------------------------------------------- */

static bool is_hex(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
}

bool kd_id_is_valid(const char *text)
{
	static const char shape[] = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";

	for (size_t i = 0; i < sizeof(shape) - 1; i++)
		if (shape[i] == '-' ? text[i] != '-' : !is_hex(text[i]))
			return false; /* the end of a shorter text is caught here as well */
	return text[sizeof(shape) - 1] == '\0';
}

bool kd_order_is_valid(const char *text)
{
	size_t len = strspn(text, "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");

	return len >= 1 && len <= 64 && text[len] == '\0';
}

static bool stream_is_valid(const char *text)
{
	size_t len = strspn(text, "abcdefghijklmnopqrstuvwxyz_");

	return len >= 1 && len <= 15 && text[len] == ':' && kd_id_is_valid(text + len + 1);
}

/* By the table of RFC 3629: nothing overlong, no surrogates. */
size_t codec_utf8(const unsigned char *s, size_t left)
{
	unsigned char low = 0x80, high = 0xBF;
	size_t n;

	if (left == 0 || s[0] < 0x80)
		return left > 0;
	if (s[0] >= 0xC2 && s[0] <= 0xDF) {
		n = 2;
	} else if (s[0] >= 0xE0 && s[0] <= 0xEF) {
		n = 3;
		low = s[0] == 0xE0 ? 0xA0 : 0x80;
		high = s[0] == 0xED ? 0x9F : 0xBF;
	} else if (s[0] >= 0xF0 && s[0] <= 0xF4) {
		n = 4;
		low = s[0] == 0xF0 ? 0x90 : 0x80;
		high = s[0] == 0xF4 ? 0x8F : 0xBF;
	} else {
		return 0;
	}
	if (left < n || s[1] < low || s[1] > high)
		return 0;
	for (size_t i = 2; i < n; i++)
		if ((s[i] & 0xC0) != 0x80)
			return 0;
	return n;
}

static bool is_refused_control(unsigned char c)
{
	return c < 0x20 && c != '\t' && c != '\n' && c != '\r';
}

static bool plain_text_fits(const struct kd_field *f, const char *text, size_t len, const struct codec_path *path,
	struct kd_fault *fault)
{
	size_t points = 0;

	for (size_t i = 0; i < len; i++) {
		if (is_refused_control((unsigned char)text[i]))
			return REFUSE("must not hold control characters other than tabs and line breaks");
		points += ((unsigned char)text[i] & 0xC0) != 0x80;
	}
	if ((double)points >= f->min && (double)points <= f->max)
		return true;
	if (f->min == f->max)
		return REFUSE("must be %.0f characters long", f->min);
	if ((double)points > f->max)
		return REFUSE("must be at most %.0f characters long", f->max);
	if (f->min == 1)
		return REFUSE("must not be empty");
	return REFUSE("must be at least %.0f characters long", f->min);
}

static bool word_fits(const struct kd_field *f, const char *text, const struct codec_path *path, struct kd_fault *fault)
{
	char list[160] = "";

	for (const char *const *w = f->words; *w; w++)
		if (strcmp(text, *w) == 0)
			return true;
	for (const char *const *w = f->words; *w; w++) {
		append(list, sizeof(list), *w, strlen(*w));
		if (w[1])
			append(list, sizeof(list), ", ", 2);
	}
	return REFUSE("must be one of: %s", list);
}

bool codec_text_fits(const struct kd_field *f, const char *text, size_t len, const struct codec_path *path,
	struct kd_fault *fault)
{
	if (strlen(text) != len) /* a U+0000 inside, that comparisons would not see beyond */
		return REFUSE("must not hold control characters other than tabs and line breaks");
	switch (f->type) {
	case KD_TYPE_ID:
		return kd_id_is_valid(text) || REFUSE("must be a UUID in lower case, 8-4-4-4-12 hexadecimal digits");
	case KD_TYPE_ORDER:
		return kd_order_is_valid(text) || REFUSE("must be 1 to 64 digits and letters without accents");
	case KD_TYPE_STREAM:
		return stream_is_valid(text) || REFUSE("must be a kind of stream, a colon and a UUID in lower case");
	case KD_TYPE_ENUM:
		return word_fits(f, text, path, fault);
	default:
		return plain_text_fits(f, text, len, path, fault);
	}
}

/* --- numbers and lists ------------------------------------------------------------------------------ */

static bool range_fits(const struct kd_field *f, double value, const struct codec_path *path, struct kd_fault *fault)
{
	if (value >= f->min && value <= f->max)
		return true;
	if (f->max >= (double)KD_MAX_SAFE_INT)
		return value < f->min ? REFUSE("must be at least %.16g", f->min) : REFUSE("must be at most 9007199254740991");
	return REFUSE("must be from %.16g to %.16g", f->min, f->max);
}

bool codec_int_fits(const struct kd_field *f, int64_t value, const struct codec_path *path, struct kd_fault *fault)
{
	if (value > KD_MAX_SAFE_INT || value < -KD_MAX_SAFE_INT)
		return REFUSE("must be a whole number within 9007199254740991 of zero");
	return range_fits(f, (double)value, path, fault);
}

bool codec_number_fits(const struct kd_field *f, double value, const struct codec_path *path, struct kd_fault *fault)
{
	if (!isfinite(value))
		return REFUSE("must be a finite number");
	return range_fits(f, value, path, fault);
}

bool codec_count_fits(const struct kd_field *f, size_t count, const struct codec_path *path, struct kd_fault *fault)
{
	if ((double)count > f->max)
		return REFUSE("must hold at most %.0f items", f->max);
	return true;
}

struct kd_field codec_item(const struct kd_field *list)
{
	return (struct kd_field){
		.type = list->item, .presence = KD_REQUIRED, .min = list->item_min, .max = list->item_max,
		.words = list->words, .sub = list->sub, .sub_name = list->sub_name, .item_size = list->item_size,
	};
}

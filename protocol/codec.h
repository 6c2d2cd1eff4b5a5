/* codec.h - what decoding and encoding have in common: where a value stands, and whether it fits its row.
 *
 * For codec_*.c only. All checks answer false after filling in the fault. */
#ifndef PROTOCOL_CODEC_H
#define PROTOCOL_CODEC_H
#include "protocol/kd.h"

/* The way from a value up to the whole, on the stack of the calls that lead there. */
struct codec_path {
	const struct codec_path *up; /* NULL: the whole */
	const char *name;            /* NULL: an item of a list */
	size_t index;
};

/* What one item of a list has to be, as if it were a field. */
struct kd_field codec_item(const struct kd_field *list);

const void *codec_pointer(const char *from);                         /* the pointer that stands there */
bool codec_is_absent(const struct kd_field *f, const char *from);    /* an optional one that was not given */
size_t codec_utf8(const unsigned char *s, size_t left);              /* octets of the character there, by RFC 3629; 0: it is none */

bool codec_fault(struct kd_fault *fault, enum kd_code code, const struct codec_path *path, const char *format, ...)
	__attribute__((format(printf, 4, 5)));

bool codec_text_fits(const struct kd_field *f, const char *text, size_t len, const struct codec_path *path,
	struct kd_fault *fault) KD_MUST_CHECK; /* ids, texts, words, orders, streams */
bool codec_int_fits(const struct kd_field *f, int64_t value, const struct codec_path *path,
	struct kd_fault *fault) KD_MUST_CHECK;
bool codec_number_fits(const struct kd_field *f, double value, const struct codec_path *path,
	struct kd_fault *fault) KD_MUST_CHECK;
bool codec_count_fits(const struct kd_field *f, size_t count, const struct codec_path *path,
	struct kd_fault *fault) KD_MUST_CHECK;

#endif

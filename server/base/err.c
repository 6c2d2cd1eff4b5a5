/* err.c - filling in an expected failure. */
#include "base/err.h"
#include "base/utf8.h"
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* By way of a copy, because an argument may be the very text that is being replaced. */
static void text_set(char *to, size_t size, const char *format, va_list args)
{
	char text[256];
	int len = vsnprintf(text, sizeof text, format, args);
	size_t cut = len < 0 ? 0 : (size_t)len < sizeof text ? (size_t)len : sizeof text - 1;

	cut = utf8_cut(text, cut, size - 1);
	memcpy(to, text, cut);
	to[cut] = '\0';
}

bool err_set(struct err *err, enum kd_code code, const char *format, ...)
{
	va_list args;

	if (!err)
		return false;
	err->code = code;
	va_start(args, format);
	text_set(err->text, sizeof err->text, format, args);
	va_end(args);
	err->field[0] = err->detail[0] = err->sqlstate[0] = err->constraint[0] = '\0';
	err->retry_after_ms = -1;
	return false;
}

bool err_field(struct err *err, const char *field, const char *format, ...)
{
	va_list args;
	size_t cut;

	if (!err)
		return false;
	err->code = KD_E_INVALID;
	va_start(args, format);
	text_set(err->text, sizeof err->text, format, args);
	va_end(args);
	err->detail[0] = err->sqlstate[0] = err->constraint[0] = '\0';
	err->retry_after_ms = -1;
	cut = utf8_cut(field, strlen(field), sizeof err->field - 1);
	memmove(err->field, field, cut);
	err->field[cut] = '\0';
	return false;
}

void err_detail(struct err *err, const char *format, ...)
{
	va_list args;

	if (!err)
		return;
	va_start(args, format);
	text_set(err->detail, sizeof err->detail, format, args);
	va_end(args);
}

/* array.c - PostgreSQL arrays as text: https://www.postgresql.org/docs/15/arrays.html#ARRAYS-IO */
#include "db/array.h"
#include <string.h>

void array_begin(struct buf *b)
{
	buf_reset(b);
	buf_add_char(b, '{');
}

void array_end(struct buf *b)
{
	if (b->len > 1)
		b->len--; /* the last comma */
	buf_add_char(b, '}');
}

void array_word(struct buf *b, const char *word)
{
	buf_add_str(b, word ? word : "NULL");
	buf_add_char(b, ',');
}

void array_int(struct buf *b, int64_t value)
{
	kd_write_int(buf_sink(b), value);
	buf_add_char(b, ',');
}

void array_bool(struct buf *b, bool value)
{
	buf_add(b, value ? "t," : "f,", 2);
}

void array_text_n(struct buf *b, const char *text, size_t len)
{
	size_t begin = 0;

	buf_add_char(b, '"');
	for (size_t i = 0; i < len; i++)
		if (text[i] == '"' || text[i] == '\\') {
			buf_add(b, text + begin, i - begin);
			buf_add_char(b, '\\');
			begin = i;
		}
	buf_add(b, text + begin, len - begin);
	buf_add(b, "\",", 2);
}

void array_text(struct buf *b, const char *text)
{
	if (text)
		array_text_n(b, text, strlen(text));
	else
		array_word(b, NULL);
}

/* export_name.c - what a board's file is called (RFC 6266). */
#include "board/export.h"
#include <string.h>

#define NAME_MAX_CHARS 80

/* The octets of the character there. The text is UTF-8. */
static size_t char_len(const char *at)
{
	unsigned char c = (unsigned char)*at;

	return c < 0x80 ? 1 : c < 0xe0 ? 2 : c < 0xf0 ? 3 : 4;
}

/* U+200E, U+200F, U+202A to U+202E, U+2066 to U+2069: what turns a name's direction around. */
static bool turns(const unsigned char *at)
{
	if (at[0] != 0xe2)
		return false;
	return at[1] == 0x80 ? at[2] == 0x8e || at[2] == 0x8f || (at[2] >= 0xaa && at[2] <= 0xae) : at[1] == 0x81 && at[2] >= 0xa6 && at[2] <= 0xa9;
}

/* What no file system should meet in a name, and no reader. */
static bool is_left_out(const char *at, size_t len)
{
	if (len == 1)
		return (unsigned char)*at < ' ' || *at == 0x7f || strchr("/\\:*?\"<>|%", *at);
	return len == 3 && turns((const unsigned char *)at);
}

/* Without dots and blanks around it; may come out empty. */
static void name_clean(const char *title, struct buf *out)
{
	int chars = 0;

	title += strspn(title, " .");
	for (size_t len; *title && chars < NAME_MAX_CHARS; title += len) {
		len = char_len(title);
		if (is_left_out(title, len))
			continue;
		buf_add(out, title, len);
		chars++;
	}
	while (out->len && (out->data[out->len - 1] == ' ' || out->data[out->len - 1] == '.'))
		out->data[--out->len] = '\0';
}

/* For clients that know no other: one ASCII character for each. */
static void name_ascii(const char *name, struct buf *out)
{
	static const struct {
		const char *from;
		char to;
	} known[] = { { "å", 'a' }, { "ä", 'a' }, { "ö", 'o' }, { "é", 'e' }, { "ü", 'u' },
		{ "Å", 'A' }, { "Ä", 'A' }, { "Ö", 'O' }, { "É", 'E' }, { "Ü", 'U' } };

	for (size_t len; *name; name += len) {
		char to = *name;

		len = char_len(name);
		if (len > 1)
			to = '_';
		for (size_t i = 0; len == 2 && i < sizeof(known) / sizeof(*known); i++)
			if (memcmp(name, known[i].from, 2) == 0)
				to = known[i].to;
		buf_add_char(out, to);
	}
}

/* RFC 8187's ext-value. */
static void name_encoded(const char *name, struct buf *out)
{
	for (; *name; name++) {
		unsigned char c = (unsigned char)*name;

		if ((c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || strchr("!#$&+-.^_`|~", c))
			buf_add_char(out, (char)c);
		else
			buf_printf(out, "%%%02X", c);
	}
}

void export_disposition(const char *title, const struct export_words *w, const char *ending, struct buf *out)
{
	struct buf name;

	buf_init(&name, 1024);
	name_clean(title, &name);
	if (!name.len)
		buf_add_str(&name, w->untitled);
	buf_add_str(&name, ending);
	buf_add_str(out, "attachment; filename=\"");
	name_ascii(name.data ? name.data : "", out);
	buf_add_str(out, "\"; filename*=UTF-8''");
	name_encoded(name.data ? name.data : "", out);
	out->failed = out->failed || name.failed;
	buf_finish(&name);
}

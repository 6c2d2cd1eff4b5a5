/* squeeze.c - JSON as somebody else has written it, with no white space between its tokens. */
#include "protocol/kd.h"
#include <string.h>

/* Where the text that begins after a quotation mark ends: behind its own. */
static const char *text_end(const char *at, const char *end)
{
	while (at < end) {
		const char *mark = memchr(at, '"', (size_t)(end - at));
		const char *back = mark;

		if (!mark)
			return end;
		while (back > at && back[-1] == '\\')
			back--;
		at = mark + 1;
		if ((mark - back) % 2 == 0) /* it is not escaped itself */
			break;
	}
	return at;
}

size_t kd_squeeze(char *to, const char *text, size_t len)
{
	const char *at = text, *end = text + len;
	char *out = to;

	while (at < end) {
		char c = *at++;

		if (c == ' ' || c == '\n' || c == '\t' || c == '\r')
			continue;
		*out++ = c;
		if (c == '"') {
			const char *after = text_end(at, end);

			memcpy(out, at, (size_t)(after - at));
			out += after - at;
			at = after;
		}
	}
	return (size_t)(out - to);
}

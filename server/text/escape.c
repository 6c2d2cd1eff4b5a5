/* escape.c - what leaves this room leaves through here. */
#include "text/escape.h"
#include "base/utf8.h"
#include <ctype.h>
#include <string.h>
#include <strings.h>

static bool is_shown(uint32_t c)
{
	if (c < 0x20 || c == 0x7F)
		return c == '\n' || c == '\t';
	if ((c & 0xFFFE) == 0xFFFE || (c >= 0xFDD0 && c <= 0xFDEF)) /* noncharacters: no text has them, and HTML calls them an error */
		return false;
	return !(c >= 0x80 && c < 0xA0) && !(c >= 0x202A && c <= 0x202E) && !(c >= 0x2066 && c <= 0x2069) && c != 0xFEFF;
}

static void escape(struct buf *out, const char *text, size_t len, bool is_html)
{
	for (size_t i = 0, n; i < len; i += n ? n : 1) {
		uint32_t c;

		n = utf8_read(text + i, len - i, &c);
		if (n == 0)
			continue;
		if (c == ESCAPE_LESS || c == '<')
			buf_add_str(out, is_html ? "&lt;" : "<");
		else if (is_html && c == '&')
			buf_add_str(out, "&amp;");
		else if (is_html && c == '>')
			buf_add_str(out, "&gt;");
		else if (is_html && c == '"')
			buf_add_str(out, "&quot;");
		else if (is_shown(c))
			buf_add(out, text + i, n);
	}
}

void escape_text(struct buf *out, const char *text, size_t len)
{
	escape(out, text, len, true);
}

void escape_plain(struct buf *out, const char *text, size_t len)
{
	escape(out, text, len, false);
}

static bool host_is_plain(const char *authority)
{
	size_t len = strcspn(authority, "/?#");

	return len > 0 && (isalnum((unsigned char)authority[0]) || authority[0] == '[' || (unsigned char)authority[0] >= 0x80) &&
		!memchr(authority, '@', len) && !memchr(authority, '\\', len) && !memchr(authority, '%', len);
}

bool link_is_allowed(const char *url)
{
	if (strncasecmp(url, "http://", 7) == 0)
		return host_is_plain(url + 7);
	if (strncasecmp(url, "https://", 8) == 0)
		return host_is_plain(url + 8);
	return strncasecmp(url, "mailto:", 7) == 0 && isalnum((unsigned char)url[7]);
}

void escape_url(struct buf *out, const char *url)
{
	static const char hex[] = "0123456789ABCDEF";

	for (const char *p = url; *p; p++) {
		unsigned char c = (unsigned char)*p;
		char encoded[3] = { '%', hex[c >> 4], hex[c & 15] };

		if (c == '&')
			buf_add_str(out, "&amp;");
		else if (c == '\'')
			buf_add_str(out, "&#39;");
		else if (c < 0x80 && (isalnum(c) || strchr("-._~:/?#[]@!$()*+,;=%", c)))
			buf_add_char(out, (char)c);
		else
			buf_add(out, encoded, 3);
	}
}

/* autolink.c - finding bare addresses, by the rules of GitHub's Markdown (its section 6.9), in one pass. */
#include "text/autolink.h"
#include <ctype.h>
#include <string.h>
#include <strings.h>

static bool is_alnum(char c)
{
	return isalnum((unsigned char)c) != 0;
}

/* How long a domain of at least two parts is, or 0. */
static size_t domain_len(const char *s, size_t len)
{
	size_t n = 0, dots = 0;

	while (n < len && (is_alnum(s[n]) || s[n] == '-' || s[n] == '_' || s[n] == '.' || (unsigned char)s[n] >= 0x80)) {
		if (s[n] == '.') {
			if (n == 0 || s[n - 1] == '.' || n + 1 == len || !(is_alnum(s[n + 1]) || (unsigned char)s[n + 1] >= 0x80))
				break;
			dots++;
		}
		n++;
	}
	return dots ? n : 0;
}

/* Marks that close a sentence do not belong to the address, nor does a bracket that was opened before it. */
static size_t url_trim(const char *s, size_t len)
{
	size_t opened = 0, closed = 0;

	for (size_t i = 0; i < len; i++) {
		opened += s[i] == '(';
		closed += s[i] == ')';
	}
	while (len) {
		char last = s[len - 1];

		if (last == ')' && closed > opened)
			closed--;
		else if (!strchr("?!.,:*_~'\";", last))
			break;
		len--;
	}
	return len;
}

/* Also ends at what Unicode writes around text: a no-break space, quotation marks, dashes. */
static size_t url_len(const char *s, size_t len)
{
	size_t n = 0;

	while (n < len && (unsigned char)s[n] > 0x20 && s[n] != '<' && s[n] != '>' && s[n] != '"' && s[n] != 0x7F) {
		if (n + 1 < len && memcmp(s + n, "\xC2\xA0", 2) == 0)
			break;
		if (n + 2 < len && memcmp(s + n, "\xE2\x80", 2) == 0)
			break;
		n++;
	}
	return url_trim(s, n);
}

static bool url_at(const char *s, size_t len, size_t at, struct autolink *ret)
{
	static const struct {
		const char *begins, *prefix;
		bool needs_domain;
	} kinds[] = { { "https://", "", false }, { "http://", "", false }, { "www.", "http://", true } };

	if (at > 0 && (is_alnum(s[at - 1]) || s[at - 1] == '/' || s[at - 1] == '.' || s[at - 1] == '-' || s[at - 1] == '@'))
		return false;
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
		size_t n = strlen(kinds[i].begins), end;

		if (len - at <= n || strncasecmp(s + at, kinds[i].begins, n) != 0)
			continue;
		end = at + url_len(s + at, len - at);
		if (end <= at + n || (kinds[i].needs_domain && !domain_len(s + at, end - at)))
			return false;
		*ret = (struct autolink){ at, end, kinds[i].prefix };
		return true;
	}
	return false;
}

/* Around the "@" at `at`, reaching back at most to `from`. */
static bool mail_at(const char *s, size_t len, size_t at, size_t from, struct autolink *ret)
{
	size_t start = at, n = domain_len(s + at + 1, len - at - 1), end = at + 1 + n;

	while (start > from && (is_alnum(s[start - 1]) || strchr(".+-_", s[start - 1])) && s[start - 1])
		start--;
	while (start < at && !is_alnum(s[start]))
		start++;
	if (start == at || n == 0 || !is_alnum(s[end - 1]) || (end < len && s[end] == '@') || (start && s[start - 1] == '@'))
		return false;
	*ret = (struct autolink){ start, end, "mailto:" };
	return true;
}

bool autolink_find(const char *text, size_t len, size_t from, struct autolink *ret_link)
{
	size_t back = from; /* no address begins before this */

	for (size_t at = from; at < len; at++) {
		char c = text[at];

		if (c == '@') {
			if (mail_at(text, len, at, back, ret_link))
				return true;
			back = at + 1;
		} else if ((c == 'h' || c == 'H' || c == 'w' || c == 'W') && url_at(text, len, at, ret_link)) {
			return true;
		}
	}
	return false;
}

/* judge.c - see judge.h. Knows nothing of how the HTML was made. */
#include "judge.h"
#include "base/utf8.h"
#include <ctype.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <strings.h>

#define DEPTH_MAX 128

static const char *const elements[] = { "p", "h3", "h4", "h5", "h6", "ul", "ol", "li", "blockquote", "pre", "code", "em",
	"strong", "del", "a", "table", "thead", "tbody", "tr", "th", "td" };
static const char *const entities[] = { "&lt;", "&gt;", "&amp;", "&quot;", "&#39;" };

struct judge {
	const char *html, *at;
	const char *open[DEPTH_MAX];
	size_t open_len[DEPTH_MAX];
	int depth;
};

static bool take(struct judge *j, const char *text)
{
	if (strncmp(j->at, text, strlen(text)) != 0)
		return false;
	j->at += strlen(text);
	return true;
}

static bool take_entity(struct judge *j)
{
	for (size_t i = 0; i < sizeof entities / sizeof *entities; i++)
		if (take(j, entities[i]))
			return true;
	return false;
}

static const char *read_href(struct judge *j)
{
	if (strncasecmp(j->at, "http://", 7) != 0 && strncasecmp(j->at, "https://", 8) != 0 && strncasecmp(j->at, "mailto:", 7) != 0)
		return "a link to what is not http, https or mailto";
	while (*j->at && *j->at != '"') {
		if (*j->at == '&') {
			if (!take_entity(j))
				return "a bare & in an address";
		} else if (isalnum((unsigned char)*j->at) || strchr("-._~:/?#[]@!$()*+,;=%", *j->at)) {
			j->at++;
		} else {
			return "a character in an address that is not of RFC 3986";
		}
	}
	return take(j, "\" rel=\"nofollow noopener ugc\">") ? NULL : "a link without its rel";
}

static const char *read_attributes(struct judge *j, const char *name, size_t len)
{
	if (len == 1 && *name == 'a')
		return take(j, " href=\"") ? read_href(j) : "a link without href";
	if (len == 2 && (!strncmp(name, "th", 2) || !strncmp(name, "td", 2)))
		if (take(j, " align=\"right\"") || take(j, " align=\"center\""))
			return take(j, ">") ? NULL : "an odd cell";
	if (len == 2 && !strncmp(name, "ol", 2) && take(j, " start=\"")) {
		while (isdigit((unsigned char)*j->at))
			j->at++;
		return take(j, "\">") ? NULL : "an odd start";
	}
	return take(j, ">") ? NULL : "an attribute that is not ours";
}

static const char *read_tag(struct judge *j)
{
	bool is_closing = take(j, "/");
	const char *name = j->at;
	size_t len;

	if (!is_closing && (take(j, "br>") || take(j, "hr>")))
		return NULL;
	while (isalnum((unsigned char)*j->at))
		j->at++;
	len = (size_t)(j->at - name);
	for (size_t i = 0;; i++) {
		if (i == sizeof elements / sizeof *elements)
			return "an element that is not ours";
		if (strlen(elements[i]) == len && strncmp(elements[i], name, len) == 0)
			break;
	}
	if (is_closing) {
		if (!j->depth || j->open_len[j->depth - 1] != len || strncmp(j->open[j->depth - 1], name, len) != 0)
			return "closes what is not open";
		j->depth--;
		return take(j, ">") ? NULL : "an odd end";
	}
	if (j->depth == DEPTH_MAX)
		return "too deep";
	for (int i = 0; i < j->depth; i++)
		if (len == 1 && *name == 'a' && j->open_len[i] == 1 && j->open[i][0] == 'a')
			return "a link in a link";
	j->open[j->depth] = name;
	j->open_len[j->depth++] = len;
	return read_attributes(j, name, len);
}

static const char *read_text(struct judge *j)
{
	uint32_t c;
	size_t n = utf8_read(j->at, strlen(j->at) > 4 ? 4 : strlen(j->at), &c);

	if (n == 0)
		return "not UTF-8";
	if (*j->at == '&')
		return take_entity(j) ? NULL : "a bare &";
	if (*j->at == '>' || *j->at == '"')
		return "a bare > or \"";
	if ((c < 0x20 && c != '\n' && c != '\t') || (c >= 0x7F && c < 0xA0) || (c >= 0x202A && c <= 0x202E) ||
		(c >= 0x2066 && c <= 0x2069))
		return "a control";
	if ((c & 0xFFFE) == 0xFFFE || (c >= 0xFDD0 && c <= 0xFDEF))
		return "a noncharacter";
	j->at += n;
	return NULL;
}

const char *judge_html(const char *html, size_t *ret_at)
{
	struct judge j = { .html = html, .at = html };
	const char *wrong = NULL;

	while (!wrong && *j.at)
		wrong = take(&j, "<") ? read_tag(&j) : read_text(&j);
	*ret_at = (size_t)(j.at - html);
	return wrong || !j.depth ? wrong : "something is left open";
}

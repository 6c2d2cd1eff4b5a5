/* markdown.c - what members write: whatever it is, what comes out is HTML of the few elements that we allow, as a browser's
 * parser sees it, and costs no more than it may. Two judges that know nothing of how it was made: a strict reader of
 * our own, and Gumbo, an implementation of HTML5's parsing. */
#include "lib/fuzz.h"
#include "../unit/text/judge.h"
#include "base/utf8.h"
#include "text/markdown.h"
#include <gumbo.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define EXCERPT_POINTS 200

static const char *const allowed[] = { "p", "h3", "h4", "h5", "h6", "ul", "ol", "li", "blockquote", "pre", "code", "em", "strong",
	"del", "a", "table", "thead", "tbody", "tr", "th", "td", "br", "hr" };

void fuzz_begin(void)
{
}

static bool is_allowed(const char *name)
{
	for (size_t i = 0; i < sizeof(allowed) / sizeof(*allowed); i++)
		if (strcmp(allowed[i], name) == 0)
			return true;
	return false;
}

static bool has_digits_only(const char *text)
{
	return *text && text[strspn(text, "0123456789")] == '\0';
}

static void attribute_check(const char *element, const char *name, const char *value)
{
	if (strcmp(element, "a") == 0 && strcmp(name, "href") == 0)
		fuzz_check(strncasecmp(value, "http://", 7) == 0 || strncasecmp(value, "https://", 8) == 0 ||
			strncasecmp(value, "mailto:", 7) == 0, "a link to %s", value);
	else if (strcmp(element, "a") == 0 && strcmp(name, "rel") == 0)
		fuzz_check(strcmp(value, "nofollow noopener ugc") == 0, "rel=%s", value);
	else if (strcmp(name, "align") == 0 && (strcmp(element, "th") == 0 || strcmp(element, "td") == 0))
		fuzz_check(strcmp(value, "right") == 0 || strcmp(value, "center") == 0, "align=%s", value);
	else if (strcmp(element, "ol") == 0 && strcmp(name, "start") == 0)
		fuzz_check(has_digits_only(value), "start=%s", value);
	else
		fuzz_check(false, "<%s %s=\"%s\">", element, name, value);
}

static void element_check(const GumboElement *e)
{
	const char *name = gumbo_normalized_tagname(e->tag);

	fuzz_check(is_allowed(name), "<%s>", name);
	fuzz_check(e->tag != GUMBO_TAG_A || gumbo_get_attribute(&e->attributes, "rel"), "a link without its rel");
	for (unsigned i = 0; i < e->attributes.length; i++) {
		const GumboAttribute *a = e->attributes.data[i];

		attribute_check(name, a->name, a->value);
	}
}

static void tree_check(const GumboVector *nodes)
{
	for (unsigned i = 0; i < nodes->length; i++) {
		const GumboNode *node = nodes->data[i];

		fuzz_check(node->type == GUMBO_NODE_ELEMENT || node->type == GUMBO_NODE_TEXT || node->type == GUMBO_NODE_WHITESPACE,
			"a node of type %d", (int)node->type);
		if (node->type != GUMBO_NODE_ELEMENT)
			continue;
		element_check(&node->v.element);
		tree_check(&node->v.element.children);
	}
}

/* As the page does it: into an element that is there already. */
static void parser_check(const char *html)
{
	GumboOptions options = kGumboDefaultOptions;
	GumboOutput *out;

	options.fragment_context = GUMBO_TAG_DIV;
	out = gumbo_parse_with_options(&options, html, strlen(html));
	fuzz_check(out, "Gumbo reads nothing");
	fuzz_check(out->errors.length == 0, "%u errors of HTML in %s", out->errors.length, html);
	tree_check(&out->root->v.element.children);
	gumbo_destroy_output(&options, out);
}

static void html_check(const char *text, size_t len, struct arena *mem)
{
	const char *html = markdown_to_html(mem, text, len), *wrong;
	size_t at;

	fuzz_check(strlen(html) <= 8 * len + 1024, "%zu bytes of HTML for %zu", strlen(html), len);
	wrong = judge_html(html, &at);
	fuzz_check(!wrong, "%s at byte %zu of %s", wrong, at, html);
	parser_check(html);
}

static void excerpt_check(const char *text, struct arena *mem)
{
	const char *excerpt = markdown_excerpt(mem, text, EXCERPT_POINTS);
	size_t len = strlen(excerpt);

	fuzz_check(utf8_is_valid(excerpt, len), "no UTF-8");
	fuzz_check(utf8_count(excerpt, len) <= EXCERPT_POINTS, "%zu characters", utf8_count(excerpt, len));
	fuzz_check(!strpbrk(excerpt, "\r\n\t"), "more than one line");
}

void fuzz_input(const uint8_t *bytes, size_t size)
{
	size_t len = size < MARKDOWN_MAX ? size : MARKDOWN_MAX;
	struct arena *mem = fuzz_arena();
	char *text = malloc(len + 1);

	if (!text)
		abort();
	memcpy(text, bytes, len);
	text[len] = '\0';
	html_check((const char *)bytes, len, mem); /* as libFuzzer gives it: without a NUL behind */
	excerpt_check(text, mem);
	free(text);
	arena_destroy(mem);
}

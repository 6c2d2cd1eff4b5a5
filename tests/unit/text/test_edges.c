/* test_edges.c - edges of addresses, tables and excerpts. */
#include "judge.h"
#include "text/markdown.h"
#include <criterion/criterion.h>
#include <string.h>

static struct arena *mem;

static void setup(void)
{
	mem = arena_create(4096, 64u << 20);
}

static void teardown(void)
{
	arena_destroy(mem);
}

TestSuite(edges, .init = setup, .fini = teardown);

#define A(url, text) "<a href=\"" url "\" rel=\"nofollow noopener ugc\">" text "</a>"

struct example {
	const char *text, *html;
};

static void expect(const struct example *examples, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const char *html = markdown_to_html(mem, examples[i].text, strlen(examples[i].text)), *wrong;
		size_t at;

		cr_expect_str_eq(html, examples[i].html, "\n%s\ngave %s\nnot  %s", examples[i].text, html, examples[i].html);
		wrong = judge_html(html, &at);
		cr_expect_null(wrong, "%s: %s", wrong, html + at);
	}
}
#define EXPECT(...) \
	do { \
		static const struct example examples[] = { __VA_ARGS__ }; \
		expect(examples, sizeof examples / sizeof *examples); \
	} while (0)

Test(edges, bare_addresses_end_where_sentences_do)
{
	EXPECT({ "se www.a.se.", "<p>se " A("http://www.a.se", "www.a.se") ".</p>\n" },
		{ "www..se", "<p>www..se</p>\n" }, { "www.", "<p>www.</p>\n" },
		{ "www.a.", "<p>" A("http://www.a", "www.a") ".</p>\n" }, { "http://", "<p>http://</p>\n" },
		{ "https://a.se\xC2\xA0och", "<p>" A("https://a.se", "https://a.se") "\xC2\xA0och</p>\n" },
		{ "https://a.se\xE2\x80\x94och", "<p>" A("https://a.se", "https://a.se") "\xE2\x80\x94och</p>\n" },
		{ "xhttps://a.se", "<p>xhttps://a.se</p>\n" }, { "/https://a.se", "<p>/https://a.se</p>\n" },
		{ ".www.a.se", "<p>.www.a.se</p>\n" }, { "-www.a.se", "<p>-www.a.se</p>\n" }, { "hus och www", "<p>hus och www</p>\n" },
		{ "HTTPS://A.se", "<p>" A("HTTPS://A.se", "HTTPS://A.se") "</p>\n" },
		{ "a@@b.se", "<p>a@@b.se</p>\n" }, { "@b.se", "<p>@b.se</p>\n" }, { "a@b", "<p>a@b</p>\n" },
		{ "http://!!!", "<p>http://!!!</p>\n" });
}

Test(edges, nothing_hidden_comes_through)
{
	EXPECT({ "a\xC2\x85" "b", "<p>ab</p>\n" }, { "a\xEF\xBB\xBF" "b", "<p>ab</p>\n" },
		{ "a\xE2\x80\xAE" "b\xE2\x81\xA6" "c", "<p>abc</p>\n" }, { "a\x7F\x01" "b", "<p>ab</p>\n" },
		{ "a\xC3", "<p>a</p>\n" }, { "&#x85;&#x202E;&#x2066;&#xFEFF;a", "<p>a</p>\n" }, { "&#7;a", "<p>a</p>\n" },
		{ "&#x10FFFF;&#xFDD0;&#xFFFE;\xF0\x9F\xBF\xBF" "a", "<p>a</p>\n" },
		{ "a\u00A0b\u2010c\u2065d", "<p>a\u00A0b\u2010c\u2065d</p>\n" });
}

Test(edges, hosts_that_are_none_are_no_links)
{
	EXPECT({ "[a](http://)", "<p>a</p>\n" }, { "[a](http://?b)", "<p>a</p>\n" }, { "[a](https://.b)", "<p>a</p>\n" },
		{ "[a](https://b@c.se)", "<p>a</p>\n" }, { "[a](https://b%2ec.se)", "<p>a</p>\n" },
		{ "[a](mailto:)", "<p>a</p>\n" }, { "[a](mailto:@b)", "<p>a</p>\n" },
		{ "[a](https://[::1]/)", "<p>" A("https://[::1]/", "a") "</p>\n" },
		{ "[a](https://åäö.se)", "<p>" A("https://%C3%A5%C3%A4%C3%B6.se", "a") "</p>\n" });
}

Test(edges, tables_keep_their_columns)
{
	EXPECT({ "|a|b|c|\n|:-|-:|:-:|\n|1|2|3|",
		"<table>\n<thead>\n<tr><th>a</th><th align=\"right\">b</th><th align=\"center\">c</th></tr>\n</thead>\n"
		"<tbody>\n<tr><td>1</td><td align=\"right\">2</td><td align=\"center\">3</td></tr>\n</tbody>\n</table>\n" },
		{ "|a|\n|-|", "<table>\n<thead>\n<tr><th>a</th></tr>\n</thead>\n</table>\n" });
}

Test(edges, an_excerpt_of_no_length_and_of_nothing)
{
	cr_expect_str_eq(markdown_excerpt(mem, "", 10), "");
	cr_expect_str_eq(markdown_excerpt(mem, " \n\t\n ", 10), "");
	cr_expect_str_eq(markdown_excerpt(mem, "abc", 0), "abc…");
	cr_expect_str_eq(markdown_excerpt(mem, "abc", 3), "abc");
	cr_expect_str_eq(markdown_excerpt(mem, "abcd", 3), "ab…");
}

/* Shown as plain paragraphs, with white space that is no word. */
Test(edges, what_is_not_parsed_is_plain_paragraphs)
{
	char text[2000] = "första\n   \nandra\nrad\n\n\n";
	const char *html;

	for (int i = 0; i < 40; i++)
		strcat(text, "> ");
	strcat(text, "<djup>\n");
	html = markdown_to_html(mem, text, strlen(text));
	cr_expect(strstr(html, "<p>första</p>\n<p>andra<br>\nrad</p>\n<p>&gt; &gt;") == html, "%s", html);
	cr_expect(strstr(html, "&lt;djup&gt;</p>\n"), "%s", html);
}

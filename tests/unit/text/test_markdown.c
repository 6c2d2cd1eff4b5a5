/* test_markdown.c - what Markdown becomes, and what it must never become. */
#include "judge.h"
#include "base/metrics.h"
#include "text/cost.h"
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

TestSuite(markdown, .init = setup, .fini = teardown);

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

Test(markdown, common_things_are_as_in_commonmark)
{
	EXPECT({ "", "" }, { "hej", "<p>hej</p>\n" }, { "*a* __b__ `c*`", "<p><em>a</em> <strong>b</strong> <code>c*</code></p>\n" },
		{ "***a***", "<p><em><strong>a</strong></em></p>\n" }, { "a_b_c", "<p>a_b_c</p>\n" },
		{ "\\*a\\*", "<p>*a*</p>\n" }, { "&amp; &copy; &#35;", "<p>&amp; © #</p>\n" },
		{ "- a\n- b", "<ul>\n<li>a</li>\n<li>b</li>\n</ul>\n" },
		{ "3. a\n\n   b", "<ol start=\"3\">\n<li><p>a</p>\n<p>b</p>\n</li>\n</ol>\n" },
		{ "> a\nb", "<blockquote>\n<p>a<br>\nb</p>\n</blockquote>\n" },
		{ "```c\nint a<b;\n```", "<pre><code>int a&lt;b;\n</code></pre>\n" },
		{ "    x & y", "<pre><code>x &amp; y\n</code></pre>\n" }, { "a  \nb", "<p>a<br>\nb</p>\n" },
		{ "***", "<hr>\n" }, { "a\n\n\n\nb", "<p>a</p>\n<p>b</p>\n" });
}

Test(markdown, headings_begin_below_the_page_s_own)
{
	EXPECT({ "# a", "<h3>a</h3>\n" }, { "## a", "<h4>a</h4>\n" }, { "#### a", "<h6>a</h6>\n" },
		{ "###### a", "<h6>a</h6>\n" }, { "a\n=", "<h3>a</h3>\n" });
}

Test(markdown, github_s_tables_strikethrough_and_tasks)
{
	EXPECT({ "| a | b |\n|:-:|--:|\n| 1 | *2* |", "<table>\n<thead>\n<tr><th align=\"center\">a</th><th align=\"right\">b</th></tr>\n"
		"</thead>\n<tbody>\n<tr><td align=\"center\">1</td><td align=\"right\"><em>2</em></td></tr>\n</tbody>\n</table>\n" },
		{ "|a|\n|-|", "<table>\n<thead>\n<tr><th>a</th></tr>\n</thead>\n</table>\n" },
		{ "~~a~~ ~b~", "<p><del>a</del> ~b~</p>\n" },
		{ "- [ ] a\n- [x] b", "<ul>\n<li>☐ a</li>\n<li>☑ b</li>\n</ul>\n" });
}

Test(markdown, links_go_to_http_https_and_mailto_only)
{
	EXPECT({ "[a](https://x.se/?b=1&c=\"d\" \"title\")", "<p>" A("https://x.se/?b=1&amp;c=%22d%22", "a") "</p>\n" },
		{ "[a](https://x.se/?b=1&c='d' \"title\")", "<p>" A("https://x.se/?b=1&amp;c=&#39;d&#39;", "a") "</p>\n" },
		{ "[a](HTTPS://x.se)", "<p>" A("HTTPS://x.se", "a") "</p>\n" }, { "[a](mailto:b@x.se)", "<p>" A("mailto:b@x.se", "a") "</p>\n" },
		{ "<https://x.se>", "<p>" A("https://x.se", "https://x.se") "</p>\n" }, { "<b@x.se>", "<p>" A("mailto:b@x.se", "b@x.se") "</p>\n" },
		{ "[a][b]\n\n[b]: <https://x.se> 'c'", "<p>" A("https://x.se", "a") "</p>\n" },
		{ "[a](<https://x.se/a b>)", "<p>" A("https://x.se/a%20b", "a") "</p>\n" },
		{ "[å](https://å.se/ö)", "<p>" A("https://%C3%A5.se/%C3%B6", "å") "</p>\n" },
		{ "[a](/me)", "<p>a</p>\n" }, { "[a](#x)", "<p>a</p>\n" }, { "[a](//x.se)", "<p>a</p>\n" }, { "[a]()", "<p>a</p>\n" },
		{ "[a](https:x.se)", "<p>a</p>\n" }, { "[a](https:///x.se)", "<p>a</p>\n" }, { "[a](mailto:)", "<p>a</p>\n" },
		{ "[a](https://bank.se@evil.se)", "<p>a</p>\n" }, { "[a](https://bank.se\\\\@evil.se)", "<p>a</p>\n" },
		{ "[a](https://bank.se%40evil.se)", "<p>a</p>\n" });
}

Test(markdown, an_image_is_a_link_and_links_do_not_nest)
{
	EXPECT({ "![a *b*](https://x.se/i.png)", "<p>" A("https://x.se/i.png", "a <em>b</em>") "</p>\n" },
		{ "![](https://x.se/i.png)", "<p>" A("https://x.se/i.png", "https://x.se/i.png") "</p>\n" },
		{ "![a](data:image/svg+xml,x)", "<p>a</p>\n" },
		{ "[![a](https://i.se)](https://x.se)", "<p>" A("https://x.se", "a") "</p>\n" },
		{ "![a [b](https://b.se)](https://x.se)", "<p>" A("https://x.se", "a b") "</p>\n" },
		{ "[https://a.se](https://x.se)", "<p>" A("https://x.se", "https://a.se") "</p>\n" },
		{ "[a https://b.se](javascript:x)", "<p>a " A("https://b.se", "https://b.se") "</p>\n" });
}

Test(markdown, bare_addresses_become_links)
{
	EXPECT({ "se https://x.se/a_b_c, och www.y.se.", "<p>se " A("https://x.se/a_b_c", "https://x.se/a_b_c") ", och "
		A("http://www.y.se", "www.y.se") ".</p>\n" },
		{ "(http://x.se/(a))", "<p>(" A("http://x.se/(a)", "http://x.se/(a)") ")</p>\n" },
		{ "a.b+c@x.co.uk.", "<p>" A("mailto:a.b+c@x.co.uk", "a.b+c@x.co.uk") ".</p>\n" },
		{ "http://localhost:8080/x", "<p>" A("http://localhost:8080/x", "http://localhost:8080/x") "</p>\n" },
		{ "xhttp://x.se", "<p>xhttp://x.se</p>\n" }, { "www. wwww.x", "<p>www. wwww.x</p>\n" }, { "http://", "<p>http://</p>\n" },
		{ "a@b", "<p>a@b</p>\n" }, { "@a.se a@", "<p>@a.se a@</p>\n" }, { "a@b.se@c.se", "<p>a@b.se@c.se</p>\n" },
		{ "https://a@b.se", "<p>https://a@b.se</p>\n" }, { "`https://x.se`", "<p><code>https://x.se</code></p>\n" },
		{ "https://x.se\"onmouseover=alert(1)", "<p>" A("https://x.se", "https://x.se") "&quot;onmouseover=alert(1)</p>\n" });
}

Test(markdown, html_is_shown_as_the_text_it_is)
{
	EXPECT({ "<b>*a*</b>", "<p>&lt;b&gt;<em>a</em>&lt;/b&gt;</p>\n" },
		{ "<script>alert(1)</script>", "<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>\n" },
		{ "<div>\n*a*\n</div>", "<p>&lt;div&gt;<br>\n<em>a</em><br>\n&lt;/div&gt;</p>\n" },
		{ "<!-- a -->", "<p>&lt;!-- a --&gt;</p>\n" }, { "a < b > c & \"d\"", "<p>a &lt; b &gt; c &amp; &quot;d&quot;</p>\n" },
		{ "`<b>`", "<p><code>&lt;b&gt;</code></p>\n" }, { "&lt;script&gt;", "<p>&lt;script&gt;</p>\n" },
		{ "[a](<b onclick=x>", "<p>[a](&lt;b onclick=x&gt;</p>\n" }, { "&#60;script>", "<p>&lt;script&gt;</p>\n" },
		{ "<javascript:alert(1)>", "<p>&lt;javascript:alert(1)&gt;</p>\n" });
}

Test(markdown, javascript_in_any_disguise_is_no_link)
{
	static const char *const disguises[] = { "[a](javascript:alert(1))", "[a](JaVaScRiPt:alert(1))", "[a](java\tscript:alert(1))",
		"[a](java&#10;script:alert(1))", "[a](&#106;avascript:alert(1))", "[a](&#x6A;avascript:x)", "[a](javascript&colon;x)",
		"[a](java\\script:x)", "[a](\\javascript:x)", "[a](<javascript:x>)", "[a](< javascript:x>)", "[a](vbscript:x)",
		"[a](data:text/html,<script>x</script>)", "[a](data:text/html;base64,PHN2Zz4=)", "[a](file:///etc/passwd)",
		"[a][b]\n\n[b]: javascript:x", "[b]\n\n[b]:\njavascript:x 'c'", "![a](javascript:x)", "<javascript:x>", "<JAVASCRIPT:x>",
		"[a](http:javascript:x)", "[a](feed:javascript:x)", "[a](view-source:x)", "[a](%6aavascript:x)", "[a](&NewLine;javascript:x)",
		"[a](\x01javascript:x)", "[a](\xE2\x80\xAEjavascript:x)", "[a](ｊavascript:x)", "[a](blob:https://x.se/1)",
		"[a](javascript://https://x.se/%0aalert(1))", "[a](https://)", "[a](ht\ntp://x.se)", "javascript:alert(1)", "data:x" };

	for (size_t i = 0; i < sizeof disguises / sizeof *disguises; i++) {
		const char *html = markdown_to_html(mem, disguises[i], strlen(disguises[i])), *link = strstr(html, "<a "), *wrong;
		size_t at;

		wrong = judge_html(html, &at);
		cr_expect_null(wrong, "%s: %s", wrong, html);
		cr_expect(!link || strncmp(link, "<a href=\"https://x.se/", 22) == 0, "%s gave %s", disguises[i], html);
	}
}

Test(markdown, marks_that_reorder_text_are_left_out)
{
	EXPECT({ "a\xE2\x80\xAE" "b&#x202E;c&#8294;d", "<p>abcd</p>\n" }, { "`a\xE2\x81\xA6`", "<p><code>a</code></p>\n" },
		{ "[a&#x202e;](https://x.se)", "<p>" A("https://x.se", "a") "</p>\n" }, { "a\x01\x02\x7F" "b&#1;&#127;", "<p>ab&lt;</p>\n" },
		{ "\xff\xfe" "a\xC3", "<p>a</p>\n" }, { "א\xE2\x80\x8F!", "<p>א\xE2\x80\x8F!</p>\n" });
}

Test(markdown, reads_no_further_than_it_is_told)
{
	cr_assert_str_eq(markdown_to_html(mem, "ab<c>", 2), "<p>ab</p>\n");
	cr_assert_str_eq(markdown_to_html(mem, "a\0b", 3), "<p>ab</p>\n");
}

Test(markdown, what_costs_too_much_is_shown_as_plain_paragraphs)
{
	char text[40 * 12 + 10] = "";

	for (int i = 0; i < 17; i++)
		strcat(text, "> ");
	strcat(text, "a <b> *c*\n**d**\n\n\ne");
	cr_assert_not(cost_is_fair(text, strlen(text)));
	cr_assert_str_eq(strstr(markdown_to_html(mem, text, strlen(text)), "a &lt;"),
		"a &lt;b&gt; *c*<br>\n**d**</p>\n<p>e</p>\n");
}

Test(markdown, what_grows_or_takes_too_long_is_shown_as_plain_paragraphs_and_counted)
{
	static const char text[] = "*a*[b](https://c.se)";
	static char long_text[4096];
	struct metric *grown = metric_refusals("limit.rendering_growth"), *late = metric_refusals("limit.rendering");

	for (size_t at = 0; at + sizeof text < sizeof long_text; at += sizeof text - 1)
		memcpy(long_text + at, text, sizeof text);
	cr_assert(strstr(markdown_to_html(mem, long_text, strlen(long_text)), "<em>a</em><a href="));
	cr_assert(metric_value(grown) == 0 && metric_value(late) == 0);
	markdown_limits(1, 1000);
	cr_assert_eq(strncmp(markdown_to_html(mem, long_text, strlen(long_text)), "<p>*a*[b](https:", 16), 0);
	cr_assert(metric_value(grown) == 1 && metric_value(late) == 0);
	markdown_limits(8, 0);
	cr_assert_eq(strncmp(markdown_to_html(mem, long_text, strlen(long_text)), "<p>*a*[b](https:", 16), 0);
	cr_assert(metric_value(grown) == 1 && metric_value(late) == 1);
	markdown_limits(8, 1000);
	cr_assert(strstr(markdown_to_html(mem, long_text, strlen(long_text)), "<em>a</em><a href="));
}

Test(markdown, an_excerpt_is_plain_text_cut_at_a_word)
{
	static const struct { const char *text; size_t max; const char *excerpt; } cases[] = {
		{ "# Rubrik\n\n**fet** text\nrad [två](https://x.se) `kod`", 100, "Rubrik fet text rad två kod" },
		{ "", 10, "" }, { "abc", 3, "abc" }, { "abcd", 3, "ab…" }, { "hej du där", 8, "hej du…" }, { "hej du där", 10, "hej du där" },
		{ "åäö åäö åäö", 9, "åäö åäö…" }, { "a averyverylongword", 10, "a averyve…" }, { "<b>a</b> & b", 50, "<b>a</b> & b" },
		{ "- a\n- b\n\n| c | d |\n|---|---|\n| e | f |", 50, "a b c d e f" }, { "![bild](https://x.se)", 50, "bild" },
		{ "a   \n\n\n  b  ", 50, "a b" }, { "Hon ringde. Sedan svarade vi.", 13, "Hon ringde…" },
		{ "Ja, vi, med, er", 9, "Ja, vi…" }, { "......", 4, "…" }, { "Klart.", 6, "Klart." }, { "\xE2\x80\xAE" "a", 5, "a" },
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		cr_expect_str_eq(markdown_excerpt(mem, cases[i].text, cases[i].max), cases[i].excerpt, "case %zu gave %s", i,
			markdown_excerpt(mem, cases[i].text, cases[i].max));
}

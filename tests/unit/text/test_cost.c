/* test_cost.c - no text of a post's size takes longer than it may or becomes larger than it may, whatever it is made of. */
#include "judge.h"
#include "text/cost.h"
#include "text/markdown.h"
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* Of this thread's own time, so that a busy machine does not count. Sanitizers cost some four times; what the bounds
 * keep out took hundreds to ten thousands of milliseconds. */
#ifdef __SANITIZE_ADDRESS__
#define LIMIT_MS 200
#else
#define LIMIT_MS 50
#endif

static char text[MARKDOWN_MAX + 1];
static size_t len;

static void add(const char *piece)
{
	size_t n = strlen(piece);

	if (len + n <= MARKDOWN_MAX) {
		memcpy(text + len, piece, n);
		len += n;
	}
	text[len] = '\0';
}

static void fill(const char *piece, size_t until)
{
	while (len + strlen(piece) <= until)
		add(piece);
}

static int64_t own_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static void check(const char *what)
{
	struct arena *mem = arena_create(4096, 4u << 20);
	int64_t began = own_us(), best;
	const char *html = markdown_to_html(mem, text, len), *wrong;
	size_t at;

	best = own_us() - began;
	/* What is slow must be slow twice again: a fault in memory's first use is not. */
	for (int again = 0; again < 2 && best > LIMIT_MS * 1000; again++) {
		began = own_us();
		markdown_to_html(mem, text, len);
		if (own_us() - began < best)
			best = own_us() - began;
	}
	cr_expect_leq(best, LIMIT_MS * 1000, "%s took %lld us", what, (long long)best);
	cr_expect_leq(strlen(html), 8 * len + 1024, "%s grew to %zu", what, strlen(html));
	wrong = judge_html(html, &at);
	cr_expect_null(wrong, "%s: %s", what, wrong);
	markdown_excerpt(mem, text, 240);
	arena_destroy(mem);
	len = 0;
}

Test(cost, one_piece_over_and_over)
{
	static const char *const pieces[] = { "*", "_", "~", "~~", "[", "]", "![", "`", "<", "&", ">", "> ", "-", "- ", "+ ", "1. ", "#",
		"|", "\\", "<a", "<!--", "<?", "<![CDATA[", "](<a ", "](<!--", "*a_ ", "a**b ", "**a ", "_a ", "~~a ", "![l", "[a](", "[a](<",
		"[a][", "[a]: b\n", "[a]: b \"\n", "[](", "*_", "**_", "`a``b", "<http://a>", "<a@b>", "http://a ", "https://a/&&& ",
		"www.a.b ", "a@b.c ", "a@", "h", "www.", "|a\n|-\n", "|\n|-\n", "a|b\n-|-\n", "|-", "-|\n", "- [ ] ", "[^a]: b\n", "&#x10FFFF;",
		"[a](b)", "![a](https://b)", "```\n", "a\n-\n", "    a\n", "\n", "\t", "\"", "å", "*å", "<div>\n", "<pre>\n" };

	for (size_t i = 0; i < sizeof pieces / sizeof *pieces; i++) {
		fill(pieces[i], MARKDOWN_MAX);
		check(pieces[i]);
	}
}

Test(cost, halves_of_two_pieces)
{
	static const char *const pieces[] = { "[", "]", "*a", "a*", "_a ", "~~a ", "`", "> ", ">", "- ", "<", "[a](b)", "![", "a\n", "a|", "-|",
		"](b)", "**a", "[a", "\\" };

	for (size_t i = 0; i < sizeof pieces / sizeof *pieces; i++) {
		for (size_t k = 0; k < sizeof pieces / sizeof *pieces; k++) {
			fill(pieces[i], MARKDOWN_MAX / 2);
			fill(pieces[k], MARKDOWN_MAX);
			check(pieces[i]);
		}
	}
}

Test(cost, the_bombs_that_were_measured)
{
	fill("|", 4096);
	add("\n");
	fill("-|", 12288);
	add("\n");
	fill("a\n", MARKDOWN_MAX);
	check("wide table");

	fill("|", 32);
	add("\n|");
	for (int i = 0; i < 31; i++)
		add("-|");
	add("\n");
	fill("a\n", MARKDOWN_MAX);
	check("long table");

	add("[a]: https://x.se/");
	fill("b", 16000);
	add("\n\n");
	fill("[a]", MARKDOWN_MAX);
	check("references");

	add("[a]: b \"");
	fill("c\n[d]: e\n", 16000);
	add("\"\n\n");
	fill("[A]", MARKDOWN_MAX);
	check("a title full of definitions");

	add("[ss]: ");
	fill("b", 16000);
	add("\n\n");
	fill("[ß]", MARKDOWN_MAX);
	check("labels that fold");

	add("[a]: ");
	fill("b", 16000);
	add("\n\nx ");
	fill("[a]: ", MARKDOWN_MAX);
	check("uses before a colon");

	fill("a\n", MARKDOWN_MAX - 4);
	add("-|-\n");
	check("a delimiter row after a long paragraph");

	for (int i = 0; i < 180; i++) {
		for (int k = 0; k < i; k++)
			add("  ");
		add("- a\n");
	}
	check("a list that goes in and in");
}

/* The same each time: a failure can be looked into. */
static unsigned next_random(unsigned *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 17;
	return *state ^= *state << 5;
}

Test(cost, random_mixtures)
{
	static const char *const atoms[] = { "*", "**", "_", "~~", "[", "]", "](", ")", "![", "`", "<", ">", "&", "\\", "\n", "\n\n", "- ", "> ",
		"1. ", "# ", "|", "-|", "|\n|-|\n", "a", " ", "http://x.se/", "www.x.se", "@", "a@b.se", "[a]", "[a]: ", "\"", "'", "(",
		"<https://x.se>", "&lt;", "&#x202e;", "javascript:", "```", "    ", "\t", "å", "[x](https://y.se)", "- [ ] ", "<b>", "\xff" };
	unsigned state = 4711;

	for (int run = 0; run < 400; run++) {
		char piece[200] = "";

		for (unsigned n = 1 + next_random(&state) % 8; n; n--)
			strcat(piece, atoms[next_random(&state) % (sizeof atoms / sizeof *atoms)]);
		if (run % 2)
			fill(piece, 200 + next_random(&state) % (MARKDOWN_MAX - 200));
		else
			while (len < 2000)
				add(atoms[next_random(&state) % (sizeof atoms / sizeof *atoms)]);
		check(piece);
	}
}

Test(cost, ordinary_texts_are_fair)
{
	static const char *const texts[] = {
		"| a | b | c |\n|---|---|---|\n| 1 | 2 | 3 |\n\n| a | b |\n|--|--|\n|1|2|\n",
		"[1]: https://a.se\n[2]: https://b.se 'Två'\n\nSe [ett][1], [två][2] och [1] igen.\n",
		"> > > - a\n> > >   - b\n> > >     - c\n", "# a\n\n---\n\n- - a\n", "- a\n  - b\n    - c\n      - d\n" };

	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
		cr_assert(cost_is_fair(texts[i], strlen(texts[i])), "%s", texts[i]);
	for (int i = 0; i < 40; i++) {
		char line[100];

		snprintf(line, sizeof line, "[%d]: https://example.se/a/rather/long/address/number/%d 'A title'\n", i, i);
		add(line);
	}
	for (int i = 0; i < 120; i++) {
		char line[20];

		snprintf(line, sizeof line, "[ord][%d] ", i % 40);
		add(line);
	}
	cr_assert(cost_is_fair(text, len));
}

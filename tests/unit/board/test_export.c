/* Boards as files: what each form does with what people write. */
#include "board/export.h"
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

static struct buf out;

static const char *cell(const char *text)
{
	buf_reset(&out);
	csv_cell(&out, text);
	return out.data ? out.data : "";
}

static const char *plain(const char *text)
{
	buf_reset(&out);
	markdown_plain(&out, text, "  ");
	return out.data ? out.data : "";
}

static const char *name(const char *title)
{
	buf_reset(&out);
	export_disposition(title, export_words_of("sv"), ".csv", &out);
	return out.data ? out.data : "";
}

static void before(void)
{
	buf_init(&out, 1u << 20);
}

static void after(void)
{
	buf_finish(&out);
}

TestSuite(export, .init = before, .fini = after);

Test(export, a_cell_is_quoted_when_it_must_be)
{
	cr_assert_str_eq(cell("Idé"), "Idé");
	cr_assert_str_eq(cell(""), "");
	cr_assert_str_eq(cell("ett, två"), "\"ett, två\"");
	cr_assert_str_eq(cell("hon sa \"hej\""), "\"hon sa \"\"hej\"\"\"");
	cr_assert_str_eq(cell("en\ntvå"), "\"en\ntvå\"");
}

Test(export, no_cell_begins_a_formula)
{
	const char *const dangers[] = { "=1+1", "+46 8", "-1", "@SUM(A1)", "\t=1", "\r=1", "=HYPERLINK(\"http://x\",\"y\")" };

	for (size_t i = 0; i < sizeof(dangers) / sizeof(*dangers); i++) {
		const char *made = cell(dangers[i]);

		cr_assert_eq(strncmp(made, "\"'", 2), 0, "%s", made);
	}
	cr_assert_str_eq(cell("1-1=0"), "1-1=0");
}

Test(export, words_mean_nothing_in_markdown_but_themselves)
{
	cr_assert_str_eq(plain("Hej, åäö 😀"), "Hej, åäö 😀");
	cr_assert_str_eq(plain("*fet* _lut_ `kod` <b>"), "\\*fet\\* \\_lut\\_ \\`kod\\` \\<b\\>");
	cr_assert_str_eq(plain("# inte en rubrik"), "\\# inte en rubrik");
	cr_assert_str_eq(plain("- inte en lista"), "\\- inte en lista");
	cr_assert_str_eq(plain("12. inte heller"), "12\\. inte heller");
	cr_assert_str_eq(plain("a. men det här"), "a. men det här");
	cr_assert_str_eq(plain("https://x.example www.x.example a@x.example"), "https\\://x.example www\\.x.example a\\@x.example");
	cr_assert_str_eq(plain("    kod?\n\n\n  nej  "), "kod?\\\n  nej");
	cr_assert_str_eq(plain(" \n\t "), "");
}

Test(export, a_file_is_called_as_the_board)
{
	cr_assert_str_eq(name("Idéer"), "attachment; filename=\"Ideer.csv\"; filename*=UTF-8''Id%C3%A9er.csv");
	cr_assert_str_eq(name("../a\\b:c\"d\r\n"), "attachment; filename=\"abcd.csv\"; filename*=UTF-8''abcd.csv");
	cr_assert_str_eq(name(" ... "), "attachment; filename=\"tavla.csv\"; filename*=UTF-8''tavla.csv");
	cr_assert_str_eq(name("a\xe2\x80\xae" "cod"), "attachment; filename=\"acod.csv\"; filename*=UTF-8''acod.csv");
	cr_assert_str_eq(name("😀"), "attachment; filename=\"_.csv\"; filename*=UTF-8''%F0%9F%98%80.csv");
}

Test(export, a_colour_is_meant_by_its_name_in_either_language)
{
	cr_assert_str_eq(export_colour_meant("gronjord", 8), "gronjord");
	cr_assert_str_eq(export_colour_meant("GRÖNJORD", strlen("GRÖNJORD")), "gronjord");
	cr_assert_str_eq(export_colour_meant("Ärg", strlen("Ärg")), "arg");
	cr_assert_str_eq(export_colour_meant("green earth", 11), "gronjord");
	cr_assert_null(export_colour_meant("blå", strlen("blå")));
	cr_assert_null(export_colour_meant("", 0));
}

#define ANNA { "01900000-0000-7000-8000-00000000000a", "Anna", { "01900000-0000-7000-8000-0000000000ff", "KUF", "Kulturförvaltningen" } }
#define S1 "01900000-0000-7000-8000-000000000001"
#define S2 "01900000-0000-7000-8000-000000000002"

static struct kd_section sections[] = { { S1, "Börja", 0, 0, 400, 300, "a0", { 0 } }, { S2, "Sluta", 440, 0, 400, 300, "a1", { 0 } } };
static struct kd_card cards[] = {
	{ "01900000-0000-7000-8000-000000000011", S2, "=möten", 1, "arg", 460, 60, 160, 128, "a0", ANNA, 1764500000000, { 0 } },
	{ "01900000-0000-7000-8000-000000000012", NULL, "lös", 1, "kalk", 0, 400, 160, 128, "a1", ANNA, 1764500000000, { 0 } },
	{ "01900000-0000-7000-8000-000000000013", S1, "ett\ntvå", 2, "puts", 20, 60, 160, 128, "a2", ANNA, 1764500000000, { 0 } },
};
static const struct kd_board_snapshot board = { .board = { .title = "Återblick", .space = { .name = "Erfarenheter" } },
	.sections = { 2, sections }, .cards = { 3, cards } };
static const struct export english = { &board, NULL, 1764500000000, 0 };

Test(export, a_row_a_card_by_sections)
{
	struct export e = english;

	e.words = export_words_of("sv");
	export_csv(&e, &out);
	cr_assert_str_eq(out.data, "\xef\xbb\xbf" "Sektion,Text,Färg,Av,Organisation,Skapad\r\n"
		"Börja,\"ett\ntvå\",puts,Anna,Kulturförvaltningen,2025-11-30T10:53:20Z\r\n"
		"Sluta,\"'=möten\",ärg,Anna,Kulturförvaltningen,2025-11-30T10:53:20Z\r\n"
		",lös,kalk,Anna,Kulturförvaltningen,2025-11-30T10:53:20Z\r\n");
}

Test(export, headings_and_items)
{
	struct export e = english;

	e.words = export_words_of("en");
	export_markdown(&e, &out);
	cr_assert_str_eq(out.data, "# Återblick\n\nErfarenheter, 30 November 2025\n"
		"\n## Börja\n\n- ett\\\n  två  \n  *Anna, Kulturförvaltningen*\n"
		"\n## Sluta\n\n- \\=möten  \n  *Anna, Kulturförvaltningen*\n"
		"\n## No section\n\n- lös  \n  *Anna, Kulturförvaltningen*\n");
}

Test(export, pages_and_a_picture)
{
	struct export e = english;

	e.words = export_words_of("sv");
	cr_assert(export_pdf(&e, &out) && !out.failed);
	cr_assert_eq(memcmp(out.data, "%PDF-", 5), 0);
	buf_reset(&out);
	cr_assert(export_png(&e, &out) && !out.failed);
	cr_assert_eq(memcmp(out.data, "\x89PNG\r\n", 6), 0);
}

/* /Count of the tree of pages. */
static int page_count(const struct export *e)
{
	const char *count;

	buf_reset(&out);
	cr_assert(export_pdf(e, &out));
	count = memmem(out.data, out.len, "/Count ", 7);
	cr_assert_not_null(count);
	return atoi(count + 7);
}

Test(export, a_text_longer_than_a_page_goes_on_on_the_next)
{
	static char lines[KD_CARD_TEXT_MAX + 1];
	static struct kd_card one;
	struct kd_board_snapshot long_board = { .board = board.board, .cards = { 1, &one } };
	struct export e = { &long_board, export_words_of("sv"), 1764500000000, 0 };

	one = cards[1];
	cr_assert_eq(page_count(&e), 2);
	for (size_t i = 0; i + 2 <= KD_CARD_TEXT_MAX; i += 2)
		memcpy(lines + i, "a\n", 2);
	one.text = lines;
	cr_assert_gt(page_count(&e), 15);
}

Test(export, drawing_that_takes_too_long_gives_up)
{
	struct export e = english;

	e.words = export_words_of("sv");
	e.until_us = 1;
	cr_assert_not(export_pdf(&e, &out));
	buf_reset(&out);
	cr_assert_not(export_png(&e, &out));
}

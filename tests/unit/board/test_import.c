/* Files and lists that become boards: what is read, where it lies, and what is refused with which words. */
#include "board/import.h"
#include "board/export.h"
#include <criterion/criterion.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct arena *mem;
static struct kd_board_file file;
static struct err err;

static void before(void)
{
	mem = arena_create(0, 64u << 20);
}

static void after(void)
{
	arena_destroy(mem);
}

TestSuite(import, .init = before, .fini = after);

static void reads(const char *csv)
{
	cr_assert(import_list(csv, mem, &file, &err), "%s", err.text);
}

/* "section:text:colour" of a card. */
static const char *card(size_t i)
{
	static char said[200];
	const struct kd_file_card *c = &file.cards.items[i];

	snprintf(said, sizeof(said), "%s:%s:%s", c->section.is_set ? file.sections.items[c->section.value - 1].title : "", c->text, c->colour);
	return said;
}

Test(import, columns_are_named_in_either_language_in_any_order)
{
	reads("Färg,Text,Sektion,Av\r\nÄrg,ett,Idéer,Anna\r\n,två,,Anna\r\n");
	cr_assert_eq(file.cards.count, 2);
	cr_assert_str_eq(card(0), "Idéer:ett:arg");
	cr_assert_str_eq(card(1), ":två:kalk");
	reads("text;colour\nett;sky\n");
	cr_assert_str_eq(card(0), ":ett:himmel");
}

Test(import, without_names_they_come_in_their_order_and_one_alone_is_the_text)
{
	reads("Idéer,ett,puts\nIdéer,två\nFrågor,\"tre\nrader\"\n");
	cr_assert_eq(file.sections.count, 2);
	cr_assert_str_eq(card(0), "Idéer:ett:puts");
	cr_assert_str_eq(card(2), "Frågor:tre\nrader:kalk");
	reads("ett\ntvå\n");
	cr_assert_eq(file.cards.count, 2);
	cr_assert_str_eq(card(1), ":två:kalk");
}

Test(import, an_apostrophe_against_formulas_is_taken_off)
{
	reads("text\n\"'=1+1\"\n'citat\n");
	cr_assert_str_eq(card(0), ":=1+1:kalk");
	cr_assert_str_eq(card(1), ":'citat:kalk");
}

static void is_refused(const char *csv, const char *why)
{
	cr_assert_not(import_list(csv, mem, &file, &err), "%s", csv);
	cr_assert_str_eq(err.field, "/csv");
	cr_assert_str_eq(err.text, why);
}

Test(import, what_is_wrong_in_a_list_is_told_by_its_line)
{
	char *line = malloc(KD_CARD_TEXT_MAX + 20);

	is_refused("text,colour\nett,arg\ntvå,rosa\n", "line 3: there is no such colour");
	is_refused("text\n", "there is no card in it");
	is_refused("section,text\n\"två\nrader\",ett\n", "line 2: a section is named by one line of at most 120 characters");
	memset(line, 'x', KD_CARD_TEXT_MAX + 1);
	strcpy(line + KD_CARD_TEXT_MAX + 1, "\n");
	is_refused(line, "line 1: the text has more than 2,000 characters");
	free(line);
}

Test(import, more_than_a_board_holds_is_refused)
{
	struct buf list;

	buf_init(&list, 1u << 20);
	for (int i = 0; i <= KD_BOARD_CARDS; i++)
		buf_add_str(&list, "x\n");
	is_refused(list.data, "line 5001: a board holds at most 5,000 cards");
	buf_reset(&list);
	for (int i = 0; i <= KD_BOARD_SECTIONS; i++)
		buf_printf(&list, "s%d,x\n", i);
	is_refused(list.data, "line 201: a board holds at most 200 sections");
	buf_finish(&list);
}

static bool overlap(const struct kd_file_section *a, const struct kd_file_section *b)
{
	return a->x < b->x + b->width && b->x < a->x + a->width && a->y < b->y + b->height && b->y < a->y + a->height;
}

Test(import, everything_lies_beside_each_other_within_bounds)
{
	struct buf list;

	buf_init(&list, 1u << 20);
	for (int i = 0; i < 4900; i++)
		buf_printf(&list, "s%d,x\n", i % 7 == 0 ? 0 : i % 190);
	reads(list.data);
	for (size_t i = 0; i < file.sections.count; i++) {
		const struct kd_file_section *s = &file.sections.items[i];

		cr_assert(s->width <= 10000 && s->height <= 10000 && llabs(s->x) + s->width < KD_BOARD_FAR && s->y + s->height < KD_BOARD_FAR);
		for (size_t j = 0; j < i; j++)
			cr_assert_not(overlap(s, &file.sections.items[j]), "%zu lies over %zu", i, j);
	}
	for (size_t i = 0; i < file.cards.count; i++) {
		const struct kd_file_card *c = &file.cards.items[i];
		const struct kd_file_section *s = &file.sections.items[c->section.value - 1];

		cr_assert(c->x >= s->x && c->y >= s->y && c->x + c->width <= s->x + s->width && c->y + c->height <= s->y + s->height, "card %zu", i);
	}
	buf_finish(&list);
}

Test(import, a_files_sections_must_be_there_and_be_seen)
{
	struct kd_file_section sections[] = { { "Idéer", 0, 0, 300, 300 }, { " \n ", 0, 0, 300, 300 } };
	struct kd_file_card cards[] = { { .section = { true, 2 }, .text = "", .colour = "arg" } };
	struct kd_board_file f = { .version = 1, .title = "T", .sections = { 1, sections }, .cards = { 1, cards } };

	cr_assert_not(import_file_fits(&f, "/file", &err));
	cr_assert_str_eq(err.field, "/file/cards/0/section");
	f.sections.count = 2;
	cr_assert_not(import_file_fits(&f, "/file", &err));
	cr_assert_str_eq(err.field, "/file/sections/1/title");
	sections[1].title = "Frågor";
	cr_assert(import_file_fits(&f, "/file", &err));
	f.version = 2;
	cr_assert_not(import_file_fits(&f, "/file", &err));
	cr_assert_str_eq(err.field, "/file/version");
	f.version = 1;
	f.title = "\t";
	cr_assert_not(import_file_fits(&f, "/file", &err));
	cr_assert_str_eq(err.field, "/file/title");
}

/* What is exported reads as the same file, whatever people wrote. */
Test(import, an_exported_board_reads_as_it_was)
{
	struct kd_section sections[] = { { "01900000-0000-7000-8000-000000000001", "Idéer \"1\"", -5, 7, 400, 300, "a0", { 0 } } };
	struct kd_card cards[] = { { .id = "01900000-0000-7000-8000-000000000011", .section = sections[0].id, .text = "=1\n\t\"å\" 😀\\", .revision = 3,
		.colour = "skymning", .x = 1, .y = 2, .width = 160, .height = 128, .order = "a0", .author = { "x", "Anna", { "y", "K", "Kultur" } },
		.created_at = 5 }, { .id = "01900000-0000-7000-8000-000000000012", .text = "", .revision = 1, .colour = "kalk", .x = -9, .y = 2, .width = 80,
		.height = 60, .order = "a1", .author = { "x", "Anna", { "y", "K", "Kultur" } }, .created_at = 6 } };
	struct kd_board_snapshot board = { .board = { .title = "Tavla", .space = { .name = "Rum" }, .template = "retrospective" }, .sections = { 1, sections },
		.cards = { 2, cards } };
	struct export e = { &board, export_words_of("sv"), 77, 0 };
	struct kd_scan_limits limits = kd_scan_limits_default;
	struct kd_fault fault;
	struct buf out;
	json_t *json;

	buf_init(&out, 1u << 20);
	cr_assert(export_json(&e, &out));
	json = kd_parse(out.data, out.len, &limits, &fault);
	cr_assert_not_null(json, "%s", fault.reason);
	cr_assert(kd_decode(kd_board_file_fields, json, arena_mem(mem), &file, sizeof(file), &fault), "%s %s", fault.field, fault.reason);
	cr_assert(import_file_fits(&file, "", &err));
	cr_assert_str_eq(file.template, "retrospective");
	cr_assert_eq(file.sections.items[0].x, -5);
	cr_assert_str_eq(file.cards.items[0].text, cards[0].text);
	cr_assert(file.cards.items[0].section.value == 1 && !file.cards.items[1].section.is_set);
	cr_assert_eq(file.cards.items[1].x, -9);
	json_decref(json);
	buf_finish(&out);
}

/* Templates: every file that is built in, and what a file must not be. */
#include "board/board_rules.h"
#include "board/template.h"
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

static struct arena *mem;
static struct err err;

static void before(void)
{
	mem = arena_create(0, 4u << 20);
}

static void after(void)
{
	arena_destroy(mem);
}

TestSuite(template, .init = before, .fini = after);

static void fits(const struct template *t, enum template_language language)
{
	struct kd_template said;

	template_say(t, language, mem, &said);
	cr_assert_eq(said.sections.count, t->sections.count);
	cr_assert_eq(said.cards.count, t->cards.count);
	for (size_t i = 0; i < said.sections.count; i++)
		cr_assert(board_title_fits(said.sections.items[i].title, &err), "%s: section %zu: %s", t->id, i, err.text);
	cr_assert(board_title_fits(said.title, &err), "%s: %s", t->id, err.text);
}

Test(template, every_one_that_is_built_in_reads_in_both_languages)
{
	size_t count = 0;

	for (const struct template_text *text = template_texts; text->id; text++, count++) {
		struct template t;

		cr_assert(template_read(&t, text->id, text->text, mem, &err), "%s", err.text);
		cr_assert_gt(t.sections.count, 0, "%s has no section", t.id);
		cr_assert_str_neq(t.sv.purpose, t.en.purpose, "%s is not translated", t.id);
		fits(&t, TEMPLATE_SV);
		fits(&t, TEMPLATE_EN);
	}
	cr_assert_geq(count, 12);
}

Test(template, each_is_found_by_its_id_and_no_two_have_the_same)
{
	size_t count;
	const struct template *all = template_all(&count);

	for (size_t i = 0; i < count; i++)
		cr_assert_eq(template_find(all[i].id), &all[i]);
	cr_assert_null(template_find("no-such-method"));
	cr_assert_null(template_find(""));
}

#define WORDS "{\"title\": \"t\", \"purpose\": \"p\", \"steps\": [\"s\"]}"
#define HEAD "{\"id\": \"x\", \"minutes\": 30, \"people_min\": 2, \"people_max\": 9, \"sv\": " WORDS ", \"en\": " WORDS ", "
#define SECTION(x) "{\"x\": " x ", \"y\": 0, \"width\": 200, \"height\": 200, \"sv\": \"a\", \"en\": \"b\"}"
#define CARD(section, x) "{" section "\"x\": " x ", \"y\": 60, \"width\": 160, \"height\": 128, \"colour\": \"arg\", \"sv\": \"a\", \"en\": \"b\"}"

static const struct {
	const char *what, *text, *field;
} broken[] = {
	{ "one language only", "{\"id\": \"x\", \"minutes\": 30, \"people_min\": 2, \"people_max\": 9, \"sv\": " WORDS ", \"sections\": [], \"cards\": []}", "/en" },
	{ "an unknown field", HEAD "\"sections\": [], \"cards\": [], \"colour\": 1}", "/colour" },
	{ "a section too small", HEAD "\"sections\": [{\"x\": 0, \"y\": 0, \"width\": 20, \"height\": 200, \"sv\": \"a\", \"en\": \"b\"}], \"cards\": []}", "/sections/0/width" },
	{ "sections over each other", HEAD "\"sections\": [" SECTION("0") ", " SECTION("199") "], \"cards\": []}", "/sections/1" },
	{ "a card outside of its section", HEAD "\"sections\": [" SECTION("0") "], \"cards\": [" CARD("\"section\": 1, ", "41") "]}", "/cards/0" },
	{ "a card in no section of it", HEAD "\"sections\": [" SECTION("0") "], \"cards\": [" CARD("\"section\": 2, ", "0") "]}", "/cards/0" },
	{ "the fewest more than the most", "{\"id\": \"x\", \"minutes\": 30, \"people_min\": 10, \"people_max\": 9, \"sv\": " WORDS ", \"en\": " WORDS ", \"sections\": [], \"cards\": []}", "/people_max" },
	{ "no JSON", "{", "" },
};

Test(template, what_does_not_fit_is_named)
{
	struct template t;

	cr_assert(template_read(&t, "x", HEAD "\"sections\": [" SECTION("0") ", " SECTION("200") "], \"cards\": [" CARD("\"section\": 1, ", "40") ", "
		CARD("", "900") "]}", mem, &err), "%s", err.text);
	for (size_t i = 0; i < sizeof(broken) / sizeof(*broken); i++) {
		char named[64];

		snprintf(named, sizeof(named), "template x%s: ", broken[i].field);
		cr_assert_not(template_read(&t, "x", broken[i].text, mem, &err), "%s", broken[i].what);
		cr_assert_eq(strncmp(err.text, named, strlen(named)), 0, "%s: %s", broken[i].what, err.text);
	}
	cr_assert_not(template_read(&t, "y", HEAD "\"sections\": [], \"cards\": []}", mem, &err), "another file's id");
}

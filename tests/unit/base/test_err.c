/* test_err.c - expected failures as values, and UTF-8 that is never cut in two. */
#include "base/err.h"
#include "base/utf8.h"
#include <criterion/criterion.h>
#include <string.h>

Test(err, set_clears_what_stood_there)
{
	struct err e;

	memset(&e, 'x', sizeof e);
	cr_assert_not(err_set(&e, KD_E_CONFLICT, "the card is locked by %s", "Åsa"));
	cr_assert_eq((int)e.code, KD_E_CONFLICT);
	cr_assert_str_eq(e.text, "the card is locked by Åsa");
	cr_assert_str_eq(e.field, "");
	cr_assert_str_eq(e.detail, "");
	cr_assert_str_eq(e.sqlstate, "");
	cr_assert_str_eq(e.constraint, "");
	cr_assert_eq(e.retry_after_ms, -1);
	err_detail(&e, "row %d", 3);
	cr_assert_str_eq(e.detail, "row 3");
	cr_assert_not(err_set(NULL, KD_E_CONFLICT, "nobody listens"));
}

Test(err, may_be_made_from_itself)
{
	struct err e;

	err_field(&e, "/text", "too long");
	cr_assert_eq((int)e.code, KD_E_INVALID);
	err_field(&e, e.field, "%s, really", e.text);
	cr_assert_str_eq(e.field, "/text");
	cr_assert_str_eq(e.text, "too long, really");
}

Test(err, cuts_between_characters)
{
	char many[400] = "";
	struct err e;

	for (int i = 0; i < 120; i++)
		strcat(many, "ö");
	err_set(&e, KD_E_INVALID, "x%s", many);
	cr_assert(utf8_is_valid(e.text, strlen(e.text)));
	cr_assert_eq(strlen(e.text), 199u);
	err_field(&e, many, "why");
	cr_assert(utf8_is_valid(e.field, strlen(e.field)));
}

Test(utf8, takes_what_rfc_3629_takes)
{
	static const char *const good[] = { "a", "\xC2\x80", "\xDF\xBF", "\xE0\xA0\x80", "\xED\x9F\xBF", "\xEE\x80\x80",
		"\xF0\x90\x80\x80", "\xF4\x8F\xBF\xBF" };
	static const char *const bad[] = { "\x80", "\xC0\x80", "\xC1\xBF", "\xE0\x9F\xBF", "\xED\xA0\x80", "\xF0\x8F\xBF\xBF",
		"\xF4\x90\x80\x80", "\xF5\x80\x80\x80", "\xFF", "\xE2\x82", "\xC3", "\xF0\x9F\x98" };

	for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
		char back[4];
		uint32_t c;

		cr_assert_eq(utf8_read(good[i], strlen(good[i]), &c), strlen(good[i]));
		cr_assert_eq(utf8_write(c, back), strlen(good[i]));
		cr_assert_eq(memcmp(back, good[i], strlen(good[i])), 0);
	}
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		cr_assert_not(utf8_is_valid(bad[i], strlen(bad[i])), "case %zu", i);
}

Test(utf8, cut_never_leaves_half_a_character)
{
	const char *text = "aö€😀z";
	size_t len = strlen(text);

	for (size_t max = 0; max <= len + 1; max++) {
		size_t cut = utf8_cut(text, len, max);

		cr_assert_leq(cut, max);
		cr_assert(utf8_is_valid(text, cut), "max %zu", max);
		cr_assert_leq(max - cut, max > len ? max : 3u);
	}
	cr_assert_eq(utf8_count(text, len), 5u);
}

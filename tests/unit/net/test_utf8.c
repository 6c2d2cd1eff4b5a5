/* test_utf8.c - UTF-8 piece by piece. */
#include "net/utf8.h"
#include <criterion/criterion.h>
#include <string.h>

/* How many octets were taken before the wrong one; the length when all is well and whole, -1 when it is cut off. */
static int taken(const char *bytes)
{
	struct utf8 u = { 0 };
	size_t len = strlen(bytes);

	for (size_t i = 0; i < len; i++)
		if (!utf8_feed(&u, bytes + i, 1))
			return (int)i;
	return utf8_is_whole(&u) ? (int)len : -1;
}

static bool whole(const char *bytes, size_t len)
{
	struct utf8 u = { 0 };

	return utf8_feed(&u, bytes, len) && utf8_is_whole(&u);
}

Test(utf8, takes_what_is_right_split_anywhere)
{
	static const char text[] = "abcdefghijklmnop \xc3\xa5\xc3\xa4\xc3\xb6 \xe2\x82\xac \xf0\x9f\x8f\xa0 \xf4\x8f\xbf\xbf \xed\x9f\xbf \xee\x80\x80";
	size_t len = sizeof(text) - 1;

	cr_assert(whole(text, len));
	for (size_t i = 0; i <= len; i++) {
		struct utf8 u = { 0 };

		cr_assert(utf8_feed(&u, text, i) && utf8_feed(&u, text + i, len - i) && utf8_is_whole(&u));
	}
	cr_assert_eq(taken(text), (int)len);
	cr_assert(whole("", 0) && whole("\0", 1));
}

Test(utf8, refuses_at_the_first_wrong_octet)
{
	cr_assert_eq(taken("a\x80"), 1);
	cr_assert_eq(taken("a\xbf"), 1);
	cr_assert_eq(taken("\xc0\xaf"), 0);          /* overlong */
	cr_assert_eq(taken("\xc1\xbf"), 0);
	cr_assert_eq(taken("\xe0\x9f\xbf"), 1);
	cr_assert_eq(taken("\xf0\x8f\xbf\xbf"), 1);
	cr_assert_eq(taken("\xed\xa0\x80"), 1);      /* surrogates */
	cr_assert_eq(taken("\xed\xbf\xbf"), 1);
	cr_assert_eq(taken("\xf4\x90\x80\x80"), 1);  /* beyond U+10FFFF */
	cr_assert_eq(taken("\xf5\x80\x80\x80"), 0);
	cr_assert_eq(taken("\xfe"), 0);
	cr_assert_eq(taken("\xff"), 0);
	cr_assert_eq(taken("\xe2\x82x"), 2);
	cr_assert_eq(taken("\xc3\xc3"), 1);
	cr_assert_eq(taken("12345678\xff"), 8);
	cr_assert_eq(taken("\xe2\x82"), -1);
	cr_assert_eq(taken("\xf0\x9f\x8f"), -1);
}

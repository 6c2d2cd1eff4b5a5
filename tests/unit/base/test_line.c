/* Names and titles: one line with something to see. */
#include "base/line.h"
#include <criterion/criterion.h>

Test(line, a_name_can_be_seen)
{
	cr_assert(line_is_visible("a"));
	cr_assert(line_is_visible(" Stadsbyggnad: idéer "));
	cr_assert(line_is_visible("\xf0\x9f\x99\x82"));
}

Test(line, blanks_of_every_kind_are_no_name)
{
	cr_assert_not(line_is_visible(""));
	cr_assert_not(line_is_visible("   "));
	cr_assert_not(line_is_visible("\xc2\xa0\xe2\x80\x83"));     /* no-break space, em space */
	cr_assert_not(line_is_visible("\xe2\x80\x8b\xe2\x80\x8d")); /* zero width space and joiner */
	cr_assert_not(line_is_visible("\xe3\x85\xa4"));             /* Hangul filler */
	cr_assert_not(line_is_visible("\xf3\xa0\x81\x81"));         /* a tag character */
}

Test(line, breaks_are_more_than_one_line)
{
	cr_assert_not(line_is_visible("a\nb"));
	cr_assert_not(line_is_visible("a\rb"));
	cr_assert_not(line_is_visible("a\tb"));
	cr_assert_not(line_is_visible("a\xe2\x80\xa8"
	                              "b")); /* U+2028 */
}

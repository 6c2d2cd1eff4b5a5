/* test_buf.c - bytes with a ceiling and a sticky failure. */
#include "base/buf.h"
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

Test(buf, grows_and_stays_terminated)
{
	struct buf b;

	buf_init(&b, 100000);
	for (int i = 0; i < 5000; i++)
		buf_printf(&b, "%d,", i % 10);
	cr_assert_not(b.failed);
	cr_assert_eq(b.len, 10000u);
	cr_assert_eq(strlen(b.data), b.len);
	buf_finish(&b);
}

Test(buf, holds_exactly_its_ceiling)
{
	struct buf b;

	buf_init(&b, 8);
	buf_add_str(&b, "1234");
	buf_add_str(&b, "5678");
	cr_assert_not(b.failed);
	buf_add(&b, "", 0);
	cr_assert_not(b.failed);
	buf_add_char(&b, '9');
	cr_assert(b.failed);
	cr_assert_str_eq(b.data, "12345678");
	buf_finish(&b);
}

Test(buf, what_comes_after_a_failure_is_not_written)
{
	struct buf b;
	size_t len = 7;

	buf_init(&b, 4);
	buf_add_str(&b, "12345");
	buf_add_str(&b, "1");
	cr_assert_eq(b.len, 0u);
	cr_assert_null(buf_take(&b, &len));
	cr_assert_eq(len, 7u, "a result is untouched on failure");
	buf_add_str(&b, "1");
	cr_assert_not(b.failed, "a taken buf may be filled again");
	buf_finish(&b);
}

Test(buf, take_gives_even_the_empty_text)
{
	struct buf b;
	size_t len;
	char *text;

	buf_init(&b, 4);
	text = buf_take(&b, &len);
	cr_assert_str_eq(text, "");
	cr_assert_eq(len, 0u);
	free(text);
	buf_add_str(&b, "x");
	buf_reset(&b);
	cr_assert_str_eq(b.data, "");
	buf_finish(&b);
}

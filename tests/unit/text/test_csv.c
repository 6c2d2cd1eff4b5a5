/* RFC 4180, and what people's spreadsheets make of it. */
#include "text/csv.h"
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

static struct arena *mem;
static char seen[1000];

static void begin(void)
{
	mem = arena_create(1024, 1 << 20);
	seen[0] = '\0';
}

static void end(void)
{
	arena_destroy(mem);
}

TestSuite(csv, .init = begin, .fini = end);

/* Records as "1:a|b/2:c/3!why". */
static const char *read_all(const char *text)
{
	struct csv csv;
	struct csv_record r;
	const char *why;
	enum csv_result result;
	char *at = seen;

	csv_begin(&csv, text, strlen(text));
	while ((result = csv_next(&csv, mem, &r, &why)) != CSV_END) {
		at += sprintf(at, "%s%d", at > seen ? "/" : "", r.line);
		if (result == CSV_BROKEN)
			at += sprintf(at, "!%s", why);
		else
			for (size_t i = 0; i < r.count; i++)
				at += sprintf(at, "%c%s", i ? '|' : ':', r.fields[i]);
	}
	return seen;
}

Test(csv, reads_plain_records_with_any_line_end)
{
	cr_expect_str_eq(read_all("a,b\nc,d\r\ne,f\rg,"), "1:a|b/2:c|d/3:e|f/4:g|");
}

Test(csv, takes_semicolons_where_the_first_line_has_them)
{
	cr_expect_str_eq(read_all("a;b\n1,5;2"), "1:a|b/2:1,5|2");
}

Test(csv, leaves_out_a_byte_order_mark_blanks_and_empty_lines)
{
	cr_expect_str_eq(read_all("\xEF\xBB\xBF"
	                          "a , b\n\n\r\n  c,\t d \n"),
	        "1:a|b/4:c|d");
}

Test(csv, reads_quoted_fields)
{
	cr_expect_str_eq(read_all("\"a,\"\"b\"\"\",\"c\nd\"\ne,\"\""), "1:a,\"b\"|c\nd/3:e|");
	cr_expect_str_eq(read_all(" \"a\" ,b"), "1:a|b");
}

Test(csv, counts_lines_inside_of_quotes)
{
	cr_expect_str_eq(read_all("\"a\rb\",c\nd"), "1:a\rb|c/3:d");
	cr_expect_str_eq(read_all("\"a\r\nb\",c\nd"), "1:a\r\nb|c/3:d");
	cr_expect_str_eq(read_all("a,b\r"), "1:a|b");
	cr_expect_str_eq(read_all("a \t,b"), "1:a|b");
}

Test(csv, tells_a_broken_record_and_goes_on)
{
	cr_expect_str_eq(read_all("a,b\n\"c,d\ne,f"), "1:a|b/2!a quote is opened and not closed/3:e|f");
	cr_expect_str_eq(read_all("\"a\"x,b\nc,d"), "1!text follows a closing quote/2:c|d");
	cr_expect_str_eq(
	        read_all("a\"b,c\nd"), "1!a quote stands inside a field that does not begin with one/2:d");
}

Test(csv, bounds_the_columns)
{
	cr_expect_str_eq(read_all("1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16\n"),
	        "1:1|2|3|4|5|6|7|8|9|10|11|12|13|14|15|16");
	cr_expect_str_eq(
	        read_all("1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17\na"), "1!it has too many columns/2:a");
}

Test(csv, nothing_is_nothing)
{
	cr_expect_str_eq(read_all(""), "");
	cr_expect_str_eq(read_all("\n\r\n"), "");
	cr_expect_str_eq(read_all("\""), "1!a quote is opened and not closed");
}

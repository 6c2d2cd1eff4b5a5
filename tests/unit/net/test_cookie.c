/* test_cookie.c - one cookie out of a header. */
#include "net/cookie.h"
#include <criterion/criterion.h>
#include <string.h>

static void expect(const char *header, enum cookie_result result, const char *value)
{
	char got[COOKIE_VALUE_MAX + 1] = "";

	cr_assert_eq(cookie_find(header, "sid", got), result, "%s", header);
	if (result == COOKIE_FOUND)
		cr_assert_str_eq(got, value, "%s", header);
}

Test(cookie, is_found_by_its_whole_name)
{
	expect("sid=1", COOKIE_FOUND, "1");
	expect("a=b; sid=1", COOKIE_FOUND, "1");
	expect("a=b;sid=1;c=d", COOKIE_FOUND, "1");
	expect("sid=a=b", COOKIE_FOUND, "a=b");
	expect(" sid=1 ; c=d", COOKIE_FOUND, "1");
	expect("a; ; =; sid=1", COOKIE_FOUND, "1");
	expect("a=\"x\\,\xc3\xa5\"; sid=1", COOKIE_FOUND, "1");
}

Test(cookie, is_not_found_in_others)
{
	expect("", COOKIE_ABSENT, NULL);
	expect("xsid=1", COOKIE_ABSENT, NULL);
	expect("sidx=1", COOKIE_ABSENT, NULL);
	expect("a=bsid=1", COOKIE_ABSENT, NULL);
	expect("a=sid=1", COOKIE_ABSENT, NULL);
	expect("a=b sid=1", COOKIE_ABSENT, NULL);
	expect("SID=1", COOKIE_ABSENT, NULL);
	expect("sid", COOKIE_ABSENT, NULL);
	expect("sid ; sid", COOKIE_ABSENT, NULL);
	expect("sid =1", COOKIE_ABSENT, NULL);
}

Test(cookie, is_refused_when_doubtful)
{
	char longest[5 + COOKIE_VALUE_MAX + 2];

	expect("sid=1; sid=1", COOKIE_BAD, NULL);
	expect("sid=1;a=b;sid=2", COOKIE_BAD, NULL);
	expect("sid=", COOKIE_BAD, NULL);
	expect("sid=;sid=1", COOKIE_BAD, NULL);
	expect("sid=\"1\"", COOKIE_BAD, NULL);
	expect("sid=a b", COOKIE_BAD, NULL);
	expect("sid=a,b", COOKIE_BAD, NULL);
	expect("sid=a\\b", COOKIE_BAD, NULL);
	expect("sid=\xc3\xa5", COOKIE_BAD, NULL);
	memset(longest, 'a', sizeof(longest));
	memcpy(longest, "sid=", 4);
	longest[4 + COOKIE_VALUE_MAX] = '\0';
	expect(longest, COOKIE_FOUND, longest + 4);
	longest[4 + COOKIE_VALUE_MAX] = 'a';
	longest[5 + COOKIE_VALUE_MAX] = '\0';
	expect(longest, COOKIE_BAD, NULL);
}

/* The rules of signing in: addresses, codes, cookies, and what a link's fate is told as. */
#include "account/sign_in.h"
#include <criterion/criterion.h>
#include <string.h>

Test(sign_in, takes_addresses_that_mail_can_go_to)
{
	static const char *const good[] = { "a@b.se", "anna.berg@stockholm.se", "o'neil+city@x-y.example.org",
		"A_B@c.co" };
	static const char *const bad[] = { "", "@", "a@", "@b.se", "a@b", "a@b.", "a@.se", "a@b..se",
		"a@-b.se", "a@b-.se", "a.@b.se", ".a@b.se", "a..b@c.se", "a b@c.se", "a@b c.se",
		"a@b.se\r\nBcc: x@y.se", "<a@b.se>", "å@b.se", "a@b@c.se", "\"a\"@b.se", "a@b.s",
		"a@[10.0.0.1]" };

	for (size_t i = 0; i < sizeof(good) / sizeof(*good); i++)
		cr_expect(mail_is_valid(good[i]), "%s", good[i]);
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		cr_expect_not(mail_is_valid(bad[i]), "%s", bad[i]);
}

Test(sign_in, bounds_addresses)
{
	char mail[300];

	memset(mail, 'a', sizeof(mail));
	strcpy(mail + 64, "@b.se");
	cr_expect(mail_is_valid(mail));
	memset(mail, 'a', 65);
	strcpy(mail + 65, "@b.se");
	cr_expect_not(mail_is_valid(mail));
	strcpy(mail, "a@");
	for (size_t i = 2; i < 250; i += 2)
		memcpy(mail + i, "b.", 2);
	strcpy(mail + 250, "sese");
	cr_expect(mail_is_valid(mail));
	strcpy(mail + 250, "seses");
	cr_expect_not(mail_is_valid(mail), "255 bytes");
}

Test(sign_in, folds_addresses_and_codes)
{
	char folded[16], code[CODE_SIZE], shown[CODE_SIZE + 1];

	mail_fold("Anna@B.SE", folded, sizeof(folded));
	cr_expect_str_eq(folded, "anna@b.se");
	cr_expect(code_fold(" abcd-2345 ", code));
	cr_expect_str_eq(code, "ABCD2345");
	code_print(code, shown);
	cr_expect_str_eq(shown, "ABCD-2345");
	cr_expect_not(code_fold("ABCD234", code));
	cr_expect_not(code_fold("ABCD23456", code));
	cr_expect_not(code_fold("ABCD2340", code), "0 is not in the alphabet");
	cr_expect_not(code_fold("", code));
}

Test(sign_in, knows_the_shape_of_secrets)
{
	char secret[SECRET_SIZE];

	secret_make(secret);
	cr_expect(secret_is_shaped(secret));
	secret[10] = '=';
	cr_expect_not(secret_is_shaped(secret));
	secret[10] = '\0';
	cr_expect_not(secret_is_shaped(secret));
	cr_expect_not(secret_is_shaped(NULL));
	cr_expect_not(secret_is_shaped(""));
	cr_expect_not(secret_is_shaped("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"), "44 characters");
}

Test(sign_in, writes_cookies_that_only_this_host_gets)
{
	char value[COOKIE_SIZE];

	cookie_session("abc", INT64_C(7775999500), value);
	cr_expect_str_eq(
	        value, "__Host-korsdrag=abc; Path=/; Max-Age=7776000; Secure; HttpOnly; SameSite=Lax");
	cookie_session(NULL, 0, value);
	cr_expect_str_eq(value, "__Host-korsdrag=; Path=/; Max-Age=0; Secure; HttpOnly; SameSite=Lax");
	cookie_ask("abc", 900000, value);
	cr_expect_str_eq(
	        value, "__Host-korsdrag-ask=abc; Path=/; Max-Age=900; Secure; HttpOnly; SameSite=Lax");
}

Test(sign_in, names_a_session_after_its_browser)
{
	char name[SESSION_NAME_SIZE], longer[500];

	session_name("Firefox\r\n/1\x7F å \xFF", name);
	cr_expect_str_eq(name, "Firefox/1 å ");
	session_name("", name);
	cr_expect_str_eq(name, "browser");
	memset(longer, 0, sizeof(longer));
	for (size_t i = 0; i < 240; i += 2)
		memcpy(longer + i, "å", 2);
	session_name(longer, name);
	cr_expect_eq(strlen(name), 200);
}

Test(sign_in, tells_another_browser_only_of_a_good_link)
{
	cr_expect_eq(redeem_decide(true, false), REDEEM_OPEN);
	cr_expect_eq(redeem_decide(false, true), REDEEM_OTHER_BROWSER);
	cr_expect_eq(redeem_decide(false, false), REDEEM_INVALID);
}

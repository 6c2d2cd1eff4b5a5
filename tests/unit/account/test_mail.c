/* What a mail looks like on the wire. */
#include "account/mail.h"
#include <criterion/criterion.h>
#include <string.h>

static struct buf out;

static void begin(void)
{
	buf_init(&out, 65536);
}

static void end(void)
{
	buf_finish(&out);
}

TestSuite(mail, .init = begin, .fini = end);

Test(mail, is_printed_whole)
{
	struct mail m = { "anna@b.se", "Logga in", "Hej Åsa,\n\nlänk\n" };

	cr_assert(mail_print(&m, "no-reply@korsdrag.se", "0190", 1700000000000, &out));
	cr_expect_str_eq(out.data, "Date: Tue, 14 Nov 2023 22:13:20 +0000\r\n"
	                           "From: Korsdrag <no-reply@korsdrag.se>\r\n"
	                           "To: <anna@b.se>\r\n"
	                           "Message-ID: <0190@korsdrag.se>\r\n"
	                           "Subject: Logga in\r\n"
	                           "Auto-Submitted: auto-generated\r\n"
	                           "MIME-Version: 1.0\r\n"
	                           "Content-Type: text/plain; charset=utf-8\r\n"
	                           "Content-Transfer-Encoding: quoted-printable\r\n\r\n"
	                           "Hej =C3=85sa,\r\n\r\nl=C3=A4nk\r\n");
}

Test(mail, fails_when_it_does_not_fit)
{
	struct mail m = { "anna@b.se", "x", "y" };

	buf_finish(&out);
	buf_init(&out, 100);
	cr_expect_not(mail_print(&m, "a@b.se", "1", 0, &out));
}

Test(mail, subjects_become_encoded_words)
{
	mail_encode_header("Du är inbjuden", &out);
	cr_expect_str_eq(out.data, "=?utf-8?B?RHUgw6RyIGluYmp1ZGVu?=");
}

Test(mail, a_line_break_in_a_subject_adds_no_header)
{
	mail_encode_header("x\r\nBcc: y@z.se", &out);
	cr_expect_null(strstr(out.data, "\r\nBcc"));
}

Test(mail, encoded_words_are_short_and_cut_between_characters)
{
	char text[201] = "";
	const char *word;

	for (int i = 0; i < 100; i++)
		strcat(text, "å");
	mail_encode_header(text, &out);
	for (word = strtok(out.data, "\r\n "); word; word = strtok(NULL, "\r\n ")) {
		cr_expect_leq(strlen(word), 75);
		cr_expect_eq(strncmp(word, "=?utf-8?B?w6X", 13), 0,
		        "each word begins with a whole character: %s", word);
	}
}

Test(mail, lines_of_the_body_stay_within_76)
{
	char text[1000];
	const char *line;
	size_t total = 0;

	memset(text, 'a', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	memcpy(text + 70, "ååå=", 7);
	mail_quoted_printable(text, &out);
	for (line = strtok(out.data, "\r\n"); line; line = strtok(NULL, "\r\n")) {
		cr_expect_leq(strlen(line), 76);
		total += strlen(line) - (line[strlen(line) - 1] == '=');
	}
	cr_expect_eq(total, 999 - 7 + 6 * 3 + 3, "nothing is lost");
}

/* RFC 2045: what is left over at the end is padded. */
Test(mail, encoded_words_are_padded)
{
	static const char *const cases[][2] = { { "Å", "=?utf-8?B?w4U=?=" }, { "Åk", "=?utf-8?B?w4Vr?=" },
		{ "Åka", "=?utf-8?B?w4VrYQ==?=" } };

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		buf_reset(&out);
		mail_encode_header(cases[i][0], &out);
		cr_expect_str_eq(out.data, cases[i][1]);
	}
}

/* As it stands it would be read as something else. */
Test(mail, what_only_looks_plain_is_encoded)
{
	static const char *const subjects[] = { "=?utf-8?B?w4U=?=", "x\x7Fy", "x\ty",
		"sixty-one characters, one more than what fits behind Subject:" };

	for (size_t i = 0; i < sizeof subjects / sizeof *subjects; i++) {
		buf_reset(&out);
		mail_encode_header(subjects[i], &out);
		cr_expect_eq(strncmp(out.data, "=?utf-8?B?", 10), 0, "%s", out.data);
		cr_expect_str_neq(out.data, subjects[i]);
	}
}

Test(mail, bytes_that_are_not_utf_8_are_cut_anywhere_and_none_is_lost)
{
	char text[101] = "";
	size_t bytes = 0;

	memset(text, 0xFF, 100);
	mail_encode_header(text, &out);
	for (char *word = strtok(out.data, "\r\n "); word; word = strtok(NULL, "\r\n ")) {
		cr_expect_leq(strlen(word), 75);
		bytes += strcspn(word + 10, "=?") * 3 / 4;
	}
	cr_expect_eq(bytes, 100);
}

Test(mail, a_sender_without_a_host_still_has_a_message_id)
{
	struct mail m = { "anna@b.se", "x", "y" };

	cr_assert(mail_print(&m, "korsdrag", "0190", 0, &out));
	cr_expect_not_null(strstr(out.data, "Message-ID: <0190@localhost>\r\n"));
}

Test(mail, blanks_before_a_line_end_are_encoded)
{
	mail_quoted_printable("a \nb\t\n", &out);
	cr_expect_str_eq(out.data, "a=20\r\nb=09\r\n");
}

Test(mail, texts_are_in_the_reader_s_language)
{
	cr_expect_str_eq(mail_sign_in("sv", "Åsa", "https://k/sign-in/link#x", "ABCD-2345", 600000, &out),
	        "Logga in i Korsdrag");
	cr_expect_not_null(strstr(out.data, "Hej Åsa,"));
	cr_expect_not_null(strstr(out.data, "\nhttps://k/sign-in/link#x\n"));
	cr_expect_not_null(strstr(out.data, "\nABCD-2345\n"));
	buf_reset(&out);
	cr_expect_str_eq(mail_sign_in("en", "Åsa", "l", "c", 60000, &out), "Sign in to Korsdrag");
	buf_reset(&out);
	cr_expect_str_eq(
	        mail_invitation("sv", "Bo", "https://k/sign-in", &out), "Du är inbjuden till Korsdrag");
	cr_expect_null(strchr(out.data, '!'));
	buf_reset(&out);
	cr_expect_str_eq(
	        mail_invitation("en", "Bo", "https://k/sign-in", &out), "You are invited to Korsdrag");
	cr_expect_not_null(strstr(out.data, "Hello Bo,"));
	cr_expect_not_null(strstr(out.data, "\nhttps://k/sign-in\n"));
}

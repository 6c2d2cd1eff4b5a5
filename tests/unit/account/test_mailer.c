/* The mailer over a real socket, and into a folder. */
#include "smtp_fake.h"
#include <dirent.h>
#include <sys/stat.h>

MAILER_SUITE(mailer);

Test(mailer, sends_mails_to_the_server)
{
	struct mailer *m;

	server_start("250 fine");
	m = to_server(true);
	for (int i = 0; i < 6; i++)
		cr_assert(send_letter(m, 60000));
	run_until(6);
	for (int i = 0; i < 6; i++)
		cr_expect_eq(outcomes[i], 1);
	mailer_destroy(m);
	server_stop();
	cr_expect_not_null(strstr(taken, "To: <anna@b.se>\r\n"));
	cr_expect_not_null(strstr(taken, "Hej =C3=85sa,\r\n..punkt\r\n"), "dots are stuffed");
}

Test(mailer, gives_up_what_the_server_refuses_for_good)
{
	struct mailer *m;

	server_start("550 nobody here");
	m = to_server(true);
	cr_assert(send_letter(m, 60000));
	run_until(1);
	cr_expect_eq(outcomes[0], 0);
	mailer_destroy(m);
	cr_expect_str_eq(server_stop(), "");
}

Test(mailer, tries_again_what_is_refused_for_now_until_it_is_of_no_use)
{
	struct mailer *m;

	server_start("450 later");
	m = to_server(true);
	cr_assert(send_letter(m, 60000));
	cr_assert(send_letter(m, 1000), "no use after a second: one try");
	run_until(1);
	cr_expect_eq(outcomes[0], 0);
	cr_expect_eq(mailer_room(m), 999, "the other waits");
	mailer_destroy(m);
	server_stop();
}

Test(mailer, says_nothing_in_the_clear_unless_told)
{
	struct mailer *m;

	server_start("250 fine");
	m = to_server(false);
	cr_assert(send_letter(m, 1000));
	run_until(1);
	cr_expect_eq(outcomes[0], 0, "the fake server has no STARTTLS");
	mailer_destroy(m);
	cr_expect_str_eq(server_stop(), "");
}

Test(mailer, survives_its_end_with_mails_under_way)
{
	struct mailer *m;

	server_start("250 fine");
	m = to_server(true);
	for (int i = 0; i < 1000; i++)
		cr_assert(mailer_send(m, &letter, 60000, NULL, NULL, NULL));
	cr_expect_not(mailer_send(m, &letter, 60000, NULL, NULL, NULL), "the queue is bounded");
	cr_assert(mailer_room(m) == 0);
	run_for(30);
	mailer_destroy(m);
	server_stop();
}

static int64_t ticked_us, longest_us;

static void tick(void *owner)
{
	int64_t now = clock_mono_us();

	(void)owner;
	if (ticked_us && now - ticked_us > longest_us)
		longest_us = now - ticked_us;
	ticked_us = now;
}

/* libcurl itself would wait for the last word on a mail, and for the farewell after a refusal, without a turn of the loop. */
Test(mailer, waits_for_a_slow_server_without_holding_up_the_loop)
{
	struct timer *timer = loop_timer_create(loop, tick, NULL);
	struct mailer *m;

	server_thinks_ms = 3000;
	server_start("250 fine|550 nobody here");
	m = to_server(true);
	cr_assert(send_letter(m, 60000));
	timer_start(timer, 1, 1);
	run_until(1);
	cr_assert(send_letter(m, 60000));
	run_until(2);
	timer_destroy(timer);
	cr_expect(outcomes[0] == 1 && outcomes[1] == 0);
	cr_expect_lt(longest_us, 1500000, "the loop stood for %lld ms", (long long)longest_us / 1000);
	mailer_destroy(m);
	server_stop();
}

Test(mailer, writes_into_a_folder)
{
	char folder[] = "/tmp/korsdrag-mail.XXXXXX", path[400], text[1000] = "";
	struct mailer_config config = { .folder = mkdtemp(folder) };
	struct mailer *m = mailer_create(loop, &config, &err);
	struct dirent *entry;
	struct stat st;
	DIR *dir;
	FILE *file;

	cr_assert(send_letter(m, 60000));
	run_until(1);
	cr_expect_eq(outcomes[0], 1);
	mailer_destroy(m);
	dir = opendir(folder);
	while ((entry = readdir(dir)))
		if (entry->d_name[0] != '.') {
			snprintf(path, sizeof(path), "%s/%s", folder, entry->d_name);
			cr_expect(
			        strstr(path, ".eml") && stat(path, &st) == 0 && (st.st_mode & 0777) == 0600);
			file = fopen(path, "r");
			cr_expect(fread(text, 1, sizeof(text) - 1, file) > 0);
			fclose(file);
			unlink(path);
		}
	closedir(dir);
	cr_expect_eq(rmdir(folder), 0, "nothing else is left there");
	cr_expect_not_null(strstr(text, "Subject: Logga in\r\n"));
}

Test(mailer, refuses_what_it_cannot_work_with)
{
	static const struct {
		struct mailer_config config;
		const char *why;
	} cases[] = { { { .url = "http://x" }, "begins with smtp:// or smtps://" },
		{ { .folder = "/nowhere/at/all" }, "/nowhere/at/all cannot be written to" },
		{ { .url = "smtps://x", .ca_file = "/nowhere.pem" }, "/nowhere.pem cannot be read" } };

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		cr_expect_null(mailer_create(loop, &cases[i].config, &err));
		cr_expect(err.code == KD_E_INVALID && strstr(err.text, cases[i].why), "%s", err.text);
	}
	mailer_destroy(NULL);
}

Test(mailer, without_a_server_gives_up_at_once)
{
	struct mailer_config none = { .url = "" };
	struct mailer *m = mailer_create(loop, &none, &err);

	cr_assert(send_letter(m, 60000));
	run_until(1);
	cr_expect_eq(outcomes[0], 0);
	mailer_destroy(m);
}

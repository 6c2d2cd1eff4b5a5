/* Mails that do not leave at once: what is tried again, when, and for how long. The clock stands but for the steps that
 * the tests take. */
#include "smtp_fake.h"
#include <dirent.h>
#include <signal.h>
#include <sys/resource.h>

MAILER_SUITE(mailer_again);

Test(mailer_again, waits_longer_after_each_refusal_and_gives_up_in_the_end)
{
	static const int64_t expected[] = { 5000, 20000, 60000, 300000, 900000, 900000 };
	struct mailer *m;

	server_start("450 later");
	clock_set(1000000);
	m = to_server(true);
	cr_assert(send_letter(m, 2200000));
	run_through_time(m);
	cr_expect_eq(outcomes[0], 0);
	cr_assert_eq(pause_count, 6, "it waited %d times", pause_count);
	for (int i = 0; i < 6; i++)
		cr_expect_eq(pauses[i], expected[i], "pause %d: %lld", i, (long long)pauses[i]);
	cr_expect_eq(mailer_room(m), 1000);
	mailer_destroy(m);
	server_stop();
}

/* By its own timer: no other mail has to come. */
Test(mailer_again, what_was_refused_for_now_leaves_when_its_time_has_come)
{
	struct mailer *m;

	server_start("450 later|250 fine");
	clock_set(1000000);
	m = to_server(true);
	cr_assert(send_letter(m, 60000));
	while (!m->waiting || m->waiting->tries == 0) /* until it was refused */
		run_for(5);
	cr_assert_eq(m->waiting->next_ms, 1005000);
	clock_set(1004995);
	cr_assert(send_letter(m, 60000));
	run_until(1);
	cr_expect(outcomes[0] == 1 && mailer_room(m) == 999, "the second is through, the first waits");
	clock_set(1005000);
	run_until(2);
	cr_expect(outcomes[1] == 1 && mailer_room(m) == 1000);
	mailer_destroy(m);
	server_stop();
}

/* --- servers and folders that do not take a mail ------------------------------------------------------ */

Test(mailer_again, tries_again_when_the_server_hangs_up)
{
	struct mailer *m;

	server_start("|250 fine");
	clock_set(1000000);
	m = to_server(true);
	cr_assert(send_letter(m, 60000));
	run_through_time(m);
	cr_expect(outcomes[0] == 1 && pause_count == 1);
	mailer_destroy(m);
	cr_expect_not_null(strstr(server_stop(), "To: <anna@b.se>\r\n"));
}

Test(mailer_again, tries_again_when_there_is_no_server)
{
	struct mailer *m;

	server_start("250 fine");
	server_stop(); /* nobody listens there any more */
	clock_set(1000000);
	m = to_server(true);
	cr_assert(send_letter(m, 30000));
	run_through_time(m);
	cr_expect(outcomes[0] == 0 && pause_count == 2, "at 0, 5 and 25 s");
	mailer_destroy(m);
}

static struct mailer *with_login(const char *password)
{
	static struct mailer_config config;

	config = (struct mailer_config){
		.url = url, .from = "k@korsdrag.se", .may_be_clear = true, .user = "kors", .password = password
	};
	return mailer_create(loop, &config, &err);
}

Test(mailer_again, signs_in_where_a_name_is_given)
{
	struct mailer *m;

	server_start_with("250 fine", "235 welcome");
	m = with_login("drag");
	cr_assert(send_letter(m, 60000));
	run_until(1);
	cr_expect_eq(outcomes[0], 1);
	mailer_destroy(m);
	cr_expect_eq(strncmp(server_stop(), "AGtvcnMAZHJhZw==\r\n", 18), 0, "%s", taken);
	cr_expect_not_null(strstr(taken, "To: <anna@b.se>\r\n"));
}

/* A 535 is no word about the mail: passwords are put right. */
Test(mailer_again, keeps_its_mails_while_the_login_is_refused)
{
	struct mailer *m;

	server_start_with("250 fine", "535 no");
	clock_set(1000000);
	m = with_login(NULL);
	cr_assert(send_letter(m, 30000));
	run_through_time(m);
	cr_expect(outcomes[0] == 0 && pause_count == 2, "tried again until it was of no use");
	mailer_destroy(m);
	cr_expect_eq(strncmp(server_stop(), "AGtvcnMA\r\n", 10), 0, "%s", taken);
	cr_expect_null(strstr(taken, "To:"));
}

Test(mailer_again, takes_no_mail_that_is_too_big)
{
	struct mailer *m;
	struct mail big = letter;
	char text[70001];

	memset(text, 'a', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	big.text = text;
	server_start("250 fine");
	m = to_server(true);
	cr_expect_not(mailer_send(m, &big, 60000, mailer_noted, &outcomes, "nyckel"));
	cr_expect_eq(mailer_room(m), 1000);
	mailer_destroy(m);
	server_stop();
}

static int files_in(const char *folder)
{
	DIR *dir = opendir(folder);
	struct dirent *entry;
	int count = 0;

	while ((entry = readdir(dir)))
		count += entry->d_name[0] != '.';
	closedir(dir);
	return count;
}

static char full_folder[] = "/tmp/korsdrag-mail.XXXXXX";
static int left_behind = -1;

/* When the mail waits, the disk has been full: looks at what is left there, and makes room. */
static void make_room(void *mailer)
{
	struct mailer *m = mailer;
	struct rlimit all = { RLIM_INFINITY, RLIM_INFINITY };

	if (m->waiting && !m->busy && left_behind < 0) {
		left_behind = files_in(full_folder);
		setrlimit(RLIMIT_FSIZE, &all);
	}
	let_time_pass(m);
}

/* Half a mail is no mail, and its half is in nobody's way. */
Test(mailer_again, writes_again_once_the_folder_has_room)
{
	struct mailer_config config = { .folder = mkdtemp(full_folder) };
	struct mailer *m = mailer_create(loop, &config, &err);
	struct rlimit little = { 100, RLIM_INFINITY };
	struct timer *timer = loop_timer_create(loop, make_room, m);
	char command[100];

	signal(SIGXFSZ, SIG_IGN);
	clock_set(1000000);
	setrlimit(RLIMIT_FSIZE, &little); /* as a full disk: 100 bytes are taken, then no more */
	cr_assert(send_letter(m, 60000));
	timer_start(timer, 1, 1);
	run_until(1);
	timer_destroy(timer);
	cr_expect_eq(left_behind, 0, "the half that was written stays");
	cr_expect(outcomes[0] == 1 && pause_count == 1);
	cr_expect_eq(files_in(full_folder), 1);
	mailer_destroy(m);
	snprintf(command, sizeof(command), "rm -r '%s'", full_folder);
	cr_assert_eq(system(command), 0);
}

Test(mailer_again, gives_up_when_the_folder_is_gone)
{
	char folder[] = "/tmp/korsdrag-mail.XXXXXX";
	struct mailer_config config = { .folder = mkdtemp(folder) };
	struct mailer *m = mailer_create(loop, &config, &err);

	cr_assert_eq(rmdir(folder), 0);
	clock_set(1000000);
	cr_assert(send_letter(m, 30000));
	run_through_time(m);
	cr_expect(outcomes[0] == 0 && pause_count == 2);
	mailer_destroy(m);
}

/* The mailer over a real socket: a fake SMTP server in a child process says what the test wants it to say. */
#include "account/mail.h"
#include "account/mailer.h"
#include "loop/loop.h"
#include <arpa/inet.h>
#include <criterion/criterion.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static struct loop *loop;
static int outcomes[8], outcome_count, outcomes_wanted; /* 1: has left */
static struct err err;

static void done(void *owner, const char *key, bool has_left)
{
	cr_expect_eq(owner, &outcomes);
	cr_expect_str_eq(key, "nyckel");
	outcomes[outcome_count++] = has_left;
	if (outcome_count == outcomes_wanted)
		loop_stop(loop);
}

static void too_late(void *owner)
{
	(void)owner;
	loop_stop(loop);
}

static void run_until(int count)
{
	struct timer *timer = loop_timer_create(loop, too_late, NULL);

	outcomes_wanted = count;
	timer_start(timer, 10000, 0);
	loop_run(loop);
	timer_destroy(timer);
	cr_assert_eq(outcome_count, count, "in 10 s");
}

/* --- the fake server ------------------------------------------------------------------------------ */

/* Writes what it was told after DATA to `fd_out` when a connection ends. */
static void serve(int listener, const char *rcpt_answer, int fd_out)
{
	char line[1000];

	for (;;) {
		int fd = accept(listener, NULL, NULL);
		FILE *in = fdopen(fd, "r"), *out = fdopen(dup(fd), "w");
		bool is_data = false;

		setvbuf(out, NULL, _IOLBF, 1000);
		fputs("220 fake\r\n", out);
		while (fgets(line, sizeof(line), in)) {
			if (is_data && strcmp(line, ".\r\n") != 0) {
				if (write(fd_out, line, strlen(line)) < 0)
					_exit(1);
				continue;
			}
			if (is_data)
				fputs("250 taken\r\n", out);
			else if (strncmp(line, "EHLO", 4) == 0)
				fputs("250-fake\r\n250 8BITMIME\r\n", out);
			else if (strncmp(line, "RCPT", 4) == 0)
				fprintf(out, "%s\r\n", rcpt_answer);
			else if (strncmp(line, "DATA", 4) == 0)
				fputs("354 go on\r\n", out);
			else if (strncmp(line, "QUIT", 4) == 0)
				fputs("221 bye\r\n", out);
			else
				fputs("250 yes\r\n", out);
			is_data = strncmp(line, "DATA", 4) == 0;
		}
		fclose(in);
		fclose(out);
	}
}

static char url[64], taken[20000];
static int taken_fd;
static pid_t child;

static void start(const char *rcpt_answer)
{
	struct sockaddr_in at = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof(at);
	int listener = socket(AF_INET, SOCK_STREAM, 0), ends[2];

	cr_assert(bind(listener, (struct sockaddr *)&at, len) == 0 && listen(listener, 10) == 0 &&
	          pipe(ends) == 0);
	getsockname(listener, (struct sockaddr *)&at, &len);
	snprintf(url, sizeof(url), "smtp://127.0.0.1:%d", ntohs(at.sin_port));
	child = fork();
	if (child == 0)
		serve(listener, rcpt_answer, ends[1]);
	close(listener);
	close(ends[1]);
	taken_fd = ends[0];
}

static const char *stop(void)
{
	size_t n = 0;
	ssize_t got;

	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
	while ((got = read(taken_fd, taken + n, sizeof(taken) - 1 - n)) > 0)
		n += (size_t)got;
	close(taken_fd);
	taken[n] = '\0';
	return taken;
}

static void begin(void)
{
	signal(SIGPIPE, SIG_IGN);
	loop = loop_create();
}

static void end(void)
{
	loop_destroy(loop);
}

TestSuite(mailer, .init = begin, .fini = end);

static const struct mail letter = { "anna@b.se", "Logga in", "Hej Åsa,\n.punkt\n" };

static struct mailer *to_server(bool may_be_clear)
{
	static struct mailer_config config;

	config = (struct mailer_config){ .url = url, .from = "k@korsdrag.se", .may_be_clear = may_be_clear };
	return mailer_create(loop, &config, &err);
}

Test(mailer, sends_mails_to_the_server)
{
	struct mailer *m;

	start("250 fine");
	m = to_server(true);
	for (int i = 0; i < 6; i++)
		cr_assert(mailer_send(m, &letter, 60000, done, &outcomes, "nyckel"));
	run_until(6);
	for (int i = 0; i < 6; i++)
		cr_expect_eq(outcomes[i], 1);
	mailer_destroy(m);
	stop();
	cr_expect_not_null(strstr(taken, "To: <anna@b.se>\r\n"));
	cr_expect_not_null(strstr(taken, "Hej =C3=85sa,\r\n..punkt\r\n"), "dots are stuffed");
}

Test(mailer, gives_up_what_the_server_refuses_for_good)
{
	struct mailer *m;

	start("550 nobody here");
	m = to_server(true);
	cr_assert(mailer_send(m, &letter, 60000, done, &outcomes, "nyckel"));
	run_until(1);
	cr_expect_eq(outcomes[0], 0);
	mailer_destroy(m);
	cr_expect_str_eq(stop(), "");
}

Test(mailer, tries_again_what_is_refused_for_now_until_it_is_of_no_use)
{
	struct mailer *m;

	start("450 later");
	m = to_server(true);
	cr_assert(mailer_send(m, &letter, 60000, done, &outcomes, "nyckel"));
	cr_assert(mailer_send(m, &letter, 1000, done, &outcomes, "nyckel"), "no use after a second: one try");
	run_until(1);
	cr_expect_eq(outcomes[0], 0);
	cr_expect_eq(mailer_room(m), 999, "the other waits");
	mailer_destroy(m);
	stop();
}

Test(mailer, says_nothing_in_the_clear_unless_told)
{
	struct mailer *m;

	start("250 fine");
	m = to_server(false);
	cr_assert(mailer_send(m, &letter, 1000, done, &outcomes, "nyckel"));
	run_until(1);
	cr_expect_eq(outcomes[0], 0, "the fake server has no STARTTLS");
	mailer_destroy(m);
	cr_expect_str_eq(stop(), "");
}

Test(mailer, survives_its_end_with_mails_under_way)
{
	struct mailer *m;

	start("250 fine");
	m = to_server(true);
	for (int i = 0; i < 1000; i++)
		cr_assert(mailer_send(m, &letter, 60000, NULL, NULL, NULL));
	cr_expect_not(mailer_send(m, &letter, 60000, NULL, NULL, NULL), "the queue is bounded");
	cr_assert(mailer_room(m) == 0);
	outcomes_wanted = -1;
	struct timer *timer = loop_timer_create(loop, too_late, NULL);
	timer_start(timer, 30, 0);
	loop_run(loop);
	timer_destroy(timer);
	mailer_destroy(m);
	stop();
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

	cr_assert(mailer_send(m, &letter, 60000, done, &outcomes, "nyckel"));
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
	struct mailer_config wrong = { .url = "http://x" }, nowhere = { .folder = "/nowhere/at/all" };

	cr_expect_null(mailer_create(loop, &wrong, &err));
	cr_expect_null(mailer_create(loop, &nowhere, &err));
}

Test(mailer, without_a_server_gives_up_at_once)
{
	struct mailer_config none = { .url = "" };
	struct mailer *m = mailer_create(loop, &none, &err);

	cr_assert(mailer_send(m, &letter, 60000, done, &outcomes, "nyckel"));
	run_until(1);
	cr_expect_eq(outcomes[0], 0);
	mailer_destroy(m);
}

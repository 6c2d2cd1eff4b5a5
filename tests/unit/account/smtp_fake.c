/* smtp_fake.c - see smtp_fake.h. */
#include "smtp_fake.h"
#include <arpa/inet.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>

struct loop *loop;
int outcomes[8];
static int outcome_count, outcomes_wanted;
struct err err;
const struct mail letter = { "anna@b.se", "Logga in", "Hej Åsa,\n.punkt\n" };

void mailer_noted(void *owner, const char *key, bool has_left)
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

void run_until(int count)
{
	struct timer *timer = loop_timer_create(loop, too_late, NULL);

	outcomes_wanted = count;
	timer_start(timer, 10000, 0);
	loop_run(loop);
	timer_destroy(timer);
	cr_assert_eq(outcome_count, count, "in 10 s");
}

void run_for(int ms)
{
	struct timer *timer = loop_timer_create(loop, too_late, NULL);

	outcomes_wanted = -1;
	timer_start(timer, ms, 0);
	loop_run(loop);
	timer_destroy(timer);
}

bool send_letter(struct mailer *m, int64_t good_for_ms)
{
	return mailer_send(m, &letter, good_for_ms, mailer_noted, &outcomes, "nyckel");
}

int64_t pauses[16];
int pause_count;

/* Whenever the one mail waits: notes for how long it will, and lets that time pass. */
void let_time_pass(void *mailer)
{
	struct mailer *m = mailer;
	struct letter *l = m->waiting;

	if (m->busy || !l || l->next_ms <= clock_mono_ms())
		return;
	cr_assert_lt(pause_count, 16);
	pauses[pause_count++] = l->next_ms - clock_mono_ms();
	clock_set(l->next_ms);
	task_post(&m->task);
}

void run_through_time(struct mailer *m)
{
	struct timer *timer = loop_timer_create(loop, let_time_pass, m);

	timer_start(timer, 1, 1);
	run_until(1);
	timer_destroy(timer);
}

/* --- the fake server ------------------------------------------------------------------------------ */

/* The next of answers that are parted by "|"; the last one goes on. */
static const char *next_of(const char **answers)
{
	static char answer[200];
	size_t len = strcspn(*answers, "|");

	snprintf(answer, sizeof(answer), "%.*s", (int)len, *answers);
	if ((*answers)[len])
		*answers += len + 1;
	return answer;
}

int server_thinks_ms;

/* Says what ends a mail or a connection, in its own time. */
static void say_slowly(FILE *out, const char *line)
{
	usleep((useconds_t)server_thinks_ms * 1000);
	fputs(line, out);
}

/* Writes logins, and what it was told after DATA, to `fd_out`. An empty answer ends the connection. */
static void serve(int listener, const char *rcpt_answers, const char *auth_answer, int fd_out)
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
				say_slowly(out, "250 taken\r\n");
			else if (strncmp(line, "EHLO", 4) == 0)
				fprintf(out, "250-fake\r\n250 %s\r\n", auth_answer ? "AUTH PLAIN" : "8BITMIME");
			else if (strncmp(line, "AUTH", 4) == 0) {
				fputs("334 \r\n", out);
				if (!fgets(line, sizeof(line), in) || write(fd_out, line, strlen(line)) < 0)
					_exit(1);
				fprintf(out, "%s\r\n", auth_answer);
			} else if (strncmp(line, "RCPT", 4) == 0) {
				const char *answer = next_of(&rcpt_answers);

				if (!*answer)
					break;
				fprintf(out, "%s\r\n", answer);
			} else if (strncmp(line, "DATA", 4) == 0)
				fputs("354 go on\r\n", out);
			else if (strncmp(line, "QUIT", 4) == 0)
				say_slowly(out, "221 bye\r\n");
			else
				fputs("250 yes\r\n", out);
			is_data = strncmp(line, "DATA", 4) == 0;
		}
		fclose(in);
		fclose(out);
	}
}

char url[64], taken[20000];
static int taken_fd;
static pid_t child;

void server_start_with(const char *rcpt_answers, const char *auth_answer)
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
		serve(listener, rcpt_answers, auth_answer, ends[1]);
	close(listener);
	close(ends[1]);
	taken_fd = ends[0];
}

void server_start(const char *rcpt_answers)
{
	server_start_with(rcpt_answers, NULL);
}

const char *server_stop(void)
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

void mailer_begin(void)
{
	signal(SIGPIPE, SIG_IGN);
	loop = loop_create();
}

void mailer_end(void)
{
	loop_destroy(loop);
}

struct mailer *to_server(bool may_be_clear)
{
	static struct mailer_config config;

	config = (struct mailer_config){ .url = url, .from = "k@korsdrag.se", .may_be_clear = may_be_clear };
	return mailer_create(loop, &config, &err);
}

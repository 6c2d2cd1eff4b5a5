/* What the domain does by the clock, on a real database: invitations that are due, and clearing out what has ended. */
#include "sql.h"
#include "account/account_private.h"
#include "account/mail.h"
#include <arpa/inet.h>
#include <dirent.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#define ORG "01900000-0000-7000-8000-000000000001"
#define ANNA "01900000-0000-7000-8000-00000000000a"
#define BO "01900000-0000-7000-8000-00000000000b"
#define ID(n) "01900000-0000-7000-8000-0000000001" #n

static const char people[] =
        "INSERT INTO organisation VALUES ('" ORG "', 'other', 'SLK', 'Stadsledningskontoret');"
        "INSERT INTO stream (id, kind) VALUES ('" ANNA "', 'member'), ('" BO "', 'member');"
        "INSERT INTO member (id, mail, name, organisation_id, locale) VALUES ('" ANNA "', 'anna@b.se', 'Anna', '" ORG "', 'sv'),"
        " ('" BO "', 'bo@b.se', 'Bo', '" ORG "', 'en');"
        "INSERT INTO invitation (member_id) VALUES ('" ANNA "'), ('" BO "');";

static struct world *w;
static struct account *account;
static struct account_config config;
static char folder[] = "/tmp/korsdrag-account.XXXXXX";

static void begin(void)
{
	w = world_create(sql_database(), account_statements, (struct world_options){ 0 });
	pg_exec(w->admin, people);
	world_until_up(w);
	cr_assert(mkdtemp(folder));
	config = (struct account_config){ .origin = "https://k.example", .link_ms = 600000, .mails_per_hour = 5,
		.session_ms = 86400000, .session_idle_ms = 86400000 };
}

static void end(void)
{
	char command[100];

	account_destroy(account);
	world_destroy(w);
	snprintf(command, sizeof(command), "rm -r '%s'", folder);
	cr_assert_eq(system(command), 0);
}

TestSuite(account, .init = begin, .fini = end);

static void open_account(void)
{
	struct err err;

	account = account_create(w->loop, w->db, &config, &err);
	cr_assert(account, "%s", err.text);
}

static void until(const char *sql, int count)
{
	for (int i = 0; pg_int(w->admin, sql) != count; i++) {
		cr_assert_lt(i, 2000, "%s is %d", sql, pg_int(w->admin, sql));
		world_for(w, 5);
	}
}

static int mails(const char *words)
{
	char command[200];
	FILE *out;
	int count = 0;

	snprintf(command, sizeof(command), "cat '%s'/*.eml 2>/dev/null | grep -c '%s'", folder, words);
	out = popen(command, "r");
	cr_assert_eq(fscanf(out, "%d", &count), 1);
	pclose(out);
	return count;
}

Test(account, invitations_that_are_due_go_out_in_each_ones_language)
{
	config.mail.folder = folder;
	open_account();
	timer_start(account->invite_timer, 1, 0);
	until("SELECT count(*) FROM invitation", 0);
	cr_expect_eq(mails("^To: <"), 2);
	cr_expect_eq(mails("https://k.example/sign-in"), 2);
	cr_expect_eq(mails("^Hej Anna,"), 1);
	cr_expect_eq(mails("^Hello Bo,"), 1);
}

Test(account, an_invitation_that_cannot_leave_becomes_due_again)
{
	open_account(); /* there is no mail server */
	timer_start(account->invite_timer, 1, 0);
	until("SELECT count(*) FROM invitation WHERE tries = 1 AND due_at > now() + interval '9 minutes'", 2);
	world_for(w, 20); /* nothing forgets it */
	cr_expect_eq(pg_int(w->admin, "SELECT count(*) FROM invitation"), 2);
}

/* Sign-in links are not held up by a great import. */
Test(account, invitations_leave_room_in_the_mail_queue)
{
	static const struct mail other = { "c@b.se", "x", "y" };
	struct sockaddr_in at = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof(at);
	int silent = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	char url[64];

	cr_assert(bind(silent, (struct sockaddr *)&at, len) == 0 && listen(silent, 10) == 0);
	getsockname(silent, (struct sockaddr *)&at, &len);
	snprintf(url, sizeof(url), "smtp://127.0.0.1:%d", ntohs(at.sin_port));
	config.mail.url = url;
	open_account();
	while (mailer_room(account->mailer) >= 100)
		cr_assert(mailer_send(account->mailer, &other, 60000, NULL, NULL, NULL));
	timer_start(account->invite_timer, 1, 0);
	world_for(w, 30);
	cr_expect_eq(pg_int(w->admin, "SELECT count(*) FROM invitation WHERE tries = 0"), 2, "they were taken");
	close(silent);
}

static const char ended[] =
        "INSERT INTO sign_in_link (id, member_id, token_hash, expires_at) VALUES ('" ID(01) "', '" ANNA "', repeat('a', 64), "
        " now() - interval '25 hours'), ('" ID(02) "', '" ANNA "', repeat('b', 64), now() - interval '23 hours');"
        "INSERT INTO sign_in_budget VALUES (repeat('c', 64), ARRAY[now() - interval '2 hours', now() - interval '61 minutes']),"
        " (repeat('d', 64), ARRAY[now() - interval '2 hours', now() - interval '59 minutes']);"
        "INSERT INTO session (id, member_id, hash, kind, name, expires_at, revoked_at) VALUES"
        " ('" ID(11) "', '" ANNA "', repeat('1', 64), 'browser', 'x', now() + interval '1 day', now() - interval '31 days'),"
        " ('" ID(12) "', '" ANNA "', repeat('2', 64), 'browser', 'x', now() + interval '1 day', now() - interval '29 days'),"
        " ('" ID(13) "', '" ANNA "', repeat('3', 64), 'token', 'x', now() - interval '31 days', NULL),"
        " ('" ID(14) "', '" ANNA "', repeat('4', 64), 'token', 'x', now() - interval '29 days', NULL);"
        "UPDATE invitation SET tries = 9 WHERE member_id = '" ANNA "';";

static const char rows_left[] = "SELECT (SELECT count(*) FROM sign_in_link) * 1000 + (SELECT count(*) FROM sign_in_budget) * 100 + "
                                "(SELECT count(*) FROM session) * 10 + (SELECT count(*) FROM invitation)";

Test(account, what_has_ended_is_cleared_out_after_a_while)
{
	pg_exec(w->admin, ended);
	cr_assert_eq(pg_int(w->admin, rows_left), 2242);
	open_account();
	timer_start(account->purge_timer, 1, 0);
	until(rows_left, 1121);
	cr_expect_eq(pg_int(w->admin, "SELECT count(*) FROM sign_in_link WHERE id = '" ID(02) "'"), 1);
	cr_expect_eq(pg_int(w->admin, "SELECT count(*) FROM sign_in_budget WHERE mail_hash = repeat('d', 64)"), 1);
	cr_expect_eq(pg_int(w->admin, "SELECT count(*) FROM session WHERE id IN ('" ID(12) "', '" ID(14) "')"), 2);
	cr_expect_eq(pg_int(w->admin, "SELECT count(*) FROM invitation WHERE member_id = '" BO "'"), 1);
}

Test(account, clearing_out_that_fails_is_done_the_next_time)
{
	pg_exec(w->admin, ended);
	pg_exec(w->admin, "CREATE FUNCTION disk_full() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'full' USING "
	                  "ERRCODE = 'disk_full'; END $$; CREATE TRIGGER disk_full BEFORE DELETE ON session FOR EACH ROW EXECUTE "
	                  "FUNCTION disk_full()");
	open_account();
	timer_start(account->purge_timer, 1, 0);
	world_for(w, 50);
	cr_expect_eq(pg_int(w->admin, rows_left), 2242, "all or nothing");
	pg_exec(w->admin, "DROP TRIGGER disk_full ON session");
	timer_start(account->purge_timer, 1, 0);
	until(rows_left, 1121);
}

Test(account, does_not_begin_with_what_cannot_work)
{
	struct err err = { 0 };

	config.mail.folder = "/nowhere/at/all";
	cr_expect_null(account_create(w->loop, w->db, &config, &err));
	cr_expect_eq(err.code, KD_E_INVALID);
	account_destroy(NULL);
}

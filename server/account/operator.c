#include "account/operator.h"
#include "account/sign_in.h"
#include "account_sql.h"
#include "base/line.h"
#include "db/db.h"
#include "loop/loop.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LINK_MINUTES_MAX (60 * 24)
#define LINE_MAX_BYTES 512

const char operator_usage[] =
        "  korsdragd link MAIL [--minutes N]   prints a one-time sign-in link for any browser (10 minutes, at most 1440)\n"
        "  korsdragd token MAIL NAME           prints a bearer token that is good for a year\n"
        "  korsdragd tokens NAME               the same for each address on a line of standard input, in their order\n"
        "  korsdragd admin MAIL NAME           makes a member an administrator, and the member if there is none\n";

struct operator_run {
	struct loop *loop;
	struct db *db;
	const char *origin, *mail, *name, *minutes;
	char secret[SECRET_SIZE];
	bool is_link; /* what the secret is printed as, else a token */
	char line[LINE_MAX_BYTES]; /* of standard input, with tokens: where `mail` points to */
	bool has_lines;
	int status;
};

static void finish(struct operator_run *run, int status)
{
	run->status = status;
	loop_stop(run->loop);
}

static void fail(struct operator_run *run, const char *why)
{
	fprintf(stderr, "korsdragd: %s\n", why);
	finish(run, 1);
}

/* What ended badly; false when nothing did. */
static bool has_failed(struct operator_run *run, const struct err *err)
{
	if (err)
		fail(run, err->text);
	return err != NULL;
}

static const char nobody[] = "no member who may sign in has that address";

/* --- link, token ---------------------------------------------------------------------------------- */

static void next_token(struct operator_run *run);

static void secret_made(void *owner, const struct db_rows *rows, const struct err *err)
{
	struct operator_run *run = owner;

	if (has_failed(run, err))
		return;
	if (db_count(rows) == 0) {
		if (run->has_lines)
			fprintf(stderr, "%s: ", run->mail);
		fail(run, nobody);
		return;
	}
	if (run->is_link)
		printf("%s/sign-in/link#", run->origin);
	printf("%s\n", run->secret);
	if (run->has_lines)
		next_token(run);
	else
		finish(run, 0);
}

static void make_secret(struct operator_run *run, const struct db_stmt *stmt, const char *more)
{
	char id[ID_SIZE], hash[HASH_SIZE];
	const char *params[] = { id, run->mail, hash, more };

	id_make(id);
	secret_make(run->secret);
	secret_hash(run->secret, hash);
	db_query(run->db, NULL, stmt, params, secret_made, run);
}

static void make_link(struct operator_run *run)
{
	run->is_link = true;
	make_secret(run, &Q_OPERATOR_LINK, run->minutes);
}

static void make_token(struct operator_run *run)
{
	make_secret(run, &Q_OPERATOR_TOKEN, run->name);
}

static void next_token(struct operator_run *run)
{
	if (!fgets(run->line, sizeof run->line, stdin)) {
		finish(run, ferror(stdin) ? 1 : 0);
		return;
	}
	run->line[strcspn(run->line, "\r\n")] = '\0';
	run->mail = run->line;
	if (mail_is_valid(run->mail)) {
		make_token(run);
		return;
	}
	fprintf(stderr, "%s: ", run->line);
	fail(run, "that is no address");
}

/* --- admin ---------------------------------------------------------------------------------------- */

static void admin_made(void *owner, const struct db_rows *rows, const struct err *err)
{
	struct operator_run *run = owner;

	(void)rows;
	if (has_failed(run, err))
		return;
	printf("%s is an administrator\n", run->mail);
	finish(run, 0);
}

static void promoted(void *owner, const struct db_rows *rows, const struct err *err)
{
	struct operator_run *run = owner;
	char member[ID_SIZE], organisation[ID_SIZE];
	const char *params[] = { run->mail, run->name, member, organisation };

	if (has_failed(run, err))
		return;
	if (db_count(rows) > 0) {
		admin_made(run, rows, NULL);
		return;
	}
	id_make(member);
	id_make(organisation);
	db_query(run->db, NULL, &Q_OPERATOR_ADMIN, params, admin_made, run);
}

static void make_admin(struct operator_run *run)
{
	const char *params[] = { run->mail };

	db_query(run->db, NULL, &Q_OPERATOR_PROMOTE, params, promoted, run);
}

/* --- which one ------------------------------------------------------------------------------------ */

static bool read_minutes(struct operator_run *run, int argc, char *const *argv)
{
	char *end;
	long minutes;

	run->minutes = "10";
	if (argc == 2)
		return true;
	if (argc != 4 || strcmp(argv[2], "--minutes") != 0)
		return false;
	minutes = strtol(argv[3], &end, 10);
	run->minutes = argv[3];
	return argv[3][0] && !*end && minutes >= 1 && minutes <= LINK_MINUTES_MAX;
}

int operator_run(struct loop *loop, struct db *db, const char *origin, int argc, char *const *argv)
{
	struct operator_run run = { .loop = loop, .db = db, .origin = origin, .status = 1 };
	void (*start)(struct operator_run *) = NULL;

	if (argc >= 2)
		run.mail = argv[1];
	if (argc >= 2 && strcmp(argv[0], "link") == 0 && read_minutes(&run, argc, argv))
		start = make_link;
	else if (argc == 3 && strcmp(argv[0], "token") == 0)
		start = make_token;
	else if (argc == 2 && strcmp(argv[0], "tokens") == 0)
		start = next_token;
	else if (argc == 3 && strcmp(argv[0], "admin") == 0)
		start = make_admin;
	if (!start) {
		fputs(operator_usage, stderr);
		return 2;
	}
	run.has_lines = start == next_token;
	run.name = run.has_lines ? argv[1] : argc == 3 ? argv[2] : NULL;
	if ((!run.has_lines && !mail_is_valid(run.mail)) ||
	        (run.name && (!line_is_visible(run.name) || strlen(run.name) > 120))) {
		fputs("korsdragd: that is no address or no name\n", stderr);
		return 2;
	}
	start(&run);
	loop_run(loop);
	return run.status;
}

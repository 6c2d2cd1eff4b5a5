#include "fixture.h"
#include <criterion/criterion.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

const char *postgres(const char *verb, const char *folder, const char *more)
{
	static char line[512];
	char command[1024];
	FILE *pipe;

	snprintf(command, sizeof(command), KORSDRAG_SOURCE "/tests/lib/postgres %s '%s' %s", verb, folder, more);
	pipe = popen(command, "r");
	line[0] = '\0';
	if (pipe && fgets(line, sizeof(line), pipe))
		line[strcspn(line, "\n")] = '\0';
	if (!pipe || pclose(pipe) != 0) {
		fprintf(stderr, "failed: %s\n", command);
		exit(1);
	}
	return line;
}

const char *pg_folder(void)
{
	return getenv("KORSDRAG_TEST_POSTGRES");
}

const char *pg_conninfo(const char *folder, const char *database, const char *user)
{
	static char texts[8][256];
	static int next;
	char *text = texts[next++ % 8];

	snprintf(text, sizeof(texts[0]), "host=%s dbname=%s user=%s", folder, database, user);
	return text;
}

PGconn *pg_connect(const char *database, const char *user)
{
	PGconn *pg = PQconnectdb(pg_conninfo(pg_folder(), database, user));

	cr_assert_eq(PQstatus(pg), CONNECTION_OK, "%s", PQerrorMessage(pg));
	return pg;
}

void pg_exec(PGconn *pg, const char *sql)
{
	PGresult *result = PQexec(pg, sql);

	cr_assert(PQresultStatus(result) == PGRES_COMMAND_OK || PQresultStatus(result) == PGRES_TUPLES_OK,
	        "%s: %s", sql, PQresultErrorMessage(result));
	PQclear(result);
}

int pg_int(PGconn *pg, const char *sql)
{
	PGresult *result = PQexec(pg, sql);
	int value;

	cr_assert(PQresultStatus(result) == PGRES_TUPLES_OK && PQntuples(result) == 1, "%s: %s", sql,
	        PQresultErrorMessage(result));
	value = atoi(PQgetvalue(result, 0, 0));
	PQclear(result);
	return value;
}

const char *pg_newdb(const char *sql)
{
	static char name[40];
	static int count;
	PGconn *pg;

	snprintf(name, sizeof(name), "t%d_%d", (int)getpid(), ++count);
	postgres("newdb", pg_folder(), name);
	if (sql) {
		pg = pg_connect(name, "korsdrag_owner");
		pg_exec(pg, sql);
		PQfinish(pg);
	}
	return name;
}

struct world *world_create(
        const char *database, const struct db_stmt *const *statements, struct world_options options)
{
	static const struct db_stmt *const *lists[2];
	const char *folder = options.folder ? options.folder : pg_folder();
	struct world *w = calloc(1, sizeof(*w));
	struct db_config config = {
		.conninfo = pg_conninfo(folder, database, "korsdrag"),
		.pool_size = options.pool_size ? options.pool_size : 4,
		.statement_timeout_ms = options.statement_timeout_ms ? options.statement_timeout_ms : 5000,
		.queue_ms = options.queue_ms ? options.queue_ms : 5000,
		.statements = lists,
		.application = "unit_db",
	};

	lists[0] = statements;
	w->loop = loop_create();
	w->db = db_create(w->loop, &config);
	cr_assert(w->loop && w->db);
	if (!options.folder)
		w->admin = pg_connect(database, "postgres");
	return w;
}

void world_destroy(struct world *w)
{
	db_destroy(w->db);
	loop_destroy(w->loop);
	PQfinish(w->admin);
	free(w);
}

struct until {
	struct world *world;
	const bool *happened;
	int answers; /* or so many, when >= 0 */
	bool is_up;  /* or this */
	int64_t left_ms;
};

static void until_look(void *owner)
{
	struct until *u = owner;

	if ((u->happened && *u->happened) || (u->answers >= 0 && u->world->answers >= u->answers) ||
	        (u->is_up && db_is_up(u->world->db)) || --u->left_ms < 0)
		loop_stop(u->world->loop);
}

static void until(struct until u, bool must)
{
	struct timer *timer;

	do /* where memory is made to fail it is not the fixture that is tried */
		timer = loop_timer_create(u.world->loop, until_look, &u);
	while (!timer);
	timer_start(timer, 0, 1);
	loop_run(u.world->loop);
	timer_destroy(timer);
	cr_assert(!must || u.left_ms >= 0, "it did not happen in 20 s");
}

void world_until(struct world *w, const bool *happened)
{
	until((struct until){ w, happened, -1, false, 20000 }, true);
}

void world_until_answers(struct world *w, int answers)
{
	until((struct until){ w, NULL, answers, false, 20000 }, true);
}

void world_until_up(struct world *w)
{
	until((struct until){ w, NULL, -1, true, 20000 }, true);
}

void world_for(struct world *w, int64_t ms)
{
	until((struct until){ w, NULL, -1, false, ms }, false);
}

void answer_take(void *owner, const struct db_rows *res, const struct err *err)
{
	struct answer *a = owner;

	cr_assert((res == NULL) == (err != NULL));
	cr_assert(!a->is_in, "answered twice");
	a->is_in = true;
	a->order = ++a->world->answers;
	a->was_ok = !err;
	if (err) {
		a->err = *err;
		return;
	}
	a->rows = db_count(res);
	a->affected = db_affected(res);
	if (a->rows && *PQfname(*(PGresult *const *)res, 0)) {
		const char *text = db_text(res, 0, PQfname(*(PGresult *const *)res, 0));

		snprintf(a->text, sizeof(a->text), "%s", text ? text : "(null)");
	}
}

void answer_end(void *owner, enum db_outcome outcome, const struct err *err)
{
	struct answer *a = owner;

	cr_assert((outcome == DB_COMMITTED) == (err == NULL));
	cr_assert(!a->is_ended, "ended twice");
	a->is_ended = true;
	a->order = ++a->world->answers;
	a->outcome = outcome;
	if (err)
		a->err = *err;
}

struct answer ask(struct world *w, const struct db_stmt *stmt, ...)
{
	struct answer a = { .world = w };
	const char *params[8];
	va_list args;

	va_start(args, stmt);
	for (int i = 0; i < stmt->params; i++)
		params[i] = va_arg(args, const char *);
	va_end(args);
	db_query(w->db, NULL, stmt, params, answer_take, &a);
	cr_assert(!a.is_in, "answered inside of the call");
	world_until(w, &a.is_in);
	return a;
}

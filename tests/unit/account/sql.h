/* sql.h - runs one named statement on a migrated database, as the server's role; for the SQL tests of account
 * and people. */
#ifndef TESTS_UNIT_ACCOUNT_SQL_H
#define TESTS_UNIT_ACCOUNT_SQL_H
#include "../db/fixture.h"
#include <criterion/criterion.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static inline const char *sql_database(void)
{
	const char *database = pg_newdb(NULL);
	struct err err;

	cr_assert(db_migrate(pg_conninfo(pg_folder(), database, "korsdrag_owner"), &err), "%s: %s", err.text,
	        err.detail);
	return database;
}

/* Rows as "a|b;c|d", null as "", in one of 4 turning buffers; a failed statement as its SQLSTATE in brackets.
 */
static inline const char *sql_rows(PGresult *r)
{
	static char texts[4][20000];
	static int next;
	char *text = texts[next++ % 4], *at = text;

	*at = '\0';
	if (PQresultStatus(r) != PGRES_TUPLES_OK && PQresultStatus(r) != PGRES_COMMAND_OK)
		at += sprintf(at, "[%s]", PQresultErrorField(r, PG_DIAG_SQLSTATE));
	for (int row = 0; row < PQntuples(r); row++)
		for (int col = 0; col < PQnfields(r); col++)
			at += sprintf(at, "%s%s", col ? "|" : row ? ";" : "", PQgetvalue(r, row, col));
	PQclear(r);
	return text;
}

static inline void sql_params(const struct db_stmt *stmt, va_list args, const char *ret_params[16])
{
	for (int i = 0; i < stmt->params; i++)
		ret_params[i] = va_arg(args, const char *);
}

static inline const char *sql_run(PGconn *pg, const struct db_stmt *stmt, ...)
{
	const char *params[16];
	va_list args;

	va_start(args, stmt);
	sql_params(stmt, args, params);
	va_end(args);
	return sql_rows(PQexecParams(pg, stmt->sql, stmt->params, NULL, params, NULL, NULL, 0));
}

/* Begins and does not wait; sql_finish gives the rows. */
static inline void sql_begin(PGconn *pg, const struct db_stmt *stmt, ...)
{
	const char *params[16];
	va_list args;

	va_start(args, stmt);
	sql_params(stmt, args, params);
	va_end(args);
	cr_assert(PQsendQueryParams(pg, stmt->sql, stmt->params, NULL, params, NULL, NULL, 0));
	cr_assert(PQflush(pg) == 0);
}

static inline const char *sql_finish(PGconn *pg)
{
	const char *rows = sql_rows(PQgetResult(pg));
	PGresult *r;

	while ((r = PQgetResult(pg)))
		PQclear(r);
	return rows;
}

static inline const char *sql_text(PGconn *pg, const char *sql)
{
	return sql_rows(PQexec(pg, sql));
}

static inline void sql_all_prepare(PGconn *pg, const struct db_stmt *const *list)
{
	for (; *list; list++) {
		PGresult *r = PQprepare(pg, (*list)->name, (*list)->sql, 0, NULL);

		cr_expect_eq(PQresultStatus(r), PGRES_COMMAND_OK, "%s: %s", (*list)->name,
		        PQresultErrorMessage(r));
		PQclear(r);
	}
}
#endif

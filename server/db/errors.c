#include "db/errors.h"
#include "base/metrics.h"
#include "db/db.h"
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

struct sqlstate {
	const char *state; /* five characters, or a class of two */
	enum kd_code code;
};

/* Exact states come before their class. What is not here is our fault. */
static const struct sqlstate sqlstate_table[] = {
	{ "23505", KD_E_CONFLICT },    /* unique_violation */
	{ "23P01", KD_E_CONFLICT },    /* exclusion_violation */
	{ "23001", KD_E_CONFLICT },    /* restrict_violation: still in use */
	{ "23503", KD_E_NOT_FOUND },   /* foreign_key_violation: what is pointed at is not there */
	{ "23502", KD_E_INVALID },     /* not_null_violation */
	{ "23514", KD_E_INVALID },     /* check_violation */
	{ "22", KD_E_INVALID },        /* data exception: text that is no uuid, a number out of range */
	{ "40001", KD_E_BUSY },        /* serialization_failure */
	{ "40P01", KD_E_BUSY },        /* deadlock_detected */
	{ "40003", KD_E_UNAVAILABLE }, /* statement_completion_unknown */
	{ "40", KD_E_BUSY },
	{ "55P03", KD_E_BUSY },        /* lock_not_available */
	{ "55006", KD_E_BUSY },        /* object_in_use */
	{ "57014", KD_E_BUSY },        /* query_canceled: the statement's time was up */
	{ "57", KD_E_UNAVAILABLE },    /* operator intervention: shut down, crashed, starting up */
	{ "53", KD_E_BUSY },           /* insufficient resources: disk, memory, connections */
	{ "54", KD_E_TOO_LARGE },      /* program limit exceeded */
	{ "58", KD_E_UNAVAILABLE },    /* system error: input and output */
	{ "08", KD_E_UNAVAILABLE },    /* connection exception */
	{ "28", KD_E_UNAVAILABLE },    /* invalid authorization */
	{ "3D", KD_E_UNAVAILABLE },    /* no such database */
	{ "25006", KD_E_UNAVAILABLE }, /* read_only_sql_transaction: this is a standby now */
	{ "25P03", KD_E_UNAVAILABLE }, /* idle_in_transaction_session_timeout */
	{ "KD001", KD_E_BUSY },        /* assure() of ours: not as it was, so it is done anew */
	{ "26000", KD_E_BUSY },        /* invalid_sql_statement_name: the connection is made anew */
	{ "0A000", KD_E_BUSY },        /* a cached plan does not fit a changed table: likewise */
	{ NULL, KD_E_INTERNAL },
};

enum kd_code db_code_from_sqlstate(const char *sqlstate)
{
	const struct sqlstate *s = sqlstate_table;

	while (s->state && strncmp(sqlstate, s->state, strlen(s->state)) != 0)
		s++;
	return s->code;
}

/* For the person, when no handler has a better sentence. */
static const char *err_sentence(enum kd_code code)
{
	switch (code) {
	case KD_E_CONFLICT:
		return "this was changed or taken by somebody else meanwhile";
	case KD_E_NOT_FOUND:
		return "something that this refers to does not exist";
	case KD_E_INVALID:
		return "a value is outside of what is allowed";
	case KD_E_TOO_LARGE:
		return "this is larger than what can be handled";
	case KD_E_BUSY:
		return "the database is busy; try again";
	case KD_E_UNAVAILABLE:
		return "the database is away; try again";
	default:
		return "something went wrong on our side";
	}
}

const char *db_err_message(const PGresult *result)
{
	const char *state = PQresultErrorField(result, PG_DIAG_SQLSTATE);
	const char *message = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);

	if (!message)
		return state ? state : "no answer";
	/* "invalid input syntax for type uuid: …" quotes what somebody wrote, and that is never logged. */
	return state && strncmp(state, "22", 2) == 0 ? "a value does not fit its type" : message;
}

static void err_count(const char *sqlstate)
{
	char labels[24];

	snprintf(labels, sizeof(labels), "class=\"%.2s\"", *sqlstate ? sqlstate : "08");
	metric_add(
	        metric_counter("korsdrag_db_errors_total", "Statements that failed, by SQLSTATE class.", labels), 1);
}

void db_err_from_result(struct err *err, const PGresult *result, const char *what)
{
	const char *state = PQresultErrorField(result, PG_DIAG_SQLSTATE);
	const char *constraint = PQresultErrorField(result, PG_DIAG_CONSTRAINT_NAME);
	enum kd_code code;

	if (!state) { /* libpq's own: the connection broke */
		db_err_lost(err, "the connection was lost");
		return;
	}
	code = db_code_from_sqlstate(state);
	err_set(err, code, "%s", err_sentence(code));
	err_detail(err, "%s: %s %s", what, state, db_err_message(result));
	snprintf(err->sqlstate, sizeof(err->sqlstate), "%s", state);
	snprintf(err->constraint, sizeof(err->constraint), "%s", constraint ? constraint : "");
	err_count(state);
}

bool db_err_text(struct err *err, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(err->text, sizeof(err->text), format, args);
	va_end(args);
	return false;
}

void db_err_away(struct err *err, const char *detail)
{
	err_set(err, KD_E_UNAVAILABLE, "%s", err_sentence(KD_E_UNAVAILABLE));
	err_detail(err, "%s", detail);
	err_count("");
}

void db_err_lost(struct err *err, const char *detail)
{
	db_err_away(err, detail);
	strcpy(err->sqlstate, DB_STATE_LOST);
}

void db_err_unknown(struct err *err, const char *detail)
{
	db_err_away(err, detail);
	strcpy(err->sqlstate, DB_STATE_UNKNOWN);
}

bool db_was_lost(const struct err *err)
{
	static const char *const states[] = { DB_STATE_LOST, DB_STATE_UNKNOWN, "25006", "25P03", "57P01", "57P02", "57P03" };

	for (size_t i = 0; i < sizeof(states) / sizeof(states[0]); i++)
		if (strcmp(err->sqlstate, states[i]) == 0)
			return true;
	return false;
}

bool db_is_unknown(const struct err *err)
{
	return strcmp(err->sqlstate, DB_STATE_UNKNOWN) == 0;
}

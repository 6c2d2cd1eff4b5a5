#include "db/rows.h"
#include "db/db.h"
#include <assert.h>
#include <stdlib.h>

const struct db_rows *db_rows_of(const struct db_rows *group, int n)
{
	assert(n >= 0 && n <= group->part_count);
	return n < group->part_count ? &group->parts[n] : group;
}

int db_count(const struct db_rows *r)
{
	return PQntuples(r->result);
}

int64_t db_affected(const struct db_rows *r)
{
	return strtoll(PQcmdTuples(r->result), NULL, 10);
}

int db_column(const struct db_rows *r, const char *name)
{
	/* PQfnumber folds case as SQL does: columns are named in lower case. */
	int column = PQfnumber(r->result, name);

	assert(column >= 0 && "the statement gives no such column");
	return column;
}

const char *db_text(const struct db_rows *r, int row, const char *column)
{
	int n = db_column(r, column);

	assert(row >= 0 && row < PQntuples(r->result));
	return PQgetisnull(r->result, row, n) ? NULL : PQgetvalue(r->result, row, n);
}

int64_t db_int(const struct db_rows *r, int row, const char *column)
{
	const char *text = db_text(r, row, column);

	return text ? strtoll(text, NULL, 10) : 0;
}

double db_number(const struct db_rows *r, int row, const char *column)
{
	const char *text = db_text(r, row, column);

	return text ? strtod(text, NULL) : 0;
}

bool db_bool(const struct db_rows *r, int row, const char *column)
{
	const char *text = db_text(r, row, column);

	return text && *text == 't';
}

json_t *db_json(const struct db_rows *r, int row, const char *column)
{
	const char *text = db_text(r, row, column);

	return text ? json_loads(text, JSON_DECODE_ANY, NULL) : NULL;
}

/* rows.h - the inside of db_rows. */
#ifndef DB_ROWS_H
#define DB_ROWS_H
#include <libpq-fe.h>
struct db_rows {
	PGresult *result;
	const struct db_rows *parts; /* of a group of statements: what those before the last have given */
	int part_count;
};
#endif

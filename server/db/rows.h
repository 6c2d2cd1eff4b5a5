/* rows.h - the inside of db_rows. */
#ifndef DB_ROWS_H
#define DB_ROWS_H
#include <libpq-fe.h>
struct db_rows {
	const PGresult *result;
};
#endif

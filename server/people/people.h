/* people.h - organisations, cohorts, members, the directory, and roles. */
#ifndef PEOPLE_PEOPLE_H
#define PEOPLE_PEOPLE_H
#include "rpc/call.h"
#include "people_sql.h" /* people_statements[] */

extern const struct rpc_binding people_rpc[];
#endif

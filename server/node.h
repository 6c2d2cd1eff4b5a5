/* node.h - one server node from start to drain. */
#ifndef NODE_H
#define NODE_H
#include "settings.h"
struct db_stmt;

extern const struct db_stmt *const *const node_statements[]; /* every room's */

/* Exit status: 0 after a drain, 1 with the reason logged. On SIGHUP `source` is read again. */
int node_serve(const struct settings *s, const struct config *config, const struct config_source *source);
int node_operate(const struct settings *s, int argc, char *const *argv); /* link, token, admin */
#endif

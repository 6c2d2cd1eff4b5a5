/* role.h - who may give and take roles, and take members into cohorts: the rules, without I/O.
 *
 * Roles are bound to their scope, nobody promotes oneself, and the last administrator stays; that last rule
 * stands in people.sql, under lock, because only the database knows all administrators. */
#ifndef PEOPLE_ROLE_H
#define PEOPLE_ROLE_H
#include "base/err.h"
#include "protocol/people.h"
#include "stream/access.h"

struct role {
	const char *member;    /* whose */
	bool is_administrator; /* else facilitator */
	enum scope scope;      /* a facilitator's */
	const char *scope_id;  /* NULL: the network */
};

/* False: scope and scope_id do not fit the role; err names the field. */
bool role_read(struct role *role, const struct kd_role *p, struct err *err);

bool role_may_grant(const struct role *role, const struct caller *who, struct err *err);
bool role_may_revoke(const struct role *role, const struct caller *who, struct err *err);

/* Whether the scope is a thing of which the caller must be able to read that it is there. Who gives up an own
 * role need not. */
bool role_needs_open(const struct role *role, const struct caller *who, bool is_revoked);

bool cohort_may_take_in(const char *cohort, const char *member, const struct caller *who, struct err *err);
bool cohort_may_take_out(const char *cohort, const struct caller *who, struct err *err);
#endif

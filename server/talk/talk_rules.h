/* talk_rules.h - who may do what in spaces, threads and posts, as pure functions on structs: no I/O. In
 * talk.c. */
#ifndef TALK_TALK_RULES_H
#define TALK_TALK_RULES_H
#include "base/err.h"
#include "stream/access.h"

/* --- texts ----------------------------------------------------------------------------------------- */

bool talk_line_fits(
        const char *field, const char *text, struct err *err); /* names and titles; `field` like "/title" */
bool post_size_fits(const char *text, size_t max, struct err *err); /* counts what it refuses */
bool post_text_fits(const char *text, size_t max, struct err *err); /* and not blank */

/* --- spaces ---------------------------------------------------------------------------------------- */

struct space_wish { /* a space that somebody wants to make */
	const char *name, *openness, *track, *cohort;
};
bool space_may_create(const struct space_wish *w, const struct caller *who, struct err *err);

struct belonging { /* a space and somebody who is to belong to it, or no longer */
	struct access access;
	bool is_in;
	int64_t members;
};
/* Both answer not_found to those who may not read the space. */
bool space_may_add(const struct belonging *b, const struct caller *who, struct err *err);
bool space_may_remove(
        const struct belonging *b, const struct caller *who, const char *member, struct err *err);

/* --- threads and posts ----------------------------------------------------------------------------- */

struct talk_role { /* who wants something */
	const char *member;
	bool may_moderate; /* access_may_moderate */
};
struct post_facts {
	const char *author; /* NULL: no longer a member */
	int64_t number, revision;
	bool is_deleted;
};
bool thread_may_rename(const struct talk_role *who, const char *created_by, struct err *err);
bool post_may_edit(
        const struct talk_role *who, const struct post_facts *post, int64_t based_on, struct err *err);
bool post_may_delete(const struct talk_role *who, const struct post_facts *post, struct err *err);

/* --- where a page of threads ended: "<microseconds>_<id>" -------------------------------------------- */

struct thread_cursor {
	char at_us[21];
	char id[ID_SIZE];
};
bool thread_cursor_read(struct thread_cursor *cur, const char *text, struct err *err); /* names /after */
#endif

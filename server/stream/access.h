/* access.h - who a caller is and what a thing is open to: the pure rules every permission stands on.
 *
 * "Does not exist" and "not for you" are the same answer, so these say only yes or no. */
#ifndef STREAM_ACCESS_H
#define STREAM_ACCESS_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/id.h"

enum openness { OPEN_NETWORK, OPEN_TRACK, OPEN_COHORT, OPEN_PRIVATE, OPEN_MEMBER /* one member's own */, OPEN_ADMIN };
enum track { TRACK_NONE = 0, TRACK_EXECUTIVE = 1, TRACK_KEY_PERSON = 2 }; /* bits */
enum scope { SCOPE_NETWORK, SCOPE_COHORT, SCOPE_SPACE, SCOPE_BOARD };

struct grant { /* a facilitator's */
	enum scope scope;
	char id[ID_SIZE]; /* "" for the network */
};

#define CALLER_NAME_MAX 127

/* Everything about a signed-in member that permissions depend on. Made by account/ from one statement, replaced as
 * a whole when rights change. */
struct caller {
	char member[ID_SIZE];
	char session[ID_SIZE];
	char organisation[ID_SIZE];
	const char *name;          /* at most CALLER_NAME_MAX bytes of it, for where it stands beside many others */
	const char *full_name, *organisation_short, *organisation_name; /* as others see who made something */
	char locale[3];            /* "sv" or "en" */
	bool is_administrator;
	unsigned tracks;           /* enum track bits, from the cohorts */
	size_t cohort_count;
	char (*cohorts)[ID_SIZE];
	size_t space_count;        /* private spaces one belongs to */
	char (*spaces)[ID_SIZE];
	size_t grant_count;
	struct grant *grants;
	int64_t signed_in_at;      /* ms */
	bool is_bearer;            /* came with a token, not a cookie */
};

/* What an object is open to. Every readable object lies in a space, or is one member's own, or the administrators'. */
struct access {
	enum openness openness;
	unsigned track;            /* OPEN_TRACK */
	char cohort[ID_SIZE];      /* OPEN_COHORT */
	char space[ID_SIZE];       /* "" outside of spaces */
	char board[ID_SIZE];       /* "" unless it is a board or lies on one */
	char member[ID_SIZE];      /* OPEN_MEMBER: whose */
	bool is_archived;          /* readable, but nothing changes any more */
};

bool access_may_read(const struct access *a, const struct caller *c);
bool access_may_write(const struct access *a, const struct caller *c);    /* post, add cards: readers, unless archived */
bool access_may_moderate(const struct access *a, const struct caller *c); /* a facilitator whose scope holds it, who may also read it; administrators only where they may read */
bool caller_is_facilitator(const struct caller *c, enum scope scope, const char *id); /* network facilitators hold every scope */
enum openness openness_from_text(const char *text); /* "network", "track", "cohort", "private"; asserts */
unsigned track_from_text(const char *text);         /* "executive", "key_person"; NULL: TRACK_NONE */
/* The access facts in the first row (columns as in stream/stream.h). */
struct db_rows;
void access_from_row(struct access *a, const struct db_rows *rows);
/* The same of what lies in a space, as parameters of a statement: openness, track, cohort, space, is archived. Borrowed. */
#define ACCESS_PARAMS 5
void access_to_params(const struct access *a, const char *ret_params[ACCESS_PARAMS]);
#endif

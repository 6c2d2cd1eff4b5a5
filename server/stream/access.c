/* access.c - the rules every permission stands on, as pure functions. readable_spaces() in the migrations is the
 * same rule for lists; a test holds the two together. */
#include "stream/access.h"
#include "db/db.h"
#include <assert.h>
#include <stdio.h>
#include <string.h>

static bool is_listed(const char (*ids)[ID_SIZE], size_t count, const char *id)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(ids[i], id) == 0)
			return true;
	return false;
}

static bool holds_grant(const struct caller *c, enum scope scope, const char *id)
{
	for (size_t i = 0; i < c->grant_count; i++)
		if (c->grants[i].scope == scope && (scope == SCOPE_NETWORK || strcmp(c->grants[i].id, id) == 0))
			return true;
	return false;
}

bool caller_is_facilitator(const struct caller *c, enum scope scope, const char *id)
{
	return holds_grant(c, SCOPE_NETWORK, "") || (scope != SCOPE_NETWORK && id[0] != '\0' && holds_grant(c, scope, id));
}

/* Who runs the network sees what is open to a track or a cohort; private spaces stay private. */
static bool sees_open_spaces(const struct caller *c)
{
	return c->is_administrator || holds_grant(c, SCOPE_NETWORK, "");
}

bool access_may_read(const struct access *a, const struct caller *c)
{
	switch (a->openness) {
	case OPEN_NETWORK:
		return true;
	case OPEN_TRACK:
		return (c->tracks & a->track) != 0 || sees_open_spaces(c);
	case OPEN_COHORT:
		return is_listed((const char (*)[ID_SIZE])c->cohorts, c->cohort_count, a->cohort) ||
			holds_grant(c, SCOPE_COHORT, a->cohort) || sees_open_spaces(c);
	case OPEN_PRIVATE:
		return is_listed((const char (*)[ID_SIZE])c->spaces, c->space_count, a->space);
	case OPEN_MEMBER:
		return strcmp(a->member, c->member) == 0;
	case OPEN_ADMIN:
	default:
		return c->is_administrator;
	}
}

bool access_may_write(const struct access *a, const struct caller *c)
{
	return !a->is_archived && access_may_read(a, c);
}

bool access_may_moderate(const struct access *a, const struct caller *c)
{
	if (a->openness == OPEN_MEMBER || a->openness == OPEN_ADMIN || !access_may_read(a, c))
		return false;
	return c->is_administrator || holds_grant(c, SCOPE_NETWORK, "") ||
		(a->space[0] && holds_grant(c, SCOPE_SPACE, a->space)) ||
		(a->board[0] && holds_grant(c, SCOPE_BOARD, a->board)) ||
		(a->openness == OPEN_COHORT && holds_grant(c, SCOPE_COHORT, a->cohort));
}

static const char *const words[] = { "network", "track", "cohort", "private", "member", "admin" }; /* of enum openness */

enum openness openness_from_text(const char *text)
{
	size_t i = 0;

	while (i < OPEN_ADMIN && strcmp(text, words[i]) != 0)
		i++;
	assert(strcmp(text, words[i]) == 0); /* the schema's constraint allows no other */
	return (enum openness)i;
}

unsigned track_from_text(const char *text)
{
	if (!text)
		return TRACK_NONE;
	return strcmp(text, "executive") == 0 ? TRACK_EXECUTIVE : strcmp(text, "key_person") == 0 ? TRACK_KEY_PERSON : TRACK_NONE;
}

static void copy_id(char *to, const char *from)
{
	snprintf(to, ID_SIZE, "%s", from ? from : "");
}

void access_from_row(struct access *a, const struct db_rows *rows)
{
	memset(a, 0, sizeof(*a));
	a->openness = openness_from_text(db_text(rows, 0, "openness"));
	a->track = track_from_text(db_text(rows, 0, "track"));
	copy_id(a->cohort, db_text(rows, 0, "cohort_id"));
	copy_id(a->space, db_text(rows, 0, "space_id"));
	copy_id(a->board, db_text(rows, 0, "board_id"));
	copy_id(a->member, db_text(rows, 0, "member_id"));
	a->is_archived = db_bool(rows, 0, "is_archived");
}

void access_to_params(const struct access *a, const char *ret_params[ACCESS_PARAMS])
{
	ret_params[0] = words[a->openness];
	ret_params[1] = a->track == TRACK_EXECUTIVE ? "executive" : a->track == TRACK_KEY_PERSON ? "key_person" : NULL;
	ret_params[2] = a->cohort[0] ? a->cohort : NULL;
	ret_params[3] = a->space[0] ? a->space : NULL;
	ret_params[4] = a->is_archived ? "t" : "f";
}

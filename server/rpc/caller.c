/* caller.c - from a row of account.sql to struct caller. */
#include "rpc/caller.h"
#include "base/arena.h"
#include "db/db.h"
#include <stdlib.h>
#include <string.h>

static size_t count_items(const char *list)
{
	size_t n = list && list[0] ? 1 : 0;

	for (; list && *list; list++)
		n += *list == ',';
	return n;
}

/* "a,b,c" into ids; what is too long to be an id is left out. */
static char (*read_ids(struct arena *mem, const char *list, size_t *ret_count))[ID_SIZE]
{
	char (*ids)[ID_SIZE] = arena_alloc(mem, ID_SIZE * (count_items(list) + 1));
	size_t n = 0;

	while (list && *list) {
		size_t len = strcspn(list, ",");
		if (len < ID_SIZE)
			memcpy(ids[n++], list, len);
		list += len + (list[len] == ',');
	}
	*ret_count = n;
	return ids;
}

static unsigned read_tracks(const char *list)
{
	unsigned tracks = TRACK_NONE;

	if (list && strstr(list, "executive"))
		tracks |= TRACK_EXECUTIVE;
	if (list && strstr(list, "key_person"))
		tracks |= TRACK_KEY_PERSON;
	return tracks;
}

static void read_grants(struct caller *c, struct arena *mem, const char *list)
{
	static const char *const scopes[] = { "network", "cohort", "space", "board" };

	c->grants = arena_new_n(mem, struct grant, count_items(list) + 1);
	while (list && *list) {
		size_t len = strcspn(list, ","), word = strcspn(list, ":");
		for (size_t i = 0; i < 4; i++) {
			if (strlen(scopes[i]) != word || strncmp(list, scopes[i], word) != 0 || len - word > ID_SIZE)
				continue;
			c->grants[c->grant_count].scope = (enum scope)i;
			memcpy(c->grants[c->grant_count].id, list + word + 1, len - word - 1);
			c->grant_count++;
		}
		list += len + (list[len] == ',');
	}
}

/* As many bytes of it as fit into `max`, cut between code points. */
static size_t fitting(const char *text, size_t max)
{
	size_t len = text ? strlen(text) : 0;

	if (len <= max)
		return len;
	len = max;
	while (len > 0 && ((unsigned char)text[len] & 0xC0) == 0x80)
		len--;
	return len;
}

static void copy(char *to, size_t size, const char *from)
{
	size_t len = fitting(from, size - 1);

	if (from)
		memcpy(to, from, len);
	to[len] = '\0';
}

/* What caller_from_row takes for a row: each of so many connections keeps it for as long as it is open. */
static size_t row_size(const struct db_rows *rows, int row)
{
	static const char *const texts[] = { "name", "organisation_short", "organisation_name" };
	static const char *const lists[] = { "cohorts", "spaces" };
	size_t size = sizeof(struct caller_ref) + ARENA_ALIGN;

	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++)
		size += (db_text(rows, row, texts[i]) ? strlen(db_text(rows, row, texts[i])) : 0) + 1 + ARENA_ALIGN;
	for (size_t i = 0; i < sizeof(lists) / sizeof(*lists); i++)
		size += ID_SIZE * (count_items(db_text(rows, row, lists[i])) + 1) + ARENA_ALIGN;
	return size + sizeof(struct grant) * (count_items(db_text(rows, row, "grants")) + 1) + ARENA_ALIGN;
}

struct caller_ref *caller_from_row(const struct db_rows *rows, int row)
{
	struct arena *mem = row >= 0 && row < db_count(rows) ? arena_create(row_size(rows, row), 1u << 20) : NULL;
	struct caller_ref *ref;
	struct caller *c;

	if (!mem)
		return NULL;
	ref = arena_new(mem, struct caller_ref);
	ref->mem = mem;
	ref->refs = 1;
	ref->head = db_int(rows, row, "head");
	c = &ref->caller;
	copy(c->member, sizeof(c->member), db_text(rows, row, "member"));
	copy(c->session, sizeof(c->session), db_text(rows, row, "session"));
	copy(c->organisation, sizeof(c->organisation), db_text(rows, row, "organisation"));
	c->full_name = arena_strdup(mem, db_text(rows, row, "name"));
	c->name = c->full_name ? c->full_name : "";
	if (c->full_name && strlen(c->full_name) > CALLER_NAME_MAX)
		c->name = arena_strndup(mem, c->full_name, fitting(c->full_name, CALLER_NAME_MAX));
	c->organisation_short = arena_strdup(mem, db_text(rows, row, "organisation_short"));
	c->organisation_name = arena_strdup(mem, db_text(rows, row, "organisation_name"));
	copy(c->locale, sizeof(c->locale), db_text(rows, row, "locale"));
	c->is_administrator = db_bool(rows, row, "is_administrator");
	c->is_bearer = db_bool(rows, row, "is_bearer");
	c->signed_in_at = db_int(rows, row, "signed_in_at");
	c->tracks = read_tracks(db_text(rows, row, "tracks"));
	c->cohorts = read_ids(mem, db_text(rows, row, "cohorts"), &c->cohort_count);
	c->spaces = read_ids(mem, db_text(rows, row, "spaces"), &c->space_count);
	read_grants(c, mem, db_text(rows, row, "grants"));
	return ref;
}

struct caller_ref *caller_ref(struct caller_ref *c)
{
	c->refs++;
	return c;
}

void caller_unref(struct caller_ref *c)
{
	if (c && --c->refs == 0)
		arena_destroy(c->mem);
}

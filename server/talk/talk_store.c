/* talk_store.c - from rows to the structs that talk.c rules on. */
#include "talk/talk_store.h"
#include "rpc/rpc.h"

bool belonging_from_row(struct belonging *b, const struct db_rows *rows)
{
	if (db_count(rows) == 0)
		return false;
	access_from_row(&b->access, rows);
	b->is_in = db_bool(rows, 0, "is_in");
	b->members = db_int(rows, 0, "members");
	return true;
}

bool post_facts_from_row(struct post_facts *post, const struct db_rows *rows, struct arena *mem)
{
	if (db_count(rows) == 0)
		return false;
	post->author = arena_strdup(mem, db_text(rows, 0, "author_id"));
	post->number = db_int(rows, 0, "number");
	post->revision = db_int(rows, 0, "revision");
	post->is_deleted = db_bool(rows, 0, "is_deleted");
	return true;
}

const struct talk_config *talk_config_of(const struct call *c)
{
	return call_domain(c, "talk");
}

struct talk_role talk_role_of(const struct call *c)
{
	return (struct talk_role){ c->caller->member, access_may_moderate(c->access, c->caller) };
}

/* talk_store.h - from rows to the structs that talk.c rules on. */
#ifndef TALK_TALK_STORE_H
#define TALK_TALK_STORE_H
#include "rpc/call.h"
#include "talk/talk.h"
#include "talk/talk_rules.h"

bool belonging_from_row(struct belonging *b, const struct db_rows *rows); /* false: no such space */
bool post_facts_from_row(
        struct post_facts *post, const struct db_rows *rows, struct arena *mem); /* false: no such post */
struct talk_role talk_role_of(const struct call *c);
const struct talk_config *talk_config_of(const struct call *c);
#endif

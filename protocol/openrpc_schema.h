/* openrpc_schema.h - field tables as JSON Schema (draft 7), each once and by name. For openrpc*.c only. */
#ifndef PROTOCOL_OPENRPC_SCHEMA_H
#define PROTOCOL_OPENRPC_SCHEMA_H
#include "protocol/kd.h"

#define SCHEMA_NAME_SIZE 96

/* components.schemas while it is being put together. A failure is sticky: build freely, look once. */
struct schemas {
	json_t *by_name;
	json_t *tables; /* name -> address of its table, so that no two tables get one name */
	bool failed;
};

/* "thread.create", "Params" -> "ThreadCreateParams"; "kd_person_fields" -> "Person". */
void schema_name(char ret_name[SCHEMA_NAME_SIZE], const char *name, const char *suffix);

/* Makes the schema of a table under this name, and those that it needs, unless they are there. */
void schema_add(struct schemas *s, const char *name, const struct kd_field *fields, const char *doc);
json_t *schema_ref(const char *name);
json_t *schema_of_field(struct schemas *s, const struct kd_field *f); /* new */

/* Ids, times and so on, the union of all snapshots. */
void schema_add_basics(struct schemas *s);

/* Sets `value` (taken); NULL makes the whole fail. */
void schema_put(struct schemas *s, json_t *object, const char *key, json_t *value);
/* Nothing when the text is NULL. (json_pack's `s*` would take a failed allocation for an absent text.) */
void schema_put_text(struct schemas *s, json_t *object, const char *key, const char *text);
void schema_append(struct schemas *s, json_t *list, json_t *value);

#endif

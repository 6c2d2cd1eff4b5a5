/* params.h - parameters that a method accepts, made from its field table and an object of the fixture. */
#ifndef TESTS_PARAMS_H
#define TESTS_PARAMS_H
#include "harness.h"

struct object {
	const char *place;   /* "network", …, "none", "any" */
	const char *variant; /* "", "other", "deleted", "none", "self" */
	const char *space, *thread, *post, *board, *section, *card, *cohort, *member, *session, *stream;
	char member_stream[64], thread_stream[64];
};

/* Of the fixture's place (whose objects are anna's), or ids that nobody has. */
void object_find(struct object *o, const char *place, const char *variant);

/* New ids for what is created, the object's for what is meant, some value of the field's own kind for the rest. Optional
 * fields are left out. */
json_t *params_make(const struct kd_method *m, const struct object *o);

/* Whether the field is the id of what the method makes: `thread` of thread.create, and its first post; `round` of vote.open and writing.begin. */
bool is_made(const struct kd_method *m, const char *field);

json_t *value_for(const struct kd_field *f); /* some value that fits the field */
#endif

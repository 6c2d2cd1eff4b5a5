/* person.h - a person as others see one beside their words: never the address. */
#ifndef PROTOCOL_PERSON_H
#define PROTOCOL_PERSON_H
#include "protocol/kd.h"

struct kd_organisation_name {
	const char *id, *short_name, *name; /* `short` on the wire */
};
struct kd_person {
	const char *id, *name;
	struct kd_organisation_name organisation;
};
extern const struct kd_field kd_organisation_name_fields[];
extern const struct kd_field kd_person_fields[];

/* What changes answer: the stream's number of their (last) event. */
struct kd_seq {
	int64_t seq;
};
extern const struct kd_field kd_seq_fields[];

#endif

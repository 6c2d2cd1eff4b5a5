/* person.c - field tables that several nouns share. */
#include "protocol/person.h"

const struct kd_field kd_organisation_name_fields[] = {
	KD_ID(struct kd_organisation_name, id, KD_REQUIRED, "Organisation."),
	{ .name = "short", .type = KD_TYPE_TEXT, .presence = KD_REQUIRED,
		.offset = KD__AT(struct kd_organisation_name, short_name, const char *), .min = 1, .max = 16,
		.doc = "Its short name." },
	KD_TEXT(struct kd_organisation_name, name, KD_REQUIRED, 1, 120, "Its full name."),
	KD_FIELDS_END,
};

const struct kd_field kd_person_fields[] = {
	KD_ID(struct kd_person, id, KD_REQUIRED, "Member."),
	KD_TEXT(struct kd_person, name, KD_REQUIRED, 1, 120, "Name."),
	KD_OBJECT(struct kd_person, organisation, kd_organisation_name_fields, "Administration or company."),
	KD_FIELDS_END,
};

const struct kd_field kd_seq_fields[] = {
	KD_INT(struct kd_seq, seq, 0, KD_MAX_SAFE_INT, "The stream's number of this change's last event."),
	KD_FIELDS_END,
};

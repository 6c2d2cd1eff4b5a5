/* people_fields.h - rows that people's methods and events have in common; for people.c and people_events.c only. */
#ifndef PROTOCOL_PEOPLE_FIELDS_H
#define PROTOCOL_PEOPLE_FIELDS_H
#include "protocol/people.h"

extern const char *const kd_organisation_kind_words[];
extern const struct kd_field kd_meeting_fields[];

/* `short` is a word of C's, so that the member has a longer name. */
#define ORGANISATION_FIELDS(T)                                                                                        \
	KD_ENUM(T, kind, KD_REQUIRED, kd_organisation_kind_words, "What kind of organisation it is."),               \
		{ .name = "short", .type = KD_TYPE_TEXT, .presence = KD_REQUIRED,                                    \
			.offset = KD__AT(T, short_name, const char *), .min = 1, .max = 16,                          \
			.doc = "Its short name, one line." },                                                        \
		KD_TEXT(T, name, KD_REQUIRED, 1, KD_NAME_MAX, "Its full name, one line.")

#define COHORT_FIELDS(T)                                                                                              \
	KD_ENUM(T, track, KD_REQUIRED, kd_track_words, "Its track."),                                                \
		KD_INT(T, round, 1, 99, "Its round within the track."),                                              \
		KD_TEXT(T, name, KD_REQUIRED, 1, 80, "Its name, one line.")

#endif

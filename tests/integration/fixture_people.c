/* fixture_people.c - the people of the fixture. */
#include "harness.h"
#include <stdio.h>
#include <string.h>

const struct fixture_person fixture_people[] = {
	{ "admin", FIXTURE_ID("0b001"), ORG_CULTURE, NULL, NULL, NULL, 1, 0 },
	{ "netta", FIXTURE_ID("0b002"), ORG_WATER, NULL, "network", NULL, 0, 0 },       /* facilitates the network */
	{ "fred", FIXTURE_ID("0b003"), ORG_WATER, NULL, "cohort", COHORT_E1, 0, 0 },    /* facilitates a cohort, is in none */
	{ "stina", FIXTURE_ID("0b004"), ORG_WATER, COHORT_K1, "space", SPACE(IN_PRIVATE), 0, 0 },
	{ "bert", FIXTURE_ID("0b005"), ORG_WATER, COHORT_K1, "board", BOARD(IN_BOARD), 0, 0 },
	{ "anna", FIXTURE_ID("0b006"), ORG_CULTURE, COHORT_E1, NULL, NULL, 0, 0 },      /* made what there is */
	{ "olle", FIXTURE_ID("0b007"), ORG_WATER, COHORT_E1, NULL, NULL, 0, 0 },        /* of the same cohort */
	{ "eva", FIXTURE_ID("0b008"), ORG_WATER, COHORT_E2, NULL, NULL, 0, 0 },         /* of the same track */
	{ "kalle", FIXTURE_ID("0b009"), ORG_CULTURE, COHORT_K1, NULL, NULL, 0, 0 },     /* of the other track */
	{ "lone", FIXTURE_ID("0b010"), ORG_WATER, NULL, NULL, NULL, 0, 0 },             /* of no cohort */
	{ "sven", FIXTURE_ID("0b011"), ORG_WATER, COHORT_E1, NULL, NULL, 0, 1 },        /* suspended */
	{ "nils", FIXTURE_ID("0b012"), ORG_WATER, NULL, "cohort", COHORT_E2, 0, 0 },    /* facilitates another cohort */
	{ "tove", FIXTURE_ID("0b013"), ORG_WATER, NULL, NULL, NULL, 0, 0 },         /* to whom things are done */
	{ NULL, NULL, NULL, NULL, NULL, NULL, 0, 0 },
};

const char *member_id(const char *who)
{
	for (const struct fixture_person *p = fixture_people; p->who; p++)
		if (strcmp(p->who, who) == 0)
			return p->id;
	must(false, "there is nobody called %s", who);
	return NULL;
}

/* As long as real ones: 43 characters of base64url. */
const char *member_token(const char *who, char ret_token[44])
{
	memset(ret_token, 'k', 43);
	ret_token[43] = '\0';
	memcpy(ret_token, who, strlen(who));
	return ret_token;
}

/* fixture.h - who and what is there in every test's database: one of each role, and one object for each relation.
 *
 * Written once, into the template database: people by SQL, everything they made by calls, so that the journal is as it
 * would be. Every object that not everybody may see carries a canary word (see frames.c). */
#ifndef TESTS_FIXTURE_H
#define TESTS_FIXTURE_H

#define FIXTURE_ID(n) "00000000-0000-7000-8000-0000000" n
#define NETWORK_STREAM "00000000-0000-7000-8000-000000000000"

#define ORG_CULTURE FIXTURE_ID("0a001")
#define ORG_WATER FIXTURE_ID("0a002")
#define COHORT_E1 FIXTURE_ID("0c011") /* executive, round 1 */
#define COHORT_E2 FIXTURE_ID("0c012")
#define COHORT_K1 FIXTURE_ID("0c021") /* key person, round 1 */

/* A place: a space, and in it what anna made. `x` is the place's number. */
#define SPACE(x) FIXTURE_ID("1" x "001")
#define THREAD(x) FIXTURE_ID("1" x "002")
#define POST(x) FIXTURE_ID("1" x "003")         /* the first, anna's */
#define POST_OTHER(x) FIXTURE_ID("1" x "004")   /* the second, by another */
#define POST_DELETED(x) FIXTURE_ID("1" x "005") /* the third, anna's */
#define BOARD(x) FIXTURE_ID("1" x "006")
#define SECTION(x) FIXTURE_ID("1" x "007")
#define CARD(x) FIXTURE_ID("1" x "008")
#define CARD_DELETED(x) FIXTURE_ID("1" x "009")
#define IN_NETWORK "1" /* open to everybody */
#define IN_TRACK "2"   /* the executive track */
#define IN_COHORT "3"  /* the executive track's first round */
#define IN_PRIVATE "4" /* anna's and stina's */
#define IN_ARCHIVE "5" /* open to everybody, archived */
#define IN_BOARD "6"   /* open to everybody; bert facilitates its board, and nothing else */

struct fixture_person {
	const char *who;   /* "anna": how tests call them */
	const char *id, *organisation, *cohort; /* cohort may be NULL */
	const char *scope, *scope_id;           /* what they facilitate; NULL: nothing */
	int is_administrator, is_suspended;
};
extern const struct fixture_person fixture_people[]; /* ends with who == NULL */

const char *member_id(const char *who);
const char *member_token(const char *who, char ret_token[44]);
#endif

/* Who may read, write and moderate what: the rules on plain structs. */
#include "stream/access.h"
#include <criterion/criterion.h>
#include <string.h>

#define ALICE "01890000-0000-7000-8000-00000000000a"
#define BOB "01890000-0000-7000-8000-00000000000b"
#define COHORT "01890000-0000-7000-8000-0000000000c1"
#define OTHER_COHORT "01890000-0000-7000-8000-0000000000c2"
#define SPACE "01890000-0000-7000-8000-0000000000d1"
#define BOARD "01890000-0000-7000-8000-0000000000e1"

static char cohorts[1][ID_SIZE] = { COHORT };
static char spaces[1][ID_SIZE] = { SPACE };

static struct caller stranger(void)
{
	return (struct caller){ .member = ALICE };
}

static struct caller granted(struct grant *g)
{
	return (struct caller){ .member = ALICE, .grants = g, .grant_count = 1 };
}

static struct access of(enum openness openness)
{
	return (struct access){ .openness = openness, .track = TRACK_EXECUTIVE, .cohort = COHORT, .space = SPACE, .member = BOB };
}

Test(access, what_is_open_to_the_network_is_read_by_all)
{
	struct access a = of(OPEN_NETWORK);
	struct caller c = stranger();

	cr_assert(access_may_read(&a, &c));
	cr_assert(access_may_write(&a, &c));
	cr_assert_not(access_may_moderate(&a, &c));
}

Test(access, a_track_is_for_its_members)
{
	struct access a = of(OPEN_TRACK);
	struct caller c = stranger();

	cr_assert_not(access_may_read(&a, &c));
	c.tracks = TRACK_KEY_PERSON;
	cr_assert_not(access_may_read(&a, &c));
	c.tracks |= TRACK_EXECUTIVE;
	cr_assert(access_may_read(&a, &c));
}

Test(access, a_cohort_is_for_its_members_and_its_facilitator)
{
	struct access a = of(OPEN_COHORT);
	struct grant theirs = { SCOPE_COHORT, COHORT }, others = { SCOPE_COHORT, OTHER_COHORT };
	struct caller member = stranger(), facilitator = granted(&theirs), neighbour = granted(&others);

	member.cohorts = cohorts;
	member.cohort_count = 1;
	cr_assert(access_may_read(&a, &member));
	cr_assert_not(access_may_moderate(&a, &member));
	cr_assert(access_may_moderate(&a, &facilitator));
	cr_assert_not(access_may_read(&a, &neighbour));
}

Test(access, private_spaces_are_closed_to_those_who_run_the_network)
{
	struct access a = of(OPEN_PRIVATE);
	struct grant all = { SCOPE_NETWORK, "" };
	struct caller admin = stranger(), facilitator = granted(&all), member = stranger();

	admin.is_administrator = true;
	member.spaces = spaces;
	member.space_count = 1;
	cr_assert_not(access_may_read(&a, &admin));
	cr_assert_not(access_may_moderate(&a, &admin));
	cr_assert_not(access_may_read(&a, &facilitator));
	cr_assert(access_may_read(&a, &member));
}

Test(access, a_space_facilitator_must_belong_to_a_private_space_to_moderate_it)
{
	struct access a = of(OPEN_PRIVATE);
	struct grant g = { SCOPE_SPACE, SPACE };
	struct caller c = granted(&g);

	cr_assert_not(access_may_moderate(&a, &c));
	c.spaces = spaces;
	c.space_count = 1;
	cr_assert(access_may_moderate(&a, &c));
}

Test(access, a_board_facilitator_moderates_that_board_only)
{
	struct access a = of(OPEN_NETWORK);
	struct grant g = { SCOPE_BOARD, BOARD };
	struct caller c = granted(&g);

	cr_assert_not(access_may_moderate(&a, &c));
	strcpy(a.board, BOARD);
	cr_assert(access_may_moderate(&a, &c));
}

Test(access, a_members_own_is_for_that_member_alone)
{
	struct access a = of(OPEN_MEMBER);
	struct caller c = stranger();

	c.is_administrator = true;
	cr_assert_not(access_may_read(&a, &c));
	strcpy(c.member, BOB);
	cr_assert(access_may_read(&a, &c));
	cr_assert_not(access_may_moderate(&a, &c));
}

Test(access, nothing_changes_in_what_is_archived)
{
	struct access a = of(OPEN_NETWORK);
	struct caller c = stranger();

	a.is_archived = true;
	cr_assert(access_may_read(&a, &c));
	cr_assert_not(access_may_write(&a, &c));
}

Test(access, who_runs_the_network_sees_tracks_and_cohorts_and_moderates_them)
{
	struct grant all = { SCOPE_NETWORK, "" };
	struct caller admin = stranger(), facilitator = granted(&all);

	admin.is_administrator = true;
	for (enum openness o = OPEN_NETWORK; o <= OPEN_COHORT; o++) {
		struct access a = of(o);
		cr_assert(access_may_moderate(&a, &admin));
		cr_assert(access_may_moderate(&a, &facilitator));
	}
}

Test(access, a_cohorts_facilitator_moderates_nothing_of_the_whole_network)
{
	struct access a = of(OPEN_NETWORK);
	struct grant theirs = { SCOPE_COHORT, COHORT };
	struct caller c = granted(&theirs);

	cr_assert_not(access_may_moderate(&a, &c));
	a.space[0] = '\0'; /* outside of spaces */
	cr_assert_not(access_may_moderate(&a, &c));
}

Test(access, a_member_of_a_cohort_with_another_scope_does_not_moderate_it)
{
	struct access a = of(OPEN_COHORT);
	struct grant others = { SCOPE_COHORT, OTHER_COHORT };
	struct caller c = granted(&others);

	c.cohorts = cohorts;
	c.cohort_count = 1;
	cr_assert(access_may_read(&a, &c));
	cr_assert_not(access_may_moderate(&a, &c));
}

Test(access, what_one_may_not_read_one_may_not_write)
{
	struct access a = of(OPEN_PRIVATE);
	struct caller c = stranger();

	cr_assert_not(access_may_write(&a, &c));
}

Test(access, the_administrators_own_and_what_is_unknown_is_for_them_alone)
{
	struct access a = of(OPEN_ADMIN), unknown = of((enum openness)99);
	struct caller admin = stranger(), c = stranger();

	admin.is_administrator = true;
	cr_assert(access_may_read(&a, &admin));
	cr_assert_not(access_may_moderate(&a, &admin));
	cr_assert_not(access_may_read(&a, &c));
	cr_assert_not(access_may_read(&unknown, &c));
}

Test(access, a_scope_holds_only_what_it_names)
{
	struct grant all = { SCOPE_NETWORK, "" }, space = { SCOPE_SPACE, SPACE };
	struct caller network = granted(&all), c = granted(&space);

	cr_assert(caller_is_facilitator(&network, SCOPE_NETWORK, ""));
	cr_assert(caller_is_facilitator(&network, SCOPE_BOARD, BOARD));
	cr_assert(caller_is_facilitator(&c, SCOPE_SPACE, SPACE));
	cr_assert_not(caller_is_facilitator(&c, SCOPE_NETWORK, ""));
	cr_assert_not(caller_is_facilitator(&c, SCOPE_SPACE, ""));
	cr_assert_not(caller_is_facilitator(&c, SCOPE_SPACE, BOARD));
	cr_assert_not(caller_is_facilitator(&c, SCOPE_COHORT, SPACE));
}

Test(access, words_of_the_schema_are_read)
{
	cr_assert_eq(openness_from_text("network"), OPEN_NETWORK);
	cr_assert_eq(openness_from_text("track"), OPEN_TRACK);
	cr_assert_eq(openness_from_text("cohort"), OPEN_COHORT);
	cr_assert_eq(openness_from_text("private"), OPEN_PRIVATE);
	cr_assert_eq(openness_from_text("member"), OPEN_MEMBER);
	cr_assert_eq(openness_from_text("admin"), OPEN_ADMIN);
	cr_assert_eq(track_from_text("executive"), TRACK_EXECUTIVE);
	cr_assert_eq(track_from_text("key_person"), TRACK_KEY_PERSON);
	cr_assert_eq(track_from_text("none"), TRACK_NONE);
	cr_assert_eq(track_from_text(NULL), TRACK_NONE);
}

Test(access, belonging_to_one_cohort_is_not_belonging_to_another)
{
	struct access a = of(OPEN_COHORT);
	struct caller c = stranger();

	c.cohorts = cohorts;
	c.cohort_count = 1;
	strcpy(a.cohort, OTHER_COHORT);
	cr_assert_not(access_may_read(&a, &c));
}

Test(access, a_space_facilitator_moderates_its_boards_and_no_other_spaces)
{
	struct access a = of(OPEN_NETWORK);
	struct grant g = { SCOPE_SPACE, SPACE };
	struct caller c = granted(&g);

	strcpy(a.board, BOARD);
	cr_assert(access_may_moderate(&a, &c));
	strcpy(a.space, OTHER_COHORT);
	cr_assert_not(access_may_moderate(&a, &c));
}

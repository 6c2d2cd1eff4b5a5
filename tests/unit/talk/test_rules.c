/* The rules of spaces, threads and posts, on plain structs. */
#include "protocol/talk.h"
#include "talk/talk_rules.h"
#include <criterion/criterion.h>
#include <string.h>

#define ANNA "01900000-0000-7000-8000-00000000000a"
#define BO "01900000-0000-7000-8000-00000000000b"
#define SPACE "01900000-0000-7000-8000-000000000051"
#define COHORT "01900000-0000-7000-8000-0000000000c1"
#define OTHER_COHORT "01900000-0000-7000-8000-0000000000c2"

static struct err err;

/* --- who may make a space --------------------------------------------------------------------------- */

static struct grant of_network[] = { { SCOPE_NETWORK, "" } };
static struct grant of_cohort[] = { { SCOPE_COHORT, COHORT } };
static struct grant of_space[] = { { SCOPE_SPACE, SPACE } };
static const struct caller member = { .member = ANNA };
static const struct caller administrator = { .member = ANNA, .is_administrator = true };
static const struct caller facilitator = { .member = ANNA, .grant_count = 1, .grants = of_network };
static const struct caller cohort_facilitator = { .member = ANNA, .grant_count = 1, .grants = of_cohort };

static bool may_create(const struct caller *who, const char *openness, const char *track, const char *cohort)
{
	return space_may_create(&(struct space_wish){ "Rum", openness, track, cohort }, who, &err);
}

Test(space, anybody_makes_a_private_one)
{
	cr_assert(may_create(&member, "private", NULL, NULL));
}

Test(space, the_network_and_tracks_are_for_network_facilitators)
{
	cr_assert(may_create(&administrator, "network", NULL, NULL));
	cr_assert(may_create(&facilitator, "network", NULL, NULL));
	cr_assert(may_create(&facilitator, "track", "executive", NULL));
	cr_assert_not(may_create(&member, "network", NULL, NULL));
	cr_assert_eq(err.code, KD_E_FORBIDDEN);
	cr_assert_not(may_create(&cohort_facilitator, "track", "executive", NULL));
	cr_assert_eq(err.code, KD_E_FORBIDDEN);
}

Test(space, a_cohorts_is_for_its_own_facilitators_as_well)
{
	cr_assert(may_create(&cohort_facilitator, "cohort", NULL, COHORT));
	cr_assert(may_create(&facilitator, "cohort", NULL, OTHER_COHORT));
	cr_assert_not(may_create(&cohort_facilitator, "cohort", NULL, OTHER_COHORT));
	cr_assert_eq(err.code, KD_E_FORBIDDEN);
	cr_assert_not(may_create(&member, "cohort", NULL, COHORT));
}

Test(space, says_what_it_is_open_to_exactly_when_that_is_needed)
{
	cr_assert_not(may_create(&administrator, "track", NULL, NULL));
	cr_assert_str_eq(err.field, "/track");
	cr_assert_not(may_create(&administrator, "network", "executive", NULL));
	cr_assert_str_eq(err.field, "/track");
	cr_assert_not(may_create(&administrator, "cohort", NULL, NULL));
	cr_assert_str_eq(err.field, "/cohort");
	cr_assert_not(may_create(&administrator, "private", NULL, COHORT));
	cr_assert_str_eq(err.field, "/cohort");
	cr_assert_not(space_may_create(&(struct space_wish){ " ", "private", NULL, NULL }, &member, &err));
	cr_assert_str_eq(err.field, "/name");
}

/* --- who belongs to a private one ------------------------------------------------------------------- */

static char anna_spaces[1][ID_SIZE] = { SPACE };
static const struct caller insider = { .member = ANNA, .space_count = 1, .spaces = anna_spaces };
static const struct caller keeper = {
	.member = ANNA,
	.space_count = 1,
	.spaces = anna_spaces,
	.grant_count = 1,
	.grants = of_space,
};

static struct belonging private_space(bool is_in, int64_t members)
{
	return (struct belonging){
		.access = { .openness = OPEN_PRIVATE, .space = SPACE }, .is_in = is_in, .members = members
	};
}

Test(space, its_facilitators_take_members_in)
{
	struct belonging b = private_space(false, 1);

	cr_assert(space_may_add(&b, &keeper, &err));
	cr_assert_not(space_may_add(&b, &insider, &err));
	cr_assert_eq(err.code, KD_E_FORBIDDEN);
	b.is_in = true;
	cr_assert_not(space_may_add(&b, &keeper, &err));
	cr_assert_eq(err.code, KD_E_CONFLICT);
}

Test(space, outsiders_are_not_told_that_it_exists)
{
	struct belonging b = private_space(false, 1);

	cr_assert_not(space_may_add(&b, &member, &err));
	cr_assert_eq(err.code, KD_E_NOT_FOUND);
	cr_assert_not(space_may_add(&b, &administrator, &err));
	cr_assert_eq(err.code, KD_E_NOT_FOUND);
	cr_assert_not(space_may_remove(&b, &facilitator, BO, &err));
	cr_assert_eq(err.code, KD_E_NOT_FOUND);
	cr_assert_not(space_may_remove(&b, &member, ANNA, &err));
	cr_assert_eq(err.code, KD_E_NOT_FOUND);
}

Test(space, one_may_leave_even_an_archived_one_but_somebody_stays)
{
	struct belonging b = private_space(true, 2);

	cr_assert(space_may_remove(&b, &insider, ANNA, &err));
	cr_assert(space_may_remove(&b, &keeper, BO, &err));
	cr_assert_not(space_may_remove(&b, &insider, BO, &err));
	cr_assert_eq(err.code, KD_E_FORBIDDEN);
	b.access.is_archived = true;
	cr_assert(space_may_remove(&b, &insider, ANNA, &err));
	cr_assert_not(space_may_remove(&b, &keeper, BO, &err));
	b.members = 1;
	cr_assert_not(space_may_remove(&b, &insider, ANNA, &err));
	cr_assert_eq(err.code, KD_E_CONFLICT);
	cr_assert_not(space_may_add(&b, &keeper, &err));
	cr_assert_eq(err.code, KD_E_FORBIDDEN);
}

Test(space, open_ones_have_no_members_of_their_own)
{
	struct belonging b = { .access = { .openness = OPEN_NETWORK, .space = SPACE } };

	cr_assert_not(space_may_add(&b, &administrator, &err));
	cr_assert_eq(err.code, KD_E_CONFLICT);
	cr_assert_not(space_may_add(&b, &member, &err));
	cr_assert_eq(err.code, KD_E_FORBIDDEN);
}

/* --- threads and posts -------------------------------------------------------------------------------- */

static const struct talk_role anna = { ANNA, false }, moderator = { BO, true };

Test(thread, is_renamed_by_who_began_it_and_by_moderators)
{
	cr_assert(thread_may_rename(&anna, ANNA, &err));
	cr_assert(thread_may_rename(&moderator, ANNA, &err));
	cr_assert_not(thread_may_rename(&anna, BO, &err));
	cr_assert_eq(err.code, KD_E_FORBIDDEN);
}

Test(post, is_edited_by_its_author_alone_and_from_its_revision)
{
	struct post_facts post = { .author = ANNA, .number = 1, .revision = 2 };

	cr_assert(post_may_edit(&anna, &post, 2, &err));
	cr_assert_not(post_may_edit(&moderator, &post, 2, &err));
	cr_assert_eq(err.code, KD_E_FORBIDDEN);
	cr_assert_not(post_may_edit(&anna, &post, 1, &err));
	cr_assert_eq(err.code, KD_E_CONFLICT);
	post.is_deleted = true;
	cr_assert_not(post_may_edit(&anna, &post, 2, &err));
	cr_assert_eq(err.code, KD_E_NOT_FOUND);
}

Test(post, is_deleted_by_its_author_and_by_moderators_once)
{
	struct post_facts post = { .author = ANNA, .number = 1, .revision = 2 };

	cr_assert(post_may_delete(&anna, &post, &err));
	cr_assert(post_may_delete(&moderator, &post, &err));
	post.author = NULL;
	cr_assert_not(post_may_delete(&anna, &post, &err));
	cr_assert_eq(err.code, KD_E_FORBIDDEN);
	post.is_deleted = true;
	cr_assert_not(post_may_delete(&moderator, &post, &err));
	cr_assert_eq(err.code, KD_E_NOT_FOUND);
}

Test(post, is_counted_in_bytes_and_not_blank)
{
	static char text[KD_POST_MAX_BYTES + 2];

	memset(text, 'x', KD_POST_MAX_BYTES);
	cr_assert(post_text_fits(text, KD_POST_MAX_BYTES, &err));
	text[KD_POST_MAX_BYTES] = 'x';
	cr_assert_not(post_text_fits(text, KD_POST_MAX_BYTES, &err));
	cr_assert_eq(err.code, KD_E_TOO_LARGE);
	cr_assert_str_eq(err.field, "/text");
	cr_assert_not(post_text_fits(" \n\t ", KD_POST_MAX_BYTES, &err));
	cr_assert_eq(err.code, KD_E_INVALID);
	cr_assert(post_size_fits("", KD_POST_MAX_BYTES, &err));
}

/* --- pages ---------------------------------------------------------------------------------------------- */

Test(thread, a_cursor_is_what_an_answer_said_and_nothing_else)
{
	static const char *const bad[] = { "", "_", "12", "12_", "_" ANNA, "x_" ANNA, "12_" ANNA "0",
		"12 _" ANNA, "12345678901234567_" ANNA, "-12_" ANNA,
		"12_01900000-0000-7000-8000-00000000000A" };
	struct thread_cursor cur;

	cr_assert(thread_cursor_read(&cur, "1700000000123456_" ANNA, &err));
	cr_assert_str_eq(cur.at_us, "1700000000123456");
	cr_assert_str_eq(cur.id, ANNA);
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		cr_assert_not(thread_cursor_read(&cur, bad[i], &err), "%s", bad[i]);
		cr_assert_str_eq(err.field, "/after");
	}
}

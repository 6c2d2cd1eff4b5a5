/* That each thing which must not happen to a stream is found when it does. */
#include "clients/load/journal.h"
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#define CARD "01900000-0000-7000-8000-000000000001"
#define OTHER "01900000-0000-7000-8000-000000000002"
#define SNAPSHOT(x) "{\"board\":{\"title\":\"T\"},\"sections\":[],\"cards\":[{\"id\":\"" CARD "\",\"x\":" x ",\"text\":\"å\"}]}"

static struct ops ops;
static struct wrongs wrongs;
static struct journal j;

static struct span of(const char *text)
{
	return (struct span){ text, strlen(text) };
}

static void begin(void)
{
	ops_init(&ops, 99);
	ops_add(&ops, &(struct op){ .due = 5000, .user = 1, .next = OP_NONE });
	wrongs = (struct wrongs){ 0 };
	journal_init(&j, STREAM_BOARD, "01900000-0000-7000-8000-0000000000aa", &ops, &wrongs);
	journal_take_snapshot(&j, of(SNAPSHOT("0")), 10);
}

static void end(void)
{
	journal_finish(&j);
	ops_finish(&ops);
}

static const char *moved(int seq, int x, const char *op)
{
	static char texts[8][512];
	static int next;
	char *text = texts[next++ % 8];

	snprintf(text, sizeof texts[0], "{\"seq\":%d,\"at\":1,\"op\":\"%s\",\"type\":\"card.moved\",\"body\":{\"card\":\"" CARD "\",\"x\":%d}}", seq,
	        op, x);
	return text;
}

/* A frame of one or two events, heard by one who has reached *at. */
static const struct heard *hear(uint64_t *at, const char *one, const char *two)
{
	char text[2048];
	int len = snprintf(text, sizeof text, "{\"method\":\"stream.events\",\"params\":{\"events\":[%s%s%s]}}", one, two ? "," : "",
	        two ? two : "");
	const struct heard *h = journal_known(&j, text, (size_t)len, at);

	return h ? h : journal_hear(&j, text, (size_t)len, scan_find(message_scan(text, (size_t)len).content, "events"), at);
}

/* What a board is led with is a part of what is compared. */
Test(journal, mode_timer_and_locks_are_followed)
{
	static const char led[] = "{\"board\":{\"title\":\"T\",\"mode\":\"look\",\"timer\":{\"duration\":9,\"left\":4}},\"sections\":[],"
		"\"cards\":[{\"id\":\"" CARD "\",\"x\":0,\"text\":\"å\",\"locked\":true}]}";
	static const char free_again[] = "{\"board\":{\"title\":\"T\",\"mode\":\"write\"},\"sections\":[],"
		"\"cards\":[{\"id\":\"" CARD "\",\"x\":0,\"text\":\"å\"}]}";
	uint64_t at = 10;

	begin();
	hear(&at, "{\"seq\":11,\"at\":1,\"type\":\"board.mode_set\",\"body\":{\"mode\":\"look\"}}",
	        "{\"seq\":12,\"at\":1,\"type\":\"timer.started\",\"body\":{\"timer\":{\"label\":\"L\",\"duration\":9,\"ends_at\":5}}}");
	hear(&at, "{\"seq\":13,\"at\":1,\"type\":\"timer.paused\",\"body\":{\"timer\":{\"duration\":9,\"left\":4}}}",
	        "{\"seq\":14,\"at\":1,\"type\":\"card.locked\",\"body\":{\"card\":\"" CARD "\"}}");
	journal_take_snapshot(&j, of(led), 14);
	hear(&at, "{\"seq\":15,\"at\":1,\"type\":\"card.unlocked\",\"body\":{\"card\":\"" CARD "\"}}",
	        "{\"seq\":16,\"at\":1,\"type\":\"timer.stopped\",\"body\":{}}");
	hear(&at, "{\"seq\":17,\"at\":1,\"type\":\"board.mode_set\",\"body\":{\"mode\":\"write\"}}", NULL);
	journal_take_snapshot(&j, of(free_again), 17);
	cr_assert_eq(j.snapshots, 2);
	cr_assert_eq(wrongs_total(&wrongs), 0, "%s", wrongs.first[WRONG_VIEW]);
	journal_take_snapshot(&j, of(led), 17);
	cr_assert_eq(wrongs_total(&wrongs), 1, "another lock, mode and timer are found");
	end();
}

Test(journal, all_is_well)
{
	uint64_t anna = 10, bo = 10;
	char op[ID_TEXT];
	const struct heard *first, *again;

	begin();
	op_id(&ops, 0, op);
	first = hear(&anna, moved(11, 1, op), moved(12, 2, OTHER));
	again = hear(&bo, moved(11, 1, op), moved(12, 2, OTHER));
	cr_assert_eq(first, again, "the second copy is known");
	cr_assert(first->marks[0].due == 5000 && first->marks[0].user == 1 && first->marks[1].due == 0);
	cr_assert(anna == 12 && bo == 12 && j.head == 12);
	cr_assert_eq(ops_get(&ops, 0)->seen, 11);
	anna = 12;
	hear(&anna, moved(13, 3, OTHER), NULL);
	bo = 11;
	hear(&bo, moved(12, 2, OTHER), moved(13, 3, OTHER)); /* cut differently */
	journal_take_snapshot(&j, of(SNAPSHOT("2")), 12);    /* of one who comes late, and of one who is ahead */
	journal_take_snapshot(&j, of(SNAPSHOT("4")), 14);
	hear(&anna, moved(14, 4, OTHER), NULL);
	cr_assert_eq(j.snapshots, 2);
	cr_assert_null(j.waiting);
	cr_assert_eq(wrongs_total(&wrongs), 0, "%s", wrongs.first[WRONG_VIEW]);
	end();
}

Test(journal, a_gap_is_found)
{
	uint64_t at = 10;

	begin();
	hear(&at, moved(12, 1, OTHER), NULL);
	cr_assert_eq(wrongs.count[WRONG_GAP], 1);
	end();
}

Test(journal, a_repetition_is_found)
{
	uint64_t at = 10;

	begin();
	hear(&at, moved(11, 1, OTHER), NULL);
	hear(&at, moved(11, 1, OTHER), NULL);
	cr_assert_eq(wrongs.count[WRONG_REPEAT], 1);
	end();
}

Test(journal, an_event_that_is_not_the_same_for_all_is_found)
{
	uint64_t anna = 10, bo = 10;

	begin();
	hear(&anna, moved(11, 1, OTHER), NULL);
	hear(&bo, moved(11, 2, OTHER), NULL);
	cr_assert_eq(wrongs.count[WRONG_EVENT], 1);
	end();
}

Test(journal, a_snapshot_that_differs_is_found_whenever_it_comes)
{
	uint64_t at = 10;

	begin();
	hear(&at, moved(11, 1, OTHER), moved(12, 2, OTHER));
	journal_take_snapshot(&j, of(SNAPSHOT("7")), 12);
	cr_assert_eq(wrongs.count[WRONG_VIEW], 1, "now");
	journal_take_snapshot(&j, of("{\"board\":{\"title\":\"T\"},\"sections\":[],\"cards\":[]}"), 12);
	cr_assert_eq(wrongs.count[WRONG_VIEW], 2, "a card less");
	journal_take_snapshot(&j, of("{\"board\":{\"title\":\"U\"},\"sections\":[],\"cards\":[{\"id\":\"" CARD "\",\"x\":2,\"text\":\"å\"}]}"), 12);
	cr_assert_eq(wrongs.count[WRONG_VIEW], 3, "another title");
	journal_take_snapshot(&j, of("{\"board\":{\"title\":\"T\"},\"sections\":[],\"cards\":[{\"x\":2, \"text\":\"\\u00e5\",\"id\":\"" CARD "\"}]}"), 12);
	cr_assert_eq(wrongs.count[WRONG_VIEW], 3, "written otherwise is the same");
	journal_take_snapshot(&j, of(SNAPSHOT("9")), 13);
	hear(&at, moved(13, 3, OTHER), NULL);
	cr_assert_eq(wrongs.count[WRONG_VIEW], 4, "later");
	end();
}

Test(journal, a_change_that_is_there_twice_is_found)
{
	uint64_t at = 10;
	char op[ID_TEXT];

	begin();
	op_id(&ops, 0, op);
	hear(&at, moved(11, 1, op), moved(12, 1, op));
	cr_assert_eq(wrongs.count[WRONG_TWICE], 1);
	end();
}

Test(journal, an_acknowledgement_with_another_number_is_found)
{
	uint64_t at = 10;
	char op[ID_TEXT];

	begin();
	op_id(&ops, 0, op);
	ops_get(&ops, 0)->seq = 12;
	hear(&at, moved(11, 1, op), NULL);
	cr_assert_eq(wrongs.count[WRONG_SEQ], 1);
	end();
}

Test(journal, an_event_of_nothing_that_is_there_is_found)
{
	uint64_t at = 10;

	begin();
	hear(&at, "{\"seq\":11,\"at\":1,\"type\":\"card.moved\",\"body\":{\"card\":\"" OTHER "\",\"x\":1}}", NULL);
	hear(&at, "{\"seq\":12,\"at\":1,\"type\":\"dance.begun\",\"body\":{}}", NULL);
	cr_assert_eq(wrongs.count[WRONG_VIEW], 2);
	end();
}

/* When nobody heard some events, the view goes on from a snapshot, and it is counted what is missing. */
Test(journal, begins_anew_after_what_nobody_heard)
{
	uint64_t at = 10;

	begin();
	hear(&at, moved(11, 1, OTHER), NULL);
	journal_take_snapshot(&j, of(SNAPSHOT("5")), 15);
	at = 15;
	hear(&at, moved(16, 6, OTHER), NULL);
	cr_assert_eq(j.head, 11);
	journal_rebase(&j);
	cr_assert_eq(j.head, 16);
	cr_assert_eq(j.unheard, 4);
	journal_take_snapshot(&j, of(SNAPSHOT("6")), 16);
	cr_assert_eq(wrongs_total(&wrongs), 0);
	end();
}

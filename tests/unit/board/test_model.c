/* A board in memory: the rules on it, what a batch notes to be written, and that it takes others' events as its own. */
#include "board/board_model.h"
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#define SECTION "01900000-0000-7000-8000-0000000005ec"
#define OTHER_SECTION "01900000-0000-7000-8000-0000000005ed"
#define OP "01900000-0000-7000-8000-00000000000f"

static struct err err;
static char order[ORDER_SIZE];

static const char *card_id(int n)
{
	static char ids[8][ID_SIZE];
	static int next;
	char *id = ids[next++ % 8];

	snprintf(id, ID_SIZE, "01900000-0000-7000-8000-%012x", n);
	return id;
}

static struct kd_card new_card(int n, const char *section, const char *key)
{
	return (struct kd_card){ .id = card_id(n), .section = section, .text = "text", .revision = 1, .colour = "kalk", .x = n, .y = n,
		.width = 160, .height = 128, .order = key, .author = { .id = OP }, .created_at = 1000 };
}

static bool create(struct stream_model *m, int n, const char *section, const char *key)
{
	struct kd_card card = new_card(n, section, key);

	return board_card_create(m, &card, false, order, &err);
}

static bool move(struct stream_model *m, int n, const char *section, const char *key)
{
	struct kd_card_move p = { NULL, card_id(n), section, 7, 8, key, OP };

	return board_card_move(m, &p, order, &err);
}

static struct stream_model *board(void)
{
	struct stream_model *m = board_model_create();

	cr_assert(board_model_add_section(m, SECTION, false));
	cr_assert(board_model_add_section(m, OTHER_SECTION, false));
	return m;
}

static const struct card_row *row_of(const struct stream_model *m, int n)
{
	size_t count;
	const struct card_row *rows = board_model_rows(m, &count);

	for (size_t i = count; i > 0; i--)
		if (strcmp(rows[i - 1].id, card_id(n)) == 0)
			return &rows[i - 1];
	return NULL;
}

static bool apply(struct stream_model *m, const char *type, const char *body)
{
	json_t *json = json_loads(body, 0, NULL);
	bool is_applied = board_model_apply(m, type, json);

	cr_assert(json, "%s", body);
	json_decref(json);
	return is_applied;
}

Test(model, a_card_is_made_where_there_is_a_place_for_it)
{
	struct stream_model *m = board();

	cr_assert(create(m, 1, SECTION, "a0"));
	cr_assert_str_eq(order, "a0");
	cr_assert(create(m, 2, SECTION, "a0"));
	cr_assert_str_eq(order, "a1", "a taken key gives way");
	cr_assert(create(m, 3, SECTION, "a0"));
	cr_assert_str_eq(order, "a0V", "to one before the next");
	cr_assert(create(m, 4, NULL, "a0"));
	cr_assert_str_eq(order, "a0", "loose cards have keys of their own");
	cr_assert(create(m, 5, OTHER_SECTION, "a0"));
	cr_assert_str_eq(order, "a0");
	cr_assert_not(create(m, 6, card_id(99), "a0"));
	cr_assert_eq(err.code, KD_E_NOT_FOUND);
	cr_assert_not(create(m, 1, NULL, "a5"));
	cr_assert_eq(err.code, KD_E_CONFLICT);
	cr_assert_eq(board_model_cards(m), 5);
	cr_assert(row_of(m, 3)->is_new && strcmp(row_of(m, 3)->order, "a0V") == 0 && strcmp(row_of(m, 3)->section, SECTION) == 0);
	cr_assert_not(row_of(m, 6));
	board_model_destroy(m);
}

Test(model, an_id_that_exists_elsewhere_or_was_deleted_is_taken)
{
	struct stream_model *m = board();
	struct kd_card card = new_card(1, NULL, "a0");
	struct kd_card_delete p = { NULL, card.id, OP };

	cr_assert_not(board_card_create(m, &card, true, order, &err));
	cr_assert_eq(err.code, KD_E_CONFLICT);
	cr_assert(board_card_create(m, &card, false, order, &err));
	cr_assert(board_card_delete(m, &p, &err));
	cr_assert_not(board_card_create(m, &card, false, order, &err), "its tombstone is in this very batch");
	cr_assert(row_of(m, 1)->is_new && row_of(m, 1)->is_deleted);
	cr_assert_not(board_card_delete(m, &p, &err));
	cr_assert_eq(err.code, KD_E_NOT_FOUND);
	board_model_destroy(m);
}

Test(model, a_move_finds_its_place_and_leaves_the_old_one_free)
{
	struct stream_model *m = board();

	cr_assert(create(m, 1, SECTION, "a0") && create(m, 2, SECTION, "a1"));
	cr_assert(move(m, 1, SECTION, "a0"));
	cr_assert_str_eq(order, "a0", "it is not in its own way");
	cr_assert(move(m, 1, SECTION, "a1"));
	cr_assert_str_eq(order, "a2");
	cr_assert(move(m, 2, SECTION, "a0"));
	cr_assert_str_eq(order, "a0");
	cr_assert(move(m, 1, NULL, "a1"));
	cr_assert_str_eq(order, "a1");
	cr_assert(create(m, 3, SECTION, "a1"));
	cr_assert_str_eq(order, "a1");
	cr_assert_not(move(m, 1, card_id(77), "a1"));
	cr_assert_eq(err.code, KD_E_NOT_FOUND);
	cr_assert_not(move(m, 88, NULL, "a1"));
	cr_assert_eq(err.code, KD_E_NOT_FOUND);
	cr_assert_not(move(m, 1, NULL, "a00"));
	cr_assert_eq(err.code, KD_E_INVALID);
	cr_assert(row_of(m, 1)->section[0] == '\0' && row_of(m, 1)->x == 7);
	board_model_destroy(m);
}

/* One row a card, with what was changed of it alone. */
Test(model, what_a_batch_does_to_a_card_is_one_row)
{
	struct stream_model *m = board();
	struct kd_card_resize size = { NULL, card_id(1), 200, 100, OP };
	struct kd_card_edit edit = { NULL, card_id(1), "first", 1, OP }, again = { NULL, card_id(1), "second", 2, OP };
	struct kd_card_recolour colour = { NULL, card_id(1), "arg", OP };
	const struct card_row *row;
	size_t count;

	cr_assert(board_model_add_card(m, card_id(1), SECTION, "a0", 1, false));
	board_model_rows(m, &count);
	cr_assert_eq(count, 0, "what was read is not written");
	cr_assert(board_card_edit(m, &edit, &err) && board_card_resize(m, &size, &err));
	cr_assert_not(board_card_edit(m, &edit, &err), "of an old revision");
	cr_assert_eq(err.code, KD_E_CONFLICT);
	cr_assert(board_card_edit(m, &again, &err) && board_card_recolour(m, &colour, &err));
	board_model_rows(m, &count);
	cr_assert_eq(count, 1);
	row = row_of(m, 1);
	cr_assert(!row->is_new && !row->is_placed && row->is_sized && row->is_edited && row->is_coloured && !row->is_deleted);
	cr_assert(row->revision == 3 && strcmp(row->text, "second") == 0 && row->width == 200 && strcmp(row->colour, "arg") == 0);
	board_model_written(m);
	board_model_rows(m, &count);
	cr_assert_eq(count, 0);
	cr_assert_eq(board_model_revision(m, board_model_card(m, card_id(1))), 3);
	cr_assert(move(m, 1, NULL, "a0"));
	row = row_of(m, 1);
	cr_assert(row->is_placed && !row->is_edited, "a new batch begins anew");
	board_model_destroy(m);
}

Test(model, a_full_board_takes_no_more)
{
	struct stream_model *m = board_model_create();
	char key[ORDER_SIZE];

	for (int i = 0; i < KD_BOARD_CARDS; i++) {
		snprintf(key, sizeof(key), "c%03d1", i % 1000);
		cr_assert(board_model_add_card(m, card_id(i), NULL, key, 1, false));
	}
	cr_assert_not(create(m, 9999, NULL, "a0"));
	cr_assert_eq(err.code, KD_E_TOO_LARGE);
	cr_assert(move(m, 17, NULL, "a0"));
	board_model_destroy(m);
}

Test(model, a_hundred_cards_take_less_than_eight_kilobytes)
{
	struct stream_model *m = board();
	char key[ORDER_SIZE];

	for (int i = 0; i < 100; i++) {
		snprintf(key, sizeof(key), "b%02dV", i);
		cr_assert(board_model_add_card(m, card_id(i), i % 2 ? SECTION : NULL, key, 1, false));
	}
	cr_assert_lt(board_model_bytes(m), 8192, "%zu", board_model_bytes(m));
	board_model_destroy(m);
}

Test(model, others_events_are_taken_as_ones_own)
{
	struct stream_model *m = board();
	char body[400];

	snprintf(body, sizeof(body), "{\"card\":{\"id\":\"%s\",\"section\":\"" SECTION "\",\"order\":\"a0\",\"revision\":1}}", card_id(1));
	cr_assert(apply(m, "card.created", body));
	cr_assert_not(apply(m, "card.created", body), "twice does not fit");
	snprintf(body, sizeof(body), "{\"card\":\"%s\",\"x\":1,\"y\":2,\"order\":\"a5\"}", card_id(1));
	cr_assert(apply(m, "card.moved", body));
	cr_assert(board_model_place(m, NULL, "a5", CARD_NONE).is_taken);
	cr_assert_not(board_model_place(m, SECTION, "a0", CARD_NONE).is_taken);
	snprintf(body, sizeof(body), "{\"card\":\"%s\",\"text\":\"x\",\"revision\":5}", card_id(1));
	cr_assert(apply(m, "card.edited", body));
	cr_assert_eq(board_model_revision(m, board_model_card(m, card_id(1))), 5);
	snprintf(body, sizeof(body), "{\"card\":\"%s\",\"colour\":\"arg\"}", card_id(1));
	cr_assert(apply(m, "card.recoloured", body));
	snprintf(body, sizeof(body), "{\"card\":\"%s\"}", card_id(1));
	cr_assert(apply(m, "card.deleted", body));
	cr_assert_not(apply(m, "card.deleted", body));
	cr_assert_eq(board_model_cards(m), 0);
	cr_assert(apply(m, "board.renamed", "{\"title\":\"x\"}"));
	cr_assert(apply(m, "section.created", "{\"section\":{\"id\":\"01900000-0000-7000-8000-0000000005ee\"}}"));
	cr_assert(create(m, 3, "01900000-0000-7000-8000-0000000005ee", "a0"));
	board_model_destroy(m);
}

/* Equal keys may come of it; what is placed there later still finds a free one. */
Test(model, cards_of_a_deleted_section_lie_loose)
{
	struct stream_model *m = board();

	cr_assert(create(m, 1, SECTION, "a0") && create(m, 2, OTHER_SECTION, "a0") && create(m, 3, NULL, "a0"));
	cr_assert(apply(m, "section.deleted", "{\"section\":\"" SECTION "\"}"));
	cr_assert_not(apply(m, "section.deleted", "{\"section\":\"" SECTION "\"}"));
	cr_assert_not(create(m, 4, SECTION, "a0"));
	cr_assert(create(m, 4, NULL, "a0"));
	cr_assert_str_eq(order, "a1");
	cr_assert(board_model_add_section(m, SECTION, false), "it may be made again");
	cr_assert_not(board_model_place(m, SECTION, "a0", CARD_NONE).is_taken, "without its cards");
	cr_assert(board_model_place(m, OTHER_SECTION, "a0", CARD_NONE).is_taken);
	board_model_destroy(m);
}

/* The tables against a plain list, over many random steps, with keys long and short. */
Test(model, many_random_steps_agree_with_a_plain_list)
{
	enum { CARDS = 400, STEPS = 40000 };
	static struct { bool is_there; const char *section; char key[ORDER_SIZE]; } plain[CARDS];
	static const char *const sections[] = { NULL, SECTION, OTHER_SECTION };
	static const char *const keys[] = { "a0", "a1", "a0V", "Zz", "b00", "a0VVVVVVVVVVVVVVVVVVVVVVVVVV", "a5", "a9" };
	struct stream_model *m = board();
	uint32_t seed = 4711;
	int live = 0;

	for (int step = 0; step < STEPS; step++) {
		int n, what;
		const char *section, *key;
		bool is_taken = false;

		seed = seed * 1664525u + 1013904223u;
		n = (int)((seed >> 8) % CARDS);
		what = (int)((seed >> 20) % 5);
		section = sections[(seed >> 12) % 3];
		key = keys[(seed >> 24) % 8];
		for (int i = 0; i < CARDS; i++)
			is_taken = is_taken || (i != n && plain[i].is_there && plain[i].section == section && strcmp(plain[i].key, key) == 0);
		cr_assert_eq(board_model_place(m, section, key, board_model_card(m, card_id(n))).is_taken, is_taken, "step %d", step);
		cr_assert_eq(board_model_card(m, card_id(n)) != CARD_NONE, plain[n].is_there, "step %d", step);
		if (what == 0 && plain[n].is_there) {
			struct kd_card_delete p = { NULL, card_id(n), OP };

			cr_assert(board_card_delete(m, &p, &err));
			plain[n].is_there = false;
			live--;
		} else if (what > 0 && plain[n].is_there) {
			if (!move(m, n, section, key))
				continue;
			plain[n].section = section;
			strcpy(plain[n].key, order);
		} else if (what > 2) {
			board_model_written(m);
			if (!create(m, n, section, key))
				continue;
			plain[n].is_there = true;
			plain[n].section = section;
			strcpy(plain[n].key, order);
			live++;
		}
		cr_assert_eq(board_model_cards(m), live);
	}
	board_model_destroy(m);
}

Test(model, knows_what_is_locked_and_when_the_board_is_for_looking)
{
	struct stream_model *m = board();

	board_model_set(m, OP, false);
	cr_assert_str_eq(board_model_maker(m), OP);
	cr_assert(create(m, 1, SECTION, "a0") && create(m, 2, NULL, "a0"));
	cr_assert_eq(board_model_bar(m, card_id(1), OTHER_SECTION), BAR_NONE);
	cr_assert(apply(m, "section.locked", "{\"section\":\"" SECTION "\"}"));
	cr_assert_eq(board_model_bar(m, card_id(1), NULL), BAR_SECTION, "what lies in it");
	cr_assert_eq(board_model_bar(m, card_id(2), SECTION), BAR_SECTION, "what is to go there");
	cr_assert_eq(board_model_bar(m, card_id(3), SECTION), BAR_SECTION, "what is to be made there");
	cr_assert_eq(board_model_bar(m, card_id(2), OTHER_SECTION), BAR_NONE);
	cr_assert(move(m, 1, NULL, "a1"));
	cr_assert_eq(board_model_bar(m, card_id(1), NULL), BAR_NONE, "the section's lock is not the card's");
	cr_assert(apply(m, "card.locked", "{\"card\":\"01900000-0000-7000-8000-000000000001\"}"));
	cr_assert_eq(board_model_bar(m, card_id(1), NULL), BAR_CARD);
	cr_assert(apply(m, "board.mode_set", "{\"mode\":\"look\"}"));
	cr_assert_eq(board_model_bar(m, card_id(2), NULL), BAR_LOOK);
	cr_assert_eq(board_model_bar(m, NULL, NULL), BAR_LOOK);
	cr_assert(apply(m, "board.mode_set", "{\"mode\":\"write\"}"));
	cr_assert(apply(m, "card.unlocked", "{\"card\":\"01900000-0000-7000-8000-000000000001\"}"));
	cr_assert(apply(m, "section.unlocked", "{\"section\":\"" SECTION "\"}"));
	cr_assert_eq(board_model_bar(m, card_id(1), SECTION), BAR_NONE);
	cr_assert_not(apply(m, "section.locked", "{\"section\":\"01900000-0000-7000-8000-0000000009ec\"}"), "there is none");
	cr_assert_not(apply(m, "card.locked", "{\"card\":\"01900000-0000-7000-8000-000000000009\"}"));
	cr_assert(apply(m, "timer.started", "{\"timer\":{\"duration\":1,\"ends_at\":1}}"), "no rule of cards asks for it");
	board_model_destroy(m);
}

Test(model, a_lock_does_not_outlive_what_it_was_on)
{
	struct stream_model *m = board();
	struct kd_card_delete p = { NULL, card_id(1), OP };

	cr_assert(create(m, 1, SECTION, "a0"));
	cr_assert(apply(m, "card.locked", "{\"card\":\"01900000-0000-7000-8000-000000000001\"}"));
	cr_assert(apply(m, "section.locked", "{\"section\":\"" SECTION "\"}"));
	cr_assert(board_card_delete(m, &p, &err));
	board_model_written(m);
	cr_assert(create(m, 2, NULL, "a0"));
	cr_assert_eq(board_model_bar(m, card_id(2), NULL), BAR_NONE, "its place in the table is another's");
	cr_assert(apply(m, "section.deleted", "{\"section\":\"" SECTION "\"}"));
	cr_assert(board_model_add_section(m, SECTION, false));
	cr_assert_eq(board_model_bar(m, card_id(2), SECTION), BAR_NONE);
	cr_assert(apply(m, "card.restored", "{\"card\":{\"id\":\"01900000-0000-7000-8000-000000000001\",\"order\":\"a4\",\"revision\":3,"
		"\"locked\":true}}"));
	cr_assert_eq(board_model_bar(m, card_id(1), NULL), BAR_CARD, "a card that comes back is as it was");
	cr_assert_eq(board_model_revision(m, board_model_card(m, card_id(1))), 3);
	board_model_destroy(m);
}

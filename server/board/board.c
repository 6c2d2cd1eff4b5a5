/* board.c - the rules of a board, as pure functions on structs. */
#include "board/board_rules.h"
#include "base/line.h"
#include <string.h>

/* `member` is NULL for somebody who is no longer one. */
static bool is_same(const char *who, const char *member)
{
	return member && strcmp(who, member) == 0;
}

bool board_title_fits(const char *title, struct err *err)
{
	if (!line_is_visible(title))
		return err_field(err, "/title", "must be one line with something to see on it");
	return true;
}

static bool leads(const struct board_role *who, const char *created_by)
{
	return who->may_moderate || is_same(who->member, created_by);
}

bool board_may_lead(const struct board_role *who, const char *created_by, struct err *err)
{
	if (!leads(who, created_by))
		return err_set(err, KD_E_FORBIDDEN, "only who made the board and its facilitators may do this");
	return true;
}

bool board_may_pass(const struct board_role *who, const char *created_by, enum board_bar bar, struct err *err)
{
	static const char *const reasons[] = {
		[BAR_LOOK] = "the board is for looking now: only who made it and its facilitators may change it",
		[BAR_SECTION] = "the section is locked: only who made the board and its facilitators may change it and what lies in it",
		[BAR_CARD] = "the card is locked: only who made the board and its facilitators may change it",
	};

	if (bar != BAR_NONE && !leads(who, created_by))
		return err_set(err, KD_E_FORBIDDEN, "%s", reasons[bar]);
	return true;
}

bool board_may_rename(const struct board_role *who, const char *created_by, struct err *err)
{
	if (!leads(who, created_by))
		return err_set(
		        err, KD_E_FORBIDDEN, "only who made the board and its facilitators may rename it");
	return true;
}

bool section_may_delete(
        const struct board_role *who, const char *created_by, const char *board_created_by, struct err *err)
{
	if (!who->may_moderate && !is_same(who->member, created_by) &&
	        !is_same(who->member, board_created_by))
		return err_set(err, KD_E_FORBIDDEN,
		        "only who made the section or the board and its facilitators may delete the section");
	return true;
}

bool place_has_section(const struct place *p, struct err *err)
{
	if (!p->has_place)
		return err_set(err, KD_E_NOT_FOUND, "no such section on this board");
	return true;
}

bool place_has_room(const struct place *p, int64_t limit, const char *things, struct err *err)
{
	if (p->live >= limit)
		return err_set(
		        err, KD_E_TOO_LARGE, "a board holds at most %lld %s", (long long)limit, things);
	return true;
}

bool order_wish(struct order_try *t, const char *order, struct err *err)
{
	if (!order_is_valid(order))
		return err_field(err, "/order", "must be a fractional index key, like a0 or a0V");
	*t = (struct order_try){ .is_repaired = false };
	strcpy(t->order, order);
	return true;
}

bool order_repair(struct order_try *t, const struct place *p, struct err *err)
{
	char free_key[ORDER_SIZE];

	if (t->is_repaired)
		return err_set(err, KD_E_INTERNAL, "the order could not be repaired");
	if (!order_between(t->order, p->next[0] ? p->next : NULL, free_key))
		return err_set(err, KD_E_CONFLICT,
		        "there is no room left at this place in the order: choose another");
	strcpy(t->order, free_key);
	t->is_repaired = true;
	return true;
}

bool card_may_edit(int64_t revision, int64_t based_on, struct err *err)
{
	if (revision != based_on)
		return err_set(err, KD_E_CONFLICT,
		        "somebody else has edited the text: it has revision %lld now", (long long)revision);
	return true;
}

bool card_may_restore(bool is_deleted, struct err *err)
{
	if (!is_deleted)
		return err_set(err, KD_E_CONFLICT, "the card is on the board");
	return true;
}

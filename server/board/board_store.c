/* board_store.c - from rows to the structs that board.c rules on. */
#include "board/board_store.h"
#include <stdio.h>

void place_from_row(struct place *p, const struct db_rows *rows)
{
	const char *next = db_text(rows, 0, "next_order");

	p->has_place = db_bool(rows, 0, "has_place");
	p->is_taken = db_bool(rows, 0, "is_taken");
	p->live = db_int(rows, 0, "live");
	snprintf(p->next, sizeof(p->next), "%s", next ? next : "");
}

struct writing_facts writing_facts_from_row(const struct db_rows *rows)
{
	return (struct writing_facts){ db_bool(rows, 0, "is_found"), db_bool(rows, 0, "is_revealed") };
}

struct board_role board_role_of(const struct call *c)
{
	return (struct board_role){ c->caller->member, access_may_moderate(c->access, c->caller) };
}

bool board_leader_asks(struct call *c)
{
	struct board_role who = board_role_of(c);

	if (db_count(c->rows) == 0)
		return err_set(&c->err, KD_E_NOT_FOUND, "no such board");
	return board_may_lead(&who, db_text(c->rows, 0, "created_by"), &c->err);
}

bool board_bars_let(struct call *c)
{
	struct board_role who = board_role_of(c);
	enum board_bar bar = BAR_NONE;

	if (db_count(c->rows) == 0)
		return err_set(&c->err, KD_E_NOT_FOUND, "no such board");
	if (db_bool(c->rows, 0, "is_look"))
		bar = BAR_LOOK;
	else if (db_bool(c->rows, 0, "is_section_locked"))
		bar = BAR_SECTION;
	else if (db_bool(c->rows, 0, "is_card_locked"))
		bar = BAR_CARD;
	return board_may_pass(&who, db_text(c->rows, 0, "created_by"), bar, &c->err);
}

const char *call_opt_int(struct call *c, struct kd_opt_int value)
{
	return value.is_set ? call_int(c, value.value) : NULL;
}

struct kd_person board_person_of(const struct call *c)
{
	const struct caller *who = c->caller;

	return (struct kd_person){ who->member, who->full_name,
		{ who->organisation, who->organisation_short, who->organisation_name } };
}

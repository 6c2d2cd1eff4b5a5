/* writing.c - the rules of private writing, as pure functions on structs. */
#include "board/writing_rules.h"
#include "protocol/writing.h"

static bool no_longer(struct err *err)
{
	return err_set(err, KD_E_CONFLICT, "the round of private writing has ended");
}

bool writing_may_begin(bool is_open, struct err *err)
{
	if (is_open)
		return err_set(err, KD_E_CONFLICT, "a round of private writing is open on this board: reveal it first");
	return true;
}

bool writing_may_reveal(const struct writing_facts *f, struct err *err)
{
	if (!f->is_found)
		return err_set(err, KD_E_NOT_FOUND, "no such round of private writing on this board");
	return !f->is_revealed || no_longer(err);
}

bool draft_may_be_put(const struct draft_facts *f, struct err *err)
{
	if (!f->is_open)
		return no_longer(err);
	if (!f->has_section)
		return err_set(err, KD_E_NOT_FOUND, "no such section on this board");
	if (f->is_taken)
		return err_set(err, KD_E_CONFLICT, "the id is taken");
	if (f->is_removed)
		return err_set(err, KD_E_CONFLICT, "who leads the writing has taken this out");
	if (f->others >= KD_DRAFTS_EACH)
		return err_set(err, KD_E_TOO_LARGE, "one person has at most %d drafts in a round", KD_DRAFTS_EACH);
	return true;
}

bool draft_may_be_deleted(bool is_open, bool is_done, struct err *err)
{
	return is_open || is_done || no_longer(err);
}

bool draft_may_be_removed(bool is_open, bool is_done, struct err *err)
{
	if (!is_open)
		return no_longer(err);
	if (!is_done)
		return err_set(err, KD_E_NOT_FOUND, "no such draft in this round");
	return true;
}

/* vote.c - the rules of votes, as pure functions on structs. */
#include "board/vote_rules.h"

bool vote_may_open(const struct vote_wish *w, struct err *err)
{
	if (w->most > w->budget)
		return err_field(err, "/most", "must be no more than the budget");
	if (w->sections_here != (int64_t)w->sections)
		return err_set(err, KD_E_NOT_FOUND, "no such section on this board");
	if (w->is_open)
		return err_set(err, KD_E_CONFLICT, "another round of votes is open on this board: close it first");
	return true;
}

bool vote_may_cast(const struct vote_facts *f, int64_t votes, struct err *err)
{
	if (f->is_closed)
		return err_set(err, KD_E_CONFLICT, "the round of votes has ended");
	if (!f->has_card)
		return err_set(err, KD_E_NOT_FOUND, "no such card on this board");
	if (votes == 0)
		return true; /* back they may always be taken */
	if (!f->is_asked)
		return err_set(err, KD_E_CONFLICT, "this card is not voted on in this round");
	if (votes > f->most)
		return err_set(err, KD_E_CONFLICT, "a card may have at most %lld votes from one person", (long long)f->most);
	if (f->elsewhere + votes > f->budget)
		return err_set(err, KD_E_CONFLICT, "there are %lld votes left of %lld: take some back first",
			(long long)(f->budget > f->elsewhere ? f->budget - f->elsewhere : 0), (long long)f->budget);
	return true;
}

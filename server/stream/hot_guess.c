/* hot_guess.c - batches that are decided on what was true at the last one.
 *
 * Where only this node writes, asking before deciding finds nothing new. So the batch is decided at once, and what it stands
 * on travels with what it writes, as the transaction's first statements: the stream is locked if its head is still the
 * one we know, what it is open to is still the same, and none of the ops has its answer already (the event's unique index,
 * and the refusals). If anything of that is not so, nothing is written, and the same changes are asked about as others are.
 * What would be refused is never guessed: a repeated op must hear its first answer. */
#include "stream/journal_private.h"
#include <string.h>

#define GUESS_AFTER 2         /* batches in a row that found nothing of others */
#define GUESS_AFTER_MAX 1024  /* so many when guesses went wrong: a wrong one costs reading the model anew */
#define GUESS_TRUST 64        /* right ones in a row after which that is forgotten */

bool hot_may_guess(const struct hot *h)
{
	const struct model *m = h->model;

	return m->state && m->is_readable && !h->must_ask && m->quiet >= (m->wary ? m->wary : GUESS_AFTER);
}

void hot_guess(struct batch *b)
{
	struct hot *h = b->hot;
	const struct model *m = h->model;

	h->is_guess = true;
	h->is_readable = true;
	h->has_makes = false;
	h->access = m->access;
	b->state = BATCH_RUNNING;
	b->exists = true;
	b->head = b->committed_head = m->head;
}

void hot_asked(struct batch *b, int missed)
{
	struct hot *h = b->hot;
	struct model *m = h->model;

	h->is_guess = h->must_ask = false;
	m->is_readable = h->is_readable;
	m->access = h->access;
	if (missed > 0 || !m->state)
		m->quiet = 0;
	else if (m->quiet < GUESS_AFTER_MAX)
		m->quiet++;
}

bool hot_guessed_wrong(struct batch *b, enum db_outcome outcome, const struct err *err)
{
	struct hot *h = b->hot;
	struct model *m = h->model;
	/* Not as we thought; the same op or id is there already; somebody else came from the other side. */
	bool is_wrong = h->is_guess && outcome == DB_ROLLED_BACK && err &&
		(strcmp(err->sqlstate, "KD001") == 0 || strcmp(err->sqlstate, "23505") == 0 || strcmp(err->sqlstate, "40P01") == 0);

	if (!is_wrong)
		return false;
	metric_add(b->journal->guessed_wrong, 1);
	h->must_ask = true;
	m->quiet = m->right = 0;
	m->wary = m->wary ? m->wary * 4 : GUESS_AFTER * 4;
	if (m->wary > GUESS_AFTER_MAX)
		m->wary = GUESS_AFTER_MAX;
	return true;
}

void hot_guessed_right(struct batch *b)
{
	struct model *m = b->hot->model;

	if (!b->hot->is_guess)
		return;
	metric_add(b->journal->guessed, 1);
	if (++m->right < GUESS_TRUST)
		return;
	m->right = m->wary = 0;
}

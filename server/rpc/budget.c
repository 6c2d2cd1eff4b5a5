#include "rpc/budget.h"
#include <string.h>

#define KIB ((size_t)1 << 10)
#define MIB ((size_t)1 << 20)
/* limit.queue_hard: what fits into a connection's queue beside nothing else. */
#define PAGE (256 * KIB)

static const struct {
	const char *method;
	struct budget budget;
} budgets[] = {
	{ "board.import", { 3 + 20, 4 * KIB } }, /* 5,000 cards, 250 a statement */
	{ "board.list", { 2, 4 * MIB } },    /* 500, each with its organisations and a miniature of 40 cards */
	{ "clock.get", { 1, KIB } },
	{ "cohort.list", { 1, PAGE } },
	{ "draft.delete", { 1, KIB } },
	{ "draft.list", { 1, 512 * KIB } },  /* 50 texts */
	{ "draft.put", { 1, KIB } },
	{ "draft.remove", { 2, KIB } },
	{ "draft.review", { 2, 16 * MIB } }, /* as many as a board has cards */
	{ "feed.watch", { 0, KIB } },
	{ "me.get", { 1, 64 * KIB } },       /* about oneself, and one's cohorts and roles */
	{ "member.get", { 1, 64 * KIB } },
	{ "member.import", { 4, PAGE } },    /* a complaint for each of so many rows */
	{ "member.list", { 1, PAGE } },
	{ "organisation.list", { 1, PAGE } },
	{ "post.list", { 2, 512 * KIB } },   /* ends at 200,000 bytes, but holds one post at least with its rendering */
	{ "post.preview", { 0, 512 * KIB } },
	{ "presence.set", { 0, 0 } },
	{ "session.list", { 1, 64 * KIB } },
	{ "space.get", { 2, PAGE } },
	{ "space.list", { 1, PAGE } },
	{ "stream.close", { 0, KIB } },
	{ "stream.open", { 3, 16 * MIB } },  /* all of a board's 5,000 cards */
	{ "template.list", { 0, PAGE } },    /* in memory, the same for everybody */
	{ "thread.list", { 2, PAGE } },
	{ "vote.list", { 2, PAGE } },
	{ "writing.reveal", { 5, 4 * KIB } },/* what lies on the board, and what is to, read apart */
};

static const struct budget usual_change = { 4, 4 * KIB };

const struct budget *budget_of(const struct kd_method *method)
{
	for (size_t i = 0; i < sizeof(budgets) / sizeof(*budgets); i++)
		if (strcmp(budgets[i].method, method->name) == 0)
			return &budgets[i].budget;
	return method->has_op ? &usual_change : NULL;
}

bool budget_holds(const struct kd_method *method, int queries, size_t bytes)
{
	const struct budget *b = budget_of(method);

	return b && queries <= b->queries && bytes <= b->bytes;
}

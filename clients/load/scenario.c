/* scenario.c - the scenarios. Each flag can change what stands here. */
#include "clients/load/scenario.h"
#include <string.h>

#define ALL INT64_MAX /* as many writers as there are clients */
/* seconds of coming, bytes written, share of those who drag if anybody does */
#define COMMON(comes, bytes, share)                                                                                                        \
	.ramp = comes, .text = bytes, .presence_share = share, .warmup = 1, .duration = 10, .settle = 30, .back_off = 100, .back_off_max = 5000, .sends_again = true,  \
	.has_progress = true, .per_address = 100, .storm_share = 1, .storm_spread = 1
#define MIXED { [OP_MOVE] = 50, [OP_CREATE] = 12, [OP_EDIT] = 20, [OP_RECOLOUR] = 8, [OP_DELETE] = 10 }

const struct scenario scenarios[] = {
	{ "idle", "connected, signed in, nothing open", { COMMON(2, 40, 1), .clients = 1000 } },
	{ "reading", "a board and a thread open; asks for lists and opens streams again",
		{ COMMON(2, 40, 1), .clients = 200, .boards = 1, .threads = 1, .cards = 100, .writers = ALL, .rate = 1,
			.mix = { [OP_LIST] = 1, [OP_OPEN] = 1 } } },
	{ "thread", "a lively thread: some write, all read",
		{ COMMON(2, 300, 1), .clients = 200, .threads = 1, .writers = 20, .rate = 0.5, .mix = { [OP_POST] = 1 } } },
	{ "board", "one board, everybody moves cards",
		{ COMMON(2, 40, 1), .clients = 50, .boards = 1, .cards = 500, .writers = ALL, .rate = 10, .mix = { [OP_MOVE] = 1 } } },
	{ "mixed", "one board; cards are made, written on, moved, recoloured and deleted",
		{ COMMON(2, 40, 1), .clients = 50, .boards = 1, .cards = 200, .writers = ALL, .rate = 4, .mix = MIXED } },
	{ "workshop", "people come in, drag with their pointers shown, move, make and write on cards",
		{ COMMON(5, 40, 0.4), .clients = 60, .boards = 1, .cards = 60, .writers = ALL, .rate = 0.5, .mix = MIXED, .presence = 20, .works_early = true, .is_poisson = true } },
	{ "storm", "all lose their connection at once and come back",
		{ COMMON(2, 40, 1), .clients = 1000, .boards = 1, .threads = 1, .cards = 100, .writers = 5, .rate = 4,
			.mix = { [OP_MOVE] = 1 }, .storm_at = 3 } },
	{ "slow", "some never read; the others must not notice",
		{ COMMON(2, 40, 1), .clients = 100, .boards = 1, .cards = 100, .writers = 20, .rate = 10, .mix = { [OP_MOVE] = 1 },
			.slow = 10 } },
	{ "hostile", "malformed frames and JSON, oversize, half messages, beside people who work",
		{ COMMON(2, 40, 1), .clients = 50, .boards = 1, .cards = 100, .writers = ALL, .rate = 2, .mix = { [OP_MOVE] = 1 },
			.hostile = 20 } },
	{ "fanout", "one writes on cards, all others see it; 200 bytes an event's body",
		{ COMMON(2, 125, 1), .clients = 1000, .boards = 1, .cards = 200, .writers = 1, .rate = 50, .mix = { [OP_EDIT] = 1 } } },
	{ .name = NULL },
};

const struct scenario *scenario_find(const char *name)
{
	for (const struct scenario *s = scenarios; s->name; s++)
		if (strcmp(s->name, name) == 0)
			return s;
	return NULL;
}

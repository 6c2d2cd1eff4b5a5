/* tally.h - a stream whose state is a sum that may not go below zero: what tests of changes that are decided in memory
 * change, on a real database, on one node or two. */
#ifndef TESTS_UNIT_STREAM_TALLY_H
#define TESTS_UNIT_STREAM_TALLY_H
#include "../db/fixture.h"
#include "base/id.h"
#include "stream/journal.h"
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define STREAM "01890000-0000-7000-8000-0000000000f1"
#define OTHER "01890000-0000-7000-8000-0000000000f2"
#define ACTOR "01890000-0000-7000-8000-00000000000a"

extern const size_t tally_bytes; /* of one model */
extern int viewers; /* who look at each stream; 0 at first */
extern int loads, applied, models; /* of this program; each test runs in a process of its own */

/* A command: adds a number. */
struct adder {
	struct change change;
	struct world *world;
	char op[ID_SIZE], answer[40];
	int add;
	bool is_stranger, is_cold, has_ended;
	enum kd_code code;
	char result[200];
};

struct heard { /* what was told as committed */
	int commits;
	int64_t next;
	bool is_gapless;
};

struct node {
	struct world *world;
	struct journal *journal;
	struct heard heard;
};

const char *schema_text(void); /* the journal's tables, with the real functions of the migrations */
struct node node_open(const char *database);
void node_start(struct node *n);
void node_close(struct node *n);
/* `op` NULL: a new one. */
void submit_on(struct journal *j, struct world *w, struct adder *a, const char *stream, const char *op);
void submit(struct journal *j, struct world *w, struct adder *a, const char *op);
int sum_of(struct node *n, const char *stream);
#endif

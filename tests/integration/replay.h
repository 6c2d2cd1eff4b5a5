/* replay.h - a board as a client holds it: from a snapshot, and then event by event. */
#ifndef TESTS_REPLAY_H
#define TESTS_REPLAY_H
#include "harness.h"

/* {"title", "sections": {id: section}, "cards": {id: card}}; the caller's to release. */
json_t *view_empty(void);
json_t *view_of_snapshot(const json_t *snapshot);
json_t *view_of_tables(struct world *w, const char *board); /* what stands in PostgreSQL */
void view_apply(json_t *view, const json_t *event);
/* From an answer to stream.open: a new view, or `view` and the events. The view to go on with. */
json_t *view_answer(json_t *view, const json_t *answer);
/* Fails with both when they differ. */
void view_expect(const json_t *view, const json_t *expected, const char *what);
#endif

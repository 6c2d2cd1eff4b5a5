/* steps.h - what people do in many tests, in a word each. */
#ifndef TESTS_STEPS_H
#define TESTS_STEPS_H
#include "harness.h"

#define STREAM(kind, id) kind ":" id
#define ID_TEXT(name)                                                                                        \
	char name[CLIENT_ID_SIZE];                                                                           \
	client_new_id(name)

int64_t now_ms(void); /* only goes forward */
void wait_ms(int ms);

/* The answer to stream.open, borrowed. `since` < 0: none. */
json_t *person_open(struct person *p, const char *stream, json_int_t since);
#define open_stream(p, stream) (here(__FILE__, __LINE__), person_open(p, stream, -1))
#define open_since(p, stream, since) (here(__FILE__, __LINE__), person_open(p, stream, since))

void person_post(struct person *p, const char *thread, const char *text);
#define post_in(...) (here(__FILE__, __LINE__), person_post(__VA_ARGS__))
void person_card(struct person *p, const char *board, const char *card, const char *order);
#define card_on(...) (here(__FILE__, __LINE__), person_card(__VA_ARGS__))
void person_move(struct person *p, const char *board, const char *card, int x, int y);
#define move_card(...) (here(__FILE__, __LINE__), person_move(__VA_ARGS__))

/* Many changes at once, without waiting for each: ask, ask, …, then all answers, which must be results. */
int64_t ask_soon(struct person *p, const char *method, const char *format, ...);
void answers_ok(struct person *p, const int64_t *ids, size_t count);

/* The next event of any type, borrowed; NULL when none comes in time. */
json_t *next_event(struct person *p, const char *stream, int timeout_ms);
/* Reads on until the event `seq` has come: each after `seen` must come once and in order. Returns seq. */
json_int_t hear_until(struct person *p, const char *stream, json_int_t seen, json_int_t seq);

/* Nothing but presence and hints may come for a moment. */
void expect_no_event(struct person *p);

/* Fails when any table differs from `before`, which is freed. */
void unchanged(struct world *w, char *before);

/* One number of a node's /metrics: the sum of all lines whose name (and labels) begin so. */
double metric_of(const struct world *w, int node, const char *name);
#endif

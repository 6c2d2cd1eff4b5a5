/* protocol_tests.h - what the tests of this room share. */
#ifndef PROTOCOL_TESTS_H
#define PROTOCOL_TESTS_H
#include "protocol/kd.h"
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

/* A row of each type, so that one table of wrong values reaches all of them. */
struct sample_point {
	double x, y;
};
struct sample_item {
	const char *id;
	int64_t n;
};
struct sample_items {
	size_t count;
	struct sample_item *items;
};
struct sample {
	const char *id, *text, *name, *word, *order, *stream;
	int64_t number, time;
	double ratio;
	bool flag;
	struct sample_point point;
	struct sample_point *maybe;
	struct sample_items list;
	struct kd_ids ids;
	struct kd_texts texts, words;
	struct kd_opt_int opt_int;
	struct kd_opt_number opt_number;
	struct kd_opt_bool opt_bool;
	json_t *json;
};
extern const struct kd_field sample_fields[];

#define SAMPLE_ID "0190b0c4-7c1e-7aaa-8bbb-0123456789ab"

/* JSON with ' for ", in which everything that is required stands. */
json_t *sample_json(void);
json_t *json_of(const char *text); /* ' for "; stops the test when it is not JSON */

/* Memory that counts what it gives, gives it zeroed, and frees it all at the end. NULL after `left` pieces. */
struct test_mem {
	void *pieces[256];
	size_t count, left;
};
struct kd_mem test_mem_begin(struct test_mem *m, size_t left);
void test_mem_end(struct test_mem *m);

/* From here on jansson's allocation number `left` (from 0) and all after it fail; everything that it takes is counted. */
void json_mem_begin(long left);
long json_mem_end(void); /* as always again; how many pieces have not been given back */

#endif

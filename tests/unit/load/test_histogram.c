#include "clients/load/histogram.h"
#include "clients/load/random.h"
#include <criterion/criterion.h>
#include <stdlib.h>

static int by_number(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return x < y ? -1 : x > y;
}

/* Against the values themselves, over ten octaves and more: each percentile is right to one part in 128, never too small. */
Test(histogram, percentiles_are_within_one_percent)
{
	enum { COUNT = 20000 };
	static int64_t values[COUNT];
	static const double shares[] = { 0.001, 0.1, 0.5, 0.9, 0.99, 0.999, 1 };
	struct histogram *h = calloc(1, sizeof *h);
	struct random random = { 7 };
	double sum = 0;

	for (int i = 0; i < COUNT; i++) {
		values[i] = (int64_t)(random_next(&random) >> (20 + random_below(&random, 40)));
		histogram_record(h, values[i]);
		sum += (double)values[i];
	}
	qsort(values, COUNT, sizeof *values, by_number);
	cr_assert_eq(h->count, COUNT);
	cr_assert_eq(h->min, values[0]);
	cr_assert_eq(h->max, values[COUNT - 1]);
	cr_assert_float_eq(histogram_mean(h), sum / COUNT, 1);
	for (size_t i = 0; i < sizeof shares / sizeof *shares; i++) {
		int64_t exact = values[(int)(shares[i] * COUNT + 0.5) - 1], found = histogram_at(h, shares[i]);

		cr_assert(found >= exact && found <= exact + exact / 128 + 1, "%g: %lld is %lld", shares[i], (long long)exact,
		        (long long)found);
	}
	free(h);
}

Test(histogram, small_values_are_exact_and_great_ones_are_held)
{
	struct histogram *h = calloc(1, sizeof *h);

	cr_assert_eq(histogram_at(h, 0.5), 0, "nothing yet");
	for (int i = 0; i < 256; i++)
		histogram_record(h, i);
	cr_assert_eq(histogram_at(h, 0.5), 127);
	cr_assert_eq(histogram_at(h, 1), 255);
	histogram_record(h, -5);
	cr_assert_eq(h->min, 0, "negative counts as none");
	histogram_record(h, INT64_MAX);
	cr_assert_eq(h->max, INT64_MAX);
	cr_assert_eq(h->count, 258);
	free(h);
}

Test(histogram, two_are_added_up)
{
	struct histogram *a = calloc(1, sizeof *a), *b = calloc(1, sizeof *b);

	histogram_record_many(a, 100, 3);
	histogram_record_many(b, 200, 7);
	histogram_record_many(b, 300, 0);
	histogram_add(a, b);
	cr_assert_eq(a->count, 10);
	cr_assert_eq(a->min, 100);
	cr_assert_eq(a->max, 200);
	cr_assert_eq(histogram_at(a, 0.3), 100);
	cr_assert_eq(histogram_at(a, 0.31), 200);
	free(a);
	free(b);
}

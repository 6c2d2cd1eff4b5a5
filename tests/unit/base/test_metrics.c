/* test_metrics.c - series, and how Prometheus reads them. */
#include "base/metrics.h"
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

static char *print(struct buf *b)
{
	buf_init(b, 1 << 22);
	metrics_print(b);
	cr_assert_not(b->failed);
	return b->data;
}

Test(metrics, the_same_name_and_labels_are_one_series)
{
	struct metric *a = metric_counter("calls_total", "Calls.", "code=\"ok\"");

	metric_add(a, 2);
	cr_assert_eq(metric_counter("calls_total", "Calls.", "code=\"ok\""), a);
	cr_assert_neq(metric_counter("calls_total", "Calls.", "code=\"no\""), a);
	cr_assert_eq(metric_value(a), 2);
}

Test(metrics, are_printed_by_family)
{
	struct buf b;

	metric_add(metric_counter("calls_total", "Calls.", "code=\"ok\""), 3);
	metric_set(metric_gauge("conns", "Connections.", NULL), -1);
	metric_add(metric_counter("calls_total", "Calls.", "code=\"no\""), 1);
	cr_assert_str_eq(print(&b), "# HELP calls_total Calls.\n# TYPE calls_total counter\n"
		"calls_total{code=\"ok\"} 3\ncalls_total{code=\"no\"} 1\n"
		"# HELP conns Connections.\n# TYPE conns gauge\nconns -1\n");
	buf_finish(&b);
}

Test(metrics, milliseconds_are_printed_as_seconds)
{
	struct buf b;

	metric_set(metric_gauge_ms("limit_seconds", "Limits.", "setting=\"a\""), 50);
	metric_set(metric_gauge_ms("limit_seconds", "Limits.", "setting=\"b\""), INT64_C(7776000000));
	cr_assert_str_eq(print(&b), "# HELP limit_seconds Limits.\n# TYPE limit_seconds gauge\n"
		"limit_seconds{setting=\"a\"} 0.05\nlimit_seconds{setting=\"b\"} 7776000\n");
	buf_finish(&b);
}

Test(metrics, refusals_are_counted_by_setting)
{
	struct buf b;

	metric_add(metric_refusals("limit.a"), 2);
	metric_add(metric_refusals("limit.b"), 0);
	print(&b);
	cr_assert(strstr(b.data, "# TYPE korsdrag_limit_refusals_total counter\n"
		"korsdrag_limit_refusals_total{setting=\"limit.a\"} 2\nkorsdrag_limit_refusals_total{setting=\"limit.b\"} 0\n"), "%s", b.data);
	buf_finish(&b);
}

Test(metrics, a_histogram_is_cumulative_and_sums)
{
	struct metric *h = metric_histogram("took_seconds", "Time.", "m=\"x\"");
	struct buf b;

	metric_observe_us(h, 500);
	metric_observe_us(h, 700);
	metric_observe_us(h, 20000000);
	print(&b);
	cr_assert(strstr(b.data, "took_seconds_bucket{m=\"x\",le=\"0.0005\"} 1\n"));
	cr_assert(strstr(b.data, "took_seconds_bucket{m=\"x\",le=\"0.001\"} 2\n"));
	cr_assert(strstr(b.data, "took_seconds_bucket{m=\"x\",le=\"10\"} 2\n"));
	cr_assert(strstr(b.data, "took_seconds_bucket{m=\"x\",le=\"+Inf\"} 3\n"));
	cr_assert(strstr(b.data, "took_seconds_sum{m=\"x\"} 20.001200\n"));
	cr_assert(strstr(b.data, "took_seconds_count{m=\"x\"} 3\n"));
	buf_finish(&b);
}

Test(metrics, beyond_the_ceiling_all_share_one)
{
	struct metric *last = NULL, *before = NULL;

	for (int i = 0; i < 10002; i++) {
		char label[32];

		snprintf(label, sizeof label, "n=\"%d\"", i);
		before = last;
		last = metric_counter("many_total", "Many.", label);
		metric_add(last, 1);
	}
	cr_assert_eq(before, last);
	metric_observe_us(metric_histogram("late_seconds", "Late.", NULL), 5);
}

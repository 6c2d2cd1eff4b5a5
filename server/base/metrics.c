/* metrics.c - time series by family, in the order they first appeared. */
#include "base/metrics.h"
#include "base/hash.h"
#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SERIES_MAX 10000
#define KEY_MAX 512

enum metric_type { METRIC_COUNTER, METRIC_GAUGE, METRIC_HISTOGRAM, METRIC_GAUGE_MS };

/* Upper bounds in microseconds; a last bucket holds the rest. */
static const int64_t bounds_us[] = { 500, 1000, 2500, 5000, 10000, 25000, 50000, 100000, 250000, 500000, 1000000,
	2500000, 5000000, 10000000 };
#define BUCKETS (sizeof bounds_us / sizeof bounds_us[0] + 1)

struct metric {
	char *key; /* "name{labels}" */
	char *labels;
	int64_t value; /* of a histogram: how many were observed */
	int64_t sum_us;
	int64_t *buckets; /* not cumulative; NULL unless a histogram */
	struct metric *next; /* in its family */
	UT_hash_handle hh;
};

struct family {
	const char *name, *help;
	enum metric_type type;
	struct metric *first, *last;
	UT_hash_handle hh;
};

static struct metric *series;
static struct family *families;
static struct metric overflow; /* counts into the void, so that callers need not look */

static struct family *family_get(const char *name, const char *help, enum metric_type type)
{
	struct family *f;

	HASH_FIND_STR(families, name, f);
	if (f) {
		assert(f->type == type);
		return f;
	}
	f = calloc(1, sizeof *f);
	if (!f)
		return NULL;
	f->name = name;
	f->help = help;
	f->type = type;
	HASH_ADD_KEYPTR(hh, families, f->name, strlen(f->name), f);
	return f;
}

static void metric_free(struct metric *m)
{
	free(m->key);
	free(m->labels);
	free(m->buckets);
	free(m);
}

static struct metric *metric_make(const char *key, const char *labels, enum metric_type type)
{
	struct metric *m = calloc(1, sizeof *m);

	if (!m)
		return NULL;
	m->key = strdup(key);
	m->labels = strdup(labels);
	m->buckets = type == METRIC_HISTOGRAM ? calloc(BUCKETS, sizeof *m->buckets) : NULL;
	if (m->key && m->labels && (m->buckets || type != METRIC_HISTOGRAM))
		return m;
	metric_free(m);
	return NULL;
}

static struct metric *metric_get(const char *name, const char *help, const char *labels, enum metric_type type)
{
	char key[KEY_MAX];
	struct family *f;
	struct metric *m;
	int len;

	if (!labels)
		labels = "";
	len = snprintf(key, sizeof key, "%s{%s}", name, labels);
	assert(len > 0 && (size_t)len < sizeof key);
	(void)len;
	HASH_FIND_STR(series, key, m);
	if (m)
		return m;
	if (HASH_COUNT(series) >= SERIES_MAX)
		return &overflow;
	f = family_get(name, help, type);
	m = f ? metric_make(key, labels, type) : NULL;
	if (!m)
		return &overflow;
	HASH_ADD_KEYPTR(hh, series, m->key, strlen(m->key), m);
	if (f->last)
		f->last->next = m;
	else
		f->first = m;
	f->last = m;
	return m;
}

struct metric *metric_counter(const char *name, const char *help, const char *labels)
{
	return metric_get(name, help, labels, METRIC_COUNTER);
}

struct metric *metric_gauge(const char *name, const char *help, const char *labels)
{
	return metric_get(name, help, labels, METRIC_GAUGE);
}

struct metric *metric_histogram(const char *name, const char *help, const char *labels)
{
	return metric_get(name, help, labels, METRIC_HISTOGRAM);
}

struct metric *metric_gauge_ms(const char *name, const char *help, const char *labels)
{
	return metric_get(name, help, labels, METRIC_GAUGE_MS);
}

struct metric *metric_refusals(const char *setting)
{
	char labels[96];

	snprintf(labels, sizeof labels, "setting=\"%s\"", setting);
	return metric_counter("korsdrag_limit_refusals_total", "What was refused, dropped or closed by the limit of that setting.", labels);
}

void metric_add(struct metric *m, int64_t n)
{
	m->value += n;
}

void metric_set(struct metric *m, int64_t value)
{
	m->value = value;
}

void metric_observe_us(struct metric *m, int64_t us)
{
	size_t i = 0;

	m->value++;
	m->sum_us += us;
	if (!m->buckets)
		return;
	while (i < BUCKETS - 1 && us > bounds_us[i])
		i++;
	m->buckets[i]++;
}

int64_t metric_value(const struct metric *m)
{
	return m->value;
}

static void value_print(struct buf *out, const char *name, const struct metric *m, enum metric_type type)
{
	const char *open = m->labels[0] ? "{" : "", *close = m->labels[0] ? "}" : "";

	if (type == METRIC_GAUGE_MS)
		buf_printf(out, "%s%s%s%s %.15g\n", name, open, m->labels, close, (double)m->value / 1e3);
	else
		buf_printf(out, "%s%s%s%s %" PRId64 "\n", name, open, m->labels, close, m->value);
}

static void histogram_print(struct buf *out, const char *name, const struct metric *m)
{
	const char *comma = m->labels[0] ? "," : "";
	const char *open = m->labels[0] ? "{" : "", *close = m->labels[0] ? "}" : "";
	int64_t count = 0;

	for (size_t i = 0; i < BUCKETS; i++) {
		char bound[32] = "+Inf";

		if (i < BUCKETS - 1)
			snprintf(bound, sizeof bound, "%g", (double)bounds_us[i] / 1e6);
		count += m->buckets[i];
		buf_printf(out, "%s_bucket{%s%sle=\"%s\"} %" PRId64 "\n", name, m->labels, comma, bound, count);
	}
	buf_printf(out, "%s_sum%s%s%s %.6f\n", name, open, m->labels, close, (double)m->sum_us / 1e6);
	buf_printf(out, "%s_count%s%s%s %" PRId64 "\n", name, open, m->labels, close, m->value);
}

void metrics_print(struct buf *out)
{
	static const char *const types[] = { "counter", "gauge", "histogram", "gauge" };

	for (const struct family *f = families; f; f = f->hh.next) {
		buf_printf(out, "# HELP %s %s\n# TYPE %s %s\n", f->name, f->help, f->name, types[f->type]);
		for (const struct metric *m = f->first; m; m = m->next) {
			if (f->type == METRIC_HISTOGRAM)
				histogram_print(out, f->name, m);
			else
				value_print(out, f->name, m, f->type);
		}
	}
}

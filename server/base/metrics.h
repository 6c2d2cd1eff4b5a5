/* metrics.h - counters, gauges and histograms, printed in Prometheus' text format.
 *
 * A metric is a static struct that registers itself at its first use; labels are fixed at definition
 * ("method=\"card.move\",code=\"ok\"" as one preformatted string). Never user-made text in a label. */
#ifndef BASE_METRICS_H
#define BASE_METRICS_H
#include "base/buf.h"
#include <stdint.h>
struct metric; /* one time series; lives as long as the process */
/* The same name and labels give the same series. `name` and `help` must be string literals. Never NULL
 * (beyond 10,000 series a shared overflow series is given). */
struct metric *metric_counter(const char *name, const char *help, const char *labels);
struct metric *metric_gauge(const char *name, const char *help, const char *labels);
struct metric *metric_histogram(const char *name, const char *help, const char *labels); /* seconds; 0.0005 … 10 */
struct metric *metric_gauge_ms(const char *name, const char *help, const char *labels);  /* set in milliseconds, printed as seconds */
/* What a limit has refused, by the setting that says how much may be ("limit.message"): counts in one family. */
struct metric *metric_refusals(const char *setting);
void metric_add(struct metric *m, int64_t n);
void metric_set(struct metric *m, int64_t value);
void metric_observe_us(struct metric *m, int64_t us);
int64_t metric_value(const struct metric *m);
void metrics_print(struct buf *out);
#endif

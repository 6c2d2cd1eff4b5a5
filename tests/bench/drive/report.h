/* report.h - what a measured window came to, as one line of JSON on standard output. */
#ifndef BENCH_REPORT_H
#define BENCH_REPORT_H
#include "drive.h"

struct usage { /* at one moment */
	int64_t at;
	double cpu_s[WATCHED_MAX], own_cpu_s;
	uint64_t bytes_in, reads;
};
void usage_read(struct usage *u);
void report_window(const struct usage *before); /* since then */
void report_usage(const struct usage *before, FILE *out); /* "seconds":…,"cpu":{…},"driver_cpu":… */
void report_histogram(const struct histogram *h, const char *name, FILE *out); /* "name":{…} in microseconds */
void report_text(const char *text, FILE *out); /* between quotation marks */
#endif

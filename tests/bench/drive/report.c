/* report.c - figures of a window, and of the driver itself: it says when it was the bottleneck. */
#include "report.h"
#include <sys/resource.h>

void usage_read(struct usage *u)
{
	struct rusage own;

	getrusage(RUSAGE_SELF, &own);
	u->at = clock_ns();
	for (int i = 0; i < options.watched_count; i++)
		u->cpu_s[i] = watched_cpu_s(&options.watched[i]);
	u->own_cpu_s = (double)(own.ru_utime.tv_sec + own.ru_stime.tv_sec) + (double)(own.ru_utime.tv_usec + own.ru_stime.tv_usec) / 1e6;
	u->bytes_in = drive.net.bytes_in;
	u->reads = drive.net.reads;
}

void report_histogram(const struct histogram *h, const char *name, FILE *out)
{
	static const struct { const char *name; double share; } at[] = { { "p50", 0.5 }, { "p90", 0.9 }, { "p99", 0.99 }, { "p999", 0.999 } };

	fprintf(out, "\"%s\":{\"count\":%llu", name, (unsigned long long)h->count);
	if (h->count > 0) {
		fprintf(out, ",\"mean\":%.1f", histogram_mean(h) / 1e3);
		for (size_t i = 0; i < sizeof at / sizeof at[0]; i++)
			fprintf(out, ",\"%s\":%.1f", at[i].name, (double)histogram_at(h, at[i].share) / 1e3);
		fprintf(out, ",\"max\":%.1f", (double)h->max / 1e3);
	}
	fputc('}', out);
}

void report_usage(const struct usage *before, FILE *out)
{
	struct usage now;
	double seconds;

	usage_read(&now);
	seconds = (double)(now.at - before->at) / 1e9;
	fprintf(out, "\"seconds\":%.4f,\"cpu\":{", seconds);
	for (int i = 0; i < options.watched_count; i++)
		fprintf(out, "%s\"%s\":%.3f", i ? "," : "", options.watched[i].name, now.cpu_s[i] - before->cpu_s[i]);
	fprintf(out, "},\"driver_cpu\":%.3f,\"driver_is_full\":%s,\"bytes_in\":%llu,\"reads\":%llu", now.own_cpu_s - before->own_cpu_s,
		now.own_cpu_s - before->own_cpu_s > 0.95 * seconds ? "true" : "false",
		(unsigned long long)(now.bytes_in - before->bytes_in), (unsigned long long)(now.reads - before->reads));
}

void report_text(const char *text, FILE *out)
{
	fputc('"', out);
	for (; *text; text++) {
		if (*text == '"' || *text == '\\')
			fputc('\\', out);
		fputc((unsigned char)*text < ' ' ? ' ' : *text, out);
	}
	fputc('"', out);
}

void report_window(const struct usage *before)
{
	uint64_t own = options.protocol->echoes ? drive.acked : 0;

	printf("{\"mode\":\"%s\",\"protocol\":\"%s\",\"clients\":%u,\"writers\":%u,", options.mode, options.protocol->name, options.clients,
		options.writers);
	report_usage(before, stdout);
	printf(",\"acked\":%llu,\"seen\":%llu,\"delivered\":%llu,\"failed\":%llu,\"gaps\":%llu,\"skipped\":%llu,\"lost\":%u,\"again\":%u,",
		(unsigned long long)drive.acked, (unsigned long long)drive.seen,
		(unsigned long long)(drive.seen > own ? drive.seen - own : 0), (unsigned long long)drive.failed,
		(unsigned long long)drive.gaps, (unsigned long long)drive.skipped, drive.lost, drive.again);
	printf("\"failure\":");
	report_text(drive.failure, stdout);
	putchar(',');
	report_histogram(&drive.ack_latency, "ack", stdout);
	putchar(',');
	report_histogram(&drive.seen_latency, "seen_after", stdout);
	putchar(',');
	report_histogram(&drive.join_latency, "join", stdout);
	printf("}\n");
	fflush(stdout);
}

/* cpu.c - getrusage and /proc. */
#include "clients/load/cpu.h"
#include "clients/load/clock.h"
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

static int64_t own_ns(void)
{
	struct rusage u;

	getrusage(RUSAGE_SELF, &u);
	return ((int64_t)u.ru_utime.tv_sec + u.ru_stime.tv_sec) * NS_PER_S +
	       ((int64_t)u.ru_utime.tv_usec + u.ru_stime.tv_usec) * 1000;
}

/* Time that all threads of a process have run, and with_children those of its children that have ended.
 * (/proc/PID/schedstat counts in ns, but for the first thread alone.) */
static int64_t process_ns(int pid, bool with_children)
{
	char path[64], text[1024], *at;
	unsigned long long user, system, user_ended, system_ended;
	FILE *f;
	size_t len;

	snprintf(path, sizeof path, "/proc/%d/stat", pid);
	f = fopen(path, "re");
	if (!f)
		return 0;
	len = fread(text, 1, sizeof text - 1, f);
	fclose(f);
	text[len] = '\0';
	at = strrchr(text, ')'); /* the name may hold anything */
	/* NOLINTNEXTLINE(cert-err34-c): the kernel writes numbers that fit */
	if (!at || sscanf(at + 1, " %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %llu %llu %llu %llu", &user, &system, &user_ended,
	                   &system_ended) != 4)
		return 0;
	if (with_children)
		user += user_ended + system_ended;
	return (int64_t)(user + system) * (NS_PER_S / sysconf(_SC_CLK_TCK));
}

static int64_t family_ns(int pid)
{
	char path[64];
	int64_t ns = process_ns(pid, true);
	FILE *f;
	int child;

	snprintf(path, sizeof path, "/proc/%d/task/%d/children", pid, pid);
	f = fopen(path, "re");
	/* NOLINTNEXTLINE(cert-err34-c): as above */
	while (f && fscanf(f, "%d", &child) == 1)
		ns += process_ns(child, true);
	if (f)
		fclose(f);
	return ns;
}

static int64_t process_rss(const char *pid)
{
	char path[64];
	long long pages = 0;
	FILE *f;

	snprintf(path, sizeof path, "/proc/%s/statm", pid);
	f = fopen(path, "re");
	if (!f)
		return 0;
	/* NOLINTNEXTLINE(cert-err34-c): as above */
	if (fscanf(f, "%*d %lld", &pages) != 1)
		pages = 0;
	fclose(f);
	return pages * sysconf(_SC_PAGESIZE);
}

static void host_read(struct cpu *c)
{
	long long t[8] = { 0 };
	FILE *f = fopen("/proc/stat", "re");

	/* NOLINTNEXTLINE(cert-err34-c): as above */
	if (f && fscanf(f, "cpu %lld %lld %lld %lld %lld %lld %lld %lld", &t[0], &t[1], &t[2], &t[3], &t[4], &t[5], &t[6],
	                 &t[7]) == 8) {
		c->idle = t[3] + t[4];
		for (int i = 0; i < 8; i++)
			c->all += t[i];
	}
	if (f)
		fclose(f);
}

void cpu_read(struct cpu *ret_cpu, const int *pids, int count, int64_t database_pid)
{
	struct cpu c = { .at = clock_ns(), .own = own_ns(), .own_rss = process_rss("self") };
	char pid[16];

	for (int i = 0; i < count; i++) {
		c.servers += process_ns(pids[i], false);
		snprintf(pid, sizeof pid, "%d", pids[i]);
		c.servers_rss += process_rss(pid);
	}
	if (database_pid)
		c.database = family_ns((int)database_pid);
	host_read(&c);
	*ret_cpu = c;
}

/* cpu.h - processor time and memory: our own, the servers' that we were told of, and the host's. */
#ifndef CLIENTS_LOAD_CPU_H
#define CLIENTS_LOAD_CPU_H
#include <stdint.h>

struct cpu {
	int64_t at;       /* clock_ns() */
	int64_t own;      /* ns of this process */
	int64_t servers;  /* ns of the processes given, together */
	int64_t database; /* ns of PostgreSQL's processes; those that ended meanwhile count too */
	int64_t idle, all; /* the host's, in ticks of all processors */
	int64_t own_rss, servers_rss; /* bytes */
};

void cpu_read(struct cpu *ret_cpu, const int *pids, int count, int64_t database_pid);
#endif

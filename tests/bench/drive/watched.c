/* watched.c - how much processor time the servers have used, as the kernel counts it. */
#include "drive.h"
#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

bool watched_parse(struct watched *w, const char *text)
{
	const char *is = strchr(text, '=');

	if (!is || is - text >= (int)sizeof w->name)
		return false;
	memcpy(w->name, text, (size_t)(is - text));
	w->name[is - text] = '\0';
	w->pid = atoi(is + 1);
	w->is_tree = text[strlen(text) - 1] == '+';
	return w->pid > 0;
}

/* The process's own ticks, and those of children that have ended. */
static bool stat_read(int pid, int *ret_parent, unsigned long long *ret_own, unsigned long long *ret_ended)
{
	char path[32], text[1024], *after;
	unsigned long long user, system, child_user, child_system;
	FILE *f;
	size_t len;

	snprintf(path, sizeof path, "/proc/%d/stat", pid);
	f = fopen(path, "re");
	if (!f)
		return false;
	len = fread(text, 1, sizeof text - 1, f);
	fclose(f);
	text[len] = '\0';
	after = strrchr(text, ')'); /* the name before it may hold anything */
	if (!after || sscanf(after + 2, "%*c %d %*d %*d %*d %*d %*u %*u %*u %*u %*u %llu %llu %llu %llu", ret_parent, &user, &system,
			      &child_user, &child_system) != 5)
		return false;
	*ret_own = user + system;
	*ret_ended = child_user + child_system;
	return true;
}

double watched_cpu_s(const struct watched *w)
{
	unsigned long long ticks = 0, own, ended;
	int parent;
	DIR *proc;

	if (stat_read(w->pid, &parent, &own, &ended))
		ticks = own + (w->is_tree ? ended : 0);
	proc = w->is_tree ? opendir("/proc") : NULL;
	for (struct dirent *d; proc && (d = readdir(proc));) {
		int pid = atoi(d->d_name);

		if (pid > 0 && stat_read(pid, &parent, &own, &ended) && parent == w->pid)
			ticks += own;
	}
	if (proc)
		closedir(proc);
	return (double)ticks / (double)sysconf(_SC_CLK_TCK);
}

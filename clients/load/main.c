/* main.c - `korsdrag-load`. */
#include "clients/load/check.h"
#include "clients/load/run.h"
#include "clients/load/sink.h"
#include <signal.h>
#include <string.h>
#include <sys/resource.h>

/* Every connection is a descriptor: as many as we may have. */
static void descriptors_allow(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
		limit.rlim_cur = limit.rlim_max;
		setrlimit(RLIMIT_NOFILE, &limit);
	}
}

int main(int argc, char **argv)
{
	struct options o;

	for (int i = 1; i < argc; i++)
		if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0 || (i == 1 && strcmp(argv[i], "help") == 0)) {
			options_help();
			return 0;
		}
	if (!options_read(&o, argc, argv))
		return 2;
	signal(SIGPIPE, SIG_IGN);
	descriptors_allow();
	if (strcmp(o.scenario, "check") == 0)
		return check_run(&o);
	if (strcmp(o.scenario, "sink") == 0)
		return sink_run(&o);
	return run_play(&o);
}

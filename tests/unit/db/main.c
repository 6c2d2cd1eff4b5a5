/* One private cluster for the whole program; Criterion runs each test in a process of its own. */
#include "fixture.h"
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	char folder[] = "/tmp/korsdrag-unit-db.XXXXXX", pid[16];
	struct criterion_test_set *tests = criterion_initialize();
	int result = 0;

	if (criterion_handle_args(argc, argv, true)) {
		if (!mkdtemp(folder))
			return 1;
		snprintf(pid, sizeof(pid), "%d", (int)getpid());
		postgres("start", folder, pid);
		setenv("KORSDRAG_TEST_POSTGRES", folder, 1);
		criterion_options.jobs = 1;
		result = !criterion_run_all_tests(tests);
		postgres("stop", folder, "");
	}
	criterion_finalize(tests);
	return result;
}

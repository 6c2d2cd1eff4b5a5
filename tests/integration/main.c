/* main.c - one private cluster and one template database for the whole program; each test copies the template. */
#include "harness.h"
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static bool postgres(const char *verb, const char *folder, const char *more)
{
	char command[512];

	snprintf(command, sizeof command, KORSDRAG_SOURCE "/tests/lib/postgres %s '%s' %s >/dev/null", verb, folder, more);
	return system(command) == 0;
}

int main(int argc, char **argv)
{
	char folder[] = "/tmp/korsdrag-integration.XXXXXX", pg[64], more[32];
	struct criterion_test_set *tests = criterion_initialize();
	int result = 0;

	setenv("KORSDRAGD", KORSDRAG_BUILD "/korsdragd", 0);
	setenv("KORSDRAG_CLI", KORSDRAG_BUILD "/korsdrag", 0);
	if (criterion_handle_args(argc, argv, true)) {
		if (!mkdtemp(folder))
			return 1;
		snprintf(pg, sizeof pg, "%s/pg", folder);
		snprintf(more, sizeof more, "%d", (int)getpid());
		chmod(folder, 0755);
		if (!postgres("start", pg, more) || !postgres("newdb", pg, "template_korsdrag"))
			return 1;
		setenv("KORSDRAG_TEST_FOLDER", folder, 1);
		template_make(folder);
		result = !criterion_run_all_tests(tests);
		postgres("stop", pg, "");
		if (result == 0) {
			snprintf(pg, sizeof pg, "rm -rf '%s'", folder);
			result = system(pg) != 0;
		} else {
			fprintf(stderr, "logs are kept in %s\n", folder);
		}
	}
	criterion_finalize(tests);
	return result;
}

/* A test that fails stops where it is and leaves everything behind; what is looked for in the servers is set per node. */
const char *__asan_default_options(void);
const char *__asan_default_options(void)
{
	return "detect_leaks=0";
}

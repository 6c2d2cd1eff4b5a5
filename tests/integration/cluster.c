#include "cluster.h"
#include "http.h"
#include "steps.h"
#include <criterion/criterion.h>
#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char folder[64];

const char *cluster_folder(const char *which)
{
	static char paths[4][96];
	static int next;
	char *path = paths[next++ % 4];

	snprintf(path, sizeof paths[0], "%s/%s", folder, which);
	return path;
}

void cluster_do(const char *verb, const char *which, const char *more)
{
	char command[512];

	snprintf(command, sizeof command, KORSDRAG_SOURCE "/tests/lib/postgres %s '%s/%s' %s >/dev/null", verb, folder, which, more);
	must(system(command) == 0, "%s", command);
}

void cluster_make(void)
{
	char more[32];

	snprintf(folder, sizeof folder, "/tmp/korsdrag-outage.XXXXXX");
	must(mkdtemp(folder) && chmod(folder, 0755) == 0, "%s", strerror(errno));
	snprintf(more, sizeof more, "%d", (int)getpid());
	cluster_do("start", "pg", more);
	cluster_do("newdb", "pg", "template_korsdrag");
	setenv("KORSDRAG_TEST_FOLDER", folder, 1);
	template_make(folder);
}

void cluster_standby(bool is_synchronous)
{
	char more[160];

	snprintf(more, sizeof more, "'%s/pg' %d", folder, (int)getpid());
	cluster_do("standby", "standby", more);
	if (is_synchronous)
		cluster_do("synchronous", "pg", "standby");
	snprintf(more, sizeof more, "%s/pg,%s/standby", folder, folder);
	setenv("KORSDRAG_TEST_HOSTS", more, 1);
}

void cluster_promote(void)
{
	cluster_do("promote", "standby", "");
	setenv("KORSDRAG_TEST_PRIMARY", cluster_folder("standby"), 1);
}

void cluster_end(void)
{
	char command[128];

	if (!*folder)
		return;
	cluster_do("stop", "standby", "");
	cluster_do("stop", "pg", "");
	snprintf(command, sizeof command, "rm -rf '%s'", folder);
	must(system(command) == 0, "%s", command);
}

/* --- signals ------------------------------------------------------------------------------------------------- */

static pid_t postmaster(const char *which)
{
	char path[128], *text;
	pid_t pid;

	snprintf(path, sizeof path, "%s/%s/data/postmaster.pid", folder, which);
	text = file_text(path);
	pid = atoi(text);
	free(text);
	must(pid > 1, "no postmaster");
	return pid;
}

static pid_t parent_of(pid_t pid)
{
	char path[40], *text, *end;
	pid_t parent = 0;

	snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
	text = file_text(path);
	end = strrchr(text, ')');
	if (end)
		sscanf(end + 1, " %*c %d", &parent);
	free(text);
	return parent;
}

void cluster_signal(const char *which, int sig)
{
	pid_t parent = postmaster(which);
	struct dirent *entry;
	DIR *all = opendir("/proc");

	kill(parent, sig);
	while ((entry = readdir(all))) {
		pid_t pid = atoi(entry->d_name);

		if (pid > 1 && parent_of(pid) == parent)
			kill(pid, sig);
	}
	closedir(all);
}

/* Its lock files go with it: where nobody reaps orphans, the dead postmaster would pass for a living one. A new one waits for
 * the last of its children. */
void cluster_kill(const char *which)
{
	static const char *const locks[] = { "data/postmaster.pid", ".s.PGSQL.5432.lock" };

	kill(postmaster(which), SIGKILL);
	wait_ms(300);
	for (int i = 0; i < 2; i++) {
		char path[128];

		snprintf(path, sizeof path, "%s/%s/%s", folder, which, locks[i]);
		unlink(path);
	}
}

/* --- steps ------------------------------------------------------------------------------------------------------ */

int ready_status(struct world *w, int node)
{
	struct http_answer *a = http_get(w, node, "/ready", "");
	int status = a->status;

	http_answer_free(a);
	return status;
}

void until_ready(struct world *w, int node)
{
	for (int64_t deadline = now_ms() + 20000; ready_status(w, node) != 200; wait_ms(50))
		must(now_ms() < deadline, "the node does not heal");
}

void world_end_after_outage(struct world *w)
{
	while (w->people)
		leave(w->people);
	for (int i = 0; i < w->node_count; i++) {
		char command[300];

		snprintf(command, sizeof command,
		        "sed -i 's/ error database is away/ warn database is away/; s/ error call / warn "
		        "call /' '%s/%s.log'",
		        w->folder, w->nodes[i].name);
		must(system(command) == 0, "%s", command);
	}
	world_stop(w);
}

int insist(struct person *p, const char *thread, const char *op, json_int_t *ret_seq)
{
	for (int again = 0;; again++) {
		json_t *answer = ask(p, "post.create",
		        json_pack("{s:s, s:s, s:s, s:s}", "thread", thread, "post", op, "text", "x", "op", op));

		if (has(answer, "result")) {
			*ret_seq = int_at(answer, "result/seq");
			return again;
		}
		must(int_at(answer, "error/code") == KD_E_UNAVAILABLE, "%s", json_dumps(answer, 0));
		must(again < 1000, "the database does not come back");
		wait_ms(50);
	}
}

void posts_expect(struct world *w, const char *thread, int posts, json_int_t head)
{
	char statement[400], expected[64], *found;

	world_pg_lost(w); /* its connection may have died with the server */
	snprintf(statement, sizeof statement,
	        "SELECT (SELECT count(*) FROM post WHERE thread_id = '%s') || ' ' || (SELECT count(*) FROM event WHERE "
	        "stream_id = '%s') || ' ' || (SELECT head FROM stream WHERE id = '%s')",
	        thread, thread, thread);
	found = sql_text(w, statement);
	snprintf(expected, sizeof expected, "%d %d %d", posts, (int)head, (int)head);
	cr_assert_str_eq(found, expected);
	free(found);
}

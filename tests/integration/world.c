/* world.c - databases and nodes: made fresh for a test, ended with a look at what they left behind. */
#include "harness.h"
#include "tests/lib/port.h"
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define READY_MS 30000
#define STOP_MS 30000

static const char *run_folder(void)
{
	return getenv("KORSDRAG_TEST_FOLDER");
}

/* Where PostgreSQL is: one folder of sockets, or the primary's and its standby's. */
static const char *pg_hosts(bool is_for_nodes)
{
	static char hosts[128];

	if (!is_for_nodes && getenv("KORSDRAG_TEST_PRIMARY")) /* nodes find out by themselves */
		return getenv("KORSDRAG_TEST_PRIMARY");
	if (getenv("KORSDRAG_TEST_HOSTS"))
		return getenv("KORSDRAG_TEST_HOSTS");
	snprintf(hosts, sizeof hosts, "%s/pg", run_folder());
	return hosts;
}

static void sleep_ms(int ms)
{
	struct timespec t = { .tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000L };

	nanosleep(&t, NULL);
}

char *file_text(const char *path)
{
	FILE *f = fopen(path, "re");
	char *text = NULL;
	size_t size = 0;

	if (f) {
		FILE *out = open_memstream(&text, &size);

		for (int c; (c = getc(f)) != EOF;)
			putc(c, out);
		fclose(out);
		fclose(f);
	}
	return text ? text : strdup("");
}

/* --- the database ---------------------------------------------------------------------------------------- */

static PGconn *pg_connect(const char *database)
{
	char conninfo[256];
	PGconn *pg;

	snprintf(conninfo, sizeof conninfo, "host=%s dbname=%s user=postgres target_session_attrs=read-write", pg_hosts(false), database);
	pg = PQconnectdb(conninfo);
	must(PQstatus(pg) == CONNECTION_OK, "%s", PQerrorMessage(pg));
	return pg;
}

static void pg_do(PGconn *pg, const char *statement)
{
	PGresult *r = PQexec(pg, statement);

	must(PQresultStatus(r) == PGRES_COMMAND_OK || PQresultStatus(r) == PGRES_TUPLES_OK, "%s: %s", statement,
		PQresultErrorMessage(r));
	PQclear(r);
}

void world_pg_lost(struct world *w)
{
	PQfinish(w->pg);
	w->pg = NULL;
}

PGconn *world_pg(struct world *w)
{
	if (!w->pg)
		w->pg = pg_connect(w->database);
	return w->pg;
}

void sql(struct world *w, const char *statement)
{
	pg_do(world_pg(w), statement);
}

char *sql_text(struct world *w, const char *statement)
{
	PGresult *r = PQexec(world_pg(w), statement);
	char *text;

	must(PQresultStatus(r) == PGRES_TUPLES_OK && PQntuples(r) >= 1, "%s: %s", statement, PQresultErrorMessage(r));
	text = strdup(PQgetvalue(r, 0, 0));
	PQclear(r);
	return text;
}

char *digest(struct world *w)
{
	PGresult *tables = PQexec(world_pg(w), "SELECT c.relname FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace "
					       "AND c.relkind = 'r' AND c.relname NOT IN ('invitation', 'refusal') ORDER BY 1");
	char *all = NULL;
	size_t size;
	FILE *out = open_memstream(&all, &size);

	must(PQntuples(tables) > 10, "no tables");
	for (int i = 0; i < PQntuples(tables); i++) {
		char statement[512], *sum;

		snprintf(statement, sizeof statement,
			"SELECT md5(coalesce(string_agg(row, E'\\n' ORDER BY row), '')) FROM (SELECT (to_jsonb(t) - 'last_seen_at' "
			"- 'search')::text AS row FROM \"%s\" t) all_rows", PQgetvalue(tables, i, 0));
		sum = sql_text(w, statement);
		fprintf(out, "%s=%s\n", PQgetvalue(tables, i, 0), sum);
		free(sum);
	}
	PQclear(tables);
	fclose(out);
	return all;
}

static void database_copy(struct world *w)
{
	PGconn *pg = pg_connect("postgres");
	char statement[256];

	snprintf(statement, sizeof statement, "CREATE DATABASE %s TEMPLATE template_korsdrag OWNER korsdrag_owner", w->database);
	pg_do(pg, statement);
	snprintf(statement, sizeof statement, "GRANT CONNECT ON DATABASE %s TO korsdrag", w->database);
	pg_do(pg, statement);
	PQfinish(pg);
}

static void database_drop(struct world *w)
{
	PGconn *pg = pg_connect("postgres");
	char statement[128];

	PQfinish(w->pg);
	w->pg = NULL;
	snprintf(statement, sizeof statement, "DROP DATABASE %s (FORCE)", w->database);
	pg_do(pg, statement);
	PQfinish(pg);
}

/* --- nodes ------------------------------------------------------------------------------------------------- */

int port_take(void)
{
	int port = port_take_in(run_folder());

	must(port, "no port");
	return port;
}

static void settings_write(const struct world *w)
{
	char path[128];
	FILE *f;

	snprintf(path, sizeof path, "%s/korsdrag.conf", w->folder);
	f = fopen(path, "we");
	must(f, "%s: %s", path, strerror(errno));
	fprintf(f, "origins = http://localhost:8080\nmail.folder = %s/mail\nlog.level = info\n", w->folder);
	fprintf(f, "rate.read = 1000000\nrate.write = 1000000\nrate.live = 1000000\nrate.heavy = 1000000\n");
	fprintf(f, "web.root = %s/web\ndrain = 10s\ndrain.spread = 100ms\nlimit.connections_per_address = 2000\n", w->folder);
	fclose(f);
}

/* The child: settings by file and environment, reports by the sanitizers into files of their own. */
static void korsdragd_exec(const struct world *w, const char *pg_folder, const char *role, char *const *args)
{
	char text[512];

	prctl(PR_SET_PDEATHSIG, SIGKILL); /* a test that fails leaves no node behind */

	snprintf(text, sizeof text, "host=%s dbname=%s user=%s", pg_folder ? pg_folder : pg_hosts(true), w->database, role);
	setenv("KORSDRAG_DATABASE_URL", text, 1);
	if (getenv("KORSDRAG_TEST_REPLICA")) {
		snprintf(text, sizeof text, "host=%s dbname=%s user=%s", getenv("KORSDRAG_TEST_REPLICA"), w->database, role);
		setenv("KORSDRAG_DATABASE_REPLICA_URL", text, 1);
	}
	snprintf(text, sizeof text, "%s/korsdrag.conf", w->folder);
	setenv("KORSDRAG_CONFIG", text, 1);
	snprintf(text, sizeof text, "log_path=%s/report:detect_leaks=1:strict_string_checks=1:handle_abort=1", w->folder);
	setenv("ASAN_OPTIONS", text, 1);
	setenv("LSAN_OPTIONS", "suppressions=" KORSDRAG_SOURCE "/tests/lib/lsan.supp:print_suppressions=0", 1);
	snprintf(text, sizeof text, "log_path=%s/report:print_stacktrace=1", w->folder);
	setenv("UBSAN_OPTIONS", text, 1);
	execv(getenv("KORSDRAGD"), args);
	fprintf(stderr, "%s: %s\n", getenv("KORSDRAGD"), strerror(errno));
	_exit(127);
}

static void log_path(const struct world *w, int node, char ret_path[128])
{
	snprintf(ret_path, 128, "%s/%s.log", w->folder, w->nodes[node].name);
}

char *node_log(const struct world *w, int node)
{
	char path[128];

	log_path(w, node, path);
	return file_text(path);
}

char *node_url(const struct world *w, int node, char ret_url[64])
{
	snprintf(ret_url, 64, "ws://127.0.0.1:%d/ws", w->nodes[node].port);
	return ret_url;
}

static bool is_ready(const struct node *n)
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_port = htons((uint16_t)n->port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	static const char request[] = "GET /ready HTTP/1.1\r\nHost: localhost:8080\r\nConnection: close\r\n\r\n";
	struct timeval patience = { .tv_sec = 2 };
	char answer[64] = "";
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	ssize_t len = 0;

	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
	if (connect(fd, (struct sockaddr *)&a, sizeof a) == 0 && send(fd, request, sizeof request - 1, MSG_NOSIGNAL) > 0)
		len = recv(fd, answer, sizeof answer - 1, 0);
	close(fd);
	return len > 12 && strncmp(answer + 9, "200", 3) == 0;
}

void node_start(struct world *w, int node)
{
	struct node *n = &w->nodes[node];
	char listen[32], path[128];
	char *const args[] = { (char *)"korsdragd", (char *)"serve", (char *)"--listen", listen, NULL };

	if (!n->port)
		n->port = port_take();
	snprintf(listen, sizeof listen, "127.0.0.1:%d", n->port);
	log_path(w, node, path);
	n->pid = fork();
	if (n->pid == 0) {
		int fd = open(path, O_WRONLY | O_CREAT | O_APPEND, 0600);

		dup2(fd, STDOUT_FILENO);
		dup2(fd, STDERR_FILENO);
		korsdragd_exec(w, n->pg_folder, "korsdrag", args);
	}
	for (int waited = 0; !is_ready(n); waited += 50) {
		int status;

		if (waited >= READY_MS || waitpid(n->pid, &status, WNOHANG) == n->pid) {
			char *log = node_log(w, node);

			must(false, "%s did not become ready:\n%s", n->name, log);
		}
		sleep_ms(50);
	}
}

void node_kill(struct world *w, int node)
{
	kill(w->nodes[node].pid, SIGKILL);
	waitpid(w->nodes[node].pid, NULL, 0);
	w->nodes[node].pid = 0;
}

static void lines_remove(char *text, const char *words)
{
	for (char *found; (found = strstr(text, words));) {
		char *end = found + strcspn(found, "\n");

		while (found > text && found[-1] != '\n')
			found--;
		memmove(found, end, strlen(end) + 1);
	}
}

void node_stop(struct world *w, int node)
{
	struct node *n = &w->nodes[node];
	int status = 0;
	char *log;

	if (!n->pid)
		return;
	kill(n->pid, SIGTERM);
	for (int waited = 0; waitpid(n->pid, &status, WNOHANG) == 0; waited += 10) {
		if (waited >= STOP_MS) {
			log = node_log(w, node);
			node_kill(w, node);
			must(false, "%s does not stop:\n%s", n->name, log);
		}
		sleep_ms(10);
	}
	n->pid = 0;
	log = node_log(w, node);
	must(WIFEXITED(status) && WEXITSTATUS(status) == 0, "%s ended with %d, signal %d:\n%.4000s", n->name,
		WEXITSTATUS(status), WIFSIGNALED(status) ? WTERMSIG(status) : 0, log);
	if (w->pardoned)
		lines_remove(log, w->pardoned);
	log_check(n->name, log);
	free(log);
}

char *operator_command(const struct world *w, int *ret_exit, const char *args)
{
	char *argv[16] = { (char *)"korsdragd" }, *words = strdup(args), *rest = words, path[128], *text;
	int count = 1, status;
	pid_t pid;

	for (char *word; count < 15 && (word = strsep(&rest, "|"));)
		argv[count++] = word;
	snprintf(path, sizeof path, "%s/operator.out", w->folder);
	unlink(path);
	pid = fork();
	if (pid == 0) {
		int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

		dup2(fd, STDOUT_FILENO);
		dup2(fd, STDERR_FILENO);
		korsdragd_exec(w, NULL, strcmp(argv[1], "migrate") == 0 ? "korsdrag_owner" : "korsdrag", argv);
	}
	waitpid(pid, &status, 0);
	text = file_text(path);
	must(WIFEXITED(status), "korsdragd %s died:\n%s", args, text);
	must(ret_exit || WEXITSTATUS(status) == 0, "korsdragd %s ended with %d:\n%s", args, WEXITSTATUS(status), text);
	if (ret_exit)
		*ret_exit = WEXITSTATUS(status);
	free(words);
	return text;
}

/* --- worlds --------------------------------------------------------------------------------------------------- */

struct world *world_make(const char *database)
{
	static int count;
	struct world *w = calloc(1, sizeof *w);
	char path[128];

	w->is_template = database != NULL;
	snprintf(w->database, sizeof w->database, "t%d_%d", (int)getpid(), ++count);
	if (database)
		snprintf(w->database, sizeof w->database, "%s", database);
	snprintf(w->folder, sizeof w->folder, "%s/%s", run_folder(), w->database);
	must(mkdir(w->folder, 0755) == 0, "%s: %s", w->folder, strerror(errno));
	snprintf(path, sizeof path, "%s/mail", w->folder);
	mkdir(path, 0755);
	snprintf(path, sizeof path, "%s/web", w->folder);
	mkdir(path, 0755);
	snprintf(path, sizeof path, "printf '<!doctype html><title>web</title>' >'%s/web/index.html'", w->folder);
	must(system(path) == 0, "%s", path);
	settings_write(w);
	return w;
}

static void settings_add(const struct world *w, const char *lines)
{
	char path[128];
	FILE *f;

	snprintf(path, sizeof path, "%s/korsdrag.conf", w->folder);
	f = fopen(path, "ae");
	must(f, "%s: %s", path, strerror(errno));
	fputs(lines, f);
	fclose(f);
}

struct world *world_start(int nodes)
{
	return world_start_with(nodes, "");
}

struct world *world_start_with(int nodes, const char *settings)
{
	struct world *w = world_make(NULL);

	settings_add(w, settings);

	database_copy(w);
	w->node_count = nodes;
	for (int i = 0; i < nodes; i++) {
		snprintf(w->nodes[i].name, sizeof w->nodes[i].name, "n%d", (i + 1) % 10);
		node_start(w, i);
	}
	return w;
}

/* Sanitizers write into files of their own, so that nothing of a killed node is lost either. */
static void reports_check(const struct world *w)
{
	char command[300], *text;

	snprintf(command, sizeof command, "cat '%s'/report.* >'%s/reports' 2>/dev/null", w->folder, w->folder);
	if (system(command) != 0)
		return;
	snprintf(command, sizeof command, "%s/reports", w->folder);
	text = file_text(command);
	must(*text == '\0', "a sanitizer reports:\n%s", text);
	free(text);
}

void world_stop(struct world *w)
{
	while (w->people)
		leave(w->people);
	for (int i = 0; i < w->node_count; i++)
		node_stop(w, i);
	reports_check(w);
	if (!w->is_template)
		database_drop(w);
	PQfinish(w->pg);
	free(w);
}

/* Several servers in one conninfo: which is asked first, who is passed by, and who is no longer believed. */
#include "fixture.h"
#include "base/clock.h"
#include "db/hosts.h"
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

static const struct db_stmt q_pid = { "pid", "SELECT pg_backend_pid()", 0 };
static const struct db_stmt q_put = { "put", "INSERT INTO thing (id) VALUES ($1)", 1 };
static const struct db_stmt *const statements[] = { &q_pid, &q_put, NULL };

static void wrong(const char *conninfo, const char *because)
{
	const char *why = db_conninfo_wrong(conninfo);

	cr_assert(because ? why && strstr(why, because) : !why, "%s: %s", conninfo, why ? why : "is taken");
}

Test(hosts, are_addresses_or_folders_for_a_lookup_would_block)
{
	wrong("host=/run/postgresql dbname=korsdrag", NULL);
	wrong("dbname=korsdrag", NULL);
	wrong("host=10.0.0.1,10.0.0.2,/run/postgresql port=5432,5433,5434", NULL);
	wrong("host=fd00::1 hostaddr=", NULL);
	wrong("postgresql://10.0.0.1:5433,[fd00::2]:5434/korsdrag?target_session_attrs=read-write", NULL);
	wrong("host=one.example.se,two.example.se hostaddr=10.0.0.1,10.0.0.2 sslmode=verify-full", NULL);
	wrong("host=one.example.se", "addresses or socket folders");
	wrong("host=10.0.0.1,two.example.se", "addresses or socket folders");
	wrong("host=one.example.se,two.example.se hostaddr=10.0.0.1,", "addresses or socket folders");
	wrong("hostaddr=one.example.se", "addresses or socket folders");
	wrong("host=localhost", "addresses or socket folders");
	wrong("service=korsdrag", "not a service");
	wrong("host=10.0.0.1 password=x", "password");
	wrong("postgres://a:b@10.0.0.1/d", "password");
	wrong("host", "no conninfo");
	wrong("port='5432", "no conninfo");
}

static const char *value(struct hosts *h, int host, const char *key)
{
	const char *keys[HOSTS_KEYS_MAX], *values[HOSTS_KEYS_MAX], *found = "";
	int n = host < 0 ? hosts_keys(h, keys, values) : hosts_key(h, host, keys, values);

	for (int i = 0; i < n; i++)
		if (strcmp(keys[i], key) == 0)
			found = values[i];
	return found;
}

Test(hosts, begin_anew_behind_the_one_that_was_passed_by)
{
	struct hosts *h = hosts_create("host=a,b,c hostaddr=10.0.0.1,10.0.0.2,10.0.0.3 port=1,2,3");

	cr_assert_eq(hosts_count(h), 3);
	cr_assert_str_eq(value(h, -1, "host"), "a,b,c");
	hosts_pass(h, NULL); /* of whom nothing is known: the first */
	cr_assert_str_eq(value(h, -1, "host"), "b,c,a");
	cr_assert_str_eq(value(h, -1, "hostaddr"), "10.0.0.2,10.0.0.3,10.0.0.1");
	cr_assert_str_eq(value(h, -1, "port"), "2,3,1");
	cr_assert_str_eq(value(h, 2, "host"), "c");
	cr_assert_str_eq(value(h, 2, "port"), "3");
	hosts_pass(h, NULL);
	hosts_pass(h, NULL);
	cr_assert_str_eq(value(h, -1, "host"), "a,b,c");
	hosts_destroy(h);
	h = hosts_create("host=/one,/two port=5433");
	hosts_pass(h, NULL);
	cr_assert_str_eq(value(h, -1, "host"), "/two,/one");
	cr_assert_str_eq(value(h, -1, "port"), "5433");
	cr_assert_str_eq(value(h, 1, "port"), "5433");
	hosts_destroy(h);
	h = hosts_create("host=/one dbname=x");
	cr_assert_eq(hosts_count(h), 1);
	cr_assert_str_eq(value(h, -1, "host"), ""); /* as the conninfo says */
	hosts_pass(h, NULL);
	cr_assert_str_eq(value(h, -1, "dbname"), "host=/one dbname=x");
	hosts_destroy(h);
}

Test(hosts, on_an_older_timeline_are_not_admitted)
{
	struct hosts *h = hosts_create("host=/one");

	cr_assert(hosts_admit(h, 2) && hosts_admit(h, 2) && hosts_admit(h, 0));
	cr_assert(!hosts_admit(h, 1) && hosts_admit(h, 5) && !hosts_admit(h, 2));
	cr_assert_eq(hosts_timeline(h), 5);
	hosts_destroy(h);
}

/* --- real servers ------------------------------------------------------------------------------------------ */

static char root[32]; /* of this test's folders */

static const char *in(const char *name)
{
	static char paths[4][64];
	static int next;
	char *path = paths[next++ % 4];

	snprintf(path, sizeof(paths[0]), "%s/%s", root, name);
	return path;
}

static void root_make(void)
{
	strcpy(root, "/tmp/korsdrag-hosts.XXXXXX");
	cr_assert(mkdtemp(root) && chmod(root, 0755) == 0);
}

static void root_remove(void)
{
	char command[64];

	snprintf(command, sizeof(command), "rm -rf '%s'", root);
	cr_assert_eq(system(command), 0);
}

/* Takes connections into its backlog and says nothing, as a machine does whose processes are frozen. */
static int frozen_listen(const char *folder)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	mkdir(folder, 0755);
	snprintf(a.sun_path, sizeof(a.sun_path), "%s/.s.PGSQL.5432", folder);
	cr_assert(bind(fd, (struct sockaddr *)&a, sizeof(a)) == 0 && listen(fd, 64) == 0);
	return fd;
}

static bool was_restored;

static void heard(void *owner, const char *payload)
{
	(void)owner;
	(void)payload;
}

static void restored(void *owner)
{
	(void)owner;
	was_restored = true;
}

/* libpq changes its socket for each of them, while our loop watches it. */
Test(hosts, that_are_gone_or_frozen_are_passed_by)
{
	char hosts[200];
	struct world *w;
	struct db_listen *l;
	int frozen, also;

	root_make();
	frozen = frozen_listen(in("frozen"));
	also = frozen_listen(in("also"));
	snprintf(hosts, sizeof(hosts), "%s,%s,%s,%s,%s", in("none"), in("frozen"), in("also"), in("nor"), pg_folder());
	w = world_create(pg_newdb(NULL), STMTS(&q_pid), (struct world_options){ .folder = hosts, .queue_ms = 15000 });
	l = db_listen_create(w->db, "korsdrag", heard, restored, NULL);
	cr_assert(ask(w, &q_pid).was_ok);
	world_until(w, &was_restored);
	cr_assert(strncmp(db_server(w->db)->host, pg_folder(), strlen(pg_folder())) == 0, "%s", db_server(w->db)->host);
	cr_assert_eq(db_server(w->db)->timeline, 1);
	cr_assert(!db_server(w->db)->is_synchronous);
	db_listen_destroy(l);
	world_destroy(w);
	close(frozen);
	close(also);
	root_remove();
}

static void sql(const char *folder, const char *text)
{
	PGconn *pg = PQconnectdb(pg_conninfo(folder, "one", "postgres options='-c default_transaction_read_only=off'"));

	cr_assert_eq(PQstatus(pg), CONNECTION_OK, "%s", PQerrorMessage(pg));
	pg_exec(pg, text);
	PQfinish(pg);
}

static void pair_make(void)
{
	char more[100];

	root_make();
	snprintf(more, sizeof(more), "%d", (int)getpid());
	postgres("start", in("a"), more);
	postgres("newdb", in("a"), "one");
	sql(in("a"), "SET ROLE korsdrag_owner; CREATE TABLE thing (id int PRIMARY KEY)");
	snprintf(more, sizeof(more), "%s %d", in("a"), (int)getpid());
	postgres("standby", in("b"), more);
}

static void pair_end(void)
{
	postgres("stop", in("b"), "");
	postgres("stop", in("a"), "");
	root_remove();
}

static bool is_at(const struct world *w, const char *folder)
{
	const struct db_server *server = db_server(w->db);

	return server && strncmp(server->host, folder, strlen(folder)) == 0;
}

/* The old primary is there all the time, and takes whatever is written to it: with it, it would be lost. */
Test(hosts, a_primary_that_was_left_behind_is_left, .timeout = 120)
{
	struct world_options options = { .queue_ms = 15000 };
	struct answer a;
	struct err err = { 0 };
	char hosts[160];
	struct world *w;
	struct db_listen *l;

	pair_make();
	snprintf(hosts, sizeof(hosts), "%s,%s", in("a"), in("b"));
	options.folder = hosts;
	w = world_create("one", statements, options);
	l = db_listen_create(w->db, "korsdrag", heard, restored, NULL);
	cr_assert(ask(w, &q_put, "1").was_ok);
	world_until(w, &was_restored);
	cr_assert(is_at(w, in("a")));

	postgres("promote", in("b"), "");
	sql(in("a"), "ALTER SYSTEM SET default_transaction_read_only = on"); /* how an operator fences it */
	sql(in("a"), "SELECT pg_reload_conf()");
	was_restored = false;
	for (int i = 0; i < 200 && !is_at(w, in("b")); i++) {
		char id[12];

		snprintf(id, sizeof(id), "%d", 100 + i);
		a = ask(w, &q_put, id);
		cr_assert(a.was_ok || db_was_lost(&a.err), "%s", a.err.detail);
		world_for(w, 50);
	}
	cr_assert(is_at(w, in("b")), "whoever meets a read-only server looks for another, with all connections");
	world_until(w, &was_restored);
	cr_assert_eq(db_server(w->db)->timeline, 2);

	sql(in("a"), "ALTER SYSTEM RESET default_transaction_read_only");
	sql(in("a"), "SELECT pg_reload_conf()");
	sql(in("b"), "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE application_name = 'unit_db'");
	postgres("down", in("b"), ""); /* so that only the old one answers */
	world_for(w, 1500);
	cr_assert(!db_is_up(w->db), "what was left behind is not believed, although it takes writes again");
	cr_assert(strstr(db_last_error(w->db)->detail, "left behind") || strstr(db_last_error(w->db)->detail, "failed"), "%s",
	        db_last_error(w->db)->detail);
	postgres("up", in("b"), "");
	cr_assert(ask(w, &q_put, "3").was_ok);
	cr_assert(is_at(w, in("b")));
	db_listen_destroy(l);
	world_destroy(w);

	/* A node that starts has seen nothing yet: it looks at all of them. */
	cr_assert(db_migrate(pg_conninfo(hosts, "one", "korsdrag_owner"), &err), "%s", err.text);
	sql(in("b"), "SELECT 1 FROM schema_migration");
	pair_end();
}

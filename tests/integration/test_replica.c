/* What may be a little old is read from a standby, and nobody notices but by its metrics. */
#include "cluster.h"
#include "http.h"
#include "steps.h"
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FROM_REPLICA "korsdrag_db_stale_reads_total{from=\"replica\"}"
#define FROM_PRIMARY "korsdrag_db_stale_reads_total{from=\"primary\"}"

TestSuite(replica, .init = cluster_make, .fini = cluster_end, .timeout = 120);

static void on_standby(const struct world *w, const char *statement)
{
	char conninfo[200];
	PGconn *pg;
	PGresult *r;

	snprintf(conninfo, sizeof conninfo, "host=%s dbname=%s user=postgres", cluster_folder("standby"), w->database);
	pg = PQconnectdb(conninfo);
	r = PQexec(pg, statement);
	must(PQresultStatus(r) == PGRES_TUPLES_OK, "%s: %s", statement, PQerrorMessage(pg));
	PQclear(r);
	PQfinish(pg);
}

/* Reads until one more has been answered there. */
static void until_read_from(struct world *w, struct person *p, const char *where)
{
	double before = metric_of(w, 0, where);

	for (int64_t until = now_ms() + ANSWER_MS; metric_of(w, 0, where) == before; wait_ms(50)) {
		must(now_ms() < until, "nothing is read there: %s", where);
		ok(p, "organisation.list", "{}");
	}
}

static void organisation_add(struct person *admin, const char *id)
{
	char name[48];

	snprintf(name, sizeof name, "Bolag %.40s", id);
	ok(admin, "organisation.add", "{s:s, s:s, s:s, s:s}", "organisation", id, "kind", "company", "short", id + 24, "name", name);
}

static bool lists(struct person *p, const char *id)
{
	return find_id(at(ok(p, "organisation.list", "{}"), "organisations"), id) != NULL;
}

Test(replica, answers_the_directory_and_takes_nothing_back)
{
	struct world *w;
	struct person *admin, *kalle;
	struct http_answer *a;
	double before;

	cluster_standby(false);
	setenv("KORSDRAG_TEST_REPLICA", cluster_folder("standby"), 1);
	w = world_start(1);
	admin = sign_in(w, 0, "admin");
	kalle = sign_in(w, 0, "kalle");
	until_read_from(w, kalle, FROM_REPLICA);
	a = http_get(w, 0, "/ready", "");
	cr_assert(strstr(a->body, "\"replica\":{\"host\":\"") && strstr(a->body, "/standby:5432\""), "%s", a->body);
	http_answer_free(a);
	ok(kalle, "member.list", "{s:s}", "query", "anna");
	ok(kalle, "cohort.list", "{}");

	/* One's own write is there at once, whoever answers; and so is another's of which a hint has come. */
	ok(kalle, "feed.watch", "{s:[s]}", "topics", "people");
	for (int i = 0; i < 10; i++) {
		ID_TEXT(id);

		organisation_add(admin, id);
		cr_assert(lists(admin, id), "one's own is missing");
		expect_notice(kalle, "hint");
		cr_assert(lists(kalle, id), "the hint came too early");
		wait_ms(i * 40);
	}
	until_read_from(w, kalle, FROM_REPLICA); /* and once it has caught up it answers again */

	/* What cannot be sure of any more is not asked. */
	on_standby(w, "SELECT 'x' FROM pg_wal_replay_pause()");
	for (int i = 0; i < 3; i++) {
		ID_TEXT(id);

		organisation_add(admin, id);
		expect_notice(kalle, "hint");
		cr_assert(lists(kalle, id) && lists(admin, id));
	}
	wait_ms(2300);
	before = metric_of(w, 0, FROM_REPLICA);
	ok(sign_in(w, 0, "olle"), "organisation.list", "{}");
	until_read_from(w, kalle, FROM_PRIMARY);
	cr_assert_eq(metric_of(w, 0, FROM_REPLICA), before, "it is too far behind");
	on_standby(w, "SELECT 'x' FROM pg_wal_replay_resume()");
	until_read_from(w, kalle, FROM_REPLICA);

	/* It goes, and nobody is told. */
	cluster_kill("standby");
	for (int i = 0; i < 20; i++)
		ok(kalle, "organisation.list", "{}");
	cluster_do("up", "standby", "");
	until_read_from(w, kalle, FROM_REPLICA);
	world_stop(w);
}

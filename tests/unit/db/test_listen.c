#include "fixture.h"
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct ear {
	struct db_listen *listen;
	int heard, restored;
	char last[64];
	bool got_it, is_restored;
};

static void heard(void *owner, const char *payload)
{
	struct ear *ear = owner;

	ear->heard++;
	snprintf(ear->last, sizeof(ear->last), "%.60s", payload);
	ear->got_it = true;
}

static void restored(void *owner)
{
	struct ear *ear = owner;

	ear->restored++;
	ear->is_restored = true;
}

#define CHANNEL "kors \"drag\""

static void ear_open(struct ear *ear, struct world *w)
{
	ear->listen = db_listen_create(w->db, CHANNEL, heard, restored, ear);
	world_until(w, &ear->is_restored);
}

Test(listen, hears_what_anybody_says)
{
	const char *database = pg_newdb(NULL);
	struct world *w = world_create(database, STMTS(), (struct world_options){ 0 });
	struct ear one = { 0 }, two = { 0 };
	char *large = malloc(7902);

	ear_open(&one, w);
	ear_open(&two, w);
	db_listen_notify(one.listen, "it's \"x\"; å");
	world_until(w, &two.got_it);
	world_until(w, &one.got_it);
	cr_assert_str_eq(two.last, "it's \"x\"; å");
	memset(large, 'x', 7901);
	large[7901] = '\0';
	db_listen_notify(one.listen, large); /* dropped */
	large[7900] = '\0';
	two.got_it = false;
	db_listen_notify(one.listen, large);
	world_until(w, &two.got_it);
	cr_assert_eq(two.heard, 2);
	for (int i = 0; i < 100; i++) { /* in order, however fast they come */
		char text[16];

		snprintf(text, sizeof(text), "%d", i);
		db_listen_notify(two.listen, text);
	}
	for (int i = 0; i < 2000 && (one.heard < 102 || two.heard < 102); i++)
		world_for(w, 1);
	cr_assert_eq(one.heard, 102);
	cr_assert_str_eq(one.last, "99");
	cr_assert_eq(one.restored, 1);
	free(large);
	db_listen_destroy(one.listen);
	db_listen_destroy(two.listen);
	world_destroy(w);
}

Test(listen, says_when_it_may_have_missed_something)
{
	struct world *w = world_create(pg_newdb(NULL), STMTS(), (struct world_options){ 0 });
	struct ear ear = { 0 };

	ear_open(&ear, w);
	ear.is_restored = false;
	pg_exec(w->admin,
	        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'unit_db' "
	        "AND datname = current_database() AND query LIKE '%LISTEN%'");
	world_until(w, &ear.is_restored);
	cr_assert_eq(ear.restored, 2);
	pg_exec(w->admin, "SELECT pg_notify('kors \"drag\"', 'again')");
	world_until(w, &ear.got_it);
	cr_assert_str_eq(ear.last, "again");
	db_listen_notify(ear.listen, "and again");
	ear.got_it = false;
	world_until(w, &ear.got_it);
	db_listen_destroy(ear.listen);
	world_destroy(w);
}

Test(listen, drops_what_it_cannot_say)
{
	struct world *w =
	        world_create("no_such_database", STMTS(), (struct world_options){ .folder = pg_folder() });
	struct ear ear = { .listen = db_listen_create(w->db, "k", heard, restored, &ear) };

	db_listen_notify(ear.listen, "x");
	world_for(w, 300);
	db_listen_notify(ear.listen, "x");
	cr_assert_eq(ear.restored, 0);
	db_listen_destroy(ear.listen);
	db_listen_destroy(NULL);
	world_destroy(w);
}

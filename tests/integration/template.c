/* template.c - the database that each test copies: the schema, the people, and what they made. */
#include "harness.h"
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static void people_insert(struct world *w)
{
	static const char organisations[] =
		"INSERT INTO organisation (id, kind, short, name) VALUES "
		"('" ORG_CULTURE "', 'administration', 'KUF', 'Kulturförvaltningen'), "
		"('" ORG_WATER "', 'company', 'SVOA', 'Stockholm Vatten och Avfall AB');"
		"INSERT INTO cohort (id, track, round, name) VALUES "
		"('" COHORT_E1 "', 'executive', 1, 'Chefsspåret, omgång 1'), "
		"('" COHORT_E2 "', 'executive', 2, 'Chefsspåret, omgång 2'), "
		"('" COHORT_K1 "', 'key_person', 1, 'Nyckelpersonsspåret, omgång 1');";
	char text[1024], token[44];

	sql(w, organisations);
	for (const struct fixture_person *p = fixture_people; p->who; p++) {
		snprintf(text, sizeof text,
			"INSERT INTO stream (id, kind) VALUES ('%s', 'member');"
			"INSERT INTO member (id, mail, name, organisation_id, is_administrator, suspended_at, signed_in_at) VALUES "
			"('%s', '%s@test.example', 'Förvaltningschef %s', '%s', %s, %s, now());"
			"INSERT INTO session (id, member_id, hash, kind, name, expires_at) VALUES "
			"(gen_random_uuid(), '%s', encode(sha256('%s'), 'hex'), 'token', 'test', now() + interval '1 year');",
			p->id, p->id, p->who, p->who, p->organisation, p->is_administrator ? "true" : "false",
			p->is_suspended ? "now()" : "NULL", p->id, member_token(p->who, token));
		sql(w, text);
		if (p->cohort) {
			snprintf(text, sizeof text, "INSERT INTO cohort_member VALUES ('%s', '%s')", p->cohort, p->id);
			sql(w, text);
		}
	}
}

static void grants_insert(struct world *w)
{
	char text[512];

	for (const struct fixture_person *p = fixture_people; p->who; p++) {
		if (!p->scope || strcmp(p->scope, "space") == 0) /* who makes a private space is its facilitator anyhow */
			continue;
		snprintf(text, sizeof text,
			"INSERT INTO facilitator_grant (id, member_id, scope, scope_id) VALUES (gen_random_uuid(), '%s', '%s', %s%s%s)",
			p->id, p->scope, p->scope_id ? "'" : "", p->scope_id ? p->scope_id : "NULL", p->scope_id ? "'" : "");
		sql(w, text);
	}
}

struct place {
	const char *space, *thread, *post, *post_other, *post_deleted, *board, *section, *card, *card_deleted, *word;
};
#define PLACE(x, word)                                                                                               \
	{ SPACE(x), THREAD(x), POST(x), POST_OTHER(x), POST_DELETED(x), BOARD(x), SECTION(x), CARD(x), CARD_DELETED(x), word }

/* anna made all of it, `other` answered. */
static void place_fill(struct person *anna, struct person *other, const struct place *p)
{
	char title[80], gone[80];

	snprintf(title, sizeof title, "Om %s", p->word);
	snprintf(gone, sizeof gone, "%s borttagenkanarie", p->word);
	ok(anna, "thread.create", "{s:s, s:s, s:s, s:s, s:s}", "thread", p->thread, "post", p->post, "space", p->space, "title", title,
		"text", title);
	ok(other, "post.create", "{s:s, s:s, s:s, s:s}", "thread", p->thread, "post", p->post_other, "text", title, "reply_to", p->post);
	ok(anna, "post.create", "{s:s, s:s, s:s}", "thread", p->thread, "post", p->post_deleted, "text", gone);
	ok(anna, "post.delete", "{s:s, s:s}", "thread", p->thread, "post", p->post_deleted);
	ok(anna, "board.create", "{s:s, s:s, s:s}", "board", p->board, "space", p->space, "title", title);
	ok(anna, "section.create", "{s:s, s:s, s:s, s:i, s:i, s:i, s:i, s:s}", "board", p->board, "section", p->section, "title", title,
		"x", 0, "y", 0, "width", 800, "height", 600, "order", "a0");
	ok(anna, "card.create", "{s:s, s:s, s:s, s:s, s:s, s:i, s:i, s:s}", "board", p->board, "card", p->card, "section", p->section,
		"text", title, "colour", "kalk", "x", 40, "y", 40, "order", "a0");
	ok(anna, "card.create", "{s:s, s:s, s:s, s:s, s:i, s:i, s:s}", "board", p->board, "card", p->card_deleted, "text", title,
		"colour", "puts", "x", 40, "y", 40, "order", "a0");
	ok(anna, "card.delete", "{s:s, s:s}", "board", p->board, "card", p->card_deleted);
}

static void places_make(struct world *w)
{
	static const struct place network = PLACE(IN_NETWORK, "nätverket"), track = PLACE(IN_TRACK, "spårkanarie"),
				  cohort = PLACE(IN_COHORT, "kohortkanarie"), private = PLACE(IN_PRIVATE, "privatkanarie"),
				  archive = PLACE(IN_ARCHIVE, "arkivet"), board = PLACE(IN_BOARD, "tavlan");
	struct person *admin = sign_in(w, 0, "admin"), *anna = sign_in(w, 0, "anna"), *olle = sign_in(w, 0, "olle"),
		      *stina = sign_in(w, 0, "stina"), *netta = sign_in(w, 0, "netta");

	ok(netta, "space.create", "{s:s, s:s, s:s}", "space", network.space, "name", "Allmänt", "openness", "network");
	ok(netta, "space.create", "{s:s, s:s, s:s, s:s}", "space", track.space, "name", "spårkanarie", "openness", "track", "track",
		"executive");
	ok(netta, "space.create", "{s:s, s:s, s:s, s:s}", "space", cohort.space, "name", "kohortkanarie", "openness", "cohort", "cohort",
		COHORT_E1);
	ok(stina, "space.create", "{s:s, s:s, s:s}", "space", private.space, "name", "privatkanarie", "openness", "private");
	ok(stina, "space.add_member", "{s:s, s:s}", "space", private.space, "member", member_id("anna"));
	ok(admin, "space.create", "{s:s, s:s, s:s}", "space", archive.space, "name", "Arkivet", "openness", "network");
	ok(admin, "space.create", "{s:s, s:s, s:s}", "space", board.space, "name", "Tavlan", "openness", "network");
	place_fill(anna, olle, &network);
	place_fill(anna, olle, &track);
	place_fill(anna, olle, &cohort);
	place_fill(anna, stina, &private);
	place_fill(anna, olle, &archive);
	place_fill(anna, olle, &board);
	ok(admin, "space.update", "{s:s, s:b}", "space", archive.space, "archived", 1);
}

/* In a process of its own, so that the tests' processes inherit nothing of it. */
void template_make(const char *folder)
{
	pid_t pid = fork();
	int status;

	(void)folder;
	if (pid == 0) {
		struct world *w;

		setenv("KORSDRAG_TEST_TEMPLATE", "1", 1);
		w = world_make("template_korsdrag");
		free(operator_command(w, NULL, "migrate"));
		people_insert(w);
		grants_insert(w);
		w->node_count = 1;
		strcpy(w->nodes[0].name, "n1");
		node_start(w, 0);
		places_make(w);
		world_stop(w);
		_exit(0);
	}
	waitpid(pid, &status, 0);
	if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
		exit(1);
}

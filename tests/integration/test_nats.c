/* NATS as the bus between two nodes: who hears what, and that its loss costs latency and nothing else. */
#include "http.h"
#include "nats_server.h"
#include "steps.h"
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define BOARD_STREAM STREAM("board", BOARD(IN_NETWORK))
#define CHANGE_MS 20000 /* generous: the library finds a silent server out after two pings */

static bool is_connected(const struct world *w, int node)
{
	struct http_answer *a = http_get(w, node, "/ready", "");
	bool is = a->status == 200 && strstr(a->body, "\"kind\":\"nats\",\"connected\":true");

	must(a->status == 200, "a node without its bus is still of use: %d", a->status);
	http_answer_free(a);
	return is;
}

static void until_connected(const struct world *w, bool is)
{
	int64_t end = now_ms() + CHANGE_MS;

	for (int node = 0; node < w->node_count; node++)
		while (is_connected(w, node) != is) {
			must(now_ms() < end, "node %d is %sconnected", node, is ? "not " : "");
			wait_ms(20);
		}
}

static void until_interest(const struct nats_server *s, const char *subject, int count)
{
	int64_t end = now_ms() + CHANGE_MS;

	while (nats_server_interest(s, subject) != count) {
		must(now_ms() < end, "%d want %s, not %d", nats_server_interest(s, subject), subject, count);
		wait_ms(20);
	}
}

static struct world *joined_by(struct nats_server *s, const char *more)
{
	char settings[600];
	struct world *w;

	snprintf(settings, sizeof settings, "bus.servers = nats://127.0.0.1:%d\n%s", s->port, more);
	w = world_start_with(2, settings);
	until_connected(w, true);
	return w;
}

/* One makes a card on the first node; the other, on the second, sees it. */
static void sees_a_card(struct person *anna, struct person *kalle)
{
	ID_TEXT(card);

	card_on(anna, BOARD(IN_NETWORK), card, "a1");
	cr_assert_str_eq(text_at(expect_event(kalle, BOARD_STREAM, "card.created"), "body/card/id"), card);
}

Test(nats, a_node_hears_of_the_streams_that_it_shows)
{
	struct nats_server s;
	struct world *w;
	struct person *anna, *kalle;
	double gaps;

	nats_server_init(&s);
	nats_server_start(&s);
	w = joined_by(&s, "bus.subjects = stad.test\n");
	anna = sign_in(w, 0, "anna");
	kalle = sign_in(w, 1, "kalle");
	until_interest(&s, "stad.test.nodes", 2);
	cr_assert_eq(nats_server_interest(&s, "stad.test.stream." BOARD_STREAM), 0);
	open_stream(kalle, BOARD_STREAM);
	until_interest(&s, "stad.test.stream." BOARD_STREAM, 1);
	gaps = metric_of(w, 1, "korsdrag_journal_reads_total");
	for (int i = 0; i < 5; i++)
		sees_a_card(anna, kalle);
	cr_assert_geq(metric_of(w, 1, "korsdrag_journal_reads_total") - gaps, 1);
	ok(kalle, "stream.close", "{s:s}", "stream", BOARD_STREAM);
	until_interest(&s, "stad.test.stream." BOARD_STREAM, 0);
	world_stop(w);
	nats_server_end(&s);
}

/* What says so to everyone: a hint of a new thread reaches a node on which nobody has opened it. */
Test(nats, hints_reach_every_node)
{
	struct nats_server s;
	struct world *w;
	struct person *anna, *kalle;
	ID_TEXT(thread);
	ID_TEXT(post);
	json_t *notice;

	nats_server_init(&s);
	nats_server_start(&s);
	w = joined_by(&s, "");
	anna = sign_in(w, 0, "anna");
	kalle = sign_in(w, 1, "kalle");
	ok(kalle, "feed.watch", "{s:[s]}", "topics", "threads");
	ok(anna, "thread.create", "{s:s, s:s, s:s, s:s, s:s}", "space", SPACE(IN_NETWORK), "thread", thread, "post", post, "title", "Hej", "text", "hej");
	notice = expect_notice(kalle, "hint");
	cr_assert_str_eq(text_at(notice, "topics/0"), "threads");
	world_stop(w);
	nats_server_end(&s);
}

Test(nats, an_outage_costs_time_and_nothing_else)
{
	struct nats_server s;
	struct world *w;
	struct person *anna, *kalle;
	json_t *opened;

	nats_server_init(&s);
	nats_server_start(&s);
	w = joined_by(&s, "");
	anna = sign_in(w, 0, "anna");
	kalle = sign_in(w, 1, "kalle");
	open_stream(kalle, BOARD_STREAM);
	sees_a_card(anna, kalle);
	nats_server_kill(&s);
	until_connected(w, false);
	cr_assert_eq(metric_of(w, 0, "korsdrag_bus_up"), 0);
	for (int i = 0; i < 3; i++)
		sees_a_card(anna, kalle); /* by the comparison of heads */
	opened = open_stream(anna, BOARD_STREAM);
	nats_server_start(&s);
	until_connected(w, true);
	sees_a_card(anna, kalle);
	until_interest(&s, "korsdrag.stream." BOARD_STREAM, 2);
	/* Who is here was not known to the other while NATS was away; now it is. */
	for (int64_t end = now_ms() + CHANGE_MS; json_array_size(at(open_stream(kalle, BOARD_STREAM), "present")) != 1; wait_ms(50))
		must(now_ms() < end, "kalle does not see anna");
	cr_assert(has(opened, "conn"));
	world_stop(w);
	nats_server_end(&s);
}

Test(nats, nodes_start_and_serve_without_it)
{
	struct nats_server s;
	struct world *w;
	struct person *anna, *kalle;
	char settings[100];

	nats_server_init(&s);
	snprintf(settings, sizeof settings, "bus.servers = nats://127.0.0.1:%d\n", s.port);
	w = world_start_with(2, settings);
	anna = sign_in(w, 0, "anna");
	kalle = sign_in(w, 1, "kalle");
	cr_assert(!is_connected(w, 0) && !is_connected(w, 1));
	open_stream(kalle, BOARD_STREAM);
	sees_a_card(anna, kalle);
	nats_server_start(&s);
	until_connected(w, true);
	until_interest(&s, "korsdrag.stream." BOARD_STREAM, 1); /* asked for before it was there */
	sees_a_card(anna, kalle);
	world_stop(w);
	nats_server_end(&s);
}

Test(nats, another_server_of_the_cluster_takes_over)
{
	struct nats_server a, b;
	struct world *w;
	struct person *anna, *kalle;
	char settings[200];

	nats_server_init(&a);
	nats_server_init(&b);
	snprintf(a.more, sizeof a.more, "cluster { name: k, listen: 127.0.0.1:%d }", a.cluster);
	snprintf(b.more, sizeof b.more, "cluster { name: k, listen: 127.0.0.1:%d, routes: [\"nats://127.0.0.1:%d\"] }", b.cluster, a.cluster);
	nats_server_start(&a);
	nats_server_start(&b);
	snprintf(settings, sizeof settings, "bus.servers = nats://127.0.0.1:%d, nats://127.0.0.1:%d\n", a.port, b.port);
	w = world_start_with(2, settings);
	until_connected(w, true);
	anna = sign_in(w, 0, "anna");
	kalle = sign_in(w, 1, "kalle");
	open_stream(kalle, BOARD_STREAM);
	sees_a_card(anna, kalle);
	nats_server_kill(&a);
	until_interest(&b, "korsdrag.nodes", 2);
	until_interest(&b, "korsdrag.stream." BOARD_STREAM, 1);
	until_connected(w, true);
	sees_a_card(anna, kalle);
	world_stop(w);
	nats_server_end(&b);
	nats_server_end(&a);
}

/* A file of the test's with one line; its path is good until the next call. */
static const char *file_with(const struct nats_server *s, const char *name, const char *line)
{
	static char path[128];
	FILE *f;

	snprintf(path, sizeof path, "%s/%s", s->folder, name);
	f = fopen(path, "we");
	fputs(line, f);
	fclose(f);
	chmod(path, 0600);
	return path;
}

static void secure_server(struct nats_server *s)
{
	nats_server_init(s);
	nats_server_certificates(s, "authority", "server");
	nats_server_certificates(s, "stranger", "other");
	snprintf(s->more, sizeof s->more,
		"authorization { user: kors, password: \"drag och vind\" }\n"
		"tls { cert_file: \"%s/server.pem\", key_file: \"%s/server.key\" }", s->folder, s->folder);
	nats_server_start(s);
}

static void secure_world(struct nats_server *s, const char *password, const char *authority, bool is_let_in)
{
	char settings[600];
	struct world *w;

	snprintf(settings, sizeof settings, "bus.servers = tls://127.0.0.1:%d\nbus.user = kors\nbus.password_file = %s\nbus.ca_file = %s/%s.pem\n",
		s->port, file_with(s, "password", password), s->folder, authority);
	w = world_start_with(1, settings);
	if (is_let_in) {
		until_connected(w, true);
	} else {
		wait_ms(500); /* some tries */
		cr_assert(!is_connected(w, 0), "let in with %s by %s", password, authority);
		cr_assert_eq(nats_server_interest(s, "korsdrag.nodes"), 0);
	}
	world_stop(w);
}

Test(nats, speaks_tls_and_signs_in)
{
	struct nats_server s;

	secure_server(&s);
	secure_world(&s, "drag och vind\n", "authority", true);
	nats_server_end(&s);
}

Test(nats, is_not_let_in_with_a_wrong_password)
{
	struct nats_server s;

	secure_server(&s);
	secure_world(&s, "fel\n", "authority", false);
	nats_server_end(&s);
}

Test(nats, trusts_no_server_whom_nobody_vouches_for)
{
	struct nats_server s;

	secure_server(&s);
	secure_world(&s, "drag och vind\n", "stranger", false);
	nats_server_end(&s);
}

/* A file that cannot be used is said at the start, by the setting's name, and not found out at night. */
Test(nats, a_file_that_cannot_be_used_is_named)
{
	struct world *w = world_start_with(1, "");
	char *said;
	int status;

	said = operator_command(w, &status, "serve|--bus.servers=tls://127.0.0.1:4222|--bus.ca_file=/dev/null");
	cr_assert_eq(status, 1);
	cr_assert(strstr(said, "bus.ca_file"), "%s", said);
	free(said);
	said = operator_command(w, &status, "serve|--bus.servers=http://127.0.0.1:4222");
	cr_assert_eq(status, 2);
	cr_assert(strstr(said, "must begin with nats:// or tls://"), "%s", said);
	free(said);
	said = operator_command(w, &status, "serve|--bus.subjects=a..b");
	cr_assert_eq(status, 2);
	cr_assert(strstr(said, "single dots"), "%s", said);
	free(said);
	world_stop(w);
}

/* The loss of NATS, in all its forms, costs time and nothing else: a change is seen within two seconds (D7), by the
 * comparison of heads, and the node says how it stands. */
#include "nats_world.h"
#include "replay.h"
#include <arpa/inet.h>
#include <criterion/criterion.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define ROUNDS 7

static int by_number(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

/* Each change is seen; all but one of the slowest within two seconds, on whatever else this host has to do. */
static void sees_cards_in_time(struct person *anna, struct person *kalle)
{
	int64_t took[ROUNDS];

	for (int i = 0; i < ROUNDS; i++)
		took[i] = sees_a_card(anna, kalle);
	qsort(took, ROUNDS, sizeof *took, by_number);
	printf("without NATS a change is seen after %lld ms, at most %lld\n", (long long)took[ROUNDS / 2], (long long)took[ROUNDS - 1]);
	cr_assert_leq(took[ROUNDS - 2], 2000, "it took %lld ms", (long long)took[ROUNDS - 2]);
}

/* Anna on the first node, and kalle on the second, who sees the board. Its number. */
static json_int_t kalle_watches(struct world *w, struct person **ret_anna, struct person **ret_kalle)
{
	*ret_anna = sign_in(w, 0, "anna");
	*ret_kalle = sign_in(w, 1, "kalle");
	return int_at(open_stream(*ret_kalle, BOARD_STREAM), "seq");
}

Test(nats_faults, an_outage_costs_time_and_nothing_else)
{
	struct nats_server s = nats_server_new();
	struct world *w;
	struct person *anna, *kalle;
	char *trouble;

	nats_server_start(&s);
	w = joined_by(2, ALL_OF(&s), "");
	kalle_watches(w, &anna, &kalle);
	sees_a_card(anna, kalle);
	nats_server_kill(&s);
	until_connected(w, false);
	cr_assert_eq(metric_of(w, 0, "korsdrag_bus_up"), 0);
	sees_cards_in_time(anna, kalle);
	trouble = trouble_of(w, 0);
	cr_assert(strstr(trouble, "nats://127.0.0.1:"), "%s", trouble);
	cr_assert_geq(metric_of(w, 0, "korsdrag_bus_failures_total"), 1);
	free(trouble);
	open_stream(anna, BOARD_STREAM);
	nats_server_start(&s);
	until_connected(w, true);
	trouble = trouble_of(w, 0);
	cr_assert_str_eq(trouble, "");
	free(trouble);
	sees_a_card(anna, kalle);
	until_interest(&s, "korsdrag.stream." BOARD_STREAM, 2);
	cr_assert_eq(metric_of(w, 0, "korsdrag_bus_connects_total"), 2);
	/* Who is here was not known to the other while NATS was away; now it is. */
	for (int64_t end = now_ms() + CHANGE_MS; json_array_size(at(open_stream(kalle, BOARD_STREAM), "present")) != 1; wait_ms(50))
		must(now_ms() < end, "kalle does not see anna");
	world_stop(w);
	nats_server_end(&s);
}

Test(nats_faults, nodes_start_and_serve_without_it)
{
	struct nats_server s = nats_server_new();
	struct world *w;
	struct person *anna, *kalle;
	char settings[100];

	snprintf(settings, sizeof settings, "bus.servers = nats://127.0.0.1:%d\n", s.port);
	w = world_start_with(2, settings);
	kalle_watches(w, &anna, &kalle);
	cr_assert(!is_connected(w, 0) && !is_connected(w, 1));
	sees_cards_in_time(anna, kalle);
	nats_server_start(&s);
	until_connected(w, true);
	until_interest(&s, "korsdrag.stream." BOARD_STREAM, 1); /* asked for before it was there */
	sees_a_card(anna, kalle);
	world_stop(w);
	nats_server_end(&s);
}

/* SIGSTOP: its sockets stay open and take what is sent, and nothing comes back. */
Test(nats_faults, a_server_that_is_only_silent_is_given_up)
{
	struct nats_server s = nats_server_new();
	struct world *w;
	struct person *anna, *kalle;

	nats_server_start(&s);
	w = joined_by(2, ALL_OF(&s), "");
	kalle_watches(w, &anna, &kalle);
	sees_a_card(anna, kalle);
	nats_server_freeze(&s);
	sees_cards_in_time(anna, kalle); /* whether it has been found out yet or not */
	until_connected(w, false);
	sees_a_card(anna, kalle);
	nats_server_thaw(&s);
	until_connected(w, true);
	sees_a_card(anna, kalle);
	until_interest(&s, "korsdrag.stream." BOARD_STREAM, 1);
	world_stop(w);
	nats_server_end(&s);
}

static void cluster_of_three(struct nats_server servers[3])
{
	for (int i = 0; i < 3; i++) {
		servers[i] = nats_server_new();
		snprintf(servers[i].more, sizeof servers[i].more, "cluster { name: k, listen: 127.0.0.1:%d, routes: [\"nats://127.0.0.1:%d\"] }",
			servers[i].cluster, servers[0].cluster);
		nats_server_start(&servers[i]);
	}
}

/* The server that the node is connected to which wants the subject. */
static int server_of(const struct nats_server *servers, const char *subject)
{
	for (int64_t end = now_ms() + CHANGE_MS;; wait_ms(20)) {
		for (int i = 0; i < 3; i++)
			if (servers[i].pid && nats_server_interest(&servers[i], subject) > 0)
				return i;
		must(now_ms() < end, "nobody wants %s", subject);
	}
}

Test(nats_faults, another_server_of_the_cluster_takes_over)
{
	const char *only_kalles = "korsdrag.stream." BOARD_STREAM;
	struct nats_server servers[3];
	struct world *w;
	struct person *anna, *kalle;
	int first, second;

	cluster_of_three(servers);
	w = joined_by(2, ALL_OF(&servers[0], &servers[1], &servers[2]), "");
	kalle_watches(w, &anna, &kalle);
	first = server_of(servers, only_kalles);
	sees_a_card(anna, kalle);
	nats_server_kill(&servers[first]);
	sees_cards_in_time(anna, kalle);
	second = server_of(servers, only_kalles);
	until_connected(w, true);
	sees_a_card(anna, kalle);
	nats_server_freeze(&servers[second]); /* and that one falls silent */
	sees_cards_in_time(anna, kalle);
	until_interest(&servers[3 - first - second], only_kalles, 1);
	until_connected(w, true);
	sees_a_card(anna, kalle);
	world_stop(w);
	for (int i = 0; i < 3; i++)
		nats_server_end(&servers[i]);
}

/* Says to a server what no node would, as fast as it takes it. */
static void flood(const struct nats_server *s, int messages)
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_port = htons((uint16_t)s->port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	static char message[100000];
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), len;
	char said[4096] = "";

	cr_assert(connect(fd, (struct sockaddr *)&a, sizeof a) == 0);
	cr_assert_gt(recv(fd, said, sizeof said - 1, 0), 0); /* INFO */
	len = snprintf(message, sizeof message, "CONNECT {\"verbose\":false,\"pedantic\":false}\r\n");
	cr_assert_eq(send(fd, message, (size_t)len, MSG_NOSIGNAL), len);
	len = snprintf(message, sizeof message, "PUB korsdrag.nodes 99900\r\n");
	memset(message + len, '[', 99900);
	memcpy(message + len + 99900, "\r\n", 2);
	len += 99902;
	for (int i = 0; i < messages; i++)
		for (ssize_t at_byte = 0, sent; at_byte < len; at_byte += sent) {
			sent = send(fd, message + at_byte, (size_t)(len - at_byte), MSG_NOSIGNAL);
			cr_assert_gt(sent, 0);
		}
	cr_assert_eq(send(fd, "PING\r\n", 6, MSG_NOSIGNAL), 6); /* it has taken all when it answers */
	cr_assert_gt(recv(fd, said, sizeof said - 1, 0), 0);
	close(fd);
}

static json_int_t slow_consumers(const struct nats_server *s)
{
	json_t *said = nats_server_asked(s, "/varz");
	json_int_t count = int_at(said, "slow_consumers");

	json_decref(said);
	return count;
}

/* A node that does not read for a while is cut off by NATS. What it missed is in the journal. */
Test(nats_faults, a_node_that_reads_too_slowly_misses_nothing)
{
	struct nats_server s = nats_server_new();
	struct world *w;
	struct person *anna, *kalle;
	json_int_t seen;

	strcpy(s.more, "max_pending: 1MB\nwrite_deadline: \"1s\"");
	nats_server_start(&s);
	w = joined_by(2, ALL_OF(&s), "");
	seen = kalle_watches(w, &anna, &kalle);
	until_interest(&s, "korsdrag.stream." BOARD_STREAM, 1);
	kill(w->nodes[1].pid, SIGSTOP);
	flood(&s, 300);
	for (int i = 0; i < 20; i++)
		card_on(anna, BOARD(IN_NETWORK), new_id(), "a1");
	for (int64_t end = now_ms() + CHANGE_MS; slow_consumers(&s) == 0; wait_ms(20))
		must(now_ms() < end, "NATS has been patient with it");
	kill(w->nodes[1].pid, SIGCONT);
	hear_until(kalle, BOARD_STREAM, seen, seen + 20);
	until_connected(w, true);
	until_interest(&s, "korsdrag.stream." BOARD_STREAM, 1);
	sees_a_card(anna, kalle);
	expect_no_event(kalle);
	world_stop(w);
	nats_server_end(&s);
}

/* What a viewer holds after each event it was sent. */
struct watch {
	struct person *person;
	json_t *view;
	json_int_t seen;
};

static struct watch watch_from(struct person *p)
{
	json_t *answer = open_stream(p, BOARD_STREAM);

	return (struct watch){ .person = p, .view = view_answer(view_empty(), answer), .seen = int_at(answer, "seq") };
}

static void watch_until(struct watch *v, json_int_t head)
{
	while (v->seen < head) {
		json_t *event = next_event(v->person, BOARD_STREAM, ANSWER_MS);

		must(event && int_at(event, "seq") == v->seen + 1, "%s waits for %lld after %lld", v->person->who, (long long)head, (long long)v->seen);
		view_apply(v->view, event);
		v->seen++;
	}
}

/* Both nodes write one board while NATS dies and comes back again and again. */
Test(nats_faults, restarts_under_load_lose_and_double_nothing)
{
	enum { TURNS = 12, BURST = 15 };
	struct nats_server s = nats_server_new();
	struct world *w;
	struct person *writers[2];
	struct watch watches[2];
	json_int_t head;
	json_t *tables;

	nats_server_start(&s);
	w = joined_by(2, ALL_OF(&s), "");
	writers[0] = sign_in(w, 0, "anna");
	writers[1] = sign_in(w, 1, "kalle");
	watches[0] = watch_from(sign_in(w, 0, "eva"));
	watches[1] = watch_from(sign_in(w, 1, "bert"));
	head = watches[0].seen;
	for (int turn = 0; turn < TURNS; turn++) {
		int64_t asked[2][BURST];

		for (int i = 0; i < BURST; i++)
			for (int who = 0; who < 2; who++)
				asked[who][i] = ask_soon(writers[who], "card.create", "{s:s, s:s, s:s, s:s, s:i, s:i, s:s}", "board", BOARD(IN_NETWORK),
					"card", new_id(), "text", "x", "colour", "kalk", "x", turn, "y", i, "order", "a7");
		if (turn % 3 == 1)
			nats_server_kill(&s);
		else if (turn % 3 == 2)
			nats_server_start(&s);
		for (int who = 0; who < 2; who++)
			answers_ok(writers[who], asked[who], BURST);
	}
	head += 2 * TURNS * BURST;
	until_connected(w, true);
	tables = view_of_tables(w, BOARD(IN_NETWORK));
	for (int i = 0; i < 2; i++) {
		watch_until(&watches[i], head);
		expect_no_event(watches[i].person);
		view_expect(watches[i].view, tables, watches[i].person->who);
		json_decref(watches[i].view);
	}
	json_decref(tables);
	cr_assert_geq(metric_of(w, 0, "korsdrag_bus_connects_total"), 2);
	world_stop(w);
	nats_server_end(&s);
}

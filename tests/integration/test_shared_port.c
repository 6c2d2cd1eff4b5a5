/* Two nodes of one host share a port (SO_REUSEPORT): the kernel gives each newcomer to one of them. Whoever a node loses,
 * drained or killed, is taken by the other under the same address. */
#include "raw.h"
#include "steps.h"
#include <criterion/criterion.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#define BOARD_STREAM STREAM("board", BOARD(IN_NETWORK))
#define PEOPLE 24
#define QUEUED 200 /* so that some hundred wait for one node: more than it takes in one turn of its loop */
#define SPREAD_MS 1500
#define SPREAD "1500ms"

static struct world *w;
static struct person *people[PEOPLE];
static int at_node[PEOPLE]; /* where each of them is */
static char calls_itself[2][16]; /* the nodes, in the name of each connection */
static json_int_t seen;

/* Opens the board, and says on which node that was: "conn" begins with the node's own id. */
static json_t *open_and_see(struct person *p, json_int_t since, int *ret_node)
{
	json_t *opened = open_since(p, BOARD_STREAM, since);

	*ret_node = strncmp(text_at(opened, "conn"), calls_itself[0], 12) != 0;
	return opened;
}

static void two_on_one_port(void)
{
	char *log;
	struct person *first;

	setenv("KORSDRAG_DRAIN_SPREAD", SPREAD, 1);
	w = world_start_with(1, "limit.connections_per_member = 0\n");
	first = sign_in(w, 0, "stina");
	snprintf(calls_itself[0], sizeof calls_itself[0], "%.12s", text_at(open_stream(first, BOARD_STREAM), "conn"));
	leave(first);
	w->node_count = 2;
	w->nodes[1].port = w->nodes[0].port;
	strcpy(w->nodes[1].name, "n2");
	node_start(w, 1); /* the port answers for either of them, so the log is looked at as well */
	for (int64_t end = now_ms() + ANSWER_MS; log = node_log(w, 1), !strstr(log, "database is up"); free(log), wait_ms(20))
		must(now_ms() < end, "the second node does not start:\n%s", log);
	free(log);
}

/* How many came to the first node. */
static int everyone_comes(void)
{
	int first = 0;

	for (int i = 0; i < PEOPLE; i++) {
		people[i] = sign_in(w, 0, i % 2 ? "anna" : "kalle");
		seen = int_at(open_and_see(people[i], -1, &at_node[i]), "seq");
		first += at_node[i] == 0;
	}
	cr_assert(first > 0 && first < PEOPLE, "%d of %d came to the first node", first, PEOPLE);
	return first;
}

/* Comes back under the same address, to the node that is left, and is told what it missed. */
static void comes_back(int who, json_int_t head)
{
	int node;
	json_t *again;

	reconnect(people[who], 0);
	again = open_and_see(people[who], seen, &node);
	cr_assert_eq(node, 1);
	cr_assert_eq((json_int_t)json_array_size(at(again, "events")), head - seen);
}

/* Sends a request on many sockets of their own, from addresses of their own; *fds wait for their answers. */
static void many_ask(int *fds)
{
	char from[20];

	for (int i = 0; i < QUEUED; i++) {
		snprintf(from, sizeof from, "127.0.8.%d", 1 + i);
		fds[i] = raw_dial(w, 0, from);
		cr_assert_geq(fds[i], 0);
		raw_say(fds[i], "GET /health HTTP/1.1\r\nHost: localhost:8080\r\nConnection: close\r\n\r\n");
	}
}

static int answers(const int *fds)
{
	int answered = 0;

	for (int i = 0; i < QUEUED; i++) {
		answered += strncmp(raw_rest(fds[i]), "HTTP/1.1 200", 12) == 0;
		raw_close(fds[i]);
	}
	return answered;
}

static void first_node_ends(int with)
{
	int status;

	cr_assert_eq(waitpid(w->nodes[0].pid, &status, 0), w->nodes[0].pid);
	cr_assert_eq(status, with);
	w->nodes[0].pid = 0;
}

Test(shared_port, each_node_gets_its_share)
{
	two_on_one_port();
	everyone_comes();
	card_on(people[0], BOARD(IN_NETWORK), new_id(), "a1");
	for (int i = 0; i < PEOPLE; i++)
		hear_until(people[i], BOARD_STREAM, seen, seen + 1);
	world_stop(w);
}

/* Its people leave over the spread, one after another; the other's do not notice. */
Test(shared_port, a_drained_nodes_people_move_over_the_spread)
{
	int64_t first_ms = 0, last_ms = 0, began;
	int leaving;

	two_on_one_port();
	leaving = everyone_comes();
	kill(w->nodes[0].pid, SIGTERM);
	began = now_ms();
	for (int gone = 0; gone < leaving;) {
		cr_assert_lt(now_ms() - began, ANSWER_MS, "%d of %d have left", gone, leaving);
		for (int i = 0; i < PEOPLE; i++) {
			if (at_node[i] != 0 || !client_wait_closed(people[i]->client, 1))
				continue;
			cr_assert_eq(client_close_code(people[i]->client), 1001);
			last_ms = now_ms();
			first_ms = first_ms ? first_ms : last_ms;
			at_node[i] = 1;
			comes_back(i, seen);
			gone++;
		}
	}
	if (leaving > 3)
		cr_assert_geq(last_ms - first_ms, SPREAD_MS / 4, "all left at once: within %lld ms", (long long)(last_ms - first_ms));
	first_node_ends(0);
	card_on(people[0], BOARD(IN_NETWORK), new_id(), "a1");
	for (int i = 0; i < PEOPLE; i++) {
		cr_assert(client_is_open(people[i]->client));
		hear_until(people[i], BOARD_STREAM, seen, seen + 1);
	}
	world_stop(w);
}

/* Whoever the kernel has already given to a node when it is told to drain is answered all the same, and not reset. */
Test(shared_port, who_waits_at_the_door_of_a_drained_node_is_answered)
{
	int fds[QUEUED];

	two_on_one_port();
	kill(w->nodes[0].pid, SIGSTOP);
	many_ask(fds);
	kill(w->nodes[0].pid, SIGTERM);
	kill(w->nodes[0].pid, SIGCONT);
	cr_assert_eq(answers(fds), QUEUED);
	first_node_ends(0);
	world_stop(w);
}

/* The kernel resets who waits in the queue of a node that is killed; asked again, they come to the other. So do its people,
 * who miss nothing. */
Test(shared_port, a_killed_nodes_people_come_back_to_the_other)
{
	int fds[QUEUED], left, lost;

	two_on_one_port();
	lost = everyone_comes();
	kill(w->nodes[0].pid, SIGSTOP);
	many_ask(fds);
	node_kill(w, 0);
	left = answers(fds);
	cr_assert(left > 0 && left < QUEUED, "%d answered", left);
	many_ask(fds);
	cr_assert_eq(answers(fds), QUEUED);
	for (int i = 0; i < PEOPLE; i++) {
		if (at_node[i] != 0)
			continue;
		cr_assert(client_wait_closed(people[i]->client, ANSWER_MS));
		lost--;
	}
	cr_assert_eq(lost, 0);
	for (int i = 0; i < PEOPLE; i++)
		if (at_node[i] == 1) { /* and meanwhile something happens */
			card_on(people[i], BOARD(IN_NETWORK), new_id(), "a1");
			break;
		}
	for (int i = 0; i < PEOPLE; i++) {
		if (at_node[i] == 0)
			comes_back(i, seen + 1);
		else
			hear_until(people[i], BOARD_STREAM, seen, seen + 1);
	}
	world_stop(w);
}

/* nats_world.c - see the header. */
#include "nats_world.h"
#include "http.h"
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct nats_server nats_server_new(void)
{
	struct nats_server s;

	nats_server_init(&s, getenv("KORSDRAG_TEST_FOLDER"));
	return s;
}

static json_t *bus_of(const struct world *w, int node)
{
	struct http_answer *a = http_get(w, node, "/ready", "");
	json_t *said = json_loads(a->body, 0, NULL), *bus = json_incref(json_object_get(said, "bus"));

	must(a->status == 200, "a node without its bus is still of use: %d", a->status);
	must(strcmp(text_at(bus, "kind"), "nats") == 0, "%s", a->body);
	json_decref(said);
	http_answer_free(a);
	return bus;
}

bool is_connected(const struct world *w, int node)
{
	json_t *bus = bus_of(w, node);
	bool is = json_is_true(json_object_get(bus, "connected"));

	must(metric_of(w, node, "korsdrag_bus_up") == is || is_connected(w, node) != is, "/metrics and /ready differ");
	json_decref(bus);
	return is;
}

char *trouble_of(const struct world *w, int node)
{
	json_t *bus = bus_of(w, node);
	const char *reason = json_string_value(json_object_get(bus, "reason"));
	char *text = strdup(reason ? reason : "");

	json_decref(bus);
	return text;
}

void until_node_connected(const struct world *w, int node, bool is)
{
	int64_t end = now_ms() + CHANGE_MS;

	while (is_connected(w, node) != is) {
		must(now_ms() < end, "node %d is %sconnected: %s", node, is ? "not " : "", trouble_of(w, node));
		wait_ms(20);
	}
}

void until_connected(const struct world *w, bool is)
{
	for (int node = 0; node < w->node_count; node++)
		until_node_connected(w, node, is);
}

void until_interest(const struct nats_server *s, const char *subject, int count)
{
	int64_t end = now_ms() + CHANGE_MS;

	while (nats_server_interest(s, subject) != count) {
		must(now_ms() < end, "%d want %s, not %d", nats_server_interest(s, subject), subject, count);
		wait_ms(20);
	}
}

struct world *joined_by(int nodes, const struct nats_server *const *servers, const char *more)
{
	char settings[1200];
	int len = snprintf(settings, sizeof settings, "%sbus.servers = ", more);
	struct world *w;

	for (; *servers; servers++)
		len += snprintf(settings + len, sizeof settings - (size_t)len, "nats://127.0.0.1:%d%s", (*servers)->port, servers[1] ? ", " : "\n");
	w = world_start_with(nodes, settings);
	until_connected(w, true);
	return w;
}

int64_t sees_a_card(struct person *anna, struct person *kalle)
{
	int64_t before;
	ID_TEXT(card);

	card_on(anna, BOARD(IN_NETWORK), card, "a1");
	before = now_ms();
	cr_assert_str_eq(text_at(expect_event(kalle, BOARD_STREAM, "card.created"), "body/card/id"), card);
	return now_ms() - before;
}

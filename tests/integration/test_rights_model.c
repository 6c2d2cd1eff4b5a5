/* Z5: rights of every kind given and taken at random while streams stay open on two nodes, against a small
 * model. After each step both nodes must agree with the model within two seconds: what may be opened, what
 * was closed, and what is still told. */
#include "steps.h"
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#define STEPS 120
#define SOON_MS 2000

enum right { IN_E1, IN_K1, FACILITATES_E1, FACILITATES_NETWORK, ADMINISTERS, IN_SPACE, RIGHTS };
enum place { NETWORK, TRACK, COHORT, PRIVATE, PLACES };

static const char *const streams[PLACES] = { STREAM("thread", THREAD(IN_NETWORK)),
	STREAM("thread", THREAD(IN_TRACK)), STREAM("thread", THREAD(IN_COHORT)),
	STREAM("thread", THREAD(IN_PRIVATE)) };

struct model {
	bool has[RIGHTS];
	bool is_open[2][PLACES]; /* on each node */
};

static bool may_read(const struct model *m, enum place place)
{
	bool sees_all_open = m->has[FACILITATES_NETWORK] || m->has[ADMINISTERS];

	switch (place) {
	case TRACK:
		return m->has[IN_E1] || sees_all_open;
	case COHORT:
		return m->has[IN_E1] || m->has[FACILITATES_E1] || sees_all_open;
	case PRIVATE:
		return m->has[IN_SPACE];
	default:
		return true;
	}
}

static void toggle(struct model *m, enum right right, struct person *admin, struct person *stina)
{
	const char *who = member_id("tove");
	bool gives = !m->has[right];

	m->has[right] = gives;
	switch (right) {
	case IN_E1:
	case IN_K1:
		ok(admin, gives ? "cohort.add_member" : "cohort.remove_member", "{s:s, s:s}", "cohort",
		        right == IN_E1 ? COHORT_E1 : COHORT_K1, "member", who);
		break;
	case FACILITATES_E1:
		ok(admin, gives ? "role.grant" : "role.revoke", "{s:s, s:s, s:s, s:s}", "member", who, "role",
		        "facilitator", "scope", "cohort", "scope_id", COHORT_E1);
		break;
	case FACILITATES_NETWORK:
		ok(admin, gives ? "role.grant" : "role.revoke", "{s:s, s:s, s:s}", "member", who, "role",
		        "facilitator", "scope", "network");
		break;
	case ADMINISTERS:
		ok(admin, gives ? "role.grant" : "role.revoke", "{s:s, s:s}", "member", who, "role",
		        "administrator");
		break;
	default:
		ok(stina, gives ? "space.add_member" : "space.remove_member", "{s:s, s:s}", "space",
		        SPACE(IN_PRIVATE), "member", who);
	}
}

/* What tove on this node is told to be closed must be what may not be read any more. */
static void take_closings(struct model *m, struct person *tove, int node)
{
	size_t i;
	json_t *notice;

	while (next_event(tove, "none", 0))
		;
	json_array_foreach(tove->notices, i,
	        notice) if (strcmp(text_at(notice, "method"), "stream.closed") ==
	                    0) for (int place = 0; place < PLACES;
	                            place++) if (strcmp(text_at(notice, "params/stream"), streams[place]) ==
	                                         0)
	{
		must(m->is_open[node][place] && !may_read(m, place), "%s was closed without a reason",
		        streams[place]);
		m->is_open[node][place] = false;
	}
	json_array_clear(tove->notices);
	json_array_clear(tove->events);
}

static bool opens(struct person *tove, const char *stream)
{
	json_t *answer = ask(tove, "stream.open", json_pack("{s:s, s:i}", "stream", stream, "since", 0));

	must(has(answer, "result") || int_at(answer, "error/code") == KD_E_NOT_FOUND, "%s",
	        json_dumps(answer, 0));
	return has(answer, "result");
}

static void agree(struct model *m, struct person *tove, int node, int step)
{
	int64_t until = now_ms() + SOON_MS;

	for (int place = 0; place < PLACES; place++)
		for (;;) {
			bool may = may_read(m, place), is_ready;

			take_closings(m, tove, node);
			is_ready = may ? opens(tove, streams[place])
			               : !m->is_open[node][place] && !opens(tove, streams[place]);
			if (is_ready) {
				m->is_open[node][place] = may;
				break;
			}
			must(now_ms() < until, "step %d, node %d: %s should be %s", step, node,
			        streams[place], may ? "open" : "closed");
			wait_ms(5);
		}
	json_array_clear(tove->kept);
}

/* What is said everywhere reaches tove where she may read, and nowhere else. */
static void told_as_modelled(struct model *m, struct person *anna, struct person *tove[2])
{
	static const char *const threads[PLACES] = { THREAD(IN_NETWORK), THREAD(IN_TRACK), THREAD(IN_COHORT),
		THREAD(IN_PRIVATE) };

	for (int place = 0; place < PLACES; place++)
		post_in(anna, threads[place], "hej");
	for (int node = 0; node < 2; node++)
		for (int place = 0; place < PLACES; place++)
			must(next_event(tove[node], streams[place], may_read(m, place) ? ANSWER_MS : 20)
			                ? may_read(m, place)
			                : !may_read(m, place),
			        "node %d: %s is told wrongly", node, streams[place]);
}

Test(rights, random_histories_agree_with_the_model, .timeout = 120)
{
	struct world *w = world_start(2);
	struct person *admin = sign_in(w, 0, "admin"), *stina = sign_in(w, 1, "stina"),
	              *anna = sign_in(w, 1, "anna"),
	              *tove[2] = { sign_in(w, 0, "tove"), sign_in(w, 1, "tove") };
	struct model m = { .has = { false } };
	unsigned random = 5;

	tove[0]->who = tove[1]->who = "anna"; /* may be told any of the words at some time */
	for (int step = 0; step < STEPS; step++) {
		random = random * 1664525u + 1013904223u;
		toggle(&m, (enum right)((random >> 8) % RIGHTS), admin, stina);
		agree(&m, tove[0], 0, step);
		agree(&m, tove[1], 1, step);
		if (step % 10 == 9)
			told_as_modelled(&m, anna, tove);
	}
	world_stop(w);
}

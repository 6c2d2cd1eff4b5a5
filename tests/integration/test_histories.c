/* Random histories of rights, given and taken on two nodes, against a model (security.md Z5, goal 5): after
 * each step both nodes answer as the model says within two seconds, and from then on nobody hears what is not
 * for them. */
#include "steps.h"
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define STEPS 1000
#define SEEN_MS 2000
#define SUBJECTS 4
#define NODES 2

struct subject {
	const char *who;
	bool in_private, in_cohort; /* the model */
	struct person *at[NODES];
};

struct history {
	struct world *world;
	struct subject subjects[SUBJECTS];
	struct person *stina[NODES], *admin[NODES], *anna;
	unsigned seed;
	int posts;
};

static int pick(struct history *h, int below)
{
	return rand_r(&h->seed) % below;
}

/* Whose words one may hear: that of somebody with the same rights (frames.c). */
static const char *like(bool in_private, bool in_cohort)
{
	return in_private ? in_cohort ? "anna" : "stina" : in_cohort ? "olle" : "kalle";
}

static void may_hear(struct subject *s, bool in_private, bool in_cohort)
{
	for (int n = 0; n < NODES; n++)
		s->at[n]->who = like(in_private, in_cohort);
}

static bool reads(struct person *p, const char *space)
{
	json_t *answer = ask(p, "space.get", json_pack("{s:s}", "space", space));
	bool result = json_object_get(answer, "result") != NULL;

	must(result || strcmp(text_at(answer, "error/data/code"), "not_found") == 0, "%s",
	        json_dumps(answer, 0));
	json_array_clear(p->kept);
	return result;
}

static void agree(struct subject *s, int step)
{
	int64_t until = now_ms() + SEEN_MS;

	for (int n = 0; n < NODES; n++)
		while (reads(s->at[n], SPACE(IN_PRIVATE)) != s->in_private ||
		        reads(s->at[n], SPACE(IN_COHORT)) != s->in_cohort) {
			must(now_ms() < until,
			        "step %d: node %d does not see within 2 s that %s is %s the private space "
			        "and %s the cohort",
			        step, n + 1, s->who, s->in_private ? "in" : "not in",
			        s->in_cohort ? "in" : "not in");
			wait_ms(5);
		}
}

static void change_rights(struct history *h, int step)
{
	struct subject *s = &h->subjects[pick(h, SUBJECTS)];
	bool was_private = s->in_private, was_cohort = s->in_cohort;
	int node = pick(h, NODES);

	if (pick(h, 2)) {
		s->in_private = !was_private;
		may_hear(s, true, was_cohort); /* until both nodes have seen it */
		ok(h->stina[node], s->in_private ? "space.add_member" : "space.remove_member", "{s:s, s:s}",
		        "space", SPACE(IN_PRIVATE), "member", member_id(s->who));
	} else {
		s->in_cohort = !was_cohort;
		may_hear(s, was_private, true);
		ok(h->admin[node], s->in_cohort ? "cohort.add_member" : "cohort.remove_member", "{s:s, s:s}",
		        "cohort", COHORT_E1, "member", member_id(s->who));
	}
	agree(s, step);
	may_hear(s, s->in_private, s->in_cohort);
}

/* Asking for all there ever was: an old number opens nothing either. */
static bool opens(struct person *p, const char *stream)
{
	json_t *answer = ask(p, "stream.open", json_pack("{s:s, s:i}", "stream", stream, "since", 0));
	bool result = json_object_get(answer, "result") != NULL;

	json_array_clear(p->kept);
	return result;
}

static void hears(struct subject *s, struct person *p, const char *stream, bool may, const char *text)
{
	json_t *event;

	if (!may) {
		expect_no_event(p);
		return;
	}
	do
		event = next_event(p, stream, ANSWER_MS);
	while (event && strcmp(text_at(event, "type"), "post.created") != 0);
	must(event && strcmp(text_at(event, "body/post/text"), text) == 0, "%s did not hear %s", s->who,
	        text);
	json_array_clear(p->kept);
}

static void say_something(struct history *h)
{
	bool private = pick(h, 2);
	const char *stream = private ? "thread:" THREAD(IN_PRIVATE) : "thread:" THREAD(IN_COHORT);
	struct subject *s = &h->subjects[pick(h, SUBJECTS)];
	struct person *p = s->at[pick(h, NODES)];
	bool may = private ? s->in_private : s->in_cohort;
	char text[64];

	snprintf(text, sizeof text, "%s %d", private ? "privatkanarie" : "kohortkanarie", ++h->posts);
	must(opens(p, stream) == may, "%s %s open %s", s->who, may ? "may" : "may not", stream);
	ok(h->anna, "post.create", "{s:s, s:s, s:s}", "thread",
	        private ? THREAD(IN_PRIVATE) : THREAD(IN_COHORT), "post", new_id(), "text", text);
	hears(s, p, stream, may, text);
	if (may)
		ok(p, "stream.close", "{s:s}", "stream", stream);
}

Test(histories, nodes_agree_with_the_model, .timeout = 400)
{
	static const char *const names[SUBJECTS] = { "eva", "kalle", "lone", "nils" };
	const char *again = getenv("KORSDRAG_SEED"); /* of a run that failed */
	struct history h = { .world = world_start(NODES), .seed = again ? (unsigned)strtoul(again, NULL, 10) : (unsigned)time(NULL) };

	fprintf(stderr, "random histories: KORSDRAG_SEED=%u\n", h.seed);
	for (int n = 0; n < NODES; n++) {
		h.stina[n] = sign_in(h.world, n, "stina");
		h.admin[n] = sign_in(h.world, n, "admin");
		for (int i = 0; i < SUBJECTS; i++) {
			h.subjects[i].who = names[i];
			h.subjects[i].at[n] = sign_in(h.world, n, names[i]);
		}
	}
	h.anna = sign_in(h.world, 0, "anna");
	for (int step = 0; step < STEPS; step++) {
		change_rights(&h, step);
		if (pick(&h, 8) == 0)
			say_something(&h);
		json_array_clear(h.anna->kept);
	}
	fprintf(stderr, "random histories: %d steps, %d posts\n", STEPS, h.posts);
	world_stop(h.world);
}

/* D4, D5: whatever is written by whom on which node, and whose line is cut when: in the end each client's
 * view, a fresh snapshot, the journal replayed from its beginning and the tables are one and the same. */
#include "replay.h"
#include "steps.h"
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#define HERE BOARD(IN_NETWORK)
#define HERE_STREAM STREAM("board", HERE)
#define WRITERS 8
#define CARDS 24
#define SECTIONS 4
#define UNDER_WAY 6 /* changes of one writer that wait for their answer */

struct change { /* that may have to be sent again */
	char op[CLIENT_ID_SIZE];
	const char *method;
	json_t *params;
	int64_t id; /* on this connection */
};

struct writer {
	struct person *person;
	json_t *view;
	json_int_t seq;
	struct change changes[UNDER_WAY];
	int count;
};

struct storm {
	struct world *world;
	struct writer writers[WRITERS];
	char cards[CARDS][CLIENT_ID_SIZE], sections[SECTIONS][CLIENT_ID_SIZE];
	unsigned random;
	int done, refused, cut;
	json_t *ops;   /* op: whether it was done, as its writer was told */
	json_t *again; /* ops that were sent more than once */
};

static int pick(struct storm *s, int n)
{
	s->random = s->random * 1664525u + 1013904223u;
	return (int)((s->random >> 8) % (unsigned)n);
}

/* --- hearing -------------------------------------------------------------------------------------------- */

static void take_notices(struct writer *wr)
{
	for (json_t *notice; (notice = client_next(wr->person->client, 0)); json_decref(notice)) {
		json_t *event;
		size_t i;

		if (strcmp(text_at(notice, "method"), "stream.events") != 0)
			continue;
		json_array_foreach(at(notice, "params/events"), i, event)
		{
			must(int_at(event, "seq") == wr->seq + 1, "%s heard %lld after %lld", wr->person->who,
			        (long long)int_at(event, "seq"), (long long)wr->seq);
			view_apply(wr->view, event);
			wr->seq++;
		}
	}
}

static void take_answers(struct storm *s, struct writer *wr, int timeout_ms)
{
	for (int i = 0; i < wr->count;) {
		struct change *ch = &wr->changes[i];
		json_t *answer = client_answer(wr->person->client, ch->id, timeout_ms);
		bool is_done = answer && has(answer, "result");

		if (!answer) {
			i++;
			continue;
		}
		if (!is_done) {
			json_int_t code = int_at(answer, "error/code");

			must(code == KD_E_CONFLICT || code == KD_E_NOT_FOUND || code == KD_E_FORBIDDEN,
			        "%s: %s", ch->method, json_dumps(answer, 0));
			s->refused++;
		}
		must(!json_object_get(s->ops, ch->op), "an op was answered twice");
		json_object_set_new(s->ops, ch->op, json_boolean(is_done));
		s->done++;
		json_decref(ch->params);
		json_decref(answer);
		wr->changes[i] = wr->changes[--wr->count];
	}
}

/* --- doing ------------------------------------------------------------------------------------------------
 */

static json_t *change_make(struct storm *s, const char **ret_method)
{
	static const char *const colours[] = { "kalk", "ockra", "puts", "gronjord", "arg", "himmel",
		"skymning" };
	static const char *const orders[] = { "a0", "a1", "a0V", "a2", "Zz" };
	const char *card = s->cards[pick(s, CARDS)], *section = s->sections[pick(s, SECTIONS)];
	int x = pick(s, 1000), y = pick(s, 1000);

	switch (pick(s, 13)) {
	case 0:
	case 1:
		*ret_method = "card.create";
		return json_pack("{s:s, s:s, s:s, s:s, s:s, s:i, s:i, s:s}", "board", HERE, "card", card,
		        "section", section, "text", "kort", "colour", colours[pick(s, 7)], "x", x, "y", y,
		        "order", orders[pick(s, 5)]);
	case 2:
	case 3:
		*ret_method = "card.move";
		return json_pack("{s:s, s:s, s:s, s:i, s:i, s:s}", "board", HERE, "card", card, "section",
		        section, "x", x, "y", y, "order", orders[pick(s, 5)]);
	case 4:
		*ret_method = "card.move";
		return json_pack("{s:s, s:s, s:i, s:i, s:s}", "board", HERE, "card", card, "x", x, "y", y,
		        "order", orders[pick(s, 5)]);
	case 5:
		*ret_method = "card.resize";
		return json_pack("{s:s, s:s, s:i, s:i}", "board", HERE, "card", card, "width", 100 + x,
		        "height", 100 + y);
	case 6:
		*ret_method = "card.edit";
		return json_pack("{s:s, s:s, s:s, s:i}", "board", HERE, "card", card, "text",
		        colours[pick(s, 7)], "revision", 1 + pick(s, 3));
	case 7:
		*ret_method = "card.recolour";
		return json_pack(
		        "{s:s, s:s, s:s}", "board", HERE, "card", card, "colour", colours[pick(s, 7)]);
	case 8:
		*ret_method = pick(s, 3) == 0 ? "card.delete" : "card.restore";
		return json_pack("{s:s, s:s}", "board", HERE, "card", card);
	case 9:
	case 10:
		*ret_method = "section.create";
		return json_pack("{s:s, s:s, s:s, s:i, s:i, s:i, s:i, s:s}", "board", HERE, "section",
		        section, "title", "ruta", "x", x, "y", y, "width", 300, "height", 200, "order",
		        orders[pick(s, 5)]);
	case 11:
		*ret_method = "section.change";
		return json_pack("{s:s, s:s, s:i, s:s}", "board", HERE, "section", section, "x", x, "order",
		        orders[pick(s, 5)]);
	default:
		*ret_method = "section.delete";
		return json_pack("{s:s, s:s}", "board", HERE, "section", section);
	}
}

static void do_something(struct storm *s, struct writer *wr)
{
	struct change *ch = &wr->changes[wr->count];

	ch->params = change_make(s, &ch->method);
	client_new_id(ch->op);
	json_object_set_new(ch->params, "op", json_string(ch->op));
	ch->id = client_ask(wr->person->client, ch->method, json_incref(ch->params));
	must(ch->id, "the line is gone");
	wr->count++;
}

/* The line is cut; back on any node, with what was missed, and with the changes whose fate is unknown. */
static void cut(struct storm *s, struct writer *wr)
{
	json_t *answer;

	s->cut++;
	take_notices(
	        wr); /* what has come until now counts as seen; what is under way is lost with the line */
	reconnect(wr->person, pick(s, 2));
	for (int i = 0; i < wr->count; i++) {
		wr->changes[i].id = client_ask(
		        wr->person->client, wr->changes[i].method, json_incref(wr->changes[i].params));
		json_object_set_new(s->again, wr->changes[i].op, json_true());
	}
	answer = open_since(wr->person, HERE_STREAM, wr->seq);
	wr->view = view_answer(wr->view, answer);
	wr->seq = int_at(answer, "seq");
}

/* --- in the end --------------------------------------------------------------------------------------------
 */

static json_t *journal_replayed(struct storm *s, json_int_t head)
{
	json_t *view = view_empty(), *events, *event;
	char *text = sql_text(s->world, "SELECT json_agg(json_build_object('seq', seq, 'type', type, 'body', "
	                                "body) ORDER BY seq) FROM event "
	                                "WHERE stream_id = '" HERE "'");
	json_int_t seq = 0;
	size_t i;

	events = json_loads(text, 0, NULL);
	json_array_foreach(events, i, event)
	{
		must(int_at(event, "seq") == ++seq, "the journal has a gap at %lld", (long long)seq);
		view_apply(view, event);
	}
	must(seq == head, "the journal ends at %lld, the head is %lld", (long long)seq, (long long)head);
	json_decref(events);
	free(text);
	return view;
}

/* Each op that was acknowledged stands in the journal once, and nothing else does. But a change that was sent
 * again because its line was cut may be refused where it arrives first and be done where it arrives late:
 * then it stands once as well. */
static void ops_expect(struct storm *s)
{
	const char *op;
	json_t *is_done;
	int stand = 0;
	char *count;

	json_object_foreach(s->ops, op, is_done)
	{
		char statement[200];
		int times;

		snprintf(statement, sizeof statement, "SELECT count(*) FROM event WHERE op = '%s'", op);
		count = sql_text(s->world, statement);
		times = atoi(count);
		must(times == json_is_true(is_done) || (times == 1 && json_object_get(s->again, op)),
		        "op %s stands %d times, done: %d", op, times, json_is_true(is_done));
		free(count);
		stand += times;
	}
	count = sql_text(s->world, "SELECT count(*) FROM event WHERE stream_id = '" HERE "' AND seq > 5");
	must(atoi(count) == stand, "%s of %d", count, stand);
	free(count);
}

static void all_is_one(struct storm *s)
{
	json_t *opened = open_stream(s->writers[0].person, HERE_STREAM), *fresh, *tables, *journal;
	json_int_t head = int_at(opened, "seq");

	s->writers[0].seq = head; /* opened anew */
	fresh = view_of_snapshot(at(opened, "snapshot"));
	tables = view_of_tables(s->world, HERE);
	journal = journal_replayed(s, head);
	view_expect(fresh, tables, "the snapshot and the tables");
	view_expect(journal, tables, "the journal and the tables");
	for (int i = 1; i < WRITERS; i++) {
		for (int64_t until = now_ms() + ANSWER_MS; s->writers[i].seq < head; wait_ms(5)) {
			must(now_ms() < until, "%s has heard %lld of %lld", s->writers[i].person->who,
			        (long long)s->writers[i].seq, (long long)head);
			take_notices(&s->writers[i]);
		}
		view_expect(s->writers[i].view, tables, s->writers[i].person->who);
	}
	json_decref(fresh);
	json_decref(tables);
	json_decref(journal);
}

static void storm_begin(struct storm *s, unsigned seed)
{
	static const char *const who[] = { "anna", "olle", "eva", "kalle", "lone", "stina", "bert", "tove" };

	*s = (struct storm){
		.world = world_start(2), .random = seed, .ops = json_object(), .again = json_object()
	};
	for (int i = 0; i < CARDS; i++)
		client_new_id(s->cards[i]);
	for (int i = 0; i < SECTIONS; i++)
		client_new_id(s->sections[i]);
	for (int i = 0; i < WRITERS; i++) {
		struct writer *wr = &s->writers[i];
		json_t *opened;

		wr->person = sign_in(s->world, i % 2, who[i]);
		opened = open_stream(wr->person, HERE_STREAM);
		wr->view = view_answer(NULL, opened);
		wr->seq = int_at(opened, "seq");
	}
}

static void storm_end(struct storm *s)
{
	for (int i = 0; i < WRITERS; i++)
		json_decref(s->writers[i].view);
	json_decref(s->ops);
	json_decref(s->again);
	world_stop(s->world);
}

static void storm_run(struct storm *s, int changes, bool has_cuts, void (*trouble)(struct storm *s))
{
	for (int sent = 0; sent < changes;) {
		struct writer *wr = &s->writers[pick(s, WRITERS)];

		if (has_cuts && pick(s, 25) == 0)
			cut(s, wr);
		if (trouble && sent % 100 == 50)
			trouble(s);
		take_answers(s, wr, wr->count == UNDER_WAY ? ANSWER_MS : 0);
		take_notices(wr);
		if (wr->count < UNDER_WAY) {
			do_something(s, wr);
			sent++;
		}
	}
	for (int i = 0; i < WRITERS; i++)
		take_answers(s, &s->writers[i], ANSWER_MS);
	must(s->done == changes, "%d of %d answered", s->done, changes);
	must(s->refused < changes * 3 / 4, "%d of %d refused: the storm does too little", s->refused,
	        changes);
}

Test(convergence, eight_writers_on_two_nodes_end_with_one_board)
{
	struct storm s;

	storm_begin(&s, 20260301);
	storm_run(&s, 500, true, NULL);
	must(s.cut > 5, "%d lines were cut", s.cut);
	all_is_one(&s);
	ops_expect(&s);
	storm_end(&s);
}

/* Nodes that cannot hear one another for a while; also who writes where changes all the time. */
static void cut_the_bus(struct storm *s)
{
	sql(s->world, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = "
	              "current_database() AND query ILIKE '%listen%' "
	              "AND pid <> pg_backend_pid()");
}

Test(convergence, with_a_bus_that_is_cut_again_and_again)
{
	struct storm s;

	storm_begin(&s, 7);
	storm_run(&s, 400, true, cut_the_bus);
	all_is_one(&s);
	ops_expect(&s);
	storm_end(&s);
}

/* steps.c - what people do in many tests. */
#include "steps.h"
#include "http.h"
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

int64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000LL + t.tv_nsec / 1000000;
}

void wait_ms(int ms)
{
	struct timespec t = { .tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000L };

	nanosleep(&t, NULL);
}

json_t *person_open(struct person *p, const char *stream, json_int_t since)
{
	if (since < 0)
		return person_ok(p, "stream.open", "{s:s}", "stream", stream);
	return person_ok(p, "stream.open", "{s:s, s:I}", "stream", stream, "since", since);
}

void person_post(struct person *p, const char *thread, const char *text)
{
	person_ok(p, "post.create", "{s:s, s:s, s:s}", "thread", thread, "post", new_id(), "text", text);
}

void person_card(struct person *p, const char *board, const char *card, const char *order)
{
	person_ok(p, "card.create", "{s:s, s:s, s:s, s:s, s:i, s:i, s:s}", "board", board, "card", card,
	        "text", "kort", "colour", "kalk", "x", 0, "y", 0, "order", order);
}

void person_move(struct person *p, const char *board, const char *card, int x, int y)
{
	person_ok(p, "card.move", "{s:s, s:s, s:i, s:i, s:s}", "board", board, "card", card, "x", x, "y", y,
	        "order", "a5");
}

int64_t ask_soon(struct person *p, const char *method, const char *format, ...)
{
	json_t *params;
	va_list args;
	int64_t id;

	va_start(args, format);
	params = params_of(method, format, args);
	va_end(args);
	id = client_ask(p->client, method, params);
	must(id, "%s by %s: the line is gone", method, p->who);
	return id;
}

void answers_ok(struct person *p, const int64_t *ids, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		json_t *answer = client_answer(p->client, ids[i], ANSWER_MS);

		must(answer && has(answer, "result"), "call %zu of %zu by %s: %s", i, count, p->who,
		        answer ? json_dumps(answer, 0) : "none");
		json_decref(answer);
	}
}

/* Events that the harness has read already come first. */
static json_t *event_waiting(struct person *p, const char *stream)
{
	size_t i;
	json_t *one;

	json_array_foreach(p->events, i, one) if (strcmp(text_at(one, "stream"), stream) == 0)
	{
		json_t *event = json_incref(json_object_get(one, "event"));

		json_array_remove(p->events, i);
		json_array_append_new(p->kept, event);
		return event;
	}
	return NULL;
}

static bool read_notice(struct person *p, int timeout_ms)
{
	json_t *notice = client_next(p->client, timeout_ms), *params = json_object_get(notice, "params"),
	       *event;
	size_t i;

	if (!notice)
		return false;
	if (strcmp(text_at(notice, "method"), "stream.events") != 0) {
		json_array_append_new(p->notices, notice);
		return true;
	}
	must(int_at(params, "first") == int_at(params, "events/0/seq"), "first is not the first: %s",
	        json_dumps(notice, 0));
	json_array_foreach(json_object_get(params, "events"), i, event) json_array_append_new(p->events,
	        json_pack("{s:O, s:O}", "stream", json_object_get(params, "stream"), "event", event));
	json_decref(notice);
	return true;
}

json_t *next_event(struct person *p, const char *stream, int timeout_ms)
{
	int64_t deadline = now_ms() + timeout_ms;
	json_t *event;

	while (!(event = event_waiting(p, stream))) {
		int64_t left = deadline - now_ms();

		if (!read_notice(p, left > 0 ? (int)left : 0))
			return NULL;
	}
	return event;
}

json_int_t hear_until(struct person *p, const char *stream, json_int_t seen, json_int_t seq)
{
	while (seen < seq) {
		json_t *event = next_event(p, stream, ANSWER_MS);

		must(event, "%s has heard up to %lld and waits for %lld of %s in vain (closed: %d)", p->who,
		        (long long)seen, (long long)seq, stream, client_close_code(p->client));
		must(int_at(event, "seq") == seen + 1, "%s heard %lld after %lld of %s", p->who,
		        (long long)int_at(event, "seq"), (long long)seen, stream);
		seen++;
	}
	return seen;
}

void expect_no_event(struct person *p)
{
	size_t i;
	json_t *one;

	while (read_notice(p, QUIET_MS))
		;
	must(json_array_size(p->events) == 0, "%s heard %s", p->who, json_dumps(p->events, 0));
	json_array_foreach(p->notices, i, one)
	        must(strcmp(text_at(one, "method"), "hint") == 0 ||
	                        strcmp(text_at(one, "method"), "presence.changed") == 0,
	                "%s heard %s", p->who, json_dumps(one, 0));
}

void unchanged(struct world *w, char *before)
{
	char *after = digest(w);

	cr_assert_str_eq(after, before, "something was written:\n%s\n%s", before, after);
	free(before);
	free(after);
}

double metric_of(const struct world *w, int node, const char *name)
{
	struct http_answer *a = http_get(w, node, "/metrics", "");
	double sum = 0;

	cr_assert_eq(a->status, 200);
	for (const char *line = a->body; line && *line;
	        line = strchr(line, '\n') ? strchr(line, '\n') + 1 : NULL)
		if (strncmp(line, name, strlen(name)) == 0 && strcspn(line, " \n") < strcspn(line, "\n"))
			sum += atof(line + strcspn(line, " "));
	http_answer_free(a);
	return sum;
}

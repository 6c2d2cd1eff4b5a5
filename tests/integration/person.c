/* person.c - somebody at a connection: asks, hears, and expects. */
#include "harness.h"
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *where_file = "?";
static int where_line;

void here(const char *file, int line)
{
	where_file = file;
	where_line = line;
}

void must_fail(const char *condition, const char *format, ...)
{
	char text[8192];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof text, format, args);
	va_end(args);
	if (getenv("KORSDRAG_TEST_TEMPLATE")) {
		fprintf(stderr, "the fixture cannot be made: %s\n%s\n", condition, text);
		exit(1);
	}
	cr_assert_fail("%s:%d: %s\n%s", where_file, where_line, condition, text);
	abort();
}

const char *new_id(void)
{
	static char ids[16][CLIENT_ID_SIZE];
	static int next;

	return client_new_id(ids[next++ % 16]);
}

/* --- coming and going -------------------------------------------------------------------------------------- */

static void heard(void *owner, const char *text, size_t len)
{
	frame_check(owner, text, len);
}

static void person_connect(struct person *p, int node, const char *token)
{
	char url[64], err[CLIENT_ERR_SIZE];

	p->client = client_connect(node_url(p->world, node, url), token, err);
	must(p->client, "%s cannot sign in: %s", p->who, err);
	client_tap(p->client, heard, p);
}

struct person *sign_in_with(struct world *w, int node, const char *who, const char *token)
{
	struct person *p = calloc(1, sizeof *p);

	p->world = w;
	p->who = who;
	p->events = json_array();
	p->notices = json_array();
	p->kept = json_array();
	person_connect(p, node, token);
	p->next = w->people;
	w->people = p;
	return p;
}

struct person *sign_in(struct world *w, int node, const char *who)
{
	char token[44];

	return sign_in_with(w, node, who, member_token(who, token));
}

void reconnect(struct person *p, int node)
{
	char token[44];

	client_drop(p->client);
	json_array_clear(p->events);
	json_array_clear(p->notices);
	person_connect(p, node, member_token(p->who, token));
}

void leave(struct person *p)
{
	for (struct person **at = &p->world->people; *at; at = &(*at)->next)
		if (*at == p) {
			*at = p->next;
			break;
		}
	client_close(p->client);
	json_decref(p->events);
	json_decref(p->notices);
	json_decref(p->kept);
	free(p);
}

/* --- asking -------------------------------------------------------------------------------------------------- */

json_t *params_of(const char *method, const char *format, va_list args)
{
	const struct kd_method *m = kd_method_find(method);
	json_error_t error;
	json_t *params = json_vpack_ex(&error, 0, format, args);

	must(params, "%s: the test's own parameters: %s", method, error.text);
	if (m && m->has_op && !json_object_get(params, "op"))
		json_object_set_new(params, "op", json_string(new_id()));
	return params;
}

json_t *ask(struct person *p, const char *method, json_t *params)
{
	int64_t id = client_ask(p->client, method, params);
	json_t *answer = id ? client_answer(p->client, id, ANSWER_MS) : NULL;

	must(answer, "%s: %s got no answer; closed with %d %s", method, p->who, client_close_code(p->client),
		client_close_reason(p->client));
	json_array_append_new(p->kept, answer);
	return answer;
}

json_t *person_ok(struct person *p, const char *method, const char *format, ...)
{
	const struct kd_method *m = kd_method_find(method);
	json_t *answer, *result;
	va_list args;

	va_start(args, format);
	answer = ask(p, method, params_of(method, format, args));
	va_end(args);
	result = json_object_get(answer, "result");
	must(result, "%s by %s: %s", method, p->who, json_dumps(answer, 0));
	result_check(p, m, result);
	return result;
}

void person_refused(struct person *p, enum kd_code code, const char *field, const char *method, const char *format, ...)
{
	json_t *answer, *error;
	const char *named;
	va_list args;

	va_start(args, format);
	answer = ask(p, method, params_of(method, format, args));
	va_end(args);
	error = json_object_get(answer, "error");
	named = json_string_value(json_object_get(json_object_get(error, "data"), "field"));
	must(error && json_integer_value(json_object_get(error, "code")) == code, "%s by %s should be refused %s, but: %s", method,
		p->who, kd_error_info(code)->name, json_dumps(answer, 0));
	must(!field || (named && strcmp(named, field) == 0), "%s by %s should name %s: %s", method, p->who, field,
		json_dumps(answer, 0));
}

/* --- hearing --------------------------------------------------------------------------------------------------- */

/* Sorts one notice away. False: none came. */
static bool notice_take(struct person *p, int timeout_ms)
{
	json_t *notice = client_next(p->client, timeout_ms), *params, *event;
	size_t i;

	if (!notice)
		return false;
	params = json_object_get(notice, "params");
	if (strcmp(text_at(notice, "method"), "stream.events") != 0) {
		json_array_append_new(p->notices, notice);
		return true;
	}
	json_array_foreach(json_object_get(params, "events"), i, event) {
		must(int_at(event, "seq") == int_at(params, "first") + (json_int_t)i, "events out of order");
		json_array_append_new(p->events, json_pack("{s:O, s:O}", "stream", json_object_get(params, "stream"), "event", event));
	}
	json_decref(notice);
	return true;
}

static json_t *take(json_t *list, const char *key, const char *value, const char *part)
{
	size_t i;
	json_t *one;

	json_array_foreach(list, i, one) {
		json_t *found;

		if (strcmp(text_at(one, key), value) != 0)
			continue;
		found = json_incref(json_object_get(one, part));
		json_array_remove(list, i);
		return found;
	}
	return NULL;
}

static json_t *wait_for(struct person *p, json_t *list, const char *key, const char *value, const char *part)
{
	json_t *found;

	while (!(found = take(list, key, value, part)))
		must(notice_take(p, ANSWER_MS), "%s waits for %s in vain; closed with %d %s; others: %s", p->who, value,
			client_close_code(p->client), client_close_reason(p->client), json_dumps(p->notices, 0));
	json_array_append_new(p->kept, found);
	return found;
}

json_t *person_expect_event(struct person *p, const char *stream, const char *type)
{
	json_t *event = wait_for(p, p->events, "stream", stream, "event");

	must(strcmp(text_at(event, "type"), type) == 0, "%s expected %s, but: %s", p->who, type, json_dumps(event, 0));
	return event;
}

json_t *expect_notice(struct person *p, const char *method)
{
	return wait_for(p, p->notices, "method", method, "params");
}

void expect_nothing(struct person *p)
{
	json_t *hint;

	while (notice_take(p, QUIET_MS))
		;
	while ((hint = take(p->notices, "method", "hint", "params")) || (hint = take(p->notices, "method", "presence.changed", "params")))
		json_decref(hint);
	must(json_array_size(p->events) == 0 && json_array_size(p->notices) == 0, "%s heard %s %s", p->who,
		json_dumps(p->events, 0), json_dumps(p->notices, 0));
}

void expect_closed(struct person *p, int code)
{
	must(client_wait_closed(p->client, ANSWER_MS), "%s is still connected", p->who);
	must(client_close_code(p->client) == code, "%s was closed with %d %s instead of %d", p->who, client_close_code(p->client),
		client_close_reason(p->client), code);
}

/* --- JSON ------------------------------------------------------------------------------------------------------ */

static const json_t *follow(const json_t *value, const char *path)
{
	char part[64];

	while (value && *path) {
		size_t len = strcspn(path, "/");

		snprintf(part, sizeof part, "%.*s", (int)len, path);
		value = json_is_array(value) ? json_array_get(value, (size_t)atoi(part)) : json_object_get(value, part);
		path += path[len] ? len + 1 : len;
	}
	return value;
}

const json_t *at(const json_t *value, const char *path)
{
	const json_t *found = follow(value, path);

	must(found, "there is no %s in %s", path, json_dumps(value, JSON_ENCODE_ANY));
	return found;
}

bool has(const json_t *value, const char *path)
{
	return follow(value, path) != NULL;
}

const char *text_at(const json_t *value, const char *path)
{
	const json_t *found = at(value, path);

	must(json_is_string(found), "%s is no text in %s", path, json_dumps(value, JSON_ENCODE_ANY));
	return json_string_value(found);
}

json_int_t int_at(const json_t *value, const char *path)
{
	const json_t *found = at(value, path);

	must(json_is_integer(found), "%s is no integer in %s", path, json_dumps(value, JSON_ENCODE_ANY));
	return json_integer_value(found);
}

const json_t *find_id(const json_t *list, const char *id)
{
	size_t i;
	json_t *one;

	json_array_foreach(list, i, one)
		if (strcmp(text_at(one, "id"), id) == 0)
			return one;
	return NULL;
}
